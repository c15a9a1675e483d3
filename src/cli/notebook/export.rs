//! Cells to a script that does the same.

use super::{Cell, MARK, TEXT_MARK};
use crate::cli::Refusal;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::source::{Sources, Span};
use nasaic_dsl::syntax;
use std::collections::BTreeMap;

/// The script of a notebook that is called `name`; refuses what a script cannot say.
pub fn script(name: &str, cells: &[Cell]) -> Result<String, Refusal> {
    let mut out = String::new();
    let mut export = Export::default();
    for (index, cell) in cells.iter().enumerate() {
        if !out.is_empty() {
            out.push('\n');
        }
        if cell.markdown {
            out.push_str(TEXT_MARK);
            let lines = cell.source.lines();
            let comments: String = lines.map(commented).collect();
            out.push_str(&format!("\n{comments}"));
        } else {
            let code = export.code(&format!("cell {} of {name}", index + 1), &cell.source)?;
            out.push_str(&format!("{MARK}\n{code}"));
        }
    }
    Ok(out)
}

/// A line of a comment.
fn commented(line: &str) -> String {
    format!("// {line}").trim_end().to_owned() + "\n"
}

/// What the cells so far declare.
#[derive(Default)]
struct Export {
    sources: Sources,
    declared: BTreeMap<String, Span>,
}

impl Export {
    /// A cell's code without the notebook's commands.
    fn code(&mut self, cell: &str, text: &str) -> Result<String, Refusal> {
        let source = self.sources.add(cell, text);
        let mut code = String::new();
        let mut at = 0;
        let mut before = true;
        for line in text.lines() {
            before &= line.trim().is_empty() || line.starts_with('%');
            let span = Span::new(source, at, at + line.len());
            at += line.len() + 1;
            if !(before && line.starts_with('%')) {
                code.push_str(line);
                code.push('\n');
            } else if line.starts_with("%%") || line.trim_end() == "%reset" {
                return Err(self.refused(cell, span, "a script cannot do this"));
            } else {
                // Reading and timing change no result.
                code.push_str(&commented(line));
            }
        }
        let (file, _) = syntax::parse(source, text);
        for item in &file.items {
            for name in item.declares() {
                let old = self.declared.insert(name.text.clone(), name.span);
                if let Some(first) = old {
                    let mut refusal = self.refused(cell, name.span, "declared again");
                    let d = &mut refusal.diagnostics[0];
                    *d = d.clone().at(first, "first declared here").note(
                        "A script is checked as a whole, so it cannot replace what it declares.",
                    );
                    return Err(refusal);
                }
            }
        }
        Ok(code)
    }

    fn refused(&self, cell: &str, span: Span, label: &str) -> Refusal {
        let title = format!("{cell} cannot be part of a script");
        let d = Diagnostic::new("E0714", title)
            .at(span, label)
            .hint("change or remove the cell, and export again");
        Refusal {
            sources: self.sources.clone(),
            diagnostics: vec![d],
        }
    }
}
