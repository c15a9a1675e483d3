//! Reads a text: signs, brackets, grammar, tree.

use super::brackets::{self, Brackets};
use super::grammar::{Grammar, Rule};
use super::items::Reader;
use super::lex::{Lexed, TokenKind};
use super::mend::mend;
use super::problems::{Problems, Rank};
use super::tree::{File, Item, ItemKind, Path};
use crate::diagnostic::Diagnostic;
use crate::source::SourceId;
use pest::Parser as _;

/// How long a text may be, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;

/// What reading a text gives, before placement is judged.
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
    let Reading { file, mut diagnostics, .. } = read(source, text);
    for item in &file.items {
        if let Some(misplaced) = field_at_top(item, text)
            && !diagnostics.iter().any(|d| same_line(text, d, &misplaced))
        {
            diagnostics.push(misplaced);
        }
    }
    diagnostics.sort_by_key(start);
    (file, diagnostics)
}

/// Reads a text without judging where its items stand.
pub(crate) fn read(source: SourceId, text: &str) -> Reading {
    let mut problems = Problems::new(source, text);
    if text.len() > LONGEST {
        let diagnostic = Diagnostic::new("E0110", "the text is too large")
            .note(format!("A text may have {LONGEST} bytes; this one has {}.", text.len()))
            .hint("move parts of it to other files and bring them in with `use`");
        problems.add(Rank::Sign, diagnostic);
        return Reading::without_tree(Lexed::default(), problems);
    }
    let (mended, lexed) = mend(text, &mut problems);
    strings_and_comments(&mended, &lexed, &mut problems);
    let brackets = brackets::check(&mended, &lexed.tokens, &mut problems);
    if let Some(token) = brackets.too_deep {
        let diagnostic = Diagnostic::new("E0109", "nested too deeply")
            .at(problems.span(token.start, token.end), format!("level {}", brackets::DEEPEST + 1))
            .note(format!("Brackets may be nested {} levels deep.", brackets::DEEPEST))
            .hint("give an inner part a name with `let`, and use the name");
        problems.add(Rank::Sign, diagnostic);
        return Reading::without_tree(lexed, problems);
    }
    let file = tree(&mended, &lexed, &brackets, &mut problems);
    let diagnostics = problems.chosen(&brackets.quiet);
    Reading { file, lexed, diagnostics }
}

impl Reading {
    fn without_tree(lexed: Lexed, problems: Problems<'_>) -> Self {
        Self { file: File::default(), lexed, diagnostics: problems.chosen(&[]) }
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
                    .at(problems.span(token.start, token.start + 3), "it begins here")
                    .note("A script text begins and ends with three quotation marks.")
                    .hint("add `\"\"\"` on a line of its own after the script")
            }
            _ => continue,
        };
        problems.add(Rank::Sign, diagnostic);
    }
    for comment in lexed.comments.iter().filter(|c| !c.closed) {
        let diagnostic = Diagnostic::new("E0108", "this comment is never closed")
            .at(problems.span(comment.start, comment.start + 2), "it begins here")
            .note("A comment that begins with `/*` goes on until `*/`, over any number of lines.")
            .hint("add `*/` where the comment ends, or begin it with `//`");
        problems.add(Rank::Sign, diagnostic);
    }
}

/// The message about a field that stands outside all blocks.
fn field_at_top(item: &Item, text: &str) -> Option<Diagnostic> {
    let ItemKind::Field { path, open, value } = &item.kind else { return None };
    let value = text.get(value.span.start as usize..value.span.end as usize)?;
    let hint = match path {
        Path { segments, .. } if segments.len() > 1 || segments[0].index.is_some() => {
            String::from("put it into the block it belongs to, or into `with { … }`")
        }
        Path { segments, .. } if *open => {
            format!("write `choose {} in {value}`", segments[0].name.text)
        }
        Path { segments, .. } => format!("write `let {} = {value}`", segments[0].name.text),
    };
    let diagnostic = Diagnostic::new("E0102", "a field outside of any block")
        .at(path.span, "this belongs to no block")
        .note("Outside of blocks, `let` gives a value a name and `choose` declares a decision.")
        .hint(hint);
    Some(diagnostic)
}

fn start(diagnostic: &Diagnostic) -> u32 {
    diagnostic.span().map_or(0, |s| s.start)
}

fn same_line(text: &str, one: &Diagnostic, other: &Diagnostic) -> bool {
    let (a, b) = (start(one).min(start(other)), start(one).max(start(other)));
    !text.get(a as usize..b as usize).is_some_and(|between| between.contains('\n'))
}
