//! Dataflow templates: a loop nest with open tile sizes, written outermost first.

use serde::{Deserialize, Serialize};

use crate::layer::{Dim, LayerKind, Tensor};

/// A set of tensors, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TensorSet(u8);

impl TensorSet {
    /// W, I and O.
    pub const ALL: TensorSet = TensorSet(7);

    /// The set of the given tensors.
    pub fn of(tensors: &[Tensor]) -> Self {
        TensorSet(tensors.iter().fold(0, |bits, t| bits | 1 << t.index()))
    }

    /// Whether the tensor is in the set.
    #[inline]
    pub const fn contains(self, tensor: Tensor) -> bool {
        self.0 & (1 << tensor.index()) != 0
    }

    /// The tensors of both sets.
    #[inline]
    #[must_use]
    pub const fn with(self, other: TensorSet) -> Self {
        TensorSet(self.0 | other.0)
    }

    /// The tensors of the set, in the order W I O.
    pub fn iter(self) -> impl Iterator<Item = Tensor> {
        Tensor::ALL.into_iter().filter(move |&t| self.contains(t))
    }
}

/// Whether a store can be filled while it is being read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Buffering {
    /// One tile: transfers and computation add up.
    Single,
    /// Two tiles: the next is fetched while the present one is used.
    #[default]
    Double,
}

impl Buffering {
    /// Copies of a tile that must fit.
    pub const fn copies(self) -> u64 {
        match self {
            Buffering::Single => 1,
            Buffering::Double => 2,
        }
    }
}

/// The tile size of a loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Tile {
    /// As large as the stores below allow.
    #[default]
    Fit,
    /// The whole dimension: the loop runs once here.
    Full,
    /// This many elements per step.
    Fixed(u32),
}

/// A side of the array of processing elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Axis {
    /// Along the columns: neighbours stand side by side.
    Columns,
    /// Along the rows: neighbours stand on top of each other.
    Rows,
}

/// One line of a template.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Step {
    /// A storage level.
    Store {
        /// Name; the outermost store is off-chip memory by convention `dram`.
        name: String,
        /// Tensors that stay here; the others pass by.
        keep: TensorSet,
        /// Bytes of one instance; none is unlimited.
        size: Option<u64>,
        /// Whether a second tile is held.
        buffering: Buffering,
        /// Bits per cycle of a link of its own that feeds all instances; none shares the network.
        bandwidth: Option<u32>,
    },
    /// A loop in time.
    Loop {
        /// The dimension it walks.
        dim: Dim,
        /// Elements per step; everything below sees this many.
        tile: Tile,
    },
    /// A loop in space.
    Spread {
        /// The dimension that is distributed.
        dim: Dim,
        /// Along which side of the array.
        over: Axis,
        /// Instances; none takes as many as fit.
        size: Option<u32>,
        /// Whether partial sums are added on the way along this side.
        reduce: bool,
    },
}

impl Step {
    /// A double-buffered store of this many bytes per instance; none is unlimited.
    pub fn store(name: &str, keep: &[Tensor], size: Option<u64>) -> Self {
        Step::Store {
            name: name.into(),
            keep: TensorSet::of(keep),
            size,
            buffering: Buffering::Double,
            bandwidth: None,
        }
    }

    /// A loop whose tile the mapper chooses.
    pub const fn fit(dim: Dim) -> Self {
        Step::Loop {
            dim,
            tile: Tile::Fit,
        }
    }

    /// A loop that steps by `tile`.
    pub const fn by(dim: Dim, tile: u32) -> Self {
        Step::Loop {
            dim,
            tile: Tile::Fixed(tile),
        }
    }

    /// A dimension side by side, as many as fit.
    pub const fn spread(dim: Dim, over: Axis) -> Self {
        Step::Spread {
            dim,
            over,
            size: None,
            reduce: false,
        }
    }

    /// The same line with partial sums added on the way, if it is a spread.
    #[must_use]
    pub fn reducing(mut self) -> Self {
        if let Step::Spread { reduce, .. } = &mut self {
            *reduce = true;
        }
        self
    }
}

