//! The search against all plans, one by one, on small layers, and its bounds against random plans.

use super::judge::Judge;
use super::{Found, Objective, Options, Proof, Tiles, search};
use crate::evaluate::evaluate;
use crate::fit::{fit, greedy};
use crate::lower::lower;
use crate::plan::{Column, Plan};
use crate::template::{Line, MAX_LINES, Template};
use crate::{
    Axis, Buffering, ConvShape, Dataflow, Dim, Layer, Padding, Precision, Step, SubAccelerator,
    Technology, Tensor, TensorSet, Tile,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, RngSeed, TestRunner};

fn store(name: &str, keep: &[Tensor], size: Option<u64>, buffering: Buffering) -> Step {
    Step::Store {
        name: name.into(),
        keep: TensorSet::of(keep),
        size,
        buffering,
        bandwidth: None,
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
            dram,
            fit(K),
            fit(C),
            one(N),
            fit(P),
            fit(Q),
            glb(&[I, O]),
            one(P),
            one(Q),
            deal(K, Columns, None),
            deal(C, Rows, None),
            rf(&Tensor::ALL),
            fit(K),
            fit(C),
            fit(R),
            fit(S),
        ],
        1 => vec![
            dram,
            one(N),
            fit(K),
            fit(P),
            fit(Q),
            fit(C),
            glb(&Tensor::ALL),
            one(C),
            deal(Q, Columns, None),
            deal(P, Rows, None),
            rf(&Tensor::ALL),
            fit(K),
            fit(R),
            fit(S),
        ],
        2 => vec![
            dram,
            fit(K),
            fit(C),
            one(N),
            fit(P),
            glb(&[I, O]),
            one(Q),
            deal(P, Columns, None),
            deal(K, Columns, None),
            deal(R, Rows, None),
            deal(K, Rows, None),
            rf(&Tensor::ALL),
            fit(K),
            fit(C),
            fit(S),
        ],
        3 => vec![
            dram,
            one(N),
            fit(K),
            fit(P),
            fit(C),
            glb(&[I, O]),
            one(R),
            one(S),
            deal(K, Columns, Some(2)),
            deal(C, Rows, None),
            one(K),
            one(C),
            rf(&[W]),
            fit(P),
            fit(Q),
        ],
        4 => vec![
            dram,
            fit(P),
            fit(K),
            fit(Q),
            glb(&Tensor::ALL),
            fit(C),
            deal(K, Columns, None),
            deal(Q, Rows, None),
        ],
        _ => vec![
            dram,
            fit(Q),
            walk(K, Tile::Fixed(3)),
            fit(P),
            glb(&[W, O]),
            fit(K),
            walk(C, Tile::Full),
            deal(P, Columns, None),
            rf(&[I, O]),
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
    let taken = |spread: &[u32; MAX_LINES], side: Option<Axis>| {
        let lines = template.lines().iter().zip(spread);
        let taken = lines.map(|(line, &instances)| match *line {
            Line::Spread { over, size, .. } if side.is_none_or(|s| s == over) => {
                size.unwrap_or(instances)
            }
            _ => 1,
        });
        taken.product::<u32>()
    };
    all.retain(|spread| match sub.shape {
        Some([columns, rows]) => {
            taken(spread, Some(Axis::Columns)) <= columns && taken(spread, Some(Axis::Rows)) <= rows
        }
        None => taken(spread, None) <= sub.pes,
    });
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

/// The value of the best plan of all; none if there are too many, or if the layer is refused.
fn brute(case: &Case, options: &Options) -> Option<f64> {
    let layer = case.technology.view(&case.layer);
    let template = Template::new(&layer, &case.dataflow, &case.sub).ok()?;
    let start = greedy(&layer, &template, &case.sub).ok()?;
    let mut judge = Judge::new(&case.sub, &case.technology, options, &start).ok()?;
    let orders = if options.open_order {
        template.orders()
    } else {
        1
    };
    let templates: Vec<_> = (0..orders).map(|n| template.in_order(n)).collect();
    let mut all = Vec::new();
    let mut count = 0;
    for spread in all_spreads(&template, &case.sub, &layer) {
        for template in &templates {
            let plan = Plan::smallest(&layer, template, spread);
            let columns: Vec<_> = (0..7).map(|dim| all_columns(&plan, dim)).collect();
            count += columns.iter().map(Vec::len).product::<usize>();
            if count > 20_000 {
                return None;
            }
            all.push((plan, columns));
        }
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

/// Layers small enough to try every plan of.
fn small() -> impl Strategy<Value = Case> {
    let sizes = (1..3_u32, 1..8_u32, 1..6_u32, 1..8_u32, 1..8_u32);
    let window = (1..4_u32, 1..4_u32, 1..3_u32, 0..2_u32, 1..3_u32);
    let hardware = (1..13_u32, 1..9_u32, 0..4_u32, 40..400_u64, 8..80_u64);
    (
        sizes,
        window,
        hardware,
        0..6_usize,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_filter_map("not a layer", case)
}

/// Layers of several thousand times as many plans.
fn larger() -> impl Strategy<Value = Case> {
    let sizes = (1..2_u32, 4..40_u32, 1..30_u32, 3..14_u32, 3..14_u32);
    let window = (1..4_u32, 1..4_u32, 1..3_u32, 0..2_u32, 1..2_u32);
    let hardware = (1..40_u32, 1..20_u32, 0..4_u32, 100..3000_u64, 8..200_u64);
    (
        sizes,
        window,
        hardware,
        0..6_usize,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_filter_map("not a layer", case)
}

/// Batch and sizes; window; elements, bandwidth, variant and stores; template; buffers; technology.
type Drawn = (
    (u32, u32, u32, u32, u32),
    (u32, u32, u32, u32, u32),
    (u32, u32, u32, u64, u64),
    usize,
    bool,
    bool,
);

fn case((sizes, window, hardware, which, single, silicon): Drawn) -> Option<Case> {
    let (batch, k, c, h, w) = sizes;
    let (r, s, stride, pad, groups) = window;
    let shape = ConvShape {
        batch,
        stride: [stride, 1],
        padding: Padding::Explicit([pad, pad]),
        groups,
        ..ConvShape::new(k * groups, c * groups, [h, w], [r, s])
    };
    let (pes, bandwidth, variant, glb, rf) = hardware;
    let sub = SubAccelerator {
        dram_bandwidth: (variant & 1 == 0).then_some(2.0),
        shape: (variant & 2 == 0).then_some([pes.div_ceil(3), 3.min(pes)]),
        ..SubAccelerator::new(pes, f64::from(bandwidth), 1e9)
    };
    let buffering = if single {
        Buffering::Single
    } else {
        Buffering::Double
    };
    Some(Case {
        layer: Layer::conv(&shape)
            .ok()?
            .with_precision(Precision::default()),
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

fn found(case: &Case, options: &Options) -> Result<Found, crate::Refusal> {
    search(
        &case.layer,
        &case.dataflow,
        &case.sub,
        &case.technology,
        options,
    )
}

/// The same cases everywhere.
fn draw(strategy: impl Strategy<Value = Case>) -> impl Iterator<Item = Case> {
    let config = ProptestConfig {
        rng_seed: RngSeed::Fixed(11),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new(config);
    std::iter::from_fn(move || {
        strategy
            .new_tree(&mut runner)
            .ok()
            .map(|tree| tree.current())
    })
}

#[test]
fn the_search_finds_the_best_of_all_plans() {
    let mut compared = 0;
    for (index, case) in draw(small()).enumerate().take(300) {
        let options = Options {
            objective: OBJECTIVES[index % 3],
            limit: u64::MAX,
            tiles: Tiles::Every,
            open_order: index % 2 == 0,
            open_shape: true,
        };
        let Some(best) = brute(&case, &options) else {
            continue;
        };
        compared += 1;
        let every = found(&case, &options).unwrap();
        assert_eq!(every.proof, Proof::Proven);
        assert_eq!(
            value(&every, options.objective),
            best,
            "{case:?} {options:?}"
        );
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn useful_tiles_lose_next_to_nothing() {
    let (mut compared, mut equal) = (0, 0);
    for (index, case) in draw(larger()).enumerate().take(40) {
        let options = Options {
            objective: OBJECTIVES[index % 3],
            limit: 10_000,
            ..Options::default()
        };
        let Ok(useful) = found(&case, &options) else {
            continue;
        };
        let every = Options {
            tiles: Tiles::Every,
            ..options
        };
        let every = found(&case, &every).unwrap();
        if (useful.proof, every.proof) == (Proof::Proven, Proof::Proven) {
            let loss = value(&useful, options.objective) / value(&every, options.objective);
            assert!((1.0..1.01).contains(&loss), "{loss} {case:?} {options:?}");
            compared += 1;
            equal += u32::from(loss == 1.0);
        }
    }
    assert!(
        compared > 20 && equal * 20 > compared * 19,
        "{equal} of {compared}"
    );
}

#[test]
fn no_plan_below_a_node_undercuts_its_bound() {
    let mut draws = proptest::test_runner::TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut draw_below = move |n: usize| draws.next_u32() as usize % n;
    for mut case in draw(small()).take(4_000) {
        case.layer = case.technology.view(&case.layer);
        let Ok(template) = Template::new(&case.layer, &case.dataflow, &case.sub) else {
            continue;
        };
        let template = template.in_order(draw_below(720) as u64 % template.orders());
        let spreads = all_spreads(&template, &case.sub, &case.layer);
        let Some(&spread) = spreads.get(draw_below(spreads.len().max(1))) else {
            continue;
        };
        let decided = draw_below(128) as u8;
        let relaxed = template.relaxed(decided);
        let mut whole = Plan::whole(&case.layer, &relaxed, spread);
        let mut least = Plan::smallest(&case.layer, &template, spread);
        let mut plan = least;
        for dim in 0..7 {
            let columns = all_columns(&plan, dim);
            let column = columns[draw_below(columns.len())];
            plan.set_column(dim, &column);
            if decided & 1 << dim != 0 {
                whole.set_column(dim, &column);
                least.set_column(dim, &column);
            }
        }
        assert!(least.might_fit(&whole) || !plan.fits(), "{case:?}");
        let mut judge =
            Judge::new(&case.sub, &case.technology, &Options::default(), &plan).unwrap();
        let floor = judge.floor(&whole, &least, decided).unwrap();
        let cost = evaluate(
            &case.layer,
            &lower(&plan).unwrap(),
            &case.sub,
            Some(&case.technology),
        );
        let energy = cost.energy.unwrap().total();
        assert!(floor.cycles <= cost.cycles, "{floor:?} {cost:?} {case:?}");
        // Sums of the same terms in another order differ in their last bits.
        assert!(
            floor.energy <= energy * (1.0 + 1e-12),
            "{floor:?} {cost:?} {case:?}"
        );
    }
}

#[test]
fn a_shape_that_is_not_open_is_the_greedy_mapper_s() {
    for (index, case) in draw(small()).enumerate().take(150) {
        let open = Options {
            objective: OBJECTIVES[index % 3],
            ..Options::default()
        };
        let closed = Options {
            open_shape: false,
            ..open
        };
        let Ok(closed) = found(&case, &closed) else {
            continue;
        };
        let layer = case.technology.view(&case.layer);
        let fitted = fit(&layer, &case.dataflow, &case.sub).unwrap();
        let cost = evaluate(&layer, &fitted, &case.sub, Some(&case.technology));
        let fitted = open
            .objective
            .value(cost.cycles, cost.energy.unwrap().total());
        let open = value(&found(&case, &open).unwrap(), open.objective);
        let closed = value(&closed, OBJECTIVES[index % 3]);
        // The greedy mapper takes a shape even if it is too short for a spread of written size.
        let written = |step: &Step| matches!(step, Step::Spread { size: Some(_), .. });
        let open = if case.dataflow.steps.iter().any(written) {
            open.min(closed)
        } else {
            open
        };
        assert!(
            open <= closed && closed <= fitted,
            "{open} {closed} {fitted} {case:?}"
        );
    }
}
