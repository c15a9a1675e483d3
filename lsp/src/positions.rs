//! Lines and UTF-16 columns, as editors count, and bytes, as the language does.

use lsp_types::{Position, Range};
use std::ops;

/// The byte at a position; one behind the end of its line means that end.
pub fn offset(text: &str, position: Position) -> usize {
    let mut lines = text.split_inclusive('\n');
    let before = lines.by_ref().take(position.line as usize);
    let start: usize = before.map(str::len).sum();
    let line = lines.next().unwrap_or("").trim_end_matches(['\n', '\r']);
    let mut column = 0;
    for (at, c) in line.char_indices() {
        if column >= position.character {
            return start + at;
        }
        column += c.len_utf16() as u32;
    }
    start + line.len()
}

/// The position of a byte.
pub fn position(text: &str, offset: usize) -> Position {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column: usize = before[start..].chars().map(char::len_utf16).sum();
    Position::new(before.matches('\n').count() as u32, column as u32)
}

/// The range of some bytes.
pub fn range(text: &str, bytes: ops::Range<usize>) -> Range {
    Range::new(position(text, bytes.start), position(text, bytes.end))
}

#[cfg(test)]
mod tests {
    use super::{offset, position};
    use lsp_types::Position;

    #[test]
    fn every_character_has_a_position_and_back() {
        let text = "a µs\r\n// 𝕏 = 𝒚²\n\nend";
        for (at, c) in text.char_indices().filter(|(_, c)| *c != '\n') {
            let place = position(text, at);
            // Between a carriage return and its newline nothing can stand.
            if c != '\r' {
                assert_eq!(offset(text, place), at, "{c:?}");
            }
        }
        assert_eq!(position(text, text.find('=').unwrap()), Position::new(1, 6));
        assert_eq!(offset(text, Position::new(3, 99)), text.len());
        assert_eq!(offset(text, Position::new(99, 0)), text.len());
        assert_eq!(offset(text, Position::new(0, 99)), 5);
    }
}
