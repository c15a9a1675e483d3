//! Items, each on a line of its own.

use super::Printer;
use super::flat::{block_head, goal, head_end, range};
use super::lines::WIDTH;
use crate::syntax::tree::{Expr, ExprKind, Item, ItemKind, Use};
use std::ops::Range;

impl Printer<'_> {
    /// The items between the bytes `start` and `end`, with the comments around them.
    pub fn items(&mut self, items: &[Item], start: usize, end: usize) {
        let mut before = start;
        for (place, item) in items.iter().enumerate() {
            let span = range(item.span);
            before = self.comments_before(before, span.start);
            self.blank_between(before, span.start);
            let limit = items
                .get(place + 1)
                .map_or(end, |next| next.span.start as usize);
            let brackets = item_brackets(self, item);
            let beside = self.comments.take_beside(span.clone(), &brackets, limit);
            self.item(item);
            if items
                .get(place + 1)
                .is_some_and(|next| self.continues(next))
            {
                self.lines.write(",");
            }
            self.lines.end(beside);
            before = span.end;
        }
        self.comments_before(before, end);
    }

    /// Comments that wait between two bytes, each on a line of its own; gives the end of the last.
    pub fn comments_before(&mut self, mut from: usize, to: usize) -> usize {
        while let Some((comment, words)) = self.comments.take_first(from..to) {
            self.blank_between(from, comment.start);
            self.lines.write(words);
            self.lines.end(None);
            from = comment.end;
        }
        from
    }

    /// Keeps one of the empty lines between two bytes.
    fn blank_between(&mut self, from: usize, to: usize) {
        let starts_block = self.text[..from].ends_with(['{', '[', '(']);
        let begins = from == 0 || starts_block;
        let between = &self.text[from..to];
        let blanks = &between[between.trim_end().len()..];
        if !begins && blanks.matches('\n').count() > 1 {
            self.lines.blank();
        }
    }

    /// Whether an item would be read as the rest of the one before, if no comma stood between.
    fn continues(&self, item: &Item) -> bool {
        let first = self.text[item.span.start as usize..].chars().next();
        matches!(item.kind, ItemKind::Show(_)) && matches!(first, Some('-' | '{'))
    }

    fn item(&mut self, item: &Item) {
        let flat = self.flat_item(item);
        if let Some(flat) = flat.filter(|f| self.lines.column() + f.chars().count() <= WIDTH) {
            return self.lines.write(&flat);
        }
        match &item.kind {
            ItemKind::Use(import) => self.long_use(import, item.span.end as usize),
            ItemKind::Let { name, value } => {
                self.headed(&format!("let {} = ", name.text), value, 0)
            }
            ItemKind::Choose { name, domain } => {
                self.headed(&format!("choose {} in ", name.text), domain, 0);
            }
            ItemKind::Script { name, text, .. } => {
                self.lines
                    .write(&format!("script {} \"\"\"{text}\"\"\"", name.text));
            }
            ItemKind::Goal { sense, value } => self.headed(&format!("{} ", goal(*sense)), value, 0),
            ItemKind::Require(check) => self.headed("require ", check, 0),
            ItemKind::Expect {
                check,
                message,
                points,
            } => {
                let tail = self.flat_consequence(message.as_ref(), points.as_ref());
                let Some(message) = tail.strip_prefix(", ") else {
                    return self.headed("expect ", check, 0);
                };
                // The message is on a line of its own, so that a narrow cell shows both.
                self.headed("expect ", check, 1);
                self.lines.write(",");
                self.lines.end(None);
                self.lines.indent();
                self.lines.write(message);
                self.lines.outdent();
            }
            ItemKind::Field { path, open, value } => {
                let sign = if *open { "in" } else { "=" };
                self.headed(&format!("{} {sign} ", self.slice(path.span)), value, 0);
            }
            ItemKind::Block(block) => {
                self.lines.write(&block_head(block));
                if let Some(items) = &block.body {
                    self.lines.write(" ");
                    self.body(items, head_end(block), item.span.end as usize);
                }
            }
            ItemKind::Show(value) => self.expr(value, 0),
        }
    }

    fn headed(&mut self, head: &str, value: &Expr, tail: usize) {
        self.lines.write(head);
        self.expr(value, tail);
    }

    fn long_use(&mut self, import: &Use, end: usize) {
        let (whence, names) = self.import(import);
        if let Use::File {
            name,
            with: Some(items),
            ..
        } = import
        {
            self.lines
                .write(&format!("use {whence} as {} with ", name.text));
            return self.body(items, name.span.end as usize, end);
        }
        if names.is_empty() {
            let flat = self.flat_use(import, end).unwrap_or_default();
            return self.lines.write(&flat);
        }
        self.lines.write(&format!("use {whence}"));
        self.lines.write(".{");
        self.lines.end(None);
        self.lines.indent();
        for name in names {
            self.lines.write(&format!("{},", name.text));
            self.lines.end(None);
        }
        self.lines.outdent();
        self.lines.write("}");
    }

    /// The braces after byte `from`, their items on lines of their own.
    pub fn body(&mut self, items: &[Item], from: usize, end: usize) {
        let open = self.opening(from, "{");
        self.lines.write("{");
        let limit = items.first().map_or(end, |item| item.span.start as usize);
        let beside = self.comments.take_beside(open..open + 1, &[], limit);
        self.lines.end(beside);
        self.lines.indent();
        self.items(items, open + 1, end - 1);
        self.lines.outdent();
        self.lines.write("}");
    }
}

