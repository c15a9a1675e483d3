//! Problems whose objectives are found in rungs: bad designs are stopped early.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Toy, search};
use nasaic_search::{Design, Hardware, Outcome, Problem, Space, Stop, strategies};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A toy whose lower rungs see objectives less well; it can be broken off after some batches.
struct Rungs {
    toy: Toy,
    prepared: [AtomicUsize; 3],
    batches: AtomicUsize,
}

impl Rungs {
    fn new(goals: usize, batches: usize) -> Self {
        Self {
            toy: Toy::new(goals),
            prepared: Default::default(),
            batches: AtomicUsize::new(batches),
        }
    }
}

impl Problem for Rungs {
    fn space(&self) -> &Space {
        self.toy.space()
    }
    fn goals(&self) -> usize {
        self.toy.goals()
    }
    fn hardware(&self, design: &Design) -> Hardware {
        self.toy.hardware(design)
    }
    fn complete(&self, design: &Design, hardware: &Hardware) -> Outcome {
        self.reach(design, hardware, 2)
    }
    fn rungs(&self) -> usize {
        3
    }
    fn prepare(&self, designs: &[&Design], rung: usize) -> ControlFlow<()> {
        self.prepared[rung].fetch_add(designs.len(), Ordering::Relaxed);
        // At the second rung, so that a batch is broken off half-way.
        if rung == 1 && self.batches.fetch_sub(1, Ordering::Relaxed) == 0 {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
    fn reach(&self, design: &Design, hardware: &Hardware, rung: usize) -> Outcome {
        let mut outcome = self.toy.complete(design, hardware);
        outcome.objectives[0] *= [0.5, 0.8, 1.0][rung];
        outcome
    }
}

#[test]
fn few_climb_and_only_they_can_be_best() {
    for info in strategies().iter().filter(|info| info.name != "exact") {
        let rungs = Rungs::new(1, usize::MAX);
        let run = search(&rungs, info.name, &[], Some(300), 3);
        let reached = |rung: usize| rungs.prepared[rung].load(Ordering::Relaxed);
        assert!(
            reached(0) > reached(1) && reached(1) > reached(2),
            "{}",
            info.name
        );
        assert!(reached(2) > 0, "{}", info.name);
        let whole = |trial: &usize| !run.stopped.contains_key(trial);
        assert!(run.best.iter().all(whole) && run.front.iter().all(whole));
        let trained = run.evaluated.iter().filter(|one| one.outcome.is_some());
        assert_eq!(trained.count(), reached(0), "{}", info.name);
        assert_eq!(run.stopped.len(), reached(0) - reached(2), "{}", info.name);
    }
}

#[test]
fn threads_do_not_change_who_climbs() {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        pool.install(|| search(&Rungs::new(2, usize::MAX), "evolution", &[], Some(300), 3))
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(4));
}

#[test]
fn a_batch_that_is_broken_off_leaves_no_trace() {
    let whole = search(&Rungs::new(2, usize::MAX), "evolution", &[], Some(300), 3);
    let broken = search(&Rungs::new(2, 4), "evolution", &[], Some(300), 3);
    assert_eq!(broken.stop, Stop::Interrupted);
    let count = broken.evaluated.len();
    assert!(count > 0 && count < whole.evaluated.len());
    assert_eq!(broken.evaluated, whole.evaluated[..count]);
    assert_eq!(broken.history, whole.history[..count]);
    let networks = broken.counts.accuracy + broken.counts.pruned;
    assert!(networks <= count as u64);
}
