//! How the layers of a design find sub-accelerators and times.
//!
//! The paper's list heuristic works on energies as they are. The solvers that can
//! prove something work on whole numbers: an energy becomes a number of quanta,
//! 10⁻⁶ of the technology's unit (pJ) each, or as many times ten of them as it
//! takes for all energies to stay below 2⁵². The energy that is reported is the sum
//! of the energies themselves.

use super::Network;
use super::pipeline::{self, Stages};
use nasaic_search::hap::{self, Flaw, Goal, Input, Instance, Layer, Limits, Proof, Solver};
use nasaic_search::{Entry, LayerOptions, PipelineError, Schedule, ScheduleError, Scheduler};
use std::cell::RefCell;
use std::sync::Arc;

/// Labels per level of `schedule = beam`.
const BEAM: usize = 64;

/// Quanta in the technology's unit of energy.
const QUANTA: f64 = 1e6;

/// What finds schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// The list heuristic.
    #[default]
    List,
    /// A beam of labels.
    Beam,
    /// All labels, as far as they go.
    Exact,
    /// Contiguous stages with the most throughput.
    Pipeline,
}

/// What a problem says about schedules.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rules {
    /// What finds them.
    pub method: Method,
    /// Whether branches of a network may run at the same time.
    pub parallel: bool,
    /// What moving a tensor from one sub-accelerator to another costs; none: it costs nothing.
    pub link: Option<Link>,
}

/// Links between sub-accelerators.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Bytes per cycle; infinite where the bandwidth is 0 or not known.
    pub bandwidth: f64,
    /// Energy per byte, in the technology's unit.
    pub energy: f64,
}

/// Why there is no schedule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unscheduled {
    /// A layer runs on no sub-accelerator.
    Nowhere(ScheduleError),
    /// Times or energies are too large for whole numbers.
    Flaw(Flaw),
    /// There are too many sub-accelerators for a pipeline.
    Devices(usize),
    /// Each layer runs somewhere, but no contiguous stages put each where it runs.
    Unstaged,
}

/// What is known about a schedule, from a solver that can know.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Certainty {
    /// No schedule has less energy by the deadline, or ends earlier where there is none.
    Optimal,
    /// No schedule ends by the deadline, and none ends earlier than this one.
    Late,
    /// At most this share above the least energy, or the least makespan.
    Within(f64),
}

impl std::fmt::Display for Certainty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Optimal => f.write_str("optimal (proven)"),
            Self::Late => f.write_str("as early as possible (proven)"),
            Self::Within(gap) => write!(f, "within {:.1} % of the optimum", 100.0 * gap),
        }
    }
}

thread_local! {
    static LIST: RefCell<Scheduler> = RefCell::default();
    static SOLVER: RefCell<Solver> = RefCell::default();
}

impl Rules {
    /// A schedule for the layers of all tasks, with what is known about it.
    pub(super) fn schedule(
        &self,
        networks: &[Arc<Network>],
        tasks: &[Vec<LayerOptions>],
        deadline: Option<u64>,
    ) -> Result<(Schedule, Option<Certainty>, Option<Stages>), Unscheduled> {
        if self.method == Method::Pipeline {
            return self.pipeline(networks, tasks);
        }
        let (schedule, certainty) = self.layer_by_layer(networks, tasks, deadline)?;
        Ok((schedule, certainty, None))
    }

    /// The stages of most throughput; where a layer runs nowhere, the heuristic says which.
    fn pipeline(
        &self,
        networks: &[Arc<Network>],
        tasks: &[Vec<LayerOptions>],
    ) -> Result<(Schedule, Option<Certainty>, Option<Stages>), Unscheduled> {
        match pipeline::schedule(networks, tasks, self.link) {
            Ok((schedule, stages)) => Ok((schedule, Some(Certainty::Optimal), Some(stages))),
            Err(PipelineError::Devices(count)) => Err(Unscheduled::Devices(count)),
            Err(PipelineError::Nowhere) => {
                let found = LIST.with_borrow_mut(|list| list.schedule(tasks, None));
                Err(found.map_or_else(Unscheduled::Nowhere, |_| Unscheduled::Unstaged))
            }
        }
    }

