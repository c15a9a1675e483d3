//! The tables that Accelergy writes, in all layouts it has had.

use super::Problem;
use crate::yaml::{Flaw, Node, Value, parse};

/// A component of the architecture with what its table says about it.
#[derive(Clone, Debug)]
pub(super) struct Component {
    /// Its path without ranges of instances: `system.PE.mac`.
    pub name: String,
    /// How many instances the ranges of its path stand for.
    pub instances: u64,
    /// Where it is.
    pub line: usize,
    /// Energy of each action in pJ; of an action with several arguments, the highest.
    pub actions: Vec<(String, f64)>,
    /// Area of one instance in µm².
    pub area: Option<f64>,
}

impl Component {
    /// The highest energy of the actions of which `wanted` is true.
    pub fn highest(&self, wanted: impl Fn(&str) -> bool) -> Option<f64> {
        let energies = self.actions.iter().filter(|(name, _)| wanted(name));
        energies.map(|&(_, energy)| energy).reduce(f64::max)
    }

    /// The last part of its path.
    pub fn last_name(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }
}

/// Components of an energy reference table.
pub(super) fn energies(text: &str) -> Result<Vec<Component>, Problem> {
    components("ERT", text, |component, node| {
        let Some(actions) = node.get("actions").or_else(|| named_actions(node)) else {
            return Err(
                Problem::new("ERT", node.line, "a component without `actions`")
                    .hint("list its actions with a name and an energy each"),
            );
        };
        component.actions = read_actions(actions)?;
        Ok(())
    })
}

/// Components of an area reference table.
pub(super) fn areas(text: &str) -> Result<Vec<Component>, Problem> {
    components("ART", text, |component, node| {
        let area = match node.value {
            Value::Scalar(_) => Some(node),
            _ => node.get("area"),
        };
        let area = area.ok_or_else(|| {
            Problem::new("ART", node.line, "a component without `area`")
                .hint("give each component an `area` in µm²")
        })?;
        component.area = Some(number("ART", area)?);
        Ok(())
    })
}

/// Components of a table: a list with names, or (before version 0.3) a mapping from names.
fn components(
    file: &'static str,
    text: &str,
    read: impl Fn(&mut Component, &Node) -> Result<(), Problem>,
) -> Result<Vec<Component>, Problem> {
    let root = parse(text)
        .map_err(|Flaw { line, cause, hint }| Problem::new(file, line, cause).hint(hint))?;
    let tables = find_tables(file, &root)?;
    let named: Vec<(&Node, &Node)> = match &tables.value {
        Value::List(items) => items
            .iter()
            .map(|item| Ok((named(file, item)?, item)))
            .collect::<Result<_, Problem>>()?,
        Value::Map(entries) => entries.iter().map(|(name, node)| (name, node)).collect(),
        Value::Scalar(_) => {
            return Err(
                Problem::new(file, tables.line, "a table without components")
                    .hint("give the file as Accelergy wrote it"),
            );
        }
    };
    let mut components = Vec::new();
    for (name, node) in named {
        let mut component = component(file, name)?;
        read(&mut component, node)?;
        components.push(component);
    }
    Ok(components)
}

fn named<'a>(file: &'static str, item: &'a Node) -> Result<&'a Node, Problem> {
    item.get("name").ok_or_else(|| {
        Problem::new(file, item.line, "a component without `name`")
            .hint("give each item of the list a `name`")
    })
}

/// The node that holds the components, below `ERT` or `ERT_summary` (`ART`, `ART_summary`).
fn find_tables<'a>(file: &'static str, root: &'a Node) -> Result<&'a Node, Problem> {
    let summary = format!("{file}_summary");
    let old_summaries = format!("{file} summaries");
    let top = root.get(file).or_else(|| root.get(&summary));
    let top = top.ok_or_else(|| {
        Problem::new(
            file,
            root.line,
            format!("neither `{file}` nor `{summary}` at the top"),
        )
        .hint(format!("give the file {file}.yaml that Accelergy wrote"))
    })?;
    ["tables", "table_summary", old_summaries.as_str()]
        .iter()
        .find_map(|key| top.get(key))
        .ok_or_else(|| {
            Problem::new(file, top.line, "neither `tables` nor `table_summary`")
                .hint(format!("give the file {file}.yaml that Accelergy wrote"))
        })
}

