//! Lines that begin with `%`: not the language's, but the notebook's.

use crate::rust::MAGIC;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::names::closest;
use nasaic_dsl::schema::Schemas;
use nasaic_dsl::source::{Sources, Span};
use nasaic_dsl::{explain, reference};
use std::path::PathBuf;

/// What `%help` shows; the first words are all there are.
const HELP: &[(&str, &str)] = &[
    ("%help", "this list"),
    ("%explain CODE", "what a message means: `%explain E0403`"),
    (
        "%doc WORD",
        "what a word of the language means: `%doc conv`",
    ),
    ("%time", "says how long the cell took"),
    ("%reset", "forgets all that was declared and computed"),
    (
        "%store on | off | FILE",
        "whether and where searches keep what they find (on: .nasaic/runs.db)",
    ),
    (
        "%%rust",
        "first line of a cell in Rust; `%%rust --fresh` starts a new Rust process",
    ),
];

/// A cell without its commands.
#[derive(Debug, PartialEq)]
pub struct Commands {
    /// The commands, in order.
    pub commands: Vec<Command>,
    /// The rest, with empty lines where commands stood, so that places hold.
    pub code: String,
}

/// A line of the notebook's.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Something to read, as Markdown.
    Read(String),
    /// Say how long it took.
    Time,
    /// Forget everything.
    Reset,
    /// Keep searches there, or nowhere.
    Store(Option<PathBuf>),
    /// The rest is Rust.
    Rust {
        /// For a new process.
        fresh: bool,
    },
}

/// Takes the commands out of a cell that is the source `name` of messages.
pub fn split(
    schemas: &Schemas,
    name: &str,
    text: &str,
) -> Result<Commands, (Sources, Vec<Diagnostic>)> {
    let mut commands = Vec::new();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    let mut before = true;
    for line in text.split_inclusive('\n') {
        before &= line.trim().is_empty() || line.starts_with('%');
        if before && line.starts_with('%') {
            let command = command(schemas, line.trim_end()).map_err(|d| {
                let mut sources = Sources::default();
                let source = sources.add(name, text);
                let span = Span::new(source, at, at + line.trim_end().len());
                (sources, vec![d.at(span, "")])
            })?;
            // Percent signs below the first line of a Rust cell are Rust's.
            before = !matches!(command, Command::Rust { .. });
            commands.push(command);
            if line.ends_with('\n') {
                code.push('\n');
            }
        } else {
            code.push_str(line);
        }
        at += line.len();
    }
    Ok(Commands { commands, code })
}

fn command(schemas: &Schemas, line: &str) -> Result<Command, Diagnostic> {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let nothing = |what: &str| Diagnostic::new("E0201", format!("nothing is called `{what}`"));
    match (word, rest) {
        ("%help", "") => Ok(Command::Read(help())),
        ("%explain", code) => match explain::page(code) {
            Some(page) => Ok(Command::Read(page.trim_end().to_owned())),
            None => {
                let guess = closest(code, explain::codes());
                let d = Diagnostic::new("E0201", format!("there is no message `{code}`"));
                Err(d.hint(guess.map_or_else(
                    || "give the code of a message: `%explain E0403`".to_owned(),
                    |guess| format!("did you mean `%explain {guess}`?"),
                )))
            }
        },
        ("%doc", name) => match reference::doc(schemas, name) {
            Some(text) => Ok(Command::Read(format!("```text\n{}\n```", text.trim_end()))),
            None => Err(nothing(name).hint("give a kind, a function or a strategy: `%doc conv`")),
        },
        ("%time", "") => Ok(Command::Time),
        ("%reset", "") => Ok(Command::Reset),
        ("%store", "off") => Ok(Command::Store(None)),
        ("%store", "on" | "") => Ok(Command::Store(Some(nasaic_host::keep::STORE.into()))),
        (MAGIC, "") => Ok(Command::Rust { fresh: false }),
        (MAGIC, "--fresh") => Ok(Command::Rust { fresh: true }),
        ("%store", file) => Ok(Command::Store(Some(file.into()))),
        _ => {
            let known = HELP
                .iter()
                .map(|(usage, _)| usage.split(' ').next().unwrap_or(usage));
            let d = nothing(line);
            Err(d.hint(match closest(word, known) {
                Some(guess) if guess != word => format!("did you mean `{guess}`?"),
                _ => "`%help` lists the commands of a notebook".to_owned(),
            }))
        }
    }
}

fn help() -> String {
    let lines = HELP
        .iter()
        .map(|(usage, what)| format!("| `{usage}` | {what} |\n"));
    let table: String = lines.collect();
    format!(
        "| command | |\n|---|---|\n{}",
        table.replace(" | off | FILE", " \\| off \\| FILE")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Result<Commands, Vec<Diagnostic>> {
        split(&nasaic_engine::schemas(), "cell", text).map_err(|(_, diagnostics)| diagnostics)
    }

    #[test]
    fn a_rust_cell_is_rust_below_its_first_line() {
        let found = cell("%time\n%%rust --fresh\n%time\nlet x = 7 % 2;\n").unwrap();
        let rust = Command::Rust { fresh: true };
        assert_eq!(found.commands, [Command::Time, rust]);
        assert_eq!(found.code, "\n\n%time\nlet x = 7 % 2;\n");
        let found = cell("%%rust").unwrap();
        assert_eq!(found.commands, [Command::Rust { fresh: false }]);
        assert_eq!(found.code, "");
    }

    #[test]
    fn options_of_rust_cells_are_checked() {
        let wrong = cell("%%rust --new\n1 + 1").unwrap_err();
        assert_eq!(wrong[0].code, "E0201");
    }
}
