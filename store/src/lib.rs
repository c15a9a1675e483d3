//! The run store: every finished evaluation, kept in one SQLite file.
//!
//! A [`Store`] holds runs with their plans, the searches of each run, and what
//! was found out about designs. An evaluation is kept once, under the hash of
//! all that its value depends on; a run only refers to it. So a run that was
//! killed is carried on by running its plan again, and another run of the same
//! problem starts with what is known.
//!
//! The store knows nothing of networks and accelerators: a design is a list of
//! indices, and its measurements are numbers in an order that the problem's
//! [`Heads`] tell.
//!
//! What the file is written with survives a killed program. Against a power
//! cut the file itself is safe; the last moments before it may be missing, and
//! are computed again when the run is resumed.

mod clock;
mod codec;
mod error;
mod export;
mod generators;
mod ledger;
mod measurements;
mod problems;
mod runs;
mod schema;
mod store;
mod trainings;

pub use error::{StoreError, Trouble};
pub use export::{Cell, Column, ExportError, Format, Kind, Sheet, sheet, write_optuna, write_rows};
pub use ledger::{Finding, Ledger, Measured, Reached};
pub use measurements::Measurement;
pub use problems::{Choices, Decision, Head, Heads, Objective};
pub use runs::{NewRun, NewSearch, Run, Search, Status, Summary};
pub use schema::VERSION;
pub use store::Store;
pub use trainings::{Epoch, Training, Trial};
