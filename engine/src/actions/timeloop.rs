//! `export` for Timeloop: the nests of an evaluated design, a folder for each layer.

use super::Context;
use crate::fault::Fault;
use crate::item::{Evaluation, Item};
use crate::views::work::{self, Work};
use nasaic_cost::timeloop::{self, Exported};
use nasaic_dsl::names::closest;

/// Writes the nests of all layers, or of the one called `layer`, below `folder`; layers that
/// Timeloop cannot take are told in one warning.
pub(super) fn export(
    evaluation: &Evaluation,
    folder: &str,
    layer: Option<&str>,
    context: &mut Context<'_, '_>,
) -> Result<Item, Fault> {
    let works = chosen(work::all(evaluation)?, layer).map_err(|f| f.at(context.at))?;
    let count = works.len();
    let mut written = Vec::new();
    let mut refused = Vec::new();
    for (number, work) in works {
        match nest(&work) {
            Ok(exported) => {
                let path = format!("{folder}/{number:03}-{}", path_text(&work.name));
                write(&path, &exported, context)?;
                written.push(Item::Written(path));
            }
            Err(reason) => refused.push(format!("{}: {reason}.", work.name)),
        }
    }
    if written.is_empty() {
        let none = Fault::new("E0705", "no layer can be written for Timeloop").at(context.at);
        return Err(refused.into_iter().fold(none, Fault::note));
    }
    if !refused.is_empty() {
        let title = format!(
            "{} of {count} layers cannot be written for Timeloop",
            refused.len()
        );
        let warning = Fault::new("W0903", title).at(context.at);
        let warning = refused.into_iter().fold(warning, Fault::note);
        context
            .warnings
            .push(warning.diagnostic(context.parts.sources));
    }
    Ok(Item::List(written))
}

/// The layers wanted, each with its place among all, from 1.
fn chosen<'a>(all: Vec<Work<'a>>, layer: Option<&str>) -> Result<Vec<(usize, Work<'a>)>, Fault> {
    let names: Vec<String> = all.iter().map(|w| w.name.clone()).collect();
    let wanted = |work: &Work<'_>| layer.is_none_or(|l| work.name == l || work.path == l);
    let numbered = (1..).zip(all);
    let chosen: Vec<(usize, Work<'a>)> = numbered.filter(|(_, w)| wanted(w)).collect();
    match layer {
        Some(layer) if chosen.is_empty() => {
            let fault = Fault::new("E0201", format!("this result has no layer `{layer}`"));
            Err(match closest(layer, names.iter().map(String::as_str)) {
                Some(guess) => fault.hint(format!("did you mean `{guess}`?")),
                None => fault.hint("the view `layers` lists their names"),
            })
        }
        _ => Ok(chosen),
    }
}

fn nest(work: &Work<'_>) -> Result<Exported, String> {
    let sub = &work.array.sub;
    let mapping = work.mapping.as_ref();
    let mapping = mapping.ok_or_else(|| "it only moves data".to_owned())?;
    timeloop::export(&work.layer, mapping, &sub.dataflow, &sub.array).map_err(|e| e.to_string())
}

fn write(path: &str, nest: &Exported, context: &mut Context<'_, '_>) -> Result<(), Fault> {
    for (name, text) in [
        ("architecture", &nest.architecture),
        ("problem", &nest.problem),
        ("mapping", &nest.mapping),
    ] {
        context.write(&format!("{path}/{name}.yaml"), text.as_bytes())?;
    }
    Ok(())
}

/// A layer's name without what shells and file systems treat apart.
fn path_text(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let text = name.replace(']', "");
    text.chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect()
}
