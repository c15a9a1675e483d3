//! What is kept comes back to the bit, once, to everyone who has the right to it.
#![allow(clippy::unwrap_used)]

mod common;

use common::{design, filled, finding, run, search};
use nasaic_store::{Epoch, Finding, Measurement, Status, Store, Summary, Training, Trial, Trouble};

/// Equal to the bit, NaN included.
fn same(one: &Option<Finding>, other: &Finding) -> bool {
    format!("{one:?}") == format!("{:?}", Some(other))
}

#[test]
fn findings_come_back_in_another_life_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/runs.db");
    drop(filled(&path, 500));
    let store = Store::existing(&path).unwrap();
    let run = run(&store).unwrap();
    let ledger = search(&store, run, 0, "problem").unwrap();
    let designs: Vec<Vec<u32>> = (0..600).map(design).collect();
    let known = ledger.recall(designs.iter().map(Vec::as_slice)).unwrap();
    for (n, known) in (0..600).zip(&known) {
        assert!(
            if n < 500 {
                same(known, &finding(n))
            } else {
                known.is_none()
            },
            "{n}"
        );
    }
    let other = search(&store, run, 1, "another problem").unwrap();
    let known = other.recall(designs.iter().map(Vec::as_slice)).unwrap();
    assert!(known.iter().all(Option::is_none));
}

#[test]
fn an_evaluation_is_kept_once_and_completed_by_whoever_asks_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("runs.db"), 50);
    let again = run(&store).unwrap();
    let mut ledger = search(&store, again, 0, "problem").unwrap();
    // Number 1 misses a spec, so the first run did not ask for its objectives.
    let mut complete = finding(1);
    assert!(complete.outcome.is_none());
    complete.outcome = finding(2).outcome;
    ledger.record(0, &design(1), &complete);
    ledger.record(1, &design(2), &finding(2));
    ledger.settle().unwrap();
    let known = ledger.recall([design(1).as_slice()]).unwrap();
    assert!(same(&known[0], &complete));
    drop(ledger);
    // The first run still has what it saw, and no more.
    let trials: Vec<u64> = store
        .runs()
        .unwrap()
        .iter()
        .map(|r| r.searches[0].trials)
        .collect();
    assert_eq!(trials, [50, 2]);
}

#[test]
fn a_run_goes_on_under_its_number_and_ends_with_its_outputs() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("runs.db"), 20);
    let first = store.runs().unwrap()[0].clone();
    assert_eq!(
        (first.status, first.searches.len()),
        (Status::Unfinished, 1)
    );
    assert_eq!(first.searches[0].seed, u64::MAX);
    assert_eq!(store.outputs(first.id).unwrap(), None);
    store.carry_on(first.id).unwrap();
    let mut ledger = search(&store, first.id, 0, "problem").unwrap();
    for n in 0..30 {
        ledger.record(u64::from(n), &design(n), &finding(n));
    }
    let summary = Summary {
        stop: "budget".into(),
        best: Some(3),
        feasible: true,
        goals: vec![("energy".into(), 0.1 + 0.2)],
        satisfied: 9,
        front: 1,
    };
    ledger.end(&summary).unwrap();
    store.finish(first.id, Status::Done, "{}").unwrap();
    let done = store.run(first.id).unwrap();
    assert_eq!((done.status, done.searches[0].trials), (Status::Done, 30));
    assert_eq!(done.searches[0].summary.as_ref(), Some(&summary));
    assert_eq!(store.outputs(first.id).unwrap().as_deref(), Some("{}"));
}

#[test]
fn removing_a_run_removes_what_no_other_run_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("runs.db"), 40);
    let other = run(&store).unwrap();
    let mut ledger = search(&store, other, 0, "problem").unwrap();
    ledger.record(0, &design(8), &finding(8));
    ledger.settle().unwrap();
    store.remove(store.runs().unwrap()[0].id).unwrap();
    let designs: Vec<Vec<u32>> = (0..40).map(design).collect();
    let known = ledger.recall(designs.iter().map(Vec::as_slice)).unwrap();
    let left: Vec<usize> = (0..40).filter(|n| known[*n].is_some()).collect();
    assert_eq!(left, [8]);
    let gone = store.remove(1).unwrap_err();
    assert_eq!((gone.code(), gone.trouble), ("E0816", Trouble::NoRun(1)));
}

