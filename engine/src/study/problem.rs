//! The search's view of a study: a space, hardware first, accuracy when it is worth it.

use super::learned::Learned;
use super::stopwatch::Stopwatch;
use super::training::{self, Broken, Grade};
use super::{Network, Priced, Sight, Spec, Study};
use crate::fault::Fault;
use crate::hosted::Hosted;
use nasaic_accuracy::Measurement;
use nasaic_dsl::instance::{Bound, Node, Role};
use nasaic_dsl::value::Value;
use nasaic_search as search;
use nasaic_search::{Design, Hardware, Known, Outcome, Space};
use nasaic_store::{Finding, Measured, Reached};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

/// The random stream of the pre-run that finds the worst values; searches use others.
const BOUNDS_STREAM: u64 = u64::MAX;

/// The prices that begin the metrics of a design's hardware: cycles, energy, area.
const PRICES: usize = 3;

/// How violations of specs become one number.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// For each spec, in base units, the violation that counts 1: NASAIC's `bound − spec`, or the
    /// spec itself.
    pub scale: Vec<f64>,
    /// Whether logarithms of value over spec are added up, as NAHAS's reward has it.
    pub logarithmic: bool,
    /// How many random designs were priced to find it.
    pub designs: usize,
}

/// A study as a problem of the search crate.
pub struct Search<'s> {
    study: &'s Study,
    space: Space,
    spread: Spread,
    /// What forecasts costs, where the cost model itself is not asked.
    pub learned: Option<Arc<Learned>>,
    fault: Mutex<Option<Fault>>,
    stopwatch: Stopwatch,
}

impl Study {
    /// The space as the search crate counts, samples and walks it.
    pub fn space(&self) -> Result<Space, Fault> {
        let decisions = self
            .instance
            .decisions
            .iter()
            .map(|d| {
                let numbers = d.domain.numbers();
                search::Decision {
                    name: d.path.clone(),
                    values: d.domain.len(),
                    ordered: numbers.is_some(),
                    numbers,
                    role: match d.role {
                        Role::Network => search::Role::Network,
                        Role::Hardware => search::Role::Hardware,
                    },
                    active: d
                        .active
                        .iter()
                        .map(|c| search::Condition {
                            decision: c.decision,
                            allowed: c.allowed.clone(),
                        })
                        .collect(),
                }
            })
            .collect();
        Space::new(decisions, self.limits(), self.absences()).map_err(|e| {
            let code = if matches!(e, search::SpaceError::Unsatisfiable { .. }) {
                "E0501"
            } else {
                "E0406"
            };
            Fault::new(code, e.to_string())
        })
    }

    /// Budgets as sums over the sub-accelerators.
    fn limits(&self) -> Vec<search::Limit> {
        let Some(hardware) = &self.instance.hardware else {
            return Vec::new();
        };
        let Some(budget) = hardware.child("budget") else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for name in ["pes", "bandwidth"] {
            let Some(most) = self.instance.number(budget, name, &[]) else {
                continue;
            };
            let mut limit = search::Limit {
                name: name.to_owned(),
                terms: Vec::new(),
                constant: 0,
                at_most: libm::floor(most) as i64,
            };
            for sub in hardware.children_of("sub") {
                match sub.field(name) {
                    Some(Bound::Decision(d)) => {
                        let numbers = self.instance.decisions[*d]
                            .domain
                            .numbers()
                            .unwrap_or_default();
                        limit
                            .terms
                            .push((*d, numbers.into_iter().map(|x| x as i64).collect()));
                    }
                    Some(Bound::Fixed(v)) => limit.constant += v.as_f64().unwrap_or(0.0) as i64,
                    // A formula is judged when a design is priced.
                    _ => {}
                }
            }
            out.push(limit);
        }
        out
    }

    /// Sub-accelerators with 0 PEs or 0 bandwidth are absent: nothing else of them matters.
    fn absences(&self) -> Vec<search::Absence> {
        let Some(hardware) = &self.instance.hardware else {
            return Vec::new();
        };
        hardware
            .children_of("sub")
            .filter_map(|sub| self.absence(sub))
            .collect()
    }

