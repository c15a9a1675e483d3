//! From a name to what it stands for, looked at when first needed.

use super::program::{Decl, State};
use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions;
use crate::names::closest;
use crate::plan::{Choice, Script};
use crate::source::Span;
use crate::syntax::tree::{Expr, ItemKind, Name};

/// With more messages than this, no closest name is looked for.
const MOST_GUESSED: usize = 100;

impl Checker<'_> {
    /// What `name` stands for at the top level of a module.
    pub(super) fn decl(&mut self, module: &str, name: &str) -> Option<Decl> {
        match self.state(module, name)? {
            State::Ready(decl) => Some(decl),
            State::Import { module, name } => self.decl(&module, &name),
            State::Busy => {
                let at = self.place_of(module, name).unwrap_or_default();
                self.say(
                    Diagnostic::new("E0208", format!("`{name}` is defined by itself"))
                        .at(at, "its value needs itself")
                        .hint("break the circle: give one of the names a value of its own"),
                );
                self.settle(module, name, Decl::Broken)
            }
            State::Pending(file, index) => {
                let item = file.items.get(index)?;
                if let ItemKind::Block(block) = &item.kind {
                    let block_name = qualified(module, name);
                    let kind = block.kind.text.clone();
                    self.settle(
                        module,
                        name,
                        Decl::Block {
                            name: block_name.clone(),
                            kind,
                        },
                    );
                    self.declare_block(module, &block_name, block, item.span);
                    // One that cannot stand there has been checked, but stands for nothing.
                    if !self
                        .schemas
                        .kind(&block.kind.text)
                        .is_some_and(|k| k.fits_in(None))
                    {
                        return self.settle(module, name, Decl::Broken);
                    }
                    return self.decl(module, name);
                }
                if let Some(d) = self
                    .program
                    .modules
                    .get_mut(module)
                    .and_then(|m| m.names.get_mut(name))
                {
                    d.state = State::Busy;
                }
                let decl = match &item.kind {
                    ItemKind::Let { value, .. } => self.declare_let(module, name, value),
                    ItemKind::Choose { name, domain } => self.declare_choice(module, name, domain),
                    ItemKind::Script {
                        name,
                        text,
                        text_span,
                    } => {
                        let script = Script {
                            text: text.clone(),
                            at: *text_span,
                            hosted: false,
                        };
                        self.script(module, name, script)
                    }
                    _ => Decl::Broken,
                };
                self.settle(module, name, decl)
            }
        }
    }

    fn settle(&mut self, module: &str, name: &str, decl: Decl) -> Option<Decl> {
        let declared = self.program.modules.get_mut(module)?.names.get_mut(name)?;
        declared.state = State::Ready(decl.clone());
        Some(decl)
    }

    fn declare_let(&mut self, module: &str, name: &str, value: &Expr) -> Decl {
        let scope = Scope {
            module: module.to_owned(),
            ..Scope::default()
        };
        let Some((expr, ty)) = self.expr(&scope, value) else {
            return Decl::Broken;
        };
        if let crate::plan::ExprKind::Value(value) = expr.kind {
            return Decl::Value { value, ty };
        }
        if module.is_empty() {
            self.results.insert(name.to_owned(), expr);
        }
        Decl::Result { ty }
    }

    fn declare_choice(&mut self, module: &str, name: &Name, domain: &Expr) -> Decl {
        let scope = Scope {
            module: module.to_owned(),
            ..Scope::default()
        };
        let Some((domain, ty)) = self.choice_domain(&scope, domain) else {
            return Decl::Broken;
        };
        let name_in_plan = qualified(module, &name.text);
        let choice = Choice {
            domain,
            at: name.span,
        };
        self.program.choices.insert(name_in_plan.clone(), choice);
        Decl::Choice {
            name: name_in_plan,
            ty,
        }
    }

    /// Enters a script with its functions.
    pub(super) fn script(&mut self, module: &str, name: &Name, script: Script) -> Decl {
        if !crate::syntax::holes_of_script(&script.text).is_empty() {
            return Decl::Broken;
        }
        let functions = match self.backend.script_functions(&script.text) {
            Ok(functions) => functions.into_iter().map(|f| (f.name, f.arity)).collect(),
            Err(fault) => {
                let at = self.place_in_script(script.at, fault.line, fault.column);
                self.say(
                    Diagnostic::new("E0801", "this script cannot be understood")
                        .at(at, fault.message)
                        .hint("a script holds Rhai functions: `fn reward(acc, ms) { acc - ms }`"),
                );
                return Decl::Broken;
            }
        };
        let name = qualified(module, &name.text);
        self.program.scripts.insert(name.clone(), script);
        Decl::Script { name, functions }
    }

    /// The place of a script's line and column in the text that holds it.
    pub(super) fn place_in_script(&self, script: Span, line: usize, column: usize) -> Span {
        place_in_script(&self.program.sources, script, line, column)
    }

    /// Says that a name is not known, with the closest that is.
    pub(super) fn unknown_name(&mut self, scope: &Scope, name: &str, span: Span) {
        // Who knows what a hole will declare.
        let hangs = self.nameless_hole.is_some() && scope.module.is_empty();
        if hangs || self.named_where_garbled(name) || self.waits(name, span) {
            return;
        }
        if scope.tasks.iter().flatten().any(|task| task == name) {
            return self.say(
                Diagnostic::new("E0201", format!("the task `{name}` has no such metric"))
                    .at(span, "what stands after this task is none of its metrics")
                    .note("A task has accuracy, uncertainty, score, latency and energy of its own.")
                    .hint(format!(
                        "write `{name}.accuracy`, or a metric of all tasks together, such as `macs`"
                    )),
            );
        }
        // After so many messages the trouble lies elsewhere, and looking for names takes long.
        let few = self.diagnostics.len() < MOST_GUESSED;
        let guess = few
            .then(|| closest(name, self.known_names(scope).iter().map(String::as_str)))
            .flatten();
        let mut d = Diagnostic::new("E0201", format!("`{name}` is not known here"))
            .at(span, "unknown name");
        if let Some(hole) = self.perhaps_declared_by() {
            d = d.at(hole, "perhaps this is to declare it");
        }
        if let Some(guess) = guess {
            d = d.hint(format!("did you mean `{guess}`?"));
        } else if few && let Some(path) = library_path(name) {
            d = d.hint(format!("put `use {path}` at the top"));
        } else if self.schemas.kind(name).is_some() {
            d = d.hint(format!(
                "a `{name}` block needs a name and braces: `{name} my_{name} {{ … }}`"
            ));
        } else {
            d = d.hint(format!(
                "declare it, such as `let {name} = …`, or bring it in with `use`"
            ));
        }
        self.say(d);
    }

    /// The names that may stand at a place, the nearest first.
    fn known_names(&mut self, scope: &Scope) -> Vec<String> {
        let mut candidates: Vec<String> = Vec::new();
        for frame in scope.frames.iter().rev() {
            candidates.extend(frame.keys().cloned());
        }
        candidates.extend(scope.tasks.iter().flatten().cloned());
        if let Some(rows) = &scope.rows {
            candidates.extend(
                functions::columns(rows)
                    .into_iter()
                    .map(|c| c.name.to_owned()),
            );
            candidates.extend(self.paths_of(rows));
        } else if scope.tasks.is_some() {
            candidates.extend(
                functions::columns_of()[0]
                    .1
                    .iter()
                    .map(|c| c.name.to_owned()),
            );
        }
        if let Some(m) = self.program.modules.get(&scope.module) {
            candidates.extend(m.names.keys().cloned());
        }
        candidates
    }

    /// Whether a line that could not be read holds this name, and so may have declared it.
    fn named_where_garbled(&self, name: &str) -> bool {
        self.garbled.iter().any(|g| {
            let Some(source) = self.program.sources.get(g.source) else {
                return false;
            };
            let text = source.text.as_str();
            let start = text
                .get(..g.start as usize)
                .and_then(|t| t.rfind('\n'))
                .map_or(0, |i| i + 1);
            let line = text
                .get(start..)
                .and_then(|t| t.lines().next())
                .unwrap_or("");
            let word = |c: char| !c.is_alphanumeric() && c != '_';
            let declares = |w: &str| matches!(w, "let" | "choose" | "use" | "script");
            let mut words = line.split(word).filter(|w| !w.is_empty());
            let first = words.next().unwrap_or("");
            (declares(first) || self.schemas.kind(first).is_some()) && words.any(|w| w == name)
        })
    }
}

