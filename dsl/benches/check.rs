//! How long checking and completing take: in W1, and in a text of 4,000 lines.

use criterion::{Criterion, criterion_group, criterion_main};
use nasaic_dsl::assist::{Known, complete};
use nasaic_dsl::backend::NoBackend;
use nasaic_dsl::check::{Program, Setting, check};
use nasaic_dsl::schema::{Algorithm, FieldType, Schemas, Words, field};
use nasaic_dsl::world::Memory;
use std::hint::black_box;
use std::path::Path;

fn schemas() -> Schemas {
    let count = FieldType::Integer {
        min: 1,
        max: 1_000_000,
    };
    let reinforce = Algorithm {
        name: Words::Borrowed("reinforce"),
        doc: Words::Borrowed("A controller that learns."),
        options: ["episodes", "hardware_steps"]
            .map(|n| field(n, count.clone(), "A count."))
            .to_vec(),
        groups: Vec::new(),
        available: true,
        feature: None,
    };
    Schemas::new(vec![reinforce])
}

/// Eighty networks of fifty lines.
fn long() -> String {
    let mut text = String::new();
    for i in 0..80 {
        text.push_str(&format!("network n{i} {{\n  input = [3, 32, 32]\n"));
        for j in 0..46 {
            text.push_str(&format!(
                "  conv c{j} {{ filters in {{8, 16, 32}}, kernel = 3 }}\n"
            ));
        }
        text.push_str("  dense { units = 10 }\n}\n");
    }
    text
}

fn run(schemas: &Schemas, text: &str) -> usize {
    let world = Memory::default();
    let setting = Setting {
        world: &world,
        schemas,
        backend: &NoBackend,
    };
    let mut program = Program::default();
    check(&mut program, setting, "bench.nasaic", text)
        .diagnostics
        .len()
}

/// A completion at the beginning of the last word of the text.
fn complete_at_end(schemas: &Schemas, text: &str) -> usize {
    let program = Program::default();
    let known = Known {
        schemas,
        program: &program,
    };
    complete(known, text, text.trim_end().len()).items.len()
}

fn benches(c: &mut Criterion) {
    let schemas = schemas();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/w1.nasaic");
    let w1 = std::fs::read_to_string(path).unwrap_or_default();
    let long = long();
    assert_eq!(run(&schemas, &long), 0);
    c.bench_function("check w1", |b| b.iter(|| run(&schemas, black_box(&w1))));
    c.bench_function("check 4000 lines", |b| {
        b.iter(|| run(&schemas, black_box(&long)))
    });
    // In the middle of a word inside the last block, and after a result's dot.
    for (name, more) in [
        ("complete a field in w1", "network more {\n  conv { fil"),
        ("complete a member in w1", "run.best.la"),
    ] {
        let text = format!("{w1}\n{more}");
        assert!(complete_at_end(&schemas, &text) > 0, "{name}");
        c.bench_function(name, |b| {
            b.iter(|| complete_at_end(&schemas, black_box(&text)))
        });
    }
    let text = format!("{long}\nlet x = lay");
    c.bench_function("complete in 4000 lines", |b| {
        b.iter(|| complete_at_end(&schemas, black_box(&text)))
    });
}

criterion_group!(all, benches);
criterion_main!(all);
