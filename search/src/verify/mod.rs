//! An independent check of certificates: it shares no code with what makes them.
//!
//! [`verify`] trusts the tables of the problem and nothing else. It replays the
//! schedule of the claimed optimum, sees that the moves cover every candidate
//! that would be better, recomputes the minima of every box from the tables,
//! adds up every bound again, and decides single designs by a search of its own.

mod boxes;
mod schedules;

use crate::joint::{Aim, Bounds, Certificate, Claim, Joint, Point};
use crate::replay::{Violation, replay};
use crate::schedule::{Cost, LayerOptions, Schedule};
use boxes::Boxes;
use std::fmt;
use std::sync::Arc;

/// What a check went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Candidates that were shown to fit no hardware.
    pub candidates: u64,
    /// Boxes whose exclusion was recomputed.
    pub boxes: u64,
    /// Single designs whose schedules were all looked at.
    pub schedules: u64,
}

/// Why a certificate proves nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Rejection {
    /// It was made for another problem: this does not fit.
    Other(&'static str),
    /// The claimed design does not exist or does not keep to the bounds.
    Claim(String),
    /// The claimed schedule is none.
    Schedule(Violation),
    /// Candidates that would be better are not covered.
    Uncovered {
        /// Candidates that are covered.
        covered: usize,
        /// Candidates that have to be.
        needed: usize,
    },
    /// The moves of a candidate end before its boxes, or after them.
    Moves {
        /// Index of the candidate.
        candidate: usize,
    },
    /// A move does not hold.
    Move {
        /// Index of the candidate.
        candidate: usize,
        /// Which of its moves.
        at: usize,
        /// What does not hold.
        why: &'static str,
    },
}

/// Checks a certificate against the problem it is about.
pub fn verify(joint: &Joint, certificate: &Certificate) -> Result<Checked, Rejection> {
    if certificate.aim != joint.aim {
        return Err(Rejection::Other("the aim"));
    }
    if !joint.candidates.is_sorted_by(|a, b| a.score >= b.score) {
        return Err(Rejection::Other("the order of the candidates"));
    }
    let (bounds, needed) = match &certificate.claim {
        Claim::Infeasible => (joint.bounds.clone(), joint.candidates.len()),
        Claim::Optimal { point, schedule } => {
            check_claim(joint, point, schedule)?;
            (
                beyond(joint, point, schedule),
                better(joint, point, schedule),
            )
        }
    };
    if bounds != certificate.bounds {
        return Err(Rejection::Other("the bounds"));
    }
    let covers = &certificate.covers;
    let covered = covers
        .iter()
        .map(|cover| cover.candidates)
        .fold(0, usize::saturating_add);
    if covered < needed || covered > joint.candidates.len() {
        return Err(Rejection::Uncovered { covered, needed });
    }
    let mut boxes = Boxes::new(joint, certificate)?;
    let mut next = 0;
    for cover in covers {
        for candidate in next..next + cover.candidates {
            boxes.check(candidate, &cover.moves)?;
        }
        next += cover.candidates;
    }
    Ok(boxes.checked)
}

/// Candidates that a proof of optimality has to exclude.
fn better(joint: &Joint, point: &Point, schedule: &Schedule) -> usize {
    let least = match joint.aim {
        Aim::Score => {
            let score = joint.candidates[point.candidate].score;
            let better = joint.candidates.iter().take_while(|one| one.score > score);
            return better.count();
        }
        Aim::Cycles => schedule.makespan,
        Aim::Energy => spent(joint, point, schedule),
        Aim::Limit(limit) => joint.uses(point, limit),
    };
    // Nothing is below 0.
    if least == 0 {
        0
    } else {
        joint.candidates.len()
    }
}

/// The bounds within which everything is better than the claimed design.
fn beyond(joint: &Joint, point: &Point, schedule: &Schedule) -> Bounds {
    let mut bounds = joint.bounds.clone();
    match joint.aim {
        Aim::Score => {}
        Aim::Cycles => bounds.deadline = schedule.makespan.saturating_sub(1),
        Aim::Energy => bounds.energy = spent(joint, point, schedule).saturating_sub(1),
        Aim::Limit(limit) => bounds.limits[limit] = joint.uses(point, limit).saturating_sub(1),
    }
    bounds
}

fn spent(joint: &Joint, point: &Point, schedule: &Schedule) -> u64 {
    let leaked = joint.leak(point).saturating_mul(schedule.makespan);
    (schedule.energy as u64).saturating_add(leaked)
}

/// Checks that the claimed design exists, that its schedule is one, and that both keep to the bounds.
fn check_claim(joint: &Joint, point: &Point, schedule: &Schedule) -> Result<(), Rejection> {
    let claim = |what: &str| Rejection::Claim(what.to_owned());
    let pattern = joint
        .patterns
        .get(point.pattern)
        .ok_or_else(|| claim("its pattern does not exist"))?;
    let exists = point.candidate < joint.candidates.len()
        && point.configs.len() == pattern.present.len()
        && (pattern.present.iter().zip(&point.configs))
            .all(|((_, choices), &config)| config < choices.configs.len());
    if !exists {
        return Err(claim("it does not exist"));
    }
    for (limit, &most) in joint.bounds.limits.iter().enumerate() {
        if joint.uses(point, limit) > most {
            return Err(Rejection::Claim(format!("it is over limit {limit}")));
        }
    }
    replay(schedule, &options(joint, point)).map_err(Rejection::Schedule)?;
    if schedule.makespan > joint.bounds.deadline {
        return Err(claim("it ends after the deadline"));
    }
    if spent(joint, point, schedule) > joint.bounds.energy {
        return Err(claim("it needs more energy than there is"));
    }
    Ok(())
}

/// What each layer of a design costs where.
fn options(joint: &Joint, point: &Point) -> Vec<Vec<LayerOptions>> {
    let present = &joint.patterns[point.pattern].present;
    let layer = |layer: u32| {
        let mut options = vec![None; joint.subs];
        for ((sub, choices), &config) in present.iter().zip(&point.configs) {
            let price = choices.prices_of(config, joint.layers)[layer as usize];
            options[*sub] = (price.cycles < u64::MAX).then_some(Cost {
                cycles: price.cycles,
                energy: price.energy as f64,
            });
        }
        options
    };
    let networks = joint.candidates[point.candidate].networks.iter();
    let chains = networks
        .zip(&joint.tasks)
        .map(|(&network, all)| &all[network as usize]);
    chains
        .map(|chain| chain.iter().map(|&one| layer(one)).collect())
        .collect()
}

/// Whether two present sub-accelerators have the same table.
fn same(joint: &Joint, pattern: usize, one: usize, two: usize) -> bool {
    let present = &joint.patterns[pattern].present;
    Arc::ptr_eq(&present[one].1, &present[two].1)
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(what) => write!(f, "it was made for another problem: {what} differ"),
            Self::Claim(why) => write!(f, "the claimed optimum is none: {why}"),
            Self::Schedule(violation) => write!(f, "the claimed schedule is none: {violation}"),
            Self::Uncovered { covered, needed } => write!(
                f,
                "it covers {covered} choices of networks and {needed} could be better"
            ),
            Self::Moves { candidate } => {
                write!(
                    f,
                    "the proof for choice {candidate} does not cover all hardware"
                )
            }
            Self::Move { candidate, at, why } => {
                write!(
                    f,
                    "step {at} of the proof for choice {candidate} does not hold: {why}"
                )
            }
        }
    }
}

impl std::error::Error for Rejection {}
