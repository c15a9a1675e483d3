//! `search`: a strategy on a problem.

use super::learned::{teach, verify};
use super::strategy::{Chosen, read, refused};
use super::{Args, Context};
use crate::exact;
use crate::fault::Fault;
use crate::item::{Found, Item};
use crate::keep::{self, Kept};
use crate::sink::Progress;
use crate::study::{Method, Search, Study};
use nasaic_dsl::plan::Block;
use nasaic_dsl::value::Value;
use nasaic_search::{Archive, Budget, Forgetful, Run, SearchError, joint, run_with};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

pub(super) fn search(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let mut study = problem(args, context)?;
    let block = strategy_block(args.get("strategy"), context)?;
    let chosen = read(block, false, context.at)?;
    if chosen.algorithm == joint::INFO.name {
        // What is proven is proven over all schedules, so the best is shown with its best schedule.
        study.rules.method = Method::Exact;
    }
    let study = Arc::new(study);
    let found = one(&study, &chosen, context)?;
    Ok(Item::Run(Arc::new(found)))
}

/// The study of the `problem` argument.
pub(super) fn problem(args: &Args<'_>, context: &Context<'_, '_>) -> Result<Study, Fault> {
    match args.get("problem") {
        Some(Item::Value(Value::Block(name))) => {
            let mut study = Study::of_problem(context.parts, name)?;
            context.equip(&mut study);
            study.trains = false;
            // What is missing is said before anything is searched for.
            let outside = study.outside()?;
            study.key =
                (context.keeper).map(|_| keep::problem(context.parts, name) + outside.as_str());
            Ok(study)
        }
        _ => Err(Fault::new("E0209", "a problem is needed").at(context.at)),
    }
}

/// The block of a strategy argument.
pub(super) fn strategy_block<'a>(
    item: Option<&Item>,
    context: &Context<'a, '_>,
) -> Result<&'a Block, Fault> {
    let name = match item {
        Some(Item::Value(Value::Block(name))) => name,
        _ => return Err(Fault::new("E0209", "a strategy is needed").at(context.at)),
    };
    context
        .parts
        .blocks
        .get(name)
        .ok_or_else(|| Fault::new("E0201", format!("`{name}` is not declared")).at(context.at))
}

/// One run of a strategy.
pub(super) fn one(
    study: &Arc<Study>,
    chosen: &Chosen,
    context: &mut Context<'_, '_>,
) -> Result<Found, Fault> {
    let start = Instant::now();
    let at = context.at;
    if chosen.algorithm == joint::INFO.name {
        return proven(study, chosen, context).map_err(|f| f.at(at));
    }
    let space = study.space().map_err(|f| f.at(at))?;
    let spread = match chosen.options.choice("penalty.kind") {
        Ok("multiplicative") => study.log_spread(),
        _ => study.spread(chosen.bound.as_ref(), chosen.seed, &space),
    };
    let pre_run = spread.designs;
    let learned = match chosen.learned {
        Some(teaching) => {
            let learned = teach(study, &space, teaching, context).map_err(|f| f.at(at))?;
            Some((Arc::new(learned), teaching, spread.clone(), space.clone()))
        }
        None => None,
    };
    let mut search = Search::new(study, spread, space);
    search.learned = learned.as_ref().map(|known| Arc::clone(&known.0));
    let mut kept = match context.keeper {
        // Forecasts are no measurements: nothing else may find them.
        _ if learned.is_some() => None,
        None => None,
        Some(keeper) => {
            let who = (chosen.name.as_str(), chosen.algorithm.as_str(), chosen.seed);
            let begun = keeper.search(&search, who, &chosen.options);
            Some(begun.map_err(|e| keep::fault(&e, at))?)
        }
    };
    let searching = Instant::now();
    let result = carry_out(&search, chosen, kept.as_mut(), context);
    let thinking = searching.elapsed().as_secs_f64() - search.pricing_seconds();
    // The message of a script that failed says more than that of what came after it.
    let fault = search.take_fault();
    // What was broken off because it was asked to stop has found what it found before.
    if let Some(fault) = fault.filter(|_| !context.sink.stop()) {
        return Err(fault.at(at));
    }
    if let Some(trouble) = kept.as_mut().and_then(Kept::take_trouble) {
        return Err(keep::fault(&trouble, at));
    }
    let mut run = result.map_err(|e| refused(&e, at))?;
    let mut quality = None;
    if let Some((learned, teaching, spread, space)) = &learned {
        let verified = verify(study, (spread, space), &run, (learned, *teaching), context);
        let (verified, known) = verified.map_err(|f| f.at(at))?;
        (run, quality) = (verified, Some(known));
    }
    let found = Found {
        study: Arc::clone(study),
        strategy: chosen.name.clone(),
        algorithm: chosen.algorithm.clone(),
        seed: chosen.seed,
        run,
        pre_run,
        learned: quality,
        proof: None,
        seconds: start.elapsed().as_secs_f64(),
        thinking: thinking.max(0.0),
    };
    if let Some(kept) = kept {
        let ended = kept.end(&keep::summary(&found));
        ended.map_err(|e| keep::fault(&e, at))?;
    }
    Ok(found)
}

