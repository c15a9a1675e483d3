//! The .nasaic language: text to checked model to plan.

pub mod assist;
pub mod backend;
pub mod check;
pub mod diagnostic;
pub mod explain;
pub mod functions;
pub mod instance;
pub mod names;
pub mod network;
pub mod plan;
pub mod reach;
pub mod reference;
pub mod render;
pub mod schema;
pub mod source;
pub mod syntax;
pub mod units;
pub mod value;
pub mod world;
