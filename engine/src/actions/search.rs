//! `search`: a strategy on a problem.

use super::strategy::{Chosen, read, refused};
use super::{Args, Context};
use crate::fault::Fault;
use crate::item::{Found, Item};
use crate::sink::Progress;
use crate::study::{Search, Study};
use nasaic_dsl::plan::Block;
use nasaic_dsl::value::Value;
use nasaic_search::{Budget, run};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

pub(super) fn search(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let study = Arc::new(problem(args, context)?);
    let block = strategy_block(args.get("strategy"), context)?;
    let chosen = read(block, false, context.at)?;
    let found = one(&study, &chosen, context)?;
    Ok(Item::Run(Arc::new(found)))
}

/// The study of the `problem` argument.
pub(super) fn problem(args: &Args<'_>, context: &Context<'_, '_>) -> Result<Study, Fault> {
    match args.get("problem") {
        Some(Item::Value(Value::Block(name))) => Study::of_problem(context.parts, name),
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
    let space = study.space().map_err(|f| f.at(at))?;
    let spread = study.spread(chosen.bound.as_ref(), chosen.seed, &space);
    let pre_run = spread.designs;
    let search = Search::new(study, spread, space);
    let episodes = chosen
        .options
        .int("episodes")
        .filter(|_| chosen.evaluations.is_none());
    let per_episode = chosen.options.int("hardware_steps").unwrap_or(0) + 1;
    let total = chosen
        .evaluations
        .or_else(|| u64::try_from(episodes? * per_episode).ok());
    let sink = &mut *context.sink;
    let what = context.what;
    let budget = Budget {
        evaluations: chosen.evaluations,
    };
    let searching = Instant::now();
    let result = run(&search, &chosen.options, budget, chosen.seed, &mut |p| {
        let best = p
            .best
            .map(|i| best_text(study, &p.evaluated[i]))
            .unwrap_or_default();
        let done = if p.episodes.is_empty() {
            p.counts.hardware
        } else {
            p.episodes.iter().map(|e| e.trials.len() as u64).sum()
        };
        sink.progress(&Progress {
            what: what.to_owned(),
            done,
            total,
            best,
            finished: false,
        });
        if sink.stop() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .map_err(|e| refused(&e, at))?;
    if let Some(fault) = search.take_fault() {
        return Err(fault.at(at));
    }
    let thinking = searching.elapsed().as_secs_f64() - search.pricing_seconds();
    let done = result.counts.hardware;
    sink.progress(&Progress {
        what: what.to_owned(),
        done,
        total,
        best: String::new(),
        finished: true,
    });
    Ok(Found {
        study: Arc::clone(study),
        strategy: chosen.name.clone(),
        algorithm: chosen.algorithm.clone(),
        seed: chosen.seed,
        run: result,
        pre_run,
        seconds: start.elapsed().as_secs_f64(),
        thinking: thinking.max(0.0),
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