#[test]
fn measurements_are_kept_apart_from_problems() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = filled(&path, 1);
    let measured = Measurement {
        value: 0.1 + 0.2,
        uncertainty: Some(1e-300),
        kind: "trained".into(),
        provenance: "seed 3 on this machine".into(),
    };
    store.measured("network".into(), measured.clone());
    let mut ledger = search(&store, 1, 0, "problem").unwrap();
    ledger.settle().unwrap();
    drop(ledger);
    let store = Store::existing(&path).unwrap();
    assert_eq!(store.measurement("network").unwrap(), Some(measured));
    assert_eq!(store.measurement("another").unwrap(), None);
}

#[test]
fn several_threads_with_stores_of_their_own_write_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let store = Store::open(&path).unwrap();
                let run = run(&store).unwrap();
                let mut ledger = search(&store, run, 0, "problem").unwrap();
                for n in 0..200 {
                    ledger.record(u64::from(n), &design(n), &finding(n));
                    if n % 10 == 0 {
                        ledger.settle().unwrap();
                    }
                }
                ledger.settle().unwrap();
            });
        }
    });
    let runs = Store::existing(&path).unwrap().runs().unwrap();
    assert_eq!(runs.len(), 6);
    assert!(runs.iter().all(|r| r.searches[0].trials == 200));
}

fn training(validation: f64, epochs: u32) -> Training {
    let epoch = |epoch| Epoch {
        epoch,
        loss: 1.0 / f64::from(epoch),
        validation,
    };
    Training {
        validation,
        test: (epochs > 2).then_some(0.1 + 0.2),
        seconds: 0.25,
        curve: (1..=epochs).map(epoch).collect(),
        features: vec![1e-300, 7.0],
    }
}

#[test]
fn trainings_are_kept_by_rung_with_the_state_from_which_they_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = Store::open(&path).unwrap();
    let trial = |key, epochs| Trial {
        key,
        recipe: "recipe",
        epochs,
    };
    let (first, second) = (training(0.5, 2), training(0.75, 6));
    store
        .trained(trial("a", 2), &first, Some(b"half way"))
        .unwrap();
    store
        .trained(trial("b", 2), &second, Some(b"another"))
        .unwrap();
    assert_eq!(store.checkpoint("a").unwrap().unwrap(), b"half way");
    store.trained(trial("a", 6), &second, None).unwrap();
    drop(store);
    let store = Store::existing(&path).unwrap();
    assert_eq!(store.checkpoint("a").unwrap(), None);
    assert_eq!(store.checkpoint("b").unwrap().unwrap(), b"another");
    assert_eq!(store.training("a", 2).unwrap(), Some(first.clone()));
    assert_eq!(store.training("a", 6).unwrap(), Some(second.clone()));
    assert_eq!(store.training("a", 7).unwrap(), None);
    assert_eq!(store.trainings("recipe", 2).unwrap(), [first, second]);
    assert_eq!(store.trainings("other", 2).unwrap(), []);
}

#[test]
fn a_store_of_the_first_version_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    drop(filled(&path, 40));
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch("DROP TABLE trainings; DROP TABLE checkpoints; DROP TABLE generators; PRAGMA user_version = 1")
        .unwrap();
    drop(old);
    let store = Store::existing(&path).unwrap();
    assert_eq!(store.runs().unwrap()[0].searches[0].trials, 40);
    assert_eq!(store.training("a", 2).unwrap(), None);
}

#[test]
fn a_generator_is_kept_under_its_key_and_a_changed_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = Store::open(&path).unwrap();
    assert_eq!(store.generator("a").unwrap(), None);
    store.keep_generator("a", 3, "{\"weights\":[0.1]}").unwrap();
    // Who trains it again has trained the same.
    store.keep_generator("a", 3, "another").unwrap();
    drop(store);
    let store = Store::existing(&path).unwrap();
    let kept = store.generator("a").unwrap();
    assert_eq!(kept.as_deref(), Some("{\"weights\":[0.1]}"));
    assert_eq!(store.generator("b").unwrap(), None);
    let changed = rusqlite::Connection::open(&path).unwrap();
    changed
        .execute("UPDATE generators SET state = '{\"weights\":[0.2]}'", [])
        .unwrap();
    let error = store.generator("a").unwrap_err();
    assert!(matches!(error.trouble, Trouble::Damaged(_)), "{error}");
}
