//! A check file as its statements.

use crate::cli::Refusal;
use crate::cli::files::Text;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::source::Sources;
use nasaic_dsl::syntax;
use nasaic_dsl::syntax::tree::{Expr, ExprKind, Item, ItemKind};
use std::collections::BTreeSet;

/// What is asked of a notebook.
#[derive(Debug)]
pub struct Checks {
    /// The name of the file.
    pub name: String,
    /// Its statements from top to bottom.
    pub statements: Vec<Statement>,
}

/// A statement of a check file.
#[derive(Debug)]
pub struct Statement {
    /// Its text below as many empty lines as stand before it, so that places hold.
    pub code: String,
    /// The names that it declares.
    pub declares: Vec<String>,
    /// Whether it brings them in from elsewhere.
    pub imports: bool,
    /// The words in it, any of which may be a name.
    pub words: BTreeSet<String>,
    /// What it is worth, when it is an `expect`.
    pub check: Option<Check>,
}

/// An `expect` of a check file.
#[derive(Debug, Clone)]
pub struct Check {
    /// The `///` lines above it.
    pub title: Option<String>,
    /// What must hold, as it is written.
    pub expression: String,
    /// What a student is told when it does not.
    pub message: Option<String>,
    /// What it is worth.
    pub of: u32,
}

impl Checks {
    /// Reads a check file, which must be understood and expect something.
    pub fn read(text: &Text) -> Result<Self, Refusal> {
        let mut sources = Sources::default();
        let source = sources.add(&text.name, &text.text);
        let (file, diagnostics) = syntax::parse(source, &text.text);
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(Refusal {
                sources,
                diagnostics,
            });
        }
        let statements = file.items.iter().map(|item| statement(item, &text.text));
        let statements: Vec<Statement> = statements.collect();
        if statements.iter().all(|s| s.check.is_none()) {
            let title = format!("`{}` expects nothing", text.name);
            return Err(Diagnostic::new("E0716", title)
                .note("Points are given for the `expect`s of a check file.")
                .hint("write such as `expect answer > 3, \"too small\", points = 2`")
                .into());
        }
        Ok(Self {
            name: text.name.clone(),
            statements,
        })
    }

    /// Its `expect`s.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.statements.iter().filter_map(|s| s.check.as_ref())
    }

    /// The names that it makes itself: a notebook that imports the same is no surprise.
    pub fn makes(&self, name: &str) -> bool {
        let mut own = self.statements.iter().filter(|s| !s.imports);
        own.any(|s| s.declares.iter().any(|declared| declared == name))
    }

    /// The names that it declares.
    pub fn declares(&self) -> Vec<&str> {
        let all = self.statements.iter().flat_map(|s| &s.declares);
        all.map(String::as_str).collect()
    }
}

fn statement(item: &Item, text: &str) -> Statement {
    let (start, end) = (item.span.start as usize, item.span.end as usize);
    let code = &text[start..end];
    let lines = text[..start].matches('\n').count();
    let word = |c: char| !c.is_alphanumeric() && c != '_';
    let slice = |expr: &Expr| text[expr.span.start as usize..expr.span.end as usize].to_owned();
    let check = match &item.kind {
        ItemKind::Expect {
            check,
            message,
            points,
        } => Some(Check {
            title: item.doc.clone(),
            expression: slice(check),
            message: message.as_ref().map(|m| m.value.clone()),
            of: points.as_ref().map_or(1, worth),
        }),
        _ => None,
    };
    Statement {
        code: format!("{}{code}\n", "\n".repeat(lines)),
        declares: item.declares().iter().map(|n| n.text.clone()).collect(),
        imports: matches!(item.kind, ItemKind::Use(_)),
        words: code.split(word).map(str::to_owned).collect(),
        check,
    }
}

/// The points that are written; others than whole numbers are an error when the check is made.
fn worth(points: &Expr) -> u32 {
    match &points.kind {
        ExprKind::Number { value, .. }
            if value.fract() == 0.0 && (1.0..=1000.0).contains(value) =>
        {
            *value as u32
        }
        _ => 0,
    }
}
