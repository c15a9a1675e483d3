//! Completions after `use`.

use super::complete::Asked;
use super::items::{self, item};
use super::{Completion, CompletionKind};
use crate::reference::library_doc;
use crate::world;

/// Folders and modules of the library below what is written: `std.`, `std.nets.`.
pub(super) fn modules(before: &str) -> Vec<Completion> {
    if before.is_empty() {
        let root = |name: &str, doc: &str| {
            item(CompletionKind::Module, format!("{name}."), "library", doc)
        };
        return vec![
            root(
                "std",
                "Networks, devices, technologies, data sets, surrogates.",
            ),
            root("templates", "Dataflows."),
        ];
    }
    let folder = before.trim_end_matches('.');
    let names = world::embedded_names(&folder.replace('.', "/")).unwrap_or_default();
    names
        .iter()
        .map(|name| {
            let path = format!("{folder}.{name}");
            let is_folder = world::embedded_names(&path.replace('.', "/")).is_some();
            let insert = if is_folder {
                format!("{name}.")
            } else {
                format!("{{{name}}}")
            };
            let doc = library_doc(&path).unwrap_or_default();
            item(CompletionKind::Module, insert, folder, doc)
        })
        .collect()
}

/// The names that a module, or each module of a folder, brings.
pub(super) fn names(asked: &mut Asked<'_, '_>, path: &str) -> Vec<Completion> {
    let folder = path.trim_end_matches('.').replace('.', "/");
    if let Some(names) = world::embedded_names(&folder) {
        let dotted = path.trim_end_matches('.');
        return names
            .iter()
            .map(|name| {
                let doc = library_doc(&format!("{dotted}.{name}")).unwrap_or_default();
                item(CompletionKind::Module, name.as_str(), dotted, doc)
            })
            .collect();
    }
    asked
        .survey
        .names(&folder)
        .iter()
        .map(items::name)
        .collect()
}
