//! What every registered strategy has to keep, whatever it does.
#![allow(clippy::unwrap_used)]

mod common;

use common::random_space::parts;
use common::{Toy, search, try_search};
use nasaic_search::{
    Budget, Design, Evaluated, Hardware, Kind, OptionInfo, Options, Outcome, Problem, Run,
    SearchError, Space, run, strategies, strategy,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;

#[test]
fn any_number_of_threads_gives_the_same_run() {
    let toy = Toy::new(1);
    for info in strategies() {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| search(&toy, info.name, &[], Some(150), 7))
        };
        let one = on(1);
        assert_eq!(one.evaluated.len(), 150, "{}", info.name);
        assert_eq!(one, on(2), "{}", info.name);
        assert_eq!(one, on(4), "{}", info.name);
    }
}

#[test]
fn the_seed_matters_to_all_but_enumeration() {
    let toy = Toy::new(1);
    for info in strategies() {
        let seeded = |seed| search(&toy, info.name, &[], Some(100), seed).evaluated;
        assert_eq!(
            seeded(1) == seeded(2),
            info.name == "exhaustive",
            "{}",
            info.name
        );
    }
}

#[test]
fn a_search_without_an_end_needs_a_budget() {
    let toy = Toy::new(1);
    for info in strategies().iter().filter(|info| info.name != "exhaustive") {
        let error = try_search(&toy, info.name, &[], None, 0).unwrap_err();
        assert!(
            matches!(error, SearchError::NoBudget { .. }),
            "{}",
            info.name
        );
    }
}

#[test]
fn several_goals_are_followed_or_refused() {
    let toy = Toy::new(2);
    for info in strategies() {
        let needs_one = ["annealing", "genetic", "reinforce", "ppo"].contains(&info.name);
        // The first designs of an enumeration have next to no hardware.
        let budget = (info.name != "exhaustive").then_some(200);
        match try_search(&toy, info.name, &[], budget, 1) {
            Ok(run) => assert!(!needs_one && run.front.len() > 1, "{}", info.name),
            Err(error) => {
                let refused = matches!(error, SearchError::Goals { goals: 2, .. });
                assert!(needs_one && refused, "{}: {error}", info.name);
            }
        }
    }
}

/// The names of some options and of those in their groups.
fn option_names(options: &[OptionInfo]) -> Vec<&str> {
    let names = options.iter().flat_map(|option| match option.kind {
        // Its fields are the same for all, and told on the page that lists the strategies.
        Kind::Group(_) if option.name == "penalty" => vec![option.name],
        Kind::Group(inner) => option_names(inner),
        _ => vec![option.name],
    });
    names.collect()
}

#[test]
fn every_strategy_has_a_page_that_tells_all_its_options() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/strategies");
    let index = std::fs::read_to_string(folder.join("README.md")).unwrap();
    for info in strategies() {
        let page = std::fs::read_to_string(folder.join(format!("{}.md", info.name)));
        let page = page.unwrap_or_else(|_| panic!("{} has no page", info.name));
        assert!(page.contains("```nasaic"), "{} has no example", info.name);
        assert!(
            index.contains(&format!("({}.md)", info.name)),
            "{}",
            info.name
        );
        for option in option_names(info.options) {
            let told = page.contains(&format!("`{option}`"))
                || page.contains(&format!("`{option} ="))
                || page.contains(&format!("`{option} {{"))
                || page.contains(&format!("{{ {option} }}`"));
            assert!(told, "the page of {} lacks `{option}`", info.name);
        }
    }
}

/// A problem whose answers are remembered, and which counts those it had to find.
struct Remembered<'a> {
    problem: &'a dyn Problem,
    hardware: Mutex<BTreeMap<Design, Hardware>>,
    outcomes: Mutex<BTreeMap<Design, Outcome>>,
    found: Mutex<usize>,
}

impl<'a> Remembered<'a> {
    fn new(problem: &'a dyn Problem) -> Self {
        Self {
            problem,
            hardware: Mutex::default(),
            outcomes: Mutex::default(),
            found: Mutex::new(0),
        }
    }
}

