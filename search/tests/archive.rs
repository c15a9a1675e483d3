//! Runs on an archive: what is known is not evaluated again, and that never shows.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Toy, search};
use nasaic_search::{
    Archive, Budget, Design, Evaluated, Hardware, Known, NotKept, Options, Outcome, Problem, Run,
    SearchError, Space, run_with, strategies,
};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

const BUDGET: Budget = Budget {
    evaluations: Some(200),
};

/// Counts what it is asked.
struct Counted {
    toy: Toy,
    hardware: AtomicUsize,
    complete: AtomicUsize,
}

impl Counted {
    fn new() -> Self {
        Self {
            toy: Toy::new(1),
            hardware: AtomicUsize::new(0),
            complete: AtomicUsize::new(0),
        }
    }

    /// How often each function was called since the last time.
    fn take(&self) -> (usize, usize) {
        let take = |counter: &AtomicUsize| counter.swap(0, Ordering::Relaxed);
        (take(&self.hardware), take(&self.complete))
    }
}

impl Problem for Counted {
    fn space(&self) -> &Space {
        self.toy.space()
    }
    fn goals(&self) -> usize {
        self.toy.goals()
    }
    fn hardware(&self, design: &Design) -> Hardware {
        self.hardware.fetch_add(1, Ordering::Relaxed);
        self.toy.hardware(design)
    }
    fn complete(&self, design: &Design, hardware: &Hardware) -> Outcome {
        self.complete.fetch_add(1, Ordering::Relaxed);
        self.toy.complete(design, hardware)
    }
}

/// An archive in memory that may fail after some batches, or gather some before they are safe.
#[derive(Default)]
struct Shelf {
    known: BTreeMap<Design, Known>,
    fails_after: Option<usize>,
    gathers: usize,
    batches: usize,
    settled: bool,
}

impl Archive for Shelf {
    fn recall(&mut self, designs: &[Design]) -> Result<Vec<Option<Known>>, NotKept> {
        Ok(designs.iter().map(|d| self.known.get(d).cloned()).collect())
    }

    fn record(&mut self, found: &[&Evaluated]) -> Result<bool, NotKept> {
        self.batches += 1;
        if self.fails_after.is_some_and(|most| self.batches > most) {
            return Err(NotKept("the shelf is full".to_owned()));
        }
        for one in found {
            let known = Known {
                hardware: one.hardware.clone(),
                outcome: one.outcome.clone(),
            };
            self.known.insert(one.design.clone(), known);
        }
        Ok(self.gathers == 0 || self.batches.is_multiple_of(self.gathers))
    }

    fn settle(&mut self) -> Result<(), NotKept> {
        self.settled = true;
        Ok(())
    }
}

fn on(shelf: &mut Shelf, problem: &dyn Problem, name: &str, seed: u64) -> Result<Run, SearchError> {
    let info = strategies().iter().find(|s| s.name == name).unwrap();
    let options = Options::new(info, &[]).unwrap();
    run_with(shelf, problem, &options, BUDGET, seed, &mut |_| {
        ControlFlow::Continue(())
    })
}

#[test]
fn a_run_on_what_it_has_left_is_the_same_and_evaluates_nothing() {
    let counted = Counted::new();
    for info in strategies() {
        let plain = search(&counted.toy, info.name, &[], Some(200), 3);
        let mut shelf = Shelf::default();
        assert_eq!(
            on(&mut shelf, &counted, info.name, 3).unwrap(),
            plain,
            "{}",
            info.name
        );
        assert!(shelf.settled);
        assert!(counted.take().0 >= 200);
        assert_eq!(
            on(&mut shelf, &counted, info.name, 3).unwrap(),
            plain,
            "{}",
            info.name
        );
        assert_eq!(counted.take(), (0, 0), "{}", info.name);
    }
}

#[test]
fn a_run_that_died_goes_on_to_the_same_end() {
    let counted = Counted::new();
    for info in strategies() {
        let plain = search(&counted.toy, info.name, &[], Some(200), 5);
        for batches in [0, 1, 2, 5, 11] {
            let mut shelf = Shelf {
                fails_after: Some(batches),
                ..Shelf::default()
            };
            let died = on(&mut shelf, &counted, info.name, 5);
            if died.is_ok() {
                continue;
            }
            assert!(shelf.settled, "what was found is brought to safety");
            shelf.fails_after = None;
            let known = shelf.known.len();
            counted.take();
            assert_eq!(
                on(&mut shelf, &counted, info.name, 5).unwrap(),
                plain,
                "{}",
                info.name
            );
            assert_eq!(counted.take().0, 200 - known, "{}", info.name);
        }
    }
}

#[test]
fn what_another_strategy_trained_is_seen_only_by_those_who_ask() {
    let counted = Counted::new();
    let plain = search(&counted.toy, "random", &[], Some(200), 9);
    let mut shelf = Shelf::default();
    for info in strategies() {
        on(&mut shelf, &counted, info.name, 1).unwrap();
    }
    // Everything that can be built has objectives now.
    for (design, known) in &mut shelf.known {
        if known.hardware.valid {
            let outcome = counted.toy.complete(design, &known.hardware);
            known.outcome.get_or_insert(outcome);
        }
    }
    assert_eq!(on(&mut shelf, &counted, "random", 9).unwrap(), plain);
}

#[test]
fn the_observer_hears_of_nothing_that_is_not_safe() {
    let toy = Toy::new(1);
    let info = strategies().iter().find(|s| s.name == "evolution").unwrap();
    let options = Options::new(info, &[]).unwrap();
    let mut shelf = Shelf {
        gathers: 3,
        ..Shelf::default()
    };
    let mut heard = 0;
    let run = run_with(&mut shelf, &toy, &options, BUDGET, 1, &mut |progress| {
        heard += 1;
        assert!(progress.evaluated.len() <= 200);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(heard, shelf.batches / 3);
    assert!(heard >= 1 && run.evaluated.len() == 200);
}

#[test]
fn an_archive_that_fails_ends_the_run_with_its_reason() {
    let mut shelf = Shelf {
        fails_after: Some(1),
        ..Shelf::default()
    };
    let error = on(&mut shelf, &Toy::new(1), "random", 1).unwrap_err();
    assert_eq!(error.to_string(), "the shelf is full");
}
