//! What the parts of an explanation are called.

use crate::layers::bound_text;
use crate::views::nest::{bytes_text, letter};
use nasaic_cost::{Axis, Bound, Buffering, Cause, Change, Link, Loss, Part, PhaseKind, Turns};
use nasaic_dsl::units::number;

/// The names of a layer's storage levels, and what is said with them.
pub(super) struct Words {
    levels: Vec<String>,
}

impl Words {
    pub fn new(levels: Vec<String>) -> Self {
        Self { levels }
    }

    /// The names, outermost first.
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    pub fn level(&self, level: u8) -> &str {
        let name = self.levels.get(usize::from(level));
        name.map_or("a store", String::as_str)
    }

    pub fn bound(&self, bound: Bound) -> String {
        bound_text(bound, &self.levels)
    }

    pub fn link(&self, link: Link) -> String {
        self.bound(Bound::Link(link))
    }

    pub fn part(&self, part: Part) -> String {
        match part {
            Part::Mac => "MAC".into(),
            Part::Store(level) => self.level(level).to_owned(),
            Part::Noc => "NoC".into(),
        }
    }

    pub fn phase(&self, phase: PhaseKind) -> String {
        match phase {
            PhaseKind::Compute => "computation".into(),
            PhaseKind::Hops => "hops to the farthest PE and back".into(),
            PhaseKind::Exposed(link) => {
                format!("transfers over {} that nothing hides", self.link(link))
            }
            PhaseKind::Stall(link) => format!("waiting for {}", self.link(link)),
        }
    }

    /// Why a factor of the utilization is not 1.
    pub fn cause(&self, loss: &Loss) -> String {
        match loss.cause {
            Cause::Side(side) => {
                let places = side.map_or("PEs", sides);
                format!("{places} that the spread dimensions reach")
            }
            Cause::Edge(dim) => format!("{}: the last pieces are smaller", dim.letter()),
            Cause::Zeros => "steps that zeros spare (a gain)".into(),
            Cause::Lanes => "lanes of the last step".into(),
            Cause::Adder => "cycles in which adders take over partial sums".into(),
            Cause::Idle(phase) => format!("cycles without {}", self.phase(phase)),
        }
    }

    /// `K 16× at glb`.
    pub fn turns(&self, turns: &Turns) -> String {
        let place = match turns.over {
            None => format!("at {}", self.level(turns.level)),
            Some(side) => format!("over {}", sides(side)),
        };
        format!(
            "{} {}× {place}",
            turns.dim.letter(),
            number(f64::from(turns.count))
        )
    }

    pub fn change(&self, change: &Change) -> String {
        match change {
            Change::Bandwidth { link, bandwidth } => format!(
                "twice the bandwidth of {} ({} B/cycle)",
                self.link(*link),
                number(*bandwidth)
            ),
            Change::Size { level, bytes } => {
                let name = self.level(*level);
                format!("twice the size of {name} ({})", bytes_text(*bytes))
            }
            Change::Elements { shape: None, pes } => {
                format!("twice the PEs ({})", number(f64::from(*pes)))
            }
            Change::Elements {
                shape: Some([columns, rows]),
                ..
            } => format!("twice the PEs ({columns} × {rows})"),
            Change::Buffering { level, buffering } => {
                let name = self.level(*level);
                match buffering {
                    Buffering::Double => format!("two buffers for each tile in {name}"),
                    Buffering::Single => format!("one buffer for each tile in {name}"),
                }
            }
            Change::Order { level, stays, dims } => {
                let letters: Vec<String> = dims.iter().map(|d| d.letter().to_string()).collect();
                format!(
                    "loops at {} in the order {}: {} stays",
                    self.level(*level),
                    letters.join(" "),
                    letter(*stays)
                )
            }
        }
    }
}

fn sides(side: Axis) -> &'static str {
    match side {
        Axis::Columns => "columns",
        Axis::Rows => "rows",
    }
}

/// A share in percent with one digit; nothing is never negative.
pub(super) fn percent(share: f64) -> f64 {
    libm::round(share * 1000.0) / 10.0 + 0.0
}

/// By how many percent `new` is more than `old`.
pub(super) fn more(new: f64, old: f64) -> f64 {
    if old > 0.0 {
        percent(new / old - 1.0)
    } else {
        0.0
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}
