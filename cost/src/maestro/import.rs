//! placeholder
pub struct Imported;
pub fn dataflow() {}
pub fn import() {}
