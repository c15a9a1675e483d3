//! A small problem whose evaluations are made up, and stores of it.
#![allow(dead_code)]

use nasaic_store::{
    Choices, Decision, Finding, Head, Heads, Ledger, Measured, NewRun, NewSearch, Objective,
    Reached, Store, StoreError,
};

pub fn heads() -> Heads {
    let head = |name: &str, unit: &str, miss| Head {
        name: name.to_owned(),
        unit: unit.to_owned(),
        miss,
    };
    let decision = |path: &str, unit: &str, choices| Decision {
        path: path.to_owned(),
        unit: unit.to_owned(),
        choices,
    };
    Heads {
        decisions: vec![
            decision(
                "a.dataflow",
                "",
                Choices::Names(vec!["nvdla".into(), "ws, \"x\"".into()]),
            ),
            decision(
                "a.pes",
                "",
                Choices::Steps {
                    first: 16.0,
                    step: 8.0,
                    count: 300,
                },
            ),
            decision(
                "a.bandwidth",
                "B/s",
                Choices::Numbers(vec![1e9, 2.5e9, 0.1]),
            ),
        ],
        hardware: vec![
            head("cycles", "cycles", false),
            head("latency <= 1 s", "", true),
        ],
        objectives: vec![Objective {
            name: "energy".to_owned(),
            less: true,
        }],
        outcome: vec![head("classify.accuracy", "", false)],
    }
}

/// A design, by a number.
pub fn design(n: u32) -> Vec<u32> {
    let inactive = if n % 7 == 3 { u32::MAX } else { n % 3 };
    vec![n % 2, (n / 2) % 300, inactive]
}

/// What is found out about it: refused, not asked for, or known.
pub fn finding(n: u32) -> Finding {
    let x = f64::from(n);
    if n % 11 == 5 {
        let refused = Some(format!("design {n} has no room"));
        return Finding {
            hardware: Measured {
                refused,
                numbers: vec![],
            },
            outcome: None,
        };
    }
    let miss = if n % 4 == 1 { x / 3.0 } else { f64::NAN };
    Finding {
        hardware: Measured {
            refused: None,
            numbers: vec![x * 0.1, miss],
        },
        outcome: miss.is_nan().then(|| Reached {
            objectives: vec![-1.0 / (1.0 + x)],
            numbers: vec![1.0 - x / 1e4],
        }),
    }
}

pub fn run(store: &Store) -> Result<i64, StoreError> {
    store.begin(&NewRun {
        script: "made.nasaic",
        program: "0.1.0",
        plan: "{\"version\":1}",
        plan_hash: "abc",
    })
}

pub fn search<'s>(
    store: &'s Store,
    run: i64,
    number: usize,
    key: &str,
) -> Result<Ledger<'s>, StoreError> {
    store.search(
        run,
        &NewSearch {
            number,
            problem: "made",
            key,
            heads: &heads(),
            strategy: "quick",
            algorithm: "random",
            options: "",
            seed: u64::MAX,
        },
    )
}

/// A store with one run of one search with `designs` trials.
pub fn filled(path: &std::path::Path, designs: u32) -> Store {
    let store = Store::open(path).unwrap();
    let run = run(&store).unwrap();
    let mut ledger = search(&store, run, 0, "problem").unwrap();
    for n in 0..designs {
        ledger.record(u64::from(n), &design(n), &finding(n));
    }
    ledger.settle().unwrap();
    drop(ledger);
    store
}
