//! Changing the code of a notebook.

use serde_json::Value;

/// The notebook with texts of its code replaced, each in the first cell that holds it; the text that
/// no cell holds, if there is one.
pub fn changed(text: &str, replace: &[(String, String)]) -> Result<String, String> {
    let mut notebook: Value = serde_json::from_str(text).unwrap();
    let cells = notebook["cells"].as_array_mut().unwrap();
    for (old, new) in replace {
        let mut code = cells.iter_mut().filter(|cell| cell["cell_type"] == "code");
        let cell = code
            .find(|cell| source(cell).contains(old.as_str()))
            .ok_or(old)?;
        let source = source(cell).replacen(old.as_str(), new, 1);
        cell["source"] = Value::String(source);
    }
    Ok(notebook.to_string())
}

fn source(cell: &Value) -> String {
    let lines = cell["source"].as_array();
    match lines {
        Some(lines) => lines.iter().filter_map(Value::as_str).collect(),
        None => cell["source"].as_str().unwrap_or_default().to_owned(),
    }
}
