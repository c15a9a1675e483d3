//! Slips in statements that begin with a reserved word.

use super::signs::reserved;
use super::slips::e0102;
use super::statement::Statement;
use crate::diagnostic::Diagnostic;
use crate::names;
use crate::names::is_reserved;
use crate::syntax::lex::TokenKind;

/// A statement that begins with a reserved word and does not go on as it must.
pub(super) fn declaration(s: &Statement<'_>) -> Option<Diagnostic> {
    let (name, sign) = (s.word(1), s.word(2));
    if is_reserved(s.word(0)) && is_reserved(name) && matches!(sign, "=" | "in" | "\"\"\"") {
        return Some(reserved(name, s.span(1, 2)));
    }
    let (title, note, hint) = match s.word(0) {
        "let" if sign == "in" => (
            "`let` with `in`",
            "`let` gives a value a name; `choose` declares a decision.",
            format!("write `choose {name} in {}`", s.from(3)),
        ),
        "let" if sign == "==" => (
            "`let` with `==`",
            "One `=` gives a value; `==` compares.",
            format!("write `let {name} = {}`", s.from(3)),
        ),
        "let" if s.is_word(1) && !matches!(sign, "=" | "") && s.understood == 0 => (
            "`let` without `=`",
            "A value gets a name with `let name = value`.",
            format!("write `let {name} = {}`", s.from(2)),
        ),
        "let" if s.is_word(1) && s.tokens.len() <= 3 => (
            "`let` without a value",
            "A value gets a name with `let name = value`.",
            format!("write `let {name} = …`"),
        ),
        "choose" if sign == "=" => (
            "`choose` with `=`",
            "`choose` leaves a value open; `let` fixes it.",
            format!("write `choose {name} in {}`", s.from(3)),
        ),
        "choose" if sign != "in" => (
            "`choose` without `in`",
            "A decision is declared with `choose name in {…}`.",
            format!(
                "write `choose {} in {{…}}`",
                if s.is_word(1) { name } else { "name" }
            ),
        ),
        "use" if s.understood == 0 || s.word(s.understood) != "." => return Some(import(s)),
        "use" => return Some(import(s)),
        "script" => (
            "a script without its text",
            "The text of a script stands between three quotation marks.",
            format!(
                "write `script {} \"\"\" … \"\"\"`",
                if s.is_word(1) { name } else { "name" }
            ),
        ),
        "require" | "expect" if s.tokens.len() == 1 => (
            "a condition is missing",
            "What must hold is written as a comparison.",
            format!("write `{} latency <= 3 ms`", s.word(0)),
        ),
        "maximize" | "minimize" if s.tokens.len() == 1 => (
            "a goal is missing",
            "A goal is an expression over the results, such as `energy`.",
            format!("write `{} energy`", s.word(0)),
        ),
        _ => return None,
    };
    let last = if s.word(0) == "script" {
        1
    } else {
        s.tokens.len().min(3)
    };
    Some(
        e0102(title, s.span(0, last), "not understood")
            .note(note)
            .hint(hint),
    )
}

/// `use` followed by something else than `a.b.{x}`, `"file".{x}` or `"file" as name`.
pub(super) fn import(s: &Statement<'_>) -> Diagnostic {
    let words = s.from(1);
    let hint = if s.kind(1) == Some(TokenKind::Text { closed: true }) {
        let file = words.split('"').nth(1).unwrap_or("");
        format!("write `use {} as {}`", s.word(1), names::stem(file))
    } else if words.contains("::") || words.contains('/') {
        format!("write `use {}`", words.replace("::", ".").replace('/', "."))
    } else if words.contains('*') {
        String::from("name what you need: `use templates.{nvdla, eyeriss}`")
    } else if let Some((module, rest)) = words
        .split_once('{')
        .filter(|(m, _)| !m.trim().ends_with('.'))
    {
        format!("write `use {}.{{{}`", module.trim(), rest.trim_start())
    } else {
        String::from("write `use templates.{nvdla}`, or `use \"file.onnx\" as name`")
    };
    e0102("this `use` was not understood", s.all(), "not understood")
        .note("`use` takes a module with the names wanted from it, or a file and a name for it.")
        .hint(hint)
}
