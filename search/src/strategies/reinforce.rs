//! NASAIC: a recurrent controller trained with REINFORCE, with early pruning.
//!
//! An episode draws one design and then redraws its hardware φ times (the
//! optimizer selector of Yang et al., DAC 2020). Its networks are trained only
//! if at least one of these designs meets the hardware specs. Rewards are
//! `R = objective − ρ·P`, or `−ρ·P` when pruned, and the weights follow
//! `∇J = 1/m Σ_k Σ_t γ^(T−t) ∇log π(a_t | a_1 … a_t−1) (R_k − b)` over the m
//! designs of the episode, `b` being a moving average of rewards.
//!
//! Deviations from the published recipe: limits are kept by masking instead of
//! being penalised, and the norm of the gradient is clipped. Violations make
//! rewards of −100 and less, and with a learning rate near 1 a few such episodes
//! saturate an unclipped policy at an infeasible design.

use crate::controller::{Controller, Trajectory, Weights};
use crate::options::{Kind, OptionInfo};
use crate::problem::Evaluated;
use crate::space::{Role, Space};
use crate::strategy::{Ask, Episode, SearchError, Strategy, StrategyInfo, Task, Train};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "reinforce",
    help: "NASAIC: a recurrent controller trained with REINFORCE, with early pruning",
    options: &[
        OptionInfo {
            name: "episodes",
            help: "number of episodes; left open, the budget decides",
            kind: Kind::Int {
                min: 1,
                max: i64::MAX,
            },
            default: None,
        },
        OptionInfo {
            name: "hardware_steps",
            help: "hardware-only steps per episode (phi)",
            kind: Kind::Int {
                min: 0,
                max: 100_000,
            },
            default: Some("10"),
        },
        OptionInfo {
            name: "penalty",
            help: "how violated specs enter the reward",
            kind: Kind::Group(&[OptionInfo {
                name: "weight",
                help: "weight of the violation (rho)",
                kind: Kind::Float {
                    min: 0.0,
                    max: f64::MAX,
                },
                default: Some("10"),
            }]),
            default: None,
        },
        OptionInfo {
            name: "controller",
            help: "the recurrent network and its training",
            kind: Kind::Group(CONTROLLER),
            default: None,
        },
    ],
    make,
};

const CONTROLLER: &[OptionInfo] = &[
    OptionInfo {
        name: "kind",
        help: "recurrent cell",
        kind: Kind::Choice(&["lstm"]),
        default: Some("lstm"),
    },
    OptionInfo {
        name: "hidden",
        help: "units of the cell, and width of the embeddings",
        kind: Kind::Int { min: 1, max: 4096 },
        default: Some("35"),
    },
    OptionInfo {
        name: "optimizer",
        help: "how gradients become steps",
        kind: Kind::Choice(&["rmsprop"]),
        default: Some("rmsprop"),
    },
    OptionInfo {
        name: "learning_rate",
        help: "size of the first steps",
        kind: Kind::Float { min: 0.0, max: 1e6 },
        default: Some("0.99"),
    },
    OptionInfo {
        name: "decay",
        help: "factor on the learning rate every `decay_every` episodes",
        kind: Kind::Float { min: 0.0, max: 1.0 },
        default: Some("0.5"),
    },
    OptionInfo {
        name: "decay_every",
        help: "episodes between two decays",
        kind: Kind::Int {
            min: 1,
            max: i64::MAX,
        },
        default: Some("50"),
    },
    OptionInfo {
        name: "discount",
        help: "factor per decision still to come (gamma)",
        kind: Kind::Float { min: 0.0, max: 1.0 },
        default: Some("1"),
    },
    OptionInfo {
        name: "baseline_decay",
        help: "weight of the past in the moving average of rewards",
        kind: Kind::Float { min: 0.0, max: 1.0 },
        default: Some("0.9"),
    },
    OptionInfo {
        name: "clip",
        help: "largest norm of a gradient",
        kind: Kind::Float {
            min: 1e-9,
            max: f64::MAX,
        },
        default: Some("0.1"),
    },
];

/// Weight of the past in RMSProp's mean of squared gradients.
const MEAN_SQUARE_DECAY: f64 = 0.9;

/// Keeps RMSProp from dividing by 0.
const EPSILON: f64 = 1e-10;

