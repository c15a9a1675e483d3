//! A layer as a sum of products: which loops each of its tensors walks.
//!
//! Timeloop writes this as projections and ZigZag as an equation; both name dimensions as they like.
//! What a dimension is follows from the tensors that it walks: one that only output and weights have
//! is made of filters, one that all three have of groups, and a sum of two is a window that slides.

use super::{Layer, fault};
use nasaic_dsl::backend::FileFault;
use std::collections::BTreeMap;

/// A sum of dimensions, each times a number: `[[R, 1], [P, 2]]` or `iy=2*oy+1*fy`.
pub type Index = Vec<(String, u64)>;

/// An output that is a sum of products of two tensors.
#[derive(Debug)]
pub struct Einsum {
    /// What the file calls the layer.
    pub name: String,
    /// The line where it begins.
    pub line: usize,
    /// How often each dimension is walked.
    pub sizes: BTreeMap<String, u64>,
    /// How the output is found.
    pub output: Vec<Index>,
    /// How the inputs are found.
    pub inputs: Vec<Index>,
    /// How the weights are found.
    pub weights: Vec<Index>,
}

impl Einsum {
    /// The convolution that walks these loops.
    pub fn layer(&self) -> Result<Layer, FileFault> {
        let mut layer = Layer::new(self.name.clone(), self.line);
        let windows = self.windows(&mut layer)?;
        let mut rows = Vec::new();
        for (dim, &size) in &self.sizes {
            let walks = |tensor: &[Index]| tensor.iter().flatten().any(|(d, _)| d == dim);
            let (out, weights) = (walks(&self.output), walks(&self.weights));
            let inputs = walks(&self.inputs);
            if windows.contains(dim) || size == 1 && !(out || weights || inputs) {
                continue;
            }
            let part = match (out, inputs, weights) {
                (true, true, true) => &mut layer.groups,
                (true, false, true) => &mut layer.filters,
                (false, true, true) => &mut layer.channels,
                (true, true, false) if windows.is_empty() && !is_batch(dim) => {
                    rows.push(size);
                    continue;
                }
                (true, true, false) => &mut layer.batch,
                _ if size == 1 => continue,
                _ => return Err(self.refused(format!("`{dim}` walks one tensor alone"))),
            };
            *part = part
                .checked_mul(size)
                .ok_or_else(|| self.refused("its sizes are larger than can be counted"))?;
        }
        // A matrix product is a convolution of one row of points: each point is a row of the matrix.
        for (place, size) in rows.into_iter().enumerate() {
            let axis = place.min(1);
            layer.output[axis] = layer.output[axis]
                .checked_mul(size)
                .ok_or_else(|| self.refused("its sizes are larger than can be counted"))?;
        }
        Ok(layer)
    }

    /// Enters the windows; answers the dimensions that they take.
    fn windows(&self, layer: &mut Layer) -> Result<Vec<String>, FileFault> {
        let mut taken = Vec::new();
        let sums = self.inputs.iter().filter(|index| index.len() > 1);
        for (axis, index) in sums.enumerate() {
            let [one, other] = index.as_slice() else {
                return Err(self.refused("an index is a sum of more than two dimensions"));
            };
            if axis > 1 {
                return Err(self.refused("its windows have more than rows and columns"));
            }
            let of_output = |dim: &str| self.output.iter().flatten().any(|(d, _)| d == dim);
            let (place, tap) = match (of_output(&one.0), of_output(&other.0)) {
                (true, false) => (one, other),
                (false, true) => (other, one),
                _ => {
                    let (a, b) = (&one.0, &other.0);
                    return Err(self.refused(format!(
                        "of `{a}` and `{b}` one must walk the output and the other the filter"
                    )));
                }
            };
            layer.output[axis] = self.size(&place.0)?;
            layer.kernel[axis] = self.size(&tap.0)?;
            layer.stride[axis] = place.1;
            layer.dilation[axis] = tap.1;
            let of_weights = |dim: &str| self.weights.iter().flatten().any(|(d, _)| d == dim);
            if !of_weights(&tap.0) {
                let why = format!("`{}` is needed by the weights", tap.0);
                return Err(self.refused(why));
            }
            taken.extend([place.0.clone(), tap.0.clone()]);
        }
        Ok(taken)
    }

    fn size(&self, dim: &str) -> Result<u64, FileFault> {
        let size = self.sizes.get(dim).copied();
        size.ok_or_else(|| self.refused(format!("`{dim}` has no size")))
    }

    /// Why this is no layer of the language.
    fn refused(&self, why: impl Into<String>) -> FileFault {
        let why = why.into();
        fault(
            self.line,
            format!("`{}` is no convolution or matrix product: {why}", self.name),
            "layers with a sliding window, groups and a batch can be read; leave this one out, or write it as such",
        )
    }
}

/// Whether a dimension counts inputs, by its usual names.
fn is_batch(dim: &str) -> bool {
    matches!(dim.to_ascii_uppercase().as_str(), "N" | "B" | "BATCH")
}
