//! `nasaic runs`: what is in a run store.

use super::args::{Changes, Runs, RunsFormat};
use super::console::Console;
use super::files::Text;
use super::keep::{Entry, existing, refusal};
use super::output::Folder;
use super::program::Program;
use super::watch::Watcher;
use super::{Exit, Refusal, run};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::plan::Plan;
use nasaic_engine::{Cell, Head, Sink, Table};
use nasaic_host::files::{reason, temporary};
use nasaic_host::keep::Shown;
use nasaic_store::{ExportError, Format, Run, Search, Status, Store, write_optuna, write_rows};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Carries out one of the commands.
pub fn runs(what: &Runs, console: &mut Console) -> Result<Exit, Refusal> {
    match what {
        Runs::List { json, place } => {
            let runs = existing(&place.store)?.runs().map_err(refusal)?;
            if *json {
                console.print(&format!("{:#}\n", json!(runs)));
            } else {
                console.print(&list(&runs).to_string());
            }
            Ok(Exit::Done)
        }
        Runs::Show {
            id,
            out,
            json_stream,
            place,
        } => show(*id, out.as_deref(), *json_stream, &place.store, console),
        Runs::Resume {
            id,
            running,
            reading,
            place,
        } => {
            let store = existing(&place.store)?;
            let (script, plan) = store.plan(*id).map_err(refusal)?;
            if running.json_stream {
                console.stream();
            }
            let text = Text {
                name: script,
                text: plan,
            };
            let program = Program::load(&text, None, (reading, &Changes::default()), console)?;
            let entry = Entry::Again(store, *id);
            run::carry_out(program, &text.name, running, entry, console)
        }
        Runs::Compare { ids, json, place } => {
            let store = existing(&place.store)?;
            let runs: Result<Vec<Run>, _> = ids.iter().map(|id| store.run(*id)).collect();
            let runs = runs.map_err(refusal)?;
            if *json {
                console.print(&format!("{:#}\n", json!(runs)));
            } else {
                console.print(&compared(&runs).to_string());
            }
            Ok(Exit::Done)
        }
        Runs::Export {
            id,
            format,
            search,
            out,
            place,
        } => {
            let store = existing(&place.store)?;
            let path = out
                .clone()
                .unwrap_or_else(|| PathBuf::from(format!("run-{id}.{}", format.ending())));
            export(&store, *id, *search, *format, &path)?;
            console.print(&format!("written to {}\n", path.display()));
            Ok(Exit::Done)
        }
        Runs::Rm { ids, place } => {
            let store = existing(&place.store)?;
            for id in ids {
                store.remove(*id).map_err(refusal)?;
            }
            Ok(Exit::Done)
        }
    }
}

/// Shows again what a run showed.
fn show(
    id: i64,
    out: Option<&Path>,
    stream: bool,
    path: &Path,
    console: &mut Console,
) -> Result<Exit, Refusal> {
    if stream {
        console.stream();
    }
    let store = existing(path)?;
    let run = store.run(id).map_err(refusal)?;
    let began = date(run.started);
    let status = run.status.word();
    console.note(&format!("run {id}, {}, {began}: {status}", run.script));
    let Some(shown) = store.outputs(id).map_err(refusal)? else {
        console.print(&compared(std::slice::from_ref(&run)).to_string());
        console.note(&format!(
            "it has shown nothing yet; go on with `nasaic runs resume {id}`"
        ));
        return Ok(Exit::Done);
    };
    let (_, plan) = store.plan(id).map_err(refusal)?;
    let read = serde_json::from_str::<Shown>(&shown)
        .and_then(|shown| Ok((shown, serde_json::from_str::<Plan>(&plan)?)));
    let (shown, plan) = read.map_err(|e| {
        Diagnostic::new("E0703", format!("what run {id} showed cannot be read: {e}"))
            .note(format!("Version {} of the program kept it.", run.program))
            .hint(format!("compute it again: `nasaic runs resume {id}`"))
    })?;
    let folder = match out {
        Some(path) => Folder::prepare(path)?,
        None => Folder::current(),
    };
    let mut watcher = Watcher::new(console, &folder, &plan.sources);
    shown.outputs.iter().for_each(|output| watcher.show(output));
    let failed = watcher.failed;
    console.tell(&plan.sources, &shown.diagnostics);
    Ok(match run.status {
        _ if failed => Exit::Wrong,
        Status::Failed => Exit::Wrong,
        Status::Unexpected => Exit::Unexpected,
        Status::Interrupted => Exit::Interrupted,
        Status::Done | Status::Unfinished => Exit::Done,
    })
}

