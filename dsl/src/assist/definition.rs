//! Where a name is declared.

use super::outline::Outline;
use super::place::Role;
use super::{Known, clamped};
use crate::check::{Decl, Survey};
use crate::plan::Block;
use crate::source::{Source, Span};
use crate::syntax::lex::TokenKind;
use crate::value::Value;
use crate::world;
use std::ops::Range;

/// Where something is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The other text it stands in, under the name it was read by (`std/nets/vgg16.nasaic`);
    /// `None` for the text that was asked about.
    pub origin: Option<Source>,
    /// The bytes of the declared name.
    pub range: Range<usize>,
}

/// Where the name at `offset` is declared; `None` for what the language itself brings.
pub fn definition(known: Known<'_>, text: &str, offset: usize) -> Option<Definition> {
    let outline = Outline::new(text, known.schemas);
    let word = outline.word_at(clamped(text, offset))?;
    let mut survey = Survey::of(known.program, known.schemas, &outline.mended());
    Asked {
        outline: &outline,
        survey: &mut survey,
    }
    .place_of(word)
}

impl Outline<'_> {
    /// The token of the word that a place touches.
    pub fn word_at(&self, offset: usize) -> Option<usize> {
        self.tokens
            .iter()
            .position(|t| t.kind == TokenKind::Word && t.start <= offset && offset <= t.end)
    }
}

struct Asked<'o, 's, 'a> {
    outline: &'o Outline<'o>,
    survey: &'s mut Survey<'a>,
}

impl Asked<'_, '_, '_> {
    fn place_of(&mut self, word: usize) -> Option<Definition> {
        let place = self.outline.place(word);
        let name = self.outline.word(word);
        match place.role {
            Role::Member(base) => self.member(place.frame, &base, name),
            Role::PathPart(before) => {
                let before = before.trim_end_matches('.').to_owned();
                self.changed_part(place.frame, &before, name)
            }
            Role::Module(before) => module(&format!("{before}{name}")),
            Role::Unit { .. } => None,
            _ => self.name(place.frame, name),
        }
    }

    fn token(&self, token: usize) -> Option<Definition> {
        let token = self.outline.tokens.get(token)?;
        Some(Definition {
            origin: None,
            range: token.start..token.end,
        })
    }

    fn name(&mut self, frame: usize, name: &str) -> Option<Definition> {
        let locals = self.outline.locals(frame);
        if let Some(local) = locals.iter().find(|l| l.name == name) {
            return self.token(local.token);
        }
        let known = self.survey.known("", name)?;
        self.span(known.at)
    }

    /// A span as a place in the text asked about, or in another one.
    fn span(&self, at: Span) -> Option<Definition> {
        let (start, end) = (at.start as usize, at.end as usize);
        if at.source == self.survey.source {
            return Some(Definition {
                origin: None,
                range: self.outline.original(start)..self.outline.original(end),
            });
        }
        Some(Definition {
            origin: Some(self.survey.source(at.source)?.clone()),
            range: start..end,
        })
    }

    fn member(&mut self, frame: usize, base: &str, name: &str) -> Option<Definition> {
        if let Some(field) = self.field_of_label(frame, base, name) {
            return Some(field);
        }
        if let Some(known) = self.survey.known("", base)
            && let Decl::Module(key) = known.decl
        {
            let at = self.survey.known(&key, name)?.at;
            return self.span(at);
        }
        let (Some(Value::Block(block)), _) = self.survey.value_of(base)? else {
            return None;
        };
        let block = self.survey.block(&block)?.clone();
        self.part(&block, name)
    }

    /// The field that a block around gives under a label: `filters` of `down.filters`.
    fn field_of_label(&self, frame: usize, label: &str, field: &str) -> Option<Definition> {
        let locals = self.outline.locals(frame);
        let label = locals.iter().find(|l| l.name == label)?.token;
        let body = self
            .outline
            .frames
            .iter()
            .position(|f| f.first == label + 2);
        let given = body.and_then(|body| {
            let starts = self.outline.frames[body].starts.iter().copied();
            starts
                .into_iter()
                .find(|&s| self.outline.word(s) == field && self.outline.field_at(s).is_some())
        });
        self.token(given.unwrap_or(label))
    }

    /// A labelled block or a field inside a declared block.
    fn part(&self, block: &Block, name: &str) -> Option<Definition> {
        let labelled = self.survey.labelled(block);
        if let Some((_, inner)) = labelled.iter().find(|(l, _)| l == name) {
            return self.span(inner.at);
        }
        block.items.iter().find_map(|entry| match entry {
            crate::plan::Entry::Field(f) | crate::plan::Entry::Choose(f) if f.name == name => {
                self.span(f.at)
            }
            _ => None,
        })
    }

    fn changed_part(&mut self, frame: usize, before: &str, name: &str) -> Option<Definition> {
        let super::outline::FrameKind::With { with } = self.outline.frames[frame].kind else {
            return None;
        };
        let mut block = self.outline.changed(self.survey, with)?;
        for label in before.split('.') {
            let labelled = self.survey.labelled(&block);
            let inner = labelled.into_iter().find(|(l, _)| l == label)?.1.clone();
            block = inner;
        }
        self.part(&block, name)
    }
}

/// The beginning of a module of the library.
fn module(path: &str) -> Option<Definition> {
    let name = format!("{}.nasaic", path.replace('.', "/"));
    let text = world::embedded(&name)?.to_owned();
    Some(Definition {
        origin: Some(Source { name, text }),
        range: 0..0,
    })
}
