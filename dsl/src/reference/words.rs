//! The words of the language by what they are, for highlighters.

use crate::functions;
use crate::names::RESERVED;
use crate::schema::{Algorithm, Field, FieldType, Label, Schemas, accuracies};
use crate::units;
use std::collections::BTreeSet;

/// Every word that the language itself knows, in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// `let`, `require`, …: the reserved words but `true` and `false`.
    pub keywords: Vec<String>,
    /// `network`, `conv`, …: the kinds of block.
    pub kinds: Vec<String>,
    /// `global_average`, `reinforce`, `true`, …: what fields may be set to.
    pub values: Vec<String>,
    /// `evaluate`, `pareto`, `worst_of`, …: what is called.
    pub functions: Vec<String>,
    /// `latency`, `energy`, …: what designs, layers and comparisons have.
    pub metrics: Vec<String>,
    /// `ms`, `GB`, …: the parts of units.
    pub units: Vec<String>,
}

/// The words of a build.
pub fn words(schemas: &Schemas) -> Words {
    let all = |names: BTreeSet<String>| names.into_iter().collect();
    let is_truth = |w: &&str| matches!(*w, "true" | "false");
    let columns = functions::columns_of();
    let called = functions::all().iter().map(|f| f.name);
    Words {
        keywords: all(RESERVED
            .iter()
            .filter(|w| !is_truth(w))
            .map(|w| (*w).to_owned())
            .collect()),
        kinds: all(schemas.kinds().iter().map(|k| k.name.to_owned()).collect()),
        values: all(values(schemas)),
        functions: all(called.chain(FORMS).map(str::to_owned).collect()),
        metrics: all(columns
            .iter()
            .flat_map(|(_, columns)| columns.iter().map(|c| c.name.to_owned()))
            .collect()),
        units: all(units::names()
            .into_iter()
            .chain(ACCEPTED.map(str::to_owned))
            .collect()),
    }
}

/// The forms of a field's value that are written like calls.
const FORMS: [&str; 3] = ["surrogate", "proxy", "worst_of"];

/// Units that are read with a warning.
const ACCEPTED: [&str; 4] = ["KB", "Kb", "Mb", "Gb"];

fn values(schemas: &Schemas) -> BTreeSet<String> {
    let mut out = BTreeSet::from(["true".to_owned(), "false".to_owned()]);
    for kind in schemas.kinds() {
        of_fields(&kind.fields, &mut out);
        if let Label::OneOf(words) = kind.label {
            out.extend(words.iter().map(|w| (*w).to_owned()));
        }
    }
    for algorithm in schemas.algorithms() {
        let Algorithm {
            options, groups, ..
        } = algorithm;
        of_fields(options, &mut out);
        groups
            .iter()
            .for_each(|(_, fields)| of_fields(fields, &mut out));
    }
    out.extend(accuracies::PROXIES.iter().map(|p| p.0.to_owned()));
    out
}

fn of_fields(fields: &[Field], out: &mut BTreeSet<String>) {
    for field in fields {
        match &field.ty {
            FieldType::Choice(names) => out.extend(names.iter().map(|n| n.0.to_string())),
            FieldType::QuantityOr { names, .. }
            | FieldType::SizesOr { names, .. }
            | FieldType::IntegerOr { names, .. }
            | FieldType::Names(names) => out.extend(names.iter().map(|n| (*n).to_owned())),
            FieldType::Form(forms) => of_forms(forms, out),
            FieldType::AccuracySource => of_forms(&accuracies::forms(), out),
            _ => {}
        }
    }
}

fn of_forms(forms: &[crate::schema::Form], out: &mut BTreeSet<String>) {
    for form in forms {
        out.insert(form.name.to_owned());
        of_fields(&form.fields, out);
    }
}
