//! Views: tables and figures of results. They compute nothing that a result does not hold.
//!
//! A view is a file with a function and a line of [`VIEWS`]; its name and parameters stand in the
//! registry of functions. Views of rows ask [`columns`] for their numbers, so that units, names
//! and warnings such as "illustrative surrogate" are the same everywhere.

mod animation;
mod answers;
mod attainment;
mod columns;
mod compare;
mod convergence;
mod correlation;
mod energy;
mod explain;
mod floorplan;
mod gantt;
mod goal;
mod heatmap;
mod learning;
mod limits;
mod names;
mod nest;
mod pareto;
mod quantiles;
mod rank;
mod regret;
mod reuse;
mod roofline;
mod rows;
mod scatter;
mod sense;
mod space;
mod table;
mod trainings;
mod units;
mod volume;
pub mod work;

pub(crate) use correlation::spearman;

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Evaluation, Item};
use std::sync::Arc;

type View = fn(&Call<'_>) -> Result<Item, Fault>;

const VIEWS: &[(&str, View)] = &[
    ("attainment", attainment::view),
    ("compare", compare::view),
    ("convergence", convergence::view),
    ("dataflow_animation", animation::view),
    ("design_space", space::view),
    ("energy_breakdown", energy::view),
    ("explain", explain::view),
    ("floorplan", floorplan::view),
    ("heatmap", heatmap::view),
    ("hypervolume", volume::view),
    ("kendall", correlation::kendall_view),
    ("learning_curves", learning::view),
    ("loop_nest", nest::view),
    ("pareto", pareto::view),
    ("rank_correlation", correlation::view),
    ("regret", regret::view),
    ("reuse_table", reuse::view),
    ("roofline", roofline::view),
    ("scatter", scatter::view),
    ("schedule", gantt::view),
    ("spearman", correlation::spearman_view),
    ("table", table::view),
    ("trainings", trainings::view),
];

/// Draws the view that a call names.
pub fn call(call: &Call<'_>) -> Result<Item, Fault> {
    let view = VIEWS
        .iter()
        .find(|(name, _)| *name == call.name)
        .ok_or_else(|| {
            Fault::new("E0704", format!("`{}` is not in this build", call.name)).at(call.at)
        })?;
    view.1(call).map_err(|fault| fault.at(call.at))
}

/// The one design that a view shows: a result, or the best of a search.
fn design(call: &Call<'_>) -> Result<Arc<Evaluation>, Fault> {
    one(call.subject()?, call.name)
}

/// The one design that a value stands for.
fn one(item: &Item, view: &str) -> Result<Arc<Evaluation>, Fault> {
    match item {
        Item::Result(evaluation) => Ok(Arc::clone(evaluation)),
        Item::Run(found) => match found.best() {
            Some(best) => Ok(Arc::new(best?)),
            None => Err(Fault::new("E0805", "the search has evaluated no design")),
        },
        _ => Err(Fault::new("E0305", format!("`{view}` shows one design"))),
    }
}

#[cfg(test)]
mod tests {
    use super::VIEWS;
    use nasaic_dsl::functions::{Group, all};
    use std::collections::BTreeSet;

    #[test]
    fn every_view_of_the_registry_is_here() {
        let views = all().iter().filter(|f| f.group == Group::View);
        // `layers` gives rows, not a picture of them, and belongs to the actions.
        // A name with several forms is one view.
        let wanted: BTreeSet<&str> = views
            .map(|f| f.name)
            .filter(|name| *name != "layers")
            .collect();
        for name in &wanted {
            assert!(VIEWS.iter().any(|v| v.0 == *name), "`{name}` is missing");
        }
        assert_eq!(wanted.len(), VIEWS.len());
    }
}