    fn layer_by_layer(
        &self,
        networks: &[Arc<Network>],
        tasks: &[Vec<LayerOptions>],
        deadline: Option<u64>,
    ) -> Result<(Schedule, Option<Certainty>), Unscheduled> {
        let list = || {
            let found = LIST.with_borrow_mut(|list| list.schedule(tasks, deadline));
            found.map_err(Unscheduled::Nowhere)
        };
        if self.method == Method::List && self.link.is_none() {
            return Ok((list()?, None));
        }
        let instance = self.instance(networks, tasks).map_err(Unscheduled::Flaw)?;
        let (found, certainty) = if self.method == Method::List {
            // The heuristic knows no links: its order is timed with them.
            (hap::in_order(&instance, &order_of(&list()?)), None)
        } else {
            let (found, certainty) = self.solve(&instance, deadline);
            (found, Some(certainty))
        };
        let Some(found) = found else {
            // Some layer runs nowhere, and the heuristic says which.
            return Ok((list()?, None));
        };
        let found = self.in_units(&found, networks, tasks);
        if deadline.is_some() && self.link.is_none() {
            // Of equal energies the earlier end is better, and the heuristic looks for it.
            let other = list()?;
            if other.energy <= found.energy && other.makespan < found.makespan {
                return Ok((other, certainty));
            }
        }
        Ok((found, certainty))
    }

    /// The order of a schedule, timed with other costs.
    pub(super) fn timed(
        &self,
        networks: &[Arc<Network>],
        tasks: &[Vec<LayerOptions>],
        order: &Schedule,
    ) -> Result<Option<Schedule>, Flaw> {
        let instance = self.instance(networks, tasks)?;
        let found = hap::in_order(&instance, &order_of(order));
        Ok(found.map(|found| self.in_units(&found, networks, tasks)))
    }

    /// The least energy by the deadline, or else the least makespan.
    fn solve(
        &self,
        instance: &Instance,
        deadline: Option<u64>,
    ) -> (Option<hap::Schedule>, Certainty) {
        let limits = match self.method {
            Method::Exact => Limits::default(),
            _ => Limits::beam(BEAM),
        };
        SOLVER.with_borrow_mut(|solver| {
            if let Some(deadline) = deadline {
                let answer = solver.solve(instance, Goal::Energy { deadline }, &limits);
                if let Some(schedule) = answer.schedule {
                    let certainty = certainty(answer.proof, schedule.energy);
                    return (Some(schedule), certainty);
                }
            }
            let answer = solver.solve(instance, Goal::Makespan, &limits);
            let makespan = answer
                .schedule
                .as_ref()
                .map_or(0, |schedule| schedule.makespan);
            let late = deadline.is_some_and(|deadline| deadline < makespan);
            let certainty = match certainty(answer.proof, makespan) {
                Certainty::Optimal if late => Certainty::Late,
                other => other,
            };
            (answer.schedule, certainty)
        })
    }

    /// The layers in whole numbers.
    fn instance(
        &self,
        networks: &[Arc<Network>],
        tasks: &[Vec<LayerOptions>],
    ) -> Result<Instance, Flaw> {
        let subs = tasks.iter().flatten().map(Vec::len).max().unwrap_or(0);
        let most: f64 = (tasks.iter().flatten())
            .map(|layer| {
                let energies = layer.iter().flatten().map(|cost| cost.energy);
                energies.fold(0.0, f64::max)
            })
            .sum();
        let moved = self.link.map_or(0.0, |link| {
            let layers = networks.iter().flat_map(|network| {
                network
                    .inputs
                    .iter()
                    .flatten()
                    .map(|&input| network.bytes[input])
            });
            layers.map(|bytes| bytes as f64 * link.energy).sum()
        });
        let mut quanta = QUANTA;
        // Half of what is allowed, so that no rounding goes beyond it.
        if !(most + moved).is_finite() {
            return Err(Flaw::Total);
        }
        while (most + moved) * quanta > (hap::MOST_TOTAL / 2) as f64 {
            quanta /= 10.0;
        }
        let tasks = networks.iter().zip(tasks).map(|(network, layers)| {
            let layer = |(index, options): (usize, &LayerOptions)| Layer {
                options: options
                    .iter()
                    .map(|cost| {
                        cost.map(|cost| hap::Cost {
                            cycles: cost.cycles,
                            energy: libm::round(cost.energy * quanta) as u64,
                        })
                    })
                    .collect(),
                inputs: network.inputs[index]
                    .iter()
                    .map(|&input| self.input(subs, input, network.bytes[input], quanta))
                    .collect(),
            };
            layers.iter().enumerate().map(layer).collect()
        });
        let instance = Instance::new(subs, tasks.collect())?;
        Ok(if self.parallel {
            instance
        } else {
            instance.serialised()
        })
    }

