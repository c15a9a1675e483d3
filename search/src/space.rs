//! Design spaces: ordered decisions, the conditions between them, and linear limits.
//!
//! A space is checked and compiled once, by [`Space::new`]. From then on every
//! operation on it (counting, sampling, enumerating, mutating) respects the
//! conditions and the limits by construction; nothing is drawn and rejected.

use crate::chain::{Chain, LARGEST};
use crate::design::Design;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a decision belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// It changes a network, so its accuracy.
    Network,
    /// It changes only the hardware, so no network has to be trained again.
    Hardware,
}

/// A decision takes part only while an earlier one has one of these values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Index of the earlier decision.
    pub decision: usize,
    /// Value indices of that decision under which the condition holds.
    pub allowed: Vec<u32>,
}

/// One open field of a design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Path of the field, such as `w1.a1.pes`; unique in its space.
    pub name: String,
    /// Number of values, at least 1; a value is named by its index.
    pub values: usize,
    /// What the values stand for, for numeric domains: one number per value.
    pub numbers: Option<Vec<f64>>,
    /// Whether neighbouring indices are neighbouring values.
    pub ordered: bool,
    /// What the decision belongs to.
    pub role: Role,
    /// The decision takes part only when all of these hold.
    pub active: Vec<Condition>,
}

/// A budget: a sum over decisions that must not exceed a bound.
///
/// `constant + Σ amount[value] ≤ at_most`, where a decision that takes no part adds 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// What is limited, for messages.
    pub name: String,
    /// A decision and the amount each of its values uses.
    pub terms: Vec<(usize, Vec<i64>)>,
    /// What is used whatever is decided.
    pub constant: i64,
    /// The bound, itself allowed.
    pub at_most: i64,
}

/// Something that is not there once any of its triggers is met.
///
/// A sub-accelerator with no PEs or no bandwidth is absent, and then its
/// dataflow, its PEs and its bandwidth do not matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// Decisions with the value indices that trigger the absence; any suffices.
    pub when: Vec<(usize, Vec<u32>)>,
    /// Decisions that then do not matter, besides all that are conditional on them.
    pub drops: Vec<usize>,
}

/// A checked design space.
#[derive(Clone, Debug)]
pub struct Space {
    decisions: Vec<Decision>,
    limits: Vec<Limit>,
    absences: Vec<Absence>,
    order: Vec<usize>,
    chains: Vec<Chain>,
    chain_of: Vec<usize>,
}

impl Space {
    /// Checks and compiles a space.
    pub fn new(
        decisions: Vec<Decision>,
        limits: Vec<Limit>,
        absences: Vec<Absence>,
    ) -> Result<Self, SpaceError> {
        check(&decisions, &limits, &absences)?;
        let mut order: Vec<usize> = (0..decisions.len()).collect();
        order.sort_by_key(|&index| decisions[index].role);
        // What nothing triggers never happens.
        let triggered = absences.into_iter().filter(|one| !one.when.is_empty());
        let absences = triggered.map(|one| close(&decisions, one)).collect();
        let mut space = Self {
            decisions,
            limits,
            absences,
            order,
            chains: Vec::new(),
            chain_of: Vec::new(),
        };
        space.chain_of = vec![0; space.decisions.len()];
        for members in space.groups(true, false) {
            for &member in &members {
                space.chain_of[member] = space.chains.len();
            }
            let mut chain = Chain::compile(&space, &members, true)?;
            chain.complete(&space)?;
            space.chains.push(chain);
        }
        Ok(space)
    }

    /// The decisions, in declaration order: the order of a [`Design`].
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// The limits.
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// The absences that have triggers, their dropped decisions completed by all dependents.
    pub fn absences(&self) -> &[Absence] {
        &self.absences
    }

    /// The order in which decisions are made: networks first, then hardware.
    ///
    /// Every walk through the space, enumeration and NASAIC's controller follow
    /// it, so that hardware can be redrawn behind an unchanged network.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Whether the design has a legal value for exactly the active decisions and meets the limits.
    pub fn contains(&self, design: &Design) -> bool {
        design.0.len() == self.decisions.len()
            && self.decisions.iter().enumerate().all(|(index, decision)| {
                match design.value(index) {
                    Some(value) => (value as usize) < decision.values && decision.is_active(design),
                    None => !decision.is_active(design),
                }
            })
            && self
                .limits
                .iter()
                .all(|limit| limit.used(design) <= i128::from(limit.at_most))
    }

