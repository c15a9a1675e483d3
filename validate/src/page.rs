//! Sections as a page of the manual: Markdown with tables, notes and pictures.

use crate::render::{summary, word};
use crate::report::{Section, Table};

const HEAD: &str = "\
# Validation

<!-- Written by a test: NASAIC_UPDATE=1 cargo test -p nasaic-validate --test page -->

What the cost model was compared with, and what came out. `nasaic validate` prints the lines of
this page anew from the data that come with the program; `nasaic validate --data DIR` runs the same
comparisons on any folder laid out like `tests/reference`, with any number of records. It exits with
2 when a line falls short of what was asked.

A line *passes* or falls *short* where something was asked for; *info* is for reading.

";

/// The page; pictures lie in a folder `pictures` beside it.
pub fn markdown(sections: &[Section]) -> String {
    let mut out = format!("{HEAD}In all: {}.\n", summary(sections));
    for section in sections {
        out += &format!("\n## {}\n\nSource: {}.\n\n", section.title, section.source);
        out += &table(&lines(section));
        for picture in &section.pictures {
            out += &format!("\n![{}](pictures/{})\n", picture.figure.title, picture.file);
        }
        for t in &section.tables {
            out += &format!("\n**{}**\n\n{}", t.caption, table(t));
        }
        for note in &section.notes {
            out += &format!("\n{}\n", escaped(note));
        }
    }
    out
}

fn lines(section: &Section) -> Table {
    let row = |line: &crate::report::Line| {
        let verdict = word(line.verdict).to_owned();
        vec![
            line.what.clone(),
            line.figure.clone(),
            line.bar.clone(),
            verdict,
        ]
    };
    Table {
        caption: String::new(),
        columns: ["what", "figure", "asked", "verdict"]
            .map(str::to_owned)
            .into(),
        rows: section.lines.iter().map(row).collect(),
    }
}

fn table(table: &Table) -> String {
    let row = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule = "|---".repeat(table.columns.len());
    let rows = table.rows.iter().map(|cells| row(cells));
    format!(
        "{}{rule}|\n{}",
        row(&table.columns),
        rows.collect::<String>()
    )
}

/// Text in which no character breaks a table or begins a tag; notes may emphasise.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}
