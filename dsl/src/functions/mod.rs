//! The registry of actions, views and formulas: what can be called, with what.
//!
//! The checker reads it to judge calls, the manual and `nasaic doc` to describe
//! them; the engine carries them out by name.

mod metrics;
mod table;

pub use metrics::{Column, columns, columns_of, members};
pub use table::all;

use crate::schema::Absent;
use crate::units::Dim;
use crate::value::Value;

/// What an expression is, as far as it is known before it runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// A number of one dimension.
    Quantity(Dim),
    /// A truth.
    Bool,
    /// A string.
    Text,
    /// A bare name.
    Name,
    /// A list.
    List,
    /// A list of results, sweeps and searches.
    Together(Vec<Type>),
    /// A set or range.
    Domain,
    /// A declared block of this kind.
    Block(String),
    /// A layer of a network.
    Layer,
    /// One evaluated design.
    Result(Subject),
    /// Several evaluated designs: a sweep, a front.
    Results(Subject),
    /// A search: its best design, its front, all it evaluated.
    Run(Subject),
    /// Several strategies compared over seeds.
    Race(Subject),
    /// Objectives drawn from the designs of a problem.
    Objectives,
    /// How strategies answered objectives, one row each.
    Answers,
    /// The layers of a network or of a result, one row each.
    Layers,
    /// The size of a space.
    Space,
    /// A hypervolume: a table with one number that it comes to.
    Volume,
    /// Rows and columns.
    Table,
    /// A picture.
    Figure,
    /// Texts, tables and pictures that explain something.
    Explanation,
    /// A table of a file.
    Data,
    /// Nothing to show, such as an export.
    Nothing,
}

/// What a result is about: the values its space was written out from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subject {
    /// A problem, workload, network or layer.
    pub what: Option<Value>,
    /// An accelerator.
    pub on: Option<Value>,
}

impl Type {
    /// With an article, for messages.
    pub fn describe(&self) -> String {
        match self {
            Self::Quantity(dim) => dim.to_string(),
            Self::Bool => "a truth".into(),
            Self::Text => "a text".into(),
            Self::Name => "a name".into(),
            Self::List | Self::Together(_) => "a list".into(),
            Self::Domain => "a set or range".into(),
            Self::Block(kind) => with_article(kind),
            Self::Layer => "a layer".into(),
            Self::Result(_) => "the result of an evaluation".into(),
            Self::Results(_) => "the results of several designs".into(),
            Self::Run(_) => "a search's result".into(),
            Self::Race(_) => "a comparison of strategies".into(),
            Self::Objectives => "a set of objectives".into(),
            Self::Answers => "the answers of strategies to objectives".into(),
            Self::Layers => "a list of layers".into(),
            Self::Space => "the size of a space".into(),
            Self::Volume => "a hypervolume".into(),
            Self::Table => "a table".into(),
            Self::Figure => "a figure".into(),
            Self::Explanation => "an explanation".into(),
            Self::Data => "a file's table".into(),
            Self::Nothing => "nothing".into(),
        }
    }

    /// What the rows of it are about, when it has rows of designs.
    pub fn subject(&self) -> Option<&Subject> {
        match self {
            Self::Result(s) | Self::Results(s) | Self::Run(s) | Self::Race(s) => Some(s),
            _ => None,
        }
    }
}

/// `a network`, `an accelerator`.
pub fn with_article(noun: &str) -> String {
    // `one_of` is spoken with a consonant.
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !noun.starts_with("one");
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

/// A built-in function.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// Its parameters in order.
    pub params: Vec<Param>,
    /// What it gives.
    pub returns: Returns,
    /// Action, view or formula.
    pub group: Group,
    /// What a build needs to have it, when this one lacks it: E0704.
    pub later: Option<&'static str>,
    /// A short program that uses it, run by the tests.
    pub example: &'static str,
}

/// The chapters of the manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Computes: evaluate, sweep, search.
    Action,
    /// Shows: tables and figures.
    View,
    /// Numbers from numbers.
    Formula,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub accepts: Accepts,
    /// What happens when it is not given.
    pub absent: Absent,
    /// What it means, in one sentence.
    pub doc: &'static str,
}

