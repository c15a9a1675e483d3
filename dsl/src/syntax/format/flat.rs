//! Items and expressions on one line.

use super::Printer;
use crate::source::Span;
use crate::syntax::tree::{Arg, Block, Expr, ExprKind, Item, ItemKind, Name, Sense, Text, Use};
use std::ops::Range;

/// The bytes of a span.
pub(super) fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// The bytes of an argument.
pub(super) fn arg_range(arg: &Arg) -> Range<usize> {
    let start = arg
        .name
        .as_ref()
        .map_or(arg.value.span, |name| name.span)
        .start;
    start as usize..arg.value.span.end as usize
}

impl Printer<'_> {
    /// An item on one line; `None` when a comment or a longer block forbids it.
    pub fn flat_item(&self, item: &Item) -> Option<String> {
        if self.comments.any_in(&range(item.span)) {
            return None;
        }
        Some(match &item.kind {
            ItemKind::Use(import) => self.flat_use(import, item.span.end as usize)?,
            ItemKind::Let { name, value } => format!("let {} = {}", name.text, self.flat(value)?),
            ItemKind::Choose { name, domain } => {
                format!("choose {} in {}", name.text, self.flat(domain)?)
            }
            ItemKind::Script { name, text, .. } => {
                let head = format!("script {} \"\"\"{text}\"\"\"", name.text);
                (!text.contains('\n')).then_some(head)?
            }
            ItemKind::Goal { sense, value } => format!("{} {}", goal(*sense), self.flat(value)?),
            ItemKind::Require(check) => format!("require {}", self.flat(check)?),
            ItemKind::Expect {
                check,
                message,
                points,
            } => {
                let tail = self.flat_consequence(message.as_ref(), points.as_ref());
                format!("expect {}{tail}", self.flat(check)?)
            }
            ItemKind::Field { path, open, value } => {
                let sign = if *open { "in" } else { "=" };
                format!("{} {sign} {}", self.slice(path.span), self.flat(value)?)
            }
            ItemKind::Block(block) => self.flat_block(block, item.span.end as usize)?,
            ItemKind::Show(value) => self.flat(value)?,
        })
    }

    /// What follows the truth of an `expect`: its message and its points.
    pub(super) fn flat_consequence(&self, message: Option<&Text>, points: Option<&Expr>) -> String {
        let message = message.map(|m| format!(", {}", self.slice(m.span)));
        let points = points.map(|p| format!(", points = {}", self.slice(p.span)));
        format!(
            "{}{}",
            message.unwrap_or_default(),
            points.unwrap_or_default()
        )
    }

    pub(super) fn flat_use(&self, import: &Use, end: usize) -> Option<String> {
        let (whence, names) = self.import(import);
        if let Use::File { name, with, .. } = import {
            let head = format!("use {whence} as {}", name.text);
            return match with {
                None => Some(head),
                Some(items) => {
                    let body = self.flat_body(items, name.span.end as usize, end)?;
                    Some(format!("{head} with {body}"))
                }
            };
        }
        Some(match names {
            [] => format!("use {whence}"),
            names => format!("use {whence}.{{{}}}", words(names, ", ")),
        })
    }

    /// What is imported from, and the names in braces.
    pub(super) fn import<'u>(&self, import: &'u Use) -> (String, &'u [Name]) {
        match import {
            Use::File { path, .. } => (self.slice(path.span).to_owned(), &[]),
            Use::Names { path, names } => (self.slice(path.span).to_owned(), names),
            Use::Module { path, names } => (words(path, "."), names),
        }
    }

    fn flat_block(&self, block: &Block, end: usize) -> Option<String> {
        let head = block_head(block);
        match &block.body {
            None => Some(head),
            Some(items) => Some(format!(
                "{head} {}",
                self.flat_body(items, head_end(block), end)?
            )),
        }
    }

    /// The braces after byte `from`, with their items; `None` when they were on several
    /// lines, or hold a comment.
    pub fn flat_body(&self, items: &[Item], from: usize, end: usize) -> Option<String> {
        let open = self.opening(from, "{");
        if items.is_empty() && !self.comments.any_in(&(open..end)) {
            return Some(String::from("{}"));
        }
        if self.text[open..end].contains('\n') {
            return None;
        }
        let items: Option<Vec<String>> = items.iter().map(|item| self.flat_item(item)).collect();
        Some(format!("{{ {} }}", items?.join(", ")))
    }

    /// An expression on one line; `None` when a comment or a longer block forbids it.
    pub fn flat(&self, expr: &Expr) -> Option<String> {
        let end = expr.span.end as usize;
        if self.comments.any_in(&range(expr.span)) {
            return None;
        }
        Some(match &expr.kind {
            ExprKind::Number {
                text, unit: None, ..
            } => text.clone(),
            ExprKind::Number {
                text,
                unit: Some(unit),
                ..
            } => {
                format!("{text} {}", self.slice(unit.span))
            }
            ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Name(_) | ExprKind::Hole => {
                self.slice(expr.span).to_owned()
            }
            ExprKind::Set(elements) => format!("{{{}}}", self.flat_all(elements)?),
            ExprKind::List(elements) => format!("[{}]", self.flat_all(elements)?),
            ExprKind::Range { start, end, step } => {
                let bounds = format!("{}..{}", self.flat(start)?, self.flat(end)?);
                match step {
                    None => bounds,
                    Some(step) => {
                        let times = if step.times { "*" } else { "" };
                        format!("{bounds} step {times}{}", self.flat(&step.value)?)
                    }
                }
            }
            ExprKind::Group(inner) => format!("({})", self.flat(inner)?),
            ExprKind::Member { base, name } => format!("{}.{}", self.flat(base)?, name.text),
            ExprKind::Index { base, index } => {
                format!("{}[{}]", self.flat(base)?, self.flat(index)?)
            }
            ExprKind::Call { callee, args } => {
                let args: Option<Vec<String>> = args.iter().map(|arg| self.flat_arg(arg)).collect();
                format!("{}({})", self.flat(callee)?, args?.join(", "))
            }
            ExprKind::Negate(inner) => format!("-{}", self.flat(inner)?),
            ExprKind::Binary {
                op, left, right, ..
            } => {
                format!("{} {} {}", self.flat(left)?, op.sign(), self.flat(right)?)
            }
            ExprKind::As { value, unit } => {
                format!("{} as {}", self.flat(value)?, self.slice(unit.span))
            }
            ExprKind::With { base, items } => {
                let body = self.flat_body(items, base.span.end as usize, end)?;
                format!("{} with {body}", self.flat(base)?)
            }
            ExprKind::Block { kind, items } => {
                format!(
                    "{} {}",
                    kind.text,
                    self.flat_body(items, kind.span.end as usize, end)?
                )
            }
        })
    }

    fn flat_all(&self, elements: &[Expr]) -> Option<String> {
        let elements: Option<Vec<String>> = elements.iter().map(|e| self.flat(e)).collect();
        Some(elements?.join(", "))
    }

    /// An argument on one line.
    pub fn flat_arg(&self, arg: &Arg) -> Option<String> {
        if self.comments.any_in(&arg_range(arg)) {
            return None;
        }
        let value = self.flat(&arg.value)?;
        Some(match &arg.name {
            Some(name) => format!("{} = {value}", name.text),
            None => value,
        })
    }
}

/// The word that states a goal.
pub(super) fn goal(sense: Sense) -> &'static str {
    match sense {
        Sense::Maximize => "maximize",
        Sense::Minimize => "minimize",
    }
}

/// Kind and label.
pub(super) fn block_head(block: &Block) -> String {
    match &block.label {
        Some(label) => format!("{} {}", block.kind.text, label.text),
        None => block.kind.text.clone(),
    }
}

/// The byte after kind and label.
pub(super) fn head_end(block: &Block) -> usize {
    block.label.as_ref().unwrap_or(&block.kind).span.end as usize
}

fn words(names: &[Name], join: &str) -> String {
    let words: Vec<&str> = names.iter().map(|n| n.text.as_str()).collect();
    words.join(join)
}
