//! The brackets and statements of a text, however broken it is.
//!
//! The parse tree of a half-written block swallows what follows it. An outline is made from
//! the words and signs alone, and closes what a new statement at the beginning of a line
//! shows to have been left open.

use crate::names::is_reserved;
use crate::schema::Schemas;
use crate::syntax::lex::{Comment, Token, TokenKind, lex};

/// A text as words, signs and the brackets around them.
pub(super) struct Outline<'t> {
    pub text: &'t str,
    pub tokens: Vec<Token>,
    pub comments: Vec<Comment>,
    /// The first is the whole text; an outer one stands before those inside.
    pub frames: Vec<Frame>,
    /// Where a text has to be mended, and with which brackets.
    pub cuts: Vec<(usize, String)>,
}

/// A pair of brackets with what stands between them.
#[derive(Debug)]
pub(super) struct Frame {
    pub kind: FrameKind,
    pub outer: usize,
    /// The first token inside.
    pub first: usize,
    /// The token that ends it, or the number of tokens.
    pub end: usize,
    /// The tokens that begin a statement, where there are statements inside.
    pub starts: Vec<usize>,
}

/// What brackets are there for; the numbers are those of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// The whole text.
    Top,
    /// `kind label { … }`.
    Block { kind: usize, label: Option<usize> },
    /// `trained { … }` in the place of a value.
    Form { name: usize },
    /// `with { … }`; the number is that of `with`.
    With { with: usize },
    /// `use a.{ … }`.
    Names,
    /// `{ … }`, `[ … ]`, `( … )` around values.
    Values,
    /// `f( … )`; the number is that of the last word of the callee.
    Call { callee: usize },
}

impl FrameKind {
    fn has_statements(self) -> bool {
        matches!(
            self,
            Self::Top | Self::Block { .. } | Self::Form { .. } | Self::With { .. }
        )
    }
}

impl<'t> Outline<'t> {
    /// Reads a text.
    pub fn new(text: &'t str, schemas: &Schemas) -> Self {
        let lexed = lex(text);
        let mut outline = Self {
            text,
            tokens: lexed.tokens,
            comments: lexed.comments,
            frames: Vec::new(),
            cuts: Vec::new(),
        };
        outline.frames.push(Frame {
            kind: FrameKind::Top,
            outer: 0,
            first: 0,
            end: outline.tokens.len(),
            starts: Vec::new(),
        });
        outline.read(schemas);
        outline
    }

    fn read(&mut self, schemas: &Schemas) {
        let mut open = vec![0];
        for i in 0..self.tokens.len() {
            if open.len() > 1 && self.is_new_statement(i, schemas) {
                self.cut(i, &mut open);
            }
            let frame = open.last().copied().unwrap_or(0);
            match self.tokens[i].kind {
                TokenKind::Open => {
                    let kind = self.purpose(i, frame);
                    self.frames.push(Frame {
                        kind,
                        outer: frame,
                        first: i + 1,
                        end: self.tokens.len(),
                        starts: Vec::new(),
                    });
                    open.push(self.frames.len() - 1);
                }
                TokenKind::Close => self.close(i, &mut open),
                _ if self.frames[frame].kind.has_statements() && self.begins(i, frame) => {
                    self.frames[frame].starts.push(i);
                }
                _ => {}
            }
        }
    }

    /// What was left open before token `i` ends there.
    fn cut(&mut self, i: usize, open: &mut Vec<usize>) {
        let left = open.split_off(1);
        let closers = left.iter().rev().map(|&f| {
            self.frames[f].end = i;
            match self.word(self.frames[f].first - 1) {
                "(" => ')',
                "[" => ']',
                _ => '}',
            }
        });
        let closers: String = closers.collect();
        self.cuts.push((self.tokens[i].start, closers));
    }

