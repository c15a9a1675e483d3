//! A script to cells: at its marks, or else at the blank lines between its declarations.

use super::{Cell, MARK, TEXT_MARK};
use nasaic_dsl::source::Sources;
use nasaic_dsl::syntax;

/// The cells of a script.
pub fn cells(text: &str) -> Vec<Cell> {
    let marked = text.lines().any(|line| line.starts_with(MARK));
    let cells = if marked {
        at_marks(text)
    } else {
        at_gaps(text)
    };
    cells
        .into_iter()
        .filter(|cell| !cell.source.is_empty())
        .collect()
}

fn at_marks(text: &str) -> Vec<Cell> {
    let mut cells = vec![code("")];
    for line in text.lines() {
        if line.starts_with(MARK) {
            // Of a lab's source, a cell for solutions is a cell, too.
            let markdown = line.starts_with(TEXT_MARK);
            cells.push(Cell {
                markdown,
                source: String::new(),
            });
        } else if let Some(cell) = cells.last_mut() {
            let line = if cell.markdown {
                uncommented(line)
            } else {
                command(line)
            };
            cell.source.push_str(line);
            cell.source.push('\n');
        }
    }
    for cell in &mut cells {
        cell.source = trimmed(&cell.source);
    }
    cells
}

/// The line that a comment of a text cell says.
fn uncommented(line: &str) -> &str {
    let text = line.strip_prefix("//").unwrap_or(line);
    text.strip_prefix(' ').unwrap_or(text)
}

/// A command of the notebook, which a script has as a comment.
fn command(line: &str) -> &str {
    line.strip_prefix("// ")
        .filter(|text| text.starts_with('%') && !text.starts_with("%%"))
        .unwrap_or(line)
}

/// Declarations and actions that no blank line parts make a cell; the text at the head is text.
fn at_gaps(text: &str) -> Vec<Cell> {
    let (head, rest) = head(text);
    let mut cells = Vec::new();
    if !head.is_empty() {
        cells.push(Cell {
            markdown: true,
            source: trimmed(&head),
        });
    }
    let body = &text[rest..];
    let source = Sources::default().add("script", body);
    let (file, _) = syntax::parse(source, body);
    let mut begin = 0;
    for (item, next) in file.items.iter().zip(file.items.iter().skip(1)) {
        let (end, start) = (item.span.end as usize, next.span.start as usize);
        let between = body.get(end..start).unwrap_or_default();
        // The comment at the end of a line belongs to it.
        let gap = between.find("\n\n").map(|at| end + at);
        if let Some(gap) = gap {
            cells.push(code(body.get(begin..gap).unwrap_or_default()));
            begin = gap;
        }
    }
    cells.push(code(body.get(begin..).unwrap_or_default()));
    cells
}

/// The `//!` lines at the head as text, and where the rest begins.
fn head(text: &str) -> (String, usize) {
    let mut head = String::new();
    let mut rest = 0;
    for line in text.split_inclusive('\n') {
        let Some(words) = line.strip_prefix("//!") else {
            break;
        };
        head.push_str(words.strip_prefix(' ').unwrap_or(words));
        rest += line.len();
    }
    (head, rest)
}

fn code(source: &str) -> Cell {
    Cell {
        markdown: false,
        source: trimmed(source),
    }
}

/// Without blank lines before and after.
pub(super) fn trimmed(text: &str) -> String {
    let text = text.trim_end();
    let start = text.find(|c: char| !c.is_whitespace()).unwrap_or(0);
    let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    text[line..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(text: &str) -> Vec<(bool, String)> {
        cells(text)
            .into_iter()
            .map(|cell| (cell.markdown, cell.source))
            .collect()
    }

    #[test]
    fn a_script_without_marks_is_cut_at_blank_lines_between_its_parts() {
        let text = "//! Two things.\n//! Both small.\nuse std.nets.{resnet18}\n\n// why\nlet a = 1 // one\nlet b = 2\n\nnetwork n {\n  input = [3, 8, 8]\n\n  conv { filters = 8 }\n}\n\na\n";
        let wanted = [
            (true, "Two things.\nBoth small."),
            (false, "use std.nets.{resnet18}"),
            (false, "// why\nlet a = 1 // one\nlet b = 2"),
            (
                false,
                "network n {\n  input = [3, 8, 8]\n\n  conv { filters = 8 }\n}",
            ),
            (false, "a"),
        ];
        let wanted = wanted.map(|(markdown, text)| (markdown, text.to_owned()));
        assert_eq!(sources(text), wanted);
    }

    #[test]
    fn marks_are_where_cells_begin() {
        let text = "// %% [markdown]\n// # Title\n//\n// words\n\n// %%\n// %time\n  let a = 1\n\na\n\n// %%\na + 1\n";
        let wanted = [
            (true, "# Title\n\nwords"),
            (false, "%time\n  let a = 1\n\na"),
            (false, "a + 1"),
        ];
        let wanted = wanted.map(|(markdown, text)| (markdown, text.to_owned()));
        assert_eq!(sources(text), wanted);
    }
}
