//! Completions after a dot.

use super::complete::Asked;
use super::items::{self, item};
use super::place::Role;
use super::{Completion, CompletionKind, arguments, scope};
use crate::check::Decl;
use crate::functions::{self, Type};
use crate::value::Value;

/// What a task of a workload has.
const OF_TASKS: [&str; 5] = ["accuracy", "score", "uncertainty", "latency", "energy"];

/// What may stand after `base.`.
pub(super) fn after_dot(asked: &mut Asked<'_, '_>, base: &str) -> Vec<Completion> {
    let locals = asked.outline.locals(asked.place.frame);
    if let Some(kind) = locals
        .iter()
        .find(|l| l.name == base)
        .and_then(|l| l.kind.clone())
    {
        let fields = scope::fields_of(asked.known, &kind).iter();
        return fields.map(|f| member_field(f, &f.name)).collect();
    }
    if scope::tasks(asked.outline, asked.survey, asked.place.frame)
        .iter()
        .any(|t| t == base)
    {
        return of_task();
    }
    if let Some(known) = asked.survey.known("", base) {
        match known.decl {
            Decl::Module(key) => return asked.survey.names(&key).iter().map(items::name).collect(),
            Decl::Script { functions, .. } => return of_script(&functions),
            _ => {}
        }
    }
    let Some((value, ty)) = asked.survey.value_of(base) else {
        return of_path(asked, base);
    };
    match value {
        Some(Value::Block(name)) => of_block(asked, &name),
        _ => of_result(asked, &ty),
    }
}

/// The rest of the paths of designs, where those may be columns: `pes` after `core.`.
fn of_path(asked: &mut Asked<'_, '_>, base: &str) -> Vec<Completion> {
    let Role::Argument(argument) = asked.outline.around(asked.word) else {
        return Vec::new();
    };
    let mut all = arguments::columns(asked, &argument);
    all.retain_mut(|c| {
        let rest = c
            .insert
            .strip_prefix(base)
            .and_then(|r| r.strip_prefix('.'));
        let rest = rest.map(str::to_owned);
        rest.map(|rest| c.insert = rest).is_some()
    });
    all
}

fn member_field(field: &crate::schema::Field, name: &str) -> Completion {
    let mut out = items::field(field, name, false);
    out.kind = CompletionKind::Member;
    out
}

pub(super) fn of_task() -> Vec<Completion> {
    let designs = &functions::columns_of()[0].1;
    designs
        .iter()
        .filter(|c| OF_TASKS.contains(&c.name))
        .map(items::column)
        .collect()
}

fn of_script(functions: &[(String, usize)]) -> Vec<Completion> {
    functions
        .iter()
        .map(|(name, arity)| {
            let detail = format!("takes {arity}");
            item(
                CompletionKind::Function,
                format!("{name}("),
                detail,
                "A function of a script.",
            )
        })
        .collect()
}

/// The labels and fields of a declared block.
fn of_block(asked: &mut Asked<'_, '_>, name: &str) -> Vec<Completion> {
    let Some(block) = asked.survey.block(name).cloned() else {
        return Vec::new();
    };
    let labelled = asked.survey.labelled(&block);
    let mut out: Vec<Completion> = labelled
        .iter()
        .map(|(label, inner)| {
            let doc = asked.known.schemas.kind(&inner.kind).map_or("", |k| k.doc);
            item(
                CompletionKind::Member,
                label.as_str(),
                inner.kind.as_str(),
                doc,
            )
        })
        .collect();
    let fields = scope::fields_of(asked.known, &block.kind).iter();
    out.extend(fields.map(|f| member_field(f, &f.name)));
    for path in asked.survey.inside(&block) {
        out.push(item(CompletionKind::Member, path, "", ""));
    }
    out
}

/// The members of a result; of one design also the paths of its decisions.
fn of_result(asked: &mut Asked<'_, '_>, ty: &Type) -> Vec<Completion> {
    let mut out: Vec<Completion> = functions::members(ty).iter().map(items::column).collect();
    if matches!(ty, Type::Result(_)) {
        let paths = asked.survey.paths_of(ty).into_iter();
        out.extend(paths.map(|path| item(CompletionKind::Member, path, "", "")));
    }
    out
}