    /// The design with everything that does not matter made inactive.
    ///
    /// Designs with equal canonical forms build the same networks and hardware.
    pub fn canonical(&self, design: &Design) -> Design {
        let mut canonical = design.clone();
        for (index, decision) in self.decisions.iter().enumerate() {
            if !decision.is_active(&canonical) {
                canonical.0[index] = Design::INACTIVE;
            }
        }
        let triggers = canonical.clone();
        for absence in self
            .absences
            .iter()
            .filter(|absence| absence.is_met(&triggers))
        {
            for &dropped in &absence.drops {
                canonical.0[dropped] = Design::INACTIVE;
            }
        }
        canonical
    }

    /// A hash of the names and values of all that matters in a design.
    ///
    /// Inactive decisions do not enter, so adding a conditional decision leaves
    /// the hashes of the designs that do not reach it unchanged.
    pub fn canonical_hash(&self, design: &Design) -> [u8; 32] {
        let canonical = self.canonical(design);
        let mut hasher = blake3::Hasher::new();
        for (index, decision) in self.decisions.iter().enumerate() {
            if let Some(value) = canonical.value(index) {
                hasher.update(&(decision.name.len() as u64).to_le_bytes());
                hasher.update(decision.name.as_bytes());
                hasher.update(&value.to_le_bytes());
            }
        }
        *hasher.finalize().as_bytes()
    }

    /// The part of a design that decides the networks: its other values made inactive.
    pub fn networks(&self, design: &Design) -> Design {
        let mut networks = self.canonical(design);
        for (value, decision) in networks.0.iter_mut().zip(&self.decisions) {
            if decision.role != Role::Network {
                *value = Design::INACTIVE;
            }
        }
        networks
    }

    /// The designs of this space that have the networks of a design; decisions keep their indices.
    pub fn given(&self, networks: &Design) -> Result<Self, SpaceError> {
        let pin = |(index, decision): (usize, &Decision)| {
            let value = networks.value(index)?;
            let other = |one: u32| i64::from(one != value);
            Some(Limit {
                name: decision.name.clone(),
                terms: vec![(index, (0..decision.values as u32).map(other).collect())],
                constant: 0,
                at_most: 0,
            })
        };
        let all = self.decisions.iter().enumerate();
        let pins = all
            .filter(|(_, one)| one.role == Role::Network)
            .filter_map(pin);
        Self::new(
            self.decisions.clone(),
            self.limits.iter().cloned().chain(pins).collect(),
            self.absences.clone(),
        )
    }

    pub(crate) fn chains(&self) -> &[Chain] {
        &self.chains
    }

    pub(crate) fn chain_of(&self, decision: usize) -> usize {
        self.chain_of[decision]
    }

    /// Decisions grouped by what ties them together, each group in decision order.
    pub(crate) fn groups(&self, by_limits: bool, by_absences: bool) -> Vec<Vec<usize>> {
        let mut group: Vec<usize> = (0..self.decisions.len()).collect();
        for (index, decision) in self.decisions.iter().enumerate() {
            for condition in &decision.active {
                join(&mut group, index, condition.decision);
            }
        }
        for limit in self.limits.iter().filter(|_| by_limits) {
            for pair in limit.terms.windows(2) {
                join(&mut group, pair[0].0, pair[1].0);
            }
        }
        for absence in self.absences.iter().filter(|_| by_absences) {
            let members: Vec<usize> = absence.members().collect();
            for pair in members.windows(2) {
                join(&mut group, pair[0], pair[1]);
            }
        }
        let mut members = vec![Vec::new(); group.len()];
        for &index in &self.order {
            members[group[index]].push(index);
        }
        members.retain(|one| !one.is_empty());
        members
    }
}

impl Decision {
    /// Whether all conditions hold for the earlier decisions of the design.
    pub fn is_active(&self, design: &Design) -> bool {
        self.active.iter().all(|condition| {
            design
                .value(condition.decision)
                .is_some_and(|value| condition.allowed.contains(&value))
        })
    }
}

impl Limit {
    /// What a design uses of the budget.
    pub fn used(&self, design: &Design) -> i128 {
        let amounts = self.terms.iter().filter_map(|(decision, amounts)| {
            design
                .value(*decision)
                .and_then(|value| amounts.get(value as usize))
        });
        i128::from(self.constant) + amounts.map(|&amount| i128::from(amount)).sum::<i128>()
    }
}

