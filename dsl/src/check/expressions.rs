//! Expressions: names resolved, dimensions checked, what is known folded.

use super::constants::type_of;
use super::program::Decl;
use super::{Checker, Local, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions::{self, Subject, Type};
use crate::names::closest;
use crate::plan::{self, ExprKind as Plan, PathStep};
use crate::schema::join_names;
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Name};
use crate::units::Dim;
use crate::value::Value;

type Typed = (plan::Expr, Type);

/// Most expressions that may wait for each other, so that the stack suffices.
const DEEPEST: usize = 400;

impl Checker<'_> {
    /// Resolves an expression and tells its type; `None` after saying what is wrong.
    pub(super) fn expr(&mut self, scope: &Scope, expr: &Expr) -> Option<Typed> {
        if self.depth >= DEEPEST {
            self.say(
                Diagnostic::new("E0109", "values depend on each other too deeply")
                    .at(expr.span, format!("more than {DEEPEST} steps to its value"))
                    .hint("declare what others need further up in the file"),
            );
            return None;
        }
        self.depth += 1;
        let typed = self.expr_of_kind(scope, expr);
        self.depth -= 1;
        typed
    }

    fn expr_of_kind(&mut self, scope: &Scope, expr: &Expr) -> Option<Typed> {
        let at = expr.span;
        match &expr.kind {
            ExprKind::Number { value, unit, .. } => {
                let q = self.number(*value, unit.as_ref())?;
                Some(self.known(at, Value::Quantity(q)))
            }
            ExprKind::Text(text) => Some(self.known(at, Value::Text(text.clone()))),
            ExprKind::Bool(b) => Some(self.known(at, Value::Bool(*b))),
            ExprKind::Group(inner) => self.expr(scope, inner),
            ExprKind::Hole => {
                self.hole(scope, "", at);
                None
            }
            ExprKind::Set(_) | ExprKind::Range { .. } => {
                let domain = self.domain(scope, expr)?;
                Some(self.known(at, Value::Domain(domain)))
            }
            ExprKind::List(items) => self.list(scope, at, items),
            ExprKind::Name(name) => self.name(scope, at, name),
            ExprKind::Member { .. } | ExprKind::Index { .. } => self.member(scope, expr),
            ExprKind::Call { callee, args } => self.call(scope, at, callee, args),
            ExprKind::Negate(inner) => self.negate(scope, at, inner),
            ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            } => self.binary(scope, at, (*op, *op_span), left, right),
            ExprKind::As { value, unit } => self.convert(scope, at, value, unit),
            ExprKind::With { base, items } => {
                let value = self.with(scope, base, items)?;
                if self.garbled_in(at) {
                    return None;
                }
                let ty = super::with::copy_type(
                    value.as_block().and_then(|n| self.program.blocks.get(n)),
                );
                Some((
                    plan::Expr {
                        kind: Plan::Value(value),
                        at,
                    },
                    ty,
                ))
            }
            ExprKind::Block { kind, .. } => {
                self.say(
                    Diagnostic::new(
                        "E0305",
                        format!("a `{}` block cannot stand here", kind.text),
                    )
                    .at(at, "a value is expected")
                    .hint("give the block a name at the top level and use the name"),
                );
                None
            }
        }
    }

    fn known(&self, at: Span, value: Value) -> Typed {
        let ty = type_of(&value, &self.program.blocks);
        (
            plan::Expr {
                kind: Plan::Value(value),
                at,
            },
            ty,
        )
    }

    fn list(&mut self, scope: &Scope, at: Span, items: &[Expr]) -> Option<Typed> {
        let all: Vec<Option<Typed>> = items.iter().map(|item| self.expr(scope, item)).collect();
        let (all, types): (Vec<plan::Expr>, Vec<Type>) = all
            .into_iter()
            .collect::<Option<Vec<Typed>>>()?
            .into_iter()
            .unzip();
        let values: Option<Vec<Value>> = all
            .iter()
            .map(|e| match &e.kind {
                Plan::Value(v) => Some(v.clone()),
                _ => None,
            })
            .collect();
        let kind = match values {
            Some(values) => Plan::Value(Value::List(values)),
            None => Plan::List(all),
        };
        let results = |ty: &Type| matches!(ty, Type::Result(_) | Type::Results(_) | Type::Run(_));
        let ty = match !types.is_empty() && types.iter().all(results) {
            true => Type::Together(types),
            false => Type::List,
        };
        Some((plan::Expr { kind, at }, ty))
    }

    // ---- names ----------------------------------------------------------------

    fn name(&mut self, scope: &Scope, at: Span, name: &str) -> Option<Typed> {
        for frame in scope.frames.iter().rev() {
            match frame.get(name) {
                Some(Local::Choice(ty)) => {
                    let kind = Plan::Slot(name.to_owned());
                    return Some((plan::Expr { kind, at }, ty.clone()));
                }
                Some(Local::Lost) => return None,
                Some(Local::Label { fields, .. }) => {
                    let some: Vec<String> = fields.keys().map(|f| format!("{name}.{f}")).collect();
                    self.say(
                        Diagnostic::new("E0305", format!("`{name}` is a block, not a value"))
                            .at(at, "one of its fields is needed")
                            .hint(format!(
                                "write {}",
                                some.first()
                                    .map_or("a field of it".to_owned(), |f| format!("`{f}`"))
                            )),
                    );
                    return None;
                }
                None => {}
            }
        }
        if let Some(found) = self.column(scope, at, name) {
            return Some(found);
        }
        match self.decl(&scope.module, name) {
            Some(decl) => self.use_decl(scope, at, name, &decl),
            None if functions::find(name).is_some() => {
                self.say(
                    Diagnostic::new("E0209", format!("`{name}` is a function"))
                        .at(at, "not called")
                        .hint(format!(
                            "call it: `{name}(…)`; `nasaic doc {name}` tells its arguments"
                        )),
                );
                None
            }
            None => {
                self.unknown_name(scope, name, at);
                None
            }
        }
    }

    /// A metric, or a path that at least one of several results has: other rows leave it empty.
    fn column_of_any(
        &mut self,
        scope: &Scope,
        results: &[Type],
        at: Span,
        path: &str,
    ) -> Option<Typed> {
        let of = |rows: Type| Scope {
            rows: Some(rows),
            ..scope.clone()
        };
        let any = of(Type::Results(Subject::default()));
        self.column(&any, at, path).or_else(|| {
            let mut each = results.iter();
            each.find_map(|result| self.column(&of(result.clone()), at, path))
        })
    }

    /// A metric or path of the rows at hand, or a metric of the problem.
    pub(super) fn column(&mut self, scope: &Scope, at: Span, path: &str) -> Option<Typed> {
        if let Some(Type::Together(results)) = &scope.rows {
            return self.column_of_any(scope, results, at, path);
        }
        if let Some(rows) = &scope.rows {
            if let Some(c) = functions::columns(rows)
                .into_iter()
                .find(|c| c.name == path)
            {
                if !matches!(rows, Type::Race(_) | Type::Answers | Type::Layers) {
                    self.metric_available(rows, path, at);
                }
                return Some((
                    plan::Expr {
                        kind: Plan::Metric(path.to_owned()),
                        at,
                    },
                    c.ty,
                ));
            }
            let subject = rows.subject()?;
            let instance = self.space_of(subject).ok()?;
            if let Some((task, "accuracy" | "score" | "uncertainty" | "latency" | "energy")) =
                path.rsplit_once('.')
                && instance.tasks.iter().any(|t| t.label == task)
            {
                let metric = path.rsplit('.').next().unwrap_or_default();
                let ty = functions::columns(rows)
                    .into_iter()
                    .find(|c| c.name == metric)?
                    .ty;
                return Some((
                    plan::Expr {
                        kind: Plan::Metric(path.to_owned()),
                        at,
                    },
                    ty,
                ));
            }
            let bound = instance.find(path)?;
            let ty = self.bound_type(&instance, bound);
            return Some((
                plan::Expr {
                    kind: Plan::Path(path.to_owned()),
                    at,
                },
                ty,
            ));
        }
        let tasks = scope.tasks.as_ref()?;
        let (task, metric) = path
            .rsplit_once('.')
            .map_or((None, path), |(t, m)| (Some(t), m));
        let column = functions::columns_of()[0]
            .1
            .iter()
            .find(|c| c.name == metric)?
            .clone();
        if let Some(task) = task
            && !(tasks.iter().any(|t| t == task)
                && matches!(
                    metric,
                    "accuracy" | "score" | "uncertainty" | "latency" | "energy"
                ))
        {
            return None;
        }
        Some((
            plan::Expr {
                kind: Plan::Metric(path.to_owned()),
                at,
            },
            column.ty,
        ))
    }

    fn bound_type(
        &self,
        instance: &crate::instance::Instance,
        bound: &crate::instance::Bound,
    ) -> Type {
        use crate::instance::Bound;
        match bound {
            Bound::Fixed(v) => type_of(v, &self.program.blocks),
            Bound::Decision(d) => {
                type_of(&instance.decisions[*d].domain.get(0), &self.program.blocks)
            }
            Bound::Formula(_) => Type::Quantity(Dim::NONE),
        }
    }

    fn use_decl(&mut self, scope: &Scope, at: Span, name: &str, decl: &Decl) -> Option<Typed> {
        let (kind, ty) = match decl {
            Decl::Block { name, kind } => (
                Plan::Value(Value::Block(name.clone())),
                Type::Block(kind.clone()),
            ),
            Decl::Value { value, ty } => (Plan::Value(value.clone()), ty.clone()),
            Decl::Result { ty } => {
                if !scope.module.is_empty() || self.is_imported(&scope.module, name) {
                    self.say(
                        Diagnostic::new(
                            "E0207",
                            format!("`{name}` is the result of an action in another file"),
                        )
                        .at(at, "an import brings declarations only")
                        .hint("do the action in this file, with the blocks it needs imported"),
                    );
                    return None;
                }
                (Plan::Let(name.to_owned()), ty.clone())
            }
            Decl::Choice { name, ty } => (Plan::Slot(name.clone()), ty.clone()),
            Decl::Script { functions, .. } => {
                let first = functions.first().map_or("f", |f| f.0.as_str());
                self.say(
                    Diagnostic::new("E0305", format!("`{name}` is a script, not a value"))
                        .at(at, "one of its functions is needed")
                        .hint(format!("write `{name}.{first}(…)`")),
                );
                return None;
            }
            Decl::Function { .. } => {
                self.say(
                    Diagnostic::new("E0305", format!("`{name}` is a function, not a value"))
                        .at(at, "it needs its numbers")
                        .hint(format!("write `{name}(…)`")),
                );
                return None;
            }
            Decl::Module(key) => {
                let hint = format!(
                    "write `{name}.NAME`, or import names: `use {}.{{NAME}}`",
                    super::names::written(key)
                );
                self.say(
                    Diagnostic::new("E0305", format!("`{name}` is a module, not a value"))
                        .at(at, "one of its names is needed")
                        .hint(hint),
                );
                return None;
            }
            Decl::Data(path) => (Plan::Value(Value::Text(path.clone())), Type::Data),
            Decl::Broken => return None,
        };
        Some((plan::Expr { kind, at }, ty))
    }

    fn is_imported(&self, module: &str, name: &str) -> bool {
        matches!(self.state(module, name), Some(super::State::Import { .. }))
    }

    // ---- members --------------------------------------------------------------

    fn member(&mut self, scope: &Scope, expr: &Expr) -> Option<Typed> {
        if let Some(path) = plain_path(expr) {
            if let Some(found) = self.local_path(scope, expr.span, &path) {
                return found;
            }
            let text = plan::path_text(&path);
            if let Some(found) = self.column(scope, expr.span, &text) {
                return Some(found);
            }
            if let Some(found) = self.declared_path(scope, expr, &path) {
                return found;
            }
        }
        if let Some(found) = self.path_of_result(scope, expr) {
            return found;
        }
        match &expr.kind {
            ExprKind::Member { base, name } => self.result_member(scope, expr.span, base, name),
            ExprKind::Index { base, index } => {
                let (base_expr, ty) = self.expr(scope, base)?;
                let (index, _) = self.expr(scope, index)?;
                let item = match &ty {
                    Type::Results(s) | Type::Run(s) => Type::Result(s.clone()),
                    Type::List => Type::Quantity(Dim::NONE),
                    other => {
                        self.say(
                            Diagnostic::new("E0305", "this has no elements")
                                .at(base.span, format!("this is {}", other.describe()))
                                .hint("leave the brackets out"),
                        );
                        return None;
                    }
                };
                let kind = Plan::Index(Box::new(base_expr), Box::new(index));
                Some((
                    plan::Expr {
                        kind,
                        at: expr.span,
                    },
                    item,
                ))
            }
            _ => None,
        }
    }

    /// `down.filters`, where `down` labels a block around or before.
    fn local_path(&mut self, scope: &Scope, at: Span, path: &[PathStep]) -> Option<Option<Typed>> {
        let [label, field] = path else { return None };
        let (fields, whole) = match scope.frames.iter().rev().find_map(|f| f.get(&label.name))? {
            Local::Label { fields, whole } => (fields, *whole),
            Local::Lost => return Some(None),
            Local::Choice(_) => return None,
        };
        let Some(ty) = fields.get(&field.name) else {
            if !whole {
                return Some(None);
            }
            let names: Vec<&str> = fields.keys().map(String::as_str).collect();
            let guess = closest(&field.name, names.iter().copied());
            let d = Diagnostic::new(
                "E0206",
                format!("`{}` has no field `{}`", label.name, field.name),
            )
            .at(at, "unknown field")
            .note(format!("It has {}.", join_names(names)));
            self.say(match guess {
                Some(guess) => d.hint(format!("did you mean `{}.{guess}`?", label.name)),
                None => d.hint("write one of the fields it has"),
            });
            return Some(None);
        };
        let kind = Plan::Slot(plan::path_text(path));
        Some(Some((plan::Expr { kind, at }, ty.clone())))
    }

    /// A path that starts at a declared block or module.
    fn declared_path(
        &mut self,
        scope: &Scope,
        expr: &Expr,
        path: &[PathStep],
    ) -> Option<Option<Typed>> {
        let (first, rest) = path.split_first()?;
        match self.decl(&scope.module, &first.name)? {
            Decl::Module(key) => {
                let (name, rest) = rest.split_first()?;
                let inner = Scope {
                    module: key.clone(),
                    ..Scope::default()
                };
                let Some(decl) = self.decl(&key, &name.name) else {
                    self.unknown_name(&inner, &name.name, expr.span);
                    return Some(None);
                };
                let base = self.use_decl(&inner, expr.span, &name.name, &decl)?;
                Some(self.walk(scope, expr, base, rest))
            }
            decl @ (Decl::Block { .. } | Decl::Value { .. }) => {
                let base = self.use_decl(scope, expr.span, &first.name, &decl)?;
                Some(self.walk(scope, expr, base, rest))
            }
            Decl::Broken => Some(None),
            _ => None,
        }
    }

    fn walk(
        &mut self,
        scope: &Scope,
        expr: &Expr,
        base: Typed,
        path: &[PathStep],
    ) -> Option<Typed> {
        if path.is_empty() {
            return Some(base);
        }
        let Plan::Value(Value::Block(name)) = &base.0.kind else {
            self.say(
                Diagnostic::new(
                    "E0206",
                    format!("{} has no `{}`", base.1.describe(), path[0].name),
                )
                .at(expr.span, "has no members")
                .hint("only blocks and results have members"),
            );
            return None;
        };
        if let Some(value) = self.member_of_block(name, path) {
            return Some(self.known(expr.span, value));
        }
        // Further names may lie behind a block that the first one refers to.
        if let (Some(Value::Block(next)), true) =
            (self.member_of_block(name, &path[..1]), path.len() > 1)
        {
            let next = self.known(expr.span, Value::Block(next));
            return self.walk(scope, expr, next, &path[1..]);
        }
        let block = self.program.blocks.get(name)?;
        let candidates = self.inside(block);
        let word = plan::path_text(path);
        let mut d = Diagnostic::new(
            "E0206",
            format!("`{}` has no `{word}`", crate::value::short(name)),
        )
        .at(expr.span, "not there")
        .note(format!("It has {}.", shortened(&candidates)));
        let last = &path[path.len() - 1].name;
        if let Some(guess) = closest(&path[0].name, candidates.iter().map(String::as_str)) {
            d = d.hint(format!("did you mean `{guess}`?"));
        } else if scope.tasks.is_some()
            && functions::columns_of()[0].1.iter().any(|c| c.name == last)
        {
            d = d.hint(format!(
                "write `{last}` for the whole workload, or `TASK.{last}` for one of its tasks"
            ));
        } else {
            d = d.hint("write one of the names it has");
        }
        self.say(d);
        None
    }

    fn result_member(
        &mut self,
        scope: &Scope,
        at: Span,
        base: &Expr,
        name: &Name,
    ) -> Option<Typed> {
        let (base_expr, ty) = self.expr(scope, base)?;
        let members = functions::members(&ty);
        if let Some(member) = members.iter().find(|m| m.name == name.text) {
            self.metric_available(&ty, &name.text, name.span);
            let kind = Plan::Member(Box::new(base_expr), name.text.clone());
            return Some((plan::Expr { kind, at }, member.ty.clone()));
        }
        let paths = self.paths_of(&ty);
        let mut candidates: Vec<String> = members.iter().map(|m| m.name.to_owned()).collect();
        candidates.extend(paths);
        let mut d = Diagnostic::new("E0206", format!("{} has no `{}`", ty.describe(), name.text))
            .at(name.span, "not there");
        if !members.is_empty() {
            d = d.note(format!(
                "It has {}.",
                join_names(members.iter().map(|m| m.name))
            ));
        }
        if let Some(guess) = closest(&name.text, candidates.iter().map(String::as_str)) {
            d = d.hint(format!("did you mean `{guess}`?"));
        } else {
            d = d.hint("write one of the names it has, or use a view such as `table(…)`");
        }
        self.say(d);
        None
    }
}

/// `a.b[0].c` as a path, when it is made of names and whole indices alone.
pub(super) fn plain_path(expr: &Expr) -> Option<Vec<PathStep>> {
    match &expr.kind {
        ExprKind::Name(name) => Some(vec![PathStep {
            name: name.clone(),
            index: None,
        }]),
        ExprKind::Member { base, name } => {
            let mut path = plain_path(base)?;
            path.push(PathStep {
                name: name.text.clone(),
                index: None,
            });
            Some(path)
        }
        ExprKind::Index { base, index } => {
            let mut path = plain_path(base)?;
            let ExprKind::Number {
                value, unit: None, ..
            } = &index.kind
            else {
                return None;
            };
            let last = path.last_mut().filter(|l| l.index.is_none())?;
            last.index =
                (value.fract() == 0.0 && (0.0..1e6).contains(value)).then_some(*value as u32);
            last.index?;
            Some(path)
        }
        _ => None,
    }
}

/// A list that is not longer than a reader wants.
pub(super) fn shortened(names: &[String]) -> String {
    const MOST: usize = 24;
    let shown = join_names(names.iter().take(MOST).map(String::as_str));
    if names.len() > MOST {
        format!("{shown} and {} more", names.len() - MOST)
    } else {
        shown
    }
}
