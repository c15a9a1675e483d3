//! Designs as a reader writes them: values by path in their printed units, or indices.

use super::request::Given;
use super::wire::{Fields, Trouble};
use crate::study::Study;
use nasaic_dsl::names::closest;
use nasaic_dsl::units::{self, Scale};
use nasaic_dsl::value::{Domain, Value};
use nasaic_search::{Design, Space};
use serde_json::{Map, Value as Json, json};

/// Numbers this close, relative to their size, are the same: a client computes `0.1 * 3`.
const SAME: f64 = 1e-9;

/// The decisions of a space with their printed values.
pub(super) struct Codec {
    decisions: Vec<Printed>,
    /// The problem's name with a dot, which paths may leave out.
    prefix: String,
}

/// A decision as it is written.
struct Printed {
    path: String,
    /// All of its values in order.
    values: Vec<Json>,
    /// The domain as the language writes it.
    domain: String,
}

impl Codec {
    pub fn new(study: &Study) -> Self {
        let decisions = study.instance.decisions.iter().map(|d| Printed {
            path: d.path.clone(),
            values: printed(&d.domain),
            domain: d.domain.to_string(),
        });
        Self {
            decisions: decisions.collect(),
            prefix: format!("{}.", study.name),
        }
    }

    /// The values of a design by path.
    pub fn values(&self, design: &Design) -> Fields<Json> {
        let values = self.decisions.iter().enumerate().filter_map(|(i, d)| {
            let value = d.values.get(design.value(i)? as usize)?;
            Some((d.path.clone(), value.clone()))
        });
        Fields(values.collect())
    }

    /// The value indices of a design.
    pub fn indices(&self, design: &Design) -> Vec<Option<u32>> {
        (0..self.decisions.len()).map(|i| design.value(i)).collect()
    }

    /// The design that was sent. Values of decisions that take no part are ignored; of a
    /// sub-accelerator that may be absent all values may be missing, and then it is.
    pub fn decode(&self, given: &Given, space: &Space) -> Result<Design, Trouble> {
        let sent = match given {
            Given::Values(values) => self.named(values)?,
            Given::Index(indices) => self.numbered(indices)?,
        };
        let mut design = Design(vec![Design::INACTIVE; self.decisions.len()]);
        for (i, decision) in space.decisions().iter().enumerate() {
            if decision.is_active(&design) {
                design.0[i] = sent[i].unwrap_or(Design::INACTIVE);
            }
        }
        self.complete(&design, &sent, space)?;
        Ok(design)
    }

    /// Refuses a design that lacks a value of a decision that matters.
    fn complete(
        &self,
        design: &Design,
        sent: &[Option<u32>],
        space: &Space,
    ) -> Result<(), Trouble> {
        let mut may_lack = vec![false; sent.len()];
        for absence in space.absences() {
            let all_missing = absence.drops.iter().all(|d| sent[*d].is_none());
            if all_missing || absence.is_met(design) {
                absence.drops.iter().for_each(|d| may_lack[*d] = true);
            }
        }
        let lacking: Vec<&str> = space
            .decisions()
            .iter()
            .enumerate()
            .filter(|(i, d)| sent[*i].is_none() && !may_lack[*i] && d.is_active(design))
            .map(|(i, _)| self.decisions[i].path.as_str())
            .collect();
        match lacking.first() {
            None => Ok(()),
            Some(first) => Err(Trouble::design(match lacking.len() {
                1 => format!("`{first}` has no value"),
                n => format!("`{first}` and {} more decisions have no value", n - 1),
            })
            .at(*first)
            .hint("{\"sample\": 1, \"seed\": 1} gives a complete design")),
        }
    }

    fn named(&self, values: &Map<String, Json>) -> Result<Vec<Option<u32>>, Trouble> {
        let mut sent = vec![None; self.decisions.len()];
        for (path, value) in values {
            let at = self.find(path)?;
            sent[at] = match value {
                Json::Null => None,
                value => Some(self.decisions[at].index_of(value)?),
            };
        }
        Ok(sent)
    }

    fn numbered(&self, indices: &[Json]) -> Result<Vec<Option<u32>>, Trouble> {
        if indices.len() != self.decisions.len() {
            let (got, wanted) = (indices.len(), self.decisions.len());
            return Err(
                Trouble::design(format!("{got} indices for {wanted} decisions")).at("index"),
            );
        }
        let pairs = self.decisions.iter().zip(indices).enumerate();
        pairs
            .map(|(i, (decision, index))| match index {
                Json::Null => Ok(None),
                index => match index.as_u64().and_then(|n| u32::try_from(n).ok()) {
                    Some(n) if (n as usize) < decision.values.len() => Ok(Some(n)),
                    _ => Err(Trouble::design(format!(
                        "`{}` has no value with index {index}",
                        decision.path
                    ))
                    .at(format!("index[{i}]"))
                    .hint(format!(
                        "use a whole number below {}, or null where it takes no part",
                        decision.values.len()
                    ))),
                },
            })
            .collect()
    }

    /// The index of a decision by its path, with or without the problem's name.
    fn find(&self, path: &str) -> Result<usize, Trouble> {
        let is = |d: &Printed| {
            d.path == path || d.path.strip_prefix(&self.prefix).is_some_and(|p| p == path)
        };
        self.decisions.iter().position(is).ok_or_else(|| {
            let trouble = Trouble::design(format!("`{path}` is no decision of the problem"));
            let paths = self.decisions.iter().map(|d| d.path.as_str());
            let short = paths.clone().filter_map(|p| p.strip_prefix(&self.prefix));
            let trouble = match closest(path, paths.chain(short)) {
                Some(near) => trouble.hint(format!("did you mean `{near}`?")),
                None => trouble.hint("the header lists the decisions"),
            };
            trouble.at(path)
        })
    }
}

impl Printed {
    fn index_of(&self, value: &Json) -> Result<u32, Trouble> {
        let found = match value.as_f64() {
            Some(x) => self.values.iter().position(|v| {
                v.as_f64()
                    .is_some_and(|v| (v - x).abs() <= SAME * v.abs().max(x.abs()))
            }),
            None => self.values.iter().position(|v| v == value),
        };
        found.and_then(|i| u32::try_from(i).ok()).ok_or_else(|| {
            Trouble::design(format!("`{}` cannot be {value}", self.path))
                .at(&self.path)
                .hint(format!("its values are {}", self.domain))
        })
    }
}

/// All values of a domain as they stand in the lines: numbers in the unit of the first value,
/// names bare.
pub(super) fn printed(domain: &Domain) -> Vec<Json> {
    let unit = unit(domain);
    let value = |value: Value| match value {
        Value::Quantity(q) if q.unit == unit => number(q.number()),
        Value::Quantity(q) => number(scale(&unit).from_base(q.value)),
        Value::Bool(truth) => json!(truth),
        Value::Text(text) => json!(text),
        other => json!(other.to_string()),
    };
    domain.iter().map(value).collect()
}

/// The unit of the values of a domain.
pub(super) fn unit(domain: &Domain) -> String {
    match domain.get(0) {
        Value::Quantity(q) => q.unit,
        _ => String::new(),
    }
}

/// What a unit counts in; a plain number counts itself.
pub(super) fn scale(unit: &str) -> Scale {
    units::parse(unit).unwrap_or(Scale::ONE)
}

/// Whole numbers without a decimal point, as clients write them.
pub(super) fn number(x: f64) -> Json {
    if x == libm::trunc(x) && x.abs() < 9.0e15 {
        json!(x as i64)
    } else {
        json!(x)
    }
}
