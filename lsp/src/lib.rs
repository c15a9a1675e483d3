//! A language server for `.nasaic` scripts, over any pair of streams.
//!
//! Everything it says comes from the language's own tables and checks; this crate only keeps
//! the open texts and speaks the Language Server Protocol. One thread reads, one answers; a
//! question never waits for a check, because checks wait until the writer pauses.

mod answers;
mod documents;
mod library;
mod messages;
mod positions;
mod server;
mod symbols;
mod uri;

pub use server::{Failure, serve};

use nasaic_dsl::backend::Backend;
use nasaic_dsl::schema::Schemas;
use nasaic_dsl::world::World;
use std::path::Path;

/// What the server needs of the program that contains it.
pub struct Tools<'a> {
    /// Block kinds and strategies of this build.
    pub schemas: &'a Schemas,
    /// Scripts and bounds.
    pub backend: &'a dyn Backend,
    /// The files that a script in a folder may read.
    pub world: &'a dyn Fn(&Path) -> Box<dyn World>,
}
