//! Runs of every strategy: reproducible, countable, interruptible, within the limits.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Toy, objective, search, try_search};
use nasaic_search::{
    Evaluated, Kind, OptionError, OptionInfo, OptionValue, Options, Problem, Run, SearchError,
    Stop, strategies, strategy,
};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// Every strategy there is.
fn names() -> impl Iterator<Item = &'static str> {
    strategies().iter().map(|info| info.name)
}

/// The best first objective of a problem, by enumeration.
fn truth(problem: &dyn Problem) -> f64 {
    let all = search(problem, "exhaustive", &[], None, 0);
    objective(&all.evaluated[all.best.unwrap()])
}

#[test]
fn runs_count_what_they_evaluate() {
    let toy = Toy::new(1);
    for name in names() {
        let run = search(&toy, name, &[], Some(150), 3);
        let space = toy.space();
        let designs: BTreeSet<_> = run.evaluated.iter().map(|one| &one.design).collect();
        assert_eq!(designs.len(), run.evaluated.len(), "{name}");
        let networks = |trained: bool| -> BTreeSet<_> {
            let wanted = |one: &&Evaluated| !trained || one.outcome.is_some();
            run.evaluated
                .iter()
                .filter(wanted)
                .map(|one| space.networks(&one.design))
                .collect()
        };
        let counts = run.counts;
        assert_eq!(counts.hardware, 150, "{name}");
        assert_eq!(counts.accuracy, networks(true).len() as u64, "{name}");
        assert_eq!(
            counts.pruned + counts.accuracy,
            networks(false).len() as u64,
            "{name}"
        );
        assert_eq!(run.stop, Stop::Budget, "{name}");
        for (trial, one) in run.evaluated.iter().enumerate() {
            assert_eq!(one.trial, trial as u64);
            assert_eq!(one.design, space.canonical(&one.design));
            // What is dropped could be filled up with the least amounts.
            assert!(
                space
                    .limits()
                    .iter()
                    .all(|limit| limit.used(&one.design) <= 10)
            );
        }
    }
}

#[test]
fn the_history_never_gets_worse_and_ends_at_the_best() {
    let toy = Toy::new(1);
    for name in names() {
        let run = search(&toy, name, &[], Some(150), 5);
        assert_eq!(run.history.len(), run.evaluated.len());
        for pair in run.history.windows(2) {
            assert!(!run.evaluated[pair[0]].is_better(&run.evaluated[pair[1]]));
        }
        let best = run.best.unwrap();
        assert_eq!(run.history.last(), Some(&best), "{name}");
        assert!(
            run.evaluated
                .iter()
                .all(|one| !one.is_better(&run.evaluated[best]))
        );
    }
}

#[test]
fn exhaustive_search_visits_every_distinct_design_once() {
    let toy = Toy::new(1);
    let run = search(&toy, "exhaustive", &[], None, 0);
    let count = toy.space().count();
    assert_eq!(count.distinct, Some(run.evaluated.len() as u128));
    let all = run.counts.hardware + run.counts.duplicates;
    assert!(u128::from(all) <= count.within_limits.unwrap());
}

#[test]
fn exhaustive_search_refuses_what_is_too_large() {
    let toy = Toy::new(1);
    let given = [("limit", OptionValue::Int(100))];
    let error = try_search(&toy, "exhaustive", &given, None, 0).unwrap_err();
    let designs = toy.space().within_limits();
    assert_eq!(
        error,
        SearchError::TooLarge {
            strategy: "exhaustive",
            designs,
            limit: 100
        }
    );
}

#[test]
fn a_run_stops_when_the_space_is_known() {
    let toy = Toy::new(1);
    let run = search(&toy, "random", &[], Some(1_000_000), 1);
    assert_eq!(run.stop, Stop::Exhausted);
    assert_eq!(
        Some(run.evaluated.len() as u128),
        toy.space().count().distinct
    );
}

#[test]
fn evolution_finds_the_best_design_sooner_than_chance() {
    let toy = Toy::new(1);
    let best = truth(&toy);
    let needed = |name: &str| -> usize {
        let first = |seed| {
            let run = search(&toy, name, &[], Some(3000), seed);
            run.evaluated
                .iter()
                .position(|one| one.is_feasible() && objective(one) == best)
        };
        (1..=10).map(|seed| first(seed).unwrap_or(3000)).sum()
    };
    let (evolution, random) = (needed("evolution"), needed("random"));
    assert!(2 * evolution < random, "{evolution} against {random}");
}

#[test]
fn evolution_finds_the_front_of_two_goals() {
    let toy = Toy::new(2);
    let front = |run: &Run| -> BTreeSet<String> {
        let point = |&trial: &usize| {
            format!(
                "{:?}",
                run.evaluated[trial].outcome.as_ref().unwrap().objectives
            )
        };
        run.front.iter().map(point).collect()
    };
    let all = front(&search(&toy, "exhaustive", &[], None, 0));
    let found = front(&search(&toy, "evolution", &[], Some(2000), 1));
    assert!(all.len() > 5);
    assert!(
        found.intersection(&all).count() * 10 >= all.len() * 9,
        "{found:?} of {all:?}"
    );
}

