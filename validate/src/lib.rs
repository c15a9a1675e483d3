//! Comparisons of the cost model with its oracle, its peers and silicon.
//!
//! Each module compares with one reference and returns a [`report::Section`]; the command line, the
//! tests and the page in the manual print the same sections. [`COMPARISONS`] lists them.
//!
//! ```
//! use nasaic_validate::{COMPARISONS, data::Folder, report::Verdict};
//!
//! let nvdla = COMPARISONS.iter().find(|c| c.name == "nvdla").unwrap();
//! let section = nvdla.run(&Folder::Shipped, 0);
//! assert!(!section.falls_short());
//! assert!(section.lines.iter().all(|line| line.verdict == Verdict::Info));
//! ```

pub mod cases;
mod comparisons;
pub mod data;
pub mod eyeriss;
pub mod hotnas;
pub mod laws;
pub mod maestro;
pub mod mapper;
pub mod nvdla;
pub mod oracle;
pub mod page;
pub mod point;
pub mod render;
pub mod report;
pub mod rows;
pub mod timeloop;

pub use comparisons::{CASES, COMPARISONS, Comparison, all, unread};
