//! Proximal policy optimization: NASAIC's controller, trained the careful way.
//!
//! A round draws some designs. The policy then climbs, several times, the clipped surrogate
//! `Σ_t min(r_t·A_t, clip(r_t, 1 − ε, 1 + ε)·A_t)` with r_t the ratio of the choice's
//! probability to that with which it was drawn (Schulman et al., arXiv 1707.06347), so a
//! lucky design cannot pull it far; an entropy bonus keeps it from settling, and a policy
//! that proposes nothing new for some rounds starts again from new weights. A design's
//! only reward comes after its last decision. Advantages are either estimated by a critic
//! (GAE; Schulman et al., ICLR 2016) or what the reward exceeds the round's mean by.
//! Zhou et al. (NAHAS, arXiv 2102.08619) search networks and accelerators with PPO.

use crate::controller::{
    Cell, Controller, Move, OPTIMIZERS, Slope, Trainer, Training, Trajectory, Weights,
};
use crate::options::{Kind, OptionInfo};
use crate::problem::Evaluated;
use crate::reward::{PENALTY, Reward, place};
use crate::space::Space;
use crate::strategy::{Ask, SearchError, Strategy, StrategyInfo, TRAIN, Task, Train};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "ppo",
    help: "proximal policy optimization of a recurrent controller",
    options: &[
        OptionInfo {
            name: "designs",
            help: "designs of a round, after which the policy is improved",
            kind: Kind::Int {
                min: 1,
                max: 100_000,
            },
            default: Some("16"),
        },
        OptionInfo {
            name: "epochs",
            help: "steps on the designs of a round",
            kind: Kind::Int { min: 1, max: 1000 },
            default: Some("3"),
        },
        OptionInfo {
            name: "clip_ratio",
            help: "how far a probability may move in a round (epsilon)",
            kind: Kind::Float {
                min: 1e-6,
                max: 10.0,
            },
            default: Some("0.2"),
        },
        OptionInfo {
            name: "advantage",
            help: "by a critic, or the reward less the mean of the round",
            kind: Kind::Choice(&["reward_to_go", "gae"]),
            default: Some("reward_to_go"),
        },
        OptionInfo {
            name: "rewards",
            help: "ranks in the round, or the reward itself; both in units of their deviation",
            kind: Kind::Choice(&["ranked", "scaled"]),
            default: Some("ranked"),
        },
        OptionInfo {
            name: "lambda",
            help: "how far the critic's errors reach back, for `gae`",
            kind: Kind::Float { min: 0.0, max: 1.0 },
            default: Some("0.95"),
        },
        OptionInfo {
            name: "discount",
            help: "factor per decision still to come (gamma)",
            kind: Kind::Float { min: 0.0, max: 1.0 },
            default: Some("1"),
        },
        OptionInfo {
            name: "entropy",
            help: "weight of the entropy of each choice",
            kind: Kind::Float { min: 0.0, max: 1e6 },
            default: Some("0.05"),
        },
        OptionInfo {
            name: "cell",
            help: "recurrent cell",
            kind: Kind::Choice(&["lstm", "nascell"]),
            default: Some("lstm"),
        },
        OptionInfo {
            name: "hidden",
            help: "units of the cell, and width of the embeddings",
            kind: Kind::Int { min: 1, max: 4096 },
            default: Some("24"),
        },
        OptionInfo {
            name: "optimizer",
            help: "how gradients become steps",
            kind: Kind::Choice(OPTIMIZERS),
            default: Some("adam"),
        },
        OptionInfo {
            name: "learning_rate",
            help: "size of the steps",
            kind: Kind::Float { min: 0.0, max: 1e6 },
            default: Some("0.02"),
        },
        OptionInfo {
            name: "max_norm",
            help: "largest norm of a gradient",
            kind: Kind::Float {
                min: 1e-9,
                max: f64::MAX,
            },
            default: Some("0.5"),
        },
        PENALTY,
        TRAIN,
    ],
    feature: None,
    make,
};

/// Weight of the critic's squared error beside the surrogate.
const CRITIC: f64 = 0.5;

