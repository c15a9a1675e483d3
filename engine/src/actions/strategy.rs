//! A strategy block as the search crate's options.

use super::learned::Teaching;
use crate::fault::Fault;
use crate::generate::generator;
use crate::registry::runnable;
use nasaic_dsl::plan::{Block, Entry, PathStep, Slot};
use nasaic_dsl::source::Span;
use nasaic_dsl::value::Value;
use nasaic_search::{OptionError, OptionValue, Options, SearchError, left_out};

/// What a strategy block says.
pub struct Chosen {
    /// Its label.
    pub name: String,
    /// The algorithm.
    pub algorithm: String,
    /// The seed.
    pub seed: u64,
    /// Distinct designs to evaluate, if given.
    pub evaluations: Option<u64>,
    /// The scale of the penalty, if given.
    pub bound: Option<Value>,
    /// How a cost model is learned that takes the place of the real one, if it is.
    pub learned: Option<Teaching>,
    /// The algorithm's options.
    pub options: Options,
}

/// Fields that belong to the run and not to an algorithm.
const OF_THE_RUN: [&str; 5] = ["algorithm", "seed", "evaluations", "penalty.bound", "cost"];

/// Reads a strategy; `counted` says that a number of evaluations overrides its own end.
pub fn read(block: &Block, counted: bool, at: Span) -> Result<Chosen, Fault> {
    let all = fields(block);
    let value = |name: &str| all.iter().find(|f| f.0 == name).map(|f| &f.1);
    let algorithm = value("algorithm")
        .and_then(Value::as_name)
        .unwrap_or_default()
        .to_owned();
    let Some(info) = runnable().find(|info| info.name == algorithm) else {
        return Err(absent(&algorithm).at(at));
    };
    let mut given: Vec<(&str, OptionValue)> = Vec::new();
    for (path, value) in &all {
        // An episode count would end a counted run early.
        let ends = counted && path == "episodes";
        let known =
            !path.starts_with("penalty.") || info.options.iter().any(|o| o.name == "penalty");
        if OF_THE_RUN.contains(&path.as_str()) || ends || !known {
            continue;
        }
        if let Some(option) = option(value) {
            given.push((path, option));
        }
    }
    let options = Options::new(info, &given).map_err(|e| wrong_option(&e, at))?;
    Ok(Chosen {
        name: block.label.clone().unwrap_or_default(),
        algorithm,
        seed: value("seed").and_then(Value::as_u64).unwrap_or(1),
        evaluations: value("evaluations").and_then(Value::as_u64),
        bound: value("penalty.bound").cloned(),
        learned: Teaching::read(value("cost")),
        options,
    })
}

/// A strategy that this build cannot run, with the command that gets it.
fn absent(algorithm: &str) -> Fault {
    let text = format!("the strategy `{algorithm}` is not in this build");
    let fault = Fault::new("E0704", text).label("cannot be run");
    let known = left_out().iter().find(|info| info.name == algorithm);
    match known.and_then(|info| info.feature) {
        Some(feature) => fault
            .note(format!("The script is right; this build lacks the feature `{feature}`."))
            .hint(format!(
                "build with it: `cargo install --path . --features {feature}`; or use `evolution` or `random`"
            )),
        None => fault
            .note("The script is right; this build has no such algorithm.")
            .hint("use `random`, `evolution`, `reinforce` or `exhaustive`; see `nasaic explain E0704`"),
    }
}

/// Every field of a strategy and of its inner blocks by dotted path, after changes.
fn fields(block: &Block) -> Vec<(String, Value)> {
    let mut out: Vec<(String, Value)> = Vec::new();
    let mut put = |path: String, slot: &Slot| {
        if let Slot::Fixed(value) = slot {
            out.retain(|f| f.0 != path);
            out.push((path, value.clone()));
        }
    };
    for entry in &block.items {
        match entry {
            Entry::Field(f) => put(f.name.clone(), &f.slot),
            Entry::Block(inner) => {
                for entry in &inner.items {
                    if let Entry::Field(f) = entry {
                        put(format!("{}.{}", inner.kind, f.name), &f.slot);
                    }
                }
            }
            _ => {}
        }
    }
    for change in &block.changes {
        let path: Vec<&str> = change
            .path
            .iter()
            .map(|s: &PathStep| s.name.as_str())
            .collect();
        put(path.join("."), &change.slot);
    }
    out
}

fn option(value: &Value) -> Option<OptionValue> {
    Some(match value {
        Value::Quantity(q) => OptionValue::Float(q.value),
        Value::Bool(b) => OptionValue::Bool(*b),
        Value::Name(n) => OptionValue::Choice(n.clone()),
        _ => return None,
    })
}

fn wrong_option(error: &OptionError, at: Span) -> Fault {
    Fault::new("E0206", error.to_string())
        .at(at)
        .hint("`nasaic doc ALGORITHM` lists its options")
}

/// A search that cannot be run, as a message.
pub fn refused(error: &SearchError, at: Span) -> Fault {
    match error {
        SearchError::TooLarge { limit, .. } => Fault::new("E0406", error.to_string())
            .at(at)
            .hint(format!("fix some decisions or take larger steps, raise `limit` (now {limit}), or use another strategy")),
        SearchError::NoBudget { .. } => Fault::new("E0306", error.to_string())
            .at(at)
            .hint("add `evaluations = 1000` to the strategy"),
        SearchError::Goals { .. } => Fault::new("E0606", error.to_string())
            .at(at)
            .hint("join the goals into one expression, or use `evolution`"),
        SearchError::Whole { strategy } if generator(strategy).is_some() => {
            Fault::new("E0606", error.to_string())
                .at(at)
                .label("it is a generator")
                .hint("ask it with `generate(PROBLEM, STRATEGY)`, or over many targets with `compare(objectives(…), …)`")
        }
        SearchError::Whole { .. } => Fault::new("E0606", error.to_string())
            .at(at)
            .hint("search with it alone, and give its run to `regret` as the truth"),
        SearchError::Option(e) => wrong_option(e, at),
        other => Fault::new("E0406", other.to_string()).at(at),
    }
}
