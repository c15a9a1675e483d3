//! The reference manual, generated from the tables that the checker works by.
//!
//! Nothing is described twice: kinds, fields, functions, metrics and units carry
//! their own sentence, and these pages only arrange them.

mod lookup;
mod words;

pub use lookup::doc;
pub(crate) use lookup::{library as library_doc, metric as metric_doc};

pub use words::{Words, words};

use crate::functions::{self, Function, Group, Param};
use crate::schema::{
    Absent, Algorithm, Field, FieldType, Form, Kind, Label, Schemas, accuracies, join_names,
};
use crate::units;

/// What stands first in every generated page.
const GENERATED: &str =
    "<!-- Generated from the language's tables; a test keeps it up to date. -->\n";

/// The kinds of block with their fields: `docs/reference/blocks.md`.
pub fn blocks(schemas: &Schemas) -> String {
    let mut out = format!("# Blocks\n\n{GENERATED}\n");
    out.push_str("A block is `kind name { … }`. `=` fixes a field, `in` leaves it open where the table says so.\n");
    for kind in schemas.kinds() {
        out.push_str(&format!(
            "\n## {}\n\n{}",
            kind.name,
            kind_text(kind, "table")
        ));
    }
    out
}

/// The functions by chapter: `docs/reference/functions.md`.
pub fn functions() -> String {
    let mut out = format!("# Functions\n\n{GENERATED}\n");
    out.push_str("An argument is given by place or by name; one in brackets may be left out.\n");
    let chapters = [
        (Group::Action, "Actions"),
        (Group::View, "Views"),
        (Group::Formula, "Formulas"),
    ];
    for (group, title) in chapters {
        out.push_str(&format!("\n## {title}\n"));
        for function in functions::all().iter().filter(|f| f.group == group) {
            out.push_str(&format!(
                "\n### {}\n\n{}",
                function.name,
                function_text(function)
            ));
        }
    }
    out
}

/// The metrics by what they describe: `docs/reference/metrics.md`.
pub fn metrics() -> String {
    let mut out = format!("# Metrics\n\n{GENERATED}\n");
    out.push_str("Goals, specs and columns are written over these names; `TASK.accuracy` is that of one task.\n");
    for (of, columns) in functions::columns_of() {
        out.push_str(&format!(
            "\n## Of a {of}\n\n| name | is | meaning |\n|---|---|---|\n"
        ));
        for c in columns {
            out.push_str(&format!(
                "| `{}` | {} | {} |\n",
                c.name,
                cell(&c.ty.describe()),
                cell(c.doc)
            ));
        }
    }
    out
}

/// The units by what they measure: `docs/reference/units.md`.
pub fn units() -> String {
    let mut out = format!("# Units\n\n{GENERATED}\n");
    out.push_str("A unit stands after a number on the same line. Units are multiplied with `*`, divided with `/` and raised with `^2` or `²`: `64 GB/s`, `3 mm^2`, `10 pJ/MAC`.\n\n");
    out.push_str("| measures | units |\n|---|---|\n");
    let mut groups: Vec<(units::Dim, Vec<String>)> = Vec::new();
    for name in units::names() {
        let Some(scale) = units::lookup(&name) else {
            continue;
        };
        match groups.iter_mut().find(|g| g.0 == scale.dim) {
            Some(group) => group.1.push(name),
            None => groups.push((scale.dim, vec![name])),
        }
    }
    for (dim, names) in groups {
        out.push_str(&format!(
            "| {dim} | {} |\n",
            join_names(names.iter().map(String::as_str))
        ));
    }
    out.push_str("\n`kB`, `MB`, `GB` are powers of 1000, `KiB`, `MiB`, `GiB` powers of 1024. A MAC is two operations. 1 Hz is one cycle per second, so `8e5 cycles / 1 GHz` is 0.8 ms.\n");
    out
}

/// The search strategies of a build: `docs/reference/strategies.md`.
pub fn strategies(schemas: &Schemas) -> String {
    let mut out = format!("# Strategies\n\n{GENERATED}\n");
    out.push_str("`strategy NAME { algorithm = ALGORITHM, … }`. Every strategy has the fields of the block `strategy`; these are the algorithms with their own.\n");
    for algorithm in schemas.algorithms() {
        out.push_str(&format!(
            "\n## {}\n\n{}",
            algorithm.name,
            algorithm_text(algorithm)
        ));
    }
    out
}

pub(crate) fn kind_text(kind: &Kind, form: &str) -> String {
    let mut out = format!("{}\n\n{}\n", kind.doc, places(kind));
    if !kind.fields.is_empty() {
        out.push('\n');
        out.push_str(&if form == "table" {
            fields_table(kind)
        } else {
            fields_list(&kind.fields)
        });
    }
    if !kind.example.is_empty() {
        out.push_str(&format!("\n```nasaic\n{}\n```\n", kind.example.trim_end()));
    }
    out
}

