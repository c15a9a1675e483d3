//! The border between a notebook's two languages.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// The MIME type under which a value goes from Rust to the notebook's kernel.
///
/// Its content is one JSON object with the fields `name` and `value`. The name stands in the type,
/// too, since evcxr keeps only one content of each type of a cell.
pub const GIVEN: &str = "application/vnd.nasaic.v1+json";

/// Declares a value as `let NAME` of the notebook's program, once the cell is done.
///
/// Numbers, [`Quantity`](crate::Quantity), texts, truths, and lists of these have a form in the
/// language; for others the kernel says so. A name that was given before is given anew; one that
/// a cell of the language declares is not taken from it.
///
/// ```
/// nasaic_values::give("budget", &nasaic_values::Quantity::new(4.0, "ms"));
/// ```
pub fn give(name: &str, value: &(impl Serialize + ?Sized)) {
    let content = serde_json::to_value(value)
        .map(|value| serde_json::json!({ "name": name, "value": value }));
    match content {
        Ok(content) => {
            // White space would end the type.
            let label = name.replace(char::is_whitespace, "_");
            println!("EVCXR_BEGIN_CONTENT {GIVEN};name={label}\n{content}\nEVCXR_END_CONTENT");
        }
        Err(reason) => eprintln!("`{name}` cannot be given to the notebook: {reason}"),
    }
}

/// Reads a value that the kernel has written into a file; notebooks call this for every `let` that
/// a Rust cell names.
///
/// # Panics
/// When the file is not there or holds something else; the cell then ends with this message.
pub fn take<T: DeserializeOwned>(file: impl AsRef<Path>) -> T {
    let file = file.as_ref();
    let text = std::fs::read_to_string(file)
        .unwrap_or_else(|e| panic!("`{}` cannot be read: {e}", file.display()));
    serde_json::from_str(&text)
        .unwrap_or_else(|e| panic!("`{}` holds another type: {e}", file.display()))
}
