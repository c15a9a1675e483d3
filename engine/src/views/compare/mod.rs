//! `compare` of two results: what changed in the design, in each metric, and in which layers;
//! and of two searches, what each did.

mod design;
mod layers;
mod metrics;
mod promises;
mod searches;

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Explanation, Item};
use crate::sink::Part;
use crate::table::Table;
use serde_json::json;
use std::sync::Arc;

/// What the two results are called in the heads of tables.
type Names = [String; 2];

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let sides = pair(call)?;
    let [before, after] = sides.map(|item| super::one(item, call.name));
    let (before, after) = (before?, after?);
    let names = names(sides);
    let metrics = metrics::metrics(&before, &after);
    let layers = layers::layers(&before, &after)?;
    let text = headline(&metrics, &layers);
    let found = searches::table(sides);
    let tables: Vec<Table> = found
        .into_iter()
        .chain([
            promises::accuracies(&before, &after, &names),
            promises::specs(&before, &after, &names),
            design::table(&before, &after, &names),
            metrics::table(&metrics, &names),
            layers::table(&layers, &names),
        ])
        .filter(|table| !table.rows.is_empty())
        .collect();
    let same: Vec<Table> = tables.iter().map(Table::reproducible).collect();
    let data = json!({ "kind": "changes", "summary": text.trim_end(), "tables": same });
    let parts = std::iter::once(Part::Text(text))
        .chain(tables.into_iter().map(Part::Table))
        .collect();
    Ok(Item::Explanation(Arc::new(Explanation { parts, data })))
}

/// The two results: two arguments, or a list of two.
fn pair<'c>(call: &'c Call<'_>) -> Result<[&'c Item; 2], Fault> {
    match (call.subject()?, call.item("after")) {
        (Item::List(items), None) => match items.as_slice() {
            [before, after] => Ok([before, after]),
            _ => Err(Fault::new("E0209", "`compare` takes two results")
                .hint("`table([…])` shows more of them")),
        },
        (before, Some(after)) => Ok([before, after]),
        (_, None) => {
            Err(Fault::new("E0209", "`compare` needs `after`")
                .hint("write `compare(BEFORE, AFTER)`"))
        }
    }
}

/// Searches are called by their strategies, where these differ.
fn names(sides: [&Item; 2]) -> Names {
    match sides {
        [Item::Run(a), Item::Run(b)] if a.strategy != b.strategy => {
            [a, b].map(|found| found.strategy.clone())
        }
        _ => ["before", "after"].map(str::to_owned),
    }
}

/// The metrics that matter most in a line, then the layer that matters most.
fn headline(metrics: &[metrics::Metric], layers: &layers::Changes) -> String {
    let told = ["latency", "energy", "area"];
    let words: Vec<String> = metrics
        .iter()
        .filter(|m| told.contains(&m.name))
        .map(metrics::Metric::in_words)
        .collect();
    let mut out = format!("{}\n", words.join(" · "));
    if let Some(layer) = layers.in_words() {
        out += &format!("{layer}\n");
    }
    out
}
