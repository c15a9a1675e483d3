//! How a directive cuts a dimension into pieces.

/// Sizes of the pieces into which a map cuts a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// A whole piece.
    pub tile: u64,
    /// What of a whole piece the one before it did not have.
    pub fresh: u64,
    /// The ragged piece at the end; a whole one where none is ragged.
    pub last: u64,
    /// What of the ragged piece the one before it did not have.
    pub last_fresh: u64,
}

impl Piece {
    /// `size` elements at a time, `offset` apart, over `extent`.
    pub fn of_map(size: u64, offset: u64, extent: u64, spatial: bool) -> Piece {
        let steps = extent.saturating_sub(size) / offset;
        let reached = steps.saturating_mul(offset).saturating_add(size);
        let ragged = reached < extent || size > extent;
        let rest = extent
            .checked_sub((steps + 1).saturating_mul(offset))
            .unwrap_or(extent);
        let single = !spatial && extent <= size;
        Piece {
            tile: size,
            fresh: if single { 0 } else { size.min(offset) },
            last: if ragged { rest } else { size },
            last_fresh: offset.saturating_add(rest).saturating_sub(size),
        }
    }

    /// The outputs that windows of `filter` find in pieces of inputs that are `offset` apart.
    pub fn outputs(self, filter: Piece, size: u64, offset: u64) -> Piece {
        let windows = |input: u64, filter: u64| (input + 1).saturating_sub(filter);
        let last = windows(self.last, filter.last);
        Piece {
            tile: windows(self.tile, filter.tile),
            fresh: size.min(offset),
            last,
            last_fresh: last.min(offset),
        }
    }
}
