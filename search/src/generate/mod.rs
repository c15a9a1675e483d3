//! Generators: a design for a target at once, instead of a search for every target.
//!
//! A generator is trained on designs that were priced before, and is then asked with what it is
//! to be for (the [context](Model::context) of given networks) and what is wished of it. It
//! answers with designs, the likeliest first; whether they keep what they promise says only the
//! cost model. After Feng et al., "GANDSE: Generative Adversarial Network based Design Space
//! Exploration for Neural Network Accelerator Design" (arXiv 2208.00800).
//!
//! - `gan`: a network with a softmax for every open decision of the hardware, trained to repeat
//!   the design behind an objective where it does not meet it, and to please a second network
//!   that learns to tell which designs meet which objectives.
//! - `mlp`: the first network alone, trained to repeat designs.
//! - `nearest`: no network; the priced designs whose context and values are nearest.
//!
//! Every tenth design, by its hash, is held out from all training ([`is_held_out`]), so that
//! objectives can be drawn from designs that no generator has seen.

mod contest;
mod heads;
mod lessons;
mod nearest;
mod objectives;
mod training;

pub use contest::{Hunt, improvement};
pub use lessons::is_held_out;
pub use objectives::{Drawn, LARGEST, Objective, draw};

use crate::design::Design;
use crate::net::Mlp;
use crate::options::{Kind, OptionError, OptionInfo, Options};
use crate::space::Space;
use crate::strategy::{SearchError, StrategyInfo};
use heads::Heads;
use lessons::{Lesson, Scale};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// The cost model as generators see it.
///
/// Values are natural logarithms of what the specs measure, turned so that less is better; a
/// wish is a bound from above on each. So a ratio is a difference, whatever the unit.
pub trait Model: Sync {
    /// The open decisions.
    fn space(&self) -> &Space;

    /// What is known of the networks of a design before any hardware is: numbers, always as many.
    fn context(&self, design: &Design) -> Vec<f64>;

    /// What the specs measure of a canonical design; none where it cannot be built.
    fn values(&self, design: &Design) -> Option<Vec<f64>>;
}

/// Options that all generators have.
const TRAIN_DESIGNS: OptionInfo = OptionInfo {
    name: "train_designs",
    help: "random designs to train on; distinct ones count, and a tenth of the space is held out",
    kind: Kind::Int {
        min: 1,
        max: 10_000_000,
    },
    default: Some("20000"),
};

/// How much looser than its design an objective of the training may be.
const SLACK: OptionInfo = OptionInfo {
    name: "slack",
    help: "objectives of the training are up to this much looser than the designs behind them",
    kind: Kind::Float {
        min: 0.0,
        max: 100.0,
    },
    default: Some("1"),
};

const EPOCHS: OptionInfo = OptionInfo {
    name: "epochs",
    help: "passes over the designs",
    kind: Kind::Int {
        min: 1,
        max: 1_000_000,
    },
    default: Some("20"),
};

const HIDDEN: OptionInfo = OptionInfo {
    name: "hidden",
    help: "units in each of the two hidden layers",
    kind: Kind::Int { min: 1, max: 4096 },
    default: Some("64"),
};

const LEARNING_RATE: OptionInfo = OptionInfo {
    name: "learning_rate",
    help: "size of the steps (Adam)",
    kind: Kind::Float {
        min: 1e-9,
        max: 10.0,
    },
    default: Some("0.002"),
};

const fn info(
    name: &'static str,
    help: &'static str,
    options: &'static [OptionInfo],
) -> StrategyInfo {
    StrategyInfo {
        name,
        help,
        options,
        feature: None,
        make: |task| {
            Err(SearchError::Whole {
                strategy: task.options.strategy().name,
            })
        },
    }
}

/// All generators; they take a whole problem, so they propose no designs to a search.
pub fn generators() -> &'static [StrategyInfo] {
    static ALL: &[StrategyInfo] = &[
        info(
            "gan",
            "generate designs for a target: a network that a second one judges, after GANDSE",
            &[
                TRAIN_DESIGNS,
                SLACK,
                EPOCHS,
                HIDDEN,
                LEARNING_RATE,
                OptionInfo {
                    name: "verdict",
                    help: "weight of the second network's verdict beside the loss of the configuration",
                    kind: Kind::Float {
                        min: 0.0,
                        max: 1000.0,
                    },
                    default: Some("1"),
                },
            ],
        ),
        info(
            "mlp",
            "generate designs for a target: a network trained to repeat designs, without a judge",
            &[TRAIN_DESIGNS, SLACK, EPOCHS, HIDDEN, LEARNING_RATE],
        ),
        info(
            "nearest",
            "generate designs for a target: the priced ones whose network and values are nearest",
            &[TRAIN_DESIGNS],
        ),
    ];
    ALL
}