    fn absence(&self, sub: &Node) -> Option<search::Absence> {
        let mut when = Vec::new();
        for name in ["pes", "bandwidth"] {
            if let Some(Bound::Decision(d)) = sub.field(name) {
                let zeros: Vec<u32> = (0..)
                    .zip(self.instance.decisions[*d].domain.iter())
                    .filter(|(_, v)| v.as_f64() == Some(0.0))
                    .map(|(i, _)| i)
                    .collect();
                if !zeros.is_empty() {
                    when.push((*d, zeros));
                }
            }
        }
        let prefix = format!("{}.", sub.path);
        let drops = (0..self.instance.decisions.len())
            .filter(|d| self.instance.decisions[*d].path.starts_with(&prefix))
            .collect();
        (!when.is_empty()).then_some(search::Absence { when, drops })
    }

    /// How far specs are missed at worst: a multiple of each spec, or the worst of random designs.
    pub fn spread(&self, bound: Option<&Value>, seed: u64, space: &Space) -> Spread {
        let relative = |factor: f64| {
            self.specs
                .iter()
                .map(|s| {
                    s.simple()
                        .map_or(1.0, |(_, _, q)| q.value.abs() * (factor - 1.0))
                })
                .map(|x| if x > 0.0 { x } else { 1.0 })
                .collect()
        };
        match bound {
            Some(Value::Form { name, args, .. }) if name == "worst_of" => {
                let count = args.first().and_then(Value::as_u64).unwrap_or(1000) as usize;
                self.worst_of(count, seed, space)
            }
            Some(v) if v.as_f64().is_some_and(|x| x > 1.0) => Spread {
                scale: relative(v.as_f64().unwrap_or(2.0)),
                logarithmic: false,
                designs: 0,
            },
            // A violation as large as the spec itself counts 1.
            _ => Spread {
                scale: relative(2.0),
                logarithmic: false,
                designs: 0,
            },
        }
    }

    /// Violations as logarithms of value over spec: no bound is asked for.
    pub fn log_spread(&self) -> Spread {
        let own = |spec: &Spec| spec.simple().map_or(1.0, |(_, _, q)| q.value.abs());
        let positive = |size: f64| if size > 0.0 { size } else { 1.0 };
        Spread {
            scale: self.specs.iter().map(own).map(positive).collect(),
            logarithmic: true,
            designs: 0,
        }
    }

    fn worst_of(&self, count: usize, seed: u64, space: &Space) -> Spread {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(BOUNDS_STREAM);
        let mut worst = vec![0.0f64; self.specs.len()];
        for _ in 0..count {
            let design = space.canonical(&space.sample(&mut rng));
            let Ok(priced) = self.price(&design.0) else {
                continue;
            };
            let sight = Sight {
                study: self,
                choices: &design.0,
                priced: &priced,
                accuracies: &[],
            };
            for (worst, spec) in worst.iter_mut().zip(&self.specs) {
                if !spec.needs_accuracy
                    && let Some((over, _)) = spec.excess(&sight)
                {
                    *worst = worst.max(over);
                }
            }
        }
        // A spec that no random design misses is scaled by itself: the bound must lie beyond it.
        let scale = worst
            .iter()
            .zip(&self.specs)
            .map(|(w, s)| {
                let own = s.simple().map_or(1.0, |(_, _, q)| q.value.abs());
                if *w > 0.0 {
                    *w
                } else if own > 0.0 {
                    own
                } else {
                    1.0
                }
            })
            .collect();
        Spread {
            scale,
            logarithmic: false,
            designs: count,
        }
    }
}

impl<'s> Search<'s> {
    /// The problem of a study.
    pub fn new(study: &'s Study, spread: Spread, space: Space) -> Self {
        Self {
            study,
            space,
            spread,
            learned: None,
            fault: Mutex::new(None),
            stopwatch: Stopwatch::default(),
        }
    }

    /// An error that made outcomes meaningless, such as a script that failed.
    pub fn take_fault(&self) -> Option<Fault> {
        if let Some(trouble) = self.study.hosted().and_then(Hosted::take_trouble) {
            return Some(trouble);
        }
        self.fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Wall-clock seconds in which designs were priced; the rest of a search is the optimizer's.
    pub fn pricing_seconds(&self) -> f64 {
        self.stopwatch.seconds()
    }

    fn note(&self, fault: Fault) {
        let mut slot = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        // The smallest text stays, so that the thread that comes first does not decide.
        if slot
            .as_ref()
            .is_none_or(|known| format!("{fault:?}") < format!("{known:?}"))
        {
            *slot = Some(fault);
        }
    }

    /// The study.
    pub fn study(&self) -> &'s Study {
        self.study
    }

    /// Whether an error has made outcomes meaningless.
    fn has_fault(&self) -> bool {
        let slot = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        slot.is_some() || self.study.hosted().is_some_and(Hosted::in_trouble)
    }