/// Where a kind may stand, and what its label is.
fn places(kind: &Kind) -> String {
    let label = match kind.label {
        Label::Needed => " NAME".to_owned(),
        Label::Optional => " [NAME]".to_owned(),
        Label::OneOf(words) => format!(" {}", words.join("|")),
        Label::Absent => String::new(),
    };
    let place = if kind.layer {
        "wherever layers may stand".to_owned()
    } else {
        let names: Vec<String> = kind
            .inside
            .iter()
            .map(|k| {
                if k.is_empty() {
                    "the top level".to_owned()
                } else {
                    format!("`{k}`")
                }
            })
            .collect();
        format!("in {}", names.join(", "))
    };
    format!("`{}{label} {{ … }}` stands {place}.", kind.name)
}

fn fields_table(kind: &Kind) -> String {
    let mut out =
        String::from("| field | takes | open | when absent | meaning |\n|---|---|---|---|---|\n");
    for field in &kind.fields {
        let open = if field.open { "yes" } else { "" };
        out.push_str(&format!(
            "| `{}` | {} | {open} | {} | {} |\n",
            field.name,
            cell(&takes(field)),
            cell(&absent(&field.absent)),
            cell(&meaning(field)),
        ));
    }
    out
}

fn fields_list(fields: &[Field]) -> String {
    fields
        .iter()
        .map(|f| format!("- {}\n", field_text(f)))
        .collect()
}

pub(crate) fn field_text(field: &Field) -> String {
    let open = if field.open { "; may be open" } else { "" };
    format!(
        "`{}`: {} ({}{open}; {}.)",
        field.name,
        meaning(field),
        takes(field),
        absent(&field.absent)
    )
}

/// A field's sentence, with the meaning of each name it may be.
pub(crate) fn meaning(field: &Field) -> String {
    match &field.ty {
        // Where a meaning is known for each name, it is told; else the names speak.
        FieldType::Choice(names)
            if field.name != "algorithm" && names.iter().all(|n| !n.1.is_empty()) =>
        {
            let each: Vec<String> = names.iter().map(|(n, d)| format!("`{n}`: {d}")).collect();
            format!("{} {}.", field.doc, each.join("; "))
        }
        FieldType::Form(forms) => with_forms(field, forms),
        FieldType::AccuracySource => with_forms(field, &accuracies::forms()),
        _ => field.doc.to_string(),
    }
}

fn with_forms(field: &Field, forms: &[Form]) -> String {
    let doc = field.doc.to_string();
    forms.iter().fold(doc, |text, form| text + &form_text(form))
}

fn form_text(form: &Form) -> String {
    let fields: Vec<String> = form.fields.iter().map(field_text).collect();
    let fields = if fields.is_empty() {
        String::new()
    } else {
        format!(" In its braces: {}", fields.join(" "))
    };
    format!(" `{}`: {}{fields}", form.name, form.doc)
}

pub(crate) fn takes(field: &Field) -> String {
    match &field.ty {
        // Which algorithms there are depends on the build.
        FieldType::Choice(_) if field.name == "algorithm" => "the name of an algorithm".to_owned(),
        ty => ty.expected(),
    }
}

pub(crate) fn absent(absent: &Absent) -> String {
    match absent {
        Absent::Needed => "must be given".to_owned(),
        Absent::Default(text) => format!("`{text}`"),
        Absent::Nothing => "stays absent".to_owned(),
    }
}

pub(crate) fn function_text(function: &Function) -> String {
    let signature: Vec<String> = function.params.iter().map(parameter).collect();
    let mut out = format!(
        "`{}({})`\n\n{}\n",
        function.name,
        signature.join(", "),
        function.doc
    );
    if let Some(later) = function.later {
        out.push_str(&format!("\nNot in this build: {later}.\n"));
    }
    out.push('\n');
    for p in &function.params {
        out.push_str(&format!(
            "- `{}`: {} Takes {}.\n",
            p.name,
            p.doc,
            p.accepts.expected()
        ));
    }
    if !function.example.is_empty() {
        out.push_str(&format!("\n```nasaic\n{}\n```\n", function.example));
    }
    out
}

pub(crate) fn parameter(p: &Param) -> String {
    match &p.absent {
        Absent::Needed => p.name.to_owned(),
        Absent::Default(text) => format!("{} = {text}", p.name),
        Absent::Nothing => format!("[{}]", p.name),
    }
}

pub(crate) fn algorithm_text(algorithm: &Algorithm) -> String {
    let mut out = format!("{}\n", algorithm.doc);
    match algorithm.feature {
        Some(feature) => out.push_str(&format!(
            "\nIn builds with the feature `{feature}`; others answer E0704.\n"
        )),
        None if !algorithm.available => out.push_str("\nNot in this build (E0704).\n"),
        None => {}
    }
    if !algorithm.options.is_empty() {
        out.push_str(&format!("\n{}", fields_list(&algorithm.options)));
    }
    for (group, fields) in &algorithm.groups {
        out.push_str(&format!(
            "\nIn its `{group} {{ … }}`:\n\n{}",
            fields_list(fields)
        ));
    }
    out
}

/// A text as the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
