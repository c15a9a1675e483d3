//! What a text declares, mistakes and all: the checker as an editor asks it.
//!
//! A text that is being written is wrong most of the time. A survey resolves each of its
//! names as far as it can be resolved, keeps what was known before where it cannot, and
//! judges nothing.

use super::program::{Decl, State};
use super::{Checker, Program, Scope, Setting};
use crate::backend::NoBackend;
use crate::functions::{self, Subject, Type};
use crate::plan::{self, Block};
use crate::schema::Schemas;
use crate::source::{Source, SourceId, Span};
use crate::syntax::tree::{Expr, ExprKind, File, ItemKind};
use crate::value::Value;
use crate::world::{ReadError, World};

/// What a text declares on top of `program`, wherever it can be understood; its mistakes are
/// left out. The result is for [`crate::assist`], never for a run.
pub fn survey(program: &Program, setting: Setting<'_>, name: &str, text: &str) -> Program {
    Survey::new(program, setting, name, text).checker.program
}

/// A world without files.
struct NoFiles;

impl World for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, ReadError> {
        Err(ReadError::NotFound)
    }
}

/// What is known after a text that may be wrong.
pub(crate) struct Survey<'a> {
    checker: Checker<'a>,
    /// The text itself.
    pub source: SourceId,
}

/// A declared name as an editor shows it.
pub(crate) struct KnownName {
    /// What it is called here.
    pub name: String,
    /// What it stands for.
    pub decl: Decl,
    /// Where it is declared, in whatever file.
    pub at: Span,
    /// Its `///` lines.
    pub doc: Option<String>,
}

impl<'a> Survey<'a> {
    /// Looks at a text without files or engine, after `program`.
    pub fn of(program: &Program, schemas: &'a Schemas, text: &str) -> Self {
        let setting = Setting {
            world: &NoFiles,
            schemas,
            backend: &NoBackend,
        };
        Self::new(program, setting, "", text)
    }

    fn new(program: &Program, setting: Setting<'a>, name: &str, text: &str) -> Self {
        let mut checker = Checker::new(program.clone(), setting);
        let source = checker.program.sources.add(name, text);
        let file = checker.parsed(source, text);
        let dir = match program.modules.get("") {
            Some(main) => main.dir.clone(),
            None => Some(name.rsplit_once('/').map_or("", |(d, _)| d).to_owned()),
        };
        checker.declare("", dir, &file);
        for name in checker.declared_by(&file) {
            checker.decl("", &name);
        }
        let mut survey = Self { checker, source };
        survey.keep_what_was_known(program);
        survey.guess_results(&file);
        survey
    }

    /// A result has its members although its call has a mistake.
    fn guess_results(&mut self, file: &File) {
        for item in &file.items {
            let ItemKind::Let { name, value } = &item.kind else {
                continue;
            };
            let broken = |s: &Self| {
                let state = s.checker.state("", &name.text);
                matches!(state, Some(State::Ready(Decl::Broken)))
            };
            if broken(self)
                && let Some(ty) = self.guessed(value)
            {
                let main = self.checker.program.modules.get_mut("");
                if let Some(declared) = main.and_then(|m| m.names.get_mut(&name.text)) {
                    declared.state = State::Ready(Decl::Result { ty });
                }
            }
        }
    }

    /// The type of an expression by its outermost words, whatever is wrong further inside.
    fn guessed(&self, expr: &Expr) -> Option<Type> {
        match &expr.kind {
            ExprKind::Call { callee, .. } => match &callee.kind {
                ExprKind::Name(name) => functions::find(name)?.returns.about(Subject::default()),
                _ => None,
            },
            ExprKind::Name(name) => match self.checker.state("", name)? {
                State::Ready(Decl::Result { ty }) => Some(ty),
                _ => None,
            },
            ExprKind::Member { base, name } => {
                let members = functions::members(&self.guessed(base)?);
                let member = members.into_iter().find(|m| m.name == name.text)?;
                Some(member.ty)
            }
            ExprKind::Group(inner) => self.guessed(inner),
            _ => None,
        }
    }

    /// Half a declaration does not make forgotten what the whole one was.
    fn keep_what_was_known(&mut self, before: &Program) {
        let Some(old) = before.modules.get("") else {
            return;
        };
        let Some(new) = self.checker.program.modules.get_mut("") else {
            return;
        };
        for (name, declared) in &mut new.names {
            if matches!(declared.state, State::Ready(Decl::Broken))
                && let Some(known) = old.names.get(name)
            {
                declared.state = known.state.clone();
            }
        }
    }

    /// The names of a module (`""` for the text and what came before), in alphabetical order.
    pub fn names(&mut self, module: &str) -> Vec<KnownName> {
        let names: Vec<String> = self
            .checker
            .program
            .modules
            .get(module)
            .map(|m| m.names.keys().cloned().collect())
            .unwrap_or_default();
        names
            .iter()
            .filter_map(|name| self.known(module, name))
            .collect()
    }

    /// What a name of a module stands for; of an imported name, the declaration it comes from.
    pub fn known(&mut self, module: &str, name: &str) -> Option<KnownName> {
        let decl = self.checker.decl(module, name)?;
        let (mut module, mut inner) = (module.to_owned(), name.to_owned());
        while let State::Import { module: m, name: n } = self.checker.state(&module, &inner)? {
            (module, inner) = (m, n);
        }
        let declared = self
            .checker
            .program
            .modules
            .get(&module)?
            .names
            .get(&inner)?;
        Some(KnownName {
            name: name.to_owned(),
            decl,
            at: declared.at,
            doc: declared.doc.clone(),
        })
    }

    /// The value (where the text gives it) and the type of an expression at the top level.
    pub fn value_of(&mut self, words: &str) -> Option<(Option<Value>, Type)> {
        let text = format!("let x = {words}");
        let source = self.checker.program.sources.add("", text.as_str());
        let (file, _) = crate::syntax::parse(source, &text);
        let [item] = file.items.as_slice() else {
            return None;
        };
        let ItemKind::Let { value, .. } = &item.kind else {
            return None;
        };
        let Some((expr, ty)) = self.checker.expr(&Scope::default(), value) else {
            return Some((None, self.guessed(value)?));
        };
        match expr.kind {
            plan::ExprKind::Value(value) => Some((Some(value), ty)),
            _ => Some((None, ty)),
        }
    }

    /// A declared block.
    pub fn block(&self, name: &str) -> Option<&Block> {
        self.checker.program.blocks.get(name)
    }

    /// The fields and labels of a block, as paths from it, in alphabetical order.
    pub fn inside(&self, block: &Block) -> Vec<String> {
        self.checker.inside(block)
    }

    /// The labelled blocks inside a block, with the labels that paths use.
    pub fn labelled<'b>(&self, block: &'b Block) -> Vec<(String, &'b Block)> {
        super::structure::labelled(block)
    }

    /// The decision paths and fields that may be columns of a value with rows.
    pub fn paths_of(&mut self, rows: &Type) -> Vec<String> {
        self.checker.paths_of(rows)
    }

    /// The blocks that a field of a block refers to.
    pub fn referred(&self, block: &Block, field: &str) -> Vec<Block> {
        self.checker
            .referred_all(block, field)
            .into_iter()
            .cloned()
            .collect()
    }

    /// A text that was read.
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.checker.program.sources.get(id)
    }
}
