//! What the value of a Rust function depends on: the texts of cells.
//!
//! A function is made by one cell, of what that cell and earlier ones define. Which earlier ones
//! those are is seen from their words alone: a cell counts if it may define a name that is needed,
//! or names a variable that is needed, which it may have changed. So a cell too many may count,
//! and then something is computed again that need not be; never one too few, but for what no text
//! tells: names that a procedural macro makes.

use super::values;
use serde_json::json;
use std::collections::BTreeSet;

/// The cells that a Rust process has run well, each once, in the order of their last run.
#[derive(Debug, Default)]
pub struct Cells(Vec<Cell>);

#[derive(Debug)]
struct Cell {
    /// A hash of its text and of the values that it took.
    hash: String,
    words: BTreeSet<String>,
    defines: Defines,
}

#[derive(Debug, PartialEq)]
enum Defines {
    /// These names, and perhaps more of the same cell.
    Names(BTreeSet<String>),
    /// Names that do not stand in it: `use …::*`, `:dep`, `macro_rules!`.
    Anything,
}

impl Cells {
    /// Notes that a cell was run; `taken` are the hashes of the values of the language it named.
    pub fn run(&mut self, code: &str, taken: &[(&String, &String)]) {
        let cell = Cell {
            hash: values::hash(&json!([code, taken])),
            words: values::named(code).into_iter().collect(),
            defines: defines(code),
        };
        self.0.retain(|known| known.hash != cell.hash);
        self.0.push(cell);
    }

    /// Forgets all: their process is gone.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// A hash of the last cell and of those that it may depend on, when there are these variables.
    pub fn source(&self, variables: &[String]) -> String {
        let mut needed = BTreeSet::new();
        let mut hashes = Vec::new();
        for (back, cell) in self.0.iter().rev().enumerate() {
            let changes = |word: &String| needed.contains(word) && variables.contains(word);
            let counts = match &cell.defines {
                _ if back == 0 => true,
                Defines::Anything => true,
                Defines::Names(names) => !names.is_disjoint(&needed),
            };
            if counts || cell.words.iter().any(changes) {
                needed.extend(cell.words.iter().cloned());
                hashes.push(&cell.hash);
            }
        }
        values::hash(&json!(hashes))
    }
}

/// The names that a cell may define.
fn defines(code: &str) -> Defines {
    let command = |line: &str| line.trim_start().starts_with(':');
    if code.contains("macro_rules!") || code.lines().any(command) {
        return Defines::Anything;
    }
    let mut names = BTreeSet::new();
    let mut rest = code;
    while let Some((word, after)) = next_word(rest) {
        rest = after;
        match word {
            // A pattern may hold several.
            "let" => names.extend(words_before(rest, &['=', ';'])),
            "use" => {
                let imported = rest.split(';').next().unwrap_or(rest);
                // These mean the same in every cell.
                if imported.trim_start().starts_with("nasaic_values") {
                    rest = &rest[imported.len()..];
                    continue;
                }
                if imported.contains('*') {
                    return Defines::Anything;
                }
                names.extend(values::named(imported));
            }
            // What an implementation adds is called by the names inside.
            "impl" => names.extend(values::named(rest)),
            "fn" | "struct" | "enum" | "union" | "const" | "static" | "type" | "trait" | "mod" => {
                names.extend(words_before(rest, &['(', '{', '=', ';', ':', '<']));
            }
            _ => {}
        }
    }
    Defines::Names(names)
}

fn words_before(text: &str, ends: &[char]) -> Vec<String> {
    values::named(text.split(ends).next().unwrap_or(text))
}

/// The first word of a text, and what is behind it.
fn next_word(text: &str) -> Option<(&str, &str)> {
    let of_word = |c: char| c.is_alphanumeric() || c == '_';
    let text = &text[text.find(of_word)?..];
    let end = text.find(|c| !of_word(c)).unwrap_or(text.len());
    Some(text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The source of the last of these cells.
    fn source(cells: &[&str]) -> String {
        let mut run = Cells::default();
        cells.iter().for_each(|code| run.run(code, &[]));
        run.source(&["v".to_owned()])
    }

    const COST: &str = "use nasaic_values::register;\nregister(\"cost\", |x: f64| helper(x));";
    const HELPER: &str = "fn helper(x: f64) -> f64 { FACTOR * x }";

    #[test]
    fn the_same_cells_are_the_same_source() {
        let once = source(&[HELPER, COST]);
        assert_eq!(source(&[HELPER, COST, COST]), once);
        assert_eq!(source(&[HELPER, COST, HELPER, COST]), once);
        for between in ["1 + 1", "helper(3.0)", "println!(\"{}\", 3);", "let a = 3;"] {
            assert_eq!(source(&[HELPER, between, COST]), once, "{between}");
        }
        // Another version of the cell, in the meantime.
        let other = COST.replace("helper(x)", "helper(x) + 1.0");
        assert_ne!(source(&[HELPER, COST, &other]), once);
        assert_eq!(source(&[HELPER, COST, &other, COST]), once);
    }

    #[test]
    fn what_it_is_made_of_is_part_of_it() {
        let factor = "const FACTOR: f64 = 2.0;";
        let whole = source(&[factor, HELPER, COST]);
        assert_ne!(source(&["const FACTOR: f64 = 3.0;", HELPER, COST]), whole);
        for more in [
            "use std::f64::consts::*;",
            ":dep regex = \"1\"",
            "macro_rules! two { () => { 2 } }",
            "struct S; impl S { fn helper(&self) {} }",
            "let (helper, b) = (1, 2);",
            "use std::cmp::max as helper;",
        ] {
            assert_ne!(source(&[factor, more, HELPER, COST]), whole, "{more}");
        }
        // Cells that name a variable may have changed it.
        let taken = "register(\"cost\", move |x: f64| v[0] * x);";
        let push = "v.push(2.0);";
        assert_ne!(
            source(&["let mut v = vec![1.0];", push, taken]),
            source(&["let mut v = vec![1.0];", taken])
        );
    }

    #[test]
    fn values_of_the_language_are_part_of_it() {
        let name = "limit".to_owned();
        let with = |value: &str| {
            let mut run = Cells::default();
            run.run(
                "register(\"f\", move |x: f64| x + limit);",
                &[(&name, &value.to_owned())],
            );
            run.source(&[])
        };
        assert_eq!(with("3"), with("3"));
        assert_ne!(with("3"), with("4"));
    }
}
