//! `generate` and `objectives`: designs for a target, and targets to ask for.

use super::search::{problem, strategy_block};
use super::strategy::read;
use super::{Args, Context};
use crate::fault::Fault;
use crate::generate::{Appraisal, Asked, Trained, generator, trained};
use crate::item::{Designs, Evaluation, Item, Refused};
use crate::keep;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::units::number;
use nasaic_dsl::value::Value;
use nasaic_search::generate::{LARGEST, Model, draw};
use nasaic_search::{Design, Role, Space};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::sync::Arc;

/// The random stream of networks that are drawn where they are open.
const NETWORKS_STREAM: u64 = 103;

/// Most objectives that are drawn.
const MOST: u64 = 1_000_000;

pub(super) fn generate(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let at = context.at;
    let appraisal = appraisal(args, context)?;
    let chosen = read(strategy_block(args.get("strategy"), context)?, false, at)?;
    if generator(&chosen.algorithm).is_none() {
        return Err(Fault::new("E0611", format!("`{}` is no generator", chosen.algorithm))
            .at(at)
            .label("it looks for designs and is trained on none")
            .hint("write `search(PROBLEM, STRATEGY)`, or give a strategy with `algorithm = gan`, `mlp` or `nearest`"));
    }
    let count = whole(args, "count", 1, at)?;
    let trained = trained(&appraisal, &chosen, context).map_err(|f| f.at(at))?;
    let proposed = proposals(&appraisal, &trained, count, chosen.seed);
    let found = verified(&appraisal, proposed).map_err(|f| f.at(at))?;
    let met = found.met;
    if met == 0
        && let Some(warning) = impossible(&appraisal)
    {
        let label = format!(
            "none of {} designs meets the specs",
            number(warning.designs)
        );
        context.warnings.push(
            Diagnostic::new("W0612", "no design of this space meets the specs")
                .at(at, label)
                .note(format!(
                    "Every design was priced; the nearest misses a spec by {} %.",
                    number(warning.misses)
                ))
                .hint("loosen the specs, or open the space"),
        );
    }
    let made = &trained.generator;
    let how = format!(
        "the answers of `{}`, priced, the best first; {} of them meet all specs. It learned from {} designs ({} evaluations), seed {}.",
        chosen.name,
        number(met as f64),
        number(made.designs as f64),
        number(made.evaluations as f64),
        number(made.seed as f64)
    );
    Ok(Item::Results(Arc::new(Designs {
        study: Arc::clone(&appraisal.study),
        designs: found.designs,
        invalid: found.invalid,
        how,
    })))
}

pub(super) fn objectives(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let at = context.at;
    let count = whole(args, "count", 1, at)?;
    let impossible = whole(args, "impossible", 0, at)?;
    let seed = whole(args, "seed", 1, at)? as u64;
    let slack = match args.get("slack") {
        Some(Item::Value(value)) => value.as_f64().filter(|x| (0.0..=1e6).contains(x)),
        _ => None,
    };
    let slack = slack.ok_or_else(|| {
        Fault::new("E0305", "`slack` is a share from 0")
            .at(at)
            .hint("write `slack = 0.1` for limits that are a tenth looser")
    })?;
    let appraisal = appraisal(args, context)?;
    let drawn = draw(&appraisal, (count, impossible), slack, seed);
    if drawn.met.is_empty() {
        return Err(
            Fault::new("E0611", "there is no design to draw objectives from")
                .at(at)
                .label("a tenth of the designs is held out from training, and none of these can be built")
                .hint("open more fields of the problem"),
        );
    }
    Ok(Item::Objectives(Arc::new(Asked {
        appraisal,
        drawn,
        wanted: impossible,
        slack,
        seed,
    })))
}

/// The problem of a call as generators see it.
fn appraisal(args: &Args<'_>, context: &Context<'_, '_>) -> Result<Appraisal, Fault> {
    let study = Arc::new(problem(args, context)?);
    let name = match args.get("problem") {
        Some(Item::Value(Value::Block(name))) => name.as_str(),
        _ => "",
    };
    let key = keep::generator(context.parts, name, &study);
    Appraisal::new(study, key).map_err(|f| f.at(context.at))
}

