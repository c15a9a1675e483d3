//! Reading scripts and plans, with messages for what cannot be read.

use super::Refusal;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::names::closest;
use nasaic_host::files::reason;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Most bytes read of a script or plan; the language has its own, lower limit.
const MOST_BYTES: u64 = 64 << 20;

/// A text given on the command line.
#[derive(Debug)]
pub struct Text {
    /// The name shown in messages; imports start from its folder.
    pub name: String,
    /// All of it.
    pub text: String,
}

impl Text {
    /// Reads a file, or the standard input when it is called `-`.
    pub fn read(path: &Path) -> Result<Self, Refusal> {
        let (name, bytes) = if path == Path::new("-") {
            (
                "stdin".to_owned(),
                bounded(io::stdin().lock()).map_err(|e| unreadable("stdin", &e))?,
            )
        } else {
            let name = shown(path);
            let bytes = open(path).map_err(|e| missing(path, &name, &e))?;
            (name, bytes)
        };
        if bytes.len() as u64 > MOST_BYTES {
            let title = format!("`{name}` is too large");
            return Err(Diagnostic::new("E0110", title)
                .note(format!("A file may have {} MiB.", MOST_BYTES >> 20))
                .hint("check that this is the file you mean")
                .into());
        }
        let text = String::from_utf8(bytes).map_err(|e| not_text(&name, &e))?;
        Ok(Self { name, text })
    }

    /// The folder it lies in.
    pub fn folder(&self) -> &Path {
        let parent = Path::new(&self.name).parent().unwrap_or(Path::new(""));
        if parent.as_os_str().is_empty() {
            Path::new(".")
        } else {
            parent
        }
    }
}

/// A path with `/` between its parts and without a needless `./`.
fn shown(path: &Path) -> String {
    let name = path.display().to_string();
    let name = if cfg!(windows) {
        name.replace('\\', "/")
    } else {
        name
    };
    name.strip_prefix("./").map(str::to_owned).unwrap_or(name)
}

fn open(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    bounded(fs::File::open(path)?)
}

fn bounded(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn missing(path: &Path, name: &str, error: &io::Error) -> Refusal {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            let d = Diagnostic::new("E0701", format!("there is no file `{name}`"));
            let neighbours = names_beside(path);
            let own = path
                .file_name()
                .map(|n| n.to_string_lossy().into_owned())
                .unwrap_or_default();
            match closest(&own, neighbours.iter().map(String::as_str)) {
                Some(guess) => d.hint(format!(
                    "did you mean `{}`?",
                    shown(&path.with_file_name(guess))
                )),
                None => d.hint("check the spelling; the path starts at the current folder"),
            }
            .into()
        }
        ErrorKind::IsADirectory => Diagnostic::new("E0705", format!("`{name}` is a folder"))
            .hint(match scripts_in(path).first() {
                Some(script) => format!("give a script, such as `{}`", shown(&path.join(script))),
                None => "give the path of a script".to_owned(),
            })
            .into(),
        _ => unreadable(name, error),
    }
}

fn unreadable(name: &str, error: &io::Error) -> Refusal {
    Diagnostic::new(
        "E0705",
        format!("`{name}` cannot be read: {}", reason(error)),
    )
    .hint("check that you may read it")
    .into()
}

fn not_text(name: &str, error: &std::string::FromUtf8Error) -> Refusal {
    let valid = error.utf8_error().valid_up_to();
    let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    Diagnostic::new("E0705", format!("`{name}` is not UTF-8 text"))
        .note(format!(
            "{name}:{line}:{column} holds a byte that belongs to no character."
        ))
        .hint("save the file as UTF-8")
        .into()
}

/// The names of the files in a path's folder, in alphabetical order.
fn names_beside(path: &Path) -> Vec<String> {
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn scripts_in(folder: &Path) -> Vec<String> {
    let mut names = names_beside(&folder.join("*"));
    names.retain(|n| n.ends_with(".nasaic"));
    names
}
