//! Completions in the place of a value.

use super::complete::Asked;
use super::items::{self, item};
use super::outline::Outline;
use super::place::Role;
use super::{Completion, CompletionKind, members, scope};
use crate::check::Decl;
use crate::functions::{self, Accepts, Type};
use crate::schema::{Absent, Field, FieldType};
use crate::units::{self, Dim};

/// What a field may be set to.
pub(super) fn of_field(
    asked: &mut Asked<'_, '_>,
    frame: usize,
    field: &Field,
    open: bool,
) -> Vec<Completion> {
    let mut out = named_values(asked, frame, &field.ty);
    if let Absent::Default(text) = &field.absent
        && !out.iter().any(|i| i.insert == *text)
    {
        out.push(item(
            CompletionKind::Value,
            text.as_ref(),
            "the default",
            "",
        ));
    }
    out.extend(items::names(asked.survey, |d| {
        scope::fits(&field.ty, open, d)
    }));
    out.extend(locals(asked, &field.ty));
    out
}

/// The values that a field's schema names.
fn named_values(asked: &Asked<'_, '_>, frame: usize, ty: &FieldType) -> Vec<Completion> {
    let named = |names: &[&'static str]| -> Vec<Completion> {
        let all = names.iter();
        all.map(|n| item(CompletionKind::Value, *n, "", ""))
            .collect()
    };
    match ty {
        FieldType::Bool => truths(),
        FieldType::Choice(names) if asked.outline.kind_of(frame) == Some("strategy") => {
            let all = asked.known.schemas.algorithms().iter();
            let all = all.filter(|a| names.iter().any(|n| n.0 == a.name));
            all.map(items::algorithm).collect()
        }
        FieldType::Choice(names) => names
            .iter()
            .map(|(n, doc)| item(CompletionKind::Value, n.as_ref(), "", doc.as_ref()))
            .collect(),
        FieldType::IntegerOr { names, .. }
        | FieldType::QuantityOr { names, .. }
        | FieldType::SizesOr { names, .. }
        | FieldType::Names(names) => named(names),
        FieldType::AccuracySource => accuracy_sources(),
        FieldType::Form(forms) => forms
            .iter()
            .map(|f| {
                let braces = if f.fields.is_empty() { "" } else { " { " };
                item(
                    CompletionKind::Value,
                    format!("{}{braces}", f.name),
                    "",
                    f.doc,
                )
            })
            .collect(),
        FieldType::Bound => vec![item(
            CompletionKind::Function,
            "worst_of(",
            "worst_of(COUNT)",
            "The worst of so many random designs.",
        )],
        FieldType::Option => options(asked.outline, frame),
        _ => Vec::new(),
    }
}

pub(super) fn truths() -> Vec<Completion> {
    ["true", "false"]
        .map(|w| item(CompletionKind::Value, w, "", ""))
        .into()
}

fn accuracy_sources() -> Vec<Completion> {
    let source =
        |insert: &str, doc: &str| item(CompletionKind::Value, insert, "an accuracy source", doc);
    let mut out = vec![
        source("surrogate(", "An illustrative surrogate, by its name."),
        source(
            "table(\"",
            "A table of networks and their accuracies, by its file.",
        ),
        source(
            "proxy(",
            "A score that ranks networks without training; no accuracy.",
        ),
    ];
    for form in crate::schema::accuracies::forms() {
        out.push(source(&format!("{} {{ ", form.name), form.doc));
    }
    out
}

/// The labels of the options in the block that a frame is the body of.
fn options(outline: &Outline<'_>, frame: usize) -> Vec<Completion> {
    let inner = outline.blocks_in(frame).into_iter();
    inner
        .filter(|b| outline.word(b.kind) == "option")
        .filter_map(|b| b.label)
        .map(|label| item(CompletionKind::Value, outline.word(label), "option", ""))
        .collect()
}

/// The choices and labelled fields of the blocks around that a field may take.
fn locals(asked: &Asked<'_, '_>, ty: &FieldType) -> Vec<Completion> {
    let mut out = Vec::new();
    for local in asked.outline.locals(asked.place.frame) {
        match &local.kind {
            None => out.push(item(CompletionKind::Name, local.name, "a choice", "")),
            Some(kind) => {
                for field in scope::fields_of(asked.known, kind) {
                    let same = scope::dim_of(&field.ty) == scope::dim_of(ty);
                    if field.open && same && scope::dim_of(ty).is_some() {
                        let path = format!("{}.{}", local.name, field.name);
                        out.push(item(
                            CompletionKind::Name,
                            path,
                            kind.as_str(),
                            field.doc.as_ref(),
                        ));
                    }
                }
            }
        }
    }
    out
}

/// What may stand in an expression whose statement begins with a token.
pub(super) fn of_expression(asked: &mut Asked<'_, '_>, start: usize) -> Vec<Completion> {
    let outline = asked.outline;
    let frame = outline.block_around(asked.place.frame);
    if outline.kind_of(frame) == Some("problem") {
        return of_goal(asked, start);
    }
    let mut out = items::names(asked.survey, |_| true);
    out.extend(functions::all().iter().map(items::function));
    out
}