/// Writes a run to a file, whole or not at all.
fn export(
    store: &Store,
    id: i64,
    search: Option<usize>,
    format: RunsFormat,
    path: &Path,
) -> Result<(), Refusal> {
    let folder = path
        .parent()
        .filter(|f| !f.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let file = temporary(folder).map_err(|e| not_written(path, ExportError::File(e)))?;
    let written = match format {
        RunsFormat::Csv => write_rows(store, id, search, Format::Csv, file.as_file()),
        RunsFormat::Parquet => write_rows(store, id, search, Format::Parquet, file.as_file()),
        RunsFormat::Optuna => write_optuna(store, id, search, file.path()),
    };
    written.map_err(|e| not_written(path, e))?;
    let renamed = file.persist(path).map(|_| ());
    renamed.map_err(|e| not_written(path, ExportError::File(e.error)))
}

fn not_written(path: &Path, error: ExportError) -> Refusal {
    match error {
        ExportError::Store(error) => refusal(error),
        ExportError::File(error) => {
            let title = format!("`{}` cannot be written: {}", path.display(), reason(&error));
            Diagnostic::new("E0705", title)
                .hint("check the folder and the space on the disk")
                .into()
        }
        ExportError::Searches(why) => Diagnostic::new("E0816", why)
            .hint("choose one with `--search N`; `nasaic runs compare ID` numbers them")
            .into(),
    }
}

fn list(runs: &[Run]) -> Table {
    let columns = [
        "run",
        "began (UTC)",
        "script",
        "status",
        "searches",
        "designs",
    ];
    let row = |run: &Run| {
        let designs: u64 = run.searches.iter().map(|s| s.trials).sum();
        vec![
            Cell::Number(run.id as f64),
            Cell::text(date(run.started)),
            Cell::text(&run.script),
            Cell::text(run.status.word()),
            Cell::Number(run.searches.len() as f64),
            Cell::Number(designs as f64),
        ]
    };
    table(&columns, runs.iter().map(row).collect())
}

fn compared(runs: &[Run]) -> Table {
    let columns = [
        "run",
        "search",
        "problem",
        "strategy",
        "seed",
        "designs",
        "meet specs",
        "front",
        "best",
        "",
    ];
    let row = |run: &Run, number: usize, search: &Search| {
        let summary = search.summary.as_ref();
        let goal = |(name, value): &(String, f64)| {
            format!("{name} = {}", nasaic_dsl::units::number(*value))
        };
        let goals = summary.map(|s| s.goals.iter().map(goal).collect::<Vec<_>>().join(", "));
        let state = match summary {
            None => "unfinished",
            Some(s) if s.feasible => "feasible",
            Some(_) => "not feasible",
        };
        let count = |n: Option<u64>| n.map_or(Cell::Missing, |n| Cell::Number(n as f64));
        vec![
            Cell::Number(run.id as f64),
            Cell::Number(number as f64),
            Cell::text(&search.problem),
            Cell::text(&search.strategy),
            Cell::Number(search.seed as f64),
            Cell::Number(search.trials as f64),
            count(summary.map(|s| s.satisfied)),
            count(summary.map(|s| s.front)),
            goals
                .filter(|g| !g.is_empty())
                .map_or(Cell::Missing, Cell::text),
            Cell::text(state),
        ]
    };
    let rows = runs.iter().flat_map(|run| {
        let searches = (1..).zip(&run.searches);
        searches.map(move |(number, search)| row(run, number, search))
    });
    table(&columns, rows.collect())
}

fn table(columns: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    Table {
        title: String::new(),
        columns: columns.iter().map(|name| Head::plain(*name)).collect(),
        rows,
        notes: Vec::new(),
    }
}

/// Milliseconds since 1970 as a date and a time of day, UTC.
fn date(milliseconds: i64) -> String {
    let seconds = milliseconds.div_euclid(1000);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Counted from 1 March of the year 0, months have a pattern of 153 days in five, and the
    // leap day ends the year.
    let from_march = days + 719_468;
    let era = from_march.div_euclid(146_097);
    let day_of_era = from_march.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_399, "2000-02-28 23:59:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (4_107_542_400, "2100-03-01 00:00:00"),
            (1_795_267_800, "2026-11-21 13:30:00"),
        ] {
            assert_eq!(date(seconds * 1000), expected);
        }
    }
}
