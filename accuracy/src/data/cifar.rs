//! The binary version of CIFAR-10 (Krizhevsky 2009): records of a label and 3×32×32 bytes, no head.

use super::files::{Files, folder_with};
use super::labelled::{self, Labelled, check_labels};
use super::{DataError, Read, Request};
use crate::network::Shape;
use std::path::{Path, PathBuf};

/// What is looked for, and what a reader puts into the folder.
pub(super) const WANTED: (&str, &str) = (
    "`data_batch_1.bin` and its five companions",
    "`data_batch_1.bin` … `data_batch_5.bin` and `test_batch.bin`",
);

const TRAIN: [&str; 5] = [
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
];
const TEST: [&str; 1] = ["test_batch.bin"];
const SHAPE: Shape = Shape {
    channels: 3,
    rows: 32,
    columns: 32,
};

/// The files may also lie in the folder that the published archive unpacks to.
pub(super) fn folder(folder: &Path) -> Option<PathBuf> {
    let names: Vec<&str> = TRAIN.into_iter().chain(TEST).collect();
    folder_with(folder, "cifar-10-batches-bin", &names)
}

pub(super) fn read(request: &Request, files: &mut Files) -> Result<Read, DataError> {
    request.needs_shape(files.origin(), SHAPE)?;
    let train = part(&TRAIN, request, files)?;
    request.needs_count(files.origin(), train.labels.len(), ("train", request.train))?;
    let test = part(&TEST, request, files)?;
    request.needs_count(files.origin(), test.labels.len(), ("test", request.test))?;
    Ok(labelled::parts(&train, &test, request))
}

/// The records of some files, one after the other.
fn part(names: &[&str], request: &Request, files: &mut Files) -> Result<Labelled, DataError> {
    const RECORD: usize = 1 + 3 * 32 * 32;
    let mut all = Labelled {
        pixels: Vec::new(),
        labels: Vec::new(),
    };
    for name in names {
        let file = files.named(&[name])?;
        let bytes = files.read(&file)?;
        if bytes.is_empty() || bytes.len() % RECORD != 0 {
            let cause = format!("it ends here, expected whole records of {RECORD} bytes");
            return Err(DataError::damaged(&file, Some(bytes.len() as u64), cause));
        }
        let records = bytes.chunks_exact(RECORD);
        check_labels(records.clone().map(|r| r[0]), (0, request), &file, |i| {
            (i * RECORD) as u64
        })?;
        for record in records {
            all.labels.push(record[0]);
            all.pixels.extend(&record[1..]);
        }
    }
    Ok(all)
}
