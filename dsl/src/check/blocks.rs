//! Blocks, judged by the schema of their kind.

use super::kinds::{misplaced, no_name};
use super::{Checker, Local, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions::{Type, with_article};
use crate::names::closest;
use crate::plan::{Block, Entry, Field as PlanField, Slot};
use crate::schema::{self, Absent, Field, FieldType, Kind, Label, join_names};
use crate::source::{SourceId, Span};
use crate::syntax::tree::{self, Expr, ItemKind, Name, Path};
use crate::units::Dim;
use crate::value::{BlockName, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Deepest nesting of blocks.
const DEEPEST: usize = 32;

impl<'a> Checker<'a> {
    /// The label of a block at top level, if its kind may stand there.
    pub(super) fn top_block(&mut self, block: &tree::Block) -> Option<Name> {
        let kind = self.kind_of(&block.kind, None)?;
        if !kind.fits_in(None) {
            let d = misplaced(kind, &block.kind, None);
            self.say(d);
        } else if block.label.is_none() {
            self.say(no_name(kind, &block.kind));
        }
        block.label.clone()
    }

    /// Checks what stands in blocks that have no name and so are never asked for.
    pub(super) fn nameless_blocks(&mut self, module: &str, file: &tree::File) {
        let scope = Scope {
            module: module.to_owned(),
            ..Scope::default()
        };
        for item in &file.items {
            if let ItemKind::Block(block) = &item.kind
                && block.label.is_none()
                && let Some(kind) = self.schemas.kind(&block.kind.text)
            {
                self.block(&scope, kind, block, item.span);
            }
        }
    }

    /// Checks a top-level block and enters it under its qualified name.
    pub(super) fn declare_block(
        &mut self,
        module: &str,
        name: &BlockName,
        block: &tree::Block,
        span: Span,
    ) {
        let scope = Scope {
            module: module.to_owned(),
            ..Scope::default()
        };
        let Some(kind) = self.kind_of(&block.kind, None) else {
            return;
        };
        // Others may refer to it while it is being checked, so its kind must be known.
        self.program
            .blocks
            .entry(name.clone())
            .or_insert_with(|| empty(block));
        let before = self.lost;
        if !kind.fits_in(None) {
            self.lost += 1;
        }
        let checked = self.block(&scope, kind, block, span);
        self.program.blocks.insert(name.clone(), checked);
        if self.lost > before {
            self.damaged.insert(name.clone());
        } else {
            self.damaged.remove(name);
        }
        if module.is_empty() {
            self.fresh.push(name.clone());
        }
    }

    pub(super) fn error_count(&self) -> usize {
        self.diagnostics.iter().filter(|d| d.is_error()).count()
    }

    /// Checks a block and all that is in it.
    pub(super) fn block(
        &mut self,
        outer: &Scope,
        kind: &'a Kind,
        block: &tree::Block,
        span: Span,
    ) -> Block {
        let mut out = empty(block);
        self.judge_label(kind, block);
        if self.garbled_in(span) {
            self.lost += 1;
        }
        if outer.frames.len() > DEEPEST {
            self.say(
                Diagnostic::new("E0109", "blocks are nested too deeply")
                    .at(block.kind.span, format!("more than {DEEPEST} levels"))
                    .hint("use `repeat` for what repeats"),
            );
            return out;
        }
        let items = block.body.as_deref().unwrap_or_default();
        let mut scope = outer.clone();
        scope.frames.push(Rc::default());
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        let mut goals = Vec::new();
        for item in items {
            match &item.kind {
                ItemKind::Field { path, open, value } => {
                    match self.block_field(&scope, kind, block, (path, *open, value), &mut seen) {
                        Some(field) => out.items.push(Entry::Field(field)),
                        None => self.lost += 1,
                    }
                }
                ItemKind::Choose { name, domain } => {
                    match self.inner_choice(&mut scope, kind, name, domain, &mut seen) {
                        Some(entry) => out.items.push(entry),
                        None => self.lose(&mut scope, Some(name)),
                    }
                }
                ItemKind::Block(inner) => {
                    match self.inner_block(&mut scope, kind, inner, item.span, &mut seen) {
                        Some(inner) => out.items.push(Entry::Block(inner)),
                        None => self.lose(&mut scope, inner.label.as_ref()),
                    }
                }
                ItemKind::Goal { .. } | ItemKind::Require(_) if kind.goals => goals.push(item),
                _ => self.does_not_belong(kind, item),
            }
        }
        self.defaults(&scope, kind, block, span, &seen, &mut out);
        self.goals(&scope, &goals, &mut out);
        out
    }

    /// Leaves something out; what its name would mean is not asked again.
    fn lose(&mut self, scope: &mut Scope, name: Option<&Name>) {
        self.lost += 1;
        if let (Some(name), Some(frame)) = (name, scope.frames.last_mut()) {
            Rc::make_mut(frame)
                .entry(name.text.clone())
                .or_insert(Local::Lost);
        }
    }

    fn block_field(
        &mut self,
        scope: &Scope,
        kind: &Kind,
        block: &tree::Block,
        (path, open, value): (&Path, bool, &Expr),
        seen: &mut BTreeMap<String, Span>,
    ) -> Option<PlanField> {
        let name = self.words(path.span).replace(char::is_whitespace, "");
        if let Some(first) = seen.get(&name) {
            let first = *first;
            self.say(
                Diagnostic::new("E0203", format!("`{name}` is given twice"))
                    .at(path.span, "again")
                    .at(first, "first given here")
                    .hint("keep one of them"),
            );
            return None;
        }
        seen.insert(name.clone(), path.span);
        let field = self.field_of(kind, block, path, &name, seen)?;
        let slot = self.field_slot(scope, &field, open, value)?;
        Some(PlanField {
            name,
            slot,
            at: path.span.to(value.span),
        })
    }

    fn field_of(
        &mut self,
        kind: &Kind,
        block: &tree::Block,
        path: &Path,
        name: &str,
        seen: &mut BTreeMap<String, Span>,
    ) -> Option<Field> {
        if let Some(field) = kind.field(name) {
            return Some(field.clone());
        }
        if kind.name == "sub"
            && let [part, last] = path.segments.as_slice()
            && last.name.text == "size"
        {
            return Some(schema::part_size(&part.name.text));
        }
        let own = self.options_of(kind, block);
        if let Some(field) = own.iter().find(|f| f.name == name) {
            return Some(field.clone());
        }
        let mut names: Vec<String> = kind
            .fields
            .iter()
            .chain(&own)
            .map(|f| f.name.to_string())
            .collect();
        if kind.name == "sub" {
            names.push("glb.size".into());
        }
        let guess = closest(name, names.iter().map(String::as_str));
        let mut d = Diagnostic::new("E0206", format!("`{}` has no field `{name}`", kind.name))
            .at(path.span, "unknown field")
            .note(format!(
                "It has {}.",
                join_names(names.iter().map(String::as_str))
            ));
        if kind.goals && matches!(name, "maximise" | "minimise" | "maximize" | "minimize") {
            d = d.hint(format!(
                "goals are written without `=`: `{} energy`",
                name.replace('s', "z")
            ));
        } else if let Some(guess) = guess {
            d = d.hint(format!("did you mean `{guess}`?"));
            // What was meant is not missing.
            seen.entry(guess).or_insert(path.span);
        } else if let Some(owner) = self
            .schemas
            .algorithms()
            .iter()
            .find(|a| kind.name == "strategy" && a.options.iter().any(|o| o.name == name))
        {
            d = d.hint(format!(
                "it belongs to another algorithm: `algorithm = {}`",
                owner.name
            ));
        } else {
            d = d.hint(format!("`nasaic doc {}` describes its fields", kind.name));
        }
        self.say(d);
        None
    }

    /// The fields that a strategy, or a group inside it, has because of its algorithm.
    fn options_of(&self, kind: &Kind, block: &tree::Block) -> Vec<Field> {
        match kind.name {
            "strategy" => algorithm_of(block)
                .and_then(|a| self.schemas.algorithm(&a))
                .map(|a| a.options.clone())
                .unwrap_or_default(),
            "controller" => {
                let mut all: Vec<Field> = Vec::new();
                for algorithm in self.schemas.algorithms() {
                    for (_, fields) in algorithm.groups.iter().filter(|g| g.0 == "controller") {
                        all.extend(
                            fields
                                .iter()
                                .filter(|f| !all.iter().any(|a| a.name == f.name))
                                .cloned()
                                .collect::<Vec<_>>(),
                        );
                    }
                }
                all
            }
            _ => Vec::new(),
        }
    }

    fn inner_choice(
        &mut self,
        scope: &mut Scope,
        kind: &Kind,
        name: &Name,
        domain: &Expr,
        seen: &mut BTreeMap<String, Span>,
    ) -> Option<Entry> {
        if !kind.choices {
            self.say(
                Diagnostic::new(
                    "E0307",
                    format!("`choose` cannot stand in {}", with_article(kind.name)),
                )
                .at(name.span, "not here")
                .hint("put it into the network or accelerator around, or at the top of the file"),
            );
            return None;
        }
        if let Some(first) = seen.insert(name.text.clone(), name.span) {
            self.say(
                Diagnostic::new("E0203", format!("`{}` is declared twice", name.text))
                    .at(name.span, "declared again")
                    .at(first, "first declared here")
                    .hint("rename one of them"),
            );
            return None;
        }
        let (domain, ty) = self.choice_domain(scope, domain)?;
        if let Some(frame) = scope.frames.last_mut() {
            Rc::make_mut(frame).insert(name.text.clone(), Local::Choice(ty));
        }
        Some(Entry::Choose(PlanField {
            name: name.text.clone(),
            slot: Slot::Open(domain),
            at: name.span,
        }))
    }

    fn inner_block(
        &mut self,
        scope: &mut Scope,
        outer: &Kind,
        block: &tree::Block,
        span: Span,
        seen: &mut BTreeMap<String, Span>,
    ) -> Option<Block> {
        let kind = self.kind_of(&block.kind, Some(outer))?;
        if !kind.fits_in(Some(outer)) {
            let d = misplaced(kind, &block.kind, Some(outer));
            self.say(d);
            self.block(scope, kind, block, span);
            return None;
        }
        if let Some(label) = block
            .label
            .as_ref()
            .filter(|_| !matches!(kind.label, Label::OneOf(_)))
            && let Some(first) = seen.insert(label.text.clone(), label.span)
        {
            self.say(
                Diagnostic::new("E0203", format!("`{}` is declared twice", label.text))
                    .at(label.span, "declared again")
                    .at(first, "first declared here")
                    .hint("give each its own name"),
            );
        }
        let before = self.lost;
        let checked = self.block(scope, kind, block, span);
        let whole = self.lost == before;
        if let (Some(label), Some(frame)) = (&block.label, scope.frames.last_mut()) {
            let fields = field_types(kind, &checked);
            Rc::make_mut(frame).insert(label.text.clone(), Local::Label { fields, whole });
        }
        Some(checked)
    }

    fn does_not_belong(&mut self, kind: &Kind, item: &tree::Item) {
        let d = match &item.kind {
            ItemKind::Goal { .. } | ItemKind::Require(_) => Diagnostic::new(
                "E0307",
                format!("a goal cannot stand in {}", with_article(kind.name)),
            )
            .at(item.span, "belongs into a `problem`")
            .hint("move it between the braces of the problem"),
            ItemKind::Show(_) => {
                Diagnostic::new("E0102", "a bare expression stands inside a block")
                    .at(item.span, "not a field")
                    .hint("a field is `name = value`; to show a value, put it outside the block")
            }
            _ => Diagnostic::new(
                "E0307",
                format!("this cannot stand in {}", with_article(kind.name)),
            )
            .at(item.span, "belongs to the top level of a file")
            .hint("move it out of the braces"),
        };
        self.say(d);
    }

    /// Enters what was not given, so that a plan shows every default.
    fn defaults(
        &mut self,
        scope: &Scope,
        kind: &'a Kind,
        block: &tree::Block,
        span: Span,
        seen: &BTreeMap<String, Span>,
        out: &mut Block,
    ) {
        let own = self.options_of(kind, block);
        let mut missing: Vec<&Field> = Vec::new();
        for field in kind.fields.iter().chain(&own) {
            if seen.contains_key(field.name.as_ref()) {
                continue;
            }
            match &field.absent {
                Absent::Nothing => {}
                Absent::Needed => missing.push(field),
                Absent::Default(text) => {
                    if let Some(value) = self.default_value(scope, kind.name, field, text) {
                        out.items.push(Entry::Field(PlanField {
                            name: field.name.to_string(),
                            slot: Slot::Fixed(value),
                            at: out.at,
                        }));
                    }
                }
            }
        }
        self.missing(kind, block, span, &missing);
    }

    /// Says which fields are missing, unless a line that could not be read may hold them.
    fn missing(&mut self, kind: &Kind, block: &tree::Block, span: Span, missing: &[&Field]) {
        let Some(first) = missing.first() else { return };
        self.lost += 1;
        if self.garbled_in(span) {
            return;
        }
        let names = schema::and_names(missing.iter().map(|f| f.name.as_ref()));
        let verb = if missing.len() > 1 { "are" } else { "is" };
        let mut d = Diagnostic::new("E0306", format!("`{}` needs {names}", kind.name))
            .at(block.kind.span, format!("{names} {verb} missing"));
        for field in missing {
            d = d.note(format!(
                "`{}` is {}: {}",
                field.name,
                field.ty.expected(),
                lower_first(&field.doc)
            ));
        }
        self.say(d.hint(format!("add `{}`", first.sample())));
    }

    pub(super) fn default_value(
        &mut self,
        scope: &Scope,
        owner: &'static str,
        field: &Field,
        text: &schema::Words,
    ) -> Option<Value> {
        let key = (owner, field.name.clone(), text.clone());
        if let Some(value) = self.defaults.get(&key) {
            return value.clone();
        }
        // A default stands in no file, so nothing can be marked in it.
        let program = format!("let x = {text}");
        let (file, _) = crate::syntax::parse(SourceId(u32::MAX), &program);
        let value = file.items.first().and_then(|item| match &item.kind {
            ItemKind::Let { value, .. } => match self.field_slot(scope, field, false, value) {
                Some(Slot::Fixed(value)) => Some(value),
                _ => None,
            },
            _ => None,
        });
        self.defaults.insert(key, value.clone());
        value
    }
}

/// The algorithm a strategy block names.
fn algorithm_of(block: &tree::Block) -> Option<String> {
    block
        .body
        .as_deref()?
        .iter()
        .find_map(|item| match &item.kind {
            ItemKind::Field { path, value, .. }
                if path.segments.len() == 1 && path.segments[0].name.text == "algorithm" =>
            {
                match &value.kind {
                    tree::ExprKind::Name(name) => Some(name.clone()),
                    _ => None,
                }
            }
            _ => None,
        })
}

/// The types of a block's fields, for `label.field`.
fn field_types(kind: &Kind, block: &Block) -> BTreeMap<String, Type> {
    let mut out = BTreeMap::new();
    for entry in &block.items {
        let Entry::Field(f) = entry else { continue };
        let ty = match kind.field(&f.name).map(|f| &f.ty) {
            Some(FieldType::Quantity(dim) | FieldType::QuantityOr { dim, .. }) => {
                Type::Quantity(*dim)
            }
            Some(
                FieldType::Integer { .. }
                | FieldType::Number { .. }
                | FieldType::IntegerOr { .. }
                | FieldType::Sizes { .. }
                | FieldType::SizesOr { .. },
            ) => Type::Quantity(Dim::NONE),
            Some(FieldType::Bool) => Type::Bool,
            Some(FieldType::Block(kinds)) => {
                Type::Block(kinds.first().copied().unwrap_or_default().to_owned())
            }
            _ => Type::Name,
        };
        out.insert(f.name.clone(), ty);
    }
    out
}

fn empty(block: &tree::Block) -> Block {
    let end = block.label.as_ref().map_or(block.kind.span, |l| l.span);
    Block {
        kind: block.kind.text.clone(),
        label: block.label.as_ref().map(|l| l.text.clone()),
        items: Vec::new(),
        copy_of: None,
        changes: Vec::new(),
        at: block.kind.span.to(end),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}
