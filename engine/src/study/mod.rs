//! A design space that can be priced: the meeting of networks, hardware, costs and accuracies.

pub mod accuracy;
mod between;
mod build;
pub mod fpga;
pub mod hardware;
pub mod learned;
mod mapping;
mod memo;
mod metrics;
mod networks;
mod pipeline;
mod problem;
mod proxy;
mod scheduling;
mod specs;
mod stopwatch;
mod tables;
pub mod training;

pub use between::Waiting;
pub use build::{Parts, compile_named, scripts_in, words};
pub use mapping::{Mapped, Mapper, proof_text};
pub use memo::{Array, Network};
pub use metrics::Metrics;
pub use pipeline::Stages;
pub use problem::{Search, Spread};
pub use scheduling::{Certainty, Method};
pub use specs::{Goal, Spec, SpecResult};

use crate::fault::Fault;
use crate::formula::{Callable, Names, Scripts};
use crate::hosted::Hosted;
use crate::keep::Keeper;
use crate::sink::{Listener, Stopper};
use accuracy::Source;
use hardware::{Between, JOULES, Platform, Sub};
use memo::Memo;
use nasaic_accuracy::{Kind, Measurement};
use nasaic_cost::{EnergyUnit, Refusal};
use nasaic_dsl::instance::{Bound, Calc, INACTIVE, Instance, Node};
use nasaic_dsl::units::Dim;
use nasaic_dsl::value::{Quantity, Value};
use nasaic_search::{Cost, LayerOptions, Schedule, ScheduleError};
use scheduling::Unscheduled;
use std::sync::Arc;
use training::Training;

/// One task of the workload.
#[derive(Debug)]
pub struct Task {
    /// Its label.
    pub label: String,
    /// Its node: a `task` with one `network` child per network it may have.
    node: Node,
    /// The decisions its network depends on.
    decisions: Vec<usize>,
    /// Weight in the mean accuracy.
    pub weight: f64,
    /// Inputs at a time.
    pub batch: u32,
    /// What its accuracy means: `top1`, `iou`.
    pub metric: String,
    /// Where its accuracy comes from.
    pub source: Option<Source>,
    /// The one layer that is evaluated, when it is not the whole network.
    only: Option<String>,
}

/// A space with all it takes to price its designs.
pub struct Study {
    /// The name of the problem, or empty.
    pub name: String,
    /// What its evaluations are filed under, where they are kept.
    pub key: Option<String>,
    /// Where measurements of its networks are kept.
    pub keeper: Option<Arc<Keeper>>,
    /// Whether whoever asked no longer waits.
    pub stop: Stopper,
    /// Who hears how far trainings are.
    pub heard: Listener,
    /// Whether asking for an accuracy may train a network; what a search found is only looked at.
    pub trains: bool,
    /// The decisions and structure.
    pub instance: Instance,
    /// Clock, technology, off-chip bandwidth.
    pub platform: Platform,
    /// The tasks.
    pub tasks: Vec<Task>,
    /// Labels of the sub-accelerators.
    pub subs: Vec<String>,
    /// The decisions each sub-accelerator depends on.
    sub_decisions: Vec<Vec<usize>>,
    /// Specs of the problem.
    pub specs: Vec<Spec>,
    /// Goals of the problem.
    pub goals: Vec<Goal>,
    /// Whether several goals are taken in order.
    pub lexicographic: bool,
    /// How layers find sub-accelerators and times.
    pub rules: scheduling::Rules,
    pub(crate) scripts: Scripts,
    memo: Memo,
}

/// The costs of one design, without its accuracy.
#[derive(Debug, Clone)]
pub struct Priced {
    /// The networks of the tasks.
    pub networks: Vec<Arc<Network>>,
    /// The arrays; absent ones are none.
    pub arrays: Vec<Option<Arc<Array>>>,
    /// Which layer runs where and when.
    pub schedule: Schedule,
    /// What is known about it, where a solver was asked that can know.
    pub certainty: Option<Certainty>,
    /// Its stages, where it is a pipeline.
    pub stages: Option<Stages>,
    /// Which tensors wait on the chip between layers.
    pub on_chip: Waiting,
    /// The metrics.
    pub metrics: Metrics,
}

