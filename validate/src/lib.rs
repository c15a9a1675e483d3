//! Comparisons of the cost model with its oracle, its peers and silicon.
//!
//! Each module compares with one reference and returns a [`report::Section`]; the command line, the
//! tests and the page in the manual print the same sections.

pub mod data;
pub mod eyeriss_dram;
pub mod maestro;
pub mod mapper;
pub mod nvdla;
pub mod report;
pub mod rows;
pub mod timeloop;