struct Ppo<'a> {
    space: &'a Space,
    controller: Controller,
    trainer: Trainer,
    reward: Reward,
    train: Train,
    ranked: bool,
    recipe: Recipe,
    designs: usize,
    epochs: usize,
    seed: u64,
    rounds: u64,
    drawn: Vec<Trajectory>,
    /// Number of distinct designs told so far.
    known: u64,
    /// Rounds since a new one.
    idle: u64,
}

/// Rounds of nothing but known designs after which the policy has settled.
const SETTLED: u64 = 4;

/// What the surrogate depends on.
#[derive(Clone, Copy, Debug)]
struct Recipe {
    clip: f64,
    /// None without a critic.
    lambda: Option<f64>,
    discount: f64,
    entropy: f64,
}

/// What a move of a drawn design is to learn from.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Lesson {
    /// The probability with which the choice was drawn.
    chance: f64,
    advantage: f64,
    /// What the critic should have expected.
    target: f64,
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    task.one_goal(INFO.name)?;
    let options = task.options;
    let critic = options.choice("advantage")? == "gae";
    let recipe = Recipe {
        clip: options.float("clip_ratio")?,
        lambda: critic.then_some(options.float("lambda")?),
        discount: options.float("discount")?,
        entropy: options.float("entropy")?,
    };
    let training = Training {
        adam: options.choice("optimizer")? == "adam",
        rate: options.float("learning_rate")?,
        decay: 1.0,
        decay_every: 1,
        clip: options.float("max_norm")?,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(task.seed);
    let cell = Cell::named(options.choice("cell")?);
    let hidden = options.count("hidden")?;
    let controller = Controller::new(task.space, cell, hidden, critic, &mut rng);
    Ok(Box::new(Ppo {
        space: task.space,
        trainer: Trainer::new(training, &controller),
        controller,
        reward: Reward::from_options(options)?,
        train: Train::from_options(options)?,
        ranked: options.choice("rewards")? == "ranked",
        recipe,
        designs: options.count("designs")?,
        epochs: options.count("epochs")?,
        seed: task.seed,
        rounds: 0,
        drawn: Vec::new(),
        known: 0,
        idle: 0,
    }))
}

impl Recipe {
    /// What each move of some drawn designs is to learn from their rewards.
    fn lessons(&self, drawn: &[Trajectory], rewards: &[f64]) -> Vec<Vec<Lesson>> {
        let rewards = standardised(rewards);
        let mut lessons: Vec<Vec<Lesson>> = (drawn.iter().zip(&rewards))
            .map(|(one, reward)| self.lesson(&one.moves, *reward))
            .collect();
        if self.lambda.is_some() {
            let all: Vec<f64> = lessons.iter().flatten().map(|one| one.advantage).collect();
            let even = standardised(&all);
            for (lesson, advantage) in lessons.iter_mut().flatten().zip(even) {
                lesson.advantage = advantage;
            }
        }
        lessons
    }

    /// The same for one design, from its last move to its first.
    fn lesson(&self, moves: &[Move], reward: f64) -> Vec<Lesson> {
        let (mut next_value, mut gain, mut to_come) = (0.0, reward, 0.0);
        let mut advantage = reward;
        let mut lessons: Vec<Lesson> = Vec::with_capacity(moves.len());
        for one in moves.iter().rev() {
            if let Some(lambda) = self.lambda {
                let error = gain + self.discount * next_value - one.value;
                to_come = error + self.discount * lambda * to_come;
                advantage = to_come;
            }
            lessons.push(Lesson {
                chance: one.chance(),
                advantage,
                target: advantage + one.value,
            });
            (next_value, gain) = (one.value, 0.0);
            advantage *= self.discount;
        }
        lessons.reverse();
        lessons
    }