/// One design with what is known about it; what views and formulas see.
pub struct Sight<'a> {
    /// The space.
    pub study: &'a Study,
    /// An index per decision.
    pub choices: &'a [u32],
    /// Its costs.
    pub priced: &'a Priced,
    /// Accuracy of each task, where it was asked for.
    pub accuracies: &'a [Option<Measurement>],
}

impl Study {
    /// Whether energies are joules of silicon.
    pub fn in_joules(&self) -> bool {
        self.platform
            .technology
            .as_ref()
            .is_none_or(|t| t.energy_unit == EnergyUnit::Joule)
    }

    /// The functions of the host, where a goal or spec calls one.
    pub fn hosted(&self) -> Option<&Hosted> {
        self.scripts.values().find_map(Callable::hosted)
    }

    /// The decisions that a sub-accelerator depends on.
    pub fn sub_decisions(&self, sub: usize) -> &[usize] {
        &self.sub_decisions[sub]
    }

    /// The decisions that the network of a task depends on.
    pub fn task_decisions(&self, task: usize) -> &[usize] {
        &self.tasks[task].decisions
    }

    /// What a design decides for the network of a task.
    pub fn task_choices(&self, task: usize, choices: &[u32]) -> Vec<u32> {
        pick(&self.tasks[task].decisions, choices)
    }

    /// Lets memory not grow with the number of designs that were priced.
    pub fn forget_beyond(&self, most: usize) {
        self.memo.forget_beyond(most);
    }

    /// The networks of a design.
    pub fn networks(&self, choices: &[u32]) -> Result<Vec<Arc<Network>>, String> {
        (0..self.tasks.len())
            .map(|task| {
                let key = self.task_choices(task, choices);
                self.memo.network(task, key, || {
                    networks::build(self, &self.tasks[task], choices)
                })
            })
            .collect()
    }

    /// The arrays of a design.
    fn arrays(&self, choices: &[u32]) -> Vec<Option<Arc<Array>>> {
        let all = hardware::subs(&self.instance, &self.platform, choices);
        let present = all.iter().flatten().count() as u32;
        all.into_iter()
            .enumerate()
            .map(|(i, sub)| {
                let mut key = pick(&self.sub_decisions[i], choices);
                key.push(present);
                self.memo.array(i, key, || {
                    sub.map(|s| Array::new(s, self.platform.technology.as_ref()))
                })
            })
            .collect()
    }

    /// The costs of a design, or why it cannot be built.
    pub fn price(&self, choices: &[u32]) -> Result<Priced, String> {
        let networks = self.networks(choices)?;
        let arrays = self.arrays(choices);
        if arrays.iter().flatten().next().is_none() {
            return Err("every sub-accelerator is absent: none has PEs and bandwidth".into());
        }
        let technology = self.platform.technology.as_ref();
        let mut refused = None;
        let tasks: Vec<Vec<LayerOptions>> = networks
            .iter()
            .map(|network| {
                let options = |(_, layer): &(usize, nasaic_cost::Layer)| {
                    arrays
                        .iter()
                        .map(|array| match array.as_ref()?.price(layer, technology) {
                            Ok((cycles, energy)) => Some(Cost { cycles, energy }),
                            Err(reason) => {
                                refused = Some(reason);
                                None
                            }
                        })
                        .collect()
                };
                network.computing.iter().map(options).collect()
            })
            .collect();
        let (schedule, certainty, stages) = self
            .rules
            .schedule(&networks, &tasks, self.deadline())
            .map_err(|e| self.nowhere(&e, &networks, refused))?;
        let (schedule, on_chip) = match self.platform.between_layers {
            Between::OnChip if stages.is_some() => {
                return Err("a pipeline keeps no tensor on the chip between layers".into());
            }
            Between::OffChip => (schedule, Waiting::default()),
            Between::OnChip => self
                .keep_on_chip(&networks, &arrays, tasks, schedule)
                .map_err(|flaw| format!("its layers cannot be scheduled: {flaw}"))?,
        };
        let period = stages.as_ref().map(|s| s.pipeline.period);
        let fpga = fpga::usage(self.platform.device.as_ref(), &arrays, &networks)?;
        let metrics = Metrics {
            fpga,
            ..self.metrics(&networks, &arrays, &schedule, period)
        };
        let priced = Priced {
            networks,
            arrays,
            schedule,
            certainty,
            stages,
            on_chip,
            metrics,
        };
        self.within_area(&priced)?;
        Ok(priced)
    }

