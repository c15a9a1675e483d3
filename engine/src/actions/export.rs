//! `export`: results to a file.

use super::{Args, Context};
use crate::fault::Fault;
use crate::item::Item;
use crate::present::present;
use crate::sink::Part;
use nasaic_dsl::value::Value;

pub(super) fn export(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let (Some(what), Some(Item::Value(Value::Text(path)))) = (args.get("what"), args.get("file"))
    else {
        return Err(Fault::new("E0209", "`export` needs results and a file").at(context.at));
    };
    let content = content(what, path, context)?;
    context
        .sink
        .file(path, content.as_bytes())
        .map_err(|reason| {
            Fault::new("E0705", format!("`{path}` cannot be written"))
                .at(context.at)
                .label(reason)
                .hint("give a path below the output folder")
        })?;
    Ok(Item::Written(path.clone()))
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
    match (ending, table, figure) {
        ("json", ..) => Ok(format!("{:#}\n", crate::json::of(what))),
        ("csv", Some(table), _) => Ok(table.csv()),
        ("svg", _, Some(figure)) => nasaic_plot::svg(figure).map_err(|e| {
            Fault::new("E0705", format!("the figure cannot be drawn: {e}")).at(context.at)
        }),
        _ => Err(Fault::new(
            "E0705",
            format!("`{path}` is of no kind that these results can be written to"),
        )
        .at(context.at)
        .hint("rows go to `.csv` or `.json`, figures to `.svg`")),
    }
}
