//! One run of a strategy on a problem: evaluating, counting, keeping the best.

use crate::archive::{Archive, Forgetful, NotKept};
use crate::design::Design;
use crate::halving::Ladder;
use crate::options::Options;
use crate::pareto;
use crate::problem::{Evaluated, Outcome, Problem};
use crate::strategy::{Ask, Episode, SearchError, Strategy, Task, Train};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Batches without a new design after which a run is given up.
const PATIENCE: usize = 1000;

/// Spaces up to this size are counted, to stop when all of one is known.
const COUNTED: u128 = 1_000_000;

/// How much a run may evaluate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Largest number of distinct hardware evaluations; none leaves the end to the strategy.
    pub evaluations: Option<u64>,
}

/// What a run has evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Distinct designs whose hardware was evaluated.
    pub hardware: u64,
    /// Distinct choices of networks whose accuracy was evaluated.
    pub accuracy: u64,
    /// Proposals of designs that were already known; they cost nothing.
    pub duplicates: u64,
    /// Distinct choices of networks that were never trained.
    pub pruned: u64,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    /// The budget is used up.
    Budget,
    /// The strategy has nothing more to propose.
    Done,
    /// Every distinct design of the space is known.
    Exhausted,
    /// The strategy proposed nothing but known designs for a long time.
    Stalled,
    /// The observer asked for it.
    Interrupted,
}

/// What a run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The distinct designs in the order of their evaluation.
    pub evaluated: Vec<Evaluated>,
    /// Index of the best design: feasible if any is, see [`Evaluated::is_better`].
    pub best: Option<usize>,
    /// Indices of the feasible designs that no other dominates, in order of evaluation.
    pub front: Vec<usize>,
    /// For each evaluation, the best design up to it.
    pub history: Vec<usize>,
    /// What was evaluated.
    pub counts: Counts,
    /// Choices of networks that were trained up to those of the best design, these included; none
    /// where no design was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trained_to_best: Option<u64>,
    /// The strategy's episodes, where it has them.
    pub episodes: Vec<Episode>,
    /// The trials that were stopped below the last rung, with the rung they reached; none is the
    /// best or on the front.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stopped: BTreeMap<usize, usize>,
    /// Why it ended.
    pub stop: Stop,
}

impl Run {
    /// Whether the run was stopped from outside, so that this is its best so far.
    pub fn interrupted(&self) -> bool {
        self.stop == Stop::Interrupted
    }

    /// Whether the best design meets all specs.
    pub fn is_feasible(&self) -> bool {
        self.best
            .is_some_and(|best| self.evaluated[best].is_feasible())
    }
}

/// Where a run stands, after a batch.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The distinct designs so far.
    pub evaluated: &'a [Evaluated],
    /// Index of the best so far.
    pub best: Option<usize>,
    /// What was evaluated so far.
    pub counts: Counts,
    /// The strategy's episodes so far, where it has them.
    pub episodes: &'a [Episode],
}

