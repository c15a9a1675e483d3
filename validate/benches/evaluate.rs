//! One evaluation, averaged over the mappings that the comparisons verify.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nasaic_cost::{Technology, counts, evaluate};
use nasaic_validate::data::Folder;
use nasaic_validate::point::Point;
use nasaic_validate::{cases, timeloop};

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
    }
    group.finish();
}

criterion_group!(benches, one_evaluation);
criterion_main!(benches);
