//! Sizes of a network's inputs, by name: those that the file leaves open must be given, all others may be.

use crate::fact::Fact;
use crate::model::{Size, Value};
use crate::problem::{Problem, Reason};
use std::collections::{BTreeMap, BTreeSet};

/// Words of the language that cannot name a field.
const TAKEN: [&str; 15] = [
    "use", "as", "let", "choose", "script", "maximize", "minimize", "require", "expect", "in",
    "with", "step", "true", "false", "lenient",
];

/// What stands for a size or scalar of the file in the language: letters, digits and `_`.
pub fn field_name(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    let trimmed = out.trim_matches('_');
    let out = match trimmed.chars().next() {
        None => "size".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("n{trimmed}"),
        Some(_) => trimmed.to_owned(),
    };
    if TAKEN.contains(&out.as_str()) {
        return format!("{out}_size");
    }
    out
}

/// The facts of the inputs with these sizes.
///
/// A size goes by its name in the file, and any size by its input and place (`images_2`). An input
/// of a single number may be given its value, too, which then counts as a constant.
pub fn inputs(inputs: &[&Value<'_>], given: &BTreeMap<String, u64>) -> Result<Vec<Fact>, Problem> {
    let mut open: Vec<(String, u64)> = Vec::new();
    let mut known = BTreeSet::new();
    let mut out = Vec::new();
    for input in inputs {
        let Some(shape) = &input.shape else {
            return Err(Problem::new(
                Reason::File,
                format!(
                    "its input `{}` is no tensor, or has no known number of dimensions",
                    input.name
                ),
                "export it with shapes of its inputs",
            ));
        };
        let mut sizes = Vec::new();
        for (axis, size) in shape.iter().enumerate() {
            let placed = format!("{}_{axis}", field_name(input.name));
            let name = match size {
                Size::Named(name) => field_name(name),
                _ => placed.clone(),
            };
            let value = given.get(&placed).or_else(|| given.get(&name)).copied();
            known.extend([placed, name.clone()]);
            match (value, size) {
                (Some(n), _) => sizes.push(n),
                (None, Size::Known(n)) => sizes.push(*n),
                (None, _) => {
                    if !open.iter().any(|(known, _)| *known == name) {
                        open.push((name.clone(), suggestion(&name, axis, shape.len())));
                    }
                    sizes.push(1);
                }
            }
        }
        let mut fact = Fact::of(input.element, sizes);
        if fact.elements() == 1 {
            let name = field_name(input.name);
            fact = fact.holding(given.get(&name).map(|n| vec![*n as f64]));
            known.insert(name);
        }
        out.push(fact);
    }
    if let Some(unknown) = given.keys().find(|name| !known.contains(*name)) {
        let all: Vec<&str> = known.iter().map(String::as_str).collect();
        return Err(Problem::new(
            Reason::Unknown(unknown.clone()),
            format!("no size of its inputs is called `{unknown}`"),
            format!("its sizes are {}", all.join(", ")),
        ));
    }
    if !open.is_empty() {
        let names: Vec<String> = open.iter().map(|(name, _)| format!("`{name}`")).collect();
        let line: Vec<String> = open
            .iter()
            .map(|(n, size)| format!("{n} = {size}"))
            .collect();
        let message = format!("it leaves {} open", names.join(", "));
        let hint = format!("with {{ {} }}", line.join(", "));
        return Err(Problem::new(Reason::Open(open), message, hint));
    }
    Ok(out)
}

/// A size to start from.
fn suggestion(name: &str, axis: usize, rank: usize) -> u64 {
    let name = name.to_ascii_lowercase();
    if axis == 0 || name.contains("batch") {
        1
    } else if rank == 4 {
        224
    } else {
        128
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'a>(name: &'a str, shape: Vec<Size<'a>>) -> Value<'a> {
        Value {
            name,
            element: 1,
            shape: Some(shape),
        }
    }

    #[test]
    fn names_of_sizes_can_be_written_in_the_language() {
        for (text, name) in [
            ("batch_size", "batch_size"),
            ("p2o.DynamicDimension.0", "p2o_DynamicDimension_0"),
            ("past_sequence_length + 1", "past_sequence_length_1"),
            ("320n", "n320n"),
            ("in", "in_size"),
            ("??", "size"),
        ] {
            assert_eq!(field_name(text), name);
        }
    }

    #[test]
    fn all_open_sizes_are_asked_for_at_once() {
        let x = value(
            "x",
            vec![
                Size::Open,
                Size::Known(3),
                Size::Named("h"),
                Size::Named("h"),
            ],
        );
        let y = value("sr", vec![]);
        let all = [&x, &y];
        let none = inputs(&all, &BTreeMap::new()).expect_err("two are open");
        let wanted = [("x_0".to_owned(), 1), ("h".to_owned(), 224)];
        assert_eq!(none.reason, Reason::Open(wanted.to_vec()));
        assert_eq!(none.hint, "with { x_0 = 1, h = 224 }");
        let given =
            |list: &[(&str, u64)]| list.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect();
        let facts = inputs(
            &all,
            &given(&[("x_0", 1), ("h", 8), ("x_3", 9), ("sr", 16_000)]),
        );
        let facts = facts.expect("all are given");
        assert_eq!(facts[0].shape, [1, 3, 8, 9]);
        assert_eq!(facts[1].ints(), Some(vec![16_000]));
        let odd = inputs(&all, &given(&[("x_0", 1), ("h", 8), ("w", 9)])).expect_err("no w");
        assert_eq!(odd.reason, Reason::Unknown("w".into()));
    }
}
