//! The names that may stand at a place.

use super::Known;
use super::outline::{FrameKind, Outline};
use crate::check::{Decl, Survey};
use crate::functions::Type;
use crate::schema::{Field, FieldType, Kind};
use crate::units::Dim;

/// A name inside the blocks around a place.
pub(super) struct Local {
    /// The name.
    pub name: String,
    /// The token that declares it.
    pub token: usize,
    /// The kind of the labelled block; `None` for a choice.
    pub kind: Option<String>,
}

impl Outline<'_> {
    /// The kind of the block that a frame is the body of.
    pub fn kind_of(&self, frame: usize) -> Option<&str> {
        match self.frames[frame].kind {
            FrameKind::Block { kind, .. } => Some(self.word(kind)),
            _ => None,
        }
    }

    /// The frame of the nearest block around (or at) a frame; 0 outside of all blocks.
    pub fn block_around(&self, frame: usize) -> usize {
        match self.frames[frame].kind {
            FrameKind::Block { .. } | FrameKind::Top => frame,
            _ => self.block_around(self.frames[frame].outer),
        }
    }

    /// The choices and labels that are seen in a frame, the nearest first.
    pub fn locals(&self, frame: usize) -> Vec<Local> {
        let mut all = Vec::new();
        let mut at = frame;
        while at != 0 {
            if let FrameKind::Block { .. } = self.frames[at].kind {
                self.declared_in(at, &mut all);
            }
            at = self.frames[at].outer;
        }
        all
    }

    fn declared_in(&self, frame: usize, all: &mut Vec<Local>) {
        for &s in &self.frames[frame].starts {
            if self.word(s) == "choose" && self.is_name(s + 1) {
                all.push(Local {
                    name: self.word(s + 1).to_owned(),
                    token: s + 1,
                    kind: None,
                });
            }
        }
        for inner in self.blocks_in(frame) {
            if let Some(label) = inner.label {
                all.push(Local {
                    name: self.word(label).to_owned(),
                    token: label,
                    kind: Some(self.word(inner.kind).to_owned()),
                });
            }
        }
    }
}

/// The fields of a kind of block.
pub(super) fn fields_of<'a>(known: Known<'a>, kind: &str) -> &'a [Field] {
    known
        .schemas
        .kind(kind)
        .map_or(&[], |k: &'a Kind| k.fields.as_slice())
}

/// Whether a declared name may be the value of a field of this type.
pub(super) fn fits(ty: &FieldType, open: bool, decl: &Decl) -> bool {
    let named = match decl {
        Decl::Block { kind, .. } => return is_block(ty, kind),
        Decl::Value { ty, .. } | Decl::Choice { ty, .. } => ty,
        _ => return false,
    };
    match (named, ty) {
        (Type::Domain, _) => open,
        (Type::Block(kind), _) => is_block(ty, kind),
        (Type::Text, FieldType::Text) | (Type::Bool, FieldType::Bool) => true,
        (Type::List, FieldType::Sizes { .. } | FieldType::Names(_)) => true,
        (Type::Quantity(dim), _) => dim_of(ty) == Some(*dim),
        _ => false,
    }
}

fn is_block(ty: &FieldType, kind: &str) -> bool {
    matches!(ty, FieldType::Block(kinds) if kinds.contains(&kind))
}

/// What a field measures, when it holds numbers.
pub(super) fn dim_of(ty: &FieldType) -> Option<Dim> {
    match ty {
        FieldType::Quantity(dim) | FieldType::Signed(dim) | FieldType::QuantityOr { dim, .. } => {
            Some(*dim)
        }
        FieldType::Integer { .. }
        | FieldType::Number { .. }
        | FieldType::IntegerOr { .. }
        | FieldType::Sizes { .. }
        | FieldType::SizesOr { .. }
        | FieldType::Bound => Some(Dim::NONE),
        _ => None,
    }
}

/// What a declared name is, in a few words.
pub(super) fn described(decl: &Decl) -> String {
    match decl {
        Decl::Block { kind, .. } => kind.clone(),
        Decl::Value { value, ty } => match ty {
            Type::Block(kind) => kind.clone(),
            _ => format!("= {value}"),
        },
        Decl::Result { ty } => ty.describe(),
        Decl::Choice { ty, .. } => format!("a choice: {}", ty.describe()),
        Decl::Script { functions, .. } => {
            let names: Vec<&str> = functions.iter().map(|f| f.0.as_str()).collect();
            format!("a script: {}", names.join(", "))
        }
        Decl::Function { arity, .. } => format!("a function of {arity}"),
        Decl::Module(_) => "a module".to_owned(),
        Decl::Data(path) => format!("the file {path:?}"),
        Decl::Broken => "not understood".to_owned(),
    }
}

/// The tasks of the problem that a frame stands in: those of its workload.
pub(super) fn tasks(outline: &Outline<'_>, survey: &mut Survey<'_>, frame: usize) -> Vec<String> {
    let problem = outline.block_around(frame);
    if outline.kind_of(problem) != Some("problem") {
        return Vec::new();
    }
    let Some(workload) = outline.value_word(problem, "workload") else {
        return Vec::new();
    };
    let Some(known) = survey.known("", workload) else {
        return Vec::new();
    };
    let Decl::Block { name, .. } = known.decl else {
        return Vec::new();
    };
    let block = survey.block(&name).cloned();
    block.map_or_else(Vec::new, |b| {
        let inner = survey.labelled(&b).into_iter();
        inner
            .filter(|(_, b)| b.kind == "task")
            .map(|(label, _)| label)
            .collect()
    })
}
