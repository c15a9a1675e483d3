//! What may stand at the cursor.

use super::items::item;
use super::outline::Outline;
use super::place::{Place, Role};
use super::{
    Completion, CompletionKind, Completions, Known, arguments, clamped, members, statements, uses,
    values,
};
use crate::check::Survey;
use crate::explain;
use crate::syntax::lex::{Comment, Token, TokenKind, lex};
use std::ops::Range;

/// What may stand at `offset` of a text, the most useful first.
///
/// What is typed of a word restricts the answer, and the whole word is replaced.
pub fn complete(known: Known<'_>, text: &str, offset: usize) -> Completions {
    let offset = clamped(text, offset);
    codes(text, offset)
        .or_else(|| at_word(known, text, offset))
        .unwrap_or_else(|| Completions {
            range: offset..offset,
            items: Vec::new(),
        })
}

/// The codes of diagnostics that begin like the word at a place, be it in a comment.
fn codes(text: &str, offset: usize) -> Option<Completions> {
    let range = word_around(text, offset);
    let digits = text[range.start..offset].strip_prefix(['E', 'W'])?;
    let is_code = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let typed = &text[range.start..offset];
    let found = explain::codes()
        .into_iter()
        .filter(|code| is_code && code.starts_with(typed));
    let items: Vec<Completion> = found
        .map(|code| {
            let title = explain::title(code).unwrap_or_default();
            item(CompletionKind::Code, code, title, "")
        })
        .collect();
    (!items.is_empty()).then_some(Completions { range, items })
}

/// The letters, digits and underscores around a place.
pub(super) fn word_around(text: &str, offset: usize) -> Range<usize> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let start = text[..offset].trim_end_matches(part).len();
    let rest = text[offset..].trim_start_matches(part).len();
    start..text.len() - rest
}

fn at_word(known: Known<'_>, text: &str, offset: usize) -> Option<Completions> {
    let cursor = Cursor::new(text, offset)?;
    let outline = Outline::new(&cursor.marked, known.schemas);
    let word = outline.tokens.iter().position(|t| t.start == cursor.word)?;
    let mut survey = Survey::of(known.program, known.schemas, &outline.mended());
    let mut asked = Asked {
        known,
        survey: &mut survey,
        outline: &outline,
        place: outline.place(word),
        word,
    };
    let mut range = cursor.range.clone();
    if let Role::Unit { number: Some(n) } = asked.place.role
        && cursor.blank.is_empty()
        && let Some(first) = outline.tokens.get(n + 1)
    {
        range.start = first.start;
    }
    let typed = text.get(range.start..offset).unwrap_or("").to_owned();
    let mut items = asked.items();
    items.retain(|i| matches(&i.insert, &typed));
    let mut seen = Vec::new();
    items.retain(|i| {
        let new = !seen.contains(&i.insert);
        seen.push(i.insert.clone());
        new
    });
    // What begins exactly as typed comes before what differs in case.
    items.sort_by_key(|i| !i.insert.starts_with(&typed));
    for item in &mut items {
        item.insert.insert_str(0, cursor.blank);
    }
    Some(Completions { range, items })
}

fn matches(insert: &str, typed: &str) -> bool {
    let start = insert.get(..typed.len());
    start.is_some_and(|s| s.eq_ignore_ascii_case(typed))
}

/// A text with a word at the cursor, whatever stands there.
struct Cursor {
    /// The text, with a letter added where no word stands.
    marked: String,
    /// Where that word begins, in the marked text.
    word: usize,
    /// What is replaced, in the text itself.
    range: Range<usize>,
    /// What must stand before the completion.
    blank: &'static str,
}

impl Cursor {
    /// `None` inside comments, strings and numbers, where nothing is completed.
    fn new(text: &str, offset: usize) -> Option<Self> {
        let lexed = lex(text);
        if lexed.comments.iter().any(|c| holds(text, c, offset)) {
            return None;
        }
        let touching = |t: &&Token| t.start < offset && offset <= t.end;
        let marked = |mark: &str| format!("{}{mark}{}", &text[..offset], &text[offset..]);
        match lexed.tokens.iter().find(touching) {
            Some(t) => match t.kind {
                TokenKind::Word => Some(Self {
                    marked: text.to_owned(),
                    word: t.start,
                    range: t.start..t.end,
                    blank: "",
                }),
                TokenKind::Number if offset == t.end => Some(Self {
                    marked: marked(" x"),
                    word: offset + 1,
                    range: offset..offset,
                    blank: " ",
                }),
                TokenKind::Number => None,
                TokenKind::Text { closed } | TokenKind::Raw { closed }
                    if !closed || offset < t.end =>
                {
                    None
                }
                _ => Some(Self::new_word(marked("x"), offset)),
            },
            None => Some(Self::new_word(marked("x"), offset)),
        }
    }

    fn new_word(marked: String, offset: usize) -> Self {
        Self {
            marked,
            word: offset,
            range: offset..offset,
            blank: "",
        }
    }
}

/// Whether a place lies in a comment, or behind one on its line.
pub(super) fn holds(text: &str, comment: &Comment, offset: usize) -> bool {
    if comment.line {
        offset > comment.start + 1 && !text[comment.start..offset].contains('\n')
    } else {
        offset > comment.start + 1 && (offset < comment.end || !comment.closed)
    }
}

/// A question with all that an answer needs.
pub(super) struct Asked<'a, 's> {
    pub known: Known<'a>,
    pub survey: &'s mut Survey<'a>,
    pub outline: &'s Outline<'s>,
    pub place: Place,
    /// The token of the word at the cursor.
    pub word: usize,
}

impl Asked<'_, '_> {
    fn items(&mut self) -> Vec<Completion> {
        match self.place.role.clone() {
            Role::Free => Vec::new(),
            Role::Statement => statements::statement(self),
            Role::PathPart(before) => statements::path_part(self, &before),
            Role::Label { kind } => statements::label(self, kind),
            Role::After { start } => statements::after(self, start),
            Role::Value { frame, path, open } => {
                match self.outline.field(self.known, self.survey, frame, &path) {
                    Some(field) => values::of_field(self, frame, &field, open),
                    None => values::any(self),
                }
            }
            Role::Unit { number } => values::units(self, number),
            Role::Member(base) => members::after_dot(self, &base),
            Role::Module(before) => uses::modules(&before),
            Role::Import(path) => uses::names(self, &path),
            Role::Argument(argument) => arguments::of_call(self, &argument),
            Role::Expression { start } => values::of_expression(self, start),
        }
    }
}
