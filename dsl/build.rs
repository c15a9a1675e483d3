//! Rebuilds the crate when an embedded text changes.

fn main() {
    println!("cargo:rerun-if-changed=../stdlib");
    println!("cargo:rerun-if-changed=../templates");
    println!("cargo:rerun-if-changed=../grammar.pest");
    println!("cargo:rerun-if-changed=../docs/errors");
}
