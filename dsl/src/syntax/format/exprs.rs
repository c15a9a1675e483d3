//! Expressions that do not fit on one line.

use super::Printer;
use super::flat::{arg_range, range};
use super::items::brackets;
use super::lines::WIDTH;
use crate::syntax::tree::{Arg, Expr, ExprKind};
use std::ops::Range;

/// An element between brackets.
#[derive(Clone, Copy)]
enum Element<'e> {
    Value(&'e Expr),
    Arg(&'e Arg),
}

impl<'e> Element<'e> {
    fn range(self) -> Range<usize> {
        match self {
            Self::Value(value) => range(value.span),
            Self::Arg(arg) => arg_range(arg),
        }
    }

    fn value(self) -> &'e Expr {
        match self {
            Self::Value(value) => value,
            Self::Arg(arg) => &arg.value,
        }
    }
}

impl Printer<'_> {
    /// Writes an expression after what is on the line already; `tail` characters follow it.
    pub fn expr(&mut self, expr: &Expr, tail: usize) {
        let end = expr.span.end as usize;
        let flat = self.flat(expr);
        if let Some(flat) = flat.filter(|f| self.lines.column() + f.chars().count() + tail <= WIDTH)
        {
            return self.lines.write(&flat);
        }
        match &expr.kind {
            ExprKind::Set(elements) => self.values(expr, ["{", "}"], elements),
            ExprKind::List(elements) => self.values(expr, ["[", "]"], elements),
            ExprKind::Call { callee, args } => self.call(callee, args, end, tail),
            ExprKind::With { base, items } => {
                self.expr(base, " with {".len());
                self.lines.write(" with ");
                self.body(items, base.span.end as usize, end);
            }
            ExprKind::Block { kind, items } => {
                self.lines.write(&format!("{} ", kind.text));
                self.body(items, kind.span.end as usize, end);
            }
            ExprKind::Range { start, end, step } => {
                self.expr(start, 0);
                self.lines.write("..");
                self.expr(end, tail);
                if let Some(step) = step {
                    self.lines
                        .write(if step.times { " step *" } else { " step " });
                    self.expr(&step.value, tail);
                }
            }
            ExprKind::Group(inner) => {
                self.lines.write("(");
                self.expr(inner, tail + 1);
                self.lines.write(")");
            }
            ExprKind::Member { base, name } => {
                self.expr(base, tail + 1 + name.text.chars().count());
                self.lines.write(&format!(".{}", name.text));
            }
            ExprKind::Index { base, index } => {
                self.expr(base, 0);
                self.lines.write("[");
                self.expr(index, tail + 1);
                self.lines.write("]");
            }
            ExprKind::Negate(inner) => {
                self.lines.write("-");
                self.expr(inner, tail);
            }
            ExprKind::Binary {
                op, left, right, ..
            } => {
                self.expr(left, 0);
                self.lines.write(&format!(" {} ", op.sign()));
                self.expr(right, tail);
            }
            ExprKind::As { value, unit } => {
                let unit = format!(" as {}", self.slice(unit.span));
                self.expr(value, tail + unit.chars().count());
                self.lines.write(&unit);
            }
            ExprKind::Number { .. }
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Name(_)
            | ExprKind::Hole => {
                let words = self
                    .flat(expr)
                    .unwrap_or_else(|| self.slice(expr.span).to_owned());
                self.lines.write(&words);
            }
        }
    }

    /// A set or list over several lines; short values share them.
    fn values(&mut self, whole: &Expr, signs: [&str; 2], elements: &[Expr]) {
        let span = range(whole.span);
        let simple = |e: &Expr| {
            !matches!(
                e.kind,
                ExprKind::Call { .. }
                    | ExprKind::With { .. }
                    | ExprKind::Block { .. }
                    | ExprKind::Set(_)
                    | ExprKind::List(_)
            )
        };
        let flat: Option<Vec<String>> = elements.iter().map(|e| self.flat(e)).collect();
        match flat {
            Some(flat) if elements.iter().all(simple) && !self.comments.any_in(&span) => {
                self.filled(signs, &flat);
            }
            _ => {
                let elements: Vec<Element<'_>> = elements.iter().map(Element::Value).collect();
                self.broken(signs, &elements, span);
            }
        }
    }

    /// Values one after the other, as many on a line as fit.
    fn filled(&mut self, [open, close]: [&str; 2], values: &[String]) {
        self.lines.write(open);
        self.lines.end(None);
        self.lines.indent();
        let margin = self.lines.column();
        for value in values {
            if self.lines.column() > margin
                && self.lines.column() + value.chars().count() + 2 > WIDTH
            {
                self.lines.end(None);
            } else if self.lines.column() > margin {
                self.lines.write(" ");
            }
            self.lines.write(&format!("{value},"));
        }
        self.lines.end(None);
        self.lines.outdent();
        self.lines.write(close);
    }

    /// Each element on a line of its own, with the comments around it.
    fn broken(&mut self, [open, close]: [&str; 2], elements: &[Element<'_>], span: Range<usize>) {
        let inner = span.start + 1..span.end - 1;
        let start = |place: usize| elements.get(place).map_or(inner.end, |e| e.range().start);
        self.lines.write(open);
        let beside = self
            .comments
            .take_beside(span.start..inner.start, &[], start(0));
        self.lines.end(beside);
        self.lines.indent();
        let mut before = inner.start;
        for (place, element) in elements.iter().enumerate() {
            let at = element.range();
            self.comments_before(before, at.start);
            let mut brackets_inside = Vec::new();
            brackets(self, element.value(), &mut brackets_inside);
            let beside = self
                .comments
                .take_beside(at.clone(), &brackets_inside, start(place + 1));
            self.element(*element, 1);
            self.lines.write(",");
            self.lines.end(beside);
            before = at.end;
        }
        self.comments_before(before, inner.end);
        self.lines.outdent();
        self.lines.write(close);
    }

    fn element(&mut self, element: Element<'_>, tail: usize) {
        if let Element::Arg(Arg {
            name: Some(name), ..
        }) = element
        {
            self.lines.write(&format!("{} = ", name.text));
        }
        self.expr(element.value(), tail);
    }

    fn call(&mut self, callee: &Expr, args: &[Arg], end: usize, tail: usize) {
        let open = self.opening(callee.span.end as usize, "(");
        self.expr(callee, 1);
        match self.held_together(args, open..end, tail) {
            Some(long) => self.around(args, long),
            None => {
                let elements: Vec<Element<'_>> = args.iter().map(Element::Arg).collect();
                self.broken(["(", ")"], &elements, open..end);
            }
        }
    }

    /// The argument to write over several lines while all others stay beside it, as in
    /// `sweep(network, base with {` … `})`; `None` if there is no such argument.
    fn held_together(&self, args: &[Arg], call: Range<usize>, tail: usize) -> Option<usize> {
        let flat: Vec<Option<String>> = args.iter().map(|arg| self.flat_arg(arg)).collect();
        let width = |place: usize| {
            flat[place]
                .as_ref()
                .map_or(usize::MAX, |f| f.chars().count())
        };
        let long = (0..args.len())
            .filter(|place| spreads(&args[*place].value))
            .max_by_key(|p| width(*p))?;
        if (0..args.len()).any(|place| place != long && flat[place].is_none()) {
            return None;
        }
        let mut inside = Vec::new();
        brackets(self, &args[long].value, &mut inside);
        let outermost = inside.last()?;
        let comments_elsewhere = self.comments.any_in(&(call.start..outermost.start))
            || self.comments.any_in(&(outermost.end..call.end));
        let beside = |places: Range<usize>| places.map(|place| width(place) + 2).sum::<usize>();
        let head = self.head_width(&args[long])?;
        let first_line = self.lines.column() + 1 + beside(0..long) + head + 1;
        let last_line = self.lines.indentation() + 1 + beside(long + 1..args.len()) + 1 + tail;
        (!comments_elsewhere && first_line <= WIDTH && last_line <= WIDTH).then_some(long)
    }

    /// The characters of an argument up to its bracket.
    fn head_width(&self, arg: &Arg) -> Option<usize> {
        let name = arg
            .name
            .as_ref()
            .map_or(0, |name| name.text.chars().count() + " = ".len());
        let base = match &arg.value.kind {
            ExprKind::With { base, .. } => self.flat(base)?.chars().count() + " with ".len(),
            ExprKind::Block { kind, .. } => kind.text.chars().count() + 1,
            _ => 0,
        };
        Some(name + base)
    }

    fn around(&mut self, args: &[Arg], long: usize) {
        self.lines.write("(");
        for (place, arg) in args.iter().enumerate() {
            if place > 0 {
                self.lines.write(", ");
            }
            match self.flat_arg(arg).filter(|_| place != long) {
                Some(flat) => self.lines.write(&flat),
                None => {
                    if let Some(name) = &arg.name {
                        self.lines.write(&format!("{} = ", name.text));
                    }
                    self.spread(&arg.value);
                }
            }
        }
        self.lines.write(")");
    }

    /// Writes a list, set or block over several lines even if it would fit on one.
    fn spread(&mut self, value: &Expr) {
        let end = value.span.end as usize;
        match &value.kind {
            ExprKind::Set(elements) => self.values(value, ["{", "}"], elements),
            ExprKind::List(elements) => self.values(value, ["[", "]"], elements),
            ExprKind::With { base, items } => {
                self.expr(base, " with {".len());
                self.lines.write(" with ");
                self.body(items, base.span.end as usize, end);
            }
            ExprKind::Block { kind, items } => {
                self.lines.write(&format!("{} ", kind.text));
                self.body(items, kind.span.end as usize, end);
            }
            _ => self.expr(value, 0),
        }
    }
}

/// Whether an argument may be written over several lines while others stay beside it.
fn spreads(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Set(elements) | ExprKind::List(elements) => !elements.is_empty(),
        ExprKind::With { items, base } => {
            !items.is_empty() && matches!(base.kind, ExprKind::Name(_) | ExprKind::Member { .. })
        }
        ExprKind::Block { items, .. } => !items.is_empty(),
        _ => false,
    }
}
