//! The kind of a block, its place and its label.

use super::Checker;
use crate::diagnostic::Diagnostic;
use crate::functions::with_article;
use crate::names::closest;
use crate::schema::{Kind, Label, join_names};
use crate::syntax::tree::{self, Name};

/// What other tools call our kinds.
const FOREIGN: &[(&str, &str)] = &[
    ("conv2d", "conv"),
    ("convolution", "conv"),
    ("linear", "dense"),
    ("fc", "dense"),
    ("fully_connected", "dense"),
    ("multihead_attention", "attention"),
    ("self_attention", "attention"),
    ("layernorm", "norm"),
    ("layer_norm", "norm"),
    ("upsample", "resize"),
    ("flatten", "reshape"),
    ("view", "reshape"),
    ("maxpool", "pool"),
    ("avgpool", "pool"),
    ("residual", "skip"),
    ("deconv", "transposed"),
    ("unet", "encoder_decoder"),
    ("model", "network"),
    ("net", "network"),
    ("arch", "accelerator"),
    ("architecture", "accelerator"),
    ("hardware", "accelerator"),
    ("chip", "device"),
    ("search", "strategy"),
    ("objective", "problem"),
    ("dataset", "data"),
    ("mapping", "dataflow"),
    ("buffer", "store"),
    ("level", "store"),
    ("temporal", "loop"),
    ("spatial", "spread"),
];

impl<'a> Checker<'a> {
    pub(super) fn kind_of(&mut self, name: &Name, outer: Option<&Kind>) -> Option<&'a Kind> {
        if let Some(kind) = self.schemas.kind(&name.text) {
            return Some(kind);
        }
        let outer_name = outer.map_or("", |k| k.name);
        let here: Vec<&str> = self
            .schemas
            .kinds_inside(outer_name)
            .map(|k| k.name)
            .collect();
        let guess = closest(&name.text, here.iter().copied());
        let mut d = Diagnostic::new("E0202", format!("`{}` is not a kind of block", name.text))
            .at(name.span, "unknown kind");
        d = match outer {
            Some(outer) => d.note(format!(
                "In {} there can be {}.",
                with_article(outer.name),
                join_names(here.iter().copied())
            )),
            None => d.note(format!(
                "A file holds {}.",
                join_names(here.iter().copied())
            )),
        };
        let foreign = FOREIGN
            .iter()
            .find(|f| f.0 == name.text && here.contains(&f.1))
            .map(|f| f.1.to_owned());
        d = match foreign.or(guess) {
            Some(guess) => d.hint(format!("did you mean `{guess}`?")),
            None => d.hint("write one of these kinds; `nasaic doc` describes them"),
        };
        self.say(d);
        None
    }

    pub(super) fn judge_label(&mut self, kind: &Kind, block: &tree::Block) {
        match (kind.label, &block.label) {
            (Label::Needed, None) => self.say(no_name(kind, &block.kind)),
            (Label::OneOf(words), label) => {
                let good = label
                    .as_ref()
                    .is_some_and(|l| words.contains(&l.text.as_str()));
                if !good {
                    let (span, got) = label
                        .as_ref()
                        .map_or((block.kind.span, "nothing"), |l| (l.span, l.text.as_str()));
                    let guess = words
                        .iter()
                        .find(|w| w.eq_ignore_ascii_case(got))
                        .or(words.first());
                    let d = Diagnostic::new(
                        "E0201",
                        format!(
                            "`{}` needs one of {}",
                            kind.name,
                            join_names(words.iter().copied())
                        ),
                    )
                    .at(span, format!("`{got}` is none of them"))
                    .hint(format!(
                        "write `{} {}`",
                        kind.name,
                        guess.copied().unwrap_or_default()
                    ));
                    self.say(d);
                }
            }
            (Label::Absent, Some(label)) => {
                self.say(
                    Diagnostic::new("E0206", format!("`{}` has no name", kind.name))
                        .at(label.span, "one too many")
                        .hint(format!("write `{} {{ … }}`", kind.name)),
                );
            }
            _ => {}
        }
    }
}

/// A block that lacks the name it needs.
pub(super) fn no_name(kind: &Kind, at: &Name) -> Diagnostic {
    Diagnostic::new("E0306", format!("this {} has no name", kind.name))
        .at(at.span, "a name is missing after this")
        .hint(format!("write `{} my_{} {{ … }}`", kind.name, kind.name))
}

/// A block where its kind cannot stand.
pub(super) fn misplaced(kind: &Kind, at: &Name, outer: Option<&Kind>) -> Diagnostic {
    let here = outer.map_or("at the top level".to_owned(), |k| {
        format!("in {}", with_article(k.name))
    });
    let belongs = if kind.layer {
        "a network, `skip`, `repeat`, an option or an edge".to_owned()
    } else {
        kind.inside
            .iter()
            .map(|k| {
                if k.is_empty() {
                    "the top level of a file".to_owned()
                } else {
                    with_article(k)
                }
            })
            .collect::<Vec<_>>()
            .join(" or ")
    };
    Diagnostic::new("E0307", format!("`{}` cannot stand {here}", kind.name))
        .at(at.span, "not here")
        .hint(format!("move it to {belongs}"))
}
