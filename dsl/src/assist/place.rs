//! Where a word stands: what it may be.

use super::outline::{FrameKind, Outline};
use crate::syntax::lex::TokenKind;

/// What the word at a place may be; numbers are those of tokens and frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// A word that the writer makes up, or no word at all.
    Free,
    /// The beginning of a statement.
    Statement,
    /// A later part of the path of a field: what stands before it, with its dot.
    PathPart(String),
    /// The word after a block's kind.
    Label { kind: usize },
    /// The value of a field, or a part of it.
    Value {
        frame: usize,
        path: String,
        open: bool,
    },
    /// A unit; of the number in this token, where there is one.
    Unit { number: Option<usize> },
    /// What stands after a dot: the words of what stands before it.
    Member(String),
    /// A part of a module's path: what stands before it, with its dot.
    Module(String),
    /// A name out of a module: the module's path.
    Import(String),
    /// An argument of a call.
    Argument(Argument),
    /// A part of an expression in a statement that begins with this token.
    Expression { start: usize },
    /// What may go on after a whole value.
    After { start: usize },
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Argument {
    /// The last word of the callee.
    pub callee: usize,
    /// The frame of the parentheses.
    pub frame: usize,
    /// How many arguments stand before it.
    pub position: usize,
    /// Its name, if it is given by name.
    pub name: Option<String>,
    /// Whether it begins here, so that a name may still be written.
    pub begins: bool,
}

/// A word with its frame and role.
pub(super) struct Place {
    /// The innermost brackets around it.
    pub frame: usize,
    /// What it may be.
    pub role: Role,
}