impl Absence {
    /// Whether any of the triggers is met.
    pub fn is_met(&self, design: &Design) -> bool {
        self.when.iter().any(|(decision, values)| {
            design
                .value(*decision)
                .is_some_and(|value| values.contains(&value))
        })
    }

    /// All decisions that the absence reads or drops.
    pub(crate) fn members(&self) -> impl Iterator<Item = usize> + '_ {
        self.when
            .iter()
            .map(|(decision, _)| *decision)
            .chain(self.drops.iter().copied())
    }
}

/// Puts two decisions, and all grouped with either, into one group.
fn join(group: &mut [usize], one: usize, other: usize) {
    let (keep, gone) = (group[one].min(group[other]), group[one].max(group[other]));
    for label in group.iter_mut().filter(|label| **label == gone) {
        *label = keep;
    }
}

/// Adds to what an absence drops all decisions that are conditional on it.
fn close(decisions: &[Decision], mut absence: Absence) -> Absence {
    for (index, decision) in decisions.iter().enumerate() {
        let depends = decision
            .active
            .iter()
            .any(|one| absence.drops.contains(&one.decision));
        if depends && !absence.drops.contains(&index) {
            absence.drops.push(index);
        }
    }
    absence.drops.sort_unstable();
    absence.drops.dedup();
    absence
}

fn check(decisions: &[Decision], limits: &[Limit], absences: &[Absence]) -> Result<(), SpaceError> {
    for (index, decision) in decisions.iter().enumerate() {
        let fault = |what| SpaceError::Decision {
            name: decision.name.clone(),
            what,
        };
        if decision.values == 0 || decision.values >= Design::INACTIVE as usize {
            return Err(fault("has no values, or more than an index can name"));
        }
        if decision
            .numbers
            .as_ref()
            .is_some_and(|numbers| numbers.len() != decision.values)
        {
            return Err(fault("has another count of numbers than of values"));
        }
        for condition in &decision.active {
            if condition.decision >= index {
                return Err(fault("depends on a decision that does not come before it"));
            }
            let parent = &decisions[condition.decision];
            if decision.role == Role::Network && parent.role == Role::Hardware {
                return Err(fault("belongs to a network but depends on the hardware"));
            }
            if condition
                .allowed
                .iter()
                .any(|&value| value as usize >= parent.values)
            {
                return Err(fault("depends on a value that does not exist"));
            }
        }
    }
    let has = |decision: usize| decision < decisions.len();
    for limit in limits {
        let sound = |(decision, amounts): &(usize, Vec<i64>)| {
            has(*decision) && amounts.len() == decisions[*decision].values
        };
        if !limit.terms.iter().all(sound) {
            return Err(SpaceError::Limit {
                name: limit.name.clone(),
            });
        }
        if limit.terms.is_empty() && limit.constant > limit.at_most {
            return Err(SpaceError::Unsatisfiable {
                limits: vec![limit.name.clone()],
            });
        }
    }
    if absences.iter().flat_map(Absence::members).all(has) {
        Ok(())
    } else {
        Err(SpaceError::Absence)
    }
}

/// Why a space cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpaceError {
    /// A decision contradicts itself or the decisions before it.
    Decision {
        /// Name of the decision.
        name: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A limit names a decision that does not exist or has not one amount per value.
    Limit {
        /// Name of the limit.
        name: String,
    },
    /// An absence names a decision that does not exist.
    Absence,
    /// No design meets these limits together.
    Unsatisfiable {
        /// Names of the limits.
        limits: Vec<String>,
    },
    /// A group of decisions tied by limits and conditions has too many states.
    TooLarge {
        /// Names of the decisions of the group.
        decisions: Vec<String>,
    },
}

impl fmt::Display for SpaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decision { name, what } => write!(f, "decision `{name}` {what}"),
            Self::Limit { name } => {
                write!(f, "limit `{name}` does not fit the decisions it names")
            }
            Self::Absence => write!(f, "an absence names a decision that does not exist"),
            Self::Unsatisfiable { limits } => {
                write!(f, "no design meets the limits: {}", limits.join(", "))
            }
            Self::TooLarge { decisions } => write!(
                f,
                "these decisions are tied by limits with more than {LARGEST} states: {}",
                decisions.join(", ")
            ),
        }
    }
}

impl std::error::Error for SpaceError {}
