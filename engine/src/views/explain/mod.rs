//! `explain`: why a result costs what it costs, layer by layer and then one layer in full.
//!
//! The cost model explains; here its data become words, tables and a picture.

mod figure;
mod tables;
mod text;
mod words;

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Evaluation, Explanation, Item};
use crate::sink::Part;
use crate::study::Study;
use crate::views::work::{self, Work};
use nasaic_cost::{Remedy, Why};
use nasaic_dsl::names::closest;
use nasaic_dsl::schema::join_names;
use serde_json::json;
use std::sync::Arc;
use words::Words;

/// Layers that a message lists.
const MOST_NAMES: usize = 8;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let evaluation = super::design(call)?;
    let works = chosen(work::all(&evaluation)?, call.text("layer"))?;
    let told = tell(&evaluation, &works)?;
    let Some(worst) = told.first() else {
        return Err(Fault::new("E0805", "this result has no layers"));
    };
    let mut parts = Vec::new();
    if told.len() > 1 {
        parts.push(Part::Table(tables::layers(&told)));
    }
    parts.extend(chain(worst));
    let data = data(&told, worst);
    Ok(Item::Explanation(Arc::new(Explanation { parts, data })))
}

/// A layer with its explanation.
struct Told<'a> {
    work: &'a Work<'a>,
    why: Why,
    words: Words,
    study: &'a Study,
    /// Its time as a share of the whole result's.
    share: f64,
}

impl Told<'_> {
    /// What would help most, if anything does.
    fn remedy(&self) -> Option<&Remedy> {
        self.why.remedies.iter().find(|r| self.helps(r))
    }

    /// Whether a change makes the layer faster, or as fast with less energy.
    fn helps(&self, remedy: &Remedy) -> bool {
        let cost = &self.why.cost;
        let energy = cost.energy.map_or(0.0, |e| e.total());
        let saves = remedy.energy.is_some_and(|e| e < energy);
        remedy.cycles < cost.cycles || (remedy.cycles == cost.cycles && saves)
    }
}

/// Explains layers, those that take longest first.
fn tell<'a>(evaluation: &'a Evaluation, works: &'a [Work<'a>]) -> Result<Vec<Told<'a>>, Fault> {
    let study = &evaluation.study;
    let whole = evaluation.priced.metrics.cycles.max(1) as f64;
    let one = |work: &'a Work<'a>| {
        Ok(Told {
            work,
            why: work.why(study.platform.technology.as_ref())?,
            words: Words::new(work.levels().map(str::to_owned).collect()),
            study,
            share: work.cost.cycles as f64 / whole,
        })
    };
    let mut told: Vec<Told<'_>> = works.iter().map(one).collect::<Result<_, Fault>>()?;
    told.sort_by_key(|t| std::cmp::Reverse(t.work.cost.cycles));
    Ok(told)
}

/// The layers that a path means: one, or all within a block.
pub(super) fn chosen<'a>(works: Vec<Work<'a>>, path: Option<&str>) -> Result<Vec<Work<'a>>, Fault> {
    let Some(path) = path else { return Ok(works) };
    let is = |name: &str| {
        let rest = name.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let named = |w: &&Work<'_>| is(&w.name) || is(w.path);
    if works.iter().any(|w| named(&w)) {
        return Ok(works.into_iter().filter(|w| named(&w)).collect());
    }
    let names: Vec<&str> = works.iter().map(|w| w.name.as_str()).collect();
    let fault = Fault::new("E0201", format!("this result has no layer `{path}`"));
    let shown = names.iter().copied().take(MOST_NAMES);
    let fault = match names.len().checked_sub(MOST_NAMES) {
        None | Some(0) => fault.note(format!("It has {}.", join_names(shown))),
        Some(more) => fault.note(format!("It has {}, and {more} more.", join_names(shown))),
    };
    Err(match closest(path, names) {
        Some(guess) => fault.hint(format!("did you mean `\"{guess}\"`?")),
        None => fault.hint("`layers(RESULT)` lists them"),
    })
}

/// One layer from its nest to what would help.
fn chain(told: &Told<'_>) -> Vec<Part> {
    let mut parts = vec![
        Part::Text(text::nest(told)),
        Part::Table(tables::latency(told)),
        Part::Table(tables::utilization(told)),
        Part::Table(tables::links(told)),
        Part::Text(text::movement(told)),
        Part::Table(tables::limits(told)),
    ];
    if !told.why.energy.is_empty() {
        parts.push(Part::Table(tables::energy(told)));
    }
    parts.push(Part::Table(tables::remedies(told)));
    parts.push(Part::Figure(figure::chain(told)));
    parts.retain(|part| match part {
        Part::Text(text) => !text.is_empty(),
        Part::Table(table) => !table.rows.is_empty(),
        Part::Report { .. } | Part::Figure(_) => true,
    });
    parts
}

fn data(told: &[Told<'_>], worst: &Told<'_>) -> serde_json::Value {
    let layers: Vec<serde_json::Value> = told
        .iter()
        .map(|t| {
            json!({
                "layer": t.work.name, "sub": t.work.sub, "cycles": t.why.cost.cycles,
                "share": t.share, "utilization": t.why.cost.utilization,
                "bound": t.words.bound(t.why.cost.bound_by),
                "helps_most": t.remedy().map(|r| t.words.change(&r.change)),
            })
        })
        .collect();
    json!({
        "kind": "explanation", "layers": layers, "layer": worst.work.name,
        "levels": worst.words.levels(), "why": worst.why,
    })
}
