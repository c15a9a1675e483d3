//! Where the accuracy of a task comes from.

use super::{Network, Study, Task, hardware::fixed, tables};
use crate::fault::Fault;
use crate::keep::{self, Keeper};
use nasaic_accuracy::{Anchor, Kind, Measurement, Surrogate, Table};
use nasaic_dsl::plan::{Block, Entry, content_hash};
use nasaic_dsl::source::Span;
use nasaic_dsl::value::{Value, short};
use std::collections::BTreeMap;

/// The source of a task's accuracies.
#[derive(Debug)]
pub struct Source {
    /// Shown beside every accuracy: `surrogate(resnet9_cifar10)`.
    pub name: String,
    /// What kind of statement its accuracies are.
    pub kind: Kind,
    from: From,
    /// A hash of all that it is made of: with a network, what a measurement depends on.
    recipe: String,
    at: Span,
}

#[derive(Debug)]
enum From {
    Surrogate(Surrogate),
    Table(Table),
}

/// Reads the `accuracy` of a task.
pub fn read(
    value: &Value,
    blocks: &BTreeMap<String, Block>,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<Source, Fault> {
    let Value::Form {
        name,
        args,
        fields,
        at,
    } = value
    else {
        return Err(Fault::new("E0603", "this is no source of accuracies"));
    };
    match (name.as_str(), args.first()) {
        ("surrogate", Some(Value::Block(block))) => {
            let surrogate = blocks.get(block).and_then(read_surrogate).ok_or_else(|| {
                Fault::new("E0603", format!("the surrogate `{block}` is not declared")).at(*at)
            })?;
            let name = format!("surrogate({})", short(block));
            Ok(Source {
                recipe: content_hash(&(name.as_str(), blocks.get(block))),
                name,
                kind: Kind::Surrogate,
                from: From::Surrogate(surrogate),
                at: *at,
            })
        }
        ("table", Some(Value::Text(path))) => {
            let bytes = files.get(path).ok_or_else(|| {
                Fault::new("E0705", format!("the table `{path}` could not be read")).at(*at)
            })?;
            let table = tables::read(path, fields, bytes).map_err(|f| f.at(*at))?;
            let name = format!("table({path:?})");
            Ok(Source {
                recipe: content_hash(&(blake3::hash(bytes).to_hex().to_string(), fields)),
                name,
                kind: Kind::Table,
                from: From::Table(table),
                at: *at,
            })
        }
        _ => Err(Fault::new(
            "E0704",
            format!("`{name}` accuracies are not in this build"),
        )
        .at(*at)
        .label("needs the training part")
        .hint("use `surrogate(…)` or `table(\"file.csv\")`")),
    }
}

fn read_surrogate(block: &Block) -> Option<Surrogate> {
    let number = |b: &Block, name: &str| fixed(b, name)?.as_f64();
    let anchor = |kind: &str| {
        let inner = block.items.iter().find_map(|e| match e {
            Entry::Block(b) if b.kind == kind => Some(b),
            _ => None,
        })?;
        Some(Anchor {
            accuracy: number(inner, "accuracy")?,
            params: number(inner, "params")?,
            macs: number(inner, "macs")?,
        })
    };
    Some(Surrogate {
        smallest: anchor("smallest")?,
        largest: anchor("largest")?,
        saturation: number(block, "saturation")?,
        macs_share: number(block, "macs_share")?,
    })
}

/// The accuracy of a task's network; none when the task has no source.
pub(super) fn measure(
    study: &Study,
    task: &Task,
    network: &Network,
    choices: &[u32],
) -> Result<Option<Measurement>, Fault> {
    let Some(source) = &task.source else {
        return Ok(None);
    };
    if let Some(known) = network.accuracy.get() {
        return Ok(known.clone());
    }
    let measured = match &study.keeper {
        Some(keeper) => kept(study, task, network, choices, keeper),
        None => find(study, task, network, choices),
    };
    let measured = measured.map_err(|f| f.at(source.at))?;
    Ok(network.accuracy.get_or_init(|| measured).clone())
}

/// The accuracy as the store knows it, or as it is found and then kept.
fn kept(
    study: &Study,
    task: &Task,
    network: &Network,
    choices: &[u32],
    keeper: &Keeper,
) -> Result<Option<Measurement>, Fault> {
    let Some(source) = &task.source else {
        return Ok(None);
    };
    let row = match &source.from {
        From::Surrogate(_) => Vec::new(),
        From::Table(table) => tables::row(study, task, table, choices)?,
    };
    let recipe = &source.recipe;
    let depends = content_hash(&(recipe, task.batch, network.macs, network.params, row));
    let key = keep::measurement(&depends, network.computing.iter().map(|(_, layer)| layer));
    if keeper.reads() {
        let known = keeper.store().measurement(&key);
        if let Some(known) = known.map_err(|e| keep::fault(&e, source.at))? {
            return Ok(Some(Measurement {
                value: known.value,
                uncertainty: known.uncertainty,
                kind: source.kind,
            }));
        }
    }
    let found = find(study, task, network, choices)?;
    if let Some(found) = &found {
        keeper.store().measured(
            key,
            nasaic_store::Measurement {
                value: found.value,
                uncertainty: found.uncertainty,
                kind: found.kind.label().to_owned(),
                provenance: source.name.clone(),
            },
        );
    }
    Ok(found)
}

/// The accuracy as its source gives it.
fn find(
    study: &Study,
    task: &Task,
    network: &Network,
    choices: &[u32],
) -> Result<Option<Measurement>, Fault> {
    let Some(source) = &task.source else {
        return Ok(None);
    };
    Ok(Some(match &source.from {
        From::Surrogate(s) => {
            // A surrogate speaks of one input, whatever the batch.
            let macs = network.macs as f64 / f64::from(task.batch.max(1));
            s.measure(network.params as f64, macs)
        }
        From::Table(table) => tables::look_up(study, task, table, choices)?,
    }))
}
