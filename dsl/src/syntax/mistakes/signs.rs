//! Slips smaller than a statement.

use super::super::tree::BinaryOp;
use crate::diagnostic::Diagnostic;
use crate::names::is_reserved;
use crate::source::Span;

/// A reserved word in the place of a name.
pub(crate) fn reserved(word: &str, span: Span) -> Diagnostic {
    Diagnostic::new("E0106", format!("`{word}` is a reserved word"))
        .at(span, "this cannot be a name")
        .note(format!(
            "The language uses `{word}` itself, so nothing else can have this name."
        ))
        .hint(format!("write another name, such as `my_{word}`"))
}

/// What an operator of another language stands for here, and the message about it.
/// `whole` is the expression it stands in.
pub(crate) fn operator(written: &str, whole: &str, span: Span) -> (Option<BinaryOp>, Diagnostic) {
    let signs: String = written.split_whitespace().collect();
    let op = match signs.as_str() {
        "=<" | "<=" => BinaryOp::Le,
        "=>" | ">=" => BinaryOp::Ge,
        "<>" | "=!" | "!=" => BinaryOp::Ne,
        "==" => BinaryOp::Eq,
        "**" => return (Some(BinaryOp::Pow), power(whole, span)),
        _ => return (None, joined(written, span)),
    };
    (Some(op), comparison(written, op.sign(), whole, span))
}

/// `=<`, `< =` and their like.
pub(crate) fn comparison(written: &str, meant: &str, whole: &str, span: Span) -> Diagnostic {
    let note = if written.contains(char::is_whitespace) {
        format!("`{meant}` is one sign; no blank may stand inside it.")
    } else {
        String::from("The comparisons are `<=`, `>=`, `<`, `>`, `==` and `!=`.")
    };
    Diagnostic::new("E0104", format!("`{written}` is not a comparison"))
        .at(span, format!("write `{meant}` here"))
        .note(note)
        .hint(format!("write `{}`", whole.replacen(written, meant, 1)))
}

fn power(whole: &str, span: Span) -> Diagnostic {
    Diagnostic::new("E0102", "`**` is not an operator")
        .at(span, "write `^` here")
        .note("A power is written with `^`.")
        .hint(format!("write `{}`", whole.replacen("**", "^", 1)))
}

fn joined(written: &str, span: Span) -> Diagnostic {
    Diagnostic::new("E0102", format!("`{written}` is not an operator"))
        .at(span, "conditions are not joined")
        .note("Each condition is a statement of its own, and all of them must hold.")
        .hint("write one `require` for each condition")
}

/// Text between brackets that is no value.
pub(crate) fn junk(words: &str, span: Span) -> Diagnostic {
    if words.starts_with(':') {
        return Diagnostic::new("E0103", "`:` where `=` belongs")
            .at(span, "write `=` here")
            .note("Values are given with `=`, and the braces of a block follow its kind.")
            .hint("write `kind { name = value }`");
    }
    let word: String = words
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    if is_reserved(&word) {
        return reserved(&word, span);
    }
    Diagnostic::new("E0102", "this is not a value")
        .at(span, "not understood")
        .note("Between brackets stand values, separated by commas.")
        .hint("leave it out, or write a value in its place")
}