/// What a parameter takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepts {
    /// A workload, network or layer; with `problems`, also a problem.
    Work {
        /// Whether a problem will do.
        problems: bool,
    },
    /// A block of this kind.
    Block(&'static str),
    /// A list of strategies.
    Strategies,
    /// A dataflow, or a layer's result.
    Nest,
    /// One evaluated design, or a search (its best).
    Result,
    /// The same, or a list of two of them.
    ResultOrTwo,
    /// Designs in rows: a result, a list of results, a sweep, a search, a comparison, layers.
    Rows,
    /// A search or a comparison.
    History,
    /// A comparison.
    Race,
    /// A list of comparisons.
    Races,
    /// A search.
    Run,
    /// Objectives.
    Objectives,
    /// The answers of strategies to objectives.
    Answers,
    /// A network or a result: something with layers.
    Layers,
    /// Anything that can be written to a file.
    Exportable,
    /// A problem, a network, an accelerator: something with decisions.
    Space,
    /// A metric or path of the first argument, or arithmetic over them.
    Column,
    /// A list of those.
    Columns,
    /// A problem or a requirement's numbers, to mark in a picture.
    Problem,
    /// A plain number.
    Number,
    /// A whole number.
    Integer,
    /// A range or list of seeds.
    Seeds,
    /// One of these names.
    Choice(&'static [&'static str]),
    /// A list of numbers.
    Numbers,
    /// A list of texts.
    Texts,
    /// A text.
    Text,
    /// A truth.
    Bool,
}

/// What a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// One evaluated design.
    Result,
    /// Several.
    Results,
    /// A search.
    Run,
    /// A comparison.
    Race,
    /// Objectives.
    Objectives,
    /// Answers to objectives.
    Answers,
    /// The layers.
    Layers,
    /// A space's size.
    Space,
    /// A hypervolume.
    Volume,
    /// A table.
    Table,
    /// A picture.
    Figure,
    /// Texts, tables and pictures.
    Explanation,
    /// Nothing to show.
    Nothing,
    /// A number of its first argument's dimension.
    SameAsFirst,
    /// A plain number.
    Number,
}

impl Returns {
    /// The type of what is given, about these designs; `None` where the arguments decide it.
    pub fn about(self, subject: Subject) -> Option<Type> {
        Some(match self {
            Self::Result => Type::Result(subject),
            Self::Results => Type::Results(subject),
            Self::Run => Type::Run(subject),
            Self::Race => Type::Race(subject),
            Self::Objectives => Type::Objectives,
            Self::Answers => Type::Answers,
            Self::Layers => Type::Layers,
            Self::Space => Type::Space,
            Self::Volume => Type::Volume,
            Self::Table => Type::Table,
            Self::Figure => Type::Figure,
            Self::Explanation => Type::Explanation,
            Self::Nothing => Type::Nothing,
            Self::Number => Type::Quantity(Dim::NONE),
            Self::SameAsFirst => return None,
        })
    }
}

impl Accepts {
    /// With an article, for messages.
    pub fn expected(&self) -> String {
        match self {
            Self::Work { problems: true } => "a problem, workload, network or layer".into(),
            Self::Work { problems: false } => "a workload, network or layer".into(),
            Self::Block(kind) => with_article(kind),
            Self::Strategies => "a list of strategies".into(),
            Self::Nest => "a dataflow or the result of one layer".into(),
            Self::Result => "the result of an evaluation or a search".into(),
            Self::ResultOrTwo => "the result of an evaluation or a search, or a list of two".into(),
            Self::Rows => "results: of a sweep, a search, a comparison, or a list of them".into(),
            Self::History => "a search or a comparison".into(),
            Self::Race => "a comparison of strategies".into(),
            Self::Races => "a list of comparisons".into(),
            Self::Run => "a search".into(),
            Self::Objectives => "objectives, as `objectives(…)` draws them".into(),
            Self::Answers => "a comparison of strategies over objectives".into(),
            Self::Layers => "a network or a result".into(),
            Self::Exportable => "results, a table, a figure or an explanation".into(),
            Self::Space => "a problem, network, workload or accelerator".into(),
            Self::Column => "a metric or a path such as `latency` or `core.pes`".into(),
            Self::Columns => "a list of metrics or paths".into(),
            Self::Problem => "a problem".into(),
            Self::Number => "a number".into(),
            Self::Integer => "a whole number".into(),
            Self::Seeds => "seeds such as `1..10`".into(),
            Self::Choice(names) => format!(
                "one of {}",
                crate::schema::join_names(names.iter().copied())
            ),
            Self::Numbers => "a list of numbers".into(),
            Self::Texts => "a list of texts".into(),
            Self::Text => "a text in quotes".into(),
            Self::Bool => "`true` or `false`".into(),
        }
    }
}

/// The function called `name`; its first form, where it has several.
pub fn find(name: &str) -> Option<&'static Function> {
    forms(name).next()
}

/// The forms of the function called `name`: its first argument decides which one is meant.
pub fn forms(name: &str) -> impl Iterator<Item = &'static Function> {
    all().iter().filter(move |f| f.name == name)
}

/// The form of a function whose parameters have the names of these arguments.
pub fn called<T>(name: &str, args: &[(String, T)]) -> Option<&'static Function> {
    let has = |f: &Function, arg: &str| f.params.iter().any(|p| p.name == arg);
    forms(name).find(|f| args.iter().all(|(arg, _)| has(f, arg)))
}
