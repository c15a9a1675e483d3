//! The words of a refusal.

use std::fmt::{Display, Formatter, Result};

use crate::fit::Refusal;

impl Display for Refusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Refusal::Kind(kind) => write!(f, "the dataflow does not run {kind:?} layers"),
            Refusal::Flawed(flaws) => {
                f.write_str("the dataflow cannot be used")?;
                for (index, flaw) in flaws.iter().enumerate() {
                    let before = if index == 0 { ": " } else { "; " };
                    write!(f, "{before}{flaw}")?;
                }
                Ok(())
            }
            Refusal::Absent => f.write_str("the sub-accelerator has no elements or no bandwidth"),
            Refusal::Capacity {
                level,
                tensor,
                need,
                size,
            } => write!(
                f,
                "store {level} (0 = outermost) has {size} B, but its smallest tile needs {need} B, \
                 mostly for {tensor:?}"
            ),
        }
    }
}

impl std::error::Error for Refusal {}
