//! Generators: the same for any number of threads, honest about what they saw, better than chance.
#![allow(clippy::unwrap_used)]

mod common;

use common::decision;
use nasaic_search::generate::{
    Drawn, GenerateError, Generator, Hunt, Model, draw, generators, improvement, is_held_out,
};
use nasaic_search::{
    Budget, Design, Limit, OptionValue, Options, Role, Space, SpaceError, run, strategy,
};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Layers of several sizes on an array with PEs, lanes and a buffer.
struct Toy {
    space: Space,
}

impl Toy {
    fn new() -> Self {
        let decisions = vec![
            decision("work", 8, Role::Network),
            decision("depth", 3, Role::Network),
            decision("pes", 10, Role::Hardware),
            decision("lanes", 4, Role::Hardware),
            decision("buffer", 6, Role::Hardware),
            decision("bandwidth", 5, Role::Hardware),
        ];
        // The largest array leaves no room for the largest buffer.
        let room = Limit {
            name: "area".to_owned(),
            terms: vec![(2, (0..10).collect()), (4, (0..6).collect())],
            constant: 0,
            at_most: 12,
        };
        Self {
            space: Space::new(decisions, vec![room], vec![]).unwrap(),
        }
    }
}

impl Model for Toy {
    fn space(&self) -> &Space {
        &self.space
    }

    fn context(&self, design: &Design) -> Vec<f64> {
        vec![f64::from(design.0[0]), f64::from(design.0[1])]
    }

    /// Time and power; the slower of array and memory decides.
    fn values(&self, design: &Design) -> Option<Vec<f64>> {
        let [work, depth, pes, lanes, buffer, bandwidth] =
            <[u32; 6]>::try_from(design.0.clone()).ok()?.map(f64::from);
        // An array without a buffer of its size cannot be fed at all.
        if pes > 7.0 && buffer == 0.0 {
            return None;
        }
        let compute = 0.7 * (work + depth - pes) - 0.5 * lanes;
        let memory = 0.5 * work + 0.6 * (3.0 - buffer) - 0.7 * bandwidth;
        let time = compute.max(memory);
        let spent = 0.4 * pes + 0.3 * lanes + 0.1 * buffer + 0.2 * bandwidth;
        Some(vec![time, spent])
    }
}

fn options(algorithm: &str, given: &[(&str, OptionValue)]) -> Options {
    let info = generators().iter().find(|info| info.name == algorithm);
    Options::new(info.unwrap(), given).unwrap()
}

fn train(model: &Toy, algorithm: &str, seed: u64) -> Generator {
    let mut given = vec![("train_designs", OptionValue::Int(2000))];
    if algorithm != "nearest" {
        given.push(("epochs", OptionValue::Int(12)));
        given.push(("hidden", OptionValue::Int(32)));
    }
    let options = options(algorithm, &given);
    let trained = Generator::train(model, &options, seed, &mut |_, _| ControlFlow::Continue(()));
    trained.unwrap().unwrap()
}

fn asked(model: &Toy) -> Drawn {
    draw(model, (150, 40), 0.1, 5)
}

fn meets(model: &Toy, design: &Design, wishes: &[f64]) -> bool {
    let values = model.values(design);
    values.is_some_and(|values| improvement(&values, wishes).is_some())
}

/// The share of objectives that the first `count` proposals meet.
fn rate(model: &Toy, generator: &Generator, drawn: &Drawn, count: usize) -> f64 {
    let met = drawn.met.iter().filter(|one| {
        let target = (&one.context[..], &one.wishes[..]);
        let designs = generator.propose(&model.space, &one.networks, target, count);
        designs
            .iter()
            .any(|design| meets(model, design, &one.wishes))
    });
    met.count() as f64 / drawn.met.len() as f64
}

#[test]
fn a_generator_is_the_same_for_any_number_of_threads_and_comes_back_from_text() {
    let model = Toy::new();
    for info in generators() {
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            pool.build()
                .unwrap()
                .install(|| train(&model, info.name, 3))
        };
        let (one, four) = (with(1), with(4));
        assert_eq!(one, four, "{}", info.name);
        let text = serde_json::to_string(&one).unwrap();
        let back: Generator = serde_json::from_str(&text).unwrap();
        assert_eq!(back, one, "{}", info.name);
        assert!(back.fits(&model.space, 2, 2));
        assert!(!back.fits(&model.space, 3, 2));
        assert!(!back.fits(&Space::new(vec![], vec![], vec![]).unwrap(), 2, 2));
        assert_ne!(train(&model, info.name, 4), one, "another seed");
    }
}

#[test]
fn a_judge_makes_the_first_try_better_than_chance_and_so_does_memory() {
    let model = Toy::new();
    let drawn = asked(&model);
    let mut chance: f64 = drawn.met.iter().map(|one| one.share.unwrap()).sum();
    chance /= drawn.met.len() as f64;
    let of = |algorithm: &str| rate(&model, &train(&model, algorithm, 3), &drawn, 1);
    let [gan, mlp, nearest] = ["gan", "mlp", "nearest"].map(of);
    assert!(gan > 1.5 * chance, "{gan} {chance}");
    assert!(gan > 1.5 * mlp, "{gan} {mlp}");
    assert!(nearest > 3.0 * chance, "{nearest} {chance}");
}

