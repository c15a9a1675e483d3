//! The best and the largest of several rows.

use crate::fault::Fault;
use crate::formula::{self, Names, Scripts};
use crate::item::{Designs, Evaluation, Item, LayerRow, LayerRows};
use nasaic_dsl::plan::Expr;
use nasaic_dsl::units::Dim;
use nasaic_dsl::value::{Quantity, Value};
use std::sync::Arc;

/// The `count` rows with the largest values of a column, largest first.
pub fn top(of: &Item, count: usize, by: &Expr) -> Result<Item, Fault> {
    let scripts = Scripts::new();
    if let Item::Layers(layers) = of {
        let mut rows = Vec::new();
        for row in &layers.rows {
            let names = LayerNames {
                row,
                clock: layers.clock,
            };
            // Layers that do not compute have no cost to compare.
            if let Ok(value) = formula::quantity(by, &names, &scripts) {
                rows.push((value.value, row.clone()));
            }
        }
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        rows.truncate(count);
        let rows = rows.into_iter().map(|r| r.1).collect();
        let layers = LayerRows {
            rows,
            clock: layers.clock,
            costed: layers.costed,
            study: layers.study.clone(),
        };
        return Ok(Item::Layers(Arc::new(layers)));
    }
    let mut designs: Vec<(f64, Vec<u32>)> = Vec::new();
    let mut study = None;
    of.each_design(&mut |e| {
        let value = formula::quantity(by, &e.sight(), &scripts)?.value;
        study.get_or_insert_with(|| Arc::clone(&e.study));
        designs.push((value, e.choices.clone()));
        Ok(())
    })?;
    designs.sort_by(|a, b| b.0.total_cmp(&a.0));
    designs.truncate(count);
    let Some(study) = study else {
        return Err(Fault::new("E0805", "there are no designs"));
    };
    Ok(Item::Results(Arc::new(Designs {
        study,
        designs: designs.into_iter().map(|d| d.1).collect(),
        invalid: (0, None),
        how: format!("the {count} with the most"),
    })))
}

/// The best design of a set: feasible with the best goals in their order, else of least violation.
pub fn best(designs: &Designs) -> Result<Option<Item>, Fault> {
    let mut best: Option<(Rank, Evaluation)> = None;
    for choices in &designs.designs {
        let Ok(evaluation) = Evaluation::of(&designs.study, choices.clone()) else {
            continue;
        };
        let rank = Rank::of(&evaluation)?;
        if best.as_ref().is_none_or(|(known, _)| rank.beats(known)) {
            best = Some((rank, evaluation));
        }
    }
    Ok(best.map(|b| Item::Result(Arc::new(b.1))))
}

/// How good a design is among others of its space.
struct Rank {
    feasible: bool,
    /// Larger is better, the first that differs decides.
    merits: Vec<f64>,
}

impl Rank {
    fn of(evaluation: &Evaluation) -> Result<Self, Fault> {
        let sight = evaluation.sight();
        let violation = sight.violation();
        let goals = &evaluation.study.goals;
        let merits = match violation {
            0.0 if goals.is_empty() => vec![-evaluation.priced.metrics.latency],
            0.0 => goals
                .iter()
                .map(|g| g.score(&sight))
                .collect::<Result<_, _>>()?,
            missed => vec![-missed],
        };
        Ok(Self {
            feasible: violation == 0.0,
            merits,
        })
    }

    fn beats(&self, other: &Self) -> bool {
        let merits = self.merits.iter().zip(&other.merits);
        let differing = merits.map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne());
        let feasible = self.feasible.cmp(&other.feasible);
        feasible
            .then(differing.unwrap_or(std::cmp::Ordering::Equal))
            .is_gt()
    }
}

/// A layer's row as formulas see it.
pub struct LayerNames<'a> {
    /// The row.
    pub row: &'a LayerRow,
    /// Cycles per second.
    pub clock: f64,
}

impl Names for LayerNames<'_> {
    fn metric(&self, name: &str) -> Option<Value> {
        let of = |x: f64, dim| Some(Value::Quantity(Quantity::of(x, dim)));
        let cost = self.row.cost.as_ref();
        match name {
            "layer" => Some(Value::Text(self.row.name())),
            "kind" => Some(Value::Text(self.row.kind.to_owned())),
            "sub" => Some(Value::Text(self.row.sub.clone())),
            "bound" => Some(Value::Text(self.row.bound.clone())),
            "mapping" => Some(Value::Text(self.row.mapping.clone()?)),
            "shape" => Some(Value::Text(self.row.shape.clone())),
            "macs" => of(self.row.macs as f64, Dim::NONE),
            "params" => of(self.row.params as f64, Dim::NONE),
            "cycles" => of(cost?.cycles as f64, Dim::CYCLES),
            "latency" => of(cost?.cycles as f64 / self.clock, Dim::TIME),
            "energy" => of(cost?.energy?.total() * self.row.unit, Dim::ENERGY),
            "utilization" => of(cost?.utilization, Dim::NONE),
            "dram" => of(
                cost?.link(nasaic_cost::Link::OffChip).bytes as f64,
                Dim::DATA,
            ),
            _ => None,
        }
    }

    fn path(&self, _: &str) -> Option<Value> {
        None
    }

    fn clock(&self) -> f64 {
        self.clock
    }
}