/// Runs the strategy and tells how far it is.
fn carry_out(
    search: &Search<'_>,
    chosen: &Chosen,
    kept: Option<&mut Kept<'_>>,
    context: &mut Context<'_, '_>,
) -> Result<Run, SearchError> {
    let episodes = chosen
        .options
        .int("episodes")
        .filter(|_| chosen.evaluations.is_none());
    let per_episode = chosen.options.int("hardware_steps").unwrap_or(0) + 1;
    let total = chosen
        .evaluations
        .or_else(|| u64::try_from(episodes? * per_episode).ok());
    let (sink, what) = (&mut *context.sink, context.what);
    let mut report = |done, best, finished| {
        sink.progress(&Progress {
            what: what.to_owned(),
            done,
            total,
            best,
            finished,
        });
        sink.stop()
    };
    let mut observer = |p: &nasaic_search::Progress<'_>| {
        let best = p.best.map(|i| best_text(search.study(), &p.evaluated[i]));
        let done = if p.episodes.is_empty() {
            p.counts.hardware
        } else {
            p.episodes.iter().map(|e| e.trials.len() as u64).sum()
        };
        if report(done, best.unwrap_or_default(), false) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let budget = Budget {
        evaluations: chosen.evaluations,
    };
    let archive: &mut dyn Archive = match kept {
        Some(kept) => kept,
        None => &mut Forgetful,
    };
    let options = &chosen.options;
    let run = run_with(archive, search, options, budget, chosen.seed, &mut observer)?;
    report(run.counts.hardware, String::new(), true);
    Ok(run)
}

/// One exact search.
fn proven(
    study: &Arc<Study>,
    chosen: &Chosen,
    context: &mut Context<'_, '_>,
) -> Result<Found, Fault> {
    let start = Instant::now();
    let (run, proof) = exact::search(study, &chosen.options, context)?;
    Ok(Found {
        study: Arc::clone(study),
        strategy: chosen.name.clone(),
        algorithm: chosen.algorithm.clone(),
        seed: chosen.seed,
        run,
        pre_run: 0,
        learned: None,
        proof: Some(proof),
        seconds: start.elapsed().as_secs_f64(),
        thinking: 0.0,
    })
}

/// The best so far, in a few words.
fn best_text(study: &Study, best: &nasaic_search::Evaluated) -> String {
    if !best.is_feasible() {
        return format!("none feasible yet, least violation {:.3}", best.violation());
    }
    match (&best.outcome, study.goals.first()) {
        (Some(outcome), Some(goal)) => {
            let score = outcome.objectives.first().copied().unwrap_or(f64::NAN);
            let value = match goal.better {
                nasaic_dsl::plan::BetterWhen::More => score,
                nasaic_dsl::plan::BetterWhen::Less => -score,
            };
            format!("best {} = {}", goal.text, nasaic_dsl::units::number(value))
        }
        _ => "feasible".to_owned(),
    }
}
