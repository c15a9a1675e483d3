//! `nasaic data`: which data sets are known, where they lie, and what is in them.

mod picture;
mod verify;

use super::args::{Data, DataPlace, Reading};
use super::console::Console;
use super::files::Text;
use super::{Exit, Refusal, program};
use nasaic_accuracy::data::{DataError, Places, locate};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::names::closest;
use nasaic_dsl::schema::join_names;
use nasaic_dsl::value::short;
use nasaic_dsl::world::{Memory, embedded_names};
use nasaic_engine::data::{DataSet, diagnostic};
use nasaic_engine::{Cell, Engine, Head, Table};
use nasaic_host::places::roots;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Carries out one of the commands.
pub fn data(what: &Data, console: &Console) -> Result<Exit, Refusal> {
    match what {
        Data::List {
            script,
            json,
            place,
        } => {
            let (sets, folder) = match script {
                None => (library()?, PathBuf::new()),
                Some(file) => of_script(file, place, console)?,
            };
            let places = |set: &DataSet| places(set, &folder, place);
            list(&sets, *json, &places, console);
        }
        Data::Path { name, place } => {
            let set = named(name)?;
            let origin =
                locate(&set.request, &places(&set, Path::new(""), place)).map_err(refusal)?;
            console.print(&format!(
                "{origin}
"
            ));
        }
        Data::Verify { name, json, place } => {
            let set = named(name)?;
            let verified =
                verify::verify(&set, &places(&set, Path::new(""), place)).map_err(refusal)?;
            console.print(&if *json {
                format!("{:#}\n", verified.json())
            } else {
                verified.text()
            });
        }
    }
    Ok(Exit::Done)
}

fn refusal(error: DataError) -> Refusal {
    diagnostic(&error).into()
}

/// The data sets of `std.data`, in alphabetical order.
fn library() -> Result<Vec<DataSet>, Refusal> {
    let names = embedded_names("std/data").unwrap_or_default();
    let mut engine = Engine::new(Box::new(Memory::default()));
    let text = format!("use std.data.{{{}}}\n", names.join(", "));
    engine.check("std.data", &text, &[]);
    declared(&engine)
}

/// The data sets that a script declares or uses, and the folder of the script.
fn of_script(
    file: &Path,
    place: &DataPlace,
    console: &Console,
) -> Result<(Vec<DataSet>, PathBuf), Refusal> {
    let text = Text::read(file)?;
    let reading = Reading {
        data: place.data.clone(),
        ..Reading::default()
    };
    let mut engine = program::engine(&text, &reading);
    program::check(&mut engine, (&text.name, &text.text), &[], console)?;
    Ok((declared(&engine)?, text.folder().to_owned()))
}

/// The data sets that an engine knows, by name.
fn declared(engine: &Engine) -> Result<Vec<DataSet>, Refusal> {
    let blocks = engine.program().blocks.values();
    let sets = blocks.filter(|b| b.kind == "data").map(|block| {
        let name = block.label.as_deref().unwrap_or_default();
        DataSet::of(short(name), block).map_err(refusal)
    });
    let mut sets = sets.collect::<Result<Vec<DataSet>, Refusal>>()?;
    sets.sort_by(|a, b| a.request.name.cmp(&b.request.name));
    Ok(sets)
}

/// The set of this name.
fn named(name: &str) -> Result<DataSet, Refusal> {
    let mut sets = library()?;
    if let Some(i) = sets.iter().position(|s| s.request.name == name) {
        return Ok(sets.swap_remove(i));
    }
    let known = || sets.iter().map(|s| s.request.name.as_str());
    let d = Diagnostic::new("E0201", format!("`std.data` has no data set `{name}`"))
        .note(format!("It has {}.", join_names(known())));
    Err(match closest(name, known()) {
        Some(guess) => d.hint(format!("did you mean `{guess}`?")),
        None => d.hint("`nasaic data list` lists them with their places"),
    }
    .into())
}

/// Where to look for a set; `script` is the folder of the script that declares it.
fn places(set: &DataSet, script: &Path, place: &DataPlace) -> Places {
    match &place.data {
        Some(folder) => Places {
            folders: vec![folder.join(&set.request.name), folder.clone()],
        },
        None => set.places(script, &roots()),
    }
}

fn list(sets: &[DataSet], as_json: bool, places: &dyn Fn(&DataSet) -> Places, console: &Console) {
    let found = |set: &DataSet| locate(&set.request, &places(set)).ok();
    let get = |set: &DataSet| set.request.get.clone().unwrap_or_default();
    if as_json {
        let object = |set: &DataSet| {
            json!({
                "name": set.request.name,
                "format": set.request.format.name(),
                "input": verify::input(set),
                "classes": set.request.classes,
                "found": found(set),
                "get": set.request.get,
                "source": set.source,
                "licence": set.licence,
            })
        };
        let all: Vec<_> = sets.iter().map(object).collect();
        return console.print(&format!("{:#}\n", json!(all)));
    }
    let count = |n: Option<usize>| n.map_or(Cell::text(""), |n| Cell::Number(n as f64));
    let row = |set: &DataSet| {
        let where_ = found(set).unwrap_or_else(|| format!("not here: {}", get(set)));
        vec![
            Cell::text(&set.request.name),
            Cell::text(verify::input(set).map(|n| n.to_string()).join("×")),
            Cell::Number(set.request.classes as f64),
            count(set.request.train),
            count(set.request.test),
            Cell::text(where_),
        ]
    };
    let heads = ["data set", "input", "classes", "train", "test", "where"];
    let table = Table {
        columns: heads.into_iter().map(Head::plain).collect(),
        rows: sets.iter().map(row).collect(),
        ..Table::default()
    };
    console.print(&table.to_string());
}