/// A dataflow template: the order of loops and stores, outermost first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dataflow {
    /// Name, for messages and results.
    pub name: String,
    /// Layer kinds it runs; empty means every kind with multiplications.
    pub kinds: Vec<LayerKind>,
    /// The nest.
    pub steps: Vec<Step>,
}

/// Most storage levels that a nest may have.
pub const MAX_LEVELS: usize = 5;

/// Why a template is no dataflow; `step` is the index into [`Dataflow::steps`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Flaw {
    /// The outermost store does not keep this tensor: it has no home.
    NoHome {
        /// The homeless tensor.
        tensor: Tensor,
    },
    /// Partial sums cannot be added along a dimension that indexes the outputs.
    ReduceOverOutput {
        /// The spread.
        step: usize,
        /// Its dimension.
        dim: Dim,
    },
    /// The first line is not a store.
    NoOutermostStore,
    /// There is no on-chip store below the outermost one.
    NoOnChipStore,
    /// More than [`MAX_LEVELS`] stores.
    TooManyStores,
    /// More loops than the nest can hold.
    TooManyLoops,
    /// Two stores have the same name.
    DuplicateStore {
        /// The second of them.
        step: usize,
    },
    /// A store keeps nothing.
    EmptyStore {
        /// The store.
        step: usize,
    },
    /// A size or tile of zero.
    ZeroSize {
        /// The line.
        step: usize,
    },
    /// A dimension of the sliding window (P Q R S) is spread twice.
    WindowSpreadTwice {
        /// The second spread.
        step: usize,
        /// Its dimension.
        dim: Dim,
    },
    /// The fixed spreads need more processing elements than there are.
    TooManyElements {
        /// Product of the fixed spreads.
        needed: u64,
        /// Elements of the array.
        available: u64,
    },
    /// The fixed spreads of one side need more than that side has.
    SideTooShort {
        /// The side.
        over: Axis,
        /// Product of the fixed spreads along it.
        needed: u64,
        /// Its length.
        available: u64,
    },
}

impl std::fmt::Display for Flaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Flaw::NoHome { tensor } => write!(f, "the outermost store does not keep {tensor:?}"),
            Flaw::ReduceOverOutput { dim, .. } => {
                write!(
                    f,
                    "nothing is added up over {}, so it cannot be reduced",
                    dim.letter()
                )
            }
            Flaw::NoOutermostStore => f.write_str("the first line is not a store"),
            Flaw::NoOnChipStore => f.write_str("there is no store below the outermost one"),
            Flaw::TooManyStores => write!(f, "there are more than {MAX_LEVELS} stores"),
            Flaw::TooManyLoops => f.write_str("there are more loops than a nest can hold"),
            Flaw::DuplicateStore { .. } => f.write_str("two stores have the same name"),
            Flaw::EmptyStore { .. } => f.write_str("a store keeps nothing"),
            Flaw::ZeroSize { .. } => f.write_str("a size or tile is zero"),
            Flaw::WindowSpreadTwice { dim, .. } => {
                write!(f, "{} is spread twice", dim.letter())
            }
            Flaw::TooManyElements { needed, available } => {
                write!(
                    f,
                    "the spreads take {needed} PEs, and there are {available}"
                )
            }
            Flaw::SideTooShort {
                over,
                needed,
                available,
            } => {
                write!(
                    f,
                    "the spreads along the {over:?} take {needed} PEs, and there are {available}"
                )
            }
        }
    }
}

impl std::error::Error for Flaw {}

impl Dataflow {
    /// A template for every kind of layer with multiplications; [`Dataflow::check`] judges it.
    pub fn new(name: &str, steps: Vec<Step>) -> Self {
        Dataflow {
            name: name.into(),
            kinds: Vec::new(),
            steps,
        }
    }

    /// Checks the template by itself; all flaws are reported.
    pub fn check(&self) -> Result<(), Vec<Flaw>> {
        let mut flaws = self.store_flaws();
        flaws.extend(self.loop_flaws());
        if flaws.is_empty() { Ok(()) } else { Err(flaws) }
    }

