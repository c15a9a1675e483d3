//! `nasaic validate`: the cost model against its oracle, its peers and silicon.

use super::console::Console;
use super::{Exit, Refusal};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_host::files::reason;
use nasaic_validate::data::Folder;
use nasaic_validate::report::Section;
use nasaic_validate::{COMPARISONS, render, unread};
use std::io::ErrorKind;
use std::path::Path;

/// Runs the comparisons, all unless some are named, and tells whether any falls short.
pub fn validate(
    data: Option<&Path>,
    (cases, only): (u64, &[String]),
    json: bool,
    console: &Console,
) -> Result<Exit, Refusal> {
    let folder = data.map_or(Ok(Folder::Shipped), existing)?;
    let wanted = |name: &str| only.is_empty() || only.iter().any(|o| o == name);
    let comparisons = COMPARISONS.iter().filter(|c| wanted(c.name));
    let mut sections: Vec<Section> = comparisons.map(|c| c.run(&folder, cases)).collect();
    if only.is_empty() {
        sections.extend(unread(&folder));
    }
    console.print(&if json {
        render::json(&folder, &sections)
    } else {
        render::text(&sections, console.colors_output())
    });
    let short = sections.iter().any(Section::falls_short);
    Ok(if short { Exit::Unexpected } else { Exit::Done })
}

/// The folder, if it is one that can be read.
fn existing(path: &Path) -> Result<Folder, Refusal> {
    let name = path.display();
    let error = match std::fs::read_dir(path) {
        Ok(_) => return Ok(Folder::from(path)),
        Err(error) => error,
    };
    let diagnostic = match error.kind() {
        ErrorKind::NotFound => Diagnostic::new("E0701", format!("there is no folder `{name}`"))
            .hint("check the spelling; the path starts at the current folder"),
        ErrorKind::NotADirectory => Diagnostic::new("E0705", format!("`{name}` is not a folder"))
            .hint("give the folder that the files lie in"),
        _ => {
            let title = format!("`{name}` cannot be read: {}", reason(&error));
            Diagnostic::new("E0705", title).hint("check that you may read it")
        }
    };
    Err(diagnostic.into())
}
