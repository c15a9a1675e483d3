//! Whether a problem can be asked exactly: which goal is optimised, which specs bound the tables.

use crate::fault::Fault;
use crate::study::hardware::Between;
use crate::study::{Method, Spec, Study};
use nasaic_dsl::plan::{BetterWhen, Expr, ExprKind, Operator};

/// What an exact search is asked.
pub(super) struct Question {
    /// What is optimised.
    pub goal: Target,
    /// Latest end in cycles.
    pub deadline: Option<u64>,
    /// Most energy, in joules or the technology's own unit.
    pub energy: Option<f64>,
    /// Largest area in m².
    pub area: Option<f64>,
    /// Indices of the specs that depend on the networks alone.
    pub of_networks: Vec<usize>,
}

/// What is optimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A formula that depends on the networks alone.
    Networks,
    /// Least latency.
    Latency,
    /// Least energy.
    Energy,
    /// Least area.
    Area,
}

impl Question {
    /// Reads goals and specs; what has no bound that could be proven is refused by name.
    pub fn of(study: &Study) -> Result<Self, Fault> {
        if study.rules.link.is_some() {
            return Err(refusal(
                "there is no bound yet for `link`s between sub-accelerators",
            ));
        }
        if study.platform.between_layers == Between::OnChip {
            return Err(refusal(
                "there is no bound yet for `between_layers = on_chip`",
            ));
        }
        if study.rules.parallel {
            return Err(refusal("there is no bound yet for `branches = parallel`"));
        }
        if study.rules.method == Method::Pipeline {
            return Err(refusal("there is no bound yet for `schedule = pipeline`"));
        }
        let mut devices = study
            .platform
            .devices
            .values()
            .chain(&study.platform.device);
        if devices.any(|device| device.fpga.is_some()) {
            return Err(refusal(
                "there is no bound yet for the slices and blocks of an FPGA",
            ));
        }
        let mut question = Self {
            goal: target(study)?,
            deadline: None,
            energy: None,
            area: study.platform.area_budget,
            of_networks: Vec::new(),
        };
        for (index, spec) in study.specs.iter().enumerate() {
            question.add(index, spec, study.platform.clock)?;
        }
        let energy = question.goal == Target::Energy || question.energy.is_some();
        let area = question.goal == Target::Area || question.area.is_some();
        if (energy || area) && study.platform.technology.is_none() {
            return Err(refusal(
                "without a technology there is no energy and no area",
            ));
        }
        Ok(question)
    }

    fn add(&mut self, index: usize, spec: &Spec, clock: f64) -> Result<(), Fault> {
        if of_networks(&spec.expr) {
            self.of_networks.push(index);
            return Ok(());
        }
        let limit = spec.simple().filter(|(_, op, _)| *op == Operator::Le);
        match limit {
            Some(("latency" | "cycles", ..)) => {
                let deadline = spec.deadline(clock).or_else(|| cycles(limit?.2.value));
                self.deadline = least(self.deadline, deadline);
            }
            Some(("energy", _, most)) => self.energy = smaller(self.energy, most.value),
            Some(("area", _, most)) => self.area = smaller(self.area, most.value),
            _ => {
                return Err(refusal(format!("the spec `{}` has no bound yet", spec.text)).note(
                    "Specs can be upper limits (`<=`) on latency, cycles, energy or area, and anything about accuracies, MACs and parameters.",
                ));
            }
        }
        Ok(())
    }
}

fn target(study: &Study) -> Result<Target, Fault> {
    let goal = match study.goals.as_slice() {
        [goal] => goal,
        [] => return Err(refusal("the problem has no goal")),
        _ => return Err(refusal("the problem has several goals")),
    };
    if of_networks(&goal.expr) {
        return Ok(Target::Networks);
    }
    match (&goal.expr.kind, goal.better) {
        (ExprKind::Metric(name), BetterWhen::Less) => match name.as_str() {
            "latency" | "cycles" => Ok(Target::Latency),
            "energy" => Ok(Target::Energy),
            "area" => Ok(Target::Area),
            _ => Err(no_bound(&goal.text)),
        },
        _ => Err(no_bound(&goal.text)),
    }
}

fn no_bound(goal: &str) -> Fault {
    refusal(format!("the goal `{goal}` has no bound yet")).note(
        "The goal can be a formula of accuracies, MACs and parameters, or the least latency, energy or area.",
    )
}

/// The refusal of a problem, with its reason.
pub(super) fn refusal(why: impl Into<String>) -> Fault {
    Fault::new("E0607", "this problem cannot be searched exactly")
        .label(why)
        .hint("use another strategy, or ask for something that can be proven; see `nasaic explain E0607`")
}

/// Whether a formula depends on the networks alone.
fn of_networks(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Value(_) => true,
        ExprKind::Metric(name) => {
            let metric = name
                .rsplit_once('.')
                .map_or(name.as_str(), |(_, metric)| metric);
            ["accuracy", "macs", "params"].contains(&metric)
        }
        ExprKind::Binary(_, a, b) => of_networks(a) && of_networks(b),
        ExprKind::Negate(a) | ExprKind::As(a, _) => of_networks(a),
        ExprKind::Call(_, args) => args.iter().all(|a| of_networks(&a.1)),
        ExprKind::Script(_, _, args) => args.iter().all(of_networks),
        _ => false,
    }
}

fn cycles(value: f64) -> Option<u64> {
    (value >= 0.0).then_some(libm::floor(value + 1e-6) as u64)
}

fn least(known: Option<u64>, new: Option<u64>) -> Option<u64> {
    [known, new].into_iter().flatten().min()
}

fn smaller(known: Option<f64>, new: f64) -> Option<f64> {
    Some(known.map_or(new, |known| known.min(new)))
}
