//! `compare`: strategies on one problem with equal evaluations and the same seeds.

use super::search::{one, problem, strategy_block};
use super::strategy::{read, refused};
use super::{Args, Context};
use crate::fault::Fault;
use crate::item::{Entrant, Item, Race};
use nasaic_dsl::value::Value;
use nasaic_search::{SearchError, joint};
use std::sync::Arc;

pub(super) fn compare(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let study = Arc::new(problem(args, context)?);
    let strategies: Vec<Item> = match args.get("strategies") {
        Some(Item::Value(Value::List(items))) => items.iter().cloned().map(Item::Value).collect(),
        Some(one @ Item::Value(_)) => vec![one.clone()],
        _ => return Err(Fault::new("E0209", "strategies are needed").at(context.at)),
    };
    let seeds = seeds(args.get("seeds"));
    let evaluations = match args.get("evaluations") {
        Some(Item::Value(v)) => v.as_u64(),
        _ => None,
    };
    let mut entrants = Vec::new();
    for item in &strategies {
        let block = strategy_block(Some(item), context)?;
        let mut chosen = read(block, evaluations.is_some(), context.at)?;
        if chosen.algorithm == joint::INFO.name {
            return Err(refused(
                &SearchError::Whole {
                    strategy: joint::INFO.name,
                },
                context.at,
            ));
        }
        chosen.evaluations = evaluations.or(chosen.evaluations);
        let mut runs = Vec::new();
        for seed in &seeds {
            chosen.seed = *seed;
            runs.push(Arc::new(one(&study, &chosen, context)?));
            if context.sink.stop() {
                break;
            }
        }
        entrants.push(Entrant {
            strategy: chosen.name.clone(),
            runs,
        });
        if context.sink.stop() {
            break;
        }
    }
    Ok(Item::Race(Arc::new(Race {
        study,
        entrants,
        evaluations,
        seeds,
    })))
}

fn seeds(item: Option<&Item>) -> Vec<u64> {
    match item {
        Some(Item::Value(Value::Domain(d))) => d.iter().filter_map(|v| v.as_u64()).collect(),
        Some(Item::Value(Value::List(l))) => l.iter().filter_map(Value::as_u64).collect(),
        Some(Item::Value(v)) => v.as_u64().into_iter().collect(),
        _ => vec![1],
    }
}
