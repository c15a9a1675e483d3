//! Which brackets belong together.
//!
//! The grammar closes what is open at the end of a text without a word, so the
//! message about a missing or a superfluous bracket is found here, on the list
//! of tokens. The same pass measures the nesting, before anything recursive
//! sees the text.

use super::lex::{Token, TokenKind};
use super::problems::{Problems, Rank};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// How deep brackets may be nested.
pub(crate) const DEEPEST: usize = 64;

/// What the pass over the brackets found.
#[derive(Debug, Default)]
pub(crate) struct Brackets {
    /// Where reports about lines that were not understood are consequences.
    pub quiet: Vec<Range<usize>>,
    /// The bracket that exceeds [`DEEPEST`], if any; the text must not be parsed then.
    pub too_deep: Option<Token>,
    /// Whether a bracket without its partner was reported.
    pub unmatched: bool,
}

/// A matched pair of brackets.
struct Pair {
    open: Token,
    close: Token,
}

/// Matches the brackets of a text and reports those without a partner.
///
/// A `}` closes the nearest `{` whatever else is open, because a block ends
/// there for the grammar too; `)` and `]` never reach out of their braces.
pub(crate) fn check(text: &str, tokens: &[Token], problems: &mut Problems<'_>) -> Brackets {
    let mut found = Brackets::default();
    let mut open: Vec<Token> = Vec::new();
    let mut pairs: Vec<Pair> = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::Open => {
                if open.len() == DEEPEST {
                    found.too_deep = Some(*token);
                    return found;
                }
                open.push(*token);
            }
            TokenKind::Close => match partner(text, &open, token) {
                Some(depth) => {
                    for left in open.drain(depth + 1..) {
                        unclosed(text, problems, left, token.start);
                        found.quiet.push(left.start..token.start);
                        found.unmatched = true;
                    }
                    pairs.extend(open.pop().map(|open| Pair { open, close: *token }));
                }
                None => {
                    superfluous(text, problems, *token);
                    found.unmatched = true;
                }
            },
            _ => {}
        }
    }
    at_end(text, tokens, &open, &pairs, problems, &mut found);
    found.quiet.extend(pairs.iter().filter(|p| sign(text, p.open) != "{").map(|p| {
        let first_line_end = text[p.open.start..].find('\n').map_or(text.len(), |n| p.open.start + n);
        first_line_end..p.close.start
    }));
    found
}

fn sign<'a>(text: &'a str, token: Token) -> &'a str {
    &text[token.start..token.end]
}

fn closer(opener: &str) -> &'static str {
    match opener {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

/// The place in `open` of the bracket that `token` closes.
fn partner(text: &str, open: &[Token], token: &Token) -> Option<usize> {
    let close = sign(text, *token);
    for (depth, candidate) in open.iter().enumerate().rev() {
        let opener = sign(text, *candidate);
        if closer(opener) == close {
            return Some(depth);
        }
        if opener == "{" {
            return None;
        }
    }
    None
}

/// Reports what is still open at the end: the innermost bracket only, because
/// the outer ones are mended by the same stroke more often than not.
fn at_end(
    text: &str,
    tokens: &[Token],
    open: &[Token],
    pairs: &[Pair],
    problems: &mut Problems<'_>,
    found: &mut Brackets,
) {
    let Some(innermost) = open.last() else { return };
    let end = tokens.last().map_or(0, |t| t.end);
    let blamed = stolen(text, *innermost, pairs).unwrap_or(*innermost);
    found.unmatched = true;
    if sign(text, blamed) != "{" {
        found.quiet.push(blamed.start..text.len());
    }
    unclosed(text, problems, blamed, end);
}

/// The block inside `outer` whose `}` stands further left than the block itself:
/// by its indentation that `}` was meant for an outer block.
fn stolen(text: &str, outer: Token, pairs: &[Pair]) -> Option<Token> {
    pairs
        .iter()
        .filter(|p| p.open.start > outer.start && sign(text, p.open) == "{")
        .filter(|p| {
            let (before_close, before_open) = (indent(text, p.close), indent(text, p.open));
            first_on_line(text, p.close) && before_close < before_open
        })
        .map(|p| p.open)
        .min_by_key(|t| t.start)
}

fn line_before(text: &str, token: Token) -> &str {
    let before = &text[..token.start];
    &before[before.rfind('\n').map_or(0, |n| n + 1)..]
}

fn first_on_line(text: &str, token: Token) -> bool {
    line_before(text, token).trim().is_empty()
}

fn indent(text: &str, token: Token) -> usize {
    let line = line_before(text, token);
    line.len() - line.trim_start().len()
}

/// Reports an open bracket; `end` is the bracket that closes another one, or the end of the text.
fn unclosed(text: &str, problems: &mut Problems<'_>, open: Token, end: usize) {
    let (opener, close) = (sign(text, open), closer(sign(text, open)));
    let (length, found) = match text[end..].chars().next() {
        Some(other) if matches!(other, ')' | ']' | '}') => {
            (1, format!("this `{other}` comes first"))
        }
        _ => (0, String::from("the text ends here")),
    };
    let words = text[open.start..end].trim_end();
    let hint = match words.contains('\n') {
        false if opener != "{" => format!("write `{words}{close}`"),
        _ if opener == "{" => String::from("put a `}` on a line of its own after the last line of the block"),
        _ => format!("put a `{close}` after the last value"),
    };
    let note = match opener {
        "{" => "What begins with `{` ends with `}`.",
        "[" => "A list begins with `[` and ends with `]`.",
        _ => "What begins with `(` ends with `)`.",
    };
    let diagnostic = Diagnostic::new("E0101", format!("this `{opener}` is never closed"))
        .at(problems.span(open.start, open.end), "opened here")
        .at(problems.span(end, end + length), found)
        .note(note)
        .hint(hint);
    problems.add(Rank::Bracket, diagnostic);
}

fn superfluous(text: &str, problems: &mut Problems<'_>, close: Token) {
    let close_sign = sign(text, close);
    let diagnostic = Diagnostic::new("E0101", format!("`{close_sign}` closes nothing"))
        .at(problems.span(close.start, close.end), "nothing is open here")
        .note(format!("No bracket that `{close_sign}` could close is open at this place."))
        .hint(format!("leave out this `{close_sign}`, or add the bracket it should close"));
    problems.add(Rank::Bracket, diagnostic);
}
