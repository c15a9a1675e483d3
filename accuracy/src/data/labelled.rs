//! Images of one byte per value, each with a label: what most data sets are.

use super::{DataError, Read, Request, Samples, Targets, subset};
use std::path::Path;

/// Images as their files have them.
pub(super) struct Labelled {
    /// Image after image, channel by channel, row by row.
    pub pixels: Vec<u8>,
    /// The class of each.
    pub labels: Vec<u8>,
}

/// Refuses the first label that is no class, classes being counted from `first`; `byte` tells
/// where the i-th label stands.
pub(super) fn check_labels(
    labels: impl IntoIterator<Item = u8>,
    (first, request): (usize, &Request),
    file: &Path,
    byte: impl Fn(usize) -> u64,
) -> Result<(), DataError> {
    let classes = first..first + request.classes;
    let wrong = |(_, label): &(usize, u8)| !classes.contains(&usize::from(*label));
    match labels.into_iter().enumerate().find(wrong) {
        None => Ok(()),
        Some((i, label)) => {
            let cause = format!(
                "sample {i} has label {label}, expected one of {first}..{}",
                classes.end - 1
            );
            Err(DataError::damaged(file, Some(byte(i)), cause))
        }
    }
}

impl Labelled {
    /// The samples with these indices, each byte as a number.
    pub fn take(&self, indices: &[usize], request: &Request) -> Samples {
        let size = request.shape.elements();
        let image = |i: &usize| &self.pixels[i * size..(i + 1) * size];
        Samples {
            shape: request.shape,
            values: indices
                .iter()
                .flat_map(image)
                .map(|x| f32::from(*x))
                .collect(),
            targets: Targets::Classes {
                count: request.classes,
                labels: indices.iter().map(|i| self.labels[*i]).collect(),
            },
        }
    }

    /// What is left of it after a limit.
    fn limited(&self, limit: Option<usize>, request: &Request) -> Samples {
        self.take(&subset::first(&self.labels, limit, request.seed), request)
    }
}

/// The two parts of a set as they were published.
pub(super) fn parts(train: &Labelled, test: &Labelled, request: &Request) -> Read {
    Read {
        train: train.limited(request.limit_train, request),
        test: Some(test.limited(request.limit_test, request)),
        note: String::new(),
    }
}

/// One part, a fifth of each class of which is kept to test with.
pub(super) fn divided(all: &Labelled, request: &Request, note: &str) -> Result<Read, DataError> {
    let (train, test) = subset::fifth(&all.labels);
    request.needs_count(request.block(), train.len(), ("train", request.train))?;
    request.needs_count(request.block(), test.len(), ("test", request.test))?;
    let limited = |part: &[usize], limit| {
        let labels: Vec<u8> = part.iter().map(|i| all.labels[*i]).collect();
        let chosen = subset::first(&labels, limit, request.seed);
        let indices: Vec<usize> = chosen.iter().map(|i| part[*i]).collect();
        all.take(&indices, request)
    };
    Ok(Read {
        train: limited(&train, request.limit_train),
        test: Some(limited(&test, request.limit_test)),
        note: note.to_owned(),
    })
}
