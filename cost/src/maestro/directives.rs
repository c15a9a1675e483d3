//! What a mapping file says: networks, layers, dimensions and directives.

use crate::layer::Tensor;

/// A dimension as mapping files name it.
///
/// Rows and columns are those of the *input* (`Y`, `X`) or, primed, of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Groups of channels.
    G,
    /// Batch; columns of the result in a matrix product.
    N,
    /// Output channels; the summed dimension in a matrix product.
    K,
    /// Input channels.
    C,
    /// Rows of the result in a matrix product.
    M,
    /// Filter rows.
    R,
    /// Filter columns.
    S,
    /// Input rows.
    Y,
    /// Input columns.
    X,
    /// Output rows, written `Y'`.
    OutY,
    /// Output columns, written `X'`.
    OutX,
}

impl Dimension {
    /// All dimensions, in the order in which their sizes are kept.
    pub const ALL: [Dimension; 11] = [
        Dimension::G,
        Dimension::N,
        Dimension::K,
        Dimension::C,
        Dimension::M,
        Dimension::R,
        Dimension::S,
        Dimension::Y,
        Dimension::X,
        Dimension::OutY,
        Dimension::OutX,
    ];

    /// The dimension of this name.
    pub fn named(name: &str) -> Option<Dimension> {
        Dimension::ALL.into_iter().find(|d| d.name() == name)
    }

    /// The name that mapping files use.
    pub const fn name(self) -> &'static str {
        match self {
            Dimension::G => "G",
            Dimension::N => "N",
            Dimension::K => "K",
            Dimension::C => "C",
            Dimension::M => "M",
            Dimension::R => "R",
            Dimension::S => "S",
            Dimension::Y => "Y",
            Dimension::X => "X",
            Dimension::OutY => "Y'",
            Dimension::OutX => "X'",
        }
    }

    /// The input dimension: `Y` for `Y'`, `X` for `X'`, itself otherwise.
    pub const fn of_input(self) -> Dimension {
        match self {
            Dimension::OutY => Dimension::Y,
            Dimension::OutX => Dimension::X,
            other => other,
        }
    }

    /// The filter dimension that slides along this input dimension, and its axis (0 rows, 1
    /// columns).
    pub const fn filter(self) -> Option<(Dimension, usize)> {
        match self {
            Dimension::Y => Some((Dimension::R, 0)),
            Dimension::X => Some((Dimension::S, 1)),
            _ => None,
        }
    }
}

/// What a layer of a mapping file computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `CONV`: a convolution.
    Conv,
    /// `DSCONV`: one filter per input channel, K of them for each.
    Depthwise,
    /// `NGCONV`: G independent convolutions of C channels each.
    Grouped,
    /// `TRCONV`: a transposed convolution, given by the sizes of the convolution it runs as.
    Transposed,
    /// `GEMM`: M × K times K × N.
    Gemm,
}

impl Operation {
    /// Whether a step along `dim` (an input dimension) reaches other elements of the tensor.
    pub const fn couples(self, tensor: Tensor, dim: Dimension) -> bool {
        use Dimension::{C, G, K, M, N, R, S, X, Y};
        match (self, tensor) {
            (Operation::Gemm, Tensor::I) => matches!(dim, M | K),
            (Operation::Gemm, Tensor::W) => matches!(dim, K | N),
            (Operation::Gemm, Tensor::O) => matches!(dim, M | N),
            (_, Tensor::I) => matches!(dim, G | N | C | Y | X),
            (_, Tensor::W) => matches!(dim, G | K | C | R | S),
            (Operation::Depthwise, Tensor::O) => matches!(dim, N | K | C | Y | X),
            (_, Tensor::O) => matches!(dim, G | N | K | Y | X),
        }
    }
}

/// The sizes of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// What is computed.
    pub operation: Operation,
    /// Step of the window along rows and columns.
    pub stride: [u32; 2],
    sizes: [u32; Dimension::ALL.len()],
}

impl Shape {
    /// A layer without sizes yet, stride 1.
    pub const fn new(operation: Operation) -> Self {
        Shape {
            operation,
            stride: [1, 1],
            sizes: [0; Dimension::ALL.len()],
        }
    }

    /// The same layer with a size set.
    #[must_use]
    pub const fn with(mut self, dim: Dimension, size: u32) -> Self {
        self.sizes[dim as usize] = size;
        self
    }

    /// The size as written; none if it is not.
    pub fn size(&self, dim: Dimension) -> Option<u32> {
        Some(self.sizes[dim as usize]).filter(|&size| size > 0)
    }

    /// The size of an input dimension, computed from that of the output where only this is written.
    pub fn input_size(&self, dim: Dimension) -> Option<u32> {
        let from_output = || {
            let (filter, axis) = dim.filter()?;
            let output = if axis == 0 {
                Dimension::OutY
            } else {
                Dimension::OutX
            };
            let steps = (self.size(output)? - 1).checked_mul(self.stride[axis])?;
            steps.checked_add(self.size(filter)?)
        };
        self.size(dim).or_else(from_output)
    }
}

/// Where something stands in a file, both counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line.
    pub line: u32,
    /// Column, in characters.
    pub column: u32,
}

/// A number in a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// Written as a number or a constant.
    Number(u32),
    /// `Sz(D)`: the layer's size of D.
    SizeOf(Dimension),
}

impl Extent {
    /// Its value for a layer; none if the layer does not have the dimension.
    pub fn value(self, shape: &Shape) -> Option<u32> {
        match self {
            Extent::Number(number) => Some(number),
            Extent::SizeOf(dim) => shape.input_size(dim).or_else(|| shape.size(dim)),
        }
    }
}

/// `(size, offset) D`: `size` elements of D at a time, the next ones start `offset` further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Map {
    /// The dimension.
    pub dim: Dimension,
    /// Elements at a time.
    pub size: Extent,
    /// Distance to the next ones.
    pub offset: Extent,
}

/// One directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Directive {
    /// One piece after the other.
    Temporal(Map),
    /// One piece per cluster, side by side.
    Spatial(Map),
    /// Everything above sees clusters of this many, everything below their insides.
    Cluster(Extent),
}

/// A layer's directives, outermost first, each with its place.
pub type Directives = Vec<(Place, Directive)>;

/// One layer of a mapping file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkLayer {
    /// Its name, empty if it has none.
    pub name: String,
    /// Where it begins.
    pub place: Place,
    /// Its sizes.
    pub shape: Shape,
    /// Its directives, those of the layer before if it has none of its own.
    pub directives: Directives,
}

/// A network of a mapping file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its name, empty if it has none.
    pub name: String,
    /// Its layers, in order.
    pub layers: Vec<NetworkLayer>,
}

/// A whole file: a mapping file has networks, a hardware file settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The networks, in order.
    pub networks: Vec<Network>,
    /// `num_pes: 256` and the like, in order.
    pub settings: Vec<(String, u32)>,
}

/// What is wrong with a file or a directive, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub cause: String,
    /// What to do.
    pub way_out: String,
}

impl Problem {
    pub(super) fn new(
        place: Place,
        cause: impl Into<String>,
        way_out: impl Into<String>,
    ) -> Problem {
        Problem {
            place,
            cause: cause.into(),
            way_out: way_out.into(),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Place { line, column } = self.place;
        write!(
            f,
            "line {line}, column {column}: {}; {}",
            self.cause, self.way_out
        )
    }
}

impl std::error::Error for Problem {}
