//! Completions made from the tables.

use super::{Completion, CompletionKind};
use crate::check::{Decl, Survey};
use crate::functions::{Column, Function, Param};
use crate::reference;
use crate::schema::{Absent, Algorithm, Field, FieldType, Kind};

/// A completion with its parts.
pub(super) fn item(
    kind: CompletionKind,
    insert: impl Into<String>,
    detail: impl Into<String>,
    doc: impl Into<String>,
) -> Completion {
    Completion {
        insert: insert.into(),
        kind,
        detail: detail.into(),
        doc: doc.into(),
    }
}

/// A kind of block; its label or braces come next.
pub(super) fn block(kind: &Kind) -> Completion {
    item(
        CompletionKind::Block,
        format!("{} ", kind.name),
        "block",
        kind.doc,
    )
}

/// A field; with `sign`, the equals sign comes with it.
pub(super) fn field(field: &Field, name: &str, sign: bool) -> Completion {
    let sign = if sign { " = " } else { "" };
    let insert = format!("{name}{sign}");
    item(
        CompletionKind::Field,
        insert,
        field_detail(field),
        reference::meaning(field),
    )
}

/// `a whole number of at least 1; may be open; must be given`.
pub(super) fn field_detail(field: &Field) -> String {
    let open = if field.open { "; may be open" } else { "" };
    let absent = match &field.absent {
        Absent::Needed => "; must be given".to_owned(),
        Absent::Default(text) => format!("; default {text}"),
        Absent::Nothing => String::new(),
    };
    format!("{}{open}{absent}", short_type(&field.ty)).replace('`', "")
}

/// What a field takes, names left to the documentation when there are many.
fn short_type(ty: &FieldType) -> String {
    match ty {
        FieldType::Choice(names) if names.len() > 6 => format!("one of {} names", names.len()),
        FieldType::AccuracySource => "an accuracy source".to_owned(),
        other => other.expected(),
    }
}

/// A function, up to its parenthesis.
pub(super) fn function(function: &Function) -> Completion {
    let insert = format!("{}(", function.name);
    item(
        CompletionKind::Function,
        insert,
        signature(function),
        function.doc,
    )
}

/// `pareto(of, x, y)`.
pub(super) fn signature(function: &Function) -> String {
    let params: Vec<String> = function.params.iter().map(reference::parameter).collect();
    format!("{}({})", function.name, params.join(", "))
}

/// An argument by its name.
pub(super) fn parameter(param: &Param) -> Completion {
    let detail = param.accepts.expected().replace('`', "");
    item(
        CompletionKind::Field,
        format!("{} = ", param.name),
        detail,
        param.doc,
    )
}

/// A metric or another member of a result.
pub(super) fn column(column: &Column) -> Completion {
    item(
        CompletionKind::Member,
        column.name,
        column.ty.describe(),
        column.doc,
    )
}

/// A search algorithm.
pub(super) fn algorithm(algorithm: &Algorithm) -> Completion {
    let detail = match (algorithm.available, algorithm.feature) {
        (true, _) => "algorithm".to_owned(),
        (false, Some(feature)) => format!("algorithm; needs a build with `{feature}`"),
        (false, None) => "algorithm; not in this build".to_owned(),
    };
    item(
        CompletionKind::Value,
        algorithm.name.as_ref(),
        detail,
        algorithm.doc.as_ref(),
    )
}

/// A declared name.
pub(super) fn name(known: &crate::check::KnownName) -> Completion {
    let doc = known.doc.clone().unwrap_or_default();
    let detail = super::scope::described(&known.decl);
    item(CompletionKind::Name, known.name.as_str(), detail, doc)
}

/// The declared names that pass.
pub(super) fn names(survey: &mut Survey<'_>, pass: impl Fn(&Decl) -> bool) -> Vec<Completion> {
    let all = survey.names("");
    all.iter().filter(|k| pass(&k.decl)).map(name).collect()
}