/// The outermost brackets of an item that may be written over several lines: comments
/// inside them stay inside.
fn item_brackets(printer: &Printer<'_>, item: &Item) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    match &item.kind {
        ItemKind::Block(block) if block.body.is_some() => {
            found.push(printer.opening(head_end(block), "{")..item.span.end as usize);
        }
        ItemKind::Let { value, .. }
        | ItemKind::Choose { domain: value, .. }
        | ItemKind::Goal { value, .. }
        | ItemKind::Require(value)
        | ItemKind::Expect { check: value, .. }
        | ItemKind::Field { value, .. }
        | ItemKind::Show(value) => brackets(printer, value, &mut found),
        ItemKind::Use(Use::File {
            name,
            with: Some(_),
            ..
        }) => found.push(printer.opening(name.span.end as usize, "{")..item.span.end as usize),
        ItemKind::Block(_) | ItemKind::Use(_) | ItemKind::Script { .. } => {}
    }
    found
}

/// The same of an expression.
pub(super) fn brackets(printer: &Printer<'_>, expr: &Expr, found: &mut Vec<Range<usize>>) {
    let end = expr.span.end as usize;
    match &expr.kind {
        ExprKind::Set(_) | ExprKind::List(_) => found.push(range(expr.span)),
        ExprKind::Call { callee, .. } => {
            brackets(printer, callee, found);
            found.push(printer.opening(callee.span.end as usize, "(")..end);
        }
        ExprKind::With { base, .. } => {
            brackets(printer, base, found);
            found.push(printer.opening(base.span.end as usize, "{")..end);
        }
        ExprKind::Block { kind, .. } => {
            found.push(printer.opening(kind.span.end as usize, "{")..end);
        }
        ExprKind::Range { start, end, step } => {
            brackets(printer, start, found);
            brackets(printer, end, found);
            step.iter()
                .for_each(|step| brackets(printer, &step.value, found));
        }
        ExprKind::Group(inner) | ExprKind::Negate(inner) => brackets(printer, inner, found),
        ExprKind::Member { base, .. } => brackets(printer, base, found),
        ExprKind::Index { base, index } => {
            brackets(printer, base, found);
            brackets(printer, index, found);
        }
        ExprKind::Binary { left, right, .. } => {
            brackets(printer, left, found);
            brackets(printer, right, found);
        }
        ExprKind::As { value, .. } => brackets(printer, value, found),
        ExprKind::Number { .. }
        | ExprKind::Text(_)
        | ExprKind::Bool(_)
        | ExprKind::Name(_)
        | ExprKind::Hole => {}
    }
}
