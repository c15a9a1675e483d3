//! The fields in which two designs differ.

use super::Names;
use crate::item::Evaluation;
use crate::table::{Cell, Head, Table};
use nasaic_dsl::instance::Node;
use nasaic_dsl::value::Value;

/// A field with its value in either design.
type Field = (String, Option<Value>, Option<Value>);

/// The fields that differ, those of the networks first.
pub(super) fn table(before: &Evaluation, after: &Evaluation, names: &Names) -> Table {
    let mut compared = Compared {
        before,
        after,
        fields: Vec::new(),
    };
    let (old, new) = (&before.study.instance, &after.study.instance);
    compared.children(&old.tasks, &new.tasks, "");
    match (&old.hardware, &new.hardware) {
        (Some(a), Some(b)) => compared.node(a, b, ""),
        (a, b) => compared.presence("accelerator", a.as_ref(), b.as_ref()),
    }
    let row = |(path, old, new): &Field| {
        let (old, new) = (shown(old), shown(new));
        let changed = if old == new { " (a changed copy)" } else { "" };
        vec![
            Cell::text(path),
            Cell::Text(old),
            Cell::Text(format!("{new}{changed}")),
        ]
    };
    Table {
        title: "Design".into(),
        columns: ["field", &names[0], &names[1]].map(Head::plain).to_vec(),
        rows: compared.fields.iter().map(row).collect(),
        notes: Vec::new(),
    }
}

fn shown(value: &Option<Value>) -> String {
    value
        .as_ref()
        .map_or_else(|| "–".to_owned(), Value::to_string)
}

/// Two designs that are walked side by side.
struct Compared<'a> {
    before: &'a Evaluation,
    after: &'a Evaluation,
    fields: Vec<Field>,
}

impl Compared<'_> {
    /// Two blocks of the same place: their fields, then what is in them.
    fn node(&mut self, old: &Node, new: &Node, path: &str) {
        let names = old.fields.iter().map(|f| &f.0);
        let added = new.fields.iter().map(|f| &f.0);
        let added = added.filter(|name| old.field(name).is_none());
        for name in names.chain(added) {
            let value = |e: &Evaluation, node: &Node| e.study.instance.get(node, name, &e.choices);
            let (a, b) = (value(self.before, old), value(self.after, new));
            if a != b {
                self.fields.push((join(path, name), a, b));
            }
        }
        self.children(&old.children, &new.children, path);
    }

    fn children(&mut self, old: &[Node], new: &[Node], path: &str) {
        let (before, after) = (self.before, self.after);
        let old: Vec<&Node> = present(old, before).collect();
        let new: Vec<&Node> = present(new, after).collect();
        let same = |a: &Node, b: &Node| a.kind == b.kind && a.label == b.label;
        for a in &old {
            let twin = new.iter().find(|b| same(a, b));
            let path = join(path, &a.label);
            match twin {
                Some(b) => self.node(a, b, &path),
                None => self.presence(&path, Some(a), None),
            }
        }
        for b in new.iter().filter(|b| !old.iter().any(|a| same(a, b))) {
            self.presence(&join(path, &b.label), None, Some(b));
        }
    }

    /// A block that only one of them has; a dataflow is named by a field already.
    fn presence(&mut self, path: &str, old: Option<&Node>, new: Option<&Node>) {
        let kind = |node: Option<&Node>| node.map(|n| Value::Name(n.kind.clone()));
        let is_dataflow = old.or(new).is_some_and(|n| n.kind == "dataflow");
        if !is_dataflow && (old.is_some() || new.is_some()) {
            self.fields.push((path.to_owned(), kind(old), kind(new)));
        }
    }
}

/// The blocks that take part in a design.
fn present<'n>(nodes: &'n [Node], e: &'n Evaluation) -> impl Iterator<Item = &'n Node> {
    nodes
        .iter()
        .filter(|n| e.study.instance.holds(&n.active, &e.choices))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
