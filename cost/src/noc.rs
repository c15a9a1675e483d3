//! Links that a word travels through the array: geometry of a mesh with one port.
//!
//! # The model
//! The array is a mesh of `columns × rows` elements with a link between each two neighbours. Its only
//! port is at the router of element (column 0, row 0); the link between the shared store and that
//! router is not counted here. A word goes *down the column of row heads first, then along the rows*:
//! to element (x, y) over y links of column 0 and x links of row y. A word for many elements follows
//! the tree of these routes, and a link of the tree carries it once. Partial sums are added between
//! neighbours *along the axis they are reduced on*, every link carrying one sum, and the result goes
//! on from the end of that axis to the port; if both axes are reduced, rows are first.
//!
//! A word that goes to fewer elements than an axis has goes to any of them equally often, so figures
//! are averages over the places of the array.

/// How the words of one tensor are spread over an array; axis 0 runs along a row (its length is the
/// number of columns), axis 1 along a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Route {
    /// Axes along which all elements receive the same word.
    pub multicast: [bool; 2],
    /// Axes along which partial sums are added before they leave the array.
    pub reduce: [bool; 2],
    /// Columns and rows in use.
    pub extent: [u32; 2],
}

impl Route {
    /// Links that carry one word from the port to its destinations, on average.
    ///
    /// With C columns and R rows: `(C + R)/2 − 1` to one element, `(R − 1)/2 + C − 1` to a row,
    /// `R − 1 + R·(C − 1)/2` to a column, `R·C − 1` to all.
    pub fn delivery(&self) -> f64 {
        let [along_row, along_column] = self.multicast;
        let branch = self.way(0, along_row);
        let branches = if along_column { self.length(1) } else { 1.0 };
        self.way(1, along_column) + branches * branch
    }

    /// Links that carry sums until one result has reached the port, on average.
    ///
    /// With C columns and R rows: `(C + R)/2 − 1` without reduction, `C − 1 + (R − 1)/2` along rows,
    /// `R − 1 + (C − 1)/2` along columns, `R·C − 1` over the whole array.
    pub fn collection(&self) -> f64 {
        let [along_row, along_column] = self.reduce;
        let sums = if along_row && along_column {
            self.length(1)
        } else {
            1.0
        };
        sums * self.way(0, along_row) + self.way(1, along_column)
    }

    /// Links of an axis that are used: all of them, or those up to a place anywhere on it.
    fn way(&self, axis: usize, all: bool) -> f64 {
        let links = self.length(axis) - 1.0;
        if all { links } else { links / 2.0 }
    }

    /// Elements along an axis; an axis that is not used is one element long.
    fn length(&self, axis: usize) -> f64 {
        f64::from(self.extent[axis].max(1))
    }
}