    /// Checks that the fixed spreads fit an array of `pes` elements, and its `shape` if one is set.
    pub fn check_array(&self, pes: u32, shape: Option<[u32; 2]>) -> Result<(), Vec<Flaw>> {
        let side = |axis: Axis| self.fixed_spread(Some(axis));
        let mut flaws = Vec::new();
        let needed = self.fixed_spread(None);
        if needed > u64::from(pes) {
            flaws.push(Flaw::TooManyElements {
                needed,
                available: u64::from(pes),
            });
        }
        if let Some([columns, rows]) = shape {
            for (over, length) in [(Axis::Columns, columns), (Axis::Rows, rows)] {
                if side(over) > u64::from(length) {
                    let available = u64::from(length);
                    flaws.push(Flaw::SideTooShort {
                        over,
                        needed: side(over),
                        available,
                    });
                }
            }
        }
        if flaws.is_empty() { Ok(()) } else { Err(flaws) }
    }

    /// Names of the stores, outermost first.
    pub fn stores(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Store { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether the template says it runs layers of this kind.
    pub fn runs(&self, kind: LayerKind) -> bool {
        !kind.has_macs() || self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    fn fixed_spread(&self, axis: Option<Axis>) -> u64 {
        let sizes = self.steps.iter().filter_map(|step| match step {
            Step::Spread {
                over,
                size: Some(size),
                ..
            } if axis.is_none_or(|a| a == *over) => Some(u64::from(*size)),
            _ => None,
        });
        sizes.fold(1, u64::saturating_mul)
    }

    fn store_flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        match self.steps.first() {
            Some(Step::Store { keep, .. }) => {
                let homeless = Tensor::ALL.into_iter().filter(|&t| !keep.contains(t));
                flaws.extend(homeless.map(|tensor| Flaw::NoHome { tensor }));
            }
            _ => flaws.push(Flaw::NoOutermostStore),
        }
        match self.stores().count() {
            0 | 1 => flaws.push(Flaw::NoOnChipStore),
            n if n > MAX_LEVELS => flaws.push(Flaw::TooManyStores),
            _ => {}
        }
        for (step, line) in self.steps.iter().enumerate() {
            if let Step::Store {
                name, keep, size, ..
            } = line
            {
                let same = |other: &Step| matches!(other, Step::Store { name: n, .. } if n == name);
                if self.steps[..step].iter().any(same) {
                    flaws.push(Flaw::DuplicateStore { step });
                }
                if *keep == TensorSet::default() {
                    flaws.push(Flaw::EmptyStore { step });
                }
                if *size == Some(0) {
                    flaws.push(Flaw::ZeroSize { step });
                }
            }
        }
        flaws
    }

    fn loop_flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut spread = [false; 7];
        let mut loops = Dim::ALL.len();
        for (step, line) in self.steps.iter().enumerate() {
            match *line {
                Step::Store { .. } => continue,
                Step::Loop {
                    tile: Tile::Fixed(0),
                    ..
                }
                | Step::Spread { size: Some(0), .. } => {
                    flaws.push(Flaw::ZeroSize { step });
                }
                Step::Spread {
                    dim, reduce: true, ..
                } if !dim.is_reduction() => {
                    flaws.push(Flaw::ReduceOverOutput { step, dim });
                }
                Step::Spread { dim, .. } if spread[dim.index()] && is_window(dim) => {
                    flaws.push(Flaw::WindowSpreadTwice { step, dim });
                }
                Step::Loop { .. } | Step::Spread { .. } => {}
            }
            if let Step::Spread { dim, .. } = *line {
                spread[dim.index()] = true;
            }
            loops += 1;
        }
        if loops > crate::mapping::MAX_LOOPS {
            flaws.push(Flaw::TooManyLoops);
        }
        flaws
    }
}

const fn is_window(dim: Dim) -> bool {
    matches!(dim, Dim::P | Dim::Q | Dim::R | Dim::S)
}
