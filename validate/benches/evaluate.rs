//! One evaluation, averaged over the mappings that the comparisons verify.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nasaic_cost::{Evaluator, Technology, counts, evaluate};
use nasaic_validate::data::Folder;
use nasaic_validate::point::Point;
use nasaic_validate::{cases, timeloop};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Random layers and nests: padded, strided, dilated, grouped, ragged.
const RAGGED: u64 = 1_000;

fn one_evaluation(c: &mut Criterion) {
    let technology = Technology::horowitz_28nm();
    let sets: [(&str, Vec<Point>); 2] = [
        ("timeloop", timeloop::points(&Folder::Shipped)),
        ("ragged", (0..RAGGED).map(cases::case).collect()),
    ];
    let mut group = c.benchmark_group("one of a set");
    for (name, points) in &sets {
        group.throughput(Throughput::Elements(points.len() as u64));
        group.bench_with_input(BenchmarkId::new("count", name), points, |b, points| {
            b.iter(|| {
                for p in points {
                    black_box(counts::count(&p.layer, &p.mapping));
                }
            });
        });
        group.bench_with_input(BenchmarkId::new("evaluate", name), points, |b, points| {
            b.iter(|| {
                for p in points {
                    black_box(evaluate(&p.layer, &p.mapping, &p.sub, Some(&technology)));
                }
            });
        });
        let evaluators: Vec<Evaluator> = points
            .iter()
            .map(|p| Evaluator::new(&p.layer, &p.mapping, &p.sub, Some(&technology)))
            .collect();
        let mut again = evaluators.clone();
        group.bench_function(BenchmarkId::new("whole, evaluator at hand", name), |b| {
            b.iter(|| {
                for (p, evaluator) in points.iter().zip(&mut again) {
                    black_box(evaluator.evaluate(black_box(&p.mapping)));
                }
            });
        });
        let mut changed = evaluators.clone();
        let changes: Vec<(usize, [u32; 2])> = changed.iter_mut().map(change).collect();
        let mut turn = 0;
        group.bench_function(BenchmarkId::new("one tile changed", name), |b| {
            b.iter(|| {
                turn = 1 - turn;
                for (evaluator, (at, tiles)) in changed.iter_mut().zip(&changes) {
                    black_box(evaluator.set_tile(*at, black_box(tiles[turn])));
                    black_box(evaluator.cost());
                }
            });
        });
    }
    group.finish();
}

/// A loop of the nest, drawn at random, with its tile and another that it may have as well.
fn change(evaluator: &mut Evaluator) -> (usize, [u32; 2]) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let loops = evaluator.mapping().loops().to_vec();
    for _ in 0..1_000 {
        let at = random.random_range(0..loops.len());
        let (old, new) = (loops[at].tile, random.random_range(1..9));
        if new != old && evaluator.set_tile(at, new) {
            evaluator.set_tile(at, old);
            return (at, [old, new]);
        }
    }
    (0, [loops[0].tile; 2])
}

criterion_group!(benches, one_evaluation);
criterion_main!(benches);
