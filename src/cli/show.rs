//! `nasaic show`: a block as the checker understands it.

use super::args::{Changes, Reading};
use super::console::Console;
use super::files::Text;
use super::{Exit, Refusal, program};
use nasaic_dsl::check::Program;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::names::closest;
use nasaic_dsl::plan::{BetterWhen, Block, Change, Entry, Slot, path_text};
use nasaic_dsl::schema::join_names;
use nasaic_dsl::value::Value;
use std::path::Path;

/// Prints the block that a script calls `name`.
pub fn show(
    file: &Path,
    name: &str,
    defaults: bool,
    (reading, changes): (&Reading, &Changes),
    console: &Console,
) -> Result<Exit, Refusal> {
    let text = Text::read(file)?;
    let mut engine = program::engine(&text, reading);
    program::check(
        &mut engine,
        (&text.name, &text.text),
        &changes.settings,
        console,
    )?;
    let program = engine.program();
    let Some(block) = program
        .block_called(name)
        .and_then(|n| program.blocks.get(&n))
    else {
        return Err(unknown(program, &text.name, name).into());
    };
    let mut printer = Printer {
        program,
        defaults,
        out: String::new(),
    };
    let doc = program
        .names()
        .into_iter()
        .find(|n| n.0 == name)
        .and_then(|n| n.1);
    doc.iter()
        .flat_map(|d| d.lines())
        .for_each(|line| printer.line(0, &format!("/// {line}")));
    printer.block(block, 0);
    console.print(&printer.out);
    Ok(Exit::Done)
}

fn unknown(program: &Program, file: &str, name: &str) -> Diagnostic {
    let names: Vec<String> = program.names().into_iter().map(|n| n.0).collect();
    let blocks: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|n| program.block_called(n).is_some())
        .collect();
    let d = Diagnostic::new("E0201", format!("`{file}` has no block `{name}`"));
    let d = match blocks.is_empty() {
        true => d.note("It declares no blocks."),
        false => d.note(format!("It has {}.", join_names(blocks.iter().copied()))),
    };
    match closest(name, blocks.iter().copied()) {
        Some(guess) => d.hint(format!("did you mean `{guess}`?")),
        None => d,
    }
}

struct Printer<'a> {
    program: &'a Program,
    defaults: bool,
    out: String,
}

impl Printer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn block(&mut self, block: &Block, depth: usize) {
        let label = block
            .label
            .as_ref()
            .map_or_else(String::new, |l| format!(" {l}"));
        self.line(depth, &format!("{}{label} {{", block.kind));
        for entry in &block.items {
            match entry {
                Entry::Block(inner) => self.block(inner, depth + 1),
                // The checker enters a default where it found none, so its place is the block's.
                Entry::Field(field) if field.at == block.at => {
                    if self.defaults {
                        let text = format!("{}{}   // default", field.name, self.slot(&field.slot));
                        self.line(depth + 1, &text);
                    }
                }
                other => {
                    let text = self.entry(other);
                    self.line(depth + 1, &text);
                }
            }
        }
        if block.changes.is_empty() {
            return self.line(depth, "}");
        }
        self.line(depth, "} with {");
        for change in &block.changes {
            let text = self.change(change);
            self.line(depth + 1, &text);
        }
        self.line(depth, "}");
    }

    /// An entry that fits on a line.
    fn entry(&self, entry: &Entry) -> String {
        let words = |expr: &nasaic_dsl::plan::Expr| self.program.sources.slice(expr.at).to_owned();
        match entry {
            Entry::Field(field) => format!("{}{}", field.name, self.slot(&field.slot)),
            Entry::Choose(field) => format!("choose {}{}", field.name, self.slot(&field.slot)),
            Entry::Goal {
                sense: BetterWhen::More,
                value,
            } => format!("maximize {}", words(value)),
            Entry::Goal {
                sense: BetterWhen::Less,
                value,
            } => format!("minimize {}", words(value)),
            Entry::Require(spec) => format!("require {}", words(spec)),
            Entry::Block(inner) => inner.kind.clone(),
        }
    }

    fn slot(&self, slot: &Slot) -> String {
        match slot {
            Slot::Fixed(value) => format!(" = {}", self.value(value)),
            Slot::Open(domain) => format!(" in {}", plain(domain)),
            Slot::Formula(expr) => format!(" = {}", self.program.sources.slice(expr.at)),
        }
    }

    /// A changed copy has no name of its own, so its changes are shown.
    fn value(&self, value: &Value) -> String {
        let changes = match value {
            Value::Block(name) => self.program.blocks.get(name).map(|b| b.changes.as_slice()),
            _ => None,
        };
        match changes {
            None | Some([]) if matches!(value, Value::Text(_)) => value.to_string(),
            None | Some([]) => plain(value),
            Some(changes) => {
                let all: Vec<String> = changes.iter().map(|c| self.change(c)).collect();
                format!("{value} with {{ {} }}", all.join(", "))
            }
        }
    }

    fn change(&self, change: &Change) -> String {
        format!("{}{}", path_text(&change.path), self.slot(&change.slot))
    }
}

/// Without the commas between thousands, which the language does not know.
fn plain(value: &impl ToString) -> String {
    let text = value.to_string();
    let bytes = text.as_bytes();
    let digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
    let kept =
        |(i, c): &(usize, char)| *c != ',' || !digit(i.checked_sub(1)) || !digit(i.checked_add(1));
    text.char_indices().filter(kept).map(|(_, c)| c).collect()
}
