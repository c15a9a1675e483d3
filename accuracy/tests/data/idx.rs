//! IDX files, as Fashion-MNIST has them.

use crate::folder::{Folder, labels, moments, published, request};
use flate2::{Compression, write::GzEncoder};
use nasaic_accuracy::data::{Format, Request, Trouble, load};
use std::io::Write;

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// `count` images of 2×3 pixels.
fn images(count: u8) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 3];
    bytes.extend((0..count * 6).map(|i| i.wrapping_mul(37)));
    bytes
}

fn classes(labels: &[u8]) -> Vec<u8> {
    [&[0, 0, 8, 1, 0, 0, 0, labels.len() as u8], labels].concat()
}

fn sound() -> Folder {
    Folder::new()
        .with("train-images-idx3-ubyte", images(4))
        .with("train-labels-idx1-ubyte", classes(&[0, 1, 2, 1]))
        .with("t10k-images-idx3-ubyte.gz", packed(&images(2)))
        .with("t10k-labels-idx1-ubyte.gz", packed(&classes(&[2, 0])))
}

fn asked() -> Request {
    request(Format::Idx, [1, 2, 3], 3)
}

#[test]
fn plain_and_packed_files_are_read_and_hash_alike() {
    let folder = sound();
    let read = folder.load(&asked()).unwrap();
    assert_eq!(labels(&read.train), [0, 1, 2, 1]);
    assert_eq!(labels(read.test.as_ref().unwrap()), [2, 0]);
    let (mean, variance) = moments(&read.train, 0);
    assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-5);
    // The same pixels stand at the beginning of both files.
    assert_eq!(read.test.as_ref().unwrap().values, read.train.values[..12]);
    std::fs::remove_file(folder.path("train-images-idx3-ubyte")).unwrap();
    let folder = folder.with("train-images-idx3-ubyte.gz", packed(&images(4)));
    assert_eq!(folder.load(&asked()).unwrap(), read);
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    let mut other_type = images(4);
    other_type[2] = 13;
    let cut = packed(&images(4));
    let mut counted = asked();
    counted.train = Some(60_000);
    let mut said = String::new();
    for (what, folder, request) in [
        (
            "empty",
            sound().with("train-images-idx3-ubyte", ""),
            asked(),
        ),
        (
            "cut off",
            sound().with("train-images-idx3-ubyte", &images(4)[..30]),
            asked(),
        ),
        (
            "longer",
            sound().with("train-images-idx3-ubyte", [images(4), vec![0]].concat()),
            asked(),
        ),
        (
            "no samples",
            sound().with("train-images-idx3-ubyte", images(0)),
            asked(),
        ),
        (
            "of another type",
            sound().with("train-images-idx3-ubyte", other_type),
            asked(),
        ),
        (
            "labels for images",
            sound().with("train-images-idx3-ubyte", classes(&[0; 20])),
            asked(),
        ),
        (
            "a label too large",
            sound().with("train-labels-idx1-ubyte", classes(&[0, 1, 3, 1])),
            asked(),
        ),
        (
            "a label short",
            sound().with("train-labels-idx1-ubyte", classes(&[0, 1, 2])),
            asked(),
        ),
        (
            "not packed",
            sound().with("t10k-images-idx3-ubyte.gz", images(2)),
            asked(),
        ),
        (
            "packed, cut off",
            sound().with("t10k-images-idx3-ubyte.gz", &cut[..cut.len() - 9]),
            asked(),
        ),
        (
            "another size",
            sound(),
            request(Format::Idx, [1, 28, 28], 3),
        ),
        ("another count", sound(), counted),
    ] {
        let (trouble, message) = folder.error(&request);
        said += &format!("{what}: {trouble:?}\n  {message}\n");
    }
    insta::assert_snapshot!(said);
}

#[test]
fn a_missing_set_and_a_missing_file_say_what_to_do() {
    let mut asked = asked();
    asked.get = Some("apt install dataset-mine".into());
    let (trouble, message) = Folder::new().error(&asked);
    assert_eq!(trouble, Trouble::Missing);
    insta::assert_snapshot!(message);
    let lone = Folder::new().with("train-images-idx3-ubyte", images(4));
    let (trouble, message) = lone.error(&asked);
    assert_eq!(trouble, Trouble::Missing);
    assert!(
        message.contains("DIR: `train-labels-idx1-ubyte` is not there"),
        "{message}"
    );
}

#[test]
fn fashion_mnist_as_published() {
    let Some(places) = published("fashion_mnist", "datasets/fashion-mnist") else {
        return;
    };
    let mut asked = request(Format::Idx, [1, 28, 28], 10);
    asked.train = Some(60_000);
    asked.test = Some(10_000);
    asked.limit_train = Some(1_000);
    asked.limit_test = Some(200);
    let read = load(&asked, &places).unwrap();
    for class in 0..10 {
        let count = labels(&read.train).iter().filter(|l| **l == class).count();
        assert!((98..=102).contains(&count), "{class}: {count}");
    }
    assert_eq!(read.test.unwrap().len(), 200);
}
