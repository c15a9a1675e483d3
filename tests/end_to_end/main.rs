//! End to end: examples, the library, the manual, reference figures, reproducibility.

mod between;
mod book;
mod editors;
mod exact;
mod examples;
mod eyeriss;
mod gallery;
mod gandse;
mod library;
mod manual;
mod nahas;
mod onnx;
mod operators;
mod peers;
mod published;
mod support;
mod tables;
mod zoo;