    /// An input with what moving it costs.
    fn input(&self, subs: usize, layer: usize, bytes: u64, quanta: f64) -> Input {
        let Some(link) = self.link else {
            return Input::free(layer);
        };
        let cost = hap::Cost {
            cycles: link.cycles(bytes),
            energy: libm::round(bytes as f64 * link.energy * quanta) as u64,
        };
        let pairs = (0..subs).flat_map(|from| (0..subs).map(move |to| from == to));
        let within = |same| if same { hap::Cost::default() } else { cost };
        Input {
            layer,
            transfer: pairs.map(within).collect(),
        }
    }

    /// A schedule with the energies as they are.
    fn in_units(
        &self,
        found: &hap::Schedule,
        networks: &[Arc<Network>],
        tasks: &[Vec<LayerOptions>],
    ) -> Schedule {
        let energy = |entry: &hap::Entry| {
            let cost = tasks[entry.task][entry.layer].get(entry.sub);
            cost.copied().flatten().map_or(0.0, |cost| cost.energy)
        };
        let entries = found.entries.iter().map(|entry| Entry {
            task: entry.task,
            layer: entry.layer,
            sub: entry.sub,
            start: entry.start,
            end: entry.end,
            energy: energy(entry),
        });
        let entries: Vec<Entry> = entries.collect();
        let moved = self
            .link
            .map_or(0.0, |link| link.energy * moved(found, networks) as f64);
        let energy = entries.iter().map(|entry| entry.energy).sum::<f64>() + moved;
        Schedule {
            entries,
            makespan: found.makespan,
            energy,
            moved,
        }
    }
}

impl Link {
    /// Time to move some bytes.
    pub(super) fn cycles(&self, bytes: u64) -> u64 {
        libm::ceil(bytes as f64 / self.bandwidth) as u64
    }
}

/// Bytes that a schedule moves from one sub-accelerator to another.
fn moved(found: &hap::Schedule, networks: &[Arc<Network>]) -> u64 {
    let mut sum = 0;
    let mut first = 0;
    for network in networks {
        let entries = &found.entries[first..first + network.computing.len()];
        for (entry, inputs) in entries.iter().zip(&network.inputs) {
            for &input in inputs {
                if entries[input].sub != entry.sub {
                    sum += network.bytes[input];
                }
            }
        }
        first += network.computing.len();
    }
    sum
}

/// The layers of a schedule as they start: task, layer and sub-accelerator.
fn order_of(schedule: &Schedule) -> Vec<(usize, usize, usize)> {
    let mut entries: Vec<&Entry> = schedule.entries.iter().collect();
    entries.sort_by_key(|entry| (entry.start, entry.task, entry.layer));
    let place = |entry: &&Entry| (entry.task, entry.layer, entry.sub);
    entries.iter().map(place).collect()
}

fn certainty(proof: Proof, value: u64) -> Certainty {
    match proof {
        Proof::Optimal | Proof::Infeasible => Certainty::Optimal,
        Proof::Gap { lower } => {
            let lower = lower.max(1) as f64;
            Certainty::Within((value as f64 / lower - 1.0).max(0.0))
        }
    }
}

#[cfg(test)]
mod tests;