    fn within_area(&self, priced: &Priced) -> Result<(), String> {
        match (self.platform.area_budget, priced.metrics.area) {
            (Some(most), Some(area)) if area > most => Err(format!(
                "the area {} is over the budget of {}",
                Quantity::of(area, Dim::AREA),
                Quantity::of(most, Dim::AREA)
            )),
            _ => Ok(()),
        }
    }

    fn nowhere(
        &self,
        error: &Unscheduled,
        networks: &[Arc<Network>],
        refused: Option<String>,
    ) -> String {
        match error {
            Unscheduled::Flaw(flaw) => format!("its layers cannot be scheduled: {flaw}"),
            Unscheduled::Unstaged => {
                "no contiguous stages put each layer on a sub-accelerator that runs it".into()
            }
            Unscheduled::Devices(count) => format!(
                "a pipeline has at most {} sub-accelerators, and these are {count}",
                nasaic_search::pipeline::MOST_DEVICES
            ),
            Unscheduled::Nowhere(ScheduleError::Nowhere { task, layer }) => {
                let network = &networks[*task];
                let path = &network.layers[network.computing[*layer].0].path;
                let why = refused.map_or(String::new(), |r| format!(": {r}"));
                format!(
                    "layer `{path}` of `{}` runs on no sub-accelerator{why}",
                    self.tasks[*task].label
                )
            }
        }
    }

    /// The tightest latency spec, in cycles; the scheduler saves energy as long as it holds.
    pub fn deadline(&self) -> Option<u64> {
        self.specs
            .iter()
            .filter_map(|s| s.deadline(self.platform.clock))
            .min()
    }

    /// The accuracy of each task of a design.
    pub fn accuracies(
        &self,
        networks: &[Arc<Network>],
        choices: &[u32],
    ) -> Result<Vec<Option<Measurement>>, Fault> {
        self.tasks
            .iter()
            .zip(networks)
            .map(|(task, network)| accuracy::measure(self, task, network, choices))
            .collect()
    }

    /// Whether a proxy has no score for one of these networks.
    fn unscored(&self, accuracies: &[Option<Measurement>]) -> bool {
        let all = self.tasks.iter().zip(accuracies);
        let kind = |task: &Task| task.source.as_ref().map(|source| source.kind);
        all.into_iter()
            .any(|(task, known)| known.is_none() && kind(task) == Some(Kind::Proxy))
    }

    /// The tasks whose networks are trained, by index.
    pub fn trainings(&self) -> impl Iterator<Item = (usize, &Training)> {
        let tasks = self.tasks.iter().enumerate();
        tasks.filter_map(|(index, task)| Some((index, task.source.as_ref()?.training()?)))
    }

    /// What its accuracies depend on that the plan does not hold; reads the data sets.
    pub fn outside(&self) -> Result<String, Fault> {
        let sources = self.tasks.iter().filter_map(|task| task.source.as_ref());
        sources
            .map(|source| source.outside(self.keeper.as_deref()))
            .collect()
    }

    /// The values of the decisions of a design, with their paths.
    pub fn chosen(&self, choices: &[u32]) -> Vec<(String, Value)> {
        self.instance
            .decisions
            .iter()
            .zip(choices)
            .filter(|(_, c)| **c != INACTIVE)
            .map(|(d, c)| (d.path.clone(), d.domain.get(*c as usize)))
            .collect()
    }
}

