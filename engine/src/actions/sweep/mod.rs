//! `sweep`: every design of a space, in order; kept, or streamed to a file.

mod front;
mod sheet;

use super::{Args, Context, study};
use crate::fault::Fault;
use crate::item::{Designs, Evaluation, Item, Refused};
use crate::sink::Progress;
use crate::study::Study;
use front::Front;
use nasaic_dsl::units::number;
use nasaic_dsl::value::Value;
use nasaic_search::Design;
use rayon::prelude::*;
use std::sync::Arc;

/// Largest space whose designs are kept; beyond it they go to a file.
const LARGEST: u128 = 1_000_000;

/// Largest space that is swept at all: days of work.
const LARGEST_TO_FILE: u128 = 1_000_000_000;

/// Designs priced between two looks at the clock and the stop flag.
const BATCH: usize = 4096;

/// Arrays whose layer costs a sweep to a file remembers: some ten kilobytes each.
const ARRAYS: usize = 8192;

pub(super) fn sweep(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let study = Arc::new(study(args, context)?);
    match args.get("to") {
        Some(Item::Value(Value::Text(path))) => to_file(&study, path, context),
        _ => kept(&study, context),
    }
}

/// All designs, to be looked at.
fn kept(study: &Arc<Study>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let mut found = Designs {
        study: Arc::clone(study),
        designs: Vec::new(),
        invalid: (0, None),
        how: "a sweep, in order".into(),
    };
    batches(study, LARGEST, context, &mut |batch| {
        let priced: Vec<_> = batch.par_iter().map(|d| study.price(&d.0).err()).collect();
        for (design, refused) in batch.into_iter().zip(priced) {
            match refused {
                None => found.designs.push(design.0),
                Some(reason) => refuse(&mut found, reason),
            }
        }
        Ok(())
    })?;
    Ok(Item::Results(Arc::new(found)))
}

/// All designs as rows of a file, and the front of them to be looked at.
fn to_file(study: &Arc<Study>, path: &str, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let at = context.at;
    let not_written = |reason: String| {
        Fault::new("E0705", format!("`{path}` cannot be written"))
            .at(at)
            .label(reason)
            .hint("give a path below the output folder, with room for a row per design")
    };
    let columns = sheet::columns(study);
    let width = columns.len();
    let (mut sheet, file) = sheet::create(&columns, path, context)?;
    let mut found = Designs {
        study: Arc::clone(study),
        designs: Vec::new(),
        invalid: (0, None),
        how: String::new(),
    };
    let mut front = Front::default();
    let visited = batches(study, LARGEST_TO_FILE, context, &mut |batch| {
        let row = |design: &Design| {
            let evaluated = Evaluation::of(study, design.0.clone());
            let cells = sheet::cells(study, &design.0, evaluated.as_ref(), width);
            let point = evaluated.as_ref().map_or(Ok(None), front::point)?;
            let point = point.filter(|point| !front.covers(point));
            let refused = match evaluated {
                Err(Refused::Fault(fault)) => return Err(*fault),
                Err(Refused::Invalid(reason)) => Some(reason),
                Ok(_) => None,
            };
            Ok((cells, refused, point))
        };
        let rows: Vec<_> = match study.hosted() {
            Some(_) => batch.iter().map(row).collect(),
            None => batch.par_iter().map(row).collect(),
        };
        for (design, row) in batch.into_iter().zip(rows) {
            let (cells, refused, point) = row?;
            sheet.row(&cells).map_err(|e| not_written(e.to_string()))?;
            if let Some(reason) = refused {
                refuse(&mut found, reason);
            }
            if let Some(point) = point {
                front.offer(design.0, point);
            }
        }
        front.settle();
        study.forget_beyond(ARRAYS);
        Ok(())
    })?;
    let ended = sheet.end().and_then(|()| file.finish());
    ended.map_err(|e| not_written(e.to_string()))?;
    found.how = format!(
        "the front of a sweep of {}, all of them in `{path}`",
        number(visited as f64)
    );
    found.designs = front.designs();
    Ok(Item::Results(Arc::new(found)))
}

fn refuse(found: &mut Designs, reason: String) {
    found.invalid.0 += 1;
    found.invalid.1.get_or_insert(reason);
}

/// Calls `see` with the designs of a space in order, and returns how many there were.
fn batches(
    study: &Study,
    largest: u128,
    context: &mut Context<'_, '_>,
    see: &mut dyn FnMut(Vec<Design>) -> Result<(), Fault>,
) -> Result<u64, Fault> {
    let space = study.space().map_err(|f| f.at(context.at))?;
    let total = space.within_limits();
    if total.is_none_or(|n| n > largest) {
        return Err(too_large(total, largest).at(context.at));
    }
    let mut designs = space.enumerate();
    let mut done = 0;
    loop {
        let batch: Vec<Design> = designs.by_ref().take(BATCH).collect();
        let last = batch.len() < BATCH;
        done += batch.len() as u64;
        see(batch)?;
        context.sink.progress(&Progress {
            what: context.what.to_owned(),
            done,
            total: total.and_then(|n| u64::try_from(n).ok()),
            best: String::new(),
            finished: last,
        });
        if last || context.sink.stop() {
            return Ok(done);
        }
    }
}

fn too_large(total: Option<u128>, largest: u128) -> Fault {
    let size = total.map_or_else(
        || "more than can be counted".to_owned(),
        |n| number(n as f64),
    );
    let fits_file = total.is_some_and(|n| n <= LARGEST_TO_FILE);
    Fault::new("E0406", format!("this space has {size} designs"))
        .label(format!(
            "such a sweep visits at most {}",
            number(largest as f64)
        ))
        .hint(if fits_file {
            "write them to a file with `to = \"designs.parquet\"`, fix some decisions, or use \
             `search(…)`"
        } else {
            "fix some decisions, take larger steps, or use `search(…)`"
        })
}
