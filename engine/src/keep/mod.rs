//! Keeping what searches find: every evaluation is in the run store before anyone hears of it.

mod archive;
mod heads;
mod key;

pub use archive::Kept;
pub use key::{generator, measurement, problem};

use crate::fault::Fault;
use crate::item::Found;
use crate::study::Search;
use nasaic_dsl::plan::content_hash;
use nasaic_dsl::source::Span;
use nasaic_search::{Options, Problem as _, Stop};
use nasaic_store::{Ledger, NewSearch, Store, StoreError, Summary};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where a run keeps what it finds.
#[derive(Debug)]
pub struct Keeper {
    store: Arc<Store>,
    run: i64,
    reads: bool,
    searches: AtomicUsize,
}

impl Keeper {
    /// The keeper of a run of a store.
    ///
    /// With `reads`, what the store knows is not evaluated again. A run has one
    /// keeper: its searches are numbered in the order of the plan.
    pub fn new(store: Arc<Store>, run: i64, reads: bool) -> Self {
        Self {
            store,
            run,
            reads,
            searches: AtomicUsize::new(0),
        }
    }

    /// Whether what is known is read.
    pub fn reads(&self) -> bool {
        self.reads
    }

    /// The store.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Begins the next search of the run.
    pub fn search<'k>(
        &'k self,
        search: &'k Search<'_>,
        (strategy, algorithm, seed): (&str, &str, u64),
        options: &Options,
    ) -> Result<Kept<'k>, StoreError> {
        let study = search.study();
        let mut key = study.key.clone().unwrap_or_default();
        if search.rungs() > 1 {
            // How far a design climbed depends on the others of its search.
            key.push_str(&content_hash(&(algorithm, words(options), seed)));
        }
        let ledger: Ledger<'k> = self.store.search(
            self.run,
            &NewSearch {
                number: self.searches.fetch_add(1, Ordering::Relaxed),
                problem: &study.name,
                key: &key,
                heads: &heads::of(study),
                strategy,
                algorithm,
                options: &words(options),
                seed,
            },
        )?;
        Ok(Kept::new(search, ledger, self.reads))
    }
}

/// The options of a strategy in one line.
pub fn words(options: &Options) -> String {
    use nasaic_search::OptionValue as V;
    let word = |(path, value): (&String, &V)| match value {
        V::Int(x) => format!("{path} = {x}"),
        V::Float(x) => format!("{path} = {x}"),
        V::Bool(x) => format!("{path} = {x}"),
        V::Choice(x) => format!("{path} = {x}"),
    };
    let all: Vec<String> = options.values().iter().map(word).collect();
    all.join(", ")
}

/// What came of a search, for those who look through the store.
pub fn summary(found: &Found) -> Summary {
    let run = &found.run;
    let best = run.best.map(|index| &run.evaluated[index]);
    let objectives = best.and_then(|b| b.outcome.as_ref());
    let objectives = objectives.map_or(&[][..], |o| &o.objectives);
    let goals = heads::objectives(&found.study);
    let own = |(goal, kept): (&nasaic_store::Objective, &f64)| (goal.name.clone(), goal.own(*kept));
    let stop = match run.stop {
        Stop::Budget => "budget",
        Stop::Done => "done",
        Stop::Exhausted => "exhausted",
        Stop::Stalled => "stalled",
        Stop::Interrupted => "interrupted",
    };
    Summary {
        stop: stop.to_owned(),
        best: best.map(|b| b.trial),
        feasible: run.is_feasible(),
        goals: goals.iter().zip(objectives).map(own).collect(),
        satisfied: found.within_hardware_specs() as u64,
        front: run.front.len() as u64,
    }
}

/// A store that cannot be used, as a message.
pub fn fault(error: &StoreError, at: Span) -> Fault {
    Fault::new(error.code(), error.to_string())
        .at(at)
        .label("what this finds cannot be kept")
        .note("What was kept before is safe.")
        .hint(error.hint())
}
