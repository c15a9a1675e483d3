//! The parser that pest makes of `grammar.pest`.

// A change of the grammar must rebuild this crate.
const _: &str = include_str!("../../../grammar.pest");

/// Reads by the rules of `grammar.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar.pest"]
pub(crate) struct Grammar;