    /// The surrogate's slopes at the moves of one design, `share` being 1 ÷ all moves.
    fn slopes(&self, moves: &[Move], lessons: &[Lesson], share: f64) -> Vec<Slope> {
        let slope = |(one, lesson): (&Move, &Lesson)| {
            let ratio = one.chance() / lesson.chance;
            let outside = match lesson.advantage > 0.0 {
                true => ratio > 1.0 + self.clip,
                false => ratio < 1.0 - self.clip,
            };
            let raised = if outside {
                0.0
            } else {
                ratio * lesson.advantage
            };
            let missed = match self.lambda {
                Some(_) => lesson.target - one.value,
                None => 0.0,
            };
            Slope {
                choice: share * raised,
                entropy: share * self.entropy,
                value: share * 2.0 * CRITIC * missed,
            }
        };
        moves.iter().zip(lessons).map(slope).collect()
    }
}

impl Ppo<'_> {
    /// The gradient of the surrogate over all drawn designs, with the weights as they are;
    /// weights that drew the designs need not follow them again.
    fn gradient(&self, lessons: &[Vec<Lesson>], untouched: bool) -> Weights {
        let mut gradient = self.controller.gradient();
        let moves: usize = lessons.iter().map(Vec::len).sum();
        for (drawn, lessons) in self.drawn.iter().zip(lessons) {
            let again;
            let now = match untouched {
                true => &drawn.moves,
                false => {
                    again = self.controller.replay(self.space, &drawn.design).moves;
                    &again
                }
            };
            let slopes = self.recipe.slopes(now, lessons, 1.0 / moves as f64);
            self.controller.add_gradient(now, &slopes, &mut gradient);
        }
        gradient
    }

    /// Draws new weights for a policy that repeats itself.
    fn begin_again(&mut self) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(u64::MAX - self.rounds);
        self.controller = self.controller.redrawn(self.space, &mut rng);
        self.trainer = self.trainer.begun_again(&self.controller);
        self.idle = 0;
    }
}

impl Strategy for Ppo<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        // Stream 0 drew the weights.
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        self.rounds += 1;
        rng.set_stream(self.rounds);
        self.drawn = (0..most.min(self.designs))
            .map(|_| self.controller.draw(self.space, None, &mut rng))
            .collect();
        let designs = self.drawn.iter().map(|one| one.design.clone());
        let train = self.train;
        designs.map(|design| Ask { design, train }).collect()
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        evaluated.iter().for_each(|one| self.reward.see(one));
        let mut rewards: Vec<f64> = evaluated.iter().map(|one| self.reward.of(one)).collect();
        if self.ranked {
            rewards = rewards.iter().map(|one| place(*one, &rewards)).collect();
        }
        let lessons = self.recipe.lessons(&self.drawn, &rewards);
        for epoch in 0..self.epochs {
            let gradient = self.gradient(&lessons, epoch == 0);
            self.trainer.climb(&mut self.controller, gradient);
        }
        let newest = evaluated.iter().map(|one| one.trial + 1).max().unwrap_or(0);
        self.idle = if newest > self.known {
            0
        } else {
            self.idle + 1
        };
        self.known = self.known.max(newest);
        if self.idle == SETTLED {
            self.begin_again();
        }
    }

    fn batch(&self) -> usize {
        self.designs
    }
}