/// Runs a strategy on a problem and keeps nothing: [`run_with`] without an archive.
pub fn run(
    problem: &dyn Problem,
    options: &Options,
    budget: Budget,
    seed: u64,
    observer: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> Result<Run, SearchError> {
    let archive = &mut Forgetful;
    run_with(archive, problem, options, budget, seed, observer)
}

/// Runs a strategy on a problem, on the current rayon thread pool.
///
/// Proposals are evaluated in parallel and told in the order asked, so the
/// number of threads does not change the result, and neither does what the
/// archive knows: that only saves the evaluation. Every batch goes to the
/// archive before the observer hears of it. The observer is called after every
/// batch that is safe there, and can break the run off.
pub fn run_with(
    archive: &mut dyn Archive,
    problem: &dyn Problem,
    options: &Options,
    budget: Budget,
    seed: u64,
    observer: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> Result<Run, SearchError> {
    let info = options.strategy();
    let goals = problem.goals();
    let mut strategy = (info.make)(Task {
        space: problem.space(),
        goals,
        in_order: problem.in_order(),
        options,
        seed,
        evaluations: budget.evaluations,
    })?;
    if budget.evaluations.is_none() && !strategy.ends() {
        return Err(SearchError::NoBudget {
            strategy: info.name,
        });
    }
    let mut record = Record::new(problem, archive);
    let ended = record.follow(strategy.as_mut(), info.name, budget, observer);
    // What was found is kept even where the run failed.
    record.archive.settle()?;
    Ok(record.finish(strategy.as_ref(), ended?))
}

/// All that a run knows.
struct Record<'a> {
    problem: &'a dyn Problem,
    archive: &'a mut dyn Archive,
    evaluated: Vec<Evaluated>,
    /// Objectives that the archive knows of trials for which this run has not asked.
    unasked: BTreeMap<usize, Outcome>,
    trial_of: BTreeMap<Design, usize>,
    /// Choices of networks that were met, with which training was theirs, from 1.
    networks: BTreeMap<Design, Option<u64>>,
    /// The trials that were stopped below the last rung.
    stopped: BTreeMap<usize, usize>,
    ladder: Ladder,
    duplicates: u64,
    best: Option<usize>,
    history: Vec<usize>,
    distinct: Option<u128>,
}

impl<'a> Record<'a> {
    fn new(problem: &'a dyn Problem, archive: &'a mut dyn Archive) -> Self {
        let space = problem.space();
        let small = space
            .within_limits()
            .is_some_and(|designs| designs <= COUNTED);
        Self {
            problem,
            archive,
            evaluated: Vec::new(),
            unasked: BTreeMap::new(),
            trial_of: BTreeMap::new(),
            networks: BTreeMap::new(),
            stopped: BTreeMap::new(),
            ladder: Ladder::new(problem.rungs(), problem.reduction()),
            duplicates: 0,
            best: None,
            history: Vec::new(),
            distinct: if small { space.count().distinct } else { None },
        }
    }

    fn size(&self) -> u64 {
        self.evaluated.len() as u64
    }

    fn is_complete(&self) -> bool {
        self.distinct == Some(u128::from(self.size()))
    }

    /// Asks, evaluates and tells until something ends it.
    fn follow(
        &mut self,
        strategy: &mut dyn Strategy,
        name: &'static str,
        budget: Budget,
        observer: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> Result<Stop, SearchError> {
        let mut idle = 0;
        loop {
            let left = budget
                .evaluations
                .map_or(u64::MAX, |most| most.saturating_sub(self.size()));
            if left == 0 {
                return Ok(Stop::Budget);
            }
            if self.is_complete() {
                return Ok(Stop::Exhausted);
            }
            if idle == PATIENCE {
                return Ok(Stop::Stalled);
            }
            let most = strategy
                .batch()
                .max(1)
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            let mut asked = strategy.ask(most);
            asked.truncate(most);
            if asked.is_empty() {
                return Ok(Stop::Done);
            }
            let space = self.problem.space();
            if !asked.iter().all(|ask| space.contains(&ask.design)) {
                return Err(SearchError::Outside { strategy: name });
            }
            let before = self.size();
            let ControlFlow::Continue((trials, safe)) = self.evaluate(&asked)? else {
                return Ok(Stop::Interrupted);
            };
            idle = if self.size() == before { idle + 1 } else { 0 };
            let told: Vec<Evaluated> = trials.iter().map(|&t| self.evaluated[t].clone()).collect();
            strategy.tell(&told);
            if safe && observer(&self.progress(strategy)).is_break() {
                return Ok(Stop::Interrupted);
            }
        }
    }

    /// Evaluates a batch and returns the trial of every proposal, and whether all is kept;
    /// a break where the problem was asked to stop, with nothing told of the batch.
    fn evaluate(&mut self, asked: &[Ask]) -> Result<ControlFlow<(), (Vec<usize>, bool)>, NotKept> {
        let first = self.evaluated.len();
        let trials = self.number(asked)?;
        let wanted = self.wanted(asked, &trials);
        if self.complete(&wanted).is_break() {
            self.forget(first, &wanted);
            return Ok(ControlFlow::Break(()));
        }
        let earlier = wanted.iter().copied().filter(|&trial| trial < first);
        let found: Vec<&Evaluated> = earlier
            .chain(first..self.evaluated.len())
            .map(|trial| &self.evaluated[trial])
            .collect();
        let safe = self.archive.record(&found)?;
        // Objectives that came later can change the order of earlier trials.
        if wanted.first().is_some_and(|&trial| trial < first) {
            self.best = None;
            (0..first).for_each(|trial| self.challenge(trial));
        }
        for trial in first..self.evaluated.len() {
            self.challenge(trial);
            self.history.extend(self.best);
        }
        Ok(ControlFlow::Continue((trials, safe)))
    }

    /// Takes back a batch that was broken off, as if it had never been asked for.
    fn forget(&mut self, first: usize, wanted: &[usize]) {
        for &trial in wanted.iter().filter(|&&trial| trial < first) {
            self.evaluated[trial].outcome = None;
        }
        self.evaluated.truncate(first);
        self.trial_of.retain(|_, trial| *trial < first);
        let space = self.problem.space();
        let known = self.evaluated.iter().map(|one| space.networks(&one.design));
        let known: BTreeSet<Design> = known.collect();
        self.networks.retain(|networks, _| known.contains(networks));
    }

    /// Makes a trial the best if it is.
    fn challenge(&mut self, trial: usize) {
        if self
            .best
            .is_none_or(|best| self.known_well(trial).is_better(&self.known_well(best)))
        {
            self.best = Some(trial);
        }
    }

    /// A trial as it counts among others: what was stopped early is known by its hardware alone.
    fn known_well(&self, trial: usize) -> Cow<'_, Evaluated> {
        let one = &self.evaluated[trial];
        if self.stopped.contains_key(&trial) {
            Cow::Owned(Evaluated {
                outcome: None,
                ..one.clone()
            })
        } else {
            Cow::Borrowed(one)
        }
    }

    /// Finds the trials of known designs and evaluates the hardware of new ones.
    fn number(&mut self, asked: &[Ask]) -> Result<Vec<usize>, NotKept> {
        let (space, problem) = (self.problem.space(), self.problem);
        let known = self.evaluated.len();
        let mut fresh = Vec::new();
        let mut trials = Vec::with_capacity(asked.len());
        for ask in asked {
            let design = space.canonical(&ask.design);
            let trial = *self.trial_of.entry(design).or_insert_with_key(|design| {
                fresh.push(design.clone());
                known + fresh.len() - 1
            });
            trials.push(trial);
        }
        self.duplicates += (asked.len() - fresh.len()) as u64;
        let recalled = self.archive.recall(&fresh)?;
        let priced: Vec<_> = fresh
            .par_iter()
            .zip(recalled)
            .map(|(design, known)| match known {
                Some(known) => (known.hardware.sound(), known.outcome),
                None => (problem.hardware(design).sound(), None),
            })
            .collect();
        for (design, (hardware, outcome)) in fresh.into_iter().zip(priced) {
            let trial = self.evaluated.len();
            self.unasked.extend(outcome.map(|known| (trial, known)));
            self.networks.entry(space.networks(&design)).or_insert(None);
            self.evaluated.push(Evaluated {
                trial: trial as u64,
                design,
                hardware,
                outcome: None,
            });
        }
        Ok(trials)
    }

    /// The trials whose objectives are asked for and not known yet, ascending.
    fn wanted(&self, asked: &[Ask], trials: &[usize]) -> Vec<usize> {
        let feasible = |trial: usize| self.evaluated[trial].hardware.is_feasible();
        let pairs = || asked.iter().zip(trials.iter().copied());
        let mut open = BTreeSet::new();
        for (ask, trial) in pairs() {
            if let (Train::Episode(episode), true) = (ask.train, feasible(trial)) {
                open.insert(episode);
            }
        }
        let wanted = pairs().filter(|(ask, trial)| match ask.train {
            Train::Always => true,
            Train::IfFeasible => feasible(*trial),
            Train::Episode(episode) => open.contains(&episode),
            Train::Never => false,
        });
        let unknown = |trial: &usize| {
            self.evaluated[*trial].hardware.valid && self.evaluated[*trial].outcome.is_none()
        };
        let wanted: BTreeSet<usize> = wanted.map(|(_, trial)| trial).filter(unknown).collect();
        wanted.into_iter().collect()
    }

    /// Finds the objectives of trials, rung by rung.
    fn complete(&mut self, wanted: &[usize]) -> ControlFlow<()> {
        let mut climbing = wanted.to_vec();
        for rung in 0..self.problem.rungs() {
            self.raise(&climbing, rung)?;
            let on = self.ladder.promote(rung, &climbing, &self.evaluated);
            let ended = climbing.iter().filter(|trial| !on.contains(trial));
            if rung + 1 < self.problem.rungs() {
                self.stopped.extend(ended.map(|&trial| (trial, rung)));
            }
            climbing = on;
        }
        ControlFlow::Continue(())
    }

    /// Finds the objectives of trials at a rung, never of two with the same networks at the same time.
    ///
    /// Objectives that the archive knows are taken from it only where there is one rung: how far
    /// another run let a design climb says nothing about this one.
    fn raise(&mut self, climbing: &[usize], rung: usize) -> ControlFlow<()> {
        let (problem, goals) = (self.problem, self.problem.goals());
        if problem.rungs() > 1 {
            self.unasked.clear();
        }
        let (evaluated, unasked) = (&self.evaluated, &self.unasked);
        let unknown = climbing.iter().filter(|trial| !unasked.contains_key(trial));
        let designs: Vec<&Design> = unknown.map(|&trial| &evaluated[trial].design).collect();
        problem.prepare(&designs, rung)?;
        let mut groups: BTreeMap<Design, Vec<usize>> = BTreeMap::new();
        for &trial in climbing {
            let networks = problem.space().networks(&evaluated[trial].design);
            groups.entry(networks).or_default().push(trial);
        }
        let groups: Vec<(Design, Vec<usize>)> = groups.into_iter().collect();
        let finish = |&trial: &usize| {
            let one = &evaluated[trial];
            let known = unasked.get(&trial).cloned();
            let outcome = known.unwrap_or_else(|| problem.reach(&one.design, &one.hardware, rung));
            (trial, outcome.sound(goals))
        };
        let outcomes: Vec<Vec<(usize, Outcome)>> = groups
            .par_iter()
            .map(|(_, trials)| trials.iter().map(finish).collect())
            .collect();
        for (trial, outcome) in outcomes.into_iter().flatten() {
            self.evaluated[trial].outcome = Some(outcome);
            self.unasked.remove(&trial);
        }
        self.enroll(climbing);
        ControlFlow::Continue(())
    }

    /// Numbers the networks of trials as they are trained.
    fn enroll(&mut self, trials: &[usize]) {
        let mut trained = self.trained();
        for &trial in trials {
            let networks = self.problem.space().networks(&self.evaluated[trial].design);
            let number = self.networks.entry(networks).or_insert(None);
            if number.is_none() {
                trained += 1;
                *number = Some(trained);
            }
        }
    }

    /// Choices of networks that were trained.
    fn trained(&self) -> u64 {
        self.networks.values().flatten().count() as u64
    }

    fn counts(&self) -> Counts {
        let trained = self.trained();
        Counts {
            hardware: self.size(),
            accuracy: trained,
            duplicates: self.duplicates,
            pruned: self.networks.len() as u64 - trained,
        }
    }

    fn progress<'b>(&'b self, strategy: &'b dyn Strategy) -> Progress<'b> {
        Progress {
            evaluated: &self.evaluated,
            best: self.best,
            counts: self.counts(),
            episodes: strategy.episodes(),
        }
    }

    fn finish(self, strategy: &dyn Strategy, stop: Stop) -> Run {
        let feasible: Vec<(usize, &[f64])> = (self.evaluated.iter().enumerate())
            .filter(|(trial, one)| one.is_feasible() && !self.stopped.contains_key(trial))
            .filter_map(|(trial, one)| Some((trial, one.outcome.as_ref()?.objectives.as_slice())))
            .collect();
        let points: Vec<&[f64]> = feasible.iter().map(|(_, point)| *point).collect();
        let front = pareto::front(&points)
            .into_iter()
            .map(|index| feasible[index].0)
            .collect();
        let best = self.best.map(|best| &self.evaluated[best].design);
        let networks = best.map(|design| self.problem.space().networks(design));
        let trained_to_best = networks.and_then(|networks| *self.networks.get(&networks)?);
        Run {
            front,
            counts: self.counts(),
            trained_to_best,
            episodes: strategy.episodes().to_vec(),
            evaluated: self.evaluated,
            best: self.best,
            history: self.history,
            stopped: self.stopped,
            stop,
        }
    }
}