struct Reinforce<'a> {
    space: &'a Space,
    controller: Controller,
    mean_square: Weights,
    most_episodes: u64,
    designs: usize,
    rho: f64,
    learning_rate: f64,
    decay: f64,
    decay_every: u64,
    discount: f64,
    baseline_decay: f64,
    clip: f64,
    baseline: Option<f64>,
    /// Largest violation of a design that can be built: what others count as.
    worst: f64,
    drawn: Vec<Trajectory>,
    episodes: Vec<Episode>,
    seed: u64,
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    task.one_goal(INFO.name)?;
    let options = task.options;
    let mut rng = ChaCha8Rng::seed_from_u64(task.seed);
    let controller = Controller::new(task.space, options.count("controller.hidden")?, &mut rng);
    // As in the published code's framework, mean squares start at 1: steps start
    // in proportion to the gradient and become relative to its size later.
    let mut mean_square = controller.gradient();
    mean_square
        .0
        .iter_mut()
        .flatten()
        .for_each(|value| *value = 1.0);
    let hardware = task
        .space
        .decisions()
        .iter()
        .any(|one| one.role == Role::Hardware);
    let hardware_steps = if hardware {
        options.count("hardware_steps")?
    } else {
        0
    };
    Ok(Box::new(Reinforce {
        space: task.space,
        controller,
        mean_square,
        most_episodes: options.int("episodes").map_or(u64::MAX, |most| most as u64),
        designs: 1 + hardware_steps,
        rho: options.float("penalty.weight")?,
        learning_rate: options.float("controller.learning_rate")?,
        decay: options.float("controller.decay")?,
        decay_every: options.count("controller.decay_every")? as u64,
        discount: options.float("controller.discount")?,
        baseline_decay: options.float("controller.baseline_decay")?,
        clip: options.float("controller.clip")?,
        baseline: None,
        worst: 1.0,
        drawn: Vec::new(),
        episodes: Vec::new(),
        seed: task.seed,
    }))
}

impl Reinforce<'_> {
    fn number(&self) -> u64 {
        self.episodes.len() as u64
    }

    /// `R = objective − ρ·P`, without the objective where no network was trained.
    fn reward(&mut self, one: &Evaluated) -> f64 {
        if !one.hardware.valid {
            return -self.rho * self.worst;
        }
        self.worst = self.worst.max(one.violation());
        let objective = one
            .outcome
            .as_ref()
            .and_then(|outcome| outcome.objectives.first());
        let objective = objective
            .copied()
            .filter(|value| value.is_finite())
            .unwrap_or(0.0);
        objective - self.rho * one.violation()
    }

    /// One ascent along the policy gradient of an episode.
    fn learn(&mut self, rewards: &[f64], baseline: f64) {
        let mut gradient = self.controller.gradient();
        for (trajectory, reward) in self.drawn.iter().zip(rewards) {
            let mut factor = (reward - baseline) / rewards.len() as f64;
            let mut factors = vec![0.0; trajectory.moves.len()];
            for (one, place) in trajectory.moves.iter().zip(&mut factors).rev() {
                *place = if one.own { factor } else { 0.0 };
                factor *= self.discount;
            }
            self.controller
                .add_gradient(&trajectory.moves, &factors, &mut gradient);
        }
        let norm = gradient.norm();
        if norm > self.clip {
            gradient.scale(self.clip / norm);
        }
        self.climb(&gradient);
    }

    /// One step of RMSProp.
    fn climb(&mut self, gradient: &Weights) {
        let decays = (self.number() / self.decay_every) as f64;
        let rate = self.learning_rate * libm::pow(self.decay, decays);
        let arrays = self
            .controller
            .weights
            .0
            .iter_mut()
            .zip(&mut self.mean_square.0);
        for ((weights, squares), slopes) in arrays.zip(&gradient.0) {
            for ((weight, square), slope) in weights.iter_mut().zip(squares).zip(slopes) {
                *square = MEAN_SQUARE_DECAY * *square + (1.0 - MEAN_SQUARE_DECAY) * slope * slope;
                *weight += rate * slope / (*square + EPSILON).sqrt();
            }
        }
    }
}

impl Strategy for Reinforce<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        if self.number() >= self.most_episodes {
            return Vec::new();
        }
        // Stream 0 drew the weights.
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(self.number() + 1);
        self.drawn = vec![self.controller.draw(self.space, None, &mut rng)];
        while self.drawn.len() < most.min(self.designs) {
            let networks = &self.drawn[0].design;
            let redrawn = self.controller.draw(self.space, Some(networks), &mut rng);
            self.drawn.push(redrawn);
        }
        let train = Train::Episode(self.number());
        self.drawn
            .iter()
            .map(|one| Ask {
                design: one.design.clone(),
                train,
            })
            .collect()
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        let rewards: Vec<f64> = evaluated.iter().map(|one| self.reward(one)).collect();
        if rewards.is_empty() {
            return;
        }
        let mean = rewards.iter().sum::<f64>() / rewards.len() as f64;
        let baseline = self.baseline.unwrap_or(mean);
        self.learn(&rewards, baseline);
        self.baseline = Some(self.baseline_decay * baseline + (1.0 - self.baseline_decay) * mean);
        self.episodes.push(Episode {
            trials: evaluated.iter().map(|one| one.trial).collect(),
            trained: evaluated.iter().any(|one| one.hardware.is_feasible()),
            mean_reward: mean,
            best_reward: rewards.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        });
    }

    fn batch(&self) -> usize {
        self.designs
    }

    fn ends(&self) -> bool {
        self.most_episodes != u64::MAX
    }

    fn episodes(&self) -> &[Episode] {
        &self.episodes
    }
}
