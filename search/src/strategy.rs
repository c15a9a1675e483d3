//! Strategies: how one proposes designs, and the register of all there are.
//!
//! A new strategy is one file in `strategies/` with an `INFO` and one line in
//! [`strategies`]; checks, help and completion read the register.

use crate::archive::NotKept;
use crate::design::Design;
use crate::options::{Kind, OptionError, OptionInfo, Options};
use crate::problem::Evaluated;
use crate::space::{Space, SpaceError};
use crate::strategies::{
    annealing, bayesian, es, evolution, exhaustive, genetic, local, ppo, random, reinforce, sobol,
    successive, two_level,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// All strategies of this build, by ascending effort to explain them.
pub fn strategies() -> &'static [StrategyInfo] {
    static ALL: &[StrategyInfo] = &[
        random::INFO,
        random::MONTE_CARLO,
        sobol::INFO,
        exhaustive::INFO,
        local::INFO,
        annealing::INFO,
        genetic::INFO,
        evolution::INFO,
        es::INFO,
        successive::INFO,
        two_level::INFO,
        reinforce::INFO,
        ppo::INFO,
        #[cfg(feature = "bo")]
        bayesian::INFO,
    ];
    ALL
}

/// Strategies that this build leaves out; their features bring them.
pub fn left_out() -> &'static [StrategyInfo] {
    static ALL: &[StrategyInfo] = &[
        #[cfg(not(feature = "bo"))]
        bayesian::INFO,
    ];
    ALL
}

/// The strategy with a name.
pub fn strategy(name: &str) -> Option<&'static StrategyInfo> {
    strategies().iter().find(|info| info.name == name)
}

/// What is known of a strategy before it is used.
#[derive(Clone, Copy, Debug)]
pub struct StrategyInfo {
    /// Name in scripts.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Its options.
    pub options: &'static [OptionInfo],
    /// The cargo feature that brings it, where it is not in every build.
    pub feature: Option<&'static str>,
    /// Prepares a use of it.
    pub make: for<'a> fn(Task<'a>) -> Result<Box<dyn Strategy + 'a>, SearchError>,
}

/// What a strategy is to work on.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The space to search.
    pub space: &'a Space,
    /// Number of objectives.
    pub goals: usize,
    /// Whether several objectives are taken in their order; else they make a front.
    pub in_order: bool,
    /// Options with their defaults.
    pub options: &'a Options,
    /// Seed of all its random numbers.
    pub seed: u64,
    /// Number of distinct designs that the run will evaluate, where it is given.
    pub evaluations: Option<u64>,
}

impl Task<'_> {
    /// Refuses problems with several objectives.
    pub(crate) fn one_goal(&self, strategy: &'static str) -> Result<(), SearchError> {
        match self.goals {
            1 => Ok(()),
            goals => Err(SearchError::Goals { strategy, goals }),
        }
    }
}

/// Proposes designs and learns from what they turn out to be.
///
/// A strategy is a function of its task and of what it was told: it reads no
/// clock and starts no thread, so a run can be repeated or replayed.
pub trait Strategy {
    /// Proposes between 1 and `most` designs; none when it has nothing more to propose.
    fn ask(&mut self, most: usize) -> Vec<Ask>;

    /// Learns what the designs of the last `ask` turned out to be, in the order asked.
    ///
    /// A design known from before is told again with its first trial number.
    fn tell(&mut self, evaluated: &[Evaluated]);

    /// How many designs it would like to propose at a time.
    fn batch(&self) -> usize {
        64
    }

    /// Whether it ends by itself; if not, a run needs a budget.
    fn ends(&self) -> bool {
        false
    }

    /// Its episodes so far, for strategies that have them.
    fn episodes(&self) -> &[Episode] {
        &[]
    }
}

/// One proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// The design, not necessarily canonical.
    pub design: Design,
    /// When its networks are to be trained.
    pub train: Train,
}

impl Ask {
    /// Proposals of some designs, all trained under the same condition.
    pub(crate) fn all(designs: &[Design], train: Train) -> Vec<Self> {
        let ask = |design: &Design| Self {
            design: design.clone(),
            train,
        };
        designs.iter().map(ask).collect()
    }
}

