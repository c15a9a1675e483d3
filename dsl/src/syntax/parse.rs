//! Reads a text: signs, brackets, grammar, tree.

use super::brackets::{self, Brackets};
use super::grammar::{Grammar, Rule};
use super::lex::{Lexed, Token, TokenKind, lex};
use super::mend::mend;
use super::problems::{Problems, Quiet, Rank, left};
use super::reader::Reader;
use super::tree::{Expr, File, ItemKind, Path};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use pest::Parser as _;

/// How long a text may be, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;

/// What reading a text gives.
pub(crate) struct Reading {
    /// The tree.
    pub file: File,
    /// Words, signs and comments.
    pub lexed: Lexed,
    /// What was wrong, one message a line.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a text into a tree, with a message for whatever could not be understood.
///
/// Never fails. What a message is about is left out of the tree, or is in it as
/// it was most likely meant, so that one slip does not make ten messages.
pub fn parse(source: SourceId, text: &str) -> (File, Vec<Diagnostic>) {
    let Reading {
        file, diagnostics, ..
    } = read(source, text, fields_at_top);
    (file, diagnostics)
}

/// The messages that a text's holes need, one for each `?`, wherever it stands.
pub(crate) fn holes_of(source: SourceId, text: &str) -> Vec<Diagnostic> {
    if !text.contains('?') {
        return Vec::new();
    }
    let holes = holes(text, &lex(text));
    let left = |at: usize| left(Span::new(source, at, at + 1));
    holes.into_iter().map(left).collect()
}

/// Where the holes of a text stand, those in its scripts among them.
fn holes(text: &str, lexed: &Lexed) -> Vec<usize> {
    let mut found = Vec::new();
    for token in &lexed.tokens {
        let words = &text[token.start..token.end];
        match token.kind {
            TokenKind::Sign if words == "?" => found.push(token.start),
            TokenKind::Raw { .. } => {
                let inner = words.trim_matches('"');
                let start = token.start + words.find(inner).unwrap_or(0);
                found.extend(holes_of_script(inner).iter().map(|hole| start + hole));
            }
            _ => {}
        }
    }
    found
}

/// Where holes stand in a script, whose language has signs with a `?` of its own: `?.`, `?[`, `??`.
pub(crate) fn holes_of_script(text: &str) -> Vec<usize> {
    if !text.contains('?') {
        return Vec::new();
    }
    let alone = |token: &Token| {
        let after = text[token.end..].chars().next();
        let before = text[..token.start].ends_with('?');
        text[token.start..token.end] == *"?" && !before && !matches!(after, Some('.' | '[' | '?'))
    };
    let tokens = lex(text).tokens.into_iter();
    tokens.filter(alone).map(|token| token.start).collect()
}

/// Reads a text; `judge` looks at the finished tree before the messages are chosen.
pub(crate) fn read(
    source: SourceId,
    text: &str,
    judge: fn(&File, &str, &mut Problems<'_>),
) -> Reading {
    let mut problems = Problems::new(source, text);
    if text.len() > LONGEST {
        let diagnostic = Diagnostic::new("E0110", "the text is too large")
            .note(format!(
                "A text may have {LONGEST} bytes; this one has {}.",
                text.len()
            ))
            .hint("move parts of it to other files and bring them in with `use`");
        problems.add(Rank::Sign, diagnostic);
        return Reading::without_tree(Lexed::default(), problems);
    }
    let (mended, lexed) = mend(text, &mut problems);
    strings_and_comments(&mended, &lexed, &mut problems);
    let brackets = brackets::check(&mended, &lexed.tokens, &mut problems);
    if let Some(token) = brackets.too_deep {
        let diagnostic = Diagnostic::new("E0109", "nested too deeply")
            .at(
                problems.span(token.start, token.end),
                format!("level {}", brackets::DEEPEST + 1),
            )
            .note(format!(
                "Brackets may be nested {} levels deep.",
                brackets::DEEPEST
            ))
            .hint("give an inner part a name with `let`, and use the name");
        problems.add(Rank::Sign, diagnostic);
        return Reading::without_tree(lexed, problems);
    }
    let file = tree(&mended, &lexed, &brackets, &mut problems);
    judge(&file, text, &mut problems);
    let diagnostics = problems.chosen(&brackets.quiet, &holes(&mended, &lexed));
    Reading {
        file,
        lexed,
        diagnostics,
    }
}

impl Reading {
    fn without_tree(lexed: Lexed, problems: Problems<'_>) -> Self {
        Self {
            file: File::default(),
            lexed,
            diagnostics: problems.chosen(&Quiet::default(), &[]),
        }
    }
}

fn tree(text: &str, lexed: &Lexed, brackets: &Brackets, problems: &mut Problems<'_>) -> File {
    match Grammar::parse(Rule::file, text) {
        Ok(pairs) => Reader::new(text, lexed, brackets, problems).file(pairs),
        // The grammar takes any text; should it ever not, the reader still gets a place.
        Err(error) => {
            let at = match error.location {
                pest::error::InputLocation::Pos(at) => at,
                pest::error::InputLocation::Span((start, _)) => start,
            };
            let diagnostic = Diagnostic::new("E0102", "this line was not understood")
                .at(problems.span(at, at), "from here on");
            problems.add(Rank::Line, diagnostic);
            File::default()
        }
    }
}

/// Reports strings that do not end on their line, and comments and raw texts that never end.
fn strings_and_comments(text: &str, lexed: &Lexed, problems: &mut Problems<'_>) {
    for token in &lexed.tokens {
        let diagnostic = match token.kind {
            TokenKind::Text { closed: false } => {
                let words = text[token.start..token.end].trim_end();
                let closing = problems.span(token.start, token.start + words.len());
                Diagnostic::new("E0105", "this string is never closed")
                    .at(closing, "the closing `\"` is missing")
                    .note("A string begins and ends with `\"` on the same line.")
                    .hint(format!("write `{words}\"`"))
            }
            TokenKind::Raw { closed: false } => {
                Diagnostic::new("E0108", "this script text is never closed")
                    .at(
                        problems.span(token.start, token.start + 3),
                        "it begins here",
                    )
                    .note("A script text begins and ends with three quotation marks.")
                    .hint("add `\"\"\"` on a line of its own after the script")
            }
            _ => continue,
        };
        problems.add(Rank::Sign, diagnostic);
    }
    for comment in lexed.comments.iter().filter(|c| !c.closed) {
        let diagnostic = Diagnostic::new("E0108", "this comment is never closed")
            .at(
                problems.span(comment.start, comment.start + 2),
                "it begins here",
            )
            .note("A comment that begins with `/*` goes on until `*/`, over any number of lines.")
            .hint("add `*/` where the comment ends, or begin it with `//`");
        problems.add(Rank::Sign, diagnostic);
    }
}

/// Reports the fields that stand outside of all blocks.
fn fields_at_top(file: &File, text: &str, problems: &mut Problems<'_>) {
    for item in &file.items {
        if let ItemKind::Field { path, open, value } = &item.kind {
            let diagnostic = Diagnostic::new("E0102", "a field outside of any block")
                .at(path.span, "this belongs to no block")
                .note("Outside of blocks, `let` names a value and `choose` declares a decision.")
                .hint(field_hint(path, *open, value, text));
            problems.add(Rank::Slip, diagnostic);
        }
    }
}

fn field_hint(path: &Path, open: bool, value: &Expr, text: &str) -> String {
    let value = text
        .get(value.span.start as usize..value.span.end as usize)
        .unwrap_or("…");
    match path.segments.as_slice() {
        [only] if only.index.is_none() && open => {
            format!("write `choose {} in {value}`", only.name.text)
        }
        [only] if only.index.is_none() => format!("write `let {} = {value}`", only.name.text),
        _ => String::from("put it into the block it belongs to, or into `with { … }`"),
    }
}