/// A trained generator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Generator {
    /// The algorithm.
    pub algorithm: String,
    /// The seed of its designs, its first weights and the order of its lessons.
    pub seed: u64,
    /// Distinct designs it learned from.
    pub designs: usize,
    /// Designs that the cost model priced for the training, those of [`Self::designs`] included.
    pub evaluations: u64,
    heads: Heads,
    scale: Scale,
    mind: Mind,
}

/// What a generator remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Mind {
    Net(Mlp),
    Designs(Vec<Lesson>),
}

/// How far a training is: parts done, of how many.
pub type Observer<'o> = &'o mut dyn FnMut(u64, u64) -> ControlFlow<()>;

impl Generator {
    /// Trains a generator; none when the observer broke the training off.
    ///
    /// It depends on the model, the options and the seed alone: not on the number of threads.
    pub fn train(
        model: &dyn Model,
        options: &Options,
        seed: u64,
        observer: Observer<'_>,
    ) -> Result<Option<Self>, GenerateError> {
        let heads = Heads::of(model.space());
        if heads.is_empty() {
            return Err(GenerateError::NothingOpen);
        }
        let wanted = options.count("train_designs")?;
        let (lessons, priced) = lessons::draw(model, wanted, seed);
        if lessons.is_empty() {
            return Err(GenerateError::NoDesigns { drawn: priced });
        }
        let scale = Scale::of(&lessons);
        let designs = lessons.len();
        let algorithm = options.strategy().name;
        let (mind, guesses) = match algorithm {
            "nearest" => (Mind::Designs(lessons), 0),
            _ => {
                let recipe = training::Recipe::read(options)?;
                let place = (model, &heads, &scale);
                match training::train(place, &lessons, &recipe, seed, observer) {
                    Some((net, guesses)) => (Mind::Net(net), guesses),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(Self {
            algorithm: algorithm.to_owned(),
            seed,
            designs,
            evaluations: priced + guesses,
            heads,
            scale,
            mind,
        }))
    }

    /// Whether it was trained for a space and contexts like these; what was read from a file may
    /// not be.
    pub fn fits(&self, space: &Space, context: usize, wishes: usize) -> bool {
        let inputs = context + wishes;
        self.heads == Heads::of(space)
            && self.scale.fits(context, wishes)
            && match &self.mind {
                Mind::Net(net) => net.fits(inputs, self.heads.width()),
                Mind::Designs(all) => all.iter().all(|one| {
                    one.context.len() == context
                        && one.values.len() == wishes
                        && one.design.0.len() == space.decisions().len()
                }),
            }
    }

    /// Up to `count` distinct designs with the given networks, the likeliest to meet the wishes
    /// first.
    pub fn propose(
        &self,
        space: &Space,
        networks: &Design,
        (context, wishes): (&[f64], &[f64]),
        count: usize,
    ) -> Vec<Design> {
        match &self.mind {
            Mind::Net(net) => {
                let output = net.run(&self.scale.input(context, wishes));
                let chances = self.heads.chances(output.output());
                self.heads.likeliest(space, networks, &chances, count)
            }
            Mind::Designs(all) => nearest::propose(
                all,
                &self.scale,
                (space, networks),
                (context, wishes),
                count,
            ),
        }
    }
}

/// Why there is no generator.
#[derive(Clone, Debug, PartialEq)]
pub enum GenerateError {
    /// An option is wrong.
    Option(OptionError),
    /// No decision of the hardware is open.
    NothingOpen,
    /// None of the designs that were drawn can be built.
    NoDesigns {
        /// How many were drawn.
        drawn: u64,
    },
}

impl From<OptionError> for GenerateError {
    fn from(error: OptionError) -> Self {
        Self::Option(error)
    }
}

impl std::fmt::Display for GenerateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Option(error) => error.fmt(f),
            Self::NothingOpen => f.write_str("no decision of the hardware is open"),
            Self::NoDesigns { drawn } => {
                write!(f, "none of {drawn} random designs can be built")
            }
        }
    }
}

impl std::error::Error for GenerateError {}
