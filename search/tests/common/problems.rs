//! Problems whose best designs are known: ZDT1 and DTLZ2 on a grid, and hardware alone.

use super::decision;
use nasaic_search::{Design, Hardware, Limit, Outcome, Problem, Role, Space};
use std::f64::consts::FRAC_PI_2;

/// Values of a variable of a grid problem: 0, 1/31, …, 1.
pub const STEPS: usize = 32;

/// Objectives to be minimised, over variables in 0..1.
pub struct Grid {
    space: Space,
    goals: usize,
    function: fn(&[f64]) -> Vec<f64>,
    /// The corner from which volumes are measured, where objectives are minimised.
    pub reference: Vec<f64>,
}

impl Grid {
    fn new(size: usize, function: fn(&[f64]) -> Vec<f64>, reference: &[f64]) -> Self {
        let decisions = (0..size).map(|index| decision(&format!("x{index}"), STEPS, Role::Network));
        Self {
            space: Space::new(decisions.collect(), vec![], vec![]).unwrap(),
            goals: reference.len(),
            function,
            reference: reference.to_vec(),
        }
    }

    /// ZDT1 with twelve variables (Zitzler, Deb and Thiele, Evol. Comput. 8(2), 2000).
    pub fn zdt1() -> Self {
        let function = |x: &[f64]| {
            let g = 1.0 + 9.0 * x[1..].iter().sum::<f64>() / (x.len() - 1) as f64;
            vec![x[0], g * (1.0 - (x[0] / g).sqrt())]
        };
        Self::new(12, function, &[1.1, 8.0])
    }

    /// DTLZ2 with three objectives and twelve variables (Deb et al., CEC 2002).
    pub fn dtlz2() -> Self {
        let function = |x: &[f64]| {
            let g: f64 = x[2..].iter().map(|x| (x - 0.5) * (x - 0.5)).sum();
            let (a, b) = (x[0] * FRAC_PI_2, x[1] * FRAC_PI_2);
            vec![
                (1.0 + g) * libm::cos(a) * libm::cos(b),
                (1.0 + g) * libm::cos(a) * libm::sin(b),
                (1.0 + g) * libm::sin(a),
            ]
        };
        Self::new(12, function, &[2.0, 2.0, 2.0])
    }
}

impl Problem for Grid {
    fn space(&self) -> &Space {
        &self.space
    }

    fn goals(&self) -> usize {
        self.goals
    }

    fn hardware(&self, _design: &Design) -> Hardware {
        Hardware {
            valid: true,
            reason: None,
            penalty: 0.0,
            metrics: vec![],
        }
    }

    fn complete(&self, design: &Design, _hardware: &Hardware) -> Outcome {
        let last = (STEPS - 1) as f64;
        let x: Vec<f64> = design.0.iter().map(|&v| f64::from(v) / last).collect();
        Outcome {
            objectives: (self.function)(&x).iter().map(|value| -value).collect(),
            penalty: 0.0,
            metrics: vec![],
        }
    }
}

/// Hardware alone: an array, buffers and a link share a budget of area; all can be listed.
///
/// Energy falls with buffers and rises with PEs, latency falls with PEs and the link; the
/// objective is minus their product, within a limit on area and a spec on latency.
pub struct Chip(Space);

impl Chip {
    pub fn new() -> Self {
        let mut flow = decision("flow", 3, Role::Hardware);
        flow.ordered = false;
        let decisions = vec![
            flow,
            decision("pes", 16, Role::Hardware),
            decision("buffer", 12, Role::Hardware),
            decision("link", 8, Role::Hardware),
        ];
        let amounts = |count: i64, each: i64| (1..=count).map(|one| one * each).collect();
        let area = Limit {
            name: "area".to_string(),
            terms: vec![(1, amounts(16, 4)), (2, amounts(12, 3)), (3, amounts(8, 2))],
            constant: 0,
            at_most: 70,
        };
        Self(Space::new(decisions, vec![area], vec![]).unwrap())
    }

    fn latency(design: &Design) -> f64 {
        let of = |index: usize| f64::from(design.0[index] + 1);
        let reuse = [1.0, 1.6, 1.3][design.0[0] as usize];
        let moved = 40.0 / (reuse * of(2).sqrt());
        (48.0 / of(1)).max(moved / of(3))
    }
}

impl Problem for Chip {
    fn space(&self) -> &Space {
        &self.0
    }

    fn goals(&self) -> usize {
        1
    }

    fn hardware(&self, design: &Design) -> Hardware {
        let latency = Self::latency(design);
        Hardware {
            valid: true,
            reason: None,
            penalty: (latency - 8.0).max(0.0) / 8.0,
            metrics: vec![latency],
        }
    }

    fn complete(&self, design: &Design, hardware: &Hardware) -> Outcome {
        let of = |index: usize| f64::from(design.0[index] + 1);
        let energy = 20.0 + of(1) + 60.0 / of(2) + 2.0 * of(3);
        Outcome {
            objectives: vec![-energy * hardware.metrics[0]],
            penalty: hardware.penalty,
            metrics: vec![],
        }
    }
}
