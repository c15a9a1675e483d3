//! NASAIC's controller learns, with the published recipe.

mod common;

use common::{decision, search};
use nasaic_search::{Design, Hardware, OptionValue, Outcome, Problem, Role, Space};

/// Each decision has one best value; the objective is the mean closeness to these.
struct Separable(Space);

impl Separable {
    fn new() -> Self {
        let role = |index| {
            if index < 4 {
                Role::Network
            } else {
                Role::Hardware
            }
        };
        let decisions = (0..8).map(|index| decision(&format!("d{index}"), 8, role(index)));
        Self(Space::new(decisions.collect(), vec![], vec![]).unwrap())
    }

    fn closeness(design: &Design, from: usize, to: usize) -> f64 {
        let one = |index: usize| {
            let value = design.value(index).unwrap() as i64;
            1.0 - (value - (3 * index as i64 + 2) % 8).abs() as f64 / 8.0
        };
        (from..to).map(one).sum::<f64>() / (to - from) as f64
    }
}

impl Problem for Separable {
    fn space(&self) -> &Space {
        &self.0
    }

    fn goals(&self) -> usize {
        1
    }

    fn hardware(&self, design: &Design) -> Hardware {
        // The spec is met by about a third of all hardware.
        let penalty = (0.65 - Self::closeness(design, 4, 8)).max(0.0);
        Hardware {
            valid: true,
            reason: None,
            penalty,
            metrics: vec![],
        }
    }

    fn complete(&self, design: &Design, hardware: &Hardware) -> Outcome {
        let objectives = vec![Self::closeness(design, 0, 4)];
        Outcome {
            objectives,
            penalty: hardware.penalty,
            metrics: vec![],
        }
    }
}

/// The mean reward of some episodes.
fn mean(episodes: &[nasaic_search::Episode]) -> f64 {
    episodes.iter().map(|one| one.mean_reward).sum::<f64>() / episodes.len() as f64
}

#[test]
#[ignore]
fn sweep() {
    let problem = Separable::new();
    for clip in [0.1, 0.3, 1.0, 3.0, 10.0, 1e9] {
        for lr in [0.05, 0.3, 0.99] {
            for disc in [1.0, 0.9] {
                let mut out = String::new();
                for seed in 1..=4 {
                    let given = [
                        ("episodes", OptionValue::Int(500)),
                        ("controller.clip", OptionValue::Float(clip)),
                        ("controller.discount", OptionValue::Float(disc)),
                        ("controller.learning_rate", OptionValue::Float(lr)),
                    ];
                    let run = search(&problem, "reinforce", &given, None, seed);
                    out += &format!(
                        "{:.3}->{:.3} (best {:.3}) ",
                        mean(&run.episodes[..20]),
                        mean(&run.episodes[run.episodes.len() - 100..]),
                        common::objective(&run.evaluated[run.best.unwrap()])
                    );
                }
                println!("clip {clip} lr {lr} g {disc}: {out}");
            }
        }
    }
}