impl Names for Sight<'_> {
    fn metric(&self, name: &str) -> Option<Value> {
        let (task, metric) = name
            .rsplit_once('.')
            .map_or((None, name), |(t, m)| (Some(t), m));
        let m = &self.priced.metrics;
        let of = |x: f64, dim| Some(Value::Quantity(Quantity::of(x, dim)));
        if let Some(label) = task {
            let index = self.study.tasks.iter().position(|t| t.label == label)?;
            return match metric {
                "accuracy" | "score" => of(self.accuracies.get(index)?.as_ref()?.value, Dim::NONE),
                "uncertainty" => of(
                    self.accuracies.get(index)?.as_ref()?.uncertainty?,
                    Dim::NONE,
                ),
                "latency" => of(
                    self.task_cycles(index) as f64 / self.study.platform.clock,
                    Dim::TIME,
                ),
                "energy" => of(self.task_energy(index)?, Dim::ENERGY),
                _ => None,
            };
        }
        match metric {
            "accuracy" if !self.scored() => of(self.mean_accuracy()?, Dim::NONE),
            "uncertainty" => of(self.mean_uncertainty()?, Dim::NONE),
            "score" if self.scored() => of(self.mean_accuracy()?, Dim::NONE),
            "latency" => of(m.latency, Dim::TIME),
            "energy" => of(m.energy?, Dim::ENERGY),
            "area" => of(m.area?, Dim::AREA),
            "throughput" => of(m.throughput(self.study.platform.clock)?, Dim::FREQUENCY),
            "pipeline_utilization" => {
                let stages = self.priced.stages.as_ref()?;
                of(stages.pipeline.utilization(), Dim::NONE)
            }
            "dsp" => of(m.fpga?.all.dsp as f64, Dim::NONE),
            "bram" => of(m.fpga?.all.bram_bits() as f64 / 8.0, Dim::DATA),
            "dsp_utilization" => of(m.fpga?.dsp?, Dim::NONE),
            "bram_utilization" => of(m.fpga?.bram?, Dim::NONE),
            "power" if self.study.in_joules() => {
                of(m.power(self.study.platform.clock)?, Dim::POWER)
            }
            "utilization" => of(m.utilization, Dim::NONE),
            "cycles" => of(m.cycles as f64, Dim::CYCLES),
            "macs" => of(m.macs as f64, Dim::NONE),
            "params" => of(m.params as f64, Dim::NONE),
            "edp" => of(m.energy? * m.latency, Dim::ENERGY.times(Dim::TIME)),
            "violation" => of(self.violation(), Dim::NONE),
            "satisfied" => Some(Value::Bool(self.violation() == 0.0)),
            "stopped" => Some(Value::Bool(self.stopped())),
            _ => None,
        }
    }

    fn path(&self, path: &str) -> Option<Value> {
        let bound = self.study.instance.find(path)?;
        self.study.instance.value(bound, self.choices)
    }

    fn clock(&self) -> f64 {
        self.study.platform.clock
    }
}

