//! `together`: comparisons of several problems as one, to show them side by side.

use super::{Args, Context};
use crate::fault::Fault;
use crate::item::{Entrant, Item, Race};
use nasaic_dsl::value::Value;
use std::sync::Arc;

pub(super) fn together(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    join(args).map_err(|fault| fault.at(context.at))
}

fn join(args: &Args<'_>) -> Result<Item, Fault> {
    let races = match args.get("races") {
        Some(Item::List(items)) => items.iter().map(race).collect::<Result<Vec<_>, _>>()?,
        Some(one) => vec![race(one)?],
        None => Vec::new(),
    };
    let Some(first) = races.first() else {
        return Err(Fault::new("E0305", "there is no comparison")
            .hint("give a list: `together([one, two], names = [\"one\", \"two\"])`"));
    };
    if let Some(other) = races.iter().find(|race| goals(race) != goals(first)) {
        return Err(Fault::new("E0305", "the comparisons have different goals")
            .note(format!(
                "{}; {}.",
                goals(first).join(", "),
                goals(other).join(", ")
            ))
            .hint("compare problems with the same goals in the same order"));
    }
    let entrants: Vec<&Entrant> = races.iter().flat_map(|race| &race.entrants).collect();
    let names = texts(args.get("names"));
    if names.len() != entrants.len() {
        let title = format!("{} names for {} strategies", names.len(), entrants.len());
        return Err(Fault::new("E0305", title).hint("give one name for each strategy of each"));
    }
    let renamed = |(entrant, name): (&Entrant, String)| Entrant {
        strategy: name,
        runs: entrant.runs.clone(),
    };
    let equal = races
        .iter()
        .all(|race| race.evaluations == first.evaluations);
    Ok(Item::Race(Arc::new(Race {
        study: Arc::clone(&first.study),
        evaluations: first.evaluations.filter(|_| equal),
        seeds: first.seeds.clone(),
        entrants: entrants.into_iter().zip(names).map(renamed).collect(),
    })))
}

fn race(item: &Item) -> Result<&Arc<Race>, Fault> {
    match item {
        Item::Race(race) => Ok(race),
        _ => Err(Fault::new("E0305", "only comparisons can be put together")
            .hint("make each with `compare(…)`")),
    }
}

/// The goals of a comparison as they were written.
fn goals(race: &Race) -> Vec<&str> {
    race.study
        .goals
        .iter()
        .map(|goal| goal.text.as_str())
        .collect()
}

fn texts(item: Option<&Item>) -> Vec<String> {
    match item {
        Some(Item::List(items)) => items.iter().flat_map(|one| texts(Some(one))).collect(),
        Some(Item::Value(Value::List(values))) => {
            let items = values.iter().map(|v| Item::Value(v.clone()));
            items.flat_map(|one| texts(Some(&one))).collect()
        }
        Some(Item::Value(Value::Text(text))) => vec![text.clone()],
        _ => Vec::new(),
    }
}
