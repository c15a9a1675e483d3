//! Values on their way from one language to the other.

use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_host::files::reason;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Words that cannot name a variable of Rust.
const RUST_WORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];
/// Whole numbers up to here are the same in both languages: the language counts in `f64`.
const MOST_EXACT: u64 = 1 << 53;

/// The words of Rust code that may name something, each once.
pub fn named(code: &str) -> Vec<String> {
    let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    let name = |word: &&str| {
        !word.is_empty()
            && !word.starts_with(|c: char| c.is_ascii_digit())
            && !RUST_WORDS.contains(word)
    };
    let mut names: Vec<String> = words.filter(name).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

/// What tells whether a value has changed.
pub fn hash(value: &Value) -> String {
    blake3::hash(value.to_string().as_bytes())
        .to_hex()
        .to_string()
}

/// Writes a value into a file of `folder`; the Rust that reads it into a variable.
///
/// A file, since results may be megabytes, which no compiler should have to read.
pub fn variable(folder: &Path, name: &str, value: &Value) -> Result<String, Diagnostic> {
    let folder = folder.join("values");
    let file = folder.join(format!("{name}.json"));
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, value.to_string()));
    written.map_err(|e| {
        let shown = file.display();
        Diagnostic::new(
            "E0702",
            format!("`{shown}` cannot be written: {}", reason(&e)),
        )
        .hint("let XDG_CACHE_HOME name a folder that can be written to")
    })?;
    let of = nasaic_values::type_of(value);
    Ok(format!(
        "let {name}: {of} = nasaic_values::take({file:?});\n"
    ))
}

/// What a cell gives under its vendor's MIME type: a name and a value.
pub fn given(content: &Value) -> Option<(String, Value)> {
    let mut content: Value = serde_json::from_str(content.as_str()?).ok()?;
    Some((
        content["name"].as_str()?.to_owned(),
        content["value"].take(),
    ))
}

/// The `let` that declares a value of Rust, or why there is none (E0821).
pub fn declaration(name: &str, value: &Value) -> Result<String, Diagnostic> {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !begins || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        let title = format!("`{name}` cannot be the name of a value");
        return Err(Diagnostic::new("E0821", title)
            .note("Names are letters, digits and `_`, and begin with no digit.")
            .hint("nasaic_values::give(\"best\", &value)"));
    }
    match text(value) {
        Ok(text) => Ok(format!("let {name} = {text}\n")),
        Err(what) => {
            let title = format!("`{name}` is {what}, which has no form in the language");
            Err(Diagnostic::new("E0821", title)
                .note("Numbers, quantities, texts, truths and lists of these can be given.")
                .hint(format!(
                    "give what you need of it: nasaic_values::give({name:?}, &value.field)"
                )))
        }
    }
}

/// A value as the language writes it, or what it is that has no form.
fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::Bool(truth) => Ok(truth.to_string()),
        Value::Number(number) => {
            let size = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
            match size {
                Some(size) if size > MOST_EXACT => Err("a whole number beyond 2^53".to_owned()),
                _ => Ok(number.to_string()),
            }
        }
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(text).collect::<Result<_, _>>()?;
            Ok(format!("[{}]", items.join(", ")))
        }
        Value::Object(fields) => {
            let unit = fields
                .get("unit")
                .and_then(Value::as_str)
                .filter(|_| fields.len() == 2);
            match (fields.get("value"), unit) {
                (Some(value @ Value::Number(_)), Some(unit)) if is_unit(unit) => {
                    Ok(format!("{} {unit}", text(value)?))
                }
                (Some(Value::Null), Some(_)) => Err("a quantity that is not finite".to_owned()),
                (Some(_), Some(unit)) => Err(format!("a quantity of the unit `{unit}`")),
                _ => match fields.get("kind").and_then(Value::as_str) {
                    Some(kind) => Err(format!("a {kind}")),
                    None => Err("a structure".to_owned()),
                },
            }
        }
        Value::Null => Err("no finite number".to_owned()),
    }
}

/// Whether a text can only be a unit; which units there are, the check of the `let` says.
fn is_unit(text: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || "/*^-µμ%_²³".contains(c);
    text.starts_with(|c: char| c.is_alphabetic() || c == '%') && text.chars().all(part)
}

fn quoted(text: &str) -> Result<String, String> {
    let control = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.contains(control) {
        return Err("a text with control characters".to_owned());
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}

#[cfg(test)]
mod tests;
