//! What a field at a place holds.

use super::Known;
use super::outline::{FrameKind, Outline};
use super::place::Role;
use crate::check::Survey;
use crate::plan::Block;
use crate::schema::{self, Field, FieldType, Schemas, accuracies};
use crate::value::Value;

impl Outline<'_> {
    /// The fields that may be given in a frame, by its block, form or algorithm.
    pub fn fields(&self, known: Known<'_>, survey: &mut Survey<'_>, frame: usize) -> Vec<Field> {
        match self.frames[frame].kind {
            FrameKind::Block { kind, .. } => {
                self.block_fields(known.schemas, frame, self.word(kind))
            }
            FrameKind::Form { name } => self.form_fields(known, survey, frame, name),
            _ => Vec::new(),
        }
    }

    fn block_fields(&self, schemas: &Schemas, frame: usize, kind: &str) -> Vec<Field> {
        let mut all = schemas
            .kind(kind)
            .map_or_else(Vec::new, |k| k.fields.clone());
        let strategy = match kind {
            "strategy" => frame,
            _ => self.frames[frame].outer,
        };
        let algorithm = self
            .value_word(strategy, "algorithm")
            .and_then(|a| schemas.algorithm(a));
        if let Some(algorithm) = algorithm {
            if kind == "strategy" {
                all.extend(algorithm.options.iter().cloned());
            } else if let Some((_, own)) = algorithm.groups.iter().find(|g| g.0 == kind) {
                let more = own.iter().filter(|f| !all.iter().any(|a| a.name == f.name));
                let more: Vec<Field> = more.cloned().collect();
                all.extend(more);
            }
        }
        all
    }

    fn form_fields(
        &self,
        known: Known<'_>,
        survey: &mut Survey<'_>,
        frame: usize,
        name: usize,
    ) -> Vec<Field> {
        let Role::Value { frame, path, .. } = self.place_of_form(frame) else {
            return Vec::new();
        };
        let Some(field) = self.field(known, survey, frame, &path) else {
            return Vec::new();
        };
        let forms = match field.ty {
            FieldType::Form(forms) => forms,
            FieldType::AccuracySource => accuracies::forms(),
            _ => return Vec::new(),
        };
        let form = forms.into_iter().find(|f| f.name == self.word(name));
        form.map_or_else(Vec::new, |f| f.fields)
    }

    /// The role of a form's name.
    fn place_of_form(&self, frame: usize) -> Role {
        match self.frames[frame].kind {
            FrameKind::Form { name } => self.place(name).role,
            _ => Role::Free,
        }
    }

    /// The field at a path, as given in a frame.
    pub fn field(
        &self,
        known: Known<'_>,
        survey: &mut Survey<'_>,
        frame: usize,
        path: &str,
    ) -> Option<Field> {
        if let FrameKind::With { with } = self.frames[frame].kind {
            let base = self.changed(survey, with)?;
            return field_inside(known.schemas, survey, &base, path);
        }
        if self.kind_of(frame) == Some("sub")
            && let Some(part) = path.strip_suffix(".size")
        {
            return Some(schema::part_size(part));
        }
        let mut all = self.fields(known, survey, frame).into_iter();
        all.find(|f| f.name == path)
    }

    /// The block that the `with` in a token changes.
    pub fn changed(&self, survey: &mut Survey<'_>, with: usize) -> Option<Block> {
        let base = self.value_before(with);
        let Some((Some(Value::Block(name)), _)) = survey.value_of(&base) else {
            return None;
        };
        survey.block(&name).cloned()
    }
}

/// The field at a path from a declared block: `core.pes`.
fn field_inside(
    schemas: &Schemas,
    survey: &Survey<'_>,
    block: &Block,
    path: &str,
) -> Option<Field> {
    let plain: String = without_indices(path);
    let Some((first, rest)) = plain.split_once('.') else {
        let own = schemas.kind(&block.kind).and_then(|k| k.field(&plain));
        return own.cloned().or_else(|| option_of(schemas, block, &plain));
    };
    let labelled = survey.labelled(block);
    if let Some((_, inner)) = labelled.into_iter().find(|(l, _)| l == first) {
        return field_inside(schemas, survey, inner, rest);
    }
    if block.kind == "sub" && rest == "size" {
        return Some(schema::part_size(first));
    }
    let next = survey.referred(block, first).into_iter().next()?;
    field_inside(schemas, survey, &next, rest)
}

/// An option of the algorithm that a declared strategy has.
fn option_of(schemas: &Schemas, block: &Block, name: &str) -> Option<Field> {
    let algorithm = block.items.iter().find_map(|e| match e {
        crate::plan::Entry::Field(f) if f.name == "algorithm" => match &f.slot {
            crate::plan::Slot::Fixed(value) => schemas.algorithm(value.as_name()?),
            _ => None,
        },
        _ => None,
    })?;
    algorithm.options.iter().find(|o| o.name == name).cloned()
}

fn without_indices(path: &str) -> String {
    let mut inside = false;
    path.chars()
        .filter(|c| {
            match c {
                '[' => inside = true,
                ']' => {
                    inside = false;
                    return false;
                }
                _ => {}
            }
            !inside
        })
        .collect()
}
