//! A search with a learned cost model: learn, look at many designs with it, verify the best.

use super::Context;
use super::strategy::refused;
use crate::fault::Fault;
use crate::sink::Progress;
use crate::study::learned::{Learned, Off, QUANTITIES, Quality, quantities, unknowable};
use crate::study::{Search, Spread, Study};
use crate::views::spearman;
use nasaic_dsl::value::Value;
use nasaic_search::{Design, Evaluated, Forecast, Lesson, Run, Space, run_listed};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Designs priced at a time.
const CHUNK: usize = 256;

/// Draws for each design that is wanted, before a space is taken to have no more.
const PATIENCE: usize = 20;

/// How a cost model is learned and used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Teaching {
    designs: usize,
    holdout: usize,
    lesson: Lesson,
    verify: usize,
}

impl Teaching {
    /// Reads the `cost` of a strategy; none where the cost model itself is asked.
    pub fn read(value: Option<&Value>) -> Option<Self> {
        let Some(Value::Form { name, fields, .. }) = value else {
            return None;
        };
        let number = |field: &str, or: u64| {
            let given = fields.iter().find(|f| f.0 == field);
            given.and_then(|f| f.1.as_u64()).unwrap_or(or)
        };
        (name == "learned").then(|| Self {
            designs: number("designs", 4000) as usize,
            holdout: number("holdout", 500) as usize,
            lesson: Lesson {
                hidden: number("hidden", 64) as usize,
                epochs: number("epochs", 40) as usize,
                seed: number("seed", 1),
            },
            verify: number("verify", 100) as usize,
        })
    }
}

/// Learns a cost model from designs of a space.
pub fn teach(
    study: &Study,
    space: &Space,
    teaching: Teaching,
    context: &mut Context<'_, '_>,
) -> Result<Learned, Fault> {
    if let Some(metric) = unknowable(&study.goals, &study.specs) {
        let title = format!("a learned cost model knows no `{metric}`");
        return Err(Fault::new("E0606", title)
            .note("It forecasts the latency, energy and area of whole designs.")
            .hint("ask for that of the whole design, or leave `cost = learned` out"));
    }
    let wanted = teaching.designs + teaching.holdout;
    let mut examples = priced(study, space, wanted, teaching.lesson.seed, context);
    // Where a space has too few designs both parts shrink alike.
    let held = examples.len() * teaching.holdout / wanted;
    if held == 0 || examples.len() - held < 2 {
        let title = "there are too few designs to learn a cost model from";
        return Err(Fault::new("E0606", title)
            .note(format!(
                "{wanted} were asked for, and {} different ones that can be built were found.",
                examples.len()
            ))
            .hint("leave `cost = learned` out: so few designs are priced as they are"));
    }
    let held = examples.split_off(examples.len() - held);
    let (sink, what) = (&mut *context.sink, context.what);
    let epochs = teaching.lesson.epochs as u64;
    let mut heard = |done: usize| {
        sink.progress(&Progress {
            what: format!("{what}: learning costs"),
            done: done as u64,
            total: Some(epochs),
            best: String::new(),
            finished: done as u64 == epochs,
        });
        sink.stop()
    };
    let forecast = Forecast::learn(space, &examples, teaching.lesson, &mut heard);
    let quality = Quality {
        designs: examples.len(),
        holdout: held.len(),
        errors: errors(&forecast, &held),
        looked_at: 0,
        verified: 0,
    };
    Ok(Learned {
        forecast,
        quality: Arc::new(quality),
    })
}

/// Distinct random designs that can be built, with what the cost model says of them.
fn priced(
    study: &Study,
    space: &Space,
    wanted: usize,
    seed: u64,
    context: &mut Context<'_, '_>,
) -> Vec<(Design, Vec<f64>)> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut known = BTreeSet::new();
    let mut examples = Vec::new();
    let mut draws = 0;
    while examples.len() < wanted && draws < wanted * PATIENCE && !context.sink.stop() {
        let mut fresh = Vec::new();
        while fresh.len() < CHUNK.min(wanted - examples.len()) && draws < wanted * PATIENCE {
            draws += 1;
            let design = space.canonical(&space.sample(&mut rng));
            if known.insert(design.clone()) {
                fresh.push(design);
            }
        }
        let all: Vec<_> = fresh
            .into_par_iter()
            .filter_map(|design| {
                let values = quantities(&study.price(&design.0).ok()?);
                (!values.is_empty()).then_some((design, values))
            })
            .collect();
        examples.extend(all);
        study.forget_beyond(CHUNK);
        context.sink.progress(&Progress {
            what: format!("{}: pricing designs to learn from", context.what),
            done: examples.len() as u64,
            total: Some(wanted as u64),
            best: String::new(),
            finished: examples.len() == wanted,
        });
    }
    examples
}

/// How far the forecasts are off designs that were held out.
fn errors(forecast: &Forecast, held: &[(Design, Vec<f64>)]) -> Vec<Off> {
    let forecasts: Vec<Vec<f64>> = held.iter().map(|(design, _)| forecast.of(design)).collect();
    let quantity = |(index, of): (usize, &&'static str)| {
        let pairs = forecasts.iter().zip(held);
        let pairs: Option<Vec<(f64, f64)>> = pairs
            .map(|(got, (_, want))| Some((*got.get(index)?, *want.get(index)?)))
            .collect();
        let pairs = pairs?;
        let relative = pairs.iter().map(|(got, want)| ((got - want) / want).abs());
        Some(Off {
            of,
            relative: relative.sum::<f64>() / pairs.len() as f64,
            spearman: spearman(&pairs),
        })
    };
    let quantities = QUANTITIES.iter().enumerate();
    quantities.map_while(quantity).collect()
}

/// Prices the best designs of a run on forecasts: the run that is shown, with what it took.
pub fn verify(
    study: &Study,
    (spread, space): (&Spread, &Space),
    run: &Run,
    (learned, teaching): (&Learned, Teaching),
    context: &Context<'_, '_>,
) -> Result<(Run, Quality), Fault> {
    let mut order: Vec<&Evaluated> = run.evaluated.iter().collect();
    order.sort_by(|a, b| match (a.is_better(b), b.is_better(a)) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        _ => a.trial.cmp(&b.trial),
    });
    let front = run.front.iter().map(|&trial| &run.evaluated[trial]);
    let mut taken = BTreeSet::new();
    let designs: Vec<Design> = front
        .chain(order)
        .filter(|one| taken.insert(one.trial))
        .take(teaching.verify)
        .map(|one| one.design.clone())
        .collect();
    let search = Search::new(study, spread.clone(), space.clone());
    let verified = run_listed(&search, &designs).map_err(|e| refused(&e, context.at))?;
    if let Some(fault) = search.take_fault() {
        return Err(fault);
    }
    let quality = Quality {
        looked_at: run.counts.hardware,
        verified: verified.counts.hardware,
        ..(*learned.quality).clone()
    };
    let verified = Run {
        stop: run.stop,
        episodes: Vec::new(),
        ..verified
    };
    Ok((verified, quality))
}
