//! Typed options of strategies: what there is, what was given, what holds.

use crate::strategy::StrategyInfo;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One option of a strategy, or a named group of options.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptionInfo {
    /// Name of the field.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// What holds when it is not given; none for groups and for what may stay open.
    pub default: Option<&'static str>,
}

/// What values an option takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A whole number, both ends included.
    Int {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
    },
    /// A number, both ends included.
    Float {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// One of some names.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Bool,
    /// Options of their own, named `group.option`.
    Group(&'static [OptionInfo]),
}

/// The value of an option.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OptionValue {
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A name.
    Choice(String),
    /// A truth value.
    Bool(bool),
}

/// The options that hold for one use of a strategy.
#[derive(Clone, Debug)]
pub struct Options {
    strategy: &'static StrategyInfo,
    values: BTreeMap<String, OptionValue>,
}

impl Options {
    /// Checks what was given, by dotted path, and adds the defaults.
    pub fn new(
        strategy: &'static StrategyInfo,
        given: &[(&str, OptionValue)],
    ) -> Result<Self, OptionError> {
        let mut values = BTreeMap::new();
        for (path, info) in flatten(strategy.options, "") {
            let found = given.iter().rev().find(|(name, _)| *name == path);
            let value = match (found, info.default) {
                (Some((_, value)), _) => Some(fit(value, &info.kind)),
                (None, Some(text)) => Some(parse(text, &info.kind)),
                (None, None) => None,
            };
            match value {
                Some(Some(value)) => drop(values.insert(path, value)),
                Some(None) => {
                    return Err(OptionError::Value {
                        path,
                        wants: info.kind,
                    });
                }
                None => {}
            }
        }
        let known = flatten(strategy.options, "");
        match given
            .iter()
            .find(|(name, _)| !known.iter().any(|(path, _)| path == name))
        {
            Some((name, _)) => Err(OptionError::Unknown {
                strategy: strategy.name,
                path: name.to_string(),
            }),
            None => Ok(Self { strategy, values }),
        }
    }

    /// The strategy these options are for.
    pub fn strategy(&self) -> &'static StrategyInfo {
        self.strategy
    }

    /// All options that have a value, by dotted path, defaults included.
    pub fn values(&self) -> &BTreeMap<String, OptionValue> {
        &self.values
    }

    /// A whole number, or none where it was left open.
    pub fn int(&self, path: &str) -> Option<i64> {
        match self.values.get(path) {
            Some(OptionValue::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// A whole number that has a default.
    pub fn count(&self, path: &'static str) -> Result<usize, OptionError> {
        let value = self.int(path).and_then(|value| usize::try_from(value).ok());
        value.ok_or(OptionError::Missing { path })
    }

    /// A number that has a default.
    pub fn float(&self, path: &'static str) -> Result<f64, OptionError> {
        match self.values.get(path) {
            Some(OptionValue::Float(value)) => Ok(*value),
            _ => Err(OptionError::Missing { path }),
        }
    }

    /// A name that has a default.
    pub fn choice(&self, path: &'static str) -> Result<&str, OptionError> {
        match self.values.get(path) {
            Some(OptionValue::Choice(value)) => Ok(value),
            _ => Err(OptionError::Missing { path }),
        }
    }

    /// A truth value that has a default.
    pub fn flag(&self, path: &'static str) -> Result<bool, OptionError> {
        match self.values.get(path) {
            Some(OptionValue::Bool(value)) => Ok(*value),
            _ => Err(OptionError::Missing { path }),
        }
    }
}

/// All options with their dotted paths, groups opened.
fn flatten(options: &'static [OptionInfo], prefix: &str) -> Vec<(String, &'static OptionInfo)> {
    let mut flat = Vec::new();
    for info in options {
        let path = format!("{prefix}{}", info.name);
        match info.kind {
            Kind::Group(inner) => flat.extend(flatten(inner, &format!("{path}."))),
            _ => flat.push((path, info)),
        }
    }
    flat
}

/// The value as the kind wants it, if it can be.
fn fit(value: &OptionValue, kind: &Kind) -> Option<OptionValue> {
    match (kind, value) {
        (Kind::Int { min, max }, OptionValue::Int(value)) => {
            (min <= value && value <= max).then_some(OptionValue::Int(*value))
        }
        (Kind::Int { .. }, OptionValue::Float(value)) => {
            let whole = value.trunc() == *value && value.abs() < 9e15;
            whole
                .then(|| fit(&OptionValue::Int(*value as i64), kind))
                .flatten()
        }
        (Kind::Float { min, max }, OptionValue::Float(value)) => {
            (min <= value && value <= max).then_some(OptionValue::Float(*value))
        }
        (Kind::Float { .. }, OptionValue::Int(value)) => {
            fit(&OptionValue::Float(*value as f64), kind)
        }
        (Kind::Choice(names), OptionValue::Choice(name)) => {
            names.contains(&name.as_str()).then(|| value.clone())
        }
        (Kind::Bool, OptionValue::Bool(_)) => Some(value.clone()),
        _ => None,
    }
}

/// The value that a default's text stands for.
fn parse(text: &str, kind: &Kind) -> Option<OptionValue> {
    let value = match kind {
        Kind::Int { .. } => OptionValue::Int(text.parse().ok()?),
        Kind::Float { .. } => OptionValue::Float(text.parse().ok()?),
        Kind::Bool => OptionValue::Bool(text.parse().ok()?),
        Kind::Choice(_) | Kind::Group(_) => OptionValue::Choice(text.to_string()),
    };
    fit(&value, kind)
}

/// Why options cannot be used.
#[derive(Clone, Debug, PartialEq)]
pub enum OptionError {
    /// The strategy has no such option.
    Unknown {
        /// Name of the strategy.
        strategy: &'static str,
        /// Dotted path of the option.
        path: String,
    },
    /// The value is of another kind or out of range.
    Value {
        /// Dotted path of the option.
        path: String,
        /// What it takes.
        wants: Kind,
    },
    /// A strategy reads an option that it does not declare with a default.
    Missing {
        /// Dotted path of the option.
        path: &'static str,
    },
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int { min, max } if *max == i64::MAX => write!(f, "a whole number from {min}"),
            Self::Int { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::Float { min, max } if *max == f64::MAX => write!(f, "a number from {min}"),
            Self::Float { min, max } => write!(f, "a number from {min} to {max}"),
            Self::Choice(names) => write!(f, "one of {}", names.join(", ")),
            Self::Bool => write!(f, "true or false"),
            Self::Group(_) => write!(f, "a block of options"),
        }
    }
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { strategy, path } => {
                write!(f, "strategy `{strategy}` has no option `{path}`")
            }
            Self::Value { path, wants } => write!(f, "option `{path}` takes {wants}"),
            Self::Missing { path } => write!(f, "option `{path}` has no value"),
        }
    }
}

impl std::error::Error for OptionError {}
