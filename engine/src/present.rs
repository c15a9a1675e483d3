//! What is shown of a value.

use crate::call::{Call, Given};
use crate::fault::Fault;
use crate::formula::Scripts;
use crate::item::Item;
use crate::sink::Part;
use crate::table::Table;
use crate::{report, views};
use nasaic_dsl::source::{Sources, Span};
use nasaic_dsl::value::Value;

/// The parts of a shown value, in order.
pub fn present(item: &Item, sources: &Sources) -> Result<Vec<Part>, Fault> {
    Ok(match item {
        Item::Value(v) => vec![Part::Text(report::of_value(v))],
        Item::Result(e) => vec![report::evaluation(e)],
        Item::Run(found) => {
            let mut parts = vec![report::search(found)];
            if let Some(best) = found.best() {
                parts.push(report::evaluation(&best?));
            }
            parts
        }
        Item::Results(designs) => {
            vec![
                Part::Text(report::of_designs(designs)),
                table(item, sources)?,
            ]
        }
        Item::Race(_) | Item::Answers(_) | Item::Layers(_) => vec![table(item, sources)?],
        Item::Objectives(asked) => vec![Part::Table(report::of_objectives(asked))],
        Item::Space(size) => vec![report::size(size)],
        Item::Table(t) | Item::Volume(t, _) => vec![Part::Table((**t).clone())],
        Item::Figure(f) => vec![Part::Figure((**f).clone())],
        Item::Explanation(e) => e.parts.clone(),
        Item::Written(path) => vec![Part::Text(format!("written to {path}\n"))],
        Item::List(items) => {
            let mut parts = Vec::new();
            for item in items {
                parts.extend(present(item, sources)?);
            }
            parts
        }
    })
}

/// Rows without a view of their own are shown as their table.
fn table(item: &Item, sources: &Sources) -> Result<Part, Fault> {
    rows(item, sources, false).map(Part::Table)
}

/// The rows of a value; those for a file have a column for every decision, those for readers for the first few.
pub fn rows(item: &Item, sources: &Sources, all_decisions: bool) -> Result<Table, Fault> {
    let truth = |yes| Given::Item(Item::Value(Value::Bool(yes)));
    let scripts = Scripts::new();
    let call = Call {
        name: "table",
        args: vec![
            ("of", Given::Item(item.clone())),
            // A comparison says whether its differences may be chance.
            ("rank_test", truth(true)),
            ("all_decisions", truth(all_decisions)),
        ],
        sources,
        scripts: &scripts,
        dataflow: None,
        at: Span::default(),
    };
    match views::call(&call)? {
        Item::Table(t) | Item::Volume(t, _) => Ok((*t).clone()),
        _ => Err(Fault::new("E0805", "this has no table")),
    }
}
