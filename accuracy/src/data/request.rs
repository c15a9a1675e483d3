//! What is wanted of a data set.

use super::DataError;
use crate::network::Shape;

/// How the files of a data set are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// The UCI digits that come with the program.
    Digits,
    /// Four IDX files, each plain or `.gz`: images and labels to train and to test with.
    Idx,
    /// The binary version of CIFAR-10.
    Cifar,
    /// The binary version of STL-10.
    Stl,
    /// Images, each with a mask of the same size.
    Masks,
    /// Drawn by a generator: no data of the world.
    Synthetic,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 6] = [
        Self::Digits,
        Self::Idx,
        Self::Cifar,
        Self::Stl,
        Self::Masks,
        Self::Synthetic,
    ];

    /// Its word in a `data` block.
    pub fn name(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Idx => "idx",
            Self::Cifar => "cifar",
            Self::Stl => "stl",
            Self::Masks => "masks",
            Self::Synthetic => "synthetic",
        }
    }

    /// The format of this word.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }

    /// Whether it is read from files of the reader's.
    pub fn has_files(self) -> bool {
        !matches!(self, Self::Digits | Self::Synthetic)
    }
}

/// What is wanted of a data set: its `data` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What it is called; for messages only.
    pub name: String,
    /// How its files are laid out.
    pub format: Format,
    /// The shape of one sample.
    pub shape: Shape,
    /// How many classes there are; 1 for masks.
    pub classes: usize,
    /// Samples there must be to train with, as a check against files that were cut off; how many
    /// to generate when the set is synthetic.
    pub train: Option<usize>,
    /// Samples there must be to test with; how many to generate when the set is synthetic.
    pub test: Option<usize>,
    /// Cut images with masks into squares of this many pixels; otherwise each must have the shape's size.
    pub tile: Option<usize>,
    /// Take at most so many samples to train with: the first of a seeded, stratified shuffle.
    pub limit_train: Option<usize>,
    /// Take at most so many samples to test with.
    pub limit_test: Option<usize>,
    /// What the choice of a limit and a generator start from.
    pub seed: u64,
    /// How a reader gets the files, for messages: `apt install dataset-fashion-mnist`.
    pub get: Option<String>,
}

impl Request {
    /// A request for all of a set, as its files have it.
    pub fn new(name: impl Into<String>, format: Format, shape: Shape, classes: usize) -> Self {
        Self {
            name: name.into(),
            format,
            shape,
            classes,
            train: None,
            test: None,
            tile: None,
            limit_train: None,
            limit_test: None,
            seed: 1,
            get: None,
        }
    }

    /// Refuses what no files could answer.
    pub(super) fn check(&self) -> Result<(), DataError> {
        let refuse =
            |cause: String, way_out: &str| Err(DataError::unfit(self.block(), cause, way_out));
        if self.shape.elements() == 0 || self.shape.elements() > MOST_ELEMENTS {
            let Shape {
                channels,
                rows,
                columns,
            } = self.shape;
            let cause = format!(
                "a sample of {channels}×{rows}×{columns} is empty or larger than 2^26 values"
            );
            return refuse(
                cause,
                "give `input` channels, rows and columns of one sample",
            );
        }
        if self.limit_train == Some(0) || self.limit_test == Some(0) {
            return refuse(
                "a limit of 0 leaves no samples".into(),
                "give a limit of at least 1",
            );
        }
        match self.format {
            Format::Masks if self.classes != 1 => {
                let cause = format!(
                    "masks tell object from background, not {} classes",
                    self.classes
                );
                refuse(cause, "write `classes = 1`")
            }
            Format::Masks => Ok(()),
            _ if !(2..=256).contains(&self.classes) => {
                let cause = format!(
                    "{} classes cannot be told apart by a label of one byte",
                    self.classes
                );
                refuse(cause, "give 2 to 256 `classes`")
            }
            _ => Ok(()),
        }
    }

    /// Refuses images of another shape than the block's.
    pub(super) fn needs_shape(
        &self,
        place: impl std::fmt::Display,
        found: Shape,
    ) -> Result<(), DataError> {
        if found == self.shape {
            return Ok(());
        }
        let [is, wanted] =
            [found, self.shape].map(|s| format!("[{}, {}, {}]", s.channels, s.rows, s.columns));
        let cause = format!("its images are {is}, `data {}` says {wanted}", self.name);
        Err(DataError::unfit(
            place,
            cause,
            format!("write `input = {is}`"),
        ))
    }

    /// Refuses a count of samples other than the block's.
    pub(super) fn needs_count(
        &self,
        place: impl std::fmt::Display,
        found: usize,
        (field, wanted): (&str, Option<usize>),
    ) -> Result<(), DataError> {
        match wanted {
            Some(wanted) if wanted != found => {
                let cause = format!(
                    "it holds {found} samples, `data {}` says `{field} = {wanted}`",
                    self.name
                );
                let way_out = format!(
                    "get the whole file again, or write `{field} = {found}` if it is meant"
                );
                Err(DataError::unfit(place, cause, way_out))
            }
            _ => Ok(()),
        }
    }

    /// How messages name the block.
    pub(super) fn block(&self) -> String {
        format!("data {}", self.name)
    }
}

/// Most values of one sample.
const MOST_ELEMENTS: usize = 1 << 26;
