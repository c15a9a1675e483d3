//! A cost model that was learned from the real one, in its place.
//!
//! It forecasts the cycles, energy and area of a whole design from its decisions. There is no
//! schedule behind them, so that nothing is known of single layers, tasks or sub-accelerators.

use super::{Goal, Metrics, Priced, Spec, Study, Waiting};
use nasaic_dsl::plan::{Expr, ExprKind};
use nasaic_search::{Design, Forecast, Schedule};
use std::sync::Arc;

/// Names of the quantities that are learned, in their order; those without a technology end early.
pub const QUANTITIES: [&str; 3] = ["latency", "energy", "area"];

/// A learned cost model with what is known of its errors.
#[derive(Debug)]
pub struct Learned {
    /// What forecasts [`quantities`].
    pub forecast: Forecast,
    /// How good it is.
    pub quality: Arc<Quality>,
}

/// How a learned cost model was made, and how far it was off designs that it did not learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Quality {
    /// Designs that it learned from, priced by the cost model.
    pub designs: usize,
    /// Further designs that were priced to know its errors.
    pub holdout: usize,
    /// The error of each quantity.
    pub errors: Vec<Off>,
    /// Distinct designs that the search looked at with it.
    pub looked_at: u64,
    /// The best of them that were priced by the cost model in the end.
    pub verified: u64,
}

/// The errors of one quantity on the designs held out.
#[derive(Debug, Clone, PartialEq)]
pub struct Off {
    /// `latency`, `energy` or `area`.
    pub of: &'static str,
    /// Mean of |forecast − value| ÷ value.
    pub relative: f64,
    /// Spearman's rho of forecasts and values; none where all are equal.
    pub spearman: Option<f64>,
}

/// What is learned of a design: cycles, and energy and area where there is a technology.
pub fn quantities(priced: &Priced) -> Vec<f64> {
    let m = &priced.metrics;
    let known = [Some(m.cycles as f64), m.energy, m.area];
    known
        .into_iter()
        .map_while(|x| x.filter(|x| *x > 0.0))
        .collect()
}

/// A metric of a goal or spec that a learned cost model cannot know.
pub fn unknowable(goals: &[Goal], specs: &[Spec]) -> Option<String> {
    let exprs = goals.iter().map(|g| &g.expr);
    exprs.chain(specs.iter().map(|s| &s.expr)).find_map(of_task)
}

/// The first latency or energy of a single task in an expression.
fn of_task(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Metric(name) => {
            let (_, metric) = name.rsplit_once('.')?;
            ["latency", "energy"]
                .contains(&metric)
                .then(|| name.clone())
        }
        ExprKind::Binary(_, a, b) => of_task(a).or_else(|| of_task(b)),
        ExprKind::Negate(a) | ExprKind::As(a, _) => of_task(a),
        ExprKind::Call(_, args) => args.iter().find_map(|a| of_task(&a.1)),
        ExprKind::Script(_, _, args) => args.iter().find_map(of_task),
        _ => None,
    }
}

impl Learned {
    /// The costs of a design as they are forecast.
    pub fn price(&self, study: &Study, design: &Design) -> Result<Priced, String> {
        let networks = study.networks(&design.0)?;
        let arrays = study.arrays(&design.0);
        if arrays.iter().flatten().next().is_none() {
            return Err("every sub-accelerator is absent: none has PEs and bandwidth".into());
        }
        let schedule = Schedule {
            entries: Vec::new(),
            makespan: 0,
            energy: 0.0,
            moved: 0.0,
        };
        let known = study.metrics(&networks, &arrays, &schedule);
        let values = self.forecast.of(design);
        let cycles = values.first().copied().unwrap_or_default();
        let metrics = Metrics {
            cycles: cycles as u64,
            latency: cycles / study.platform.clock,
            energy: values.get(1).copied(),
            area: values.get(2).copied(),
            utilization: 0.0,
            ..known
        };
        let priced = Priced {
            networks,
            arrays,
            schedule,
            certainty: None,
            on_chip: Waiting::default(),
            metrics,
        };
        study.within_area(&priced)?;
        Ok(priced)
    }
}