    /// Ends the frame that a closing bracket belongs to; a `}` reaches out of other brackets.
    fn close(&mut self, i: usize, open: &mut Vec<usize>) {
        let opener = match self.word(i) {
            ")" => "(",
            "]" => "[",
            _ => "{",
        };
        for depth in (1..open.len()).rev() {
            let sign = self.word(self.frames[open[depth]].first - 1);
            if sign == opener {
                for frame in open.split_off(depth) {
                    self.frames[frame].end = i;
                }
                return;
            }
            if sign == "{" {
                return;
            }
        }
    }

    /// Whether a token at the beginning of a line can only stand outside of all blocks.
    fn is_new_statement(&self, i: usize, schemas: &Schemas) -> bool {
        let at = self.tokens[i].start;
        if self.tokens[i].kind != TokenKind::Word || !self.text[..at].ends_with('\n') {
            return false;
        }
        match self.word(i) {
            "let" | "use" | "script" | "expect" => true,
            word => {
                self.is_name(i + 1)
                    && self.same_line(i + 1)
                    && schemas
                        .kind(word)
                        .is_some_and(|k| k.fits_in(None) && !k.layer)
            }
        }
    }

    /// What the bracket at token `i` is there for.
    fn purpose(&self, i: usize, frame: usize) -> FrameKind {
        let Some(before) = i.checked_sub(1) else {
            return FrameKind::Values;
        };
        let near = self.same_line(i);
        match self.word(i) {
            "(" if near && self.is_name(before) => FrameKind::Call { callee: before },
            "{" => match self.word(before) {
                "with" => FrameKind::With { with: before },
                "." => FrameKind::Names,
                _ if near && self.is_name(before) => self.block_or_form(before, frame),
                _ => FrameKind::Values,
            },
            _ => FrameKind::Values,
        }
    }

    /// `kind label {`, `kind {`, or `field = form {`.
    fn block_or_form(&self, before: usize, frame: usize) -> FrameKind {
        let starts = &self.frames[frame].starts;
        match starts.last() {
            Some(&start) if start == before => FrameKind::Block {
                kind: before,
                label: None,
            },
            Some(&start) if start + 1 == before && self.same_line(before) => FrameKind::Block {
                kind: start,
                label: Some(before),
            },
            _ => FrameKind::Form { name: before },
        }
    }

    /// Whether token `i`, directly in `frame`, begins a statement.
    fn begins(&self, i: usize, frame: usize) -> bool {
        if i == self.frames[frame].first {
            return true;
        }
        let (Some(before), here) = (i.checked_sub(1), self.word(i)) else {
            return true;
        };
        let prev = self.word(before);
        if prev == "," || self.closes_body(before) {
            return self.tokens[i].kind == TokenKind::Word && !matches!(here, "with" | "as");
        }
        if matches!(
            here,
            "let" | "choose" | "require" | "maximize" | "minimize" | "expect"
        ) {
            return true;
        }
        let awaits = match self.tokens[before].kind {
            TokenKind::Sign => prev != "?",
            TokenKind::Open => true,
            TokenKind::Word => is_reserved(prev) && !matches!(prev, "true" | "false"),
            _ => false,
        };
        let goes_on =
            self.tokens[i].kind == TokenKind::Sign || matches!(here, "in" | "with" | "step" | "as");
        !awaits && !goes_on && !self.same_line(i)
    }

    /// Whether a token is the `}` of a block, after which something new begins.
    fn closes_body(&self, i: usize) -> bool {
        self.word(i) == "}"
            && self
                .frames
                .iter()
                .any(|f| f.end == i && matches!(f.kind, FrameKind::Block { .. }))
    }

