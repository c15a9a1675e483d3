//! What was probably meant by text that was not understood.
//!
//! Only words and signs are looked at, never a table of blocks or fields; a hint
//! may repeat a field's name, but cannot promise that such a field exists.

mod declarations;
mod foreign;
mod names;
mod signs;
mod slips;
mod statement;

pub(crate) use signs::{junk, operator, reserved};
pub(crate) use slips::{comma_after_number, explain};
pub(crate) use statement::{Inside, Statement};
