//! The slips of beginners, each known by one function.
//!
//! A function answers `None` when the slip was another; the first that answers
//! is told.

use super::declarations::declaration;
use super::foreign;
use super::names::{
    dashed_name, meaningless_sign, name_of_two_words, name_with_digit_first, quoted_label,
    quoted_name,
};
use super::signs::{comparison, reserved};
use super::statement::{Inside, Statement};
use crate::diagnostic::Diagnostic;
use crate::names::is_reserved;
use crate::source::Span;
use crate::syntax::lex::TokenKind;
use crate::syntax::problems::Rank;

type Slip = fn(&Statement<'_>) -> Option<Diagnostic>;

/// From the most telling to the least.
const SLIPS: [Slip; 19] = [
    value_from_next_line,
    wrong_comparison,
    quoted_name,
    dashed_name,
    name_with_digit_first,
    meaningless_sign,
    quoted_label,
    declaration,
    unit_without_comma,
    missing_equals,
    name_of_two_words,
    double_equals,
    changed_value,
    bare_expression,
    number_with_dot_first,
    value_without_name,
    reserved_value,
    unfinished,
    second_statement,
];

/// What the statement was probably meant to be.
pub(crate) fn explain(s: &Statement<'_>) -> (Rank, Diagnostic) {
    if s.foreign {
        return (Rank::Slip, foreign::explain(s));
    }
    let slip = SLIPS.iter().find_map(|slip| slip(s));
    (Rank::Line, slip.unwrap_or_else(|| not_understood(s)))
}

/// The message that most slips give.
pub(super) fn e0102(title: impl Into<String>, at: Span, label: &str) -> Diagnostic {
    Diagnostic::new("E0102", title).at(at, label)
}

/// `x =< 3`, `x < = 3`.
fn wrong_comparison(s: &Statement<'_>) -> Option<Diagnostic> {
    (0..s.tokens.len()).find_map(|i| {
        let (length, meant) = match (s.word(i), s.word(i + 1)) {
            ("=<", _) => (1, "<="),
            ("=>", _) => (1, ">="),
            ("<>" | "=!", _) => (1, "!="),
            ("<", "=") => (2, "<="),
            (">", "=") => (2, ">="),
            ("!", "=") => (2, "!="),
            _ => return None,
        };
        Some(comparison(
            s.between(i, i + length),
            meant,
            s.from(0),
            s.span(i, i + length),
        ))
    })
}

/// `kernel = 3 stride = 2`: the reader took `3` and then found an item.
fn unit_without_comma(s: &Statement<'_>) -> Option<Diagnostic> {
    let before = s.understood.checked_sub(1)?;
    let number = s.kind(before) == Some(TokenKind::Number);
    let item = s.is_word(before + 1) && matches!(s.word(before + 2), "=" | "in" | "{" | ".");
    (number && item).then(|| {
        comma_after_number(
            s.word(before),
            s.from(before + 1),
            s.span(before, before + 1),
        )
    })
}

/// An item on the line of a number, where a word is the number's unit.
pub(crate) fn comma_after_number(number: &str, next: &str, at: Span) -> Diagnostic {
    e0102(
        format!("a comma is missing after `{number}`"),
        at,
        "put a `,` after this",
    )
    .note("A word after a number on the same line is its unit.")
    .hint(format!("write `{number}, {next}`"))
}

/// `pes 4096`.
fn missing_equals(s: &Statement<'_>) -> Option<Diagnostic> {
    let path = s.path_length();
    let last = path.checked_sub(1)?;
    let value = match s.kind(path)? {
        TokenKind::Number | TokenKind::Text { .. } => true,
        TokenKind::Open => s.word(path) == "[" || s.word(path) == "{",
        TokenKind::Sign => s.word(path) == "?" || s.word(path) == "-" && !s.touches_next(last),
        _ => false,
    };
    if !value || s.position("=").is_some() {
        return None;
    }
    let (name, value) = (s.between(0, path), s.from(path));
    let hint = match s.inside {
        Inside::Block => format!("write `{name} = {value}`"),
        Inside::File => format!("write `let {name} = {value}`"),
    };
    let next = s.span(path, path + 1);
    let diagnostic = e0102(
        format!("`=` is missing after `{name}`"),
        next,
        "a `=` belongs before this",
    )
    .note("A value is given with `=`.")
    .hint(hint);
    Some(diagnostic)
}

/// `x == 3` in the place of a field.
fn double_equals(s: &Statement<'_>) -> Option<Diagnostic> {
    let path = s.path_length();
    if path == 0 || s.word(path) != "==" {
        return None;
    }
    let diagnostic = e0102(
        "`==` where `=` belongs",
        s.span(path, path + 1),
        "write `=` here",
    )
    .note("One `=` gives a value; `==` compares.")
    .hint(format!(
        "write `{} = {}`",
        s.between(0, path),
        s.from(path + 1)
    ));
    Some(diagnostic)
}

/// `x += 1`.
fn changed_value(s: &Statement<'_>) -> Option<Diagnostic> {
    let at = (0..s.tokens.len()).find(|i| matches!(s.word(*i), "+=" | "-=" | "*=" | "/="))?;
    let diagnostic = e0102(
        "nothing can be changed",
        s.span(at, at + 1),
        "changes a value",
    )
    .note("A name keeps its value; `with` makes a changed copy.")
    .hint("write `let other = base with { … }`");
    Some(diagnostic)
}

/// An expression where only fields and blocks may stand.
fn bare_expression(s: &Statement<'_>) -> Option<Diagnostic> {
    if s.understood != s.tokens.len() {
        return None;
    }
    let compares = ["<=", ">=", "<", ">", "≤", "≥"]
        .iter()
        .any(|sign| s.position(sign).is_some());
    let words = s.from(0);
    let (note, hint) = if compares {
        (
            "A condition is written with `require`.",
            format!("write `require {words}`"),
        )
    } else {
        (
            "A block holds fields and blocks; an expression is shown only outside of all blocks.",
            String::from("give it to a field, `name = …`, or move it out of the block"),
        )
    };
    Some(
        e0102(
            "an expression alone in a block",
            s.all(),
            "belongs to no field",
        )
        .note(note)
        .hint(hint),
    )
}

/// `.5`.
fn number_with_dot_first(s: &Statement<'_>) -> Option<Diagnostic> {
    let at = (0..s.tokens.len()).find(|i| {
        let operand = *i > 0 && matches!(s.kind(i - 1), Some(TokenKind::Word | TokenKind::Close));
        s.word(*i) == "."
            && s.touches_next(*i)
            && s.kind(i + 1) == Some(TokenKind::Number)
            && !operand
    })?;
    let number = s.between(at, at + 2);
    let diagnostic = e0102(
        format!("`{number}` is not a number"),
        s.span(at, at + 2),
        "begins with a dot",
    )
    .note("A digit stands before the dot of a number.")
    .hint(format!("write `0{number}`"));
    Some(diagnostic)
}

/// A line that begins with `=`: most often the line before lacks its value.
fn value_without_name(s: &Statement<'_>) -> Option<Diagnostic> {
    if !matches!(s.word(0), "=" | "in") {
        return None;
    }
    let title = format!("nothing stands before `{}`", s.word(0));
    let diagnostic = e0102(title, s.span(0, 1), "a name belongs before this")
        .note("Perhaps the line before ends with `=` and lacks its value.")
        .hint(format!("write `name {}`", s.from(0)));
    Some(diagnostic)
}

/// `pes =` and, on the next line, `clock = 1 GHz`: the name was taken for the value.
fn value_from_next_line(s: &Statement<'_>) -> Option<Diagnostic> {
    let before = s
        .before
        .filter(|before| needs_value(&s.text[before.start..before.end]))?;
    let field = s.understood > 0 && s.path_length() == s.understood;
    if !field || !matches!(s.word(s.understood), "=" | ":") {
        return None;
    }
    let sign = &s.text[before.start..before.end];
    Some(missing_after(
        sign,
        Span::new(s.source, before.start, before.end),
    ))
}

/// `x = use`.
fn reserved_value(s: &Statement<'_>) -> Option<Diagnostic> {
    let at = (1..s.tokens.len()).find(|i| {
        let expected = matches!(
            s.word(i - 1),
            "=" | "," | "(" | "[" | "in" | "+" | "*" | "/"
        );
        let word = s.word(*i);
        expected && is_reserved(word) && !matches!(word, "true" | "false")
    })?;
    Some(reserved(s.word(at), s.span(at, at + 1)))
}

/// A line that ends where something must follow.
fn unfinished(s: &Statement<'_>) -> Option<Diagnostic> {
    let last = s.tokens.len().checked_sub(1)?;
    needs_value(s.word(last)).then(|| missing_after(s.word(last), s.span(last, last + 1)))
}

/// Whether a value must follow this sign or word.
fn needs_value(sign: &str) -> bool {
    let signs = [
        "=", "in", "+", "-", "*", "/", "^", "<=", ">=", "<", ">", "==", "!=", "..", "step",
    ];
    signs.contains(&sign)
}

fn missing_after(sign: &str, at: Span) -> Diagnostic {
    e0102(
        format!("nothing follows `{sign}`"),
        at,
        "a value is missing after this",
    )
    .note(format!("A value belongs after `{sign}`, on the same line."))
    .hint(format!(
        "write the value after `{sign}`, or `?` if you do not know it yet"
    ))
}

/// Two statements on one line.
fn second_statement(s: &Statement<'_>) -> Option<Diagnostic> {
    let second = s.from(s.understood);
    if s.understood == 0 || !s.is_word(s.understood) {
        return None;
    }
    let diagnostic = e0102(
        "two statements on one line",
        s.span(s.understood, s.understood + 1),
        "the second begins here",
    )
    .note("An expression stands alone on its line.")
    .hint(format!("write `{second}` on a line of its own"));
    Some(diagnostic)
}

/// When no slip is recognised: where the reader got stuck, and what may stand there.
fn not_understood(s: &Statement<'_>) -> Diagnostic {
    let stuck = s.understood > 0 && s.understood < s.tokens.len();
    let (at, label) = if stuck {
        (s.span(s.understood, s.understood + 1), "not expected here")
    } else {
        (s.all(), "not understood")
    };
    let hint = match s.inside {
        Inside::Block => {
            "write a field, `name = value` or `name in {…}`, or a block, `kind name { … }`"
        }
        Inside::File => {
            "write `let name = value`, a block `kind name { … }`, or an expression to show"
        }
    };
    e0102("this line was not understood", at, label)
        .note("Each item stands on a line of its own, or is followed by a comma.")
        .hint(hint)
}
