//! Completions where a statement begins or goes on.

use super::complete::Asked;
use super::items::{self, item};
use super::outline::FrameKind;
use super::words::{GOALS, SENTENCES, sentence};
use super::{Completion, CompletionKind};
use crate::functions;
use crate::schema::{Absent, Field, Label};

/// What may begin a statement.
pub(super) fn statement(asked: &mut Asked<'_, '_>) -> Vec<Completion> {
    let frame = asked.place.frame;
    match asked.outline.frames[frame].kind {
        FrameKind::Block { .. } => in_block(asked, frame),
        FrameKind::Form { .. } => fields(asked, frame),
        FrameKind::With { .. } => path_part(asked, ""),
        _ => at_top(asked),
    }
}

fn keyword(word: &str) -> Completion {
    let doc = sentence(word).unwrap_or_default();
    item(CompletionKind::Keyword, format!("{word} "), "keyword", doc)
}

fn at_top(asked: &mut Asked<'_, '_>) -> Vec<Completion> {
    let mut all: Vec<Completion> = asked
        .known
        .schemas
        .kinds_inside("")
        .map(items::block)
        .collect();
    all.extend(SENTENCES.iter().map(|w| keyword(w)));
    all.extend(functions::all().iter().map(items::function));
    all.extend(items::names(asked.survey, |_| true));
    all
}

fn in_block(asked: &mut Asked<'_, '_>, frame: usize) -> Vec<Completion> {
    let outline = asked.outline;
    let kind = outline.kind_of(frame).unwrap_or_default().to_owned();
    let mut all = fields(asked, frame);
    let schemas = asked.known.schemas;
    if schemas.kind(&kind).is_some_and(|k| k.goals) {
        all.extend(GOALS.iter().map(|w| keyword(w)));
    }
    let once = |name: &str| {
        let there = outline.blocks_in(frame);
        there.iter().any(|b| outline.word(b.kind) == name)
    };
    let groups = outline
        .value_word(frame, "algorithm")
        .and_then(|a| schemas.algorithm(a))
        .map(|a| &a.groups);
    for inner in schemas.kinds_inside(&kind) {
        // A group that the algorithm does not read would only be refused.
        let unread = kind == "strategy"
            && groups.is_some_and(|g| !g.iter().any(|(name, _)| name == inner.name));
        let second = inner.label == Label::Absent && !inner.layer && once(inner.name);
        if !second && !unread {
            all.push(items::block(inner));
        }
    }
    if schemas.kind(&kind).is_some_and(|k| k.choices) {
        all.push(keyword("choose"));
    }
    all
}

/// The fields not yet given, needed ones first.
fn fields(asked: &mut Asked<'_, '_>, frame: usize) -> Vec<Completion> {
    let outline = asked.outline;
    let mut given = outline.given(frame);
    // The one at the cursor may be written again.
    if let Some((path, _)) = outline.field_at(asked.word)
        && let Some(at) = given.iter().position(|g| *g == path)
    {
        given.swap_remove(at);
    }
    let sign = outline.field_at(asked.word).is_none();
    let mut fields: Vec<Field> = outline
        .fields(asked.known, asked.survey, frame)
        .into_iter()
        .filter(|f| !given.iter().any(|g| *g == f.name))
        .collect();
    fields.sort_by_key(|f| f.absent != Absent::Needed);
    fields
        .iter()
        .map(|f| items::field(f, &f.name, sign))
        .collect()
}

/// Paths that `with` may change, after what is already written of one.
pub(super) fn path_part(asked: &mut Asked<'_, '_>, before: &str) -> Vec<Completion> {
    let frame = asked.place.frame;
    if let FrameKind::With { with } = asked.outline.frames[frame].kind {
        return changes(asked, frame, with, before);
    }
    if asked.outline.kind_of(frame) == Some("sub") && before.ends_with('.') {
        return vec![items::field(
            &crate::schema::part_size(before.trim_end_matches('.')),
            "size",
            true,
        )];
    }
    Vec::new()
}

fn changes(asked: &mut Asked<'_, '_>, frame: usize, with: usize, before: &str) -> Vec<Completion> {
    let Some(base) = asked.outline.changed(asked.survey, with) else {
        return Vec::new();
    };
    let given = asked.outline.given(frame);
    let mut paths = asked.survey.inside(&base);
    for (label, inner) in asked.survey.labelled(&base) {
        paths.extend(
            asked
                .survey
                .inside(inner)
                .iter()
                .map(|p| format!("{label}.{p}")),
        );
    }
    let mut out = Vec::new();
    for path in paths {
        let Some(rest) = path.strip_prefix(before) else {
            continue;
        };
        if given.contains(&path) {
            continue;
        }
        let found = asked.outline.field(asked.known, asked.survey, frame, &path);
        if let Some(field) = found {
            out.push(items::field(&field, rest, true));
        }
    }
    out
}

/// The words that may follow a block's kind.
pub(super) fn label(asked: &mut Asked<'_, '_>, kind: usize) -> Vec<Completion> {
    let outline = asked.outline;
    let word = outline.word(kind);
    let outer = outline.kind_of(asked.place.frame);
    if let Some(kind) = asked.known.schemas.kind(word) {
        return match kind.label {
            Label::OneOf(words) => words
                .iter()
                .map(|w| {
                    item(
                        CompletionKind::Value,
                        *w,
                        format!("of {}", kind.name),
                        kind.doc,
                    )
                })
                .collect(),
            _ if word == "edge" => edges(asked),
            _ => Vec::new(),
        };
    }
    let field =
        outer.and_then(|_| outline.field(asked.known, asked.survey, asked.place.frame, word));
    match field {
        Some(field) if field.open => vec![keyword("in")],
        _ => Vec::new(),
    }
}

/// Where an edge may come from: the input, and the nodes further up.
fn edges(asked: &Asked<'_, '_>) -> Vec<Completion> {
    let outline = asked.outline;
    let node = &outline.frames[asked.place.frame];
    let own = match node.kind {
        FrameKind::Block { label, .. } => label,
        _ => None,
    };
    let mut out = vec![item(CompletionKind::Value, "input", "the cell's input", "")];
    let labels = outline
        .blocks_in(node.outer)
        .into_iter()
        .filter_map(|b| b.label);
    for label in labels.filter(|l| *l < asked.word && Some(*l) != own) {
        out.push(item(CompletionKind::Name, outline.word(label), "node", ""));
    }
    out
}

/// What may follow a whole value on its line.
pub(super) fn after(asked: &mut Asked<'_, '_>, start: usize) -> Vec<Completion> {
    let outline = asked.outline;
    let words = (start..asked.word).map(|i| outline.word(i));
    let in_range = words.clone().any(|w| w == "..") && !words.clone().any(|w| w == "step");
    let mut out = Vec::new();
    if outline.word(start) == "choose" && !words.clone().any(|w| w == "in") {
        return vec![keyword("in")];
    }
    if in_range {
        out.push(keyword("step"));
    }
    out.extend([keyword("with"), keyword("as")]);
    out
}
