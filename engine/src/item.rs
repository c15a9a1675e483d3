//! What expressions are worth while a plan runs.

use crate::exact::Proof;
use crate::fault::Fault;
use crate::generate::{Answers, Asked};
use crate::sink::Part;
use crate::study::learned::Quality;
use crate::study::{Priced, Sight, Study};
use crate::table::Table;
use nasaic_accuracy::Measurement;
use nasaic_dsl::value::Value;
use nasaic_plot::Figure;
use nasaic_search::Count;
use std::sync::Arc;

/// A value at run time; cheap to copy.
#[derive(Clone)]
pub enum Item {
    /// A value known from the text, or a number computed from results.
    Value(Value),
    /// One evaluated design.
    Result(Arc<Evaluation>),
    /// Several designs of one space.
    Results(Arc<Designs>),
    /// A search.
    Run(Arc<Found>),
    /// Strategies compared.
    Race(Arc<Race>),
    /// Objectives of a problem.
    Objectives(Arc<Asked>),
    /// Strategies that were asked the same objectives.
    Answers(Arc<Answers>),
    /// Layers, one row each.
    Layers(Arc<LayerRows>),
    /// The size of a space.
    Space(Arc<Size>),
    /// A hypervolume: a table, and the number that it comes to.
    Volume(Arc<Table>, f64),
    /// A table.
    Table(Arc<Table>),
    /// A picture.
    Figure(Arc<Figure>),
    /// Texts, tables and pictures.
    Explanation(Arc<Explanation>),
    /// Several of these.
    List(Vec<Item>),
    /// A file that was written.
    Written(String),
}

/// What explains something.
pub struct Explanation {
    /// What is shown, in order.
    pub parts: Vec<Part>,
    /// The same as data.
    pub data: serde_json::Value,
}

/// One evaluated design.
pub struct Evaluation {
    /// The space it is from.
    pub study: Arc<Study>,
    /// An index per decision.
    pub choices: Vec<u32>,
    /// Its costs.
    pub priced: Priced,
    /// The accuracy of each task, where it is known.
    pub accuracies: Vec<Option<Measurement>>,
}

/// Designs of one space; they are priced again when they are looked at.
pub struct Designs {
    /// The space.
    pub study: Arc<Study>,
    /// An index per decision, each.
    pub designs: Vec<Vec<u32>>,
    /// Designs that cannot be built, with the reason of the first.
    pub invalid: (usize, Option<String>),
    /// How the designs were chosen: a sentence.
    pub how: String,
}

/// A finished search.
pub struct Found {
    /// The space.
    pub study: Arc<Study>,
    /// The name of the strategy's block.
    pub strategy: String,
    /// Its algorithm.
    pub algorithm: String,
    /// Its seed.
    pub seed: u64,
    /// What it found.
    pub run: nasaic_search::Run,
    /// How many random designs were priced beforehand to scale the penalty.
    pub pre_run: usize,
    /// The learned cost model that the search asked, if it did.
    pub learned: Option<Quality>,
    /// What was proven, by an exact search.
    pub proof: Option<Proof>,
    /// Wall-clock seconds; not part of what is reproducible.
    pub seconds: f64,
    /// Wall-clock seconds of the search in which no design was priced: the optimizer's own.
    pub thinking: f64,
}

/// Strategies on one problem with equal budgets.
pub struct Race {
    /// The space.
    pub study: Arc<Study>,
    /// Each strategy's runs, by seed.
    pub entrants: Vec<Entrant>,
    /// Distinct designs each run may evaluate.
    pub evaluations: Option<u64>,
    /// The seeds.
    pub seeds: Vec<u64>,
}

/// One strategy of a race.
pub struct Entrant {
    /// The name of its block.
    pub strategy: String,
    /// Its runs, in the order of the seeds.
    pub runs: Vec<Arc<Found>>,
}

/// Layers of a network, with costs when it was evaluated.
pub struct LayerRows {
    /// The rows.
    pub rows: Vec<LayerRow>,
    /// Cycles per second.
    pub clock: f64,
    /// Whether they have costs.
    pub costed: bool,
    /// The space they are from, which knows what its energies mean.
    pub study: Option<Arc<Study>>,
}

/// One layer.
#[derive(Debug, Clone)]
pub struct LayerRow {
    /// Its task, when there are several.
    pub task: String,
    /// Its path.
    pub path: String,
    /// Its kind.
    pub kind: &'static str,
    /// Output shape.
    pub shape: String,
    /// MACs.
    pub macs: u64,
    /// Parameters.
    pub params: u64,
    /// Where it runs; empty when it does not compute.
    pub sub: String,
    /// First cycle.
    pub start: u64,
    /// Its cost on that sub-accelerator.
    pub cost: Option<nasaic_cost::LayerCost>,
    /// Joules per unit of the cost's energies.
    pub unit: f64,
    /// Names of the storage levels, outermost first.
    pub levels: Vec<String>,
    /// What bounds it.
    pub bound: String,
    /// Elements of weights, inputs and outputs.
    pub elements: [u64; 3],
    /// What is known about its nest, where one was searched for.
    pub mapping: Option<String>,
    /// Bits of weights, inputs and outputs.
    pub bits: [u32; 3],
}

