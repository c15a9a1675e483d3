//! A table of accuracies as a script declares it.

use super::{Study, Task};
use crate::fault::Fault;
use nasaic_accuracy::{Code, Measurement, Reading, Table};
use nasaic_dsl::value::Value;

/// Reads the file of `table("FILE", …)`.
pub(super) fn read(path: &str, fields: &[(String, Value)], bytes: &[u8]) -> Result<Table, Fault> {
    let unusable = || Fault::new("E0706", format!("the table `{path}` cannot be used"));
    let reading = reading(fields)
        .map_err(|why| unusable().label(format!("its `code` cannot be read: {why}")))?;
    Table::read(bytes, &reading).map_err(|e| {
        let hint = if fields.is_empty() {
            "the head names decisions such as `stem.filters`, and `accuracy` in 0..1"
        } else {
            "compare what `table(…)` says with the head of the file; `docs/tables.md` shows both"
        };
        unusable().label(e.to_string()).hint(hint)
    })
}

fn reading(fields: &[(String, Value)]) -> Result<Reading, String> {
    let given = |name: &str| fields.iter().find(|f| f.0 == name).map(|f| &f.1);
    let text = |name: &str| match given(name) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let list = |name: &str| match given(name) {
        Some(Value::List(items)) => items.iter().filter_map(word).collect(),
        _ => Vec::new(),
    };
    let plain = Reading::default();
    let key = match (text("key"), text("code")) {
        (Some(key), Some(code)) => Some((key, Code::parse(&code, list("numbered"))?)),
        _ => None,
    };
    Ok(Reading {
        value: text("value").unwrap_or(plain.value),
        trials: list("trials"),
        uncertainty: text("uncertainty"),
        scale: given("scale")
            .and_then(Value::as_f64)
            .unwrap_or(plain.scale),
        less: given("better").and_then(Value::as_name) == Some("less"),
        key,
    })
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::Text(word) | Value::Name(word) => Some(word.clone()),
        _ => None,
    }
}

/// The row of a network, or which one is missing.
pub(super) fn look_up(
    study: &Study,
    task: &Task,
    table: &Table,
    choices: &[u32],
) -> Result<Measurement, Fault> {
    let values = row(study, task, table, choices)?;
    table.look_up(&values).cloned().ok_or_else(|| {
        Fault::new("E0706", "the table has no row for a network of this space")
            .note(format!("Looked for {}.", table.sought(&values)))
            .note(table.why_not(&values))
            .hint("complete the table, or narrow the space to what it holds")
    })
}

/// The cells by which a network is found in a table.
pub(super) fn row(
    study: &Study,
    task: &Task,
    table: &Table,
    choices: &[u32],
) -> Result<Vec<String>, Fault> {
    let mut values = Vec::new();
    for decision in table.decisions() {
        let path = format!("{}.{decision}", task.label);
        let bound = study
            .instance
            .find(&path)
            .or_else(|| study.instance.find(decision));
        let Some(bound) = bound else {
            let known: Vec<String> = study
                .instance
                .decisions
                .iter()
                .map(|d| d.path.clone())
                .collect();
            return Err(Fault::new(
                "E0706",
                format!(
                    "the table is keyed by `{decision}`, which is no field of `{}`",
                    task.label
                ),
            )
            .note(format!("The decisions are {}.", known.join(", ")))
            .hint("a file with other columns says which of them is its `key`, and its `code`"));
        };
        // An inactive decision is an empty cell.
        let value = study.instance.value(bound, choices);
        values.push(match value {
            Some(Value::Quantity(q)) => format!("{}", q.number()),
            Some(other) => other.to_string(),
            None => String::new(),
        });
    }
    Ok(values)
}
