//! The binary version of STL-10 (Coates, Lee, Ng 2011): images and labels in files without a head.
//!
//! An image is 3×96×96 bytes, channel by channel, **column by column**; labels are 1..10.

use super::files::{Files, folder_with};
use super::labelled::{self, Labelled, check_labels};
use super::{DataError, Read, Request};
use crate::network::Shape;
use std::path::{Path, PathBuf};

/// What is looked for, and what a reader puts into the folder.
pub(super) const WANTED: (&str, &str) = (
    "`train_X.bin` and its three companions",
    "`train_X.bin`, `train_y.bin`, `test_X.bin` and `test_y.bin`",
);

const TRAIN: [&str; 2] = ["train_X.bin", "train_y.bin"];
const TEST: [&str; 2] = ["test_X.bin", "test_y.bin"];
const SHAPE: Shape = Shape {
    channels: 3,
    rows: 96,
    columns: 96,
};

/// The files may also lie in the folder that the published archive unpacks to.
pub(super) fn folder(folder: &Path) -> Option<PathBuf> {
    folder_with(
        folder,
        "stl10_binary",
        &[TRAIN[0], TRAIN[1], TEST[0], TEST[1]],
    )
}

pub(super) fn read(request: &Request, files: &mut Files) -> Result<Read, DataError> {
    request.needs_shape(files.origin(), SHAPE)?;
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
    let mut pixels = files.read(&images)?;
    let size = SHAPE.elements();
    if pixels.is_empty() || pixels.len() % size != 0 {
        let cause = format!("it ends here, expected whole images of {size} bytes");
        return Err(DataError::damaged(
            &images,
            Some(pixels.len() as u64),
            cause,
        ));
    }
    let count = pixels.len() / size;
    request.needs_count(images.display(), count, wanted)?;
    let classes = files.read(&labels)?;
    if classes.len() != count {
        let cause = format!(
            "it has {} labels for the {count} images of `{}`",
            classes.len(),
            images.display()
        );
        return Err(DataError::damaged(
            &labels,
            Some(classes.len() as u64),
            cause,
        ));
    }
    check_labels(classes.iter().copied(), (1, request), &labels, |i| i as u64)?;
    let classes = classes.iter().map(|label| label - 1).collect();
    pixels.chunks_exact_mut(SHAPE.pixels()).for_each(transpose);
    Ok(Labelled {
        pixels,
        labels: classes,
    })
}

/// Columns become rows.
fn transpose(plane: &mut [u8]) {
    for row in 0..SHAPE.rows {
        for column in row + 1..SHAPE.columns {
            plane.swap(row * SHAPE.columns + column, column * SHAPE.columns + row);
        }
    }
}