/// A whole number argument from `least`.
fn whole(
    args: &Args<'_>,
    name: &str,
    least: u64,
    at: nasaic_dsl::source::Span,
) -> Result<usize, Fault> {
    let given = match args.get(name) {
        Some(Item::Value(value)) => value.as_u64(),
        _ => Some(least),
    };
    let fits = given.filter(|n| (least..=MOST).contains(n));
    fits.and_then(|n| usize::try_from(n).ok()).ok_or_else(|| {
        Fault::new(
            "E0305",
            format!("`{name}` is a whole number from {least} to {MOST}"),
        )
        .at(at)
        .hint(format!("write `{name} = 16`"))
    })
}

/// Distinct designs; where networks are open, each has networks of its own, drawn at random.
fn proposals(appraisal: &Appraisal, trained: &Trained, count: usize, seed: u64) -> Vec<Design> {
    let (space, wishes) = (appraisal.space(), appraisal.wishes());
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(NETWORKS_STREAM);
    let propose = |networks: &Design, count: usize| {
        let known = appraisal.context(networks);
        let target = (&known[..], &wishes[..]);
        trained.generator.propose(space, networks, target, count)
    };
    if !networks_open(space) {
        return propose(&space.canonical(&space.sample(&mut rng)), count);
    }
    let mut all: Vec<Design> = Vec::new();
    for _ in 0..count {
        let networks = space.networks(&space.sample(&mut rng));
        let new = propose(&networks, count).into_iter();
        all.extend(
            new.filter(|design| !all.contains(design))
                .take(1)
                .collect::<Vec<_>>(),
        );
    }
    all
}

fn networks_open(space: &Space) -> bool {
    let mut all = space.decisions().iter();
    all.any(|one| one.role == Role::Network && one.values > 1)
}

/// Designs by how well they do.
struct Verified {
    designs: Vec<Vec<u32>>,
    invalid: (usize, Option<String>),
    met: usize,
}

/// Prices what was proposed, and puts it in order: the least violation, then the most room.
fn verified(appraisal: &Appraisal, proposed: Vec<Design>) -> Result<Verified, Fault> {
    let study = &appraisal.study;
    let priced: Vec<_> = proposed
        .into_par_iter()
        .map(|design| Evaluation::of(study, design.0))
        .collect();
    let mut invalid = (0, None);
    let mut found = Vec::new();
    for one in priced {
        match one {
            Ok(evaluation) => {
                let (sight, choices) = (evaluation.sight(), &evaluation.choices);
                found.push((sight.violation(), sight.tightest(), choices.clone()));
            }
            Err(Refused::Invalid(reason)) => {
                invalid.0 += 1;
                invalid.1.get_or_insert(reason);
            }
            Err(Refused::Fault(fault)) => return Err(*fault),
        }
    }
    // The sort is stable: equals stay in the order of their probability.
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
    Ok(Verified {
        met: found.iter().filter(|one| one.0 == 0.0).count(),
        designs: found.into_iter().map(|one| one.2).collect(),
        invalid,
    })
}

/// That no design meets the specs.
struct Impossible {
    designs: f64,
    /// By how many percent the nearest design misses the spec that it misses by most.
    misses: f64,
}

/// The proof that no design meets the specs: all of them, where they are few enough.
fn impossible(appraisal: &Appraisal) -> Option<Impossible> {
    let (space, wishes) = (appraisal.space(), appraisal.wishes());
    space.within_limits().filter(|all| *all <= LARGEST)?;
    let all: Vec<Design> = space.enumerate().map(|d| space.canonical(&d)).collect();
    let missed: Vec<f64> = all
        .par_iter()
        .filter_map(|design| {
            let values = appraisal.values(design)?;
            let over = values.iter().zip(&wishes).map(|(v, wish)| v - wish);
            Some(over.fold(f64::NEG_INFINITY, f64::max))
        })
        .collect();
    let nearest = missed.iter().copied().fold(f64::INFINITY, f64::min);
    (nearest > 0.0 && nearest.is_finite()).then(|| Impossible {
        designs: all.len() as f64,
        misses: libm::round(1000.0 * (libm::exp(nearest) - 1.0)) / 10.0,
    })
}
