//! The search against all plans, one by one, on small layers.

use super::judge::Judge;
use super::{Found, Objective, Options, Proof, Tiles, search};
use crate::fit::greedy;
use crate::plan::{Column, Plan};
use crate::template::{Line, MAX_LINES, Template};
use crate::{
    Axis, Buffering, ConvShape, Dataflow, Dim, Layer, Padding, Precision, Step, SubAccelerator,
    Technology, Tensor, TensorSet, Tile,
};
use proptest::prelude::*;

fn store(name: &str, keep: &[Tensor], size: Option<u64>, buffering: Buffering) -> Step {
    Step::Store {
        name: name.into(),
        keep: TensorSet::of(keep),
        size,
        buffering,
    }
}

const fn walk(dim: Dim, tile: Tile) -> Step {
    Step::Loop { dim, tile }
}

const fn deal(dim: Dim, over: Axis, size: Option<u32>) -> Step {
    Step::Spread {
        dim,
        over,
        size,
        reduce: dim.is_reduction(),
    }
}

/// Small templates in the manner of the project's: the stores' bytes are free.
fn template(which: usize, glb: u64, rf: u64, buffering: Buffering) -> Dataflow {
    use Axis::{Columns, Rows};
    use Dim::{C, K, N, P, Q, R, S};
    use Tensor::{I, O, W};
    let fit = |dim| walk(dim, Tile::Fit);
    let one = |dim| walk(dim, Tile::Fixed(1));
    let dram = store("dram", &Tensor::ALL, None, Buffering::Double);
    let glb = |keep| store("glb", keep, Some(glb), buffering);
    let rf = |keep| store("rf", keep, Some(rf), buffering);
    let steps = match which {
        0 => vec![
            dram, fit(K), fit(C), one(N), fit(P), fit(Q), glb(&[I, O]), one(P), one(Q),
            deal(K, Columns, None), deal(C, Rows, None), rf(&Tensor::ALL), fit(K), fit(C), fit(R), fit(S),
        ],
        1 => vec![
            dram, one(N), fit(K), fit(P), fit(Q), fit(C), glb(&Tensor::ALL), one(C),
            deal(Q, Columns, None), deal(P, Rows, None), rf(&Tensor::ALL), fit(K), fit(R), fit(S),
        ],
        2 => vec![
            dram, fit(K), fit(C), one(N), fit(P), glb(&[I, O]), one(Q),
            deal(P, Columns, None), deal(K, Columns, None), deal(R, Rows, None), deal(K, Rows, None),
            rf(&Tensor::ALL), fit(K), fit(C), fit(S),
        ],
        3 => vec![
            dram, one(N), fit(K), fit(P), fit(C), glb(&[I, O]), one(R), one(S),
            deal(K, Columns, Some(2)), deal(C, Rows, None), one(K), one(C), rf(&[W]), fit(P), fit(Q),
        ],
        4 => vec![
            dram, fit(P), fit(K), fit(Q), glb(&Tensor::ALL), fit(C), deal(K, Columns, None), deal(Q, Rows, None),
        ],
        _ => vec![
            dram, fit(Q), walk(K, Tile::Fixed(3)), fit(P), glb(&[W, O]), fit(K), walk(C, Tile::Full),
            deal(P, Columns, None), rf(&[I, O]),
        ],
    };
    Dataflow {
        name: "small".into(),
        kinds: Vec::new(),
        steps,
    }
}

/// All spreads up to the elements, in any order.
fn all_spreads(template: &Template, sub: &SubAccelerator, layer: &Layer) -> Vec<[u32; MAX_LINES]> {
    let mut all = vec![[1; MAX_LINES]];
    for (line, what) in template.lines().iter().enumerate() {
        if let Line::Spread { dim, size, .. } = *what {
            let bound = layer.bound(dim);
            let sizes = match size {
                Some(size) => size.min(bound)..=size.min(bound),
                None => 1..=bound,
            };
            all = all
                .iter()
                .flat_map(|spread| {
                    sizes.clone().map(move |instances| {
                        let mut spread = *spread;
                        spread[line] = instances;
                        spread
                    })
                })
                .collect();
        }
    }
    let elements = |spread: &[u32; MAX_LINES]| {
        let written = template.lines().iter().zip(spread).map(|(line, &n)| match *line {
            Line::Spread { size: Some(size), .. } => size,
            _ => n,
        });
        written.product::<u32>()
    };
    all.retain(|spread| elements(spread) <= sub.pes);
    all
}

