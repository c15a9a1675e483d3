//! From parse tree to checked program: every name and unit resolved, every
//! mistake of a text reported in one run.
//!
//! A text is either a whole file or a cell of a notebook; a cell sees what
//! earlier cells declared and replaces what it declares again. A text with an
//! error leaves the program as it was.

mod arithmetic;
mod blocks;
mod calls;
mod choices;
mod constants;
mod expressions;
mod fields;
mod forms;
mod fpga;
mod goals;
mod hardware;
mod holes;
mod hosted;
mod kinds;
mod modules;
mod names;
mod networks;
mod onnx;
mod overloads;
mod problems;
mod program;
mod results;
mod scripts;
mod sound;
mod structure;
mod survey;
mod tables;
mod tidy;
mod with;

pub use names::place_in_script;
pub(crate) use program::Decl;
pub use program::{Checked, Program};
pub use survey::survey;
pub(crate) use survey::{KnownName, Survey};

use crate::backend::Backend;
use crate::diagnostic::Diagnostic;
use crate::functions::{Subject, Type};
use crate::instance::{Instance, Trouble};
use crate::plan::{self, StepKind};
use crate::schema::{Schemas, Words};
use crate::source::{SourceId, Span};
use crate::syntax::tree::{Expr, File, Item, ItemKind};
use crate::units::Dim;
use crate::value::{BlockName, Value};
use crate::world::World;
use program::State;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

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
    let holes = crate::syntax::holes_of(source, text);
    let found = holes::without_what_hangs_on(
        (&holes, checker.nameless_hole.is_some()),
        text,
        checker.diagnostics,
    );
    let diagnostics = tidy::tidied(found, source, &checker.garbled);
    // Sources are kept even on failure, so that the messages can be shown.
    program.sources = checker.program.sources.clone();
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    if failed {
        let open = (checker.main.as_ref(), checker.nameless_hole);
        program.wait_for(text, open, &diagnostics);
    } else {
        *program = checker.program;
        program.waits_no_more(text);
    }
    Checked {
        steps: if failed { Vec::new() } else { steps },
        diagnostics,
    }
}

/// The most that one `expect` can be worth.
const MOST_POINTS: u32 = 1000;

/// Where an expression stands: what its names may mean.
#[derive(Debug, Clone, Default)]
struct Scope {
    /// The module whose top level is seen.
    module: String,
    /// Choices and labels of the enclosing blocks, innermost last.
    frames: Vec<Rc<BTreeMap<String, Local>>>,
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
    /// A labelled block.
    Label {
        /// Its fields with their types.
        fields: BTreeMap<String, Type>,
        /// Whether all its fields were understood.
        whole: bool,
    },
    /// Something with an error of its own; further messages about it would only confuse.
    Lost,
}

struct Checker<'a> {
    program: Program,
    world: &'a dyn World,
    schemas: &'a Schemas,
    backend: &'a dyn Backend,
    diagnostics: Vec<Diagnostic>,
    /// The text that is checked.
    main: Arc<File>,
    /// A hole of it that may stand for a declaration.
    nameless_hole: Option<Span>,
    /// Modules being loaded, to find circles.
    loading: Vec<String>,
    /// What could not be read: nothing more is said about these places.
    garbled: Vec<Span>,
    /// How often something was left out after a message, to know what is incomplete.
    lost: usize,
    /// Expressions being resolved at the moment.
    depth: usize,
    /// Blocks that lack something because of an error; nothing is judged that needs them.
    damaged: BTreeSet<BlockName>,
    /// Blocks declared or made by this text, judged as a whole at the end.
    fresh: Vec<BlockName>,
    /// Results of this text by name, with their expressions.
    results: BTreeMap<String, plan::Expr>,
    /// Defaults already understood, by kind, field and text.
    defaults: BTreeMap<(&'static str, Words, Words), Option<Value>>,
    /// Spaces already written out.
    instances: Vec<(Subject, Result<Rc<Instance>, Trouble>)>,
}

