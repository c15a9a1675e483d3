//! Words, signs and comments of a text.
//!
//! The grammar builds the tree; this list answers what the grammar cannot say
//! cheaply: which brackets belong together, where the comments are, where the
//! last word of a node ends, and which signs a line that was not understood is
//! made of. Comments, strings and raw texts are delimited exactly as in
//! `grammar.pest`; the two must change together.

/// A word, number, string or sign with its place in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The kinds of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Letters, digits and `_`, not beginning with a digit.
    Word,
    /// `42`, `0.5`, `8e5`.
    Number,
    /// `"…"`; not closed when the line ends first.
    Text { closed: bool },
    /// `"""…"""`; not closed when the file ends first.
    Raw { closed: bool },
    /// `(`, `[`, `{`.
    Open,
    /// `)`, `]`, `}`.
    Close,
    /// Any other sign, such as `<=`.
    Sign,
}

/// A comment with its place in bytes; the newline after it is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Comment {
    /// First byte.
    pub start: usize,
    /// One past the last byte, trailing blanks excluded.
    pub end: usize,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
    /// Whether it ends with its line; false for `/* … */`.
    pub line: bool,
    /// Whether its end is there; only a `/*` can lack it.
    pub closed: bool,
}

/// All tokens and comments of a text, in order.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    /// What the grammar reads.
    pub tokens: Vec<Token>,
    /// What it skips.
    pub comments: Vec<Comment>,
}

/// Signs of more than one character, longest first; some exist only in other languages.
const LONG_SIGNS: [&str; 24] = [
    "..=", "...", "===", "!==", "..", "<=", ">=", "==", "!=", "=<", "=>", "=!", "<>", ":=", "::",
    "&&", "||", "**", "+=", "-=", "*=", "/=", "->", "<-",
];

/// Splits a text into tokens and comments; what is in neither is blank.
pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    for lexeme in Lexer::new(text) {
        match lexeme {
            Lexeme::Token(token) => lexed.tokens.push(token),
            Lexeme::Comment(comment) => lexed.comments.push(comment),
        }
    }
    lexed
}

/// What a text consists of, apart from blanks.
pub(crate) enum Lexeme {
    /// A word, number, string or sign.
    Token(Token),
    /// A comment.
    Comment(Comment),
}

/// Walks through a text.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line_has_token: bool,
}

impl<'a> Lexer<'a> {
    /// A walk from the beginning.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line_has_token: false,
        }
    }

    /// Goes on at byte `at`, which must be a character's first.
    pub fn skip_to(&mut self, at: usize) {
        self.at = at;
    }
}

impl Iterator for Lexer<'_> {
    type Item = Lexeme;

    fn next(&mut self) -> Option<Lexeme> {
        let rest = &self.text[self.at..];
        let words = rest.trim_start();
        let first = words.chars().next()?;
        self.line_has_token &= !rest[..rest.len() - words.len()].contains('\n');
        self.at += rest.len() - words.len();
        if words.starts_with("//") || words.starts_with("/*") {
            let comment = comment(self.text, self.at, !self.line_has_token);
            self.at = comment.end;
            return Some(Lexeme::Comment(comment));
        }
        let token = token(self.text, self.at, first);
        self.at = token.end;
        self.line_has_token = true;
        Some(Lexeme::Token(token))
    }
}

fn comment(text: &str, start: usize, own_line: bool) -> Comment {
    let rest = &text[start..];
    if rest.starts_with("//") {
        let length = rest.find('\n').unwrap_or(rest.len());
        let end = start + rest[..length].trim_end().len();
        return Comment {
            start,
            end,
            own_line,
            line: true,
            closed: true,
        };
    }
    match rest[2..].find("*/") {
        Some(inner) => Comment {
            start,
            end: start + inner + 4,
            own_line,
            line: false,
            closed: true,
        },
        None => Comment {
            start,
            end: text.len(),
            own_line,
            line: false,
            closed: false,
        },
    }
}

