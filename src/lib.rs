//! The `nasaic` library: re-exports of the public crates for Rust users.