    /// The words of token `i`; empty when there is none.
    pub fn word(&self, i: usize) -> &'t str {
        self.tokens
            .get(i)
            .map_or("", |t| &self.text[t.start..t.end])
    }

    /// Whether token `i` is a word that can be a name.
    pub fn is_name(&self, i: usize) -> bool {
        self.tokens
            .get(i)
            .is_some_and(|t| t.kind == TokenKind::Word)
            && !is_reserved(self.word(i))
    }

    /// Whether token `i` stands on the line on which the one before it ends.
    pub fn same_line(&self, i: usize) -> bool {
        match (
            i.checked_sub(1).and_then(|b| self.tokens.get(b)),
            self.tokens.get(i),
        ) {
            (Some(before), Some(here)) => !self.text[before.end..here.start].contains('\n'),
            _ => false,
        }
    }

    /// The innermost frame that token `i` stands in.
    pub fn frame_of(&self, i: usize) -> usize {
        let inside = |f: &&(usize, &Frame)| f.1.first <= i && i < f.1.end;
        self.frames
            .iter()
            .enumerate()
            .filter(|f| inside(&f))
            .max_by_key(|f| f.1.first)
            .map_or(0, |f| f.0)
    }

    /// The first token of the statement that token `i` of a frame belongs to.
    pub fn start_of(&self, i: usize, frame: usize) -> Option<usize> {
        self.frames[frame].starts.iter().copied().rfind(|&s| s <= i)
    }

    /// The text with every block closed that a later statement shows to be open.
    pub fn mended(&self) -> String {
        let mut out = String::with_capacity(self.text.len());
        let mut done = 0;
        for (at, closers) in &self.cuts {
            out.push_str(&self.text[done..*at]);
            out.push_str(closers);
            out.push('\n');
            done = *at;
        }
        out + &self.text[done..]
    }

    /// The place in the text of a place in the mended text.
    pub fn original(&self, mended: usize) -> usize {
        let mut shift = 0;
        for (at, closers) in &self.cuts {
            if mended > at + shift + closers.len() {
                shift += closers.len() + 1;
            }
        }
        mended - shift.min(mended)
    }

    /// The path on the left of `=` or `in` that begins at token `start`, with the token after it.
    pub fn field_at(&self, start: usize) -> Option<(String, usize)> {
        let (path, next) = self.path_at(start)?;
        matches!(self.word(next), "=" | "in").then_some((path, next))
    }

    /// The dotted path that begins at token `start`, with the token after it.
    pub fn path_at(&self, start: usize) -> Option<(String, usize)> {
        if !self.is_name(start) {
            return None;
        }
        let mut path = self.word(start).to_owned();
        let mut next = start + 1;
        loop {
            if self.word(next) == "." && self.is_name(next + 1) {
                path = format!("{path}.{}", self.word(next + 1));
                next += 2;
            } else if self.word(next) == "["
                && self.word(next + 2) == "]"
                && self.tokens[next + 1].kind == TokenKind::Number
            {
                path = format!("{path}[{}]", self.word(next + 1));
                next += 3;
            } else {
                return Some((path, next));
            }
        }
    }

    /// The names of the fields given in a frame.
    pub fn given(&self, frame: usize) -> Vec<String> {
        let starts = self.frames[frame].starts.iter();
        starts.filter_map(|&s| Some(self.field_at(s)?.0)).collect()
    }

    /// The words of a field's value, when it is one word: `random` of `algorithm = random`.
    pub fn value_word(&self, frame: usize, field: &str) -> Option<&'t str> {
        self.frames[frame].starts.iter().find_map(|&s| {
            let (path, next) = self.field_at(s)?;
            (path == field && self.is_name(next + 1)).then(|| self.word(next + 1))
        })
    }

    /// The blocks directly inside a frame.
    pub fn blocks_in(&self, frame: usize) -> Vec<Inner> {
        let starts = self.frames[frame].starts.iter().copied();
        starts
            .filter(|&s| self.is_name(s))
            .filter_map(|s| {
                let labelled = self.is_name(s + 1) && self.same_line(s + 1);
                let after = if labelled { s + 2 } else { s + 1 };
                let has_body = || {
                    let body = |f: &Frame| f.first == after + 1;
                    let mut frames = self.frames.iter();
                    frames.any(|f| body(f) && matches!(f.kind, FrameKind::Block { .. }))
                };
                (labelled || has_body()).then(|| Inner {
                    kind: s,
                    label: labelled.then_some(s + 1),
                })
            })
            .collect()
    }
}

/// A block inside another: the tokens of its kind and label.
pub(super) struct Inner {
    pub kind: usize,
    pub label: Option<usize>,
}
