//! Small texts with a `|` where the cursor stands.

use nasaic_dsl::assist::{Completion, Known, complete};
use nasaic_dsl::backend::NoBackend;
use nasaic_dsl::check::{self, Program, Setting};
use nasaic_dsl::schema::{Algorithm, FieldType, Schemas, Words, field};
use nasaic_dsl::world::Memory;
use std::path::Path;
use std::sync::LazyLock;

/// The schemas of a build with two strategies.
pub fn schemas() -> &'static Schemas {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::new(algorithms()));
    &SCHEMAS
}

fn algorithms() -> Vec<Algorithm> {
    let count = || FieldType::Integer {
        min: 1,
        max: 1_000_000,
    };
    let hidden = field("hidden", count(), "Units of its hidden layer.").or("35");
    vec![
        algorithm("random", "Designs drawn at random.", Vec::new()),
        Algorithm {
            groups: vec![(Words::Borrowed("controller"), vec![hidden])],
            options: vec![field("episodes", count(), "Networks proposed.").or("500")],
            ..algorithm("reinforce", "A controller learns.", Vec::new())
        },
    ]
}

fn algorithm(
    name: &'static str,
    doc: &'static str,
    groups: Vec<(Words, Vec<nasaic_dsl::schema::Field>)>,
) -> Algorithm {
    Algorithm {
        name: Words::Borrowed(name),
        doc: Words::Borrowed(doc),
        options: Vec::new(),
        groups,
        available: true,
        feature: None,
    }
}

/// What is declared after these cells.
pub fn program(cells: &[&str]) -> Program {
    let mut program = Program::default();
    let world = Memory::default();
    let setting = Setting {
        world: &world,
        schemas: schemas(),
        backend: &NoBackend,
    };
    for cell in cells {
        let checked = check::check(&mut program, setting, "cell", cell);
        assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    }
    program
}

/// The text without its `|`, and where that stood.
pub fn cursor(marked: &str) -> (String, usize) {
    let at = marked.find('|').unwrap();
    (marked.replacen('|', "", 1), at)
}

/// The completions at the `|`, with what they replace.
pub fn completions(program: &Program, marked: &str) -> (String, Vec<Completion>) {
    let (text, at) = cursor(marked);
    let known = Known {
        schemas: schemas(),
        program,
    };
    let all = complete(known, &text, at);
    (text[all.range].to_owned(), all.items)
}

/// The same as lines: what is replaced, then each completion with its kind and detail.
pub fn shown(program: &Program, marked: &str) -> String {
    let (replaced, items) = completions(program, marked);
    let mut out = format!("{marked}\n---- replaces {replaced:?}\n");
    for item in items {
        let line = format!(
            "{:<9} {:<24} {}",
            format!("{:?}", item.kind),
            item.insert,
            item.detail
        );
        out.push_str(&format!("{}\n", line.trim_end()));
    }
    out
}

/// The example programs with their names.
pub fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut all: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "nasaic"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    all.sort();
    all
}
