//! A study written out as the tables that an exact search proves things about.

use super::arrays::Hardware;
use super::networks::{Networks, Wanted};
use super::question::{Question, Target, refusal};
use crate::fault::Fault;
use crate::study::Study;
use nasaic_search::joint::{Aim, Bounds, Joint, Point};
use nasaic_search::{Design, Role, Space};

/// Most quanta that an energy spec holds; what a design costs is rounded to them.
///
/// With some hundred layers all sums stay below 2⁵², exact in integers and in floating point.
const MOST_QUANTA: f64 = 1e13;

/// Quanta of area per square metre: thousandths of a square micrometre.
pub(super) const AREA_QUANTA: f64 = 1e15;

/// A latest end for problems that give none; far beyond every schedule.
const NEVER_LATE: u64 = 1 << 40;

/// The tables of a study, and what their indices stand for.
pub(super) struct Tables {
    /// The problem of the search crate.
    pub joint: Joint,
    /// Choices of networks there are, written out or not.
    pub choices: u64,
    /// The networks of each candidate, as a design without hardware.
    networks: Vec<Design>,
    /// The decisions of each sub-accelerator.
    decisions: Vec<Vec<usize>>,
    /// Names of the limits, in their order.
    pub limits: Vec<String>,
    /// Joules (or the technology's own unit) per quantum.
    pub quantum: f64,
}

impl Tables {
    /// Writes out a study, of its networks those that are wanted.
    pub fn of(
        study: &Study,
        question: &Question,
        space: &Space,
        wanted: Wanted,
    ) -> Result<Self, Fault> {
        let decisions = own_decisions(study, space)?;
        let chosen = Networks::of(study, question, space, wanted)?;
        let quantum = quantum(question);
        let mut limits: Vec<String> = space.limits().iter().map(|l| l.name.clone()).collect();
        limits.push("area".to_owned());
        let hardware = Hardware {
            study,
            space,
            decisions: &decisions,
            layers: &chosen.layers,
            quantum,
        };
        let patterns = hardware.patterns()?;
        let joint = Joint {
            layers: chosen.layers.len(),
            subs: study.subs.len(),
            tasks: chosen.chains,
            candidates: chosen.candidates,
            patterns,
            bounds: bounds(question, space, quantum),
            aim: match question.goal {
                Target::Networks => Aim::Score,
                Target::Latency => Aim::Cycles,
                Target::Energy => Aim::Energy,
                Target::Area => Aim::Limit(limits.len() - 1),
            },
        };
        Ok(Self {
            joint,
            choices: chosen.choices,
            networks: chosen.designs,
            decisions,
            limits,
            quantum,
        })
    }

    /// The design that a point stands for.
    pub fn design(&self, point: &Point) -> Design {
        let mut design = self.networks[point.candidate].clone();
        let present = &self.joint.patterns[point.pattern].present;
        for ((sub, choices), &config) in present.iter().zip(&point.configs) {
            let values = &choices.configs[config].values;
            for (&decision, &value) in self.decisions[*sub].iter().zip(values) {
                design.0[decision] = value;
            }
        }
        design
    }
}

/// The quantum of energy: a power of ten, fine enough for the spec.
fn quantum(question: &Question) -> f64 {
    let most = question.energy.unwrap_or(1.0).max(f64::MIN_POSITIVE);
    libm::pow(10.0, libm::ceil(libm::log10(most / MOST_QUANTA)))
}

fn bounds(question: &Question, space: &Space, quantum: f64) -> Bounds {
    let room = |limit: &nasaic_search::Limit| {
        u64::try_from(limit.at_most.saturating_sub(limit.constant)).unwrap_or(0)
    };
    let mut limits: Vec<u64> = space.limits().iter().map(room).collect();
    limits.push(
        question
            .area
            .map_or(u64::MAX >> 8, |area| (area * AREA_QUANTA) as u64),
    );
    let energy = question
        .energy
        .map_or(MOST_QUANTA, |energy| energy / quantum);
    Bounds {
        deadline: question.deadline.unwrap_or(NEVER_LATE),
        energy: libm::floor(energy) as u64,
        limits,
    }
}

/// The decisions of each sub-accelerator; each decision must belong to exactly one.
fn own_decisions(study: &Study, space: &Space) -> Result<Vec<Vec<usize>>, Fault> {
    let decisions: Vec<Vec<usize>> = (0..study.subs.len())
        .map(|sub| study.sub_decisions(sub).to_vec())
        .collect();
    for (index, decision) in space.decisions().iter().enumerate() {
        let owners = decisions.iter().filter(|own| own.contains(&index)).count();
        let wanted = usize::from(decision.role == Role::Hardware);
        if owners != wanted {
            return Err(refusal(format!(
                "`{}` is not the decision of one sub-accelerator alone",
                decision.name
            )));
        }
    }
    Ok(decisions)
}
