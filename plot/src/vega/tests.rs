//! A specification shows what the SVG shows.

#[path = "../../examples/gallery/synthetic.rs"]
mod synthetic;

use super::*;
