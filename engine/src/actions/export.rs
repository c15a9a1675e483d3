//! `export`: results to a file, or nests to the files of another tool.

use super::{Args, Context, timeloop};
use crate::fault::Fault;
use crate::item::{Found, Item};
use crate::present::{present, rows};
use crate::sink::Part;
use nasaic_dsl::value::Value;

pub(super) fn export(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let (Some(what), Some(Item::Value(Value::Text(path)))) = (args.get("what"), args.get("file"))
    else {
        return Err(Fault::new("E0209", "`export` needs results and a file").at(context.at));
    };
    let layer = match args.get("layer") {
        Some(Item::Value(Value::Text(layer))) => Some(layer.as_str()),
        _ => None,
    };
    if let Some(Item::Value(Value::Name(_))) = args.get("format") {
        let Item::Result(evaluation) = what else {
            return Err(Fault::new(
                "E0305",
                "only one evaluated design can be written for Timeloop",
            )
            .at(context.at)
            .hint(
                "write `export(evaluate(NETWORK, ACCELERATOR), \"FOLDER\", format = timeloop)`",
            ));
        };
        return timeloop::export(evaluation, path, layer, context);
    }
    if let (Item::Run(found), true) = (what, path.ends_with(".certificate.json")) {
        let content = certificate(found, context)?;
        context.write(path, content.as_bytes())?;
        return Ok(Item::Written(path.clone()));
    }
    if layer.is_some() {
        return Err(Fault::new("E0209", "`layer` goes with `format = timeloop`")
            .at(context.at)
            .hint("leave `layer` out, or export `layers(…)` to get all rows"));
    }
    let content = content(what, path, context)?;
    context.write(path, content.as_bytes())?;
    Ok(Item::Written(path.clone()))
}

/// The proof of an exact search, for `nasaic verify`.
fn certificate(found: &Found, context: &Context<'_, '_>) -> Result<String, Fault> {
    let refused = |why: &str| {
        Fault::new("E0608", "there is no certificate to write")
            .at(context.at)
            .label(why)
            .hint("search with `strategy exact { algorithm = exact }`, and let it finish")
    };
    let proof = (found.proof.as_ref()).ok_or_else(|| refused("this search proves nothing"))?;
    let file = (proof.certificate.as_ref())
        .ok_or_else(|| refused("some designs stayed open, so the optimum is not proven"))?;
    serde_json::to_string(file).map_err(|e| refused(&e.to_string()))
}

fn content(what: &Item, path: &str, context: &Context<'_, '_>) -> Result<String, Fault> {
    let ending = path.rsplit_once('.').map_or("", |(_, e)| e);
    let parts = present(what, context.parts.sources)?;
    let table = parts.iter().find_map(|p| match p {
        Part::Table(t) => Some(t),
        _ => None,
    });
    let figure = parts.iter().find_map(|p| match p {
        Part::Figure(f) => Some(f),
        _ => None,
    });
    let drawn = |e: nasaic_plot::PlotError| {
        Fault::new("E0705", format!("this cannot be drawn: {e}")).at(context.at)
    };
    match (ending, table, figure) {
        ("json", ..) => Ok(format!("{:#}\n", crate::json::of(what))),
        ("csv", Some(table), _) => match what {
            Item::Results(_) | Item::Run(_) => Ok(rows(what, context.parts.sources, true)?.csv()),
            _ => Ok(table.csv()),
        },
        ("svg", _, Some(figure)) => nasaic_plot::svg(figure).map_err(drawn),
        ("svg", Some(table), None) => table.svg().map_err(drawn),
        _ => Err(Fault::new(
            "E0705",
            format!("`{path}` is of no kind that these results can be written to"),
        )
        .at(context.at)
        .hint("rows go to `.csv`, `.json` or `.svg`, figures to `.svg`")),
    }
}
