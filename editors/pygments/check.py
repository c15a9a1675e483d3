"""Every text of the project is coloured without a word that the lexer does not know.

python editors/pygments/check.py    (needs Pygments; run from anywhere)
"""

import sys
from pathlib import Path

from pygments.token import Comment, Error, Keyword, Name, Number

sys.path.insert(0, str(Path(__file__).parent))
from nasaic_lexer import NasaicLexer  # noqa: E402

ROOT = Path(__file__).parents[2]


def tokens(text):
    return list(NasaicLexer(ensurenl=False).get_tokens_unprocessed(text))


def errors_in(path):
    text = path.read_text(encoding="utf-8")
    found = [(index, word) for index, kind, word in tokens(text) if kind is Error]
    whole = "".join(word for _, _, word in tokens(text))
    if whole != text:
        found.append((len(whole), "the text does not come back"))
    return [f"{path}:{text.count(chr(10), 0, index) + 1}: {word!r}" for index, word in found]


def main():
    texts = [p for folder in ("examples", "stdlib", "templates") for p in sorted((ROOT / folder).rglob("*.nasaic"))]
    wrong = [line for path in texts for line in errors_in(path)]
    sample = {word: kind for _, kind, word in tokens("conv a { filters in {8}, size = 64 GB/s }\nlet x = evaluate(n, a)")}
    expected = {
        "conv": Name.Class, "a": Name, "filters": Name.Attribute, "in": Keyword, "64": Number,
        "GB/s": Keyword.Type, "let": Keyword, "evaluate": Name.Builtin,
    }
    wrong += [f"{word} is {sample.get(word)}, not {kind}" for word, kind in expected.items() if sample.get(word) != kind]
    cell = tokens("%%rust\nlet mut x = vec![1u8]; // not ours\n")
    if cell[0][1] is not Comment.Preproc or not any(word == "mut" and kind in Keyword for _, kind, word in cell):
        wrong.append("a cell in Rust is not coloured as Rust")
    print("\n".join(wrong) or f"{len(texts)} texts, no unknown word")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