#[test]
fn reinforce_trains_the_networks_of_an_episode_only_if_a_design_is_feasible() {
    let toy = Toy::new(1);
    let given = [
        ("episodes", OptionValue::Int(40)),
        ("hardware_steps", OptionValue::Int(4)),
    ];
    let run = search(&toy, "reinforce", &given, None, 1);
    assert_eq!(run.stop, Stop::Done);
    assert_eq!(run.episodes.len(), 40);
    assert!(run.counts.pruned > 0 && run.counts.accuracy > 0);
    for episode in &run.episodes {
        assert_eq!(episode.trials.len(), 5);
        let designs: Vec<&Evaluated> = episode
            .trials
            .iter()
            .map(|&trial| &run.evaluated[trial as usize])
            .collect();
        let networks: BTreeSet<_> = designs
            .iter()
            .map(|one| toy.space().networks(&one.design))
            .collect();
        assert_eq!(networks.len(), 1);
        assert_eq!(
            episode.trained,
            designs.iter().any(|one| one.hardware.is_feasible())
        );
        for one in designs
            .iter()
            .filter(|one| one.hardware.valid && episode.trained)
        {
            assert!(one.outcome.is_some());
        }
    }
}

#[test]
fn reinforce_wants_one_goal() {
    let error = try_search(&Toy::new(2), "reinforce", &[], Some(10), 0).unwrap_err();
    assert_eq!(
        error,
        SearchError::Goals {
            strategy: "reinforce",
            goals: 2
        }
    );
}

#[test]
fn networks_are_never_trained_twice_at_the_same_time() {
    /// Notes which networks are being completed.
    struct Watched(Toy, Mutex<BTreeSet<nasaic_search::Design>>);
    impl Problem for Watched {
        fn space(&self) -> &nasaic_search::Space {
            self.0.space()
        }
        fn goals(&self) -> usize {
            1
        }
        fn hardware(&self, design: &nasaic_search::Design) -> nasaic_search::Hardware {
            self.0.hardware(design)
        }
        fn complete(
            &self,
            design: &nasaic_search::Design,
            hardware: &nasaic_search::Hardware,
        ) -> nasaic_search::Outcome {
            let networks = self.space().networks(design);
            assert!(self.1.lock().unwrap().insert(networks.clone()));
            std::thread::yield_now();
            let outcome = self.0.complete(design, hardware);
            self.1.lock().unwrap().remove(&networks);
            outcome
        }
    }
    let watched = Watched(Toy::new(1), Mutex::default());
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(4)
        .build()
        .unwrap();
    pool.install(|| {
        search(
            &watched,
            "random",
            &[("train", OptionValue::Choice("always".to_string()))],
            Some(1000),
            1,
        )
    });
}

#[test]
fn options_are_checked_against_what_the_strategy_declares() {
    let reinforce = strategy("reinforce").unwrap();
    let refuse = |path, value| {
        Options::new(reinforce, &[(path, value)])
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refuse("controller.size", OptionValue::Int(3)),
        "strategy `reinforce` has no option `controller.size`"
    );
    assert_eq!(
        refuse("controller.decay", OptionValue::Float(1.5)),
        "option `controller.decay` takes a number from 0 to 1"
    );
    assert_eq!(
        refuse("hardware_steps", OptionValue::Float(2.5)),
        "option `hardware_steps` takes a whole number from 0 to 100000"
    );
    let kind = OptionValue::Choice("gru".to_string());
    assert_eq!(
        refuse("controller.kind", kind),
        "option `controller.kind` takes one of lstm, nascell"
    );
    let given = [
        ("controller.decay", OptionValue::Int(1)),
        ("hardware_steps", OptionValue::Float(2.0)),
    ];
    let options = Options::new(reinforce, &given).unwrap();
    assert_eq!(options.float("controller.decay"), Ok(1.0));
    assert_eq!(options.count("hardware_steps"), Ok(2));
    assert_eq!(options.int("episodes"), None);
    assert_eq!(
        options.count("nothing"),
        Err(OptionError::Missing { path: "nothing" })
    );
}

#[test]
fn every_default_is_a_value_of_its_option() {
    fn check(options: &'static [OptionInfo]) {
        for option in options {
            assert!(!option.help.is_empty() && !option.help.ends_with('.'));
            if let Kind::Group(inner) = option.kind {
                check(inner);
            }
        }
    }
    for info in strategies() {
        check(info.options);
        let toy = Toy::new(1);
        let run = try_search(&toy, info.name, &[], Some(3), 0);
        assert!(run.is_ok(), "{}", info.name);
    }
}

#[test]
fn the_train_option_says_which_designs_get_objectives() {
    let toy = Toy::new(1);
    let has_it = |name: &&str| {
        let options = strategy(name).unwrap().options;
        options.iter().any(|option| option.name == "train")
    };
    for name in names().filter(has_it) {
        let trained = |train: &str| {
            let given = [("train", OptionValue::Choice(train.to_string()))];
            search(&toy, name, &given, Some(150), 1).evaluated
        };
        let feasible = trained("feasible");
        assert!(
            feasible
                .iter()
                .any(|one| one.outcome.is_none() && one.hardware.valid),
            "{name}"
        );
        for one in feasible {
            assert_eq!(one.outcome.is_some(), one.hardware.is_feasible(), "{name}");
        }
        for one in trained("always") {
            assert_eq!(one.outcome.is_some(), one.hardware.valid, "{name}");
        }
    }
}
