//! Values that are known before anything runs, and the domains of decisions.

use crate::source::Span;
use crate::units::{self, Dim};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of a declared block in a plan: `resnet9`, or `templates.nvdla.nvdla` when imported.
pub type BlockName = String;

/// A number with a dimension; `value` is in base units, `unit` is how it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// In base units: s, cycles, J, m, B, op.
    pub value: f64,
    /// What it measures.
    pub dim: Dim,
    /// The unit it is shown in; empty for plain numbers.
    pub unit: String,
}

impl Quantity {
    /// A plain number.
    pub fn plain(value: f64) -> Self {
        Self {
            value,
            dim: Dim::NONE,
            unit: String::new(),
        }
    }

    /// A quantity of `dim` in base units, shown in whatever unit suits its size.
    pub fn of(value: f64, dim: Dim) -> Self {
        Self {
            value,
            dim,
            unit: String::new(),
        }
    }

    /// The number in its own unit.
    pub fn number(&self) -> f64 {
        units::parse(&self.unit).map_or(self.value, |s| s.from_base(self.value))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unit.is_empty() {
            return f.write_str(&units::pretty(self.value, self.dim));
        }
        write!(f, "{} {}", units::number(self.number()), self.unit)
    }
}

/// A value fixed by the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A number, with or without a dimension.
    Quantity(Quantity),
    /// `true` or `false`.
    Bool(bool),
    /// A string.
    Text(String),
    /// A bare name that its field's schema knows: `fit`, `same`, `reinforce`.
    Name(String),
    /// Ordered data.
    List(Vec<Value>),
    /// A declared block.
    Block(BlockName),
    /// A part of a declared block, such as the layer `vgg16.conv3_1`.
    Part {
        /// The block.
        block: BlockName,
        /// The labels from the block to the part.
        path: String,
    },
    /// A set or range that is not (yet) a decision.
    Domain(Domain),
    /// A named form with arguments: `surrogate(resnet9_cifar10)`, `trained { epochs = 3 }`.
    Form {
        /// `surrogate`, `table`, `worst_of`, `trained`, …
        name: String,
        /// What stands in the parentheses.
        args: Vec<Value>,
        /// What stands in the braces.
        fields: Vec<(String, Value)>,
        /// Where it stands.
        at: Span,
    },
}

impl Value {
    /// A plain number.
    pub fn number(x: f64) -> Self {
        Self::Quantity(Quantity::plain(x))
    }

    /// The number in base units, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Quantity(q) => Some(q.value),
            _ => None,
        }
    }

    /// The count, if it is a whole number that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        let x = self.as_f64()?;
        (x >= 0.0 && x.fract() == 0.0 && x < 9.0e15).then_some(x as u64)
    }

    /// The bare name, if it is one.
    pub fn as_name(&self) -> Option<&str> {
        match self {
            Self::Name(n) => Some(n),
            _ => None,
        }
    }

    /// The name of the declared block it refers to.
    pub fn as_block(&self) -> Option<&str> {
        match self {
            Self::Block(n) => Some(n),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quantity(q) => q.fmt(f),
            Self::Bool(b) => b.fmt(f),
            Self::Text(t) => write!(f, "{t:?}"),
            Self::Name(n) => f.write_str(n),
            Self::Block(n) => f.write_str(short(n)),
            Self::Part { block, path } => write!(f, "{}.{path}", short(block)),
            Self::List(items) => write_joined(f, "[", items, "]"),
            Self::Domain(d) => d.fmt(f),
            Self::Form {
                name, args, fields, ..
            } => {
                f.write_str(name)?;
                if fields.is_empty() {
                    return write_joined(f, "(", args, ")");
                }
                f.write_str(" { ")?;
                for (i, (field, value)) in fields.iter().enumerate() {
                    write!(f, "{}{field} = {value}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str(" }")
            }
        }
    }
}

fn write_joined(
    f: &mut fmt::Formatter<'_>,
    open: &str,
    items: &[Value],
    close: &str,
) -> fmt::Result {
    f.write_str(open)?;
    for (i, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
    }
    f.write_str(close)
}

/// What the script calls a block: the name without its module and without a copy's number (`~2`).
pub fn short(name: &str) -> &str {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.split('~').next().unwrap_or(last)
}

/// The values an open field may take; never empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Domain {
    /// The values one by one.
    Values(Vec<Value>),
    /// Evenly or geometrically spaced numbers, both ends included.
    Range {
        /// The first number, in `unit`.
        start: f64,
        /// What is added, or multiplied by, from one to the next.
        step: f64,
        /// Whether the step multiplies.
        times: bool,
        /// How many.
        count: u32,
        /// What they measure.
        dim: Dim,
        /// The unit of `start` (and of an added step); empty for plain numbers.
        unit: String,
    },
}

impl Domain {
    /// How many values.
    #[allow(
        clippy::len_without_is_empty,
        reason = "a domain is never empty: E0402"
    )]
    pub fn len(&self) -> usize {
        match self {
            Self::Values(v) => v.len(),
            Self::Range { count, .. } => *count as usize,
        }
    }

    /// The value with index `i`; the last one when `i` is beyond the end.
    pub fn get(&self, i: usize) -> Value {
        let i = i.min(self.len().saturating_sub(1));
        match self {
            // A domain is never empty (E0402); a plan made by hand may say otherwise.
            Self::Values(v) => v.get(i).cloned().unwrap_or(Value::Bool(false)),
            Self::Range {
                start,
                step,
                times,
                dim,
                unit,
                ..
            } => {
                let number = if *times {
                    (0..i).fold(*start, |x, _| x * step)
                } else {
                    start + i as f64 * step
                };
                let scale = units::parse(unit).unwrap_or(units::Scale::ONE);
                let value = scale.to_base(number);
                Value::Quantity(Quantity {
                    value,
                    dim: *dim,
                    unit: unit.clone(),
                })
            }
        }
    }

    /// The smallest and the largest number, when every value is a number.
    pub fn bounds(&self) -> Option<(f64, f64)> {
        match self {
            // A range rises from its first value to its last.
            Self::Range { .. } => Some((self.get(0).as_f64()?, self.get(self.len() - 1).as_f64()?)),
            Self::Values(_) => {
                let numbers = self.numbers()?;
                let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
                Some((low, numbers.into_iter().fold(f64::NEG_INFINITY, f64::max)))
            }
        }
    }

    /// All values in order.
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        (0..self.len()).map(|i| self.get(i))
    }

    /// Base-unit numbers in order, when every value is a number.
    pub fn numbers(&self) -> Option<Vec<f64>> {
        self.iter().map(|v| v.as_f64()).collect()
    }

    /// The index of a value equal to `value`.
    pub fn position(&self, value: &Value) -> Option<usize> {
        match value.as_f64() {
            Some(x) => self.iter().position(|v| v.as_f64() == Some(x)),
            None => self.iter().position(|v| v == *value),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Values(v) => write_joined(f, "{", v, "}"),
            Self::Range {
                start,
                step,
                times,
                unit,
                ..
            } => {
                let last = self.get(self.len() - 1);
                let end = match &last {
                    Value::Quantity(q) => q.number(),
                    _ => *start,
                };
                write!(f, "{}..{}", units::number(*start), units::number(end))?;
                if *times {
                    write!(f, " step *{}", units::number(*step))?;
                } else if *step != 1.0 {
                    write!(f, " step {}", units::number(*step))?;
                }
                if unit.is_empty() {
                    Ok(())
                } else {
                    write!(f, " {unit}")
                }
            }
        }
    }
}
