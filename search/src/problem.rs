//! What a search needs to know about designs: two functions, one cheap and one dear.

use crate::design::Design;
use crate::space::Space;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// A search problem: a space and the price of its designs.
///
/// The functions get canonical designs, in which all that does not matter is
/// inactive, and must depend on nothing else: unless the problem says otherwise
/// they are called from several threads, in any order, and at most once per design. What costs the same for
/// many designs, such as training one network, the problem caches itself;
/// `complete` is never called at the same time for two designs with the same
/// networks.
pub trait Problem: Sync {
    /// The open decisions.
    fn space(&self) -> &Space;

    /// Number of objectives, at least 1.
    fn goals(&self) -> usize;

    /// Whether several objectives are taken in their order; else they make a front.
    fn in_order(&self) -> bool {
        false
    }

    /// Whether designs are evaluated one after the other, in the order of their trials, and not
    /// in parallel: so it is where what they take can do one thing at a time.
    fn in_sequence(&self) -> bool {
        false
    }

    /// Whether an evaluation was broken off, so that the values of the last ones mean nothing:
    /// the run forgets their batch and ends.
    fn broken_off(&self) -> bool {
        false
    }

    /// What can be known without an accuracy: the cheap part.
    fn hardware(&self, design: &Design) -> Hardware;

    /// The objectives, which may need a network to be trained: the dear part.
    ///
    /// It is asked only for designs whose hardware is valid.
    fn complete(&self, design: &Design, hardware: &Hardware) -> Outcome;

    /// In how many rungs objectives are found, each dearer and truer than the one before;
    /// after each but the last, a run stops the designs that are not among the best.
    fn rungs(&self) -> usize {
        1
    }

    /// Of how many designs at a rung one goes on to the next: η of successive halving.
    fn reduction(&self) -> f64 {
        3.0
    }

    /// Does what the objectives of these designs take at a rung, all at once and in parallel;
    /// a break ends the run.
    fn prepare(&self, _designs: &[&Design], _rung: usize) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// The objectives as a rung gives them; at the last rung what [`Problem::complete`] gives.
    fn reach(&self, design: &Design, hardware: &Hardware, _rung: usize) -> Outcome {
        self.complete(design, hardware)
    }
}

/// What a design costs in hardware.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hardware {
    /// Whether the design can be built and can run its networks at all.
    pub valid: bool,
    /// Why it cannot.
    pub reason: Option<String>,
    /// Total violation of the hardware specs; 0 exactly when all are met.
    ///
    /// In NASAIC: `Σ max(value − spec, 0) ÷ (bound − spec)` over latency, energy, area.
    pub penalty: f64,
    /// Whatever the problem measures, in an order of its own.
    pub metrics: Vec<f64>,
}

/// What a design reaches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// One value per goal, each to be maximised.
    pub objectives: Vec<f64>,
    /// Total violation of all specs, those on accuracy included; 0 when all are met.
    pub penalty: f64,
    /// Whatever the problem measures, in an order of its own.
    pub metrics: Vec<f64>,
}

/// One distinct design with all that was found out about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluated {
    /// Number of the evaluation in its run, from 0; its index in [`Run::evaluated`](crate::Run).
    pub trial: u64,
    /// The canonical design.
    pub design: Design,
    /// Its hardware.
    pub hardware: Hardware,
    /// Its objectives; none where it was pruned before its network was trained.
    pub outcome: Option<Outcome>,
}

impl Hardware {
    /// Whether the design can be built and meets the hardware specs.
    pub fn is_feasible(&self) -> bool {
        self.valid && self.penalty <= 0.0
    }

    /// The same with a violation that can be compared: finite, and not negative.
    pub(crate) fn sound(mut self) -> Self {
        if !self.penalty.is_finite() {
            self.valid = false;
            self.reason
                .get_or_insert_with(|| "its violation is not a number".to_string());
        }
        self.penalty = sound_penalty(self.penalty);
        self
    }
}

impl Outcome {
    /// The same with objectives that can be compared, one per goal.
    pub(crate) fn sound(mut self, goals: usize) -> Self {
        self.objectives.resize(goals, f64::NEG_INFINITY);
        for value in self.objectives.iter_mut().filter(|value| value.is_nan()) {
            *value = f64::NEG_INFINITY;
        }
        self.penalty = sound_penalty(self.penalty);
        self
    }
}

impl Evaluated {
    /// Whether all specs are met, those on accuracy included.
    pub fn is_feasible(&self) -> bool {
        self.hardware.is_feasible()
            && self
                .outcome
                .as_ref()
                .is_some_and(|outcome| outcome.penalty <= 0.0)
    }

    /// Total violation of the specs, as far as it is known.
    pub fn violation(&self) -> f64 {
        self.outcome
            .as_ref()
            .map_or(self.hardware.penalty, |outcome| outcome.penalty)
    }

    /// Whether this is the better of two: the rule by which a run names its best.
    ///
    /// Feasible designs come first, by their objectives in order; then those
    /// that can be built, by the least violation; then the rest. Of equals
    /// neither is better, so the earlier one stays.
    pub fn is_better(&self, than: &Self) -> bool {
        let rank = |one: &Self| (one.is_feasible(), one.hardware.valid);
        if rank(self) != rank(than) {
            return rank(self) > rank(than);
        }
        match (&self.outcome, &than.outcome) {
            (Some(one), Some(other)) if self.is_feasible() => {
                let pairs = one.objectives.iter().zip(&other.objectives);
                pairs
                    .map(|(a, b)| a.total_cmp(b))
                    .find(|order| order.is_ne())
                    == Some(std::cmp::Ordering::Greater)
            }
            _ => self.violation() < than.violation(),
        }
    }
}

/// A violation without NaN, infinities and negative values.
fn sound_penalty(penalty: f64) -> f64 {
    if penalty.is_finite() {
        penalty.max(0.0)
    } else {
        f64::MAX
    }
}
