//! Text to parse tree, and back.

pub mod tree;