    /// What the store knows of a design; none when it has other measurements than this problem.
    pub fn known(&self, finding: Finding) -> Option<Known> {
        let Measured { refused, numbers } = finding.hardware;
        let hardware = match refused {
            Some(reason) => Hardware {
                valid: false,
                reason: Some(reason),
                penalty: f64::MAX,
                metrics: numbers,
            },
            None => Hardware {
                valid: true,
                reason: None,
                penalty: self.penalty(numbers.get(PRICES..)?, false)?,
                metrics: numbers,
            },
        };
        let outcome = match finding.outcome {
            None => None,
            Some(Reached {
                objectives,
                numbers,
            }) => {
                let missed = self.penalty(numbers.get(self.study.tasks.len()..)?, true)?;
                Some(Outcome {
                    objectives: Some(objectives)
                        .filter(|all| all.len() == self.study.goals.len().max(1))?,
                    penalty: hardware.penalty + missed,
                    metrics: numbers,
                })
            }
        };
        Some(Known { hardware, outcome })
    }

    /// The specs that need an accuracy, or those that do not, with their scales.
    fn specs(&self, with_accuracy: bool) -> impl Iterator<Item = (&Spec, &f64)> {
        let all = self.study.specs.iter().zip(&self.spread.scale);
        all.filter(move |(spec, _)| spec.needs_accuracy == with_accuracy)
    }

    /// By how much each spec is missed, before it is scaled: NaN when it is met, the excess
    /// over the limit in base units, or a negative share where there is no such excess.
    fn misses<'a>(
        &'a self,
        sight: &'a Sight<'_>,
        with_accuracy: bool,
    ) -> impl Iterator<Item = f64> + 'a {
        self.specs(with_accuracy).map(|(spec, _)| {
            let judged = spec.judge(sight);
            if judged.met {
                return f64::NAN;
            }
            // A strict comparison can be missed by nothing.
            let excess = spec.excess(sight);
            excess.map_or(-judged.violation, |(over, _)| over.max(0.0))
        })
    }

    /// The violation P over the specs that need an accuracy, or over those that do not; none when
    /// there are more or fewer misses than specs.
    fn penalty(&self, misses: &[f64], with_accuracy: bool) -> Option<f64> {
        let mut sum = 0.0;
        let mut rest = misses.iter();
        for (spec, scale) in self.specs(with_accuracy) {
            let miss = *rest.next()?;
            if miss >= 0.0 {
                let share = match self.spread.logarithmic {
                    true => spec.log_ratio(miss / scale),
                    false => miss / scale,
                };
                sum += share.max(f64::EPSILON);
            } else if miss < 0.0 {
                sum -= miss;
            }
        }
        rest.next().is_none().then_some(sum)
    }

    fn price(&self, design: &Design) -> Result<Priced, String> {
        match &self.learned {
            Some(learned) => learned.price(self.study, design),
            None => self.study.price(&design.0),
        }
    }
}

impl search::Problem for Search<'_> {
    fn space(&self) -> &Space {
        &self.space
    }

    fn goals(&self) -> usize {
        self.study.goals.len().max(1)
    }

    fn in_order(&self) -> bool {
        self.study.lexicographic
    }

    fn in_sequence(&self) -> bool {
        self.study.hosted().is_some()
    }

    fn broken_off(&self) -> bool {
        self.has_fault()
    }

    fn hardware(&self, design: &Design) -> Hardware {
        self.stopwatch.time(|| self.hardware_of(design))
    }

    fn complete(&self, design: &Design, hardware: &Hardware) -> Outcome {
        let last = self.rungs() - 1;
        self.reach(design, hardware, last)
    }

    fn rungs(&self) -> usize {
        let all = self.study.trainings().map(|(_, training)| training.rungs());
        all.max().unwrap_or(1)
    }

    fn reduction(&self) -> f64 {
        let all = self
            .study
            .trainings()
            .map(|(_, training)| training.reduction);
        all.reduce(f64::max).unwrap_or(1.0)
    }

    fn prepare(&self, designs: &[&Design], rung: usize) -> ControlFlow<()> {
        self.stopwatch.time(|| self.train(designs, rung))
    }

    fn reach(&self, design: &Design, hardware: &Hardware, rung: usize) -> Outcome {
        self.stopwatch
            .time(|| self.outcome_of(design, hardware, rung))
    }
}

