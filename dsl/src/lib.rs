//! The .nasaic language: text to checked model to plan.

pub mod diagnostic;
pub mod source;
pub mod syntax;
