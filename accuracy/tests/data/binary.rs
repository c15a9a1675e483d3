//! Formats without a head: CIFAR-10 and STL-10.

use crate::folder::{Folder, labels, request};
use nasaic_accuracy::data::{Format, Request, Trouble};

const CIFAR: usize = 3 * 32 * 32;
const STL: usize = 3 * 96 * 96;

/// A record of CIFAR-10 for each label, filled with it.
fn records(labels: &[u8]) -> Vec<u8> {
    let record = |label: &u8| [vec![*label], vec![label * 20; CIFAR]].concat();
    labels.iter().flat_map(record).collect()
}

fn cifar() -> Folder {
    (1..=5)
        .fold(Folder::new(), |folder, i| {
            folder.with(
                &format!("cifar-10-batches-bin/data_batch_{i}.bin"),
                records(&[i, 9]),
            )
        })
        .with("cifar-10-batches-bin/test_batch.bin", records(&[0, 3, 7]))
}

fn cifar_asked() -> Request {
    request(Format::Cifar, [3, 32, 32], 10)
}

#[test]
fn cifar_records_in_the_folder_of_the_archive() {
    let read = cifar().load(&cifar_asked()).unwrap();
    assert_eq!(labels(&read.train), [1, 9, 2, 9, 3, 9, 4, 9, 5, 9]);
    let test = read.test.unwrap();
    assert_eq!(labels(&test), [0, 3, 7]);
    // An image is of one value, which grows with the label.
    let firsts: Vec<f32> = test.values.iter().step_by(CIFAR).copied().collect();
    assert!(firsts[0] < firsts[1] && firsts[1] < firsts[2]);
    assert!(test.values[..CIFAR].iter().all(|x| *x == firsts[0]));
}

/// Two images whose pixel (row 1, column 2) of channel 0 is bright, stored column by column.
fn pictures() -> Vec<u8> {
    let mut bytes = vec![0; 2 * STL];
    for image in 0..2 {
        bytes[image * STL + 2 * 96 + 1] = 200;
    }
    bytes
}

fn stl() -> Folder {
    Folder::new()
        .with("train_X.bin", pictures())
        .with("train_y.bin", [1, 10])
        .with("test_X.bin", pictures())
        .with("test_y.bin", [5, 6])
}

fn stl_asked() -> Request {
    request(Format::Stl, [3, 96, 96], 10)
}

#[test]
fn stl_columns_become_rows_and_labels_start_at_0() {
    let read = stl().load(&stl_asked()).unwrap();
    assert_eq!(labels(&read.train), [0, 9]);
    assert_eq!(labels(read.test.as_ref().unwrap()), [4, 5]);
    let bright: Vec<usize> = (0..STL).filter(|i| read.train.values[*i] > 1.0).collect();
    assert_eq!(bright, [96 + 2]);
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    let mut counted = cifar_asked();
    counted.train = Some(50_000);
    let batch = "cifar-10-batches-bin/data_batch_2.bin";
    let mut said = String::new();
    for (what, folder, request) in [
        ("cifar, empty", cifar().with(batch, ""), cifar_asked()),
        (
            "cifar, cut off",
            cifar().with(batch, &records(&[1, 2])[..5000]),
            cifar_asked(),
        ),
        (
            "cifar, a label too large",
            cifar().with(batch, records(&[1, 10])),
            cifar_asked(),
        ),
        ("cifar, another count", cifar(), counted),
        (
            "cifar, another size",
            cifar(),
            request(Format::Cifar, [3, 96, 96], 10),
        ),
        ("stl, empty", stl().with("test_X.bin", ""), stl_asked()),
        (
            "stl, cut off",
            stl().with("test_X.bin", &pictures()[..STL + 1]),
            stl_asked(),
        ),
        (
            "stl, a label too few",
            stl().with("train_y.bin", [1]),
            stl_asked(),
        ),
        (
            "stl, a label too large",
            stl().with("train_y.bin", [1, 11]),
            stl_asked(),
        ),
        (
            "stl, a label of 0",
            stl().with("train_y.bin", [0, 1]),
            stl_asked(),
        ),
    ] {
        let (trouble, message) = folder.error(&request);
        said += &format!("{what}: {trouble:?}\n  {message}\n");
    }
    insta::assert_snapshot!(said);
}

#[test]
fn a_missing_batch_is_named() {
    let folder = cifar();
    std::fs::remove_file(folder.path("cifar-10-batches-bin/data_batch_4.bin")).unwrap();
    let (trouble, message) = folder.error(&cifar_asked());
    assert_eq!(trouble, Trouble::Missing);
    assert!(
        message.contains("`data_batch_4.bin` is not there"),
        "{message}"
    );
}
