//! `compare` over objectives: strategies asked the same, with the same allowance.

use super::search::strategy_block;
use super::strategy::{read, refused};
use super::{Args, Context};
use crate::fault::Fault;
use crate::generate::{
    Allowance, Answer, Answers, Asked, Contender, Trained, ask, generator, trained,
};
use crate::item::Item;
use crate::sink::Progress;
use nasaic_dsl::units::{Dim, number};
use nasaic_dsl::value::Value;
use std::sync::Arc;

/// Objectives between two words on how far it is.
const REPORT: usize = 16;

pub(super) fn contest(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let Some(Item::Objectives(asked)) = args.get("objectives") else {
        return Err(Fault::new("E0209", "objectives are needed").at(context.at));
    };
    let allowance = allowance(args, context)?;
    let strategies: Vec<Item> = match args.get("strategies") {
        Some(Item::Value(Value::List(items))) => items.iter().cloned().map(Item::Value).collect(),
        Some(one @ Item::Value(_)) => vec![one.clone()],
        _ => return Err(Fault::new("E0209", "strategies are needed").at(context.at)),
    };
    let mut contenders = Vec::new();
    for item in &strategies {
        contenders.push(contender(asked, item, allowance, context)?);
        if context.sink.stop() {
            break;
        }
    }
    Ok(Item::Answers(Arc::new(Answers {
        asked: Arc::clone(asked),
        contenders,
        allowance,
    })))
}

fn allowance(args: &Args<'_>, context: &Context<'_, '_>) -> Result<Allowance, Fault> {
    let wrong = |title: &str| {
        Fault::new("E0209", title)
            .at(context.at)
            .hint("write `evaluations = 32`, or `time = 10 ms`")
    };
    match (args.get("evaluations"), args.get("time")) {
        (Some(Item::Value(v)), None) => v
            .as_u64()
            .filter(|n| *n > 0)
            .map(Allowance::Evaluations)
            .ok_or_else(|| wrong("`evaluations` is a whole number from 1")),
        (None, Some(Item::Value(Value::Quantity(q)))) if q.dim == Dim::TIME && q.value > 0.0 => {
            Ok(Allowance::Seconds(q.value))
        }
        (None, Some(_)) => Err(wrong("`time` is a time above 0")),
        _ => Err(wrong(
            "either `evaluations` or `time` says what each strategy may use for an objective",
        )),
    }
}

/// One strategy with its answers to all objectives.
fn contender(
    asked: &Asked,
    item: &Item,
    allowance: Allowance,
    context: &mut Context<'_, '_>,
) -> Result<Contender, Fault> {
    let at = context.at;
    let chosen = read(strategy_block(Some(item), context)?, true, at)?;
    let trained: Option<Trained> = match generator(&chosen.algorithm) {
        Some(_) => Some(trained(&asked.appraisal, &chosen, context).map_err(|f| f.at(at))?),
        None => None,
    };
    let all = [&asked.drawn.met, &asked.drawn.impossible];
    let total = all.iter().map(|part| part.len()).sum::<usize>();
    let (mut done, mut met) = (0usize, 0usize);
    let mut parts: [Vec<Answer>; 2] = [Vec::new(), Vec::new()];
    for (objectives, answers) in all.into_iter().zip(&mut parts) {
        for objective in objectives.iter() {
            let one = (&chosen, trained.as_ref());
            let answer = ask(&asked.appraisal, objective, one, allowance, done as u64);
            let answer = answer.map_err(|e| refused(&e, at))?;
            met += usize::from(answer.first.is_some());
            answers.push(answer);
            done += 1;
            if done.is_multiple_of(REPORT) || done == total {
                context.sink.progress(&Progress {
                    what: format!("asking `{}`", chosen.name),
                    done: done as u64,
                    total: Some(total as u64),
                    best: format!("{} met", number(met as f64)),
                    finished: done == total,
                });
                if context.sink.stop() {
                    break;
                }
            }
        }
    }
    let [answers, impossible] = parts;
    Ok(Contender {
        strategy: chosen.name,
        algorithm: chosen.algorithm,
        seed: chosen.seed,
        answers,
        impossible,
        trained,
    })
}
