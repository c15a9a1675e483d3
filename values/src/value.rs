//! Any value of the language.

use crate::number::{or_nan, short};
use crate::{Comparison, Designs, Evaluation, Layers, Run, Space, Table};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;
use std::fmt;

/// A number with a unit.
///
/// What comes from the language is in base units; what is given to it may be in any unit that the
/// language knows, such as `ms` or `GB/s`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// The number.
    #[serde(deserialize_with = "or_nan")]
    pub value: f64,
    /// The unit, as the language writes it.
    pub unit: String,
}

impl Quantity {
    /// A number of a unit: `Quantity::new(4.0, "ms")`.
    pub fn new(value: f64, unit: impl Into<String>) -> Self {
        let unit = unit.into();
        Self { value, unit }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", short(self.value), self.unit)
    }
}

/// Any value of the language.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A number without a unit.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A text, or a name.
    Text(String),
    /// A number with a unit.
    Quantity(Quantity),
    /// Several of these.
    List(Vec<Value>),
    /// One evaluated design.
    Evaluation(Box<Evaluation>),
    /// Several designs.
    Designs(Designs),
    /// A search.
    Run(Box<Run>),
    /// Strategies compared.
    Comparison(Comparison),
    /// Layers of networks.
    Layers(Layers),
    /// The size of a space.
    Space(Space),
    /// A table.
    Table(Table),
    /// Anything else, such as a figure, as it is written.
    Other(Json),
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(from)?;
        Self::of(json).map_err(serde::de::Error::custom)
    }
}

impl Value {
    fn of(json: Json) -> Result<Self, serde_json::Error> {
        use serde_json::from_value as read;
        Ok(match kind(&json) {
            "number" => Self::Number(read(json)?),
            "bool" => Self::Bool(read(json)?),
            "text" => Self::Text(read(json)?),
            "quantity" => Self::Quantity(read(json)?),
            "list" => Self::List(read(json)?),
            "result" => Self::Evaluation(read(json)?),
            "results" => Self::Designs(read(json)?),
            "run" => Self::Run(read(json)?),
            "comparison" => Self::Comparison(read(json)?),
            "layers" => Self::Layers(read(json)?),
            "space" => Self::Space(read(json)?),
            "table" => Self::Table(read(json)?),
            _ => Self::Other(json),
        })
    }
}

/// What a value as JSON is: its own `kind`, or the kind of JSON.
fn kind(json: &Json) -> &str {
    match json {
        Json::Number(_) => "number",
        Json::Bool(_) => "bool",
        Json::String(_) => "text",
        Json::Array(_) => "list",
        Json::Object(fields) => match fields.get("kind") {
            Some(kind) => kind.as_str().unwrap_or_default(),
            None if fields.len() == 2 && fields.contains_key("unit") => "quantity",
            None => "",
        },
        Json::Null => "",
    }
}

/// The Rust type that holds a value as JSON best, as notebooks declare it.
///
/// A list whose items are of one type is a `Vec` of that, any other a `Vec` of [`Value`]. Whatever
/// this says can be read from the JSON.
pub fn type_of(json: &Json) -> String {
    let own = |name: &str| format!("nasaic_values::{name}");
    match kind(json) {
        "number" => "f64".to_owned(),
        "bool" => "bool".to_owned(),
        "text" => "String".to_owned(),
        "quantity" => own("Quantity"),
        "list" => {
            let mut types = json.as_array().into_iter().flatten().map(type_of);
            let first = types.next().unwrap_or_else(|| own("Value"));
            let item = if types.all(|other| other == first) {
                first
            } else {
                own("Value")
            };
            format!("Vec<{item}>")
        }
        "result" => own("Evaluation"),
        "results" => own("Designs"),
        "run" => own("Run"),
        "comparison" => own("Comparison"),
        "layers" => own("Layers"),
        "space" => own("Space"),
        "table" => own("Table"),
        _ => own("Value"),
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(x) => f.write_str(&short(*x)),
            Self::Bool(b) => b.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Quantity(q) => q.fmt(f),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Evaluation(e) => e.fmt(f),
            Self::Designs(d) => d.fmt(f),
            Self::Run(r) => r.fmt(f),
            Self::Comparison(c) => c.fmt(f),
            Self::Layers(l) => l.fmt(f),
            Self::Space(s) => s.fmt(f),
            Self::Table(t) => t.fmt(f),
            Self::Other(json) => json.fmt(f),
        }
    }
}
