//! The reference files are embedded: a change of one of them is a change of the crate.

fn main() {
    println!("cargo:rerun-if-changed=../tests/reference");
}
