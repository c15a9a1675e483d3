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

use crate::controller::{
    Cell, Controller, OPTIMIZERS, Slope, Trainer, Training, Trajectory, Weights,
};
use crate::design::Design;
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
        name: "entropy_decay",
        help: "factor on the weight of the entropy every `decay_every` episodes",
        kind: Kind::Float { min: 0.0, max: 1.0 },
        default: Some("1"),
    },
    OptionInfo {
        name: "elite",
        help: "best designs so far that every update makes likelier (self-imitation)",
        kind: Kind::Int {
            min: 0,
            max: 10_000,
        },
        default: Some("0"),
    },
    OptionInfo {
        name: "imitation",
        help: "weight of the elite beside an episode whose rewards are one unit above expectation",
        kind: Kind::Float { min: 0.0, max: 1e6 },
        default: Some("1"),
    },
    OptionInfo {
        name: "patience",
        help: "episodes without a new design after which the policy begins again; 0 for never",
        kind: Kind::Int {
            min: 0,
            max: 1_000_000,
        },
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
    entropy_decay: f64,
    decay_every: u64,
    elite: Elite,
    patience: u64,
    /// Number of distinct designs told so far, and episodes since a new one.
    known: u64,
    idle: u64,
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
        reward: Reward::with_pruned(options, pruned)?,
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
        entropy_decay: options.float("controller.entropy_decay")?,
        decay_every: training.decay_every,
        elite: Elite {
            size: options.count("controller.elite")?,
            weight: options.float("controller.imitation")?,
            designs: Vec::new(),
        },
        patience: options.count("controller.patience")? as u64,
        known: 0,
        idle: 0,
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
        let decays = (self.number() / self.decay_every) as f64;
        let entropy = self.entropy * libm::pow(self.entropy_decay, decays);
        for (trajectory, advantage) in self.drawn.iter().zip(advantages) {
            let mut factor = advantage / advantages.len() as f64;
            let entropy = entropy / advantages.len() as f64;
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
        self.elite
            .add_gradient(&self.controller, self.space, &mut gradient);
        self.trainer.climb(&mut self.controller, gradient);
    }

    /// Draws new weights for a policy that has proposed nothing new for long.
    fn begin_again(&mut self) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(u64::MAX - self.number());
        self.controller = self.controller.redrawn(self.space, &mut rng);
        self.trainer = self.trainer.begun_again(&self.controller);
        self.elite.designs.clear();
        self.idle = 0;
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

/// The best designs so far, which the policy is drawn to (self-imitation; Oh, Guo, Singh and
/// Lee, ICML 2018).
struct Elite {
    size: usize,
    weight: f64,
    /// Trials and rewards with the designs as they were drawn, best first.
    designs: Vec<(u64, f64, Design)>,
}

impl Elite {
    /// Lets new designs compete with those known.
    fn admit(&mut self, drawn: &[Trajectory], told: &[Evaluated], rewards: &[f64]) {
        if self.size == 0 {
            return;
        }
        for ((one, result), reward) in drawn.iter().zip(told).zip(rewards) {
            if self.designs.iter().all(|known| known.0 != result.trial) {
                self.designs
                    .push((result.trial, *reward, one.design.clone()));
            }
        }
        self.designs
            .sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        self.designs.truncate(self.size);
    }

    /// Adds what makes each of them likelier.
    fn add_gradient(&self, controller: &Controller, space: &Space, into: &mut Weights) {
        let choice = self.weight / self.designs.len().max(1) as f64;
        for (_, _, design) in &self.designs {
            let moves = controller.replay(space, design).moves;
            let slope = Slope {
                choice,
                ..Slope::default()
            };
            controller.add_gradient(&moves, &vec![slope; moves.len()], into);
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
        self.elite.admit(&self.drawn, evaluated, &rewards);
        self.learn(&advantages);
        let newest = evaluated.iter().map(|one| one.trial + 1).max().unwrap_or(0);
        self.idle = if newest > self.known {
            0
        } else {
            self.idle + 1
        };
        self.known = self.known.max(newest);
        if self.patience > 0 && self.idle == self.patience {
            self.begin_again();
        }
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