#[test]
fn proposals_are_distinct_designs_within_the_limits_that_keep_the_networks() {
    let model = Toy::new();
    let drawn = asked(&model);
    for info in generators() {
        let generator = train(&model, info.name, 3);
        for one in drawn.met.iter().take(20) {
            let target = (&one.context[..], &one.wishes[..]);
            let all = generator.propose(&model.space, &one.networks, target, 40);
            assert_eq!(all.len(), 40);
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 40);
            for design in &all {
                assert!(model.space.contains(design));
                assert_eq!(model.space.networks(design), one.networks);
            }
        }
    }
}

#[test]
fn objectives_are_met_by_some_design_or_by_none_as_they_say() {
    let model = Toy::new();
    let drawn = asked(&model);
    assert_eq!((drawn.met.len(), drawn.impossible.len()), (150, 40));
    let share = |networks: &Design, wishes: &[f64]| {
        let space = model.space.given(networks).unwrap();
        let all: Vec<Design> = space.enumerate().collect();
        assert!(all.iter().all(|d| model.space.networks(d) == *networks));
        let built: Vec<&Design> = all.iter().filter(|d| model.values(d).is_some()).collect();
        let met = built.iter().filter(|d| meets(&model, d, wishes)).count();
        met as f64 / built.len() as f64
    };
    for one in &drawn.met {
        let share = share(&one.networks, &one.wishes);
        assert!(share > 0.0);
        assert_eq!(one.share, Some(share));
    }
    for one in &drawn.impossible {
        assert_eq!(share(&one.networks, &one.wishes), 0.0);
        // And only just: a little looser, and a design meets them.
        let looser: Vec<f64> = one
            .wishes
            .iter()
            .map(|wish| wish + libm::log(1.1) + 1e-9)
            .collect();
        assert!(share(&one.networks, &looser) > 0.0);
    }
    assert_eq!(draw(&model, (150, 40), 0.1, 5), drawn);
    assert!(draw(&model, (5, 5), 0.0, 5).impossible.is_empty());
}

#[test]
fn a_tenth_of_a_space_is_held_out_and_the_rest_is_learned() {
    let model = Toy::new();
    let space = &model.space;
    let all: Vec<Design> = space.enumerate().map(|d| space.canonical(&d)).collect();
    let held = all.iter().filter(|d| is_held_out(space, d)).count() as f64;
    let share = held / all.len() as f64;
    assert!((0.08..0.12).contains(&share), "{share}");
    let options = options("nearest", &[("train_designs", OptionValue::Int(20_000))]);
    let whole = Generator::train(&model, &options, 1, &mut |_, _| ControlFlow::Continue(()));
    let learned = whole.unwrap().unwrap().designs;
    let open = all
        .iter()
        .filter(|d| !is_held_out(space, d) && model.values(d).is_some());
    assert!(learned <= open.count());
}

#[test]
fn a_search_for_an_objective_keeps_its_networks_and_meets_it() {
    let model = Toy::new();
    let drawn = asked(&model);
    let options = Options::new(strategy("annealing").unwrap(), &[]).unwrap();
    let budget = Budget {
        evaluations: Some(64),
    };
    let mut met = 0;
    for one in drawn.met.iter().take(40) {
        let hunt = Hunt::new(&model, &one.networks, &one.wishes).unwrap();
        let mut watch = |_: &nasaic_search::Progress<'_>| ControlFlow::Continue(());
        let found = run(&hunt, &options, budget, 1, &mut watch).unwrap();
        let networks = |design: &Design| model.space.networks(design);
        assert!(
            found
                .evaluated
                .iter()
                .all(|e| networks(&e.design) == one.networks)
        );
        let best = &found.evaluated[found.best.unwrap()];
        assert_eq!(best.is_feasible(), meets(&model, &best.design, &one.wishes));
        met += usize::from(best.is_feasible());
    }
    assert!(met > 20, "{met}");
}

#[test]
fn what_cannot_be_trained_says_why() {
    let go = &mut |_: u64, _: u64| ControlFlow::Continue(());
    let stop = &mut |_: u64, _: u64| ControlFlow::Break(());
    let model = Toy::new();
    let few = options("mlp", &[("train_designs", OptionValue::Int(50))]);
    assert_eq!(Generator::train(&model, &few, 1, stop).unwrap(), None);
    let space = |decisions| -> Result<Toy, SpaceError> {
        Ok(Toy {
            space: Space::new(decisions, vec![], vec![])?,
        })
    };
    let closed = space(vec![decision("work", 8, Role::Network)]).unwrap();
    let error = Generator::train(&closed, &few, 1, go).unwrap_err();
    assert_eq!(error, GenerateError::NothingOpen);
    // The toy cannot build a design with other decisions than its own.
    let odd = space(vec![decision("pes", 200, Role::Hardware)]).unwrap();
    let error = Generator::train(&odd, &few, 1, go).unwrap_err();
    assert!(matches!(error, GenerateError::NoDesigns { drawn } if drawn > 0));
}

#[test]
fn improvement_is_what_is_left_of_the_limits() {
    let (half, whole) = (libm::log(0.5), 0.0);
    let better = improvement(&[half, whole], &[0.0, 0.0]).unwrap();
    assert!((better - 0.25).abs() < 1e-12);
    assert_eq!(improvement(&[1e-9, whole], &[0.0, 0.0]), None);
}
