//! What the kernel says of itself.

use crate::wire::PROTOCOL;
use serde_json::{Value, json};

/// The content of a `kernel_info_reply`.
pub fn content() -> Value {
    let version = env!("CARGO_PKG_VERSION");
    json!({
        "status": "ok",
        "protocol_version": PROTOCOL,
        "implementation": "nasaic-kernel",
        "implementation_version": version,
        "language_info": language(),
        "banner": format!(
            "nasaic {version}: networks and accelerators, designed together. `%help` lists commands."
        ),
        "debugger": false,
        "help_links": [],
        "supported_features": ["iopub_welcome"],
    })
}

/// What front ends highlight, name and convert cells by; notebooks carry it, too.
pub fn language() -> Value {
    json!({
        "name": "nasaic",
        "version": env!("CARGO_PKG_VERSION"),
        "mimetype": "text/x-nasaic",
        "file_extension": ".nasaic",
        "pygments_lexer": "nasaic",
        "codemirror_mode": "nasaic",
        "nbconvert_exporter": "script",
    })
}