/// When the networks of a proposed design are trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Train {
    /// Whenever the design can be built.
    Always,
    /// Only when the design meets the hardware specs.
    IfFeasible,
    /// Only when any design of the same episode in this batch meets them: early pruning.
    Episode(u64),
    /// Not for this proposal: only its hardware is asked for.
    Never,
}

/// Some proposals for one choice of networks, and what they were worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Episode {
    /// The trials of its designs.
    pub trials: Vec<u64>,
    /// Whether a design met the hardware specs, so that the networks were trained.
    pub trained: bool,
    /// Mean reward of its designs.
    pub mean_reward: f64,
    /// Reward of the best of its designs.
    pub best_reward: f64,
}

/// The option that says what to train, for strategies that propose single designs.
pub(crate) const TRAIN: OptionInfo = OptionInfo {
    name: "train",
    help: "train the networks of feasible designs only, or always",
    kind: Kind::Choice(&["feasible", "always"]),
    default: Some("feasible"),
};

impl Train {
    /// Reads the `train` option.
    pub(crate) fn from_options(options: &Options) -> Result<Self, OptionError> {
        Ok(if options.choice("train")? == "always" {
            Self::Always
        } else {
            Self::IfFeasible
        })
    }
}

/// Why a search cannot be run.
#[derive(Clone, Debug, PartialEq)]
pub enum SearchError {
    /// An option is wrong.
    Option(OptionError),
    /// The space is wrong.
    Space(SpaceError),
    /// The strategy never ends by itself and no budget was given.
    NoBudget {
        /// Name of the strategy.
        strategy: &'static str,
    },
    /// The space has more designs than the strategy accepts.
    TooLarge {
        /// Name of the strategy.
        strategy: &'static str,
        /// Number of designs within the limits, where it is known.
        designs: Option<u128>,
        /// What it accepts.
        limit: u128,
    },
    /// The strategy needs a single objective.
    Goals {
        /// Name of the strategy.
        strategy: &'static str,
        /// Number of objectives of the problem.
        goals: usize,
    },
    /// The strategy works on a whole problem and proposes no single designs.
    Whole {
        /// Name of the strategy.
        strategy: &'static str,
    },
    /// The strategy is known, but this build leaves it out.
    NotInBuild {
        /// Name of the strategy.
        strategy: &'static str,
    },
    /// The strategy proposed something that is not in the space.
    Outside {
        /// Name of the strategy.
        strategy: &'static str,
    },
    /// What was found could not be kept, or what is known could not be read.
    NotKept(NotKept),
}

impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(error) => error.fmt(f),
            Self::Space(error) => error.fmt(f),
            Self::NotKept(reason) => reason.fmt(f),
            Self::NoBudget { strategy } => {
                write!(
                    f,
                    "strategy `{strategy}` does not end by itself and needs `evaluations`"
                )
            }
            Self::TooLarge {
                strategy,
                designs: Some(designs),
                limit,
            } => write!(
                f,
                "strategy `{strategy}` takes at most {limit} designs and the space has {designs}"
            ),
            Self::TooLarge {
                strategy,
                designs: None,
                limit,
            } => write!(
                f,
                "strategy `{strategy}` takes at most {limit} designs and the space has many more"
            ),
            Self::Goals { strategy, goals } => {
                write!(
                    f,
                    "strategy `{strategy}` needs one objective, the problem has {goals}"
                )
            }
            Self::Whole { strategy } => {
                write!(f, "strategy `{strategy}` proposes no single designs")
            }
            Self::NotInBuild { strategy } => {
                write!(f, "the strategy `{strategy}` is not in this build")
            }
            Self::Outside { strategy } => {
                write!(
                    f,
                    "strategy `{strategy}` proposed a design outside the space"
                )
            }
        }
    }
}

impl std::error::Error for SearchError {}

impl From<OptionError> for SearchError {
    fn from(error: OptionError) -> Self {
        Self::Option(error)
    }
}

impl From<NotKept> for SearchError {
    fn from(reason: NotKept) -> Self {
        Self::NotKept(reason)
    }
}

impl From<SpaceError> for SearchError {
    fn from(error: SpaceError) -> Self {
        Self::Space(error)
    }
}