/// All tiles of one dimension in all stores.
fn all_columns(plan: &Plan, dim: usize) -> Vec<Column> {
    let mut all = vec![Plan::whole(plan.layer, plan.template, plan.spread).column(dim)];
    for level in 1..plan.template.levels().len() {
        all = all
            .iter()
            .flat_map(|column| {
                let limit = plan.limit[level][dim];
                let least = if plan.is_stated(level, dim) { limit } else { 1 };
                (least..=limit).map(|size| {
                    let mut column = *column;
                    column[level] = size;
                    column
                })
            })
            .collect();
    }
    all.retain(|column| {
        let mut plan = *plan;
        plan.set_column(dim, column);
        (1..plan.template.levels().len()).all(|l| column[l] >= plan.unit(l, dim))
    });
    all
}

/// The value of the best plan of all; none if there are too many.
fn brute(case: &Case, options: &Options) -> Option<f64> {
    let layer = case.technology.view(&case.layer);
    let template = Template::new(&layer, &case.dataflow, &case.sub).ok()?;
    let start = greedy(&layer, &template, &case.sub).ok()?;
    let mut judge = Judge::new(&case.sub, &case.technology, options, &start).ok()?;
    let spreads = all_spreads(&template, &case.sub, &layer);
    let plans = |spread: &[u32; MAX_LINES]| {
        let plan = Plan::smallest(&layer, &template, *spread);
        let columns: Vec<_> = (0..7).map(|dim| all_columns(&plan, dim)).collect();
        (plan, columns)
    };
    let all: Vec<_> = spreads.iter().map(plans).collect();
    let count: usize = all
        .iter()
        .map(|(_, columns)| columns.iter().map(Vec::len).product::<usize>())
        .sum();
    if count > 20_000 {
        return None;
    }
    for (plan, columns) in all {
        each(plan, &columns, 0, &mut |plan| {
            if plan.fits() {
                judge.value(plan);
            }
        });
    }
    Some(judge.best())
}

fn each(mut plan: Plan, columns: &[Vec<Column>], dim: usize, visit: &mut impl FnMut(&Plan)) {
    if dim == columns.len() {
        visit(&plan);
        return;
    }
    for column in &columns[dim] {
        plan.set_column(dim, column);
        each(plan, columns, dim + 1, visit);
    }
}

#[derive(Clone, Debug)]
struct Case {
    layer: Layer,
    dataflow: Dataflow,
    sub: SubAccelerator,
    technology: Technology,
}

fn cases() -> impl Strategy<Value = Case> {
    let sizes = (1..3_u32, 1..8_u32, 1..6_u32, 1..8_u32, 1..8_u32);
    let window = (1..4_u32, 1..4_u32, 1..3_u32, 0..2_u32, 1..3_u32);
    let hardware = (1..13_u32, 1..9_u32, any::<bool>(), 40..400_u64, 8..80_u64);
    (sizes, window, hardware, 0..6_usize, any::<bool>(), any::<bool>()).prop_filter_map(
        "not a layer", case_of)
}

type Drawn = ((u32,u32,u32,u32,u32),(u32,u32,u32,u32,u32),(u32,u32,bool,u64,u64),usize,bool,bool);
fn case_of((sizes, window, hardware, which, single, silicon): Drawn) -> Option<Case> {
            let (batch, k, c, h, w) = sizes;
            let (r, s, stride, pad, groups) = window;
            let shape = ConvShape {
                batch,
                stride: [stride, 1],
                padding: Padding::Explicit([pad, pad]),
                groups,
                ..ConvShape::new(k * groups, c * groups, [h, w], [r, s])
            };
            let (pes, bandwidth, off_chip, glb, rf) = hardware;
            let sub = SubAccelerator {
                dram_bandwidth: off_chip.then_some(2.0),
                ..SubAccelerator::new(pes, f64::from(bandwidth), 1e9)
            };
            let buffering = if single { Buffering::Single } else { Buffering::Double };
            Some(Case {
                layer: Layer::conv(&shape).ok()?.with_precision(Precision::default()),
                dataflow: template(which, glb, rf, buffering),
                sub,
                technology: if silicon {
                    Technology::horowitz_28nm()
                } else {
                    Technology::maestro_2020()
                },
            })
}

