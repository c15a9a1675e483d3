//! Data sets in memory: samples with their targets, read from files that are there.
//!
//! A [`Request`] says what is wanted, [`Places`] where it may lie; [`load`] reads it
//! whole or says what is wrong with which file. Nothing is ever fetched.

mod cifar;
mod digits;
mod error;
mod files;
mod idx;
mod labelled;
mod masks;
mod normal;
mod places;
mod request;
mod stl;
mod subset;
mod synthetic;

pub use error::{DataError, Trouble};
pub use places::{Places, Roots};
pub use request::{Format, Request};

use files::Files;

/// Samples of one data set, with what is asked of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// The shape of one sample.
    pub shape: crate::network::Shape,
    /// All samples, one after the other: channel by channel, row by row.
    pub values: Vec<f32>,
    /// What is asked of each.
    pub targets: Targets,
}

/// What is asked of samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Targets {
    /// One class of several for each sample: classification.
    Classes {
        /// How many classes there are.
        count: usize,
        /// The class of each sample, from 0.
        labels: Vec<u8>,
    },
    /// Whether each pixel belongs to the object (1) or not (0): segmentation.
    Masks {
        /// All masks, one after the other, row by row.
        pixels: Vec<u8>,
    },
}

impl Samples {
    /// How many samples there are.
    pub fn len(&self) -> usize {
        match &self.targets {
            Targets::Classes { labels, .. } => labels.len(),
            Targets::Masks { pixels } => pixels.len() / self.shape.pixels().max(1),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A data set as it was read.
///
/// Values have mean 0 and variance 1 in each channel over the samples to train with; the
/// same shift and scale was applied to those to test with.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// Samples to train with; at least one.
    pub train: Samples,
    /// Samples to test with, which share none with those to train with.
    pub test: Option<Samples>,
    /// BLAKE3 of the bytes that were read, unpacked, as 64 hexadecimal digits; limits do not change it.
    pub hash: String,
    /// What a reader of an accuracy must know, such as `within-image tiles`; empty when there is nothing.
    pub note: String,
    /// The folder it was read from, or `embedded`, or `generated`.
    pub origin: String,
}

/// What a format's reader gives: values as they are in the files.
struct Read {
    train: Samples,
    test: Option<Samples>,
    note: String,
}

/// Reads a data set.
///
/// The same files and the same request give the same bits, on any machine.
pub fn load(request: &Request, places: &Places) -> Result<Loaded, DataError> {
    request.check()?;
    let mut files = Files::of(request, places)?;
    let mut read = match request.format {
        Format::Digits => digits::read(request, &mut files),
        Format::Idx => idx::read(request, &mut files),
        Format::Cifar => cifar::read(request, &mut files),
        Format::Stl => stl::read(request, &mut files),
        Format::Masks => masks::read(request, &mut files),
        Format::Synthetic => synthetic::read(request, &mut files),
    }?;
    normal::normalise(&mut read.train, read.test.as_mut());
    Ok(Loaded {
        train: read.train,
        test: read.test,
        hash: files.hash(),
        note: read.note,
        origin: files.origin(),
    })
}

/// The folder that a data set would be read from, or `embedded`, or `generated`: the later [`Loaded::origin`].
pub fn locate(request: &Request, places: &Places) -> Result<String, DataError> {
    Files::of(request, places).map(|files| files.origin())
}
