//! What several test files do with programs.
#![allow(dead_code, reason = "no file needs all of it")]

use nasaic_dsl::world::Memory;
use nasaic_engine::{Engine, Keeper, Report, Silent};
use nasaic_store::{NewRun, Store};
use std::path::Path;
use std::sync::Arc;

/// What became of a program with some changes of its text.
#[track_caller]
pub fn ran(script: &str, changes: &[(&str, &str)]) -> Report {
    let mut script = script.to_owned();
    for (from, to) in changes {
        assert!(script.contains(from), "{from}");
        script = script.replacen(from, to, 1);
    }
    let mut engine = Engine::new(Box::new(Memory::default()));
    let (checked, report) = engine.cell(&script, &mut Silent);
    let shown = nasaic_dsl::render::plain(engine.sources(), &checked.diagnostics);
    report.unwrap_or_else(|| panic!("{shown}"))
}

/// An engine that keeps a run in a store, where one is given.
pub fn engine(store: Option<&Path>) -> Engine {
    let mut engine = Engine::new(Box::new(Memory::default()));
    if let Some(path) = store {
        let store = Store::open(path).expect("a store");
        let run = store.begin(&NewRun {
            script: "test",
            program: "test",
            plan: "{}",
            plan_hash: "",
        });
        engine.keep(Keeper::new(Arc::new(store), run.expect("a run"), true));
    }
    engine
}
