//! The hardware side of the W1 search: 5,500 random designs, as many as 500 episodes of 11 designs,
//! priced from a cold memory on one thread: layer costs, areas and the list heuristic.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use nasaic_dsl::world::Memory;
use nasaic_engine::{Ended, Engine, Silent};

const W1: &str = include_str!("../../examples/w1.nasaic");
const DRAW: &str = "strategy draw { algorithm = random, evaluations = 5500, seed = 1 }\n";

/// An engine that knows the problem and has priced nothing.
fn cold() -> Engine {
    let (declarations, _) = W1.split_once("strategy nasaic").unwrap_or((W1, ""));
    let mut engine = Engine::new(Box::new(Memory::default()));
    let (checked, _) = engine.cell(&format!("{declarations}{DRAW}"), &mut Silent);
    assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics);
    engine
}

fn random_designs(c: &mut Criterion) {
    // The aim is one of one core.
    let one = rayon::ThreadPoolBuilder::new().num_threads(1);
    assert!(one.build_global().is_ok(), "the pool was started before");
    let mut group = c.benchmark_group("W1");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(15));
    group.bench_function("5500 random designs", |b| {
        b.iter_batched(
            cold,
            |mut engine| {
                let (_, report) = engine.cell("let run = search(w1, draw)\n", &mut Silent);
                assert!(report.as_ref().is_some_and(|r| r.ended == Ended::Done));
                black_box(report);
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, random_designs);
criterion_main!(benches);
