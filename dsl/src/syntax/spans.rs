//! Trees compared without their places.

use super::tree::{Arg, Expr, ExprKind, File, Item, ItemKind, Name, Path, Unit, Use};
use crate::source::Span;

impl File {
    /// The same tree with every span set to zero, so that trees of texts that
    /// differ in blanks and comments alone compare as equal.
    #[must_use]
    pub fn without_spans(&self) -> File {
        let mut file = self.clone();
        items(&mut file.items);
        file
    }
}

const NOWHERE: Span = Span {
    source: crate::source::SourceId(0),
    start: 0,
    end: 0,
};

fn items(all: &mut [Item]) {
    all.iter_mut().for_each(item);
}

fn item(item: &mut Item) {
    item.span = NOWHERE;
    match &mut item.kind {
        ItemKind::Use(Use::Module { path, names }) => path.iter_mut().chain(names).for_each(name),
        ItemKind::Use(Use::File {
            path,
            name: given,
            with,
        }) => {
            path.span = NOWHERE;
            name(given);
            with.iter_mut().for_each(|with| items(with));
        }
        ItemKind::Use(Use::Names { path, names }) => {
            path.span = NOWHERE;
            names.iter_mut().for_each(name);
        }
        ItemKind::Let { name: given, value }
        | ItemKind::Choose {
            name: given,
            domain: value,
        } => {
            name(given);
            expr(value);
        }
        ItemKind::Script {
            name: given,
            text_span,
            ..
        } => {
            name(given);
            *text_span = NOWHERE;
        }
        ItemKind::Goal { value, .. } | ItemKind::Require(value) | ItemKind::Show(value) => {
            expr(value)
        }
        ItemKind::Expect {
            check,
            message,
            points,
        } => {
            expr(check);
            points.iter_mut().for_each(expr);
            message.iter_mut().for_each(|text| text.span = NOWHERE);
        }
        ItemKind::Field {
            path: field, value, ..
        } => {
            path(field);
            expr(value);
        }
        ItemKind::Block(block) => {
            name(&mut block.kind);
            block.label.iter_mut().for_each(name);
            block.body.iter_mut().for_each(|body| items(body));
        }
    }
}

fn name(name: &mut Name) {
    name.span = NOWHERE;
}

fn path(path: &mut Path) {
    path.span = NOWHERE;
    path.segments
        .iter_mut()
        .for_each(|segment| name(&mut segment.name));
}

fn unit(unit: &mut Unit) {
    unit.span = NOWHERE;
    unit.factors
        .iter_mut()
        .for_each(|factor| name(&mut factor.name));
}

fn arg(arg: &mut Arg) {
    arg.name.iter_mut().for_each(name);
    expr(&mut arg.value);
}

fn expr(e: &mut Expr) {
    e.span = NOWHERE;
    match &mut e.kind {
        ExprKind::Number { unit: given, .. } => given.iter_mut().for_each(unit),
        ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Name(_) | ExprKind::Hole => {}
        ExprKind::Set(elements) | ExprKind::List(elements) => elements.iter_mut().for_each(expr),
        ExprKind::Range { start, end, step } => {
            expr(start);
            expr(end);
            step.iter_mut().for_each(|step| expr(&mut step.value));
        }
        ExprKind::Group(inner) | ExprKind::Negate(inner) => expr(inner),
        ExprKind::Member { base, name: member } => {
            expr(base);
            name(member);
        }
        ExprKind::Index { base, index } => {
            expr(base);
            expr(index);
        }
        ExprKind::Call { callee, args } => {
            expr(callee);
            args.iter_mut().for_each(arg);
        }
        ExprKind::Binary {
            op_span,
            left,
            right,
            ..
        } => {
            *op_span = NOWHERE;
            expr(left);
            expr(right);
        }
        ExprKind::As {
            value,
            unit: target,
        } => {
            expr(value);
            unit(target);
        }
        ExprKind::With {
            base,
            items: changes,
        } => {
            expr(base);
            items(changes);
        }
        ExprKind::Block { kind, items: body } => {
            name(kind);
            items(body);
        }
    }
}
