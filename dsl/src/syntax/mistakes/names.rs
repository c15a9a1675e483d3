//! Slips in names and labels.

use super::slips::e0102;
use super::statement::Statement;
use crate::diagnostic::Diagnostic;
use crate::names::identifier;
use crate::names::is_reserved;
use crate::syntax::lex::TokenKind;

/// `"pes": 4096`.
pub(super) fn quoted_name(s: &Statement<'_>) -> Option<Diagnostic> {
    let named = matches!(s.word(1), ":" | "=" | "in");
    if s.kind(0) != Some(TokenKind::Text { closed: true }) || !named {
        return None;
    }
    let name = s.word(0).trim_matches('"');
    let sign = if s.word(1) == "in" { "in" } else { "=" };
    let diagnostic = e0102(
        "a name in quotation marks",
        s.span(0, 1),
        "write the bare name",
    )
    .note("Names stand without quotation marks; a string is a value.")
    .hint(format!(
        "write `{name} {sign} {}`",
        s.from(2).trim_end_matches(',')
    ));
    Some(diagnostic)
}

/// `network my-net {`.
pub(super) fn dashed_name(s: &Statement<'_>) -> Option<Diagnostic> {
    let first = (0..2).find(|i| s.is_word(*i) && s.word(i + 1) == "-" && s.touches_next(*i))?;
    let mut last = first;
    while s.word(last + 1) == "-" && s.touches_next(last) && s.touches_next(last + 1) {
        last += 2;
    }
    let follows = matches!(s.word(last + 1), "{" | "=" | "in" | "\"");
    if last == first || !follows || last >= s.tokens.len() {
        return None;
    }
    let name = s.between(first, last + 1);
    let diagnostic = e0102(
        format!("`{name}` is not a name"),
        s.span(first, last + 1),
        "a `-` is a minus",
    )
    .note("A name has letters, digits and `_`.")
    .hint(format!("write `{}`", name.replace('-', "_")));
    Some(diagnostic)
}

/// `device 3d {`, `let 2x = 4`.
pub(super) fn name_with_digit_first(s: &Statement<'_>) -> Option<Diagnostic> {
    let first = (0..2).find(|i| s.kind(*i) == Some(TokenKind::Number))?;
    let name = s.between(first, first + 2);
    let follows = matches!(s.word(first + 2), "{" | "=" | "in");
    if !s.touches_next(first) || !s.is_word(first + 1) || !follows {
        return None;
    }
    let diagnostic = e0102(
        format!("`{name}` is not a name"),
        s.span(first, first + 2),
        "begins with a digit",
    )
    .note("A name begins with a letter or `_`.")
    .hint(format!("write `{}{}`", s.word(first + 1), s.word(first)));
    Some(diagnostic)
}

/// `3 @ 4`.
pub(super) fn meaningless_sign(s: &Statement<'_>) -> Option<Diagnostic> {
    let strange = |i: &usize| {
        let sign = s.word(*i);
        s.kind(*i) == Some(TokenKind::Sign)
            && (!sign.is_ascii() && !"≤≥²³".contains(sign) || "@$\\`~#;'".contains(sign))
    };
    let at = (0..s.tokens.len()).find(strange)?;
    let title = format!("`{}` has no meaning here", s.word(at));
    let diagnostic = e0102(title, s.span(at, at + 1), "not a sign of the language")
        .note("Such a sign may stand in a string or a comment only.")
        .hint("leave it out");
    Some(diagnostic)
}

/// `device "zcu102" {`.
pub(super) fn quoted_label(s: &Statement<'_>) -> Option<Diagnostic> {
    let quoted = s.kind(1) == Some(TokenKind::Text { closed: true }) && s.word(2) == "{";
    if !s.is_word(0) || !quoted {
        return None;
    }
    let diagnostic = e0102(
        "a label in quotation marks",
        s.span(1, 2),
        "write a bare name",
    )
    .note("The label of a block is a name, not a string.")
    .hint(format!(
        "write `{} {} {{`",
        s.word(0),
        identifier(s.word(1).trim_matches('"').trim())
    ));
    Some(diagnostic)
}

/// `clock speed = 1 GHz`.
pub(super) fn name_of_two_words(s: &Statement<'_>) -> Option<Diagnostic> {
    let words = (0..s.tokens.len())
        .take_while(|i| s.is_word(*i) && !is_reserved(s.word(*i)))
        .count();
    if words < 2 || s.word(words) != "=" {
        return None;
    }
    let names: Vec<&str> = (0..words).map(|i| s.word(i)).collect();
    let diagnostic = e0102("a name is one word", s.span(0, words), "two words")
        .note("The parts of a name are joined with `_`.")
        .hint(format!(
            "write `{} = {}`",
            names.join("_"),
            s.from(words + 1)
        ));
    Some(diagnostic)
}
