//! Signs, letters and words of other places, and what they are meant to be.

/// Look-alikes and what they stand for; never longer than what they replace.
pub(super) const LOOKALIKES: [(&str, &str); 20] = [
    ("−–—‐‑‒―", "-"),
    ("×·∙⋅∗✕", "*"),
    ("÷∕⁄", "/"),
    ("≠", "!="),
    ("⩽≦", "<="),
    ("⩾≧", ">="),
    ("…‥", ".."),
    ("∈", "in"),
    ("，、", ","),
    ("；", ","),
    ("：", ":"),
    ("＝", "="),
    ("＜", "<"),
    ("＞", ">"),
    ("（", "("),
    ("）", ")"),
    ("［", "["),
    ("］", "]"),
    ("｛", "{"),
    ("｝", "}"),
];

/// Quotation marks that are not `"`.
pub(super) const DOUBLE_QUOTES: &str = "“”„‟«»″＂";
pub(super) const SINGLE_QUOTES: &str = "'‘’‚‛′`´";

/// Signs without width, which nobody can see.
pub(super) const INVISIBLE: &str = "\u{FEFF}\u{200B}\u{200C}\u{200D}\u{2060}\u{AD}";

/// Words that begin a statement elsewhere, what they are here, and why.
pub(super) const WORDS: [(&str, &str, &str); 6] = [
    ("minimise", "minimize", "It is spelled `minimize` here."),
    ("maximise", "maximize", "It is spelled `maximize` here."),
    (
        "assert",
        "expect",
        "What must be true of a result is written with `expect`.",
    ),
    ("const", "let", "A value gets a name with `let`."),
    ("var", "let", "A value gets a name with `let`."),
    ("val", "let", "A value gets a name with `let`."),
];

/// Letters that names cannot have, and how they are written without.
pub(super) const LETTERS: [(char, &str); 8] = [
    ('ä', "ae"),
    ('ö', "oe"),
    ('ü', "ue"),
    ('Ä', "Ae"),
    ('Ö', "Oe"),
    ('Ü', "Ue"),
    ('ß', "ss"),
    ('µ', "u"),
];