/// The exact size of a space.
pub struct Size {
    /// What it is the size of.
    pub of: String,
    /// The counts.
    pub count: Count,
    /// The decisions: path, domain, number of values.
    pub decisions: Vec<(String, String, usize)>,
}

impl Race {
    /// Fewest seeds from which anything is concluded about strategies.
    pub const FEWEST_SEEDS: usize = 3;
}

impl LayerRow {
    /// Its path, with its task before it when there are several.
    pub fn name(&self) -> String {
        if self.task.is_empty() {
            self.path.clone()
        } else {
            format!("{}.{}", self.task, self.path)
        }
    }
}

impl Evaluation {
    /// Prices one design and asks for its accuracy.
    pub fn of(study: &Arc<Study>, choices: Vec<u32>) -> Result<Self, Refused> {
        let priced = study.price(&choices).map_err(Refused::Invalid)?;
        let accuracies = study
            .accuracies(&priced.networks, &choices)
            .map_err(|f| Refused::Fault(Box::new(f)))?;
        Ok(Self {
            study: Arc::clone(study),
            choices,
            priced,
            accuracies,
        })
    }

    /// What formulas see of it.
    pub fn sight(&self) -> Sight<'_> {
        Sight {
            study: &self.study,
            choices: &self.choices,
            priced: &self.priced,
            accuracies: &self.accuracies,
        }
    }
}

/// Why a design has no evaluation.
#[derive(Debug)]
pub enum Refused {
    /// It cannot be built.
    Invalid(String),
    /// Something is wrong with the program or its data.
    Fault(Box<Fault>),
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Invalid(reason) => {
                Fault::new("E0507", "this design cannot be built").note(reason)
            }
            Refused::Fault(fault) => *fault,
        }
    }
}

impl Found {
    /// The best design, or the one of least violation.
    pub fn best(&self) -> Option<Result<Evaluation, Refused>> {
        let best = &self.run.evaluated[self.run.best?];
        Some(Evaluation::of(&self.study, best.design.0.clone()))
    }

    /// All designs it evaluated that can be built.
    pub fn all(&self) -> Designs {
        let evaluated = &self.run.evaluated;
        let valid = evaluated.iter().filter(|e| e.hardware.valid);
        let designs: Vec<Vec<u32>> = valid.map(|e| e.design.0.clone()).collect();
        let reason = evaluated.iter().find_map(|e| e.hardware.reason.clone());
        Designs {
            study: Arc::clone(&self.study),
            invalid: (evaluated.len() - designs.len(), reason),
            designs,
            how: format!("all designs that `{}` evaluated", self.strategy),
        }
    }

    /// Indices of the designs that no other one beats: in every goal, or in the goals' order where
    /// they are taken in order.
    pub fn undominated(&self) -> Vec<usize> {
        let objectives = |i: usize| {
            self.run.evaluated[i]
                .outcome
                .as_ref()
                .map(|o| &o.objectives)
        };
        let best = self.run.best.and_then(objectives);
        let front = self.run.front.iter().copied();
        front
            .filter(|i| !self.study.lexicographic || objectives(*i) == best)
            .collect()
    }

    /// The designs that no other one beats.
    pub fn front(&self) -> Designs {
        Designs {
            study: Arc::clone(&self.study),
            designs: self
                .undominated()
                .into_iter()
                .map(|i| self.run.evaluated[i].design.0.clone())
                .collect(),
            invalid: (0, None),
            how: format!("the front that `{}` found", self.strategy),
        }
    }

    /// The number of the evaluation, from 1, that first met all specs.
    pub fn first_feasible(&self) -> Option<usize> {
        let mut evaluated = self.run.evaluated.iter();
        Some(evaluated.position(|e| e.is_feasible())? + 1)
    }

    /// Seconds of the optimizer's own for each evaluation.
    pub fn overhead(&self) -> f64 {
        self.thinking / self.run.evaluated.len().max(1) as f64
    }

    /// How many evaluated designs meet all specs, those on accuracy included.
    pub fn satisfied(&self) -> usize {
        self.run
            .evaluated
            .iter()
            .filter(|e| e.is_feasible())
            .count()
    }

    /// How many evaluated designs meet the specs on hardware.
    pub fn within_hardware_specs(&self) -> usize {
        let feasible = |e: &&nasaic_search::Evaluated| e.hardware.is_feasible();
        self.run.evaluated.iter().filter(feasible).count()
    }
}

impl Item {
    /// Calls `see` with each design of it, in order.
    pub fn each_design(
        &self,
        see: &mut dyn FnMut(&Evaluation) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        match self {
            Item::Result(e) => see(e),
            Item::Results(d) => d.each(see),
            Item::Run(found) => found.all().each(see),
            Item::List(items) => items.iter().try_for_each(|i| i.each_design(see)),
            _ => Err(Fault::new("E0305", "this has no designs")),
        }
    }
}

impl Designs {
    fn each(&self, see: &mut dyn FnMut(&Evaluation) -> Result<(), Fault>) -> Result<(), Fault> {
        for design in &self.designs {
            match Evaluation::of(&self.study, design.clone()) {
                Ok(evaluation) => see(&evaluation)?,
                Err(Refused::Invalid(_)) => {}
                Err(Refused::Fault(fault)) => return Err(*fault),
            }
        }
        Ok(())
    }
}
