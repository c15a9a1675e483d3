//! `sweep`: every design of a space, in order.

use super::{Args, Context, study};
use crate::fault::Fault;
use crate::item::{Designs, Item};
use crate::sink::Progress;
use nasaic_dsl::units::number;
use rayon::prelude::*;
use std::sync::Arc;

/// Largest space that is swept; beyond it a search is meant.
const LARGEST: u128 = 10_000_000;

/// Designs priced between two looks at the clock and the stop flag.
const BATCH: usize = 1024;

pub(super) fn sweep(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let study = Arc::new(study(args, context)?);
    let space = study.space().map_err(|f| f.at(context.at))?;
    let total = space.within_limits();
    if total.is_none_or(|n| n > LARGEST) {
        let size = total.map_or_else(
            || "more than can be counted".to_owned(),
            |n| number(n as f64),
        );
        return Err(
            Fault::new("E0406", format!("this space has {size} designs"))
                .at(context.at)
                .label(format!("a sweep visits at most {}", number(LARGEST as f64)))
                .hint("fix some decisions, take larger steps, or use `search(…)`"),
        );
    }
    let mut found = Designs {
        study: Arc::clone(&study),
        designs: Vec::new(),
        invalid: (0, None),
        how: "a sweep, in order".into(),
    };
    let mut designs = space.enumerate();
    let mut done = 0u64;
    loop {
        let batch: Vec<_> = designs.by_ref().take(BATCH).collect();
        let last = batch.len() < BATCH;
        let priced: Vec<_> = batch.par_iter().map(|d| study.price(&d.0).err()).collect();
        for (design, refused) in batch.into_iter().zip(priced) {
            done += 1;
            match refused {
                None => found.designs.push(design.0),
                Some(reason) => {
                    found.invalid.0 += 1;
                    found.invalid.1.get_or_insert(reason);
                }
            }
        }
        context.sink.progress(&Progress {
            what: context.what.to_owned(),
            done,
            total: total.and_then(|n| u64::try_from(n).ok()),
            best: String::new(),
            finished: last,
        });
        if last || context.sink.stop() {
            break;
        }
    }
    Ok(Item::Results(Arc::new(found)))
}
