//! The `nasaic` library: re-exports of the public crates for Rust users.
//!
//! The command line is a thin layer over [`engine`]; what it does can be done
//! from Rust with the same calls.
//!
//! ```
//! let shown = nasaic::run("1 GHz * 3 ms\n")?;
//! assert_eq!(shown.outputs.len(), 1);
//! # Ok::<(), String>(())
//! ```

pub use nasaic_accuracy as accuracy;
pub use nasaic_cost as cost;
pub use nasaic_dsl as dsl;
pub use nasaic_engine as engine;
pub use nasaic_plot as plot;
pub use nasaic_search as search;
pub use nasaic_store as store;
pub use nasaic_validate as validate;

use engine::{Datasets, Ended, Engine, Shown};
use nasaic_host::{Disk, places};
use std::path::Path;

/// Runs a program as if it lay in the current folder, and gives what it shows.
///
/// In a notebook of evcxr the shown values appear with their tables and pictures when they are the
/// last value of a cell. Searches keep nothing; [`Engine`] does more.
///
/// # Errors
/// The messages, with their places in the text, when the text is wrong, a step fails or an
/// `expect` does not hold.
pub fn run(text: &str) -> Result<Shown, String> {
    let folder = Path::new(".");
    let mut engine = Engine::new(Box::new(Disk::new(folder, false, None)));
    engine.find_data(Datasets::new(folder.to_owned(), places::roots()));
    let mut shown = Shown::default();
    let checked = engine.check("program", text, &[]);
    if checked.has_errors() {
        return Err(dsl::render::plain(engine.sources(), &checked.diagnostics));
    }
    let plan = engine.plan(checked.steps);
    let report = engine.run(&plan, &mut shown);
    match report.ended {
        Ended::Done => Ok(shown),
        Ended::Unexpected | Ended::Failed | Ended::Interrupted => {
            Err(dsl::render::plain(engine.sources(), &report.diagnostics))
        }
    }
}