impl Sight<'_> {
    /// Whether its tasks have scores in the place of accuracies.
    fn scored(&self) -> bool {
        let sources = self.study.tasks.iter().filter_map(|t| t.source.as_ref());
        sources.map(|s| s.kind).any(|kind| kind == Kind::Proxy)
    }

    /// Whether one of its networks was stopped at a rung.
    fn stopped(&self) -> bool {
        let trained = self.accuracies.iter().flatten();
        trained
            .filter_map(|accuracy| accuracy.training)
            .any(|took| took.epochs < took.of_epochs)
    }

    /// The standard error of that mean, the tasks being independent; none as long as one is not known.
    fn mean_uncertainty(&self) -> Option<f64> {
        let mut squares = 0.0;
        let mut weights = 0.0;
        for (task, accuracy) in self.study.tasks.iter().zip(self.accuracies) {
            let part = task.weight * accuracy.as_ref()?.uncertainty?;
            squares += part * part;
            weights += task.weight;
        }
        (weights > 0.0).then(|| libm::sqrt(squares) / weights)
    }

    /// The mean of the tasks' accuracies by weight; none as long as one is not known.
    fn mean_accuracy(&self) -> Option<f64> {
        let mut sum = 0.0;
        let mut weights = 0.0;
        for (task, accuracy) in self.study.tasks.iter().zip(self.accuracies) {
            sum += task.weight * accuracy.as_ref()?.value;
            weights += task.weight;
        }
        (weights > 0.0).then(|| sum / weights)
    }

    /// The end of a task's last layer.
    pub fn task_cycles(&self, task: usize) -> u64 {
        let ends = self
            .priced
            .schedule
            .entries
            .iter()
            .filter(|e| e.task == task)
            .map(|e| e.end);
        ends.max().unwrap_or(0)
    }

    fn task_energy(&self, task: usize) -> Option<f64> {
        self.study.platform.technology.as_ref()?;
        let entries = self
            .priced
            .schedule
            .entries
            .iter()
            .filter(|e| e.task == task);
        Some(entries.map(|e| e.energy).sum::<f64>() * JOULES)
    }

    /// Without a goal the best design is the one whose tightest spec has the most room: that room.
    pub fn tightest(&self) -> f64 {
        let specs = self.study.specs.iter();
        let margins = specs.filter_map(|s| s.judge(self).margin);
        margins.fold(f64::INFINITY, f64::min)
    }

    /// Sum over the specs of how far each is missed, relative to its limit.
    pub fn violation(&self) -> f64 {
        self.study
            .specs
            .iter()
            .map(|s| s.judge(self).violation)
            .sum()
    }
}

/// The choices of some decisions.
fn pick(decisions: &[usize], choices: &[u32]) -> Vec<u32> {
    decisions
        .iter()
        .map(|d| choices.get(*d).copied().unwrap_or(INACTIVE))
        .collect()
}

/// The decisions that a node and all in it depend on.
fn decisions_of(node: &Node) -> Vec<usize> {
    fn of_calc(calc: &Calc, out: &mut Vec<usize>) {
        match calc {
            Calc::Number(_) => {}
            Calc::Decision(d) => out.push(*d),
            Calc::Negate(x) => of_calc(x, out),
            Calc::Binary(_, a, b) => {
                of_calc(a, out);
                of_calc(b, out);
            }
        }
    }
    fn of_node(node: &Node, out: &mut Vec<usize>) {
        for (_, bound) in &node.fields {
            match bound {
                Bound::Fixed(_) => {}
                Bound::Decision(d) => out.push(*d),
                Bound::Formula(calc) => of_calc(calc, out),
            }
        }
        out.extend(node.active.iter().map(|c| c.decision));
        node.children.iter().for_each(|c| of_node(c, out));
    }
    let mut out = Vec::new();
    of_node(node, &mut out);
    out.sort_unstable();
    out.dedup();
    out
}

/// Why a layer does not fit, in words.
fn refusal_text(refusal: &Refusal, sub: &Sub) -> String {
    match refusal {
        Refusal::Kind(kind) => {
            format!(
                "the dataflow `{}` does not run {kind:?} layers",
                sub.dataflow_name
            )
        }
        Refusal::Flawed(flaws) => {
            let flaws: Vec<String> = flaws.iter().map(ToString::to_string).collect();
            format!(
                "the dataflow `{}` cannot be used: {}",
                sub.dataflow_name,
                flaws.join("; ")
            )
        }
        Refusal::Absent => format!("`{}` is absent", sub.label),
        Refusal::Capacity {
            level,
            tensor,
            need,
            size,
        } => {
            let store = sub.dataflow.stores().nth(*level).unwrap_or("store");
            format!(
                "store `{store}` of `{}` has {size} B, but its smallest tile needs {need} B (mostly {tensor:?})",
                sub.label
            )
        }
    }
}