/// Numbers less their mean, in units of their standard deviation.
fn standardised(values: &[f64]) -> Vec<f64> {
    let count = values.len().max(1) as f64;
    let (mut mean, mut square) = (0.0, 0.0);
    values.iter().for_each(|value| mean += value / count);
    let above: Vec<f64> = values.iter().map(|value| value - mean).collect();
    above.iter().for_each(|one| square += one * one / count);
    let unit = if square > 0.0 { square.sqrt() } else { 1.0 };
    above.iter().map(|one| one / unit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reward::Toll;
    use crate::space::{Decision, Role};

    fn space() -> Space {
        let decision = |index: usize| Decision {
            name: format!("d{index}"),
            values: 3,
            numbers: None,
            ordered: true,
            role: Role::Network,
            active: vec![],
        };
        Space::new((0..3).map(decision).collect(), vec![], vec![]).unwrap()
    }

    /// The clipped surrogate with entropy and critic as its paper writes it.
    fn surrogate(ppo: &Ppo<'_>, lessons: &[Vec<Lesson>]) -> f64 {
        let mut sum = 0.0;
        let moves: usize = lessons.iter().map(Vec::len).sum();
        for (drawn, lessons) in ppo.drawn.iter().zip(lessons) {
            let now = ppo.controller.replay(ppo.space, &drawn.design);
            for (one, lesson) in now.moves.iter().zip(lessons) {
                let ratio = one.chance() / lesson.chance;
                let (low, high) = (1.0 - ppo.recipe.clip, 1.0 + ppo.recipe.clip);
                let clipped = ratio.clamp(low, high) * lesson.advantage;
                let missed = one.value - lesson.target;
                sum += (ratio * lesson.advantage).min(clipped);
                sum += ppo.recipe.entropy * one.entropy() - CRITIC * missed * missed;
            }
        }
        sum / moves as f64
    }

    #[test]
    fn the_gradient_is_that_of_the_clipped_surrogate() {
        let space = space();
        let recipe = Recipe {
            clip: 0.05,
            lambda: Some(0.9),
            discount: 0.97,
            entropy: 0.1,
        };
        for cell in [Cell::Lstm, Cell::Nas] {
            let mut rng = ChaCha8Rng::seed_from_u64(3);
            let controller = Controller::new(&space, cell, 4, true, &mut rng);
            let training = Training {
                adam: true,
                rate: 0.1,
                decay: 1.0,
                decay_every: 1,
                clip: 1.0,
            };
            let drawn: Vec<Trajectory> = (0..6)
                .map(|_| controller.draw(&space, None, &mut rng))
                .collect();
            let lessons = recipe.lessons(&drawn, &[1.0, -2.0, 0.5, 3.0, -1.0, 0.0]);
            let mut ppo = Ppo {
                space: &space,
                trainer: Trainer::new(training, &controller),
                controller,
                reward: Reward::new(Toll::Additive(1.0), crate::reward::Pruned::Zero),
                train: Train::Always,
                ranked: false,
                recipe,
                designs: 6,
                epochs: 1,
                seed: 0,
                rounds: 0,
                drawn,
                known: 0,
                idle: 0,
            };
            // After a step some ratios are outside of the clip and some within.
            let first = ppo.gradient(&lessons, true);
            assert_eq!(first.0, ppo.gradient(&lessons, false).0);
            ppo.trainer.climb(&mut ppo.controller, first);
            let (mut inside, mut outside) = (0, 0);
            for (drawn, lessons) in ppo.drawn.iter().zip(&lessons) {
                let now = ppo.controller.replay(&space, &drawn.design);
                for slope in ppo.recipe.slopes(&now.moves, lessons, 1.0) {
                    *(if slope.choice == 0.0 {
                        &mut outside
                    } else {
                        &mut inside
                    }) += 1;
                }
            }
            assert!(inside > 0 && outside > 0, "{inside} {outside}");
            let gradient = ppo.gradient(&lessons, false);
            for (array, slopes) in gradient.0.iter().enumerate() {
                for (place, slope) in slopes.indexed_iter() {
                    let kept = ppo.controller.weights.0[array][place];
                    let mut shifted = |by: f64| {
                        ppo.controller.weights.0[array][place] = kept + by;
                        surrogate(&ppo, &lessons)
                    };
                    let wanted = (shifted(1e-6) - shifted(-1e-6)) / 2e-6;
                    ppo.controller.weights.0[array][place] = kept;
                    assert!(
                        (wanted - slope).abs() < 1e-7,
                        "{array} {place:?}: {wanted} {slope}"
                    );
                }
            }
        }
    }

    #[test]
    fn with_a_perfect_critic_nothing_is_an_advantage() {
        let space = space();
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let controller = Controller::new(&space, Cell::Lstm, 4, true, &mut rng);
        let mut drawn = controller.draw(&space, None, &mut rng);
        drawn.moves.iter_mut().for_each(|one| one.value = 0.7);
        let recipe = Recipe {
            clip: 0.2,
            lambda: Some(0.95),
            discount: 1.0,
            entropy: 0.0,
        };
        for lesson in recipe.lesson(&drawn.moves, 0.7) {
            assert!(lesson.advantage.abs() < 1e-15);
            assert!((lesson.target - 0.7).abs() < 1e-15);
        }
    }
}
