//! From parse tree to checked program: every name and unit resolved, every
//! mistake of a text reported in one run.
//!
//! A text is either a whole file or a cell of a notebook; a cell sees what
//! earlier cells declared and replaces what it declares again. A text with an
//! error leaves the program as it was.

mod blocks;
mod calls;
mod constants;
mod expressions;
mod fields;
mod goals;
mod hardware;
mod modules;
mod names;
mod networks;
mod problems;
mod program;
mod structure;
mod with;

pub use program::{Checked, Program};

use crate::backend::Backend;
use crate::diagnostic::Diagnostic;
use crate::functions::Type;
use crate::plan::{self, StepKind};
use crate::schema::Schemas;
use crate::source::{SourceId, Span};
use crate::syntax::tree::{Expr, File, Item, ItemKind};
use crate::world::World;
use program::{Decl, State};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a checker works with.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// Files.
    pub world: &'a dyn World,
    /// Block kinds and strategies.
    pub schemas: &'a Schemas,
    /// Scripts and bounds.
    pub backend: &'a dyn Backend,
}

/// Checks a text as the next part of `program`, which changes only if there is no error.
pub fn check(program: &mut Program, setting: Setting<'_>, name: &str, text: &str) -> Checked {
    check_with(program, setting, name, text, &[])
}

/// Like [`check`], with changes such as `w1.a1.pes in {1024}` made after the declarations (`--set`).
pub fn check_with(
    program: &mut Program,
    setting: Setting<'_>,
    name: &str,
    text: &str,
    settings: &[String],
) -> Checked {
    let mut checker = Checker::new(program.clone(), setting);
    let source = checker.program.sources.add(name, text);
    let steps = checker.text(source, text, settings);
    let mut diagnostics = checker.diagnostics;
    diagnostics.sort_by_key(|d| (d.span().map(|s| (s.source != source, s)), d.code.clone()));
    diagnostics.dedup();
    // Sources are kept even on failure, so that the messages can be shown.
    program.sources = checker.program.sources.clone();
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    if !failed {
        *program = checker.program;
    }
    Checked { steps: if failed { Vec::new() } else { steps }, diagnostics }
}

/// Where an expression stands: what its names may mean.
#[derive(Debug, Clone, Default)]
struct Scope {
    /// The module whose top level is seen.
    module: String,
    /// Choices and labels of the enclosing blocks, innermost last.
    frames: Vec<BTreeMap<String, Local>>,
    /// The rows whose columns may be named, inside a view's argument.
    rows: Option<Type>,
    /// The tasks whose metrics may be named, inside a problem.
    tasks: Option<Vec<String>>,
    /// What a hole here stands for.
    wanted: String,
}

/// What a name inside a block stands for.
#[derive(Debug, Clone, PartialEq)]
enum Local {
    /// A choice.
    Choice(Type),
    /// A labelled block: its fields with their types.
    Label(BTreeMap<String, Type>),
}

struct Checker<'a> {
    program: Program,
    world: &'a dyn World,
    schemas: &'a Schemas,
    backend: &'a dyn Backend,
    diagnostics: Vec<Diagnostic>,
    /// Modules being loaded, to find circles.
    loading: Vec<String>,
    /// Blocks declared or made by this text, judged as a whole at the end.
    fresh: Vec<crate::value::BlockName>,
    /// Defaults already understood, by their text.
    defaults: BTreeMap<String, Option<crate::value::Value>>,
}

impl<'a> Checker<'a> {
    fn new(program: Program, setting: Setting<'a>) -> Self {
        Self {
            program,
            world: setting.world,
            schemas: setting.schemas,
            backend: setting.backend,
            diagnostics: Vec::new(),
            loading: Vec::new(),
            fresh: Vec::new(),
            defaults: BTreeMap::new(),
        }
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn text(&mut self, source: SourceId, text: &str, settings: &[String]) -> Vec<plan::Step> {
        let (file, problems) = crate::syntax::parse(source, text);
        self.diagnostics.extend(problems);
        let file = Rc::new(file);
        let folder = self.program.sources.get(source).map_or("", |s| s.name.as_str());
        let dir = folder.rsplit_once('/').map_or("", |(dir, _)| dir).to_owned();
        self.declare("", Some(dir), &file);
        for name in self.declared_by(&file) {
            self.decl("", &name);
        }
        for setting in settings {
            self.apply_setting(setting);
        }
        let steps = self.steps(&file);
        self.judge_fresh();
        self.judge_calls(&steps);
        steps
    }

    /// The names a file declares, in source order.
    fn declared_by(&self, file: &File) -> Vec<String> {
        let own = |item: &Item| match &item.kind {
            ItemKind::Block(b) => b.label.as_ref().map(|l| l.text.clone()),
            ItemKind::Let { name, .. }
            | ItemKind::Choose { name, .. }
            | ItemKind::Script { name, .. } => Some(name.text.clone()),
            _ => None,
        };
        file.items.iter().filter_map(own).collect()
    }

    /// The actions of the main text, in order.
    fn steps(&mut self, file: &File) -> Vec<plan::Step> {
        let mut steps = Vec::new();
        for item in &file.items {
            if let Some(step) = self.step(item) {
                steps.push(step);
            }
        }
        steps
    }

    fn step(&mut self, item: &Item) -> Option<plan::Step> {
        let mut scope = Scope::default();
        let (kind, value) = match &item.kind {
            ItemKind::Let { name, value } => {
                if !matches!(self.decl("", &name.text), Some(Decl::Result { .. })) {
                    return None;
                }
                (StepKind::Let(name.text.clone()), value)
            }
            ItemKind::Show(value) => (StepKind::Show, value),
            ItemKind::Expect { check, message } => {
                scope.wanted = "a comparison".into();
                let message = message.as_ref().map(|m| m.value.clone());
                (StepKind::Expect { message }, check)
            }
            _ => return None,
        };
        // A `let` was judged when it was declared; its messages must not come twice.
        let before = self.diagnostics.len();
        let (expr, ty) = self.expr(&scope, value)?;
        match &kind {
            StepKind::Let(_) => self.diagnostics.truncate(before),
            StepKind::Expect { .. } => self.must_be_truth(value, &ty, "expect"),
            StepKind::Show => {}
        }
        Some(plan::Step { kind, expr, at: item.span })
    }

    fn must_be_truth(&mut self, value: &Expr, ty: &Type, word: &str) {
        if !matches!(ty, Type::Bool | Type::Unknown) {
            self.say(
                Diagnostic::new("E0305", format!("`{word}` needs a comparison"))
                    .at(value.span, format!("this is {}", ty.describe()))
                    .hint(format!("write what must hold, such as `{word} latency <= 3 ms`")),
            );
        }
    }

    /// A number for a copy of a block, so that its name is its own.
    fn copy_name(&mut self, of: &str) -> String {
        let base = crate::value::short(of).to_owned();
        let n = self.program.copies.entry(base.clone()).or_insert(0);
        *n += 1;
        format!("{base}~{n}")
    }

    fn doc_of(&self, module: &str, name: &str) -> Option<&str> {
        self.program.modules.get(module)?.names.get(name)?.doc.as_deref()
    }

    fn place_of(&self, module: &str, name: &str) -> Option<Span> {
        self.program.modules.get(module)?.names.get(name).map(|d| d.at)
    }

    fn state(&self, module: &str, name: &str) -> Option<State> {
        self.program.modules.get(module)?.names.get(name).map(|d| d.state.clone())
    }
}