impl<'a> Checker<'a> {
    fn new(program: Program, setting: Setting<'a>) -> Self {
        Self {
            program,
            world: setting.world,
            schemas: setting.schemas,
            backend: setting.backend,
            diagnostics: Vec::new(),
            main: Arc::default(),
            nameless_hole: None,
            loading: Vec::new(),
            garbled: Vec::new(),
            lost: 0,
            depth: 0,
            damaged: BTreeSet::new(),
            fresh: Vec::new(),
            results: BTreeMap::new(),
            defaults: BTreeMap::new(),
            instances: Vec::new(),
        }
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn text(&mut self, source: SourceId, text: &str, settings: &[String]) -> Vec<plan::Step> {
        let file = self.parsed(source, text);
        self.main = Arc::clone(&file);
        self.note_holes(&file);
        let folder = self
            .program
            .sources
            .get(source)
            .map_or("", |s| s.name.as_str());
        let dir = folder
            .rsplit_once('/')
            .map_or("", |(dir, _)| dir)
            .to_owned();
        self.declare("", Some(dir), &file);
        for name in self.declared_by(&file) {
            self.decl("", &name);
        }
        self.nameless_blocks("", &file);
        for setting in settings {
            self.apply_setting(setting);
        }
        let steps = self.steps(&file);
        self.judge_fresh();
        self.judge_calls(&steps);
        self.tell_other_holes(source, text);
        steps
    }

    /// The tree of a text; what could not be read is noted.
    fn parsed(&mut self, source: SourceId, text: &str) -> Arc<File> {
        let (file, problems) = crate::syntax::parse(source, text);
        self.garbled.extend(
            problems
                .iter()
                .filter(|d| d.is_error())
                .filter_map(Diagnostic::span),
        );
        self.diagnostics.extend(problems);
        Arc::new(file)
    }

    /// Whether something inside a span could not be read.
    fn garbled_in(&self, span: Span) -> bool {
        self.garbled
            .iter()
            .any(|g| g.source == span.source && g.start >= span.start && g.start <= span.end)
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
        let mut later: BTreeSet<String> = self.results.keys().cloned().collect();
        let mut steps = Vec::new();
        for item in &file.items {
            let Some(step) = self.step(item) else {
                continue;
            };
            self.judge_order(&step.expr, &later);
            if let StepKind::Let(name) = &step.kind {
                later.remove(name);
            }
            steps.push(step);
        }
        steps
    }

    fn step(&mut self, item: &Item) -> Option<plan::Step> {
        let mut scope = Scope::default();
        let (kind, value) = match &item.kind {
            ItemKind::Let { name, .. } => {
                // It was judged when it was declared.
                let expr = self.results.get(&name.text)?.clone();
                return Some(plan::Step {
                    kind: StepKind::Let(name.text.clone()),
                    expr,
                    at: item.span,
                });
            }
            ItemKind::Show(value) => (StepKind::Show, value),
            ItemKind::Expect {
                check,
                message,
                points,
            } => {
                let points = points.as_ref().and_then(|points| self.points(points));
                scope.wanted = "a comparison".into();
                let message = message.as_ref().map(|m| m.value.clone());
                (StepKind::Expect { message, points }, check)
            }
            _ => return None,
        };
        let (expr, ty) = self.expr(&scope, value)?;
        if let StepKind::Expect { .. } = kind {
            self.must_be_truth(value, &ty, "expect");
        }
        Some(plan::Step {
            kind,
            expr,
            at: item.span,
        })
    }

    /// What an `expect` is worth.
    fn points(&mut self, written: &Expr) -> Option<u32> {
        let scope = Scope {
            wanted: "a whole number of points".into(),
            ..Scope::default()
        };
        let (expr, ty) = self.expr(&scope, written)?;
        let points = match expr.kind {
            plan::ExprKind::Value(value) if ty == Type::Quantity(Dim::NONE) => value.as_u64(),
            _ => None,
        };
        let points = points.and_then(|n| u32::try_from(n).ok());
        let points = points.filter(|n| (1..=MOST_POINTS).contains(n));
        if points.is_none() {
            self.say(
                Diagnostic::new("E0305", "`points` needs a whole number")
                    .at(
                        written.span,
                        format!("not a whole number in 1..{MOST_POINTS}"),
                    )
                    .hint("write such as `points = 2`"),
            );
        }
        points
    }

    /// Declarations may stand in any order, but actions run from top to bottom.
    fn judge_order(&mut self, expr: &plan::Expr, later: &BTreeSet<String>) {
        let mut early = Vec::new();
        expr.walk(&mut |e| {
            if let plan::ExprKind::Let(name) = &e.kind
                && later.contains(name)
            {
                early.push((name.clone(), e.at));
            }
        });
        for (name, at) in early {
            let mut d = Diagnostic::new("E0211", format!("`{name}` is used before it is computed"))
                .at(at, "not computed yet");
            if let Some(place) = self.place_of("", &name) {
                d = d.at(place, "computed here");
            }
            self.say(
                d.note("Actions run from top to bottom.")
                    .hint(format!("move this below `let {name} = …`")),
            );
        }
    }

    fn must_be_truth(&mut self, value: &Expr, ty: &Type, word: &str) {
        if !matches!(ty, Type::Bool) {
            self.say(
                Diagnostic::new("E0305", format!("`{word}` needs a comparison"))
                    .at(value.span, format!("this is {}", ty.describe()))
                    .hint(format!(
                        "write what must hold, such as `{word} latency <= 3 ms`"
                    )),
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

    fn place_of(&self, module: &str, name: &str) -> Option<Span> {
        self.program
            .modules
            .get(module)?
            .names
            .get(name)
            .map(|d| d.at)
    }

    fn state(&self, module: &str, name: &str) -> Option<State> {
        self.program
            .modules
            .get(module)?
            .names
            .get(name)
            .map(|d| d.state.clone())
    }
}
