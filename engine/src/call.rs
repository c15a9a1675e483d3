//! The arguments of a view: values, and columns that are still formulas over each row.

use crate::fault::Fault;
use crate::formula::Scripts;
use crate::item::Item;
use crate::study::words;
use nasaic_dsl::plan::Expr;
use nasaic_dsl::source::{Sources, Span};
use nasaic_dsl::value::Value;

/// A call of a view.
pub struct Call<'a> {
    /// The view's name.
    pub name: &'a str,
    /// Its arguments by parameter name.
    pub args: Vec<(&'a str, Given<'a>)>,
    /// The texts, to name columns as they were written.
    pub sources: &'a Sources,
    /// The scripts that columns may call.
    pub scripts: &'a Scripts,
    /// The dataflow that the first argument names, if it names one.
    pub dataflow: Option<nasaic_cost::Dataflow>,
    /// Where the call stands.
    pub at: Span,
}

/// One argument.
pub enum Given<'a> {
    /// A value.
    Item(Item),
    /// A metric, path or arithmetic over them.
    Column(&'a Expr),
    /// Several.
    Columns(Vec<&'a Expr>),
}

impl<'a> Call<'a> {
    /// The first argument: what the view shows.
    pub fn subject(&self) -> Result<&Item, Fault> {
        match self.args.first() {
            Some((_, Given::Item(item))) => Ok(item),
            _ => Err(
                Fault::new("E0209", format!("`{}` needs something to show", self.name)).at(self.at),
            ),
        }
    }

    /// A value argument.
    pub fn item(&self, name: &str) -> Option<&Item> {
        self.args.iter().find_map(|(n, given)| match given {
            Given::Item(item) if *n == name => Some(item),
            _ => None,
        })
    }

    /// A column argument.
    pub fn column(&self, name: &str) -> Option<&'a Expr> {
        self.args.iter().find_map(|(n, given)| match given {
            Given::Column(expr) if *n == name => Some(*expr),
            _ => None,
        })
    }

    /// A list of columns.
    pub fn columns(&self, name: &str) -> Option<&[&'a Expr]> {
        self.args.iter().find_map(|(n, given)| match given {
            Given::Columns(exprs) if *n == name => Some(exprs.as_slice()),
            _ => None,
        })
    }

    /// A bare name such as `level`.
    pub fn word(&self, name: &str) -> Option<&str> {
        match self.item(name)? {
            Item::Value(Value::Name(word)) => Some(word),
            _ => None,
        }
    }

    /// A text in quotes.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.item(name)? {
            Item::Value(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A truth.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.item(name), Some(Item::Value(Value::Bool(true))))
    }

    /// A column as it was written, for heads and axes.
    pub fn written(&self, expr: &Expr) -> String {
        words(self.sources, expr.at)
    }
}
