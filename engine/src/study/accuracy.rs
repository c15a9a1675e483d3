//! Where the accuracy of a task comes from.

use super::proxy::Score;
use super::training::{self, Fit, Grade, Training};
use super::{Network, Parts, Study, Task, hardware::fixed, tables};
use crate::fault::Fault;
use crate::keep::{self, Keeper};
use nasaic_accuracy::{Anchor, Kind, Measurement, Surrogate, Table};
use nasaic_dsl::plan::{Block, Entry, content_hash};
use nasaic_dsl::source::Span;
use nasaic_dsl::value::{Value, short};

/// The source of a task's accuracies.
#[derive(Debug)]
pub struct Source {
    name: String,
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
    Trained(Box<Training>),
    Fitted(Box<Fit>),
    Proxy(Score),
}

impl Source {
    /// How its networks are trained, where they are.
    pub fn training(&self) -> Option<&Training> {
        match &self.from {
            From::Trained(training) => Some(training),
            _ => None,
        }
    }

    /// Shown beside every accuracy: `surrogate(resnet9_cifar10)`.
    pub fn name(&self) -> String {
        match &self.from {
            From::Fitted(fit) => fit.name(),
            _ => self.name.clone(),
        }
    }

    /// What its accuracies depend on that the plan does not hold: samples, and earlier trainings.
    pub fn outside(&self, keeper: Option<&Keeper>) -> Result<String, Fault> {
        let key = match &self.from {
            From::Surrogate(_) | From::Table(_) => return Ok(String::new()),
            From::Trained(training) => training.key().map(str::to_owned),
            From::Fitted(fit) => fit.key(keeper).map(str::to_owned),
            From::Proxy(score) => score.key(),
        };
        key.map_err(|f| f.at(self.at))
    }
}

/// Reads the `accuracy` of a task.
///
/// `data` is the name of the task's data set, `metric` what its accuracy means.
pub fn read(
    value: &Value,
    parts: Parts<'_>,
    data: Option<&str>,
    metric: &str,
) -> Result<Source, Fault> {
    let Parts { blocks, files, .. } = parts;
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
        ("trained", _) => {
            let data = data.and_then(|name| blocks.get(name));
            let training = Training::read(fields, (data, metric), parts.datasets, *at)?;
            Ok(Source {
                name: training.name(),
                kind: Kind::Trained,
                // Its trials are filed one by one, under a key of their own.
                recipe: String::new(),
                from: From::Trained(Box::new(training)),
                at: *at,
            })
        }
        ("fitted", _) => {
            let data = data.and_then(|name| blocks.get(name));
            let training = Training::read(fields, (data, metric), parts.datasets, *at)?;
            let given = fields.iter().find(|f| f.0 == "at_least");
            let at_least = given.and_then(|f| f.1.as_u64()).unwrap_or(20);
            Ok(Source {
                name: String::new(),
                kind: Kind::Fitted,
                recipe: String::new(),
                from: From::Fitted(Box::new(Fit::new(training, at_least as usize))),
                at: *at,
            })
        }
        ("proxy", Some(Value::Name(proxy))) => {
            let data = data.and_then(|name| blocks.get(name));
            Ok(Source {
                name: format!("proxy({proxy})"),
                kind: Kind::Proxy,
                recipe: String::new(),
                from: From::Proxy(Score::read(proxy, data, parts.datasets, *at)?),
                at: *at,
            })
        }
        _ => Err(Fault::new("E0603", format!("`{name}` is no source of accuracies")).at(*at)),
    }
}

fn read_surrogate(block: &Block) -> Option<Surrogate> {
    let block = &*block.changed();
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
    if let From::Trained(training) = &source.from {
        return trained(study, training, network).map_err(|f| f.at(source.at));
    }
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

/// The accuracy of a network that is trained for it: as it is known, or trained now where that
/// is allowed.
fn trained(
    study: &Study,
    training: &Training,
    network: &Network,
) -> Result<Option<Measurement>, Fault> {
    let keeper = study.keeper.as_deref();
    if study.trains {
        let epochs = training.recipe.epochs;
        training::train(study, &[(training, network, epochs)])?;
        return match network.trials.after(epochs) {
            Some(Grade::Measured(measured)) => Ok(Some(measured)),
            Some(Grade::Failed(why)) => Err(training.failed(why)),
            None => Ok(None),
        };
    }
    training::recall(training, network, keeper)?;
    Ok(network.trials.furthest())
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
        From::Table(table) => tables::row(study, task, table, choices)?,
        // A score sees how layers are joined and what follows them, which costs do not.
        From::Proxy(_) => vec![format!("{:?}", training::lower::network(&network.layers))],
        _ => Vec::new(),
    };
    let recipe = (&source.recipe, source.outside(Some(keeper))?);
    let depends = content_hash(&(recipe, task.batch, network.macs, network.params, row));
    let key = keep::measurement(&depends, network.computing.iter().map(|(_, layer)| layer));
    if keeper.reads() {
        let known = keeper.store().measurement(&key);
        if let Some(known) = known.map_err(|e| keep::fault(&e, source.at))? {
            return Ok(Some(Measurement {
                value: known.value,
                uncertainty: known.uncertainty,
                kind: source.kind,
                training: None,
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
                provenance: source.name(),
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
        From::Trained(training) => return trained(study, training, network),
        From::Fitted(fit) => fit.measure(network, study.keeper.as_deref())?,
        From::Proxy(score) => match score.measure(network)? {
            Ok(measured) => measured,
            Err(why) if study.trains => return Err(why),
            // Of many designs this is one that is not ranked.
            Err(_) => return Ok(None),
        },
    }))
}
