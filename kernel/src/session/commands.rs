//! Lines that begin with `%`: not the language's, but the notebook's.

use crate::rust::MAGIC;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::names::closest;
use nasaic_dsl::schema::Schemas;
use nasaic_dsl::source::{Sources, Span};
use nasaic_dsl::{explain, functions, reference};
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

fn command(schemas: &Schemas, line: &str) -> Result<Command, Box<Diagnostic>> {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    match (word, rest) {
        ("%help", "") => Ok(Command::Read(help())),
        ("%explain", code) => match explain::page(code) {
            Some(page) => Ok(Command::Read(page.trim_end().to_owned())),
            None => {
                let hint = match closest(code, explain::codes()) {
                    Some(guess) => format!("did you mean `%explain {guess}`?"),
                    None => "give the code of a message: `%explain E0403`".to_owned(),
                };
                Err(unknown(format!("there is no message `{code}`"), hint))
            }
        },
        ("%doc", name) => match reference::doc(schemas, name) {
            Some(text) => Ok(Command::Read(format!("```text\n{}\n```", text.trim_end()))),
            None => {
                let hint = "give a kind, a function or a strategy: `%doc conv`";
                Err(unknown(
                    format!("nothing is called `{name}`"),
                    hint.to_owned(),
                ))
            }
        },
        ("%time", "") => Ok(Command::Time),
        ("%reset", "") => Ok(Command::Reset),
        ("%store", "off") => Ok(Command::Store(None)),
        ("%store", "on" | "") => Ok(Command::Store(Some(nasaic_host::keep::STORE.into()))),
        (MAGIC, "") => Ok(Command::Rust { fresh: false }),
        (MAGIC, "--fresh") => Ok(Command::Rust { fresh: true }),
        ("%store", file) => Ok(Command::Store(Some(file.into()))),
        _ => {
            let first = |usage: &'static str| usage.split(' ').next().unwrap_or(usage);
            let known = HELP.iter().map(|(usage, _)| first(usage));
            let hint = match closest(word, known) {
                Some(guess) if guess != word => format!("did you mean `{guess}`?"),
                _ => "`%help` lists the commands of a notebook".to_owned(),
            };
            Err(unknown(format!("nothing is called `{line}`"), hint))
        }
    }
}

fn unknown(title: String, hint: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::new("E0201", title).hint(hint))
}

/// The text with spaces instead of its commands: what is left is the language, in the same places.
pub fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = true;
    for line in text.split_inclusive('\n') {
        before &= line.trim().is_empty() || line.starts_with('%');
        if before {
            out.extend(
                line.bytes()
                    .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
            );
        } else {
            out.push_str(line);
        }
    }
    out
}

/// What a line that is a command up to the cursor could go on as: where the last word begins, and
/// the words that fit there. None where it is no command.
pub fn completions(schemas: &Schemas, line: &str) -> Option<(usize, Vec<String>)> {
    if !line.starts_with('%') {
        return None;
    }
    let start = line.rfind(' ').map_or(0, |space| space + 1);
    let (command, word) = line.split_at(start);
    let words: Vec<String> = match command.trim_end() {
        "" => {
            let first = |usage: &str| usage.split(' ').next().unwrap_or(usage).to_owned();
            HELP.iter().map(|(usage, _)| first(usage)).collect()
        }
        "%explain" => explain::codes().into_iter().map(str::to_owned).collect(),
        "%doc" => {
            let kinds = schemas.kinds().iter().map(|kind| kind.name.to_owned());
            let functions = functions::all().iter().map(|f| f.name.to_owned());
            let algorithms = schemas.algorithms().iter().map(|a| a.name.to_string());
            kinds.chain(functions).chain(algorithms).collect()
        }
        "%store" => vec!["on".to_owned(), "off".to_owned()],
        _ => Vec::new(),
    };
    let fits = |one: &String| one.to_lowercase().starts_with(&word.to_lowercase());
    let mut words: Vec<String> = words.into_iter().filter(fits).collect();
    words.dedup();
    Some((start, words))
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

    #[test]
    fn commands_leave_the_places_of_the_rest() {
        let split = split(
            &nasaic_engine::schemas(),
            "cell [1]",
            "%time\n%store off\nlet a = 1\n%\n",
        );
        let split = split.map_err(|(_, diagnostics)| diagnostics);
        let wanted = Commands {
            commands: vec![Command::Time, Command::Store(None)],
            code: "\n\nlet a = 1\n%\n".to_owned(),
        };
        assert_eq!(split, Ok(wanted));
        assert_eq!(masked("%tµ\nlet a\n%x"), "    \nlet a\n%x");
    }

    #[test]
    fn a_command_that_is_none_is_marked() {
        let schemas = nasaic_engine::schemas();
        for (text, hint) in [
            ("%tmie", "did you mean `%time`?"),
            ("%explain E0031", "did you mean `%explain E0301`?"),
            ("%explain", "give the code of a message: `%explain E0403`"),
            ("%reset now", "`%help` lists the commands of a notebook"),
        ] {
            let refused = split(&schemas, "cell [1]", text).map_err(|(_, found)| found);
            let Err(found) = refused else {
                panic!("{text} is a command");
            };
            assert_eq!(found[0].hint.as_deref(), Some(hint), "{text}");
        }
    }

    #[test]
    fn commands_are_completed() {
        let schemas = nasaic_engine::schemas();
        let found = |line: &str| completions(&schemas, line);
        assert_eq!(found("%ti"), Some((0, vec!["%time".to_owned()])));
        assert_eq!(found("%doc roofl"), Some((5, vec!["roofline".to_owned()])));
        assert_eq!(found("let a"), None);
    }

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