/// The actions of the old layout, where they stand directly below the component.
fn named_actions(node: &Node) -> Option<&Node> {
    match &node.value {
        Value::Map(entries) if entries.iter().all(|(k, _)| k.text() != Some("name")) => Some(node),
        _ => None,
    }
}

fn read_actions(node: &Node) -> Result<Vec<(String, f64)>, Problem> {
    let pairs: Vec<(Option<&Node>, &Node)> = match &node.value {
        Value::List(items) => items.iter().map(|item| (item.get("name"), item)).collect(),
        Value::Map(entries) => entries.iter().map(|(name, e)| (Some(name), e)).collect(),
        Value::Scalar(_) => Vec::new(),
    };
    let mut actions: Vec<(String, f64)> = Vec::new();
    for (name, energies) in pairs {
        let Some(name) = name.and_then(Node::text) else {
            return Err(
                Problem::new("ERT", energies.line, "an action without `name`")
                    .hint("give each action a `name` and an `energy`"),
            );
        };
        let energy = energy(energies)?;
        match actions.iter_mut().find(|(known, _)| known == name) {
            Some((_, highest)) => *highest = highest.max(energy),
            None => actions.push((name.to_owned(), energy)),
        }
    }
    Ok(actions)
}

/// An energy: a number, a mapping with one, or a list of either, of which the highest counts.
fn energy(node: &Node) -> Result<f64, Problem> {
    match &node.value {
        Value::Scalar(_) => number("ERT", node),
        Value::Map(_) => {
            let keys = ["max_energy", "max energy", "energy"];
            let found = keys.iter().find_map(|key| node.get(key));
            let found = found.ok_or_else(|| {
                Problem::new("ERT", node.line, "an action without `energy`")
                    .hint("give each action an `energy` in pJ")
            })?;
            number("ERT", found)
        }
        Value::List(items) => {
            let mut highest = None;
            for item in items {
                let next = energy(item)?;
                highest = Some(highest.map_or(next, |h: f64| h.max(next)));
            }
            highest.ok_or_else(|| {
                Problem::new("ERT", node.line, "an action with an empty list of energies")
                    .hint("give each action an `energy` in pJ")
            })
        }
    }
}

/// A number that can be an energy or an area.
fn number(file: &'static str, node: &Node) -> Result<f64, Problem> {
    let value = node.text().and_then(|text| text.parse::<f64>().ok());
    value.filter(|v| v.is_finite() && *v >= 0.0).ok_or_else(|| {
        let found = node.text().unwrap_or("a list or mapping");
        let cause = format!("`{found}` where a number is expected");
        Problem::new(file, node.line, cause).hint("write a number that is not negative")
    })
}

/// A component from its path: `chip.PE[0..167].mac` is `chip.PE.mac` with 168 instances.
fn component(file: &'static str, name: &Node) -> Result<Component, Problem> {
    let path = name.text().unwrap_or_default();
    let broken = || {
        Problem::new(file, name.line, format!("{path:?} is no component path"))
            .hint("write it as `system.chip.PE[0..167].mac`")
    };
    let (mut plain, mut instances) = (String::new(), 1_u64);
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('[') {
        let (range, after) = after.split_once(']').ok_or_else(broken)?;
        plain.push_str(before);
        instances = instances.saturating_mul(range_length(range).ok_or_else(broken)?);
        rest = after;
    }
    plain.push_str(rest);
    if plain.is_empty() {
        return Err(broken());
    }
    Ok(Component {
        name: plain,
        instances,
        line: name.line,
        actions: Vec::new(),
        area: None,
    })
}

/// Length of `0..167`; a single index is one instance.
fn range_length(range: &str) -> Option<u64> {
    let Some((first, last)) = range.split_once("..") else {
        return range.trim().parse::<u64>().ok().map(|_| 1);
    };
    let (first, last) = (first.trim().parse::<u64>(), last.trim().parse::<u64>());
    last.ok()?.checked_sub(first.ok()?)?.checked_add(1)
}
