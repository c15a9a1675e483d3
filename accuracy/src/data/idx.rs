//! IDX files, the format of MNIST and Fashion-MNIST (Xiao, Rasul, Vollgraf 2017).
//!
//! A file is a magic number (two zero bytes, the type 8 for bytes, the number of
//! dimensions), each dimension as four bytes, the most significant first, and the bytes.

use super::files::{Files, folder_with};
use super::labelled::{self, Labelled, check_labels};
use super::{DataError, Read, Request};
use crate::network::Shape;
use std::path::{Path, PathBuf};

/// What is looked for, and what a reader puts into the folder.
pub(super) const WANTED: (&str, &str) = (
    "`train-images-idx3-ubyte` and its three companions",
    "`train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each plain or `.gz`,",
);

const TRAIN: [&str; 2] = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];
const TEST: [&str; 2] = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

pub(super) fn folder(folder: &Path) -> Option<PathBuf> {
    folder_with(folder, "", &[TRAIN[0], TRAIN[1], TEST[0], TEST[1]])
}

pub(super) fn read(request: &Request, files: &mut Files) -> Result<Read, DataError> {
    let train = part(TRAIN, ("train", request.train), request, files)?;
    let test = part(TEST, ("test", request.test), request, files)?;
    Ok(labelled::parts(&train, &test, request))
}

fn part(
    names: [&str; 2],
    wanted: (&str, Option<usize>),
    request: &Request,
    files: &mut Files,
) -> Result<Labelled, DataError> {
    let [images, labels] = [files.named(&names[..1])?, files.named(&names[1..])?];
    let (sizes, pixels) = open(&files.read(&images)?, 3, &images)?;
    let shape = Shape {
        channels: 1,
        rows: sizes[1],
        columns: sizes[2],
    };
    request.needs_shape(images.display(), shape)?;
    request.needs_count(images.display(), sizes[0], wanted)?;
    let (counts, classes) = open(&files.read(&labels)?, 1, &labels)?;
    if counts[0] != sizes[0] {
        let cause = format!(
            "it has {} labels for the {} images of `{}`",
            counts[0],
            sizes[0],
            images.display()
        );
        return Err(DataError::damaged(&labels, Some(4), cause));
    }
    check_labels(classes.iter().copied(), (0, request), &labels, |i| {
        8 + i as u64
    })?;
    Ok(Labelled {
        pixels,
        labels: classes,
    })
}

/// The sizes of the dimensions and the bytes after them.
fn open(bytes: &[u8], dimensions: u8, file: &Path) -> Result<(Vec<usize>, Vec<u8>), DataError> {
    let damaged =
        |byte: usize, cause: String| Err(DataError::damaged(file, Some(byte as u64), cause));
    let head = 4 + 4 * usize::from(dimensions);
    if bytes.len() < head {
        return damaged(
            bytes.len(),
            format!("it ends here, expected a head of {head} bytes"),
        );
    }
    let magic = [0, 0, 8, dimensions];
    if bytes[..4] != magic {
        let cause = format!(
            "the magic number is {:02x?}, expected {magic:02x?}: bytes in {dimensions} dimensions",
            &bytes[..4]
        );
        return damaged(0, cause);
    }
    let sizes: Vec<usize> = bytes[4..head]
        .chunks_exact(4)
        .map(|b| b.iter().fold(0, |n, byte| n << 8 | usize::from(*byte)))
        .collect();
    let wanted = sizes
        .iter()
        .try_fold(1_usize, |n, size| n.checked_mul(*size));
    let found = bytes.len() - head;
    if sizes[0] == 0 {
        return damaged(4, "it says that it holds no samples".into());
    }
    if wanted != Some(found) {
        let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
        let cause = format!(
            "{found} bytes follow the head, expected {}",
            sizes.join(" × ")
        );
        return damaged(bytes.len(), cause);
    }
    Ok((sizes, bytes[head..].to_vec()))
}
