//! Nothing that can be written makes the checker panic, hang or eat the memory.

use crate::prelude::{SmallBackend, check, folder, programs, schemas, world};
use nasaic_dsl::check::{self, Checked, Program, Setting};
use nasaic_dsl::plan::content_hash;
use nasaic_dsl::render;
use nasaic_dsl::source::SourceId;
use nasaic_dsl::syntax;
use std::time::{Duration, Instant};

/// How long 100 kB may take in a test build; a shorter text may take as long as 100 kB.
const LONGEST: Duration = Duration::from_secs(1);

/// A small generator of numbers, so that a failure is the same every time.
struct Lottery(u64);

impl Lottery {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n.max(1)
    }
}

/// Words, numbers, signs and blanks of a text.
fn tokens(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for c in text.chars() {
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        match out.last_mut() {
            Some(last) if last.chars().all(word) && word(c) => last.push(c),
            _ => out.push(c.to_string()),
        }
    }
    out
}

/// Checks a text without showing the messages.
fn quietly(text: &str) -> (Program, Checked) {
    let setting = Setting {
        world: world(),
        schemas: schemas(),
        backend: &SmallBackend,
    };
    let mut program = Program::default();
    let checked = check::check(&mut program, setting, "test.nasaic", text);
    (program, checked)
}

/// How many changed texts are tried; more with `NASAIC_ROUNDS=5000`.
fn rounds() -> usize {
    std::env::var("NASAIC_ROUNDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1500)
}

#[test]
fn random_changes_of_the_examples_never_panic() {
    let texts: Vec<Vec<String>> = programs(&folder("examples"))
        .iter()
        .map(|(_, text)| tokens(text))
        .collect();
    let pool: Vec<String> = texts.concat();
    let odd = [
        "{", "}", "(", "?", "in", "=", "1e300", "-1", "0..1e12", "\"", "with", "[", "step *2", "é",
    ];
    let mut lottery = Lottery(7);
    for round in 0..rounds() {
        let mut text = texts[round % texts.len()].clone();
        for _ in 0..=lottery.below(4) {
            let at = lottery.below(text.len());
            match lottery.below(4) {
                0 => drop(text.remove(at)),
                1 => text[at] = pool[lottery.below(pool.len())].clone(),
                2 => text.insert(at, pool[lottery.below(pool.len())].clone()),
                _ => text.insert(at, odd[lottery.below(odd.len())].to_owned()),
            }
        }
        let text = text.concat();
        let start = Instant::now();
        let (program, checked) = quietly(&text);
        assert!(
            start.elapsed() < LONGEST,
            "round {round} took {:?}\n{text}",
            start.elapsed()
        );
        if round % 10 == 0 {
            render::plain(&program.sources, &checked.diagnostics);
        }
    }
}

#[test]
fn an_example_means_the_same_after_printing() {
    for (name, text) in programs(&folder("examples")) {
        let (_, problems) = syntax::parse(SourceId(0), &text);
        assert!(problems.is_empty(), "{name}");
        let printed = syntax::format(SourceId(0), &text).unwrap_or_else(|_| panic!("{name}"));
        let (before, _) = check(&text);
        let (after, shown) = check(&printed);
        assert_eq!(
            content_hash(&before.steps),
            content_hash(&after.steps),
            "{name}\n{printed}\n{shown}"
        );
    }
}

fn network(body: &str) -> String {
    format!(
        "use std.accel.{{eyeriss_like}}\nnetwork n {{\n  input = [3, 64, 64]\n{body}\n}}\nlayers(n)\nspace(n)\nevaluate(n, eyeriss_like)\n"
    )
}

#[test]
fn huge_numbers_are_refused_or_carried_in_time() {
    let conv = "conv { filters = 8, kernel = 3 }";
    let thrice = format!(
        "repeat {{ times = 1024, repeat {{ times = 1024, repeat {{ times = 1024, {conv} }} }} }}"
    );
    let open = "repeat a { times in 0..1024, repeat b { times in 0..1024, conv { filters in 1..1000000, kernel in 1..64, stride in 1..64 } } }";
    for text in [
        network(&thrice),
        network(open),
        network("conv { filters = 1e18, kernel = 3 }"),
        network("conv { filters = 4e9, kernel = 4e9, stride = 4e9, dilation = 4e9 }"),
        network("conv { filters = 4e9, kernel = 1 }\nencoder_decoder { depth = 10, filters = 4e9 }"),
        network("conv { filters in 0..1e12, kernel = 3 }"),
        network("conv c { filters in 1..1000000, kernel = 3 }\nconv { filters = c.filters * c.filters ^ 8, kernel = 3 }"),
        network("conv { filters in 1..1e300 step *1.0000001, kernel = 3 }"),
        network("conv { filters = 8, kernel in 1..4096, stride in 1..4096 }\nconv { filters = 8, kernel in 1..4096, stride in 1..4096 }"),
        network("transposed { filters = 8, stride = 4e9 }\ntransposed { filters = 8, stride = 4e9 }\ntransposed { filters = 8, stride = 4e9 }"),
        network("conv { filters = 8, kernel = 4e9, padding = valid }"),
        network(&"transposed { filters = 8, kernel = 4e9, stride = 4e9 }\n".repeat(20)),
        "device d { pes = 1e300 }\n".to_owned(),
        "let a = 1e300 * 1e300\nlet b = 0 / 0\nlet c = 1e300 ^ 8\nlet d = -1e308 - 1e308\na\n".to_owned(),
        "use templates.{nvdla}\naccelerator a { clock = 1 GHz, sub s { dataflow = nvdla, pes = 1e300, bandwidth = 1e300 GB/s } }\n".to_owned(),
        "choose k in 1e-300..1e300 step *2\n".to_owned(),
        "choose k in 0..1e300 step 1e-300\n".to_owned(),
        "let t = 1 s^99*s^99*s^99\nlet u = 1 m^127*m^127\n".to_owned(),
    ] {
        let start = Instant::now();
        let (_, shown) = check(&text);
        let took = start.elapsed();
        assert!(took < LONGEST, "{took:?}\n{text}\n{shown}");
        assert!(!shown.contains("NaN"), "{text}\n{shown}");
    }
}

#[test]
fn deep_structures_are_refused() {
    let deep = |n: usize| {
        format!(
            "network n {{ input = [3, 8, 8] {} conv {{ filters = 3, kernel = 3 }} {} }}\n",
            "skip { ".repeat(n),
            "}".repeat(n)
        )
    };
    assert!(check(&deep(8)).1.is_empty(), "{}", check(&deep(8)).1);
    for n in [40, 1000] {
        let (checked, shown) = check(&deep(n));
        assert!(checked.has_errors(), "{n}");
        assert!(shown.contains("E0109"), "{shown}");
    }
}

#[test]
fn many_names_and_many_mistakes_take_little_time() {
    let mut text = String::new();
    for i in 0..2500 {
        text.push_str(&format!("let name{i} = name{} + nothing{i}\n", i + 1));
    }
    let start = Instant::now();
    let (_, checked) = quietly(&text);
    assert!(checked.has_errors());
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
}