const OBJECTIVES: [Objective; 3] = [Objective::Latency, Objective::Energy, Objective::Edp];

fn value(found: &Found, objective: Objective) -> f64 {
    let energy = found.cost.energy.map_or(0.0, |e| e.total());
    objective.value(found.cost.cycles, energy)
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(11),
        max_global_rejects: 1_000_000,
        ..ProptestConfig::default()
    }
}

#[test]
fn experiment() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::new(config(1));
    let (mut n, mut equal, mut skipped, mut better, mut worst) = (0, 0, 0, 0, 1.0_f64);
    let (mut useful_equal, mut uw) = (0, 1.0_f64);
    let mut by = [[0_u32; 3]; 6];
    while n < 600 {
        let case = cases().new_tree(&mut runner).unwrap().current();
        let objective = OBJECTIVES[n % 3];
        let every = Options { objective, limit: u64::MAX, tiles: Tiles::Every, ..Options::default() };
        let Some(best) = brute(&case, &every) else { skipped += 1; if skipped > 20000 {break} continue };
        n += 1;
        let found = search(&case.layer, &case.dataflow, &case.sub, &case.technology, &every).unwrap();
        assert_eq!(found.proof, Proof::Proven);
        let v = value(&found, objective);
        if v == best { equal += 1 } else {
            if v < best { better += 1 } else { worst = worst.max(v / best); if worst < 1.5 && n < 300 {println!("{objective:?} {v} {best} {case:?}");} }
        }
        let useful = Options { tiles: Tiles::Useful, ..every };
        let found = search(&case.layer, &case.dataflow, &case.sub, &case.technology, &useful).unwrap();
        let u = value(&found, objective);
        if u <= best { useful_equal += 1 } else { uw = uw.max(u / best); println!("USEFUL {objective:?} {} {:?} {:?} {}", u / best, case.layer.bounds, case.dataflow.steps.len(), case.sub.pes); }
        let _ = &mut by;
    }
    println!("n {n} equal {equal} better {better} worst {worst} skipped {skipped} useful equal {useful_equal} worst {uw}");
}

#[test]
fn experiment_bounds() {
    use proptest::strategy::ValueTree;
    use crate::evaluate::evaluate;
    use crate::lower::lower;
    let mut runner = proptest::test_runner::TestRunner::new(config(1));
    let mut state = 12345_u64;
    let mut rnd = move |n: usize| { state ^= state << 13; state ^= state >> 7; state ^= state << 17; ((state >> 11) % n as u64) as usize };
    let mut bad = [0_u32; 4]; let mut shown = 0; let mut total = 0;
    let mut bywhich = std::collections::BTreeMap::new();
    for _ in 0..20000 {
        let mut case = cases().new_tree(&mut runner).unwrap().current();
        case.layer = case.technology.view(&case.layer);
        let Ok(template) = Template::new(&case.layer, &case.dataflow, &case.sub) else { continue };
        let spreads = all_spreads(&template, &case.sub, &case.layer);
        let spread = spreads[rnd(spreads.len())];
        let least = Plan::smallest(&case.layer, &template, spread);
        let mut plan = least;
        for d in 0..7 { let c = all_columns(&least, d); plan.set_column(d, &c[rnd(c.len())]); }
        let decided = rnd(128) as u8; let d = decided as usize;
        let rt = template.relaxed(decided);
        let mut relaxed = Plan::whole(&case.layer, &rt, spread);
        let mut least = least;
        for d in 0..7 { if decided & 1 << d != 0 { relaxed.set_column(d, &plan.column(d)); least.set_column(d, &plan.column(d)); } }
        let a = evaluate(&case.layer, &lower(&plan).unwrap(), &case.sub, Some(&case.technology));
        let l2 = super::judge::gapless(&relaxed, decided);
        let b = evaluate(&l2, &lower(&relaxed).unwrap(), &case.sub, Some(&case.technology));
        let options = Options::default();
        let mut judge = Judge::new(&case.sub, &case.technology, &options, &plan).unwrap();
        let f = judge.floor(&relaxed, &least, decided).unwrap();
        if f.cycles > a.cycles { println!("CYCLES {} {} floor {f:?} {a:?} {:?} {:?}", f.cycles, a.cycles, case.layer, case.sub); 
            for m in [&plan, &relaxed, &least] { let l=lower(m).unwrap();
                for l in l.loops() { print!(" {}{}:{}{}", l.level, l.dim.letter(), l.tile, match l.advance { crate::Advance::Time => "", _ => "s" }); } println!(); } }
        total += 1;
        let e = |c: &crate::LayerCost| c.energy.unwrap().total();
        let v = [b.compute_cycles > a.compute_cycles, b.noc_cycles > a.noc_cycles, b.dram_cycles > a.dram_cycles, e(&b) > e(&a) * (1.0 + 1e-12)];
        for (s, v) in bad.iter_mut().zip(v) { *s += u32::from(v); }
        if v.contains(&true) { *bywhich.entry((case.dataflow.steps.len(), v)).or_insert(0) += 1; }
        if v.contains(&true) && shown < 8 {
            shown += 1;
            println!("---- {v:?} dim {:?} {:?} {:?}", Dim::ALL.iter().filter(|d| decided & 1 << d.index() != 0).map(|d| d.letter()).collect::<String>(), case.layer, l2);
            for (m, c) in [(&plan, &a), (&relaxed, &b)] {
                let l = lower(m).unwrap();
                println!("{:?}", l.levels().iter().map(|l| l.keep).collect::<Vec<_>>());
                for l in l.loops() { print!(" {}{}:{}{}", l.level, l.dim.letter(), l.tile, match l.advance { crate::Advance::Time => "", _ => "s" }); }
                println!("\n {} {} {} {} {:?}", c.compute_cycles, c.noc_cycles, c.dram_cycles, e(c), &c.access[..l.levels().len()]);
            }
        }
    }
    println!("{total} {bad:?} {bywhich:#?}");
}

