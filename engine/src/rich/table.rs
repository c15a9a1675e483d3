//! Tables as HTML.

use super::page::{LINE, MUTED, marked};
use super::{Bundle, HTML};
use crate::table::{Cell, Head, Table};
use nasaic_dsl::render::escape;
use nasaic_dsl::units;

/// Rows shown of a long table; a file holds them all.
const MOST_ROWS: usize = 200;

const TABLE: &str = "border-collapse:collapse;margin:.4em 0;font-size:13px;\
                     font-variant-numeric:tabular-nums;color:inherit";
const CAPTION: &str = "caption-side:top;text-align:left;font-weight:bold;padding:.2em 0;\
                       color:inherit";

/// A table as text and as HTML.
pub fn bundle(table: &Table) -> Bundle {
    Bundle::new(table.to_string()).with(HTML, html(table))
}

/// Several tables as HTML, one below the other.
pub fn pages(tables: &[Table]) -> String {
    tables.iter().map(html).collect()
}

fn html(table: &Table) -> String {
    let sides: Vec<&str> = table
        .numbers()
        .into_iter()
        .map(|numbers| if numbers { "right" } else { "left" })
        .collect();
    let mut out = format!("<table style=\"{TABLE}\">\n");
    if !table.title.is_empty() {
        let title = escape(&table.title);
        out += &format!("<caption style=\"{CAPTION}\">{title}</caption>\n");
    }
    let heads = table.columns.iter().map(Head::shown);
    let edge = format!("border-bottom:1px solid {LINE}");
    out += &format!(
        "<thead>{}</thead>\n<tbody>\n",
        row("th", heads, &sides, &edge)
    );
    for cells in table.rows.iter().take(MOST_ROWS) {
        out += &row("td", cells.iter().map(Cell::shown), &sides, "");
    }
    out += "</tbody></table>\n";
    let left_out = table.rows.len().saturating_sub(MOST_ROWS);
    if left_out > 0 {
        let rows = units::number(left_out as f64);
        out += &note(&format!("… and {rows} more rows"));
    }
    for sentence in &table.notes {
        out += &note(sentence);
    }
    out
}

/// One row of cells, each on the side of its column.
fn row(tag: &str, cells: impl Iterator<Item = String>, sides: &[&str], style: &str) -> String {
    let cells: String = cells
        .enumerate()
        .map(|(i, cell)| {
            let side = sides.get(i).unwrap_or(&"left");
            let style = format!("text-align:{side};padding:.15em .6em;{style}");
            format!(
                "<{tag} style=\"{style}\">{}</{tag}>",
                marked(&escape(&cell))
            )
        })
        .collect();
    format!("<tr>{cells}</tr>\n")
}

fn note(sentence: &str) -> String {
    format!(
        "<div style=\"font-size:12px;{MUTED}\">{}</div>\n",
        escape(sentence)
    )
}