impl Search<'_> {
    fn hardware_of(&self, design: &Design) -> Hardware {
        match self.price(design) {
            Err(reason) => Hardware {
                valid: false,
                reason: Some(reason),
                penalty: f64::MAX,
                metrics: Vec::new(),
            },
            Ok(priced) => {
                let sight = Sight {
                    study: self.study,
                    choices: &design.0,
                    priced: &priced,
                    accuracies: &[],
                };
                let m = &priced.metrics;
                let prices: [f64; PRICES] = [
                    m.cycles as f64,
                    m.energy.unwrap_or(0.0),
                    m.area.unwrap_or(0.0),
                ];
                let mut metrics = prices.to_vec();
                metrics.extend(self.misses(&sight, false));
                Hardware {
                    valid: true,
                    reason: None,
                    penalty: self.penalty(&metrics[PRICES..], false).unwrap_or(f64::MAX),
                    metrics,
                }
            }
        }
    }

    /// Trains the networks of designs up to a rung.
    fn train(&self, designs: &[&Design], rung: usize) -> ControlFlow<()> {
        let study = self.study;
        let mut networks: Vec<(usize, Arc<Network>)> = Vec::new();
        for design in designs {
            // What cannot be built is never asked for.
            let Ok(all) = study.networks(&design.0) else {
                continue;
            };
            for (task, network) in all.into_iter().enumerate() {
                let same =
                    |(t, known): &(usize, Arc<Network>)| *t == task && Arc::ptr_eq(known, &network);
                if !networks.iter().any(same) {
                    networks.push((task, network));
                }
            }
        }
        let trainings: Vec<_> = study.trainings().collect();
        let of_task = |task: usize| trainings.iter().find(|(t, _)| *t == task);
        let wanted: Vec<_> = networks
            .iter()
            .filter_map(|(task, network)| {
                let (_, training) = of_task(*task)?;
                Some((*training, network.as_ref(), training.epochs(rung)))
            })
            .collect();
        match training::train(study, &wanted) {
            Ok(()) => ControlFlow::Continue(()),
            Err(Broken::Interrupted) => ControlFlow::Break(()),
            Err(Broken::Fault(fault)) => {
                self.note(fault);
                ControlFlow::Continue(())
            }
        }
    }

    /// The accuracies of a design as a rung gives them; none where a training failed.
    fn accuracies(
        &self,
        networks: &[Arc<Network>],
        choices: &[u32],
        rung: usize,
    ) -> Result<Option<Vec<Option<Measurement>>>, Fault> {
        let mut all = self.study.accuracies(networks, choices)?;
        for (task, training) in self.study.trainings() {
            match networks[task].trials.after(training.epochs(rung)) {
                Some(Grade::Measured(measured)) => all[task] = Some(measured),
                Some(Grade::Failed(_)) | None => return Ok(None),
            }
        }
        Ok(Some(all))
    }

    fn outcome_of(&self, design: &Design, hardware: &Hardware, rung: usize) -> Outcome {
        let nothing = Outcome {
            objectives: vec![f64::NEG_INFINITY; self.study.goals.len().max(1)],
            penalty: f64::MAX,
            metrics: Vec::new(),
        };
        let Ok(priced) = self.price(design) else {
            return nothing;
        };
        let accuracies = match self.accuracies(&priced.networks, &design.0, rung) {
            Ok(Some(accuracies)) => accuracies,
            Ok(None) => return nothing,
            Err(fault) => {
                self.note(fault);
                return nothing;
            }
        };
        let sight = Sight {
            study: self.study,
            choices: &design.0,
            priced: &priced,
            accuracies: &accuracies,
        };
        let mut objectives = Vec::new();
        for goal in &self.study.goals {
            match goal.score(&sight) {
                Ok(score) => objectives.push(score),
                // A network without a score can be no candidate where the goal asks for it.
                Err(_) if self.study.unscored(&accuracies) => return nothing,
                Err(fault) => {
                    self.note(fault);
                    return nothing;
                }
            }
        }
        if self.study.goals.is_empty() {
            objectives.push(sight.tightest());
        }
        let values = accuracies.iter();
        let mut metrics: Vec<f64> = values
            .map(|a| a.as_ref().map_or(f64::NAN, |m| m.value))
            .collect();
        metrics.extend(self.misses(&sight, true));
        let missed = self.penalty(&metrics[accuracies.len()..], true);
        let penalty = hardware.penalty + missed.unwrap_or(f64::MAX);
        Outcome {
            objectives,
            penalty,
            metrics,
        }
    }
}
