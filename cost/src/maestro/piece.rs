//! How a map cuts a dimension into pieces.

/// Sizes of the pieces, and of what is new in each: what the piece before it did not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// A whole piece.
    pub tile: u64,
    /// What is new in a whole piece; nothing if it is the only one.
    pub fresh: u64,
    /// The ragged piece at the end; a whole one where none is ragged.
    pub last: u64,
    /// What is new in the ragged piece.
    pub last_fresh: u64,
}

impl Piece {
    /// `size` elements at a time, `offset` apart, over `extent`.
    pub fn of_map(size: u64, offset: u64, extent: u64, spatial: bool) -> Piece {
        let only = extent <= size;
        let steps = extent.saturating_sub(size) / offset;
        let reached = steps * offset + size;
        let rest = if extent < size {
            extent
        } else {
            extent.saturating_sub((steps + 1) * offset)
        };
        Piece {
            tile: size,
            fresh: if only && !spatial {
                0
            } else {
                size.min(offset)
            },
            last: if reached == extent { size } else { rest },
            last_fresh: (offset + rest).saturating_sub(size),
        }
    }

    /// The windows of `filter`, `pitch` apart, in pieces of inputs that are `offset` apart.
    pub fn windows(self, filter: Piece, pitch: u64, offset: u64) -> Piece {
        let fitting = |input: u64, filter: u64| {
            let slack = input.checked_sub(filter);
            slack.map_or(0, |slack| slack / pitch + 1)
        };
        let last = fitting(self.last, filter.last);
        Piece {
            tile: fitting(self.tile, filter.tile),
            fresh: self.tile.min(offset),
            last,
            last_fresh: last.min(offset),
        }
    }
}
