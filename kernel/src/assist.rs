//! Completion, inspection, and whether a cell is complete, in the protocol's words.
//!
//! The protocol counts Unicode code points; the language counts bytes.

use crate::rust::is_rust;
use crate::session::{Session, completions, masked};
use nasaic_dsl::assist::{self, Completeness, CompletionKind, Known};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A place in a cell.
#[derive(Debug, Deserialize)]
pub struct Place {
    code: String,
    cursor_pos: usize,
}

/// A cell.
#[derive(Debug, Deserialize)]
pub struct Cell {
    code: String,
}

/// What could stand at the cursor.
pub fn complete(session: &Session, place: &Place) -> Value {
    if is_rust(&place.code) {
        let at = place.cursor_pos;
        return json!({
            "status": "ok", "matches": [], "cursor_start": at, "cursor_end": at, "metadata": {},
        });
    }
    let (schemas, program) = (session.schemas(), session.program());
    let known = Known {
        schemas,
        program: &program,
    };
    let cursor = byte(&place.code, place.cursor_pos);
    let line = place.code[..cursor]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    if let Some((start, words)) = completions(schemas, &place.code[line..cursor]) {
        return json!({
            "status": "ok",
            "matches": words,
            "cursor_start": point(&place.code, line + start),
            "cursor_end": place.cursor_pos,
            "metadata": {},
        });
    }
    let found = assist::complete(known, &masked(&place.code), cursor);
    let (start, end) = (found.range.start, found.range.end);
    let described: Vec<Value> = found
        .items
        .iter()
        .map(|item| {
            json!({
                "start": point(&place.code, start),
                "end": point(&place.code, end),
                "text": item.insert,
                "type": word(item.kind),
                "signature": item.detail,
            })
        })
        .collect();
    let matches: Vec<&str> = found
        .items
        .iter()
        .map(|item| item.insert.as_str())
        .collect();
    json!({
        "status": "ok",
        "matches": matches,
        "cursor_start": point(&place.code, start),
        "cursor_end": point(&place.code, end),
        "metadata": { "_jupyter_types_experimental": described },
    })
}

/// What stands at the cursor.
pub fn inspect(session: &Session, place: &Place) -> Value {
    let (schemas, program) = (session.schemas(), session.program());
    let known = Known {
        schemas,
        program: &program,
    };
    let found = match is_rust(&place.code) {
        true => None,
        false => {
            let cursor = byte(&place.code, place.cursor_pos);
            assist::hover(known, &masked(&place.code), cursor)
        }
    };
    let data = match &found {
        Some(hover) => {
            json!({ "text/plain": hover.plain, "text/markdown": hover.markdown })
        }
        None => Value::Object(Map::new()),
    };
    json!({ "status": "ok", "found": found.is_some(), "data": data, "metadata": {} })
}

/// Whether a cell can be run as it is.
pub fn is_complete(cell: &Cell) -> Value {
    if is_rust(&cell.code) {
        return json!({ "status": "unknown" });
    }
    match assist::completeness(&masked(&cell.code)) {
        Completeness::Complete => json!({ "status": "complete" }),
        Completeness::Incomplete { indent } => {
            json!({ "status": "incomplete", "indent": indent })
        }
        Completeness::Invalid => json!({ "status": "invalid" }),
    }
}

/// The front end's word for a kind, by which it chooses an icon.
fn word(kind: CompletionKind) -> &'static str {
    match kind {
        CompletionKind::Block => "class",
        CompletionKind::Field => "field",
        CompletionKind::Value => "enum",
        CompletionKind::Unit => "unit",
        CompletionKind::Name => "variable",
        CompletionKind::Function => "function",
        CompletionKind::Member => "property",
        CompletionKind::Module => "module",
        CompletionKind::Keyword => "keyword",
        CompletionKind::Code => "constant",
    }
}

/// The byte at which a code point begins.
fn byte(text: &str, point: usize) -> usize {
    text.char_indices()
        .nth(point)
        .map_or(text.len(), |(at, _)| at)
}

/// The number of code points before a byte.
fn point(text: &str, byte: usize) -> usize {
    text[..text.floor_char_boundary(byte)].chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_code_points() {
        let text = "µ = 3 ✕ 𝄞x";
        assert_eq!(&text[byte(text, 9)..], "x");
        assert_eq!(point(text, text.len() - 1), 9);
        assert_eq!(byte(text, 99), text.len());
    }
}
