//! Spaces and problems that several test files share.
#![allow(dead_code)]

pub mod problems;
pub mod random_space;

use nasaic_search::{
    Absence, Budget, Condition, Decision, Design, Evaluated, Hardware, Limit, OptionValue, Options,
    Outcome, Problem, Role, Run, SearchError, Space, run, strategy,
};
use std::ops::ControlFlow;

/// A decision without conditions.
pub fn decision(name: &str, values: usize, role: Role) -> Decision {
    Decision {
        name: name.to_string(),
        values,
        numbers: None,
        ordered: true,
        role,
        active: vec![],
    }
}

/// The space of NASAIC's first workload: two networks and two sub-accelerators.
pub fn w1() -> Space {
    let mut decisions = vec![decision("resnet9.stem", 3, Role::Network)];
    for stage in 0..3 {
        decisions.push(decision(
            &format!("resnet9.stage{stage}.filters"),
            4,
            Role::Network,
        ));
        decisions.push(decision(
            &format!("resnet9.stage{stage}.more"),
            3,
            Role::Network,
        ));
    }
    decisions.push(decision("unet.height", 5, Role::Network));
    decisions.push(decision("unet.base", 4, Role::Network));
    let mut pes = Vec::new();
    let mut bandwidth = Vec::new();
    let mut absences = Vec::new();
    for sub in ["a1", "a2"] {
        let first = decisions.len();
        decisions.push(decision(&format!("{sub}.dataflow"), 3, Role::Hardware));
        decisions.push(decision(&format!("{sub}.pes"), 129, Role::Hardware));
        decisions.push(decision(&format!("{sub}.bandwidth"), 9, Role::Hardware));
        pes.push((first + 1, (0..129).map(|step| 32 * step).collect()));
        bandwidth.push((first + 2, (0..9).map(|step| 8 * step).collect()));
        absences.push(Absence {
            when: vec![(first + 1, vec![0]), (first + 2, vec![0])],
            drops: vec![first, first + 1, first + 2],
        });
    }
    let limit = |name: &str, terms, at_most| Limit {
        name: name.to_string(),
        terms,
        constant: 0,
        at_most,
    };
    let limits = vec![limit("pes", pes, 4096), limit("bandwidth", bandwidth, 64)];
    Space::new(decisions, limits, absences).unwrap()
}

/// A small co-design problem with a budget, an absence, specs and two possible goals.
///
/// Wider and deeper networks are more accurate and slower; more PEs make them
/// faster and cost area.
pub struct Toy {
    pub space: Space,
    pub goals: usize,
    pub spec: f64,
}

impl Toy {
    pub fn new(goals: usize) -> Self {
        let mut decisions = vec![
            decision("depth", 4, Role::Network),
            decision("width0", 4, Role::Network),
            decision("width1", 4, Role::Network),
            decision("width2", 4, Role::Network),
            decision("a.flow", 2, Role::Hardware),
            decision("a.pes", 9, Role::Hardware),
            decision("b.flow", 2, Role::Hardware),
            decision("b.pes", 9, Role::Hardware),
        ];
        for (depth, width) in (1..4).zip(&mut decisions[1..4]) {
            let allowed = (depth..4).collect();
            width.active = vec![Condition {
                decision: 0,
                allowed,
            }];
        }
        let amounts: Vec<i64> = (0..9).collect();
        let terms = vec![(5, amounts.clone()), (7, amounts)];
        let limits = vec![Limit {
            name: "pes".to_string(),
            terms,
            constant: 0,
            at_most: 10,
        }];
        let absences = vec![
            Absence {
                when: vec![(5, vec![0])],
                drops: vec![4, 5],
            },
            Absence {
                when: vec![(7, vec![0])],
                drops: vec![6, 7],
            },
        ];
        Self {
            space: Space::new(decisions, limits, absences).unwrap(),
            goals,
            spec: 1.0,
        }
    }

    fn work(design: &Design) -> f64 {
        1.0 + (1..4)
            .filter_map(|at| design.value(at))
            .map(|width| f64::from(width + 1))
            .sum::<f64>()
    }

    fn speed(design: &Design) -> f64 {
        let sub = |flow: usize, pes: usize| {
            let fit = if design.value(flow) == Some(1) {
                1.0
            } else {
                0.7
            };
            design.value(pes).map_or(0.0, |pes| fit * f64::from(pes))
        };
        sub(4, 5) + sub(6, 7)
    }
}

impl Problem for Toy {
    fn space(&self) -> &Space {
        &self.space
    }

    fn goals(&self) -> usize {
        self.goals
    }

    fn hardware(&self, design: &Design) -> Hardware {
        let speed = Self::speed(design);
        if speed == 0.0 {
            let reason = Some("there is no sub-accelerator".to_string());
            return Hardware {
                valid: false,
                reason,
                penalty: f64::NAN,
                metrics: vec![],
            };
        }
        let latency = Self::work(design) / speed;
        let penalty = (latency - self.spec).max(0.0) / self.spec;
        Hardware {
            valid: true,
            reason: None,
            penalty,
            metrics: vec![latency],
        }
    }

    fn complete(&self, design: &Design, hardware: &Hardware) -> Outcome {
        let work = Self::work(design);
        let accuracy = work / (work + 3.0);
        let objectives = [accuracy, -hardware.metrics[0]][..self.goals].to_vec();
        Outcome {
            objectives,
            penalty: hardware.penalty,
            metrics: hardware.metrics.clone(),
        }
    }
}

/// Runs a strategy by name without an observer.
pub fn try_search(
    problem: &dyn Problem,
    name: &str,
    given: &[(&str, OptionValue)],
    evaluations: Option<u64>,
    seed: u64,
) -> Result<Run, SearchError> {
    let options = Options::new(strategy(name).unwrap(), given).unwrap();
    let budget = Budget { evaluations };
    run(problem, &options, budget, seed, &mut |_| {
        ControlFlow::Continue(())
    })
}

/// Runs a strategy that must succeed.
pub fn search(
    problem: &dyn Problem,
    name: &str,
    given: &[(&str, OptionValue)],
    evaluations: Option<u64>,
    seed: u64,
) -> Run {
    try_search(problem, name, given, evaluations, seed).unwrap()
}

/// The first objective of an evaluated design.
pub fn objective(one: &Evaluated) -> f64 {
    one.outcome.as_ref().unwrap().objectives[0]
}