/// The name of a declaration in a plan.
pub(super) fn qualified(module: &str, name: &str) -> String {
    if module.is_empty() {
        name.to_owned()
    } else {
        // A file with an ending is never mistaken for a folder of the same name.
        let module = module.replace('.', ":").replace('/', ".");
        format!("{module}.{name}")
    }
}

/// A module as one writes it after `use`: `folder.flows`, `"maps/flows.m"`.
pub(super) fn written(module: &str) -> String {
    if module.contains('.') {
        format!("{module:?}")
    } else {
        module.replace('/', ".")
    }
}

/// Where in the standard library a name is: `std.nets.{vgg16}`.
pub(super) fn library_path(name: &str) -> Option<String> {
    crate::world::embedded_paths().into_iter().find_map(|path| {
        let (dir, file) = path.rsplit_once('/')?;
        (file.strip_suffix(".nasaic")? == name)
            .then(|| format!("{}.{{{name}}}", dir.replace('/', ".")))
    })
}

/// The place of line `line`, column `column` (both from 1; 0 is unknown) of a text inside a source.
pub fn place_in_script(
    sources: &crate::source::Sources,
    script: Span,
    line: usize,
    column: usize,
) -> Span {
    if line == 0 {
        return script;
    }
    let text = sources.slice(script);
    let start: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let width = text[start.min(text.len())..]
        .lines()
        .next()
        .map_or(0, str::len);
    let offset = start + column.saturating_sub(1).min(width);
    let end = (start + width).max(offset + 1).min(text.len().max(offset));
    let base = script.start as usize;
    Span::new(script.source, base + offset, base + end)
}
