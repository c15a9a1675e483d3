//! Data sets from files: what is read, and what damaged or unfit files are told.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;
mod embedded;
mod folder;
mod idx;
mod masks;
