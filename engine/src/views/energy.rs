//! `energy_breakdown`: where the energy goes.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Evaluation, Item};
use crate::study::hardware::JOULES;
use crate::views::names::Remarks;
use crate::views::nest::letter;
use crate::views::units as suited;
use crate::views::work::{self, Work};
use nasaic_cost::{Energy, Tensor};
use nasaic_dsl::units::{self, Dim, Scale, number, pretty};
use nasaic_plot::{Axis, Bars, Figure, Segment};
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let evaluation = super::design(call)?;
    if evaluation.study.platform.technology.is_none() {
        return Err(Fault::new("E0805", "this result has no energy")
            .hint("give the accelerator a `technology` or a `device`"));
    }
    let works = work::all(&evaluation)?;
    let (by, per) = (
        call.word("by").unwrap_or("level"),
        call.word("per").unwrap_or("layer"),
    );
    let mut stack = Stack::default();
    for work in &works {
        let category = match per {
            "task" => work.task,
            "sub" => work.sub,
            "all" => "all",
            _ => &work.name,
        };
        let Some(energy) = &work.cost.energy else {
            continue;
        };
        for (segment, amount) in parts(work, energy, by) {
            stack.add(category, &segment, amount * JOULES);
        }
    }
    let leakage = leakage(&evaluation);
    if per == "all" && leakage > 0.0 {
        stack.add("all", "leakage", leakage);
    }
    let activity = !evaluation.study.in_joules();
    let (unit, scale) = unit(&stack, activity);
    let chart = Bars {
        category: Axis::new(match per {
            "task" => "task",
            "sub" => "sub-accelerator",
            "all" => "",
            _ => "layer",
        }),
        value: Remarks::of_energy(&evaluation.study).axis("energy", &unit),
        segments: stack.segments(scale),
        categories: stack.categories,
    };
    let title = format!(
        "Energy by {}",
        if by == "tensor" {
            "tensor"
        } else {
            "storage level"
        }
    );
    let caption = caption(&evaluation, if per == "all" { 0.0 } else { leakage });
    Ok(Item::Figure(Arc::new(
        Figure::new(title, chart).caption(caption),
    )))
}

/// What the energy of a layer is made of, in the technology's unit.
fn parts(work: &Work<'_>, energy: &Energy, by: &str) -> Vec<(String, f64)> {
    let mut parts: Vec<(String, f64)> = if by == "tensor" {
        let of = |t: Tensor| energy.store.iter().map(|level| level[t.index()]).sum();
        Tensor::ALL
            .into_iter()
            .map(|t| (letter(t).to_owned(), of(t)))
            .collect()
    } else {
        let levels = work.levels().zip(&energy.store);
        levels
            .map(|(name, level)| (name.to_owned(), level.iter().sum()))
            .collect()
    };
    parts.push(("NoC".into(), energy.noc));
    parts.push(("MAC".into(), energy.mac));
    parts
}

/// The static energy, which belongs to no layer.
fn leakage(e: &Evaluation) -> f64 {
    let technology = e.study.platform.technology.as_ref();
    let area: f64 = e.priced.arrays.iter().flatten().map(|a| a.area).sum();
    technology.map_or(0.0, |t| {
        t.static_energy(area, e.priced.metrics.cycles, e.study.platform.clock) * JOULES
    })
}

fn unit(stack: &Stack, activity: bool) -> (String, Scale) {
    // Activity is kept in the unit that its source labels it with.
    let activity = activity.then(|| units::parse("nJ")).flatten();
    match activity {
        Some(scale) => ("nJ".into(), scale),
        None => suited::suiting(stack.totals(), Dim::ENERGY),
    }
}

fn caption(e: &Evaluation, hidden: f64) -> String {
    let total = e.priced.metrics.energy.unwrap_or(0.0);
    if !e.study.in_joules() {
        let count = number(total * 1e9);
        return format!("In all {count} nJ: counts of activity, not joules of silicon.");
    }
    let shown = |joules| pretty(joules, Dim::ENERGY).replace(" u", " µ");
    let mut caption = format!("In all {}.", shown(total));
    if hidden > 0.0 {
        caption += &format!(
            " Of it {} is leakage, which no bar contains.",
            shown(hidden)
        );
    }
    caption
}

/// Amounts by category and segment, both in the order in which they came.
#[derive(Default)]
struct Stack {
    categories: Vec<String>,
    names: Vec<String>,
    amounts: Vec<(usize, usize, f64)>,
}

impl Stack {
    fn add(&mut self, category: &str, segment: &str, amount: f64) {
        let category = place(&mut self.categories, category);
        let segment = place(&mut self.names, segment);
        self.amounts.push((category, segment, amount));
    }

    fn totals(&self) -> Vec<f64> {
        let mut totals = vec![0.0; self.categories.len()];
        self.amounts
            .iter()
            .for_each(|(category, _, amount)| totals[*category] += amount);
        totals
    }

    /// The segments that are not nothing everywhere.
    fn segments(&self, scale: Scale) -> Vec<Segment> {
        let mut segments: Vec<Segment> = self
            .names
            .iter()
            .map(|name| Segment {
                name: name.clone(),
                values: vec![0.0; self.categories.len()],
            })
            .collect();
        for (category, segment, amount) in &self.amounts {
            segments[*segment].values[*category] += scale.from_base(*amount);
        }
        segments.retain(|s| s.values.iter().any(|v| *v != 0.0));
        segments
    }
}

fn place(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|n| n == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_add_up_and_empty_segments_go() {
        let mut stack = Stack::default();
        for (category, segment, amount) in [
            ("a", "dram", 2e-3),
            ("b", "dram", 1e-3),
            ("a", "NoC", 0.0),
            ("a", "dram", 4e-3),
        ] {
            stack.add(category, segment, amount);
        }
        assert_eq!(stack.totals(), [6e-3, 1e-3]);
        let (unit, scale) = unit(&stack, false);
        let segments = stack.segments(scale);
        assert_eq!((unit.as_str(), segments.len()), ("mJ", 1));
        assert_eq!(segments[0].values, [6.0, 1.0]);
    }
}
