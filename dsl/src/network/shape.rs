//! Shapes, known and not yet known.

use std::fmt;

/// Channels, rows and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shape {
    /// Channels.
    pub channels: u64,
    /// Rows.
    pub rows: u64,
    /// Columns.
    pub columns: u64,
}

impl Shape {
    /// How many elements.
    pub fn elements(&self) -> u64 {
        super::product(&[self.channels, self.rows, self.columns])
    }

    /// How many places of rows and columns, each with all channels: pixels, or tokens.
    pub fn positions(&self) -> u64 {
        self.rows.saturating_mul(self.columns)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}×{}", self.channels, self.rows, self.columns)
    }
}

/// A number of channels: known, or a symbol with its range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channels {
    /// The same text means the same number in every design; empty when it is known.
    pub symbol: String,
    /// The smallest it can be.
    pub low: u64,
    /// The largest it can be.
    pub high: u64,
}

impl Channels {
    /// A known number.
    pub fn known(n: u64) -> Self {
        Self {
            symbol: String::new(),
            low: n,
            high: n,
        }
    }

    /// The number, if it is one.
    pub fn exact(&self) -> Option<u64> {
        (self.low == self.high).then_some(self.low)
    }

    /// Whether it is the same number in every design.
    pub fn always_equals(&self, other: &Channels) -> bool {
        match (self.exact(), other.exact()) {
            (Some(a), Some(b)) => a == b,
            (None, None) => self.symbol == other.symbol,
            _ => false,
        }
    }

    /// So many times as many.
    #[must_use]
    pub fn times(&self, n: u64) -> Self {
        let symbol = if self.symbol.is_empty() || n == 1 {
            self.symbol.clone()
        } else {
            format!("{n}*({})", self.symbol)
        };
        Self {
            symbol,
            low: self.low.saturating_mul(n),
            high: self.high.saturating_mul(n),
        }
    }

    /// The product of both.
    #[must_use]
    pub fn by(&self, other: &Channels) -> Self {
        if let Some(n) = other.exact() {
            return self.times(n);
        }
        if let Some(n) = self.exact() {
            return other.times(n);
        }
        Self {
            symbol: format!("({})*({})", self.symbol, other.symbol),
            low: self.low.saturating_mul(other.low),
            high: self.high.saturating_mul(other.high),
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Channels) -> Self {
        let symbol = format!("({}+{})", self.text(), other.text());
        let (low, high) = (
            self.low.saturating_add(other.low),
            self.high.saturating_add(other.high),
        );
        Self {
            symbol: if low == high { String::new() } else { symbol },
            low,
            high,
        }
    }

    fn text(&self) -> String {
        if self.symbol.is_empty() {
            self.low.to_string()
        } else {
            self.symbol.clone()
        }
    }
}

impl fmt::Display for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exact() {
            Some(n) => write!(f, "{n}"),
            None => write!(f, "({} to {})", self.low, self.high),
        }
    }
}

/// What flows between two layers, and what it took to get there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Channels.
    pub channels: Channels,
    /// Rows.
    pub rows: u64,
    /// Columns.
    pub columns: u64,
    /// The layer of the design that made it; none for the input, and where every design is followed.
    pub from: Option<usize>,
    /// The fewest MACs of any design that gets here.
    pub least_macs: u64,
    /// Whether it is zeros that nothing has made yet; only in a design.
    pub zero: bool,
}

impl State {
    /// Whether the same thing flows, whatever it took.
    pub fn same_shape(&self, other: &State) -> bool {
        self.channels.always_equals(&other.channels)
            && self.rows == other.rows
            && self.columns == other.columns
    }

    /// The shape, with the smallest number of channels.
    pub fn shape(&self) -> Shape {
        Shape {
            channels: self.channels.low,
            rows: self.rows,
            columns: self.columns,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}×{}", self.channels, self.rows, self.columns)
    }
}

/// Keeps one state of each shape, with the fewest MACs.
pub(super) fn merge(states: Vec<State>) -> Vec<State> {
    let mut out: Vec<State> = Vec::new();
    for state in states {
        match out.iter_mut().find(|s| s.same_shape(&state)) {
            Some(known) => known.least_macs = known.least_macs.min(state.least_macs),
            None => out.push(state),
        }
    }
    out
}
