"""Pygments lexer for .nasaic scripts, for nbconvert, Sphinx and the like."""

from pygments.lexer import RegexLexer, bygroups, using, words
from pygments.lexers.rust import RustLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Whitespace

# Written from the tables of the language; a test of the project keeps them up to date.
KEYWORDS = "".split()
KINDS = "".split()
VALUES = "".split()
FUNCTIONS = "".split()
METRICS = "".split()
UNITS = "".split()

FACTOR = r"(?:[µμ]\w+|%%|(?:%s))(?:[²³]|\^-?[0-9]+)?" % "|".join(
    sorted((unit for unit in UNITS if unit != "%"), key=len, reverse=True)
)
UNIT = r"%s(?:[/*]%s)*(?![A-Za-z0-9_(])" % (FACTOR, FACTOR)
NUMBER = r"[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?"
WORD = r"[A-Za-z_]\w*"


class NasaicLexer(RegexLexer):
    """For scripts and cells of the nasaic language."""

    name = "nasaic"
    aliases = ["nasaic"]
    filenames = ["*.nasaic"]
    mimetypes = ["text/x-nasaic"]

    tokens = {
        "root": [
            # A cell in Rust: all of it.
            (r"\A(%%rust[^\n]*\n)((?:.|\n)*)", bygroups(Comment.Preproc, using(RustLexer))),
            (r"\A%%?\w+[^\n]*\n", Comment.Preproc),
            (r"\s+", Whitespace),
            (r"//[/!][^\n]*", String.Doc),
            (r"//[^\n]*", Comment.Single),
            (r"/\*(?:.|\n)*?(?:\*/|\Z)", Comment.Multiline),
            (r'"""(?:.|\n)*?(?:"""|\Z)', String.Heredoc),
            (r'"(?:[^"\\\n]|\\.)*"', String.Double),
            (r"(%s)([ \t]*)(%s)" % (NUMBER, UNIT), bygroups(Number, Whitespace, Keyword.Type)),
            (NUMBER, Number),
            (words(KEYWORDS, prefix=r"\b", suffix=r"\b"), Keyword),
            (r"\b%s(?:\.%s|\[[0-9]+\])*(?=[ \t]*=(?!=)|[ \t]+in\b)" % (WORD, WORD), Name.Attribute),
            (
                r"\b(%s)([ \t]+)(%s)(?=[ \t]*\{|[ \t]*$)" % ("|".join(KINDS), WORD),
                bygroups(Name.Class, Whitespace, Name.Label),
            ),
            (words(KINDS, prefix=r"\b", suffix=r"\b(?=[ \t]+[A-Za-z_]|[ \t]*\{)"), Name.Class),
            (words(FUNCTIONS, prefix=r"\b", suffix=r"\b(?=[ \t]*\()"), Name.Builtin),
            (r"(\.)(%s)" % WORD, bygroups(Punctuation, Name.Property)),
            (words(VALUES, prefix=r"\b", suffix=r"\b"), Name.Constant),
            (words(METRICS, prefix=r"\b", suffix=r"\b"), Name.Variable),
            (WORD, Name),
            (r"<=|>=|==|!=|\.\.|[-+*/^=<>?≤≥%]", Operator),
            (r"[{}()\[\],.]", Punctuation),
        ],
    }