/// Metrics, tasks and formulas; after a comparison only what measures the same.
fn of_goal(asked: &mut Asked<'_, '_>, start: usize) -> Vec<Completion> {
    let wanted = compared(asked, start);
    let fits = |ty: &Type| match (wanted, ty) {
        (Some(dim), Type::Quantity(d)) => dim == *d,
        (Some(_), _) => false,
        (None, _) => true,
    };
    let mut out: Vec<Completion> = Vec::new();
    if wanted.is_none() {
        let designs = &functions::columns_of()[0].1;
        out.extend(designs.iter().map(items::column));
        let tasks = scope::tasks(asked.outline, asked.survey, asked.place.frame);
        for task in tasks {
            for mut metric in members::of_task() {
                metric.insert = format!("{task}.{}", metric.insert);
                out.push(metric);
            }
        }
    }
    out.extend(items::names(asked.survey, |d| match d {
        Decl::Value { ty, .. } | Decl::Choice { ty, .. } => {
            matches!(ty, Type::Quantity(_)) && fits(ty)
        }
        Decl::Script { .. } | Decl::Function { .. } => wanted.is_none(),
        _ => false,
    }));
    let formulas = functions::all().iter();
    let formulas = formulas.filter(|f| f.group == functions::Group::Formula);
    out.extend(formulas.map(items::function));
    out
}

/// What the left side of a comparison before the cursor measures.
fn compared(asked: &Asked<'_, '_>, start: usize) -> Option<Dim> {
    let outline = asked.outline;
    let sign = (start..asked.word)
        .find(|&i| matches!(outline.word(i), "<=" | ">=" | "<" | ">" | "≤" | "≥"))?;
    metric_before(outline, sign)
}

/// The dimension of the metric that stands before a token.
fn metric_before(outline: &Outline<'_>, token: usize) -> Option<Dim> {
    let metric = outline.word(token.checked_sub(1)?);
    let designs = &functions::columns_of()[0].1;
    let column = designs.iter().find(|c| c.name == metric)?;
    match column.ty {
        Type::Quantity(dim) => Some(dim),
        _ => None,
    }
}

/// Whatever has a value: names of the blocks around, declared names, formulas.
pub(super) fn any(asked: &mut Asked<'_, '_>) -> Vec<Completion> {
    let locals = asked.outline.locals(asked.place.frame).into_iter();
    let mut out: Vec<Completion> = locals
        .map(|l| {
            item(
                CompletionKind::Name,
                l.name,
                l.kind.unwrap_or_else(|| "a choice".into()),
                "",
            )
        })
        .collect();
    out.extend(items::names(asked.survey, |_| true));
    let formulas = functions::all().iter();
    out.extend(
        formulas
            .filter(|f| f.group == functions::Group::Formula)
            .map(items::function),
    );
    out
}

/// The units that fit after a number, or after `as`.
pub(super) fn units(asked: &mut Asked<'_, '_>, number: Option<usize>) -> Vec<Completion> {
    let wanted = match number {
        Some(number) => measured(asked, number),
        None => converted(asked),
    };
    let mut out: Vec<Completion> = Vec::new();
    for name in unit_names(wanted) {
        if let Some(scale) = units::parse(&name) {
            let base = scale.dim.base_unit();
            let size = units::number(scale.to_base(1.0));
            let doc = format!("1 {name} = {size} {base}");
            out.push(item(
                CompletionKind::Unit,
                name,
                scale.dim.to_string(),
                doc.trim_end(),
            ));
        }
    }
    if let Some(number) = number
        && number > 0
        && asked.outline.word(number - 1) == ".."
    {
        out.push(item(
            CompletionKind::Keyword,
            "step ",
            "keyword",
            super::words::sentence("step").unwrap_or_default(),
        ));
    }
    out
}

/// The usual units of a dimension, then all others; without a dimension every unit by itself.
fn unit_names(wanted: Option<Dim>) -> Vec<String> {
    let usual = |dim: Dim| -> Vec<String> {
        let text = dim.usual_units();
        text.split(", ").map(str::to_owned).collect()
    };
    match wanted {
        Some(Dim::NONE) => Vec::new(),
        Some(dim) => {
            let mut all = usual(dim);
            if dim == Dim::TIME {
                // A clock ties cycles to time.
                all.extend(usual(Dim::CYCLES));
            }
            let more = units::names().into_iter();
            all.extend(more.filter(|n| units::lookup(n).is_some_and(|s| s.dim == dim)));
            all
        }
        None => {
            let mut all: Vec<String> = [
                Dim::TIME,
                Dim::ENERGY,
                Dim::DATA,
                Dim::BANDWIDTH,
                Dim::FREQUENCY,
                Dim::AREA,
                Dim::POWER,
                Dim::CYCLES,
                Dim::ENERGY_PER_OP,
            ]
            .into_iter()
            .flat_map(usual)
            .collect();
            all.extend(units::names());
            all
        }
    }
}

/// What the number in a token measures.
fn measured(asked: &mut Asked<'_, '_>, number: usize) -> Option<Dim> {
    let outline = asked.outline;
    match outline.place(number).role {
        Role::Value { frame, path, .. } => {
            let field = outline.field(asked.known, asked.survey, frame, &path)?;
            scope::dim_of(&field.ty)
        }
        Role::Expression { start } => compared(asked, start),
        Role::Argument(argument) => {
            let callee = outline.word(argument.callee);
            let whole = functions::forms(callee).any(|f| {
                let by_place = f.params.get(argument.position);
                let param = match &argument.name {
                    Some(name) => f.params.iter().find(|p| p.name == name),
                    None => by_place,
                };
                param.is_some_and(|p| matches!(p.accepts, Accepts::Integer | Accepts::Seeds))
            });
            whole.then_some(Dim::NONE)
        }
        _ => None,
    }
}

/// What the value before `as` measures.
fn converted(asked: &mut Asked<'_, '_>) -> Option<Dim> {
    let at = asked.word.checked_sub(1)?;
    if let Some(dim) = metric_before(asked.outline, at) {
        return Some(dim);
    }
    let words = asked.outline.value_before(at);
    match asked.survey.value_of(&words)?.1 {
        Type::Quantity(dim) => Some(dim),
        _ => None,
    }
}
