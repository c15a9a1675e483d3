//! Evaluations as files that other programs read.

mod csv;
mod optuna;
mod parquet;
mod rows;
mod sheet;

pub use optuna::write_optuna;
pub use rows::{ExportError, write_rows};
pub use sheet::{Cell, Column, Format, Kind, Sheet, sheet};
