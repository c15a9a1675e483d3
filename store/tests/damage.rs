//! Files that are no stores, or no longer: told apart, never changed, never a panic.
#![allow(clippy::unwrap_used)]

mod common;

use common::{design, filled, finding, run, search};
use nasaic_store::{Format, Store, StoreError, Trouble, write_optuna, write_rows};
use proptest::prelude::*;
use std::path::Path;

/// Reads all there is in a file, and adds to it.
fn use_all(path: &Path) -> Result<(), StoreError> {
    let store = Store::open(path)?;
    for found in store.runs()? {
        store.plan(found.id)?;
        store.outputs(found.id)?;
        for format in [Format::Csv, Format::Parquet] {
            // What is wrong with an export is not the question here.
            let _ = write_rows(&store, found.id, None, format, Vec::new());
        }
    }
    let run = run(&store)?;
    let mut ledger = search(&store, run, 0, "problem")?;
    let designs: Vec<Vec<u32>> = (0..80).map(design).collect();
    ledger.recall(designs.iter().map(Vec::as_slice))?;
    ledger.record(0, &design(3), &finding(3));
    ledger.settle()
}

/// A whole store as one file, without a journal beside it.
fn bytes() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    drop(filled(&path, 400));
    std::fs::read(path).unwrap()
}

#[test]
fn a_store_as_bytes_is_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.db");
    std::fs::write(&path, bytes()).unwrap();
    use_all(&path).unwrap();
}

#[test]
fn other_files_are_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other");
    let other = folder.path().join("made.db");
    let sqlite = rusqlite::Connection::open(&other).unwrap();
    sqlite.execute_batch("CREATE TABLE notes (text)").unwrap();
    drop(sqlite);
    for content in [
        b"search(w1, nasaic)\n".to_vec(),
        vec![0; 5000],
        std::fs::read(other).unwrap(),
    ] {
        std::fs::write(&path, &content).unwrap();
        let error = use_all(&path).unwrap_err();
        assert!(matches!(error.trouble, Trouble::Foreign(_)), "{error}");
        assert_eq!(error.code(), "E0811");
        assert_eq!(std::fs::read(&path).unwrap(), content);
    }
}

#[test]
fn an_empty_file_becomes_a_store_and_a_missing_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    assert_eq!(
        Store::existing(&path).unwrap_err().trouble,
        Trouble::Missing
    );
    assert!(!path.exists());
    std::fs::write(&path, b"").unwrap();
    use_all(&path).unwrap();
}

#[test]
fn a_newer_store_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let mut content = bytes();
    // `user_version` is the big-endian number at byte 60 of an SQLite file.
    content[60..64].copy_from_slice(&77u32.to_be_bytes());
    std::fs::write(&path, &content).unwrap();
    let error = use_all(&path).unwrap_err();
    assert_eq!(
        (error.code(), &error.trouble),
        ("E0812", &Trouble::Newer(77))
    );
    assert_eq!(std::fs::read(&path).unwrap(), content);
}

#[test]
fn a_folder_and_a_place_that_cannot_be_written_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let error = use_all(folder.path()).unwrap_err();
    assert_eq!(error.code(), "E0814", "{error}");
    let file = folder.path().join("file");
    std::fs::write(&file, b"x").unwrap();
    let error = use_all(&file.join("below/runs.db")).unwrap_err();
    assert_eq!(error.code(), "E0814", "{error}");
}

#[test]
fn a_full_disk_ends_with_a_message_and_loses_nothing_that_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = filled(&path, 0);
    store.limit_pages(60).unwrap();
    let mut ledger = search(&store, 1, 0, "problem").unwrap();
    let mut kept = 0;
    let error = loop {
        for n in kept..kept + 50 {
            ledger.record(u64::from(n), &design(n), &finding(n));
        }
        match ledger.settle() {
            Ok(()) => kept += 50,
            Err(error) => break error,
        }
    };
    assert_eq!((error.code(), &error.trouble), ("E0814", &Trouble::Full));
    drop(ledger);
    drop(store);
    let store = Store::existing(&path).unwrap();
    assert!(kept > 100);
    assert_eq!(store.run(1).unwrap().searches[0].trials, u64::from(kept));
    use_all(&path).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever happens to the bytes, the store says so or works on; it never panics.
    #[test]
    fn changed_bytes_are_an_error_or_without_effect(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        thread_local!(static WHOLE: Vec<u8> = bytes());
        let mut content = WHOLE.with(Clone::clone);
        for (place, value) in &changes {
            let at = place.index(content.len());
            content[at] = *value;
        }
        if let Some(cut) = cut {
            content.truncate(cut.index(content.len()));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        std::fs::write(&path, &content).unwrap();
        if let Err(error) = use_all(&path) {
            prop_assert!(!error.hint().is_empty() && error.to_string().contains("runs.db"));
        }
        if let Ok(store) = Store::existing(&path) {
            let _ = write_optuna(&store, 1, None, &folder.path().join("optuna.db"));
        }
    }
}
