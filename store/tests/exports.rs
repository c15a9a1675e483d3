//! Files for other programs: every trial a row, every cell in its column, nothing lost.
#![allow(clippy::unwrap_used)]

mod common;

use common::{filled, run, search};
use nasaic_store::{ExportError, Format, Store, write_optuna, write_rows};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::path::Path;
use std::process::Command;

fn csv(store: &Store) -> String {
    let mut out = Vec::new();
    write_rows(store, 1, None, Format::Csv, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn rows_of_text_have_units_in_their_heads() {
    let folder = tempfile::tempdir().unwrap();
    let text = csv(&filled(&folder.path().join("runs.db"), 30));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 31);
    assert_eq!(
        lines[0],
        "search,strategy,seed,trial,a.dataflow,a.pes,a.bandwidth (B/s),feasible,refused,cycles,\
         classify.accuracy,goal: energy"
    );
    let start = "1,quick,18446744073709551615,";
    for (line, rest) in [
        (1, "0,nvdla,16.0,1000000000.0,true,,0.0,1.0,1.0"),
        // Misses a spec, so its objectives were not asked for.
        (2, "1,\"ws, \"\"x\"\"\",16.0,2500000000.0,false,,0.1,,"),
        // The third decision takes no part.
        (
            4,
            "3,\"ws, \"\"x\"\"\",24.0,,true,,0.30000000000000004,0.9997,0.25",
        ),
        (
            6,
            "5,\"ws, \"\"x\"\"\",32.0,0.1,false,design 5 has no room,,,",
        ),
    ] {
        assert_eq!(lines[line], format!("{start}{rest}"));
    }
}

#[test]
fn parquet_says_the_same_as_text() {
    let folder = tempfile::tempdir().unwrap();
    // More rows than are written together.
    let store = filled(&folder.path().join("runs.db"), 70_000);
    let path = folder.path().join("rows.parquet");
    let file = std::fs::File::create(&path).unwrap();
    write_rows(&store, 1, None, Format::Parquet, file).unwrap();
    let reader = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
    assert_eq!(reader.num_row_groups(), 2);
    let text = csv(&store);
    let mut lines = text.lines();
    let quoted = |text: &str| match text.contains([',', '"']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let mut rows = 0;
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        let heads: Vec<String> = row.get_column_iter().map(|c| quoted(c.0)).collect();
        let cells: Vec<String> = row
            .get_column_iter()
            .map(|(_, field)| match field {
                Field::Null => String::new(),
                Field::Double(x) => format!("{x:?}"),
                // A seed beyond 2^63 is stored in the same bits.
                Field::Long(n) => (*n as u64).to_string(),
                Field::Bool(b) => b.to_string(),
                Field::Str(text) => quoted(text),
                other => panic!("{other:?}"),
            })
            .collect();
        if rows == 0 {
            assert_eq!(lines.next().unwrap(), heads.join(","));
        }
        assert_eq!(lines.next().unwrap(), cells.join(","));
        rows += 1;
    }
    assert_eq!((rows, lines.next()), (70_000, None));
}

#[test]
fn searches_of_different_problems_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("runs.db"), 10);
    search(&store, 1, 1, "another problem").unwrap();
    let none = run(&store).unwrap();
    let write = |run, search| write_rows(&store, run, search, Format::Csv, Vec::new());
    for (run, search) in [(1, None), (1, Some(3)), (none, None)] {
        let wrong = write(run, search);
        assert!(
            matches!(wrong, Err(ExportError::Searches(_))),
            "{run} {search:?}"
        );
    }
    assert!(write(1, Some(1)).is_ok() && write(1, Some(2)).is_ok());
    assert!(matches!(write(77, None), Err(ExportError::Store(_))));
}

/// A Python with Optuna, where there is one: `NASAIC_OPTUNA_PYTHON`, or the system's.
fn python() -> Option<String> {
    let python = std::env::var("NASAIC_OPTUNA_PYTHON").unwrap_or_else(|_| "python3".into());
    let found = Command::new(&python).args(["-c", "import optuna"]).output();
    found
        .is_ok_and(|out| out.status.success())
        .then_some(python)
}

const LOADS: &str = "
import optuna, sys
path = 'sqlite:///' + sys.argv[1]
study = optuna.load_study(study_name='1-quick-18446744073709551615', storage=path)
states = [t.state.name for t in study.trials]
print(len(states), states.count('COMPLETE'), states.count('PRUNED'), states.count('FAIL'))
print(study.direction.name, study.best_trial.number, study.best_value)
print(study.trials[0].params, study.trials[3].params)
print(dict(sorted(study.trials[4].user_attrs.items())), study.trials[4].system_attrs)
study.optimize(lambda t: t.suggest_int('a.pes', 16, 2408, step=8), n_trials=1)
print(len(study.trials))
";

#[test]
fn optuna_opens_a_run_and_goes_on_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("runs.db"), 44);
    let path = folder.path().join("optuna.db");
    write_optuna(&store, 1, None, &path).unwrap();
    tables_are_optunas(&path);
    let Some(python) = python() else {
        eprintln!(
            "SKIPPED: Optuna was not asked; `pip install optuna`, or set NASAIC_OPTUNA_PYTHON"
        );
        return;
    };
    let ran = Command::new(python)
        .args(["-c", LOADS])
        .arg(&path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let expected = "\
44 30 10 4
MINIMIZE 43 0.022727272727272728
{'a.dataflow': 'nvdla', 'a.pes': 16, 'a.bandwidth': 1000000000.0} {'a.dataflow': 'ws, \"x\"', 'a.pes': 24}
{'classify.accuracy': 0.9996, 'cycles (cycles)': 0.4} {'constraints': [0.0]}
45
";
    assert_eq!(said, expected);
}

/// What can be said without Python: the version that Optuna checks, and a value for each parameter.
fn tables_are_optunas(path: &Path) {
    let file = rusqlite::Connection::open(path).unwrap();
    let ask = |what: &str| {
        file.query_row(what, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(ask("SELECT schema_version FROM version_info"), 12);
    assert_eq!(ask("SELECT count(*) FROM trials"), 44);
    // Two parameters each, and the third where it takes part.
    let inactive = (0..44).filter(|n| n % 7 == 3).count() as i64;
    assert_eq!(ask("SELECT count(*) FROM trial_params"), 3 * 44 - inactive);
}
