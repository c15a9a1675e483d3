//! Completions inside the parentheses of a call.

use super::complete::Asked;
use super::items::{self, item};
use super::place::Argument;
use super::{Completion, CompletionKind, values};
use crate::check::Decl;
use crate::functions::{self, Accepts, Function, Param, Type};
use crate::schema::accuracies;

/// What may stand as an argument.
pub(super) fn of_call(asked: &mut Asked<'_, '_>, argument: &Argument) -> Vec<Completion> {
    let callee = asked.outline.word(argument.callee);
    match callee {
        "surrogate" => return items::names(asked.survey, |d| is_block(d, &["surrogate"])),
        "proxy" => return proxies(),
        "table" if !is_call(asked, argument) => return Vec::new(),
        _ => {}
    }
    let forms: Vec<&Function> = functions::forms(callee).collect();
    let given = given(asked, argument);
    let mut out = Vec::new();
    let mut params: Vec<&Param> = Vec::new();
    for form in &forms {
        let known = given
            .iter()
            .all(|g| form.params.iter().any(|p| p.name == g));
        let param = match &argument.name {
            Some(name) => form.params.iter().find(|p| p.name == name),
            None => form.params.get(argument.position),
        };
        if let Some(param) = param.filter(|_| known)
            && !params.iter().any(|p| p.accepts == param.accepts)
        {
            params.push(param);
        }
    }
    for param in &params {
        out.extend(accepted(asked, argument, &param.accepts));
    }
    if argument.begins {
        out.extend(by_name(&forms, &given, argument.position));
    }
    if params.is_empty() && out.is_empty() {
        out = values::any(asked);
    }
    out
}

/// Whether a callee is the function, and not the form of a field's value.
fn is_call(asked: &Asked<'_, '_>, argument: &Argument) -> bool {
    let outer = asked.outline.place(argument.callee).role;
    !matches!(outer, super::place::Role::Value { .. })
}

/// The names of the arguments given by name.
fn given(asked: &Asked<'_, '_>, argument: &Argument) -> Vec<String> {
    let outline = asked.outline;
    let frame = &outline.frames[argument.frame];
    (frame.first..frame.end)
        .filter(|&i| outline.is_name(i) && outline.word(i + 1) == "=")
        .filter(|&i| outline.frame_of(i) == argument.frame)
        .map(|i| outline.word(i).to_owned())
        .collect()
}

/// The arguments that may still be given by name: needed ones first.
fn by_name(forms: &[&Function], given: &[String], position: usize) -> Vec<Completion> {
    let mut out: Vec<Completion> = Vec::new();
    for form in forms {
        let left = form.params.iter().skip(position.min(1));
        let left = left.filter(|p| !given.iter().any(|g| g == p.name));
        out.extend(left.map(items::parameter));
    }
    out
}

/// The values that a parameter takes.
fn accepted(asked: &mut Asked<'_, '_>, at: &Argument, accepts: &Accepts) -> Vec<Completion> {
    match accepts {
        Accepts::Work { problems } => {
            let problems = *problems;
            items::names(asked.survey, |d| {
                is_block(d, &["network", "workload"]) || problems && is_block(d, &["problem"])
            })
        }
        Accepts::Block(kind) => items::names(asked.survey, |d| is_block(d, &[kind])),
        Accepts::Problem => items::names(asked.survey, |d| is_block(d, &["problem"])),
        Accepts::Strategies => items::names(asked.survey, |d| is_block(d, &["strategy"])),
        Accepts::Nest => items::names(asked.survey, |d| is_block(d, &["dataflow"]) || is_result(d)),
        Accepts::Layers => {
            items::names(asked.survey, |d| is_block(d, &["network"]) || is_result(d))
        }
        Accepts::Space => items::names(asked.survey, |d| {
            is_block(d, &["problem", "network", "workload", "accelerator"])
        }),
        Accepts::Result
        | Accepts::ResultOrTwo
        | Accepts::Rows
        | Accepts::History
        | Accepts::Race
        | Accepts::Objectives
        | Accepts::Answers
        | Accepts::Run
        | Accepts::Exportable => items::names(asked.survey, is_result),
        Accepts::Column | Accepts::Columns => columns(asked, at),
        Accepts::Choice(names) => names
            .iter()
            .map(|n| item(CompletionKind::Value, *n, "", ""))
            .collect(),
        Accepts::Bool => values::truths(),
        Accepts::Number | Accepts::Integer | Accepts::Numbers => values::any(asked),
        Accepts::Seeds | Accepts::Texts | Accepts::Text | Accepts::Races => Vec::new(),
    }
}

/// The metrics of a call's first argument, then its paths.
pub(super) fn columns(asked: &mut Asked<'_, '_>, at: &Argument) -> Vec<Completion> {
    let outline = asked.outline;
    let frame = &outline.frames[at.frame];
    let comma = (frame.first..frame.end)
        .find(|&i| outline.word(i) == "," && outline.frame_of(i) == at.frame);
    let (Some(comma), Some(first)) = (comma, outline.tokens.get(frame.first)) else {
        return Vec::new();
    };
    let words = outline.text[first.start..outline.tokens[comma].start].to_owned();
    let Some((_, ty)) = asked.survey.value_of(&words) else {
        return Vec::new();
    };
    let mut out: Vec<Completion> = functions::columns(&ty).iter().map(items::column).collect();
    for path in asked.survey.paths_of(&ty) {
        out.push(item(
            CompletionKind::Member,
            path,
            "a path of the designs",
            "",
        ));
    }
    out
}

fn proxies() -> Vec<Completion> {
    let all = accuracies::PROXIES.iter();
    all.map(|(name, doc)| item(CompletionKind::Value, *name, "proxy", *doc))
        .collect()
}

fn is_block(decl: &Decl, kinds: &[&str]) -> bool {
    let kind = match decl {
        Decl::Block { kind, .. } => kind,
        Decl::Value {
            ty: Type::Block(kind),
            ..
        } => kind,
        _ => return false,
    };
    kinds.contains(&kind.as_str())
}

fn is_result(decl: &Decl) -> bool {
    matches!(decl, Decl::Result { .. })
}