impl Problem for Remembered<'_> {
    fn space(&self) -> &Space {
        self.problem.space()
    }

    fn goals(&self) -> usize {
        self.problem.goals()
    }

    fn hardware(&self, design: &Design) -> Hardware {
        let mut known = self.hardware.lock().unwrap();
        let find = || {
            *self.found.lock().unwrap() += 1;
            self.problem.hardware(design)
        };
        known.entry(design.clone()).or_insert_with(find).clone()
    }

    fn complete(&self, design: &Design, hardware: &Hardware) -> Outcome {
        let mut known = self.outcomes.lock().unwrap();
        let find = || self.problem.complete(design, hardware);
        known.entry(design.clone()).or_insert_with(find).clone()
    }
}

/// A run that is broken off after some batches.
fn broken_off(problem: &dyn Problem, name: &str, batches: usize) -> Run {
    let options = Options::new(strategy(name).unwrap(), &[]).unwrap();
    let budget = Budget {
        evaluations: Some(120),
    };
    let mut left = batches;
    run(problem, &options, budget, 2, &mut |progress| {
        assert_eq!(progress.counts.hardware, progress.evaluated.len() as u64);
        left -= 1;
        match left {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    })
    .unwrap()
}

#[test]
fn a_run_broken_off_anywhere_is_taken_up_to_the_identical_run() {
    let toy = Toy::new(1);
    for info in strategies() {
        let whole = search(&toy, info.name, &[], Some(120), 2);
        for batches in [1, 2, 3, 7] {
            let remembered = Remembered::new(&toy);
            let part = broken_off(&remembered, info.name, batches);
            let size = part.evaluated.len();
            assert_eq!(part.history[..], whole.history[..size], "{}", info.name);
            let again = search(&remembered, info.name, &[], Some(120), 2);
            assert_eq!(again, whole, "{} after {batches} batches", info.name);
            // What was known was not asked for again.
            assert_eq!(*remembered.found.lock().unwrap(), whole.evaluated.len());
        }
    }
}

/// Any space with prices that mean nothing, some of which are invalid or not numbers.
struct Arbitrary {
    space: Space,
    salt: u64,
}

impl Arbitrary {
    fn number(&self, design: &Design) -> u64 {
        let add = |sum: u64, value: &u32| (sum ^ u64::from(*value)).wrapping_mul(0x0100_0000_01b3);
        design.0.iter().fold(self.salt, add) >> 7
    }
}

impl Problem for Arbitrary {
    fn space(&self) -> &Space {
        &self.space
    }

    fn goals(&self) -> usize {
        1
    }

    fn hardware(&self, design: &Design) -> Hardware {
        let number = self.number(design);
        Hardware {
            valid: !number.is_multiple_of(5),
            reason: None,
            penalty: match number % 7 {
                0 => f64::NAN,
                1..4 => 0.0,
                _ => (number % 1000) as f64,
            },
            metrics: vec![],
        }
    }

    fn complete(&self, design: &Design, hardware: &Hardware) -> Outcome {
        let number = self.number(design);
        let objective = match number % 11 {
            0 => f64::NAN,
            1 => f64::INFINITY,
            _ => (number % 1000) as f64 - 500.0,
        };
        Outcome {
            objectives: vec![objective],
            penalty: hardware.penalty,
            metrics: vec![],
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_strategy_leaves_the_space((decisions, limits, absences) in parts(), salt in any::<u64>()) {
        let Ok(space) = Space::new(decisions, limits, absences) else { return Ok(()) };
        let problem = Arbitrary { space, salt };
        for info in strategies() {
            // A proposal outside of the space ends a run with an error.
            let found = try_search(&problem, info.name, &[], Some(40), salt);
            prop_assert!(found.is_ok(), "{}: {:?}", info.name, found);
            let inside = |one: &Evaluated| problem.space.canonical(&one.design) == one.design;
            prop_assert!(found.unwrap().evaluated.iter().all(inside));
        }
    }
}