fn token(text: &str, start: usize, first: char) -> Token {
    let rest = &text[start..];
    let (kind, length) = match first {
        '"' if rest.starts_with("\"\"\"") => match rest[3..].find("\"\"\"") {
            Some(inner) => (TokenKind::Raw { closed: true }, inner + 6),
            None => (TokenKind::Raw { closed: false }, rest.len()),
        },
        '"' => quoted(rest),
        '(' | '[' | '{' => (TokenKind::Open, 1),
        ')' | ']' | '}' => (TokenKind::Close, 1),
        '0'..='9' => (TokenKind::Number, number(rest)),
        c if c.is_alphabetic() || c == '_' => {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            (
                TokenKind::Word,
                rest.find(|c| !word(c)).unwrap_or(rest.len()),
            )
        }
        c => {
            let long = LONG_SIGNS.iter().find(|s| rest.starts_with(**s));
            (TokenKind::Sign, long.map_or(c.len_utf8(), |s| s.len()))
        }
    };
    Token {
        kind,
        start,
        end: start + length,
    }
}

/// A string with its quotes, or, when its line ends first, the part before the
/// brackets that end the line.
fn quoted(rest: &str) -> (TokenKind, usize) {
    let mut escaped = false;
    let mut line = rest;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => {
                line = &rest[..at];
                break;
            }
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (TokenKind::Text { closed: true }, at + 1),
            _ => {}
        }
    }
    (
        TokenKind::Text { closed: false },
        line.len() - closing_tail(line),
    )
}

/// The length of the run of at most eight closing brackets and commas, each with
/// at most two blanks after it, that ends the line.
fn closing_tail(line: &str) -> usize {
    let mut tail = 0;
    for _ in 0..8 {
        let before = &line[..line.len() - tail];
        let word = before.trim_end_matches([' ', '\t', '\r']);
        let closer = word.ends_with(['}', ')', ']', ',']);
        if !closer || before.len() - word.len() > 2 {
            break;
        }
        tail += before.len() - word.len() + 1;
    }
    tail.min(line.len() - 1)
}

fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let digits = |mut at: usize, underscore: bool| {
        while digit(at) || underscore && bytes.get(at) == Some(&b'_') {
            at += 1;
        }
        at
    };
    let mut end = digits(0, true);
    if bytes.get(end) == Some(&b'.') && digit(end + 1) {
        end = digits(end + 1, true);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digit(end + 1 + sign) {
            end = digits(end + 1 + sign, false);
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        lex(text)
            .tokens
            .iter()
            .map(|token| &text[token.start..token.end])
            .collect()
    }

    #[test]
    fn words_numbers_and_signs_are_split() {
        assert_eq!(
            words("a.b<=8..64 GB/s"),
            ["a", ".", "b", "<=", "8", "..", "64", "GB", "/", "s"]
        );
        assert_eq!(
            words("1_000.5e-3x 1.e 2e"),
            ["1_000.5e-3", "x", "1", ".", "e", "2", "e"]
        );
        assert_eq!(words("mm² µs"), ["mm²", "µs"]);
    }

    #[test]
    fn a_string_ends_on_its_line() {
        assert_eq!(words(r#""a\"b" c"#), [r#""a\"b""#, "c"]);
        assert_eq!(words("\"a, b })\nc"), ["\"a, b ", "}", ")", "c"]);
        assert_eq!(words("\"a } b\nc"), ["\"a } b", "c"]);
        assert_eq!(words("\"\"\"a\n\"b\"\"\" c"), ["\"\"\"a\n\"b\"\"\"", "c"]);
    }

    #[test]
    fn comments_know_their_line() {
        let lexed = lex("// a \nb // c\n/* d\n*/ e /* f");
        let all: Vec<(bool, bool, bool)> = lexed
            .comments
            .iter()
            .map(|c| (c.own_line, c.line, c.closed))
            .collect();
        let expected = [
            (true, true, true),
            (false, true, true),
            (true, false, true),
            (false, false, false),
        ];
        assert_eq!(all, expected);
        assert_eq!(lexed.comments[0].end, 4);
    }
}
