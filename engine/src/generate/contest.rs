//! Strategies asked the same objectives: what each meets, with which evaluations, in which time.

use super::{Appraisal, Trained};
use crate::actions::Chosen;
use nasaic_search::generate::{Drawn, Hunt, Model, Objective, improvement};
use nasaic_search::{Budget, Design, Forgetful, SearchError, run_with};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

/// Most designs that are priced for an objective where only a time is given.
const MOST: u64 = 4096;

/// Objectives of a problem.
pub struct Asked {
    /// The problem's cost model.
    pub appraisal: Appraisal,
    /// The objectives.
    pub drawn: Drawn,
    /// How many impossible ones were wanted.
    pub wanted: usize,
    /// By what share limits are looser than what designs cost.
    pub slack: f64,
    /// Where the random numbers started.
    pub seed: u64,
}

/// Strategies that were asked the same objectives.
pub struct Answers {
    /// What they were asked.
    pub asked: Arc<Asked>,
    /// The strategies.
    pub contenders: Vec<Contender>,
    /// What each was allowed for an objective.
    pub allowance: Allowance,
}

/// What a strategy may use for an objective.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Allowance {
    /// So many designs may be priced.
    Evaluations(u64),
    /// So many seconds.
    Seconds(f64),
}

/// One strategy.
pub struct Contender {
    /// The name of its block.
    pub strategy: String,
    /// Its algorithm.
    pub algorithm: String,
    /// Its seed.
    pub seed: u64,
    /// Its answers to what can be met.
    pub answers: Vec<Answer>,
    /// Its answers to what is proven impossible.
    pub impossible: Vec<Answer>,
    /// What it was trained with, where it is a generator.
    pub trained: Option<Trained>,
}

/// What came of an objective.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answer {
    /// The number, from 1, of the design that first met it.
    pub first: Option<u64>,
    /// Seconds until then.
    pub first_seconds: f64,
    /// How much better than wished its best design is.
    pub improvement: f64,
    /// Designs that were priced.
    pub evaluations: u64,
    /// Seconds in all.
    pub seconds: f64,
}

/// Asks a strategy one objective; `number` makes its random numbers its own.
///
/// A second is counted as the strategy's own time plus, for each design it priced, the mean time
/// that the cost model takes for one: many designs are known from before, which would favour
/// whoever is asked last.
pub fn ask(
    appraisal: &Appraisal,
    objective: &Objective,
    (chosen, trained): (&Chosen, Option<&Trained>),
    allowance: Allowance,
    number: u64,
) -> Result<Answer, SearchError> {
    let each = appraisal.seconds_each();
    let most = match allowance {
        Allowance::Evaluations(most) => most,
        Allowance::Seconds(time) => ((time / each) as u64).clamp(1, MOST),
    };
    let tries = match trained {
        Some(trained) => proposed(appraisal, objective, trained, most),
        None => searched(appraisal, objective, chosen, (most, allowance), number)?,
    };
    let mut answer = Answer::default();
    for (own, design) in tries {
        let seconds = own + each * (answer.evaluations + 1) as f64;
        if matches!(allowance, Allowance::Seconds(time) if seconds > time) {
            break;
        }
        answer.evaluations += 1;
        answer.seconds = seconds;
        let values = appraisal.values(&design);
        let better = values.and_then(|values| improvement(&values, &objective.wishes));
        if let Some(better) = better {
            if answer.first.is_none() {
                answer.first = Some(answer.evaluations);
                answer.first_seconds = seconds;
            }
            answer.improvement = answer.improvement.max(better);
        }
    }
    Ok(answer)
}

/// Designs in the order in which they are priced, each with the strategy's own seconds up to it.
type Tries = Vec<(f64, Design)>;

fn proposed(appraisal: &Appraisal, objective: &Objective, trained: &Trained, most: u64) -> Tries {
    let start = Instant::now();
    let target = (&objective.context[..], &objective.wishes[..]);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (space, networks) = (appraisal.space(), &objective.networks);
    let designs = trained.generator.propose(space, networks, target, most);
    let own = start.elapsed().as_secs_f64();
    designs.into_iter().map(|design| (own, design)).collect()
}

fn searched(
    appraisal: &Appraisal,
    objective: &Objective,
    chosen: &Chosen,
    (most, allowance): (u64, Allowance),
    number: u64,
) -> Result<Tries, SearchError> {
    let (start, before) = (Instant::now(), appraisal.seconds());
    let each = appraisal.seconds_each();
    let hunt = Hunt::new(appraisal, &objective.networks, &objective.wishes)?;
    // Pricing is counted apart, at the same rate for all.
    let own = || (start.elapsed().as_secs_f64() - (appraisal.seconds() - before)).max(0.0);
    let mut clock = Vec::new();
    let mut observer = |progress: &nasaic_search::Progress<'_>| {
        let (own, done) = (own(), progress.evaluated.len());
        clock.resize(done, own);
        match allowance {
            Allowance::Seconds(time) if own + each * done as f64 > time => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    };
    let budget = Budget {
        evaluations: Some(most),
    };
    let seed = chosen.seed.wrapping_add(number);
    let options = &chosen.options;
    let run = run_with(&mut Forgetful, &hunt, options, budget, seed, &mut observer)?;
    let all = run.evaluated.into_iter().zip(clock);
    Ok(all.map(|(one, own)| (own, one.design)).collect())
}

impl Contender {
    /// How many of what can be met it has met.
    pub fn satisfied(&self) -> usize {
        self.met().count()
    }

    /// The share of it that it had met after so many designs.
    pub fn rate(&self, evaluations: u64) -> f64 {
        let met = self.met().filter_map(|one| one.first);
        let met = met.filter(|first| *first <= evaluations).count();
        met as f64 / self.answers.len().max(1) as f64
    }

    /// The answers that met what was asked.
    pub fn met(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|one| one.first.is_some())
    }

    /// How many of what is proven impossible it has met.
    pub fn wonders(&self) -> usize {
        let met = self.impossible.iter().filter(|one| one.first.is_some());
        met.count()
    }
}

impl Answers {
    /// Whether what was met depends on the machine.
    pub fn timed(&self) -> bool {
        matches!(self.allowance, Allowance::Seconds(_))
    }
}
