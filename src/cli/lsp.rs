//! `nasaic lsp`: the language server, on the standard streams.

use super::{Exit, Refusal};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::world::World;
use nasaic_engine::Judge;
use nasaic_host::Disk;
use nasaic_lsp::{Tools, serve};
use std::io::{self, BufReader};
use std::path::Path;

/// Serves one editor until it says `exit`.
pub fn lsp() -> Result<Exit, Refusal> {
    let schemas = nasaic_engine::schemas();
    let tools = Tools {
        schemas: &schemas,
        backend: &Judge,
        world: &|folder: &Path| -> Box<dyn World> { Box::new(Disk::new(folder, false, None)) },
    };
    let input = BufReader::new(io::stdin());
    serve(input, io::stdout().lock(), &tools).map_err(|failure| {
        Diagnostic::new("E0705", failure.to_string())
            .note("`nasaic lsp` is started by an editor and speaks the Language Server Protocol.")
            .hint("`docs/editors.md` says how to set up an editor")
    })?;
    Ok(Exit::Done)
}