#[test]
fn experiment_tiles() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::new(config(1));
    let n: usize = std::env::var("N").map_or(300, |n| n.parse().unwrap());
    let sizes = (1..2_u32, 4..40_u32, 1..30_u32, 3..14_u32, 3..14_u32);
    let window = (1..4_u32, 1..4_u32, 1..3_u32, 0..2_u32, 1..2_u32);
    let hardware = (1..40_u32, 1..20_u32, any::<bool>(), 100..3000_u64, 8..200_u64);
    let strategy = (sizes, window, hardware, 0..6_usize, any::<bool>(), any::<bool>()).prop_filter_map("no", case_of);
    let (mut equal, mut unproven, mut worst, mut tot) = (0, 0, 1.0_f64, 0);
    let (mut ev, mut eu, mut pu) = (0, 0, 0);
    for i in 0..n {
        let case = strategy.new_tree(&mut runner).unwrap().current();
        let objective = OBJECTIVES[i % 3];
        let every = Options { objective, limit: 100_000, tiles: Tiles::Every, ..Options::default() };
        let useful = Options { tiles: Tiles::Useful, ..every };
        let run = |o| search(&case.layer, &case.dataflow, &case.sub, &case.technology, o);
        let Ok(u) = run(&useful) else { continue };
        eu += u.evaluated; pu += u32::from(u.proof == Proof::Proven);
        let e = run(&every).unwrap();
        ev += e.evaluated; tot += 1;
        if e.proof != Proof::Proven || u.proof != Proof::Proven { unproven += 1; continue }
        let r = value(&u, objective) / value(&e, objective);
        assert!(r > 0.99999999);
        if r == 1.0 { equal += 1 } else { worst = worst.max(r); println!("USEFUL {objective:?} {r} {:?} {:?} {} {}", case.layer.bounds, case.layer.stride, case.dataflow.steps.len(), case.sub.pes);
            if r > 1.01 { for f in [&u, &e] { println!("   {} {:?}", f.cost.cycles, f.cost.energy.unwrap().total()); for l in f.mapping.loops() { print!(" {}{}:{}{}", l.level, l.dim.letter(), l.tile, match l.advance { crate::Advance::Time => "", _ => "s" }); } println!(); } } }
    }
    println!("n {tot} equal {equal} unproven {unproven} worst {worst} evals every {ev} useful {eu} proven useful {pu}");
}
