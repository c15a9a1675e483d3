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

use crate::controller::{Cell, Controller, OPTIMIZERS, Slope, Trainer, Training, Trajectory};
use crate::options::{Kind, OptionInfo};
use crate::problem::Evaluated;
use crate::reward::{PENALTY, Pruned, Reward, place};
use crate::space::{Role, Space};
use crate::strategy::{Ask, Episode, SearchError, Strategy, StrategyInfo, Task, Train};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;

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
            name: "pruned",
            help: "the objective of a design that was not trained: 0 as in NASAIC, or the least known",
            kind: Kind::Choice(&["zero", "least"]),
            default: Some("zero"),
        },
        PENALTY,
        OptionInfo {
            name: "controller",
            help: "the recurrent network and its training",
            kind: Kind::Group(CONTROLLER),
            default: None,
        },
    ],
    feature: None,
    make,
};

const CONTROLLER: &[OptionInfo] = &[
    OptionInfo {
        name: "kind",
        help: "recurrent cell",
        kind: Kind::Choice(&["lstm", "nascell"]),
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
        kind: Kind::Choice(OPTIMIZERS),
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
        name: "rewards",
        help: "rewards less the baseline, the same in units of their spread, or ranks among the last",
        kind: Kind::Choice(&["raw", "scaled", "ranked"]),
        default: Some("raw"),
    },
    OptionInfo {
        name: "entropy",
        help: "weight of the entropy of each choice, which keeps the policy from settling early",
        kind: Kind::Float { min: 0.0, max: 1e6 },
        default: Some("0"),
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

/// Rewards that ranks are taken among.
const RECENT: usize = 128;

/// In what units a reward is better than expected.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    Raw,
    Spread,
    Ranks,
}

struct Reinforce<'a> {
    space: &'a Space,
    controller: Controller,
    trainer: Trainer,
    reward: Reward,
    most_episodes: u64,
    designs: usize,
    discount: f64,
    baseline_decay: f64,
    scale: Scale,
    entropy: f64,
    baseline: Option<f64>,
    /// Moving average of the distance between rewards and baseline.
    spread: Option<f64>,
    /// The last rewards, of which ranks are taken.
    recent: VecDeque<f64>,
    drawn: Vec<Trajectory>,
    episodes: Vec<Episode>,
    seed: u64,
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    task.one_goal(INFO.name)?;
    let options = task.options;
    let mut rng = ChaCha8Rng::seed_from_u64(task.seed);
    let cell = Cell::named(options.choice("controller.kind")?);
    let hidden = options.count("controller.hidden")?;
    let controller = Controller::new(task.space, cell, hidden, false, &mut rng);
    let training = Training {
        adam: options.choice("controller.optimizer")? == "adam",
        rate: options.float("controller.learning_rate")?,
        decay: options.float("controller.decay")?,
        decay_every: options.count("controller.decay_every")? as u64,
        clip: options.float("controller.clip")?,
    };
    let pruned = match options.choice("pruned")? {
        "least" => Pruned::Least(Vec::new()),
        _ => Pruned::Zero,
    };
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
        trainer: Trainer::new(training, &controller),
        controller,
        reward: Reward::new(options.float("penalty.weight")?, pruned),
        most_episodes: options.int("episodes").map_or(u64::MAX, |most| most as u64),
        designs: 1 + hardware_steps,
        discount: options.float("controller.discount")?,
        baseline_decay: options.float("controller.baseline_decay")?,
        scale: match options.choice("controller.rewards")? {
            "scaled" => Scale::Spread,
            "ranked" => Scale::Ranks,
            _ => Scale::Raw,
        },
        entropy: options.float("controller.entropy")?,
        baseline: None,
        spread: None,
        recent: VecDeque::new(),
        drawn: Vec::new(),
        episodes: Vec::new(),
        seed: task.seed,
    }))
}

impl Reinforce<'_> {
    fn number(&self) -> u64 {
        self.episodes.len() as u64
    }

    /// One ascent along the policy gradient of an episode.
    fn learn(&mut self, advantages: &[f64]) {
        let mut gradient = self.controller.gradient();
        for (trajectory, advantage) in self.drawn.iter().zip(advantages) {
            let mut factor = advantage / advantages.len() as f64;
            let entropy = self.entropy / advantages.len() as f64;
            let mut slopes = vec![Slope::default(); trajectory.moves.len()];
            for (one, slope) in trajectory.moves.iter().zip(&mut slopes).rev() {
                if one.own {
                    slope.choice = factor;
                    slope.entropy = entropy;
                }
                factor *= self.discount;
            }
            self.controller
                .add_gradient(&trajectory.moves, &slopes, &mut gradient);
        }
        self.trainer.climb(&mut self.controller, gradient);
    }

    /// How much better each reward is than expected.
    fn advantages(&mut self, rewards: &[f64], mean: f64) -> Vec<f64> {
        let baseline = self.baseline.unwrap_or(mean);
        let keep = self.baseline_decay;
        self.baseline = Some(keep * baseline + (1.0 - keep) * mean);
        let above: Vec<f64> = rewards.iter().map(|reward| reward - baseline).collect();
        match self.scale {
            Scale::Raw => above,
            Scale::Spread => self.in_spreads(above),
            Scale::Ranks => self.ranks(rewards),
        }
    }

    fn in_spreads(&mut self, mut above: Vec<f64>) -> Vec<f64> {
        let mut distance = 0.0;
        above.iter().for_each(|one| distance += one.abs());
        distance /= above.len() as f64;
        let (spread, keep) = (self.spread.unwrap_or(distance), self.baseline_decay);
        self.spread = Some(keep * spread + (1.0 - keep) * distance);
        let unit = if spread > 0.0 { spread } else { 1.0 };
        above.iter_mut().for_each(|one| *one /= unit);
        above
    }

    fn ranks(&mut self, rewards: &[f64]) -> Vec<f64> {
        self.recent.extend(rewards);
        let excess = self.recent.len().saturating_sub(RECENT);
        self.recent.drain(..excess);
        let among = self.recent.make_contiguous();
        rewards.iter().map(|reward| place(*reward, among)).collect()
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
        let mut reward = |one: &Evaluated| {
            self.reward.see(one);
            self.reward.of(one)
        };
        let rewards: Vec<f64> = evaluated.iter().map(&mut reward).collect();
        if rewards.is_empty() {
            return;
        }
        let mean = rewards.iter().sum::<f64>() / rewards.len() as f64;
        let advantages = self.advantages(&rewards, mean);
        self.learn(&advantages);
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
