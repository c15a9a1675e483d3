//! Feeds any text to the reader, the messages and the formatter.
//!
//! Run with `cargo +nightly fuzz run syntax` in `dsl/`; the examples make a good
//! corpus: `cargo +nightly fuzz run syntax ../examples`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nasaic_dsl::render::{json, plain};
use nasaic_dsl::source::Sources;
use nasaic_dsl::syntax::{format, parse};

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let id = sources.add("text", text);
    let (file, diagnostics) = parse(id, text);
    assert_eq!(
        plain(&sources, &diagnostics).is_empty(),
        diagnostics.is_empty()
    );
    json(&sources, &diagnostics);
    if let Ok(once) = format(id, text) {
        assert_eq!(format(id, &once).as_ref(), Ok(&once));
        assert_eq!(parse(id, &once).0.without_spans(), file.without_spans());
    }
});
