//! Trained generators: trained once, kept in the run store and in the run's folder.

use super::Appraisal;
use super::appraisal::refused;
use crate::actions::{Chosen, Context};
use crate::fault::Fault;
use crate::keep;
use crate::sink::Progress;
use nasaic_dsl::plan::content_hash;
use nasaic_search::generate::{GenerateError, Generator, Model};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

/// Generators by the hash of all that their training depends on.
pub type Generators = BTreeMap<String, Arc<Generator>>;

/// A generator, and how long its training took just now.
pub struct Trained {
    /// It.
    pub generator: Arc<Generator>,
    /// Seconds; 0 where it was trained before.
    pub seconds: f64,
}

/// The generator that a strategy describes: a known one, or one that is trained now.
pub fn trained(
    appraisal: &Appraisal,
    chosen: &Chosen,
    context: &mut Context<'_, '_>,
) -> Result<Trained, Fault> {
    let options = keep::words(&chosen.options);
    let key = content_hash(&(&appraisal.key, &chosen.algorithm, options, chosen.seed));
    let trained = match known(appraisal, &key, context)? {
        Some(generator) => Trained {
            generator,
            seconds: 0.0,
        },
        None => {
            let start = Instant::now();
            let generator = Arc::new(train(appraisal, chosen, context)?);
            let seconds = start.elapsed().as_secs_f64();
            if let Some(keeper) = context.keeper {
                let kept = keeper
                    .store()
                    .keep_generator(&key, chosen.seed, &text(&generator));
                kept.map_err(|e| keep::fault(&e, context.at))?;
            }
            Trained { generator, seconds }
        }
    };
    let generator = &trained.generator;
    context.generators.insert(key, Arc::clone(generator));
    let file = format!("generators/{}-{}.json", chosen.name, appraisal.study.name);
    let content = || text(generator).into_bytes();
    context.sink.keep(&file, &content).map_err(|reason| {
        Fault::new("E0705", format!("`{file}` cannot be written"))
            .at(context.at)
            .label(reason)
            .hint("give `--out` a folder with room that you may write to")
    })?;
    Ok(trained)
}

/// A generator as it is kept; every number comes back to the bit.
fn text(generator: &Generator) -> String {
    serde_json::to_string(generator).unwrap_or_default()
}

/// One that was trained before, in this program or by one that kept it.
fn known(
    appraisal: &Appraisal,
    key: &str,
    context: &Context<'_, '_>,
) -> Result<Option<Arc<Generator>>, Fault> {
    if let Some(generator) = context.generators.get(key) {
        return Ok(Some(Arc::clone(generator)));
    }
    let Some(keeper) = context.keeper.filter(|keeper| keeper.reads()) else {
        return Ok(None);
    };
    let text = keeper.store().generator(key);
    let text = text.map_err(|e| keep::fault(&e, context.at))?;
    // What another version wrote may have another form: then it is trained again.
    let generator = text.and_then(|text| serde_json::from_str::<Generator>(&text).ok());
    let space = appraisal.space();
    let first = nasaic_search::Design(vec![0; space.decisions().len()]);
    let (known, wishes) = (appraisal.context(&first).len(), appraisal.wishes().len());
    Ok(generator
        .filter(|one| one.fits(space, known, wishes))
        .map(Arc::new))
}

fn train(
    appraisal: &Appraisal,
    chosen: &Chosen,
    context: &mut Context<'_, '_>,
) -> Result<Generator, Fault> {
    let what = format!("training `{}`", chosen.name);
    let sink = &mut *context.sink;
    let mut observer = |done: u64, total: u64| {
        sink.progress(&Progress {
            what: what.clone(),
            done,
            total: Some(total),
            best: String::new(),
            finished: done == total,
        });
        match sink.stop() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    match Generator::train(appraisal, &chosen.options, chosen.seed, &mut observer) {
        Ok(Some(generator)) => Ok(generator),
        // The run is told as interrupted.
        Ok(None) => Err(refused("the training was broken off")),
        Err(error @ GenerateError::NothingOpen) => {
            Err(refused(error.to_string()).hint("open a field of the accelerator: `pes in {…}`"))
        }
        Err(error) => Err(refused(error.to_string())
            .hint("`sweep` tells why designs cannot be built; open the space")),
    }
}
