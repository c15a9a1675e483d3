//! `compare` of two results: what changed in the design, in each metric, and in which layers.

mod design;
mod layers;
mod metrics;

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Evaluation, Explanation, Item};
use crate::sink::Part;
use crate::table::Table;
use serde_json::json;
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let (before, after) = pair(call)?;
    let metrics = metrics::metrics(&before, &after);
    let layers = layers::layers(&before, &after)?;
    let text = headline(&metrics, &layers);
    let tables = [
        design::table(&before, &after),
        metrics::table(&metrics),
        layers::table(&layers),
    ];
    let data = json!({ "kind": "changes", "summary": text.trim_end(), "tables": tables });
    let shown = tables.into_iter().filter(|t: &Table| !t.rows.is_empty());
    let parts = std::iter::once(Part::Text(text))
        .chain(shown.map(Part::Table))
        .collect();
    Ok(Item::Explanation(Arc::new(Explanation { parts, data })))
}

/// The two results: two arguments, or a list of two.
fn pair(call: &Call<'_>) -> Result<(Arc<Evaluation>, Arc<Evaluation>), Fault> {
    let one = |item: &Item| super::one(item, call.name);
    match (call.subject()?, call.item("after")) {
        (Item::List(items), None) => match items.as_slice() {
            [before, after] => Ok((one(before)?, one(after)?)),
            _ => Err(Fault::new("E0209", "`compare` takes two results")
                .hint("`table([…])` shows more of them")),
        },
        (before, Some(after)) => Ok((one(before)?, one(after)?)),
        (_, None) => {
            Err(Fault::new("E0209", "`compare` needs `after`")
                .hint("write `compare(BEFORE, AFTER)`"))
        }
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