impl Outline<'_> {
    /// What the word in token `k` may be.
    pub fn place(&self, k: usize) -> Place {
        let frame = self.frame_of(k);
        let role = self.role(k, frame);
        Place { frame, role }
    }

    fn role(&self, k: usize, frame: usize) -> Role {
        if self.frames[frame].kind == FrameKind::Names {
            return Role::Import(self.module_before(self.frames[frame].first - 1));
        }
        if self.frames[frame].starts.contains(&k) {
            return Role::Statement;
        }
        let Some(before) = k.checked_sub(1) else {
            return Role::Statement;
        };
        if let Some(number) = self.unit_of(k) {
            return Role::Unit {
                number: Some(number),
            };
        }
        if self.word(before) == "." {
            return self.after_dot(k, frame);
        }
        let statements = &self.frames[frame].starts;
        match self.word(before) {
            "use" if statements.contains(&before) => return Role::Module(String::new()),
            "let" | "choose" | "script" if statements.contains(&before) => return Role::Free,
            "with" => return Role::Free,
            "as" => return self.after_as(before, frame),
            _ => {}
        }
        if statements.contains(&before) && self.is_name(before) && self.same_line(k) {
            return Role::Label { kind: before };
        }
        if self.ends_value(before) && self.same_line(k) {
            return match self.statement_around(k, frame) {
                Some((_, start)) => Role::After { start },
                None => Role::Free,
            };
        }
        self.inside(k, frame, true)
    }

    /// What the word in token `k` is a part of, whatever stands directly before it.
    pub fn around(&self, k: usize) -> Role {
        self.inside(k, self.frame_of(k), false)
    }

    /// The role by what is around, for a word that is a value or a part of one.
    fn inside(&self, k: usize, frame: usize, begins: bool) -> Role {
        let inner = &self.frames[frame];
        match inner.kind {
            FrameKind::Call { callee } => Role::Argument(self.argument(k, frame, callee, begins)),
            FrameKind::Values if frame != 0 => self.inside(inner.first - 1, inner.outer, false),
            FrameKind::Names => Role::Free,
            _ => match self.start_of(k, frame) {
                Some(start) => self.in_statement(k, frame, start),
                None => Role::Statement,
            },
        }
    }

    fn in_statement(&self, k: usize, frame: usize, start: usize) -> Role {
        match self.field_at(start) {
            Some((path, sign)) if sign < k => Role::Value {
                frame,
                path,
                open: self.word(sign) == "in",
            },
            _ => Role::Expression { start },
        }
    }

    /// The frame with statements around token `k`, and the first token of its statement.
    fn statement_around(&self, k: usize, frame: usize) -> Option<(usize, usize)> {
        let inner = &self.frames[frame];
        match inner.kind {
            FrameKind::Values | FrameKind::Call { .. } if frame != 0 => {
                self.statement_around(inner.first - 1, inner.outer)
            }
            _ => Some((frame, self.start_of(k, frame)?)),
        }
    }

    fn argument(&self, k: usize, frame: usize, callee: usize, begins: bool) -> Argument {
        let mut position = 0;
        let mut first = self.frames[frame].first;
        for i in self.frames[frame].first..k {
            if self.word(i) == "," && self.frame_of(i) == frame {
                position += 1;
                first = i + 1;
            }
        }
        let named = self.is_name(first) && self.word(first + 1) == "=" && first + 1 < k;
        Argument {
            callee,
            frame,
            position,
            name: named.then(|| self.word(first).to_owned()),
            begins: begins && first == k,
        }
    }

    fn after_dot(&self, k: usize, frame: usize) -> Role {
        if let Some(start) = self.start_of(k, frame) {
            if self.word(start) == "use" {
                return Role::Module(self.module_before(k));
            }
            let is_path = |kind| {
                matches!(
                    kind,
                    FrameKind::With { .. } | FrameKind::Block { .. } | FrameKind::Form { .. }
                )
            };
            if is_path(self.frames[frame].kind)
                && let Some((_, next)) = self.path_at(start)
                && k < next
            {
                let from = self.tokens[start].start;
                return Role::PathPart(self.text[from..self.tokens[k].start].to_owned());
            }
        }
        Role::Member(self.value_before(k - 1))
    }

    fn after_as(&self, at: usize, frame: usize) -> Role {
        match self.start_of(at, frame) {
            Some(start) if self.word(start) == "use" => Role::Free,
            _ => Role::Unit { number: None },
        }
    }

    /// The module path before token `k`, with its last dot.
    fn module_before(&self, k: usize) -> String {
        let mut path = String::new();
        let mut i = k;
        while i >= 2 && self.word(i - 1) == "." && self.tokens[i - 2].kind == TokenKind::Word {
            path.insert_str(0, &format!("{}.", self.word(i - 2)));
            i -= 2;
        }
        path
    }

    /// The words of the value that ends before the sign in token `dot`: `search(a, b)`, `run.best`.
    pub fn value_before(&self, dot: usize) -> String {
        let mut first = dot;
        while let Some(last) = first.checked_sub(1) {
            match self.tokens[last].kind {
                TokenKind::Word => first = last,
                TokenKind::Close => match self.frames.iter().find(|f| f.end == last) {
                    Some(f) => {
                        first = f.first - 1;
                        if first > 0 && self.is_name(first - 1) && self.same_line(first) {
                            first -= 1;
                        }
                    }
                    None => break,
                },
                _ => break,
            }
            match first.checked_sub(1) {
                Some(sign) if self.word(sign) == "." => first = sign,
                _ => break,
            }
        }
        match (self.tokens.get(first), self.tokens.get(dot)) {
            (Some(a), Some(b)) if a.start <= b.start => self.text[a.start..b.start].to_owned(),
            _ => String::new(),
        }
    }

    /// The number whose unit token `k` is a part of.
    fn unit_of(&self, k: usize) -> Option<usize> {
        let mut i = k;
        loop {
            let before = i.checked_sub(1)?;
            if !self.same_line(i) {
                return None;
            }
            match (self.tokens[before].kind, self.word(before)) {
                (TokenKind::Number, _) if self.is_exponent(before) && self.touches(i) => i = before,
                (TokenKind::Number, _) if self.is_exponent(before) => return None,
                (TokenKind::Number, _) => return Some(before),
                (TokenKind::Sign, "/" | "*" | "^") if self.touches(before) => i = before,
                (TokenKind::Word, _) if i < k && self.touches(i) && self.is_name(before) => {
                    i = before;
                }
                _ => return None,
            }
        }
    }

    fn is_exponent(&self, number: usize) -> bool {
        number > 0 && self.word(number - 1) == "^"
    }

    /// Whether no blank stands before token `i`.
    fn touches(&self, i: usize) -> bool {
        i > 0 && self.tokens[i - 1].end == self.tokens[i].start
    }

    /// Whether a value may end with token `i`.
    fn ends_value(&self, i: usize) -> bool {
        match self.tokens[i].kind {
            TokenKind::Word => self.is_name(i) || matches!(self.word(i), "true" | "false"),
            TokenKind::Close | TokenKind::Text { .. } | TokenKind::Number => true,
            _ => self.word(i) == "?",
        }
    }
}
