//! The schemas: what each kind of block may hold.
//!
//! One table is the source of the checks, of "did you mean", of completion and
//! hover, of the reference manual and of `nasaic doc`. The grammar knows no kind
//! by name; a new kind is an entry here.

pub(crate) mod accuracies;
mod hardware;
pub(crate) mod networks;
mod problems;

pub use hardware::{LAYER_KINDS, LOOPS, TENSORS, part_size};

use crate::functions::with_article;
use crate::units::Dim;
use std::borrow::Cow;

/// Text that is mostly written in this crate and sometimes registered by another.
pub type Words = Cow<'static, str>;

/// A kind of block.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// `network`, `conv`, …
    pub name: &'static str,
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// The kinds it may stand in; `""` is the top level of a file.
    pub inside: &'static [&'static str],
    /// What the word after the kind is.
    pub label: Label,
    /// Its fields, in the order of the manual.
    pub fields: Vec<Field>,
    /// Whether layers may stand in it.
    pub holds_layers: bool,
    /// Whether it is a layer, and so may stand wherever layers may.
    pub layer: bool,
    /// Whether goals and requirements may stand in it.
    pub goals: bool,
    /// Whether `choose` may stand in it.
    pub choices: bool,
    /// A short program that uses it, run by the tests.
    pub example: &'static str,
}

/// What the word after a block's kind is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// A new name, needed.
    Needed,
    /// A new name, if given.
    Optional,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// There is none.
    Absent,
}

/// A field of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Words,
    /// What it holds.
    pub ty: FieldType,
    /// Whether it may be left open with `in`.
    pub open: bool,
    /// What happens when it is not given.
    pub absent: Absent,
    /// What it means, in one sentence.
    pub doc: Words,
}

/// What happens when a field is not given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absent {
    /// It must be given: E0306.
    Needed,
    /// This is used instead, as one would write it.
    Default(Words),
    /// It stays absent; the doc says what that means.
    Nothing,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldType {
    /// A whole number in a range, both ends included.
    Integer {
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
    },
    /// A plain number in a range.
    Number {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// A quantity of one dimension, not negative.
    Quantity(Dim),
    /// A quantity of one dimension, not negative, or one of these names.
    QuantityOr {
        /// What it measures.
        dim: Dim,
        /// The names.
        names: &'static [&'static str],
    },
    /// A quantity of one dimension that may be negative, such as a fitted constant.
    Signed(Dim),
    /// `true` or `false`.
    Bool,
    /// A string.
    Text,
    /// One of these names.
    Choice(Vec<(Words, Words)>),
    /// A whole number or one of these names.
    IntegerOr {
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
        /// The names.
        names: &'static [&'static str],
    },
    /// A declared block of one of these kinds.
    Block(&'static [&'static str]),
    /// A list of whole numbers with a length in this range, or one number.
    Sizes {
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
    },
    /// A whole number, a list of up to so many of them, or one of these names.
    SizesOr {
        /// Most.
        most: usize,
        /// The names.
        names: &'static [&'static str],
    },
    /// A name or a list of names out of these.
    Names(&'static [&'static str]),
    /// Where an accuracy comes from.
    AccuracySource,
    /// The label of one of the block's options.
    Option,
    /// One of these forms.
    Form(Vec<Form>),
    /// A number, or `worst_of(n)`.
    Bound,
}

/// A named form that a field can hold: `fit`, `search { evaluations = 200 }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Its name.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// What may stand in its braces; without any it is a bare name.
    pub fields: Vec<Field>,
}

impl FieldType {
    /// What is expected, with an article, for messages: `a whole number in 1..4096`.
    pub fn expected(&self) -> String {
        match self {
            Self::Integer { min, max } => whole_number(*min, *max),
            Self::Number { min, max } => match (min.is_finite(), max.is_finite()) {
                (true, true) => format!("a number in {min}..{max}"),
                (true, false) => format!("a number of at least {min}"),
                _ => "a number".to_owned(),
            },
            Self::Quantity(dim) | Self::Signed(dim) => format!("{dim} (in {})", dim.usual_units()),
            Self::QuantityOr { dim, names } => format!(
                "{dim} (in {}) or {}",
                dim.usual_units(),
                join_names(names.iter().copied())
            ),
            Self::Bool => "`true` or `false`".to_owned(),
            Self::Text => "a text in quotes".to_owned(),
            Self::Choice(names) => {
                format!("one of {}", join_names(names.iter().map(|n| n.0.as_ref())))
            }
            Self::IntegerOr { min, max, names } => {
                format!(
                    "{} or {}",
                    whole_number(*min, *max),
                    join_names(names.iter().copied())
                )
            }
            Self::Block(kinds) => {
                let kinds: Vec<String> = kinds.iter().map(|k| with_article(k)).collect();
                format!("the name of {}", kinds.join(" or "))
            }
            Self::Sizes { min, max } if min == max => format!("a list of {min} whole numbers"),
            Self::Sizes { min, max } => format!("a list of {min} to {max} whole numbers"),
            Self::SizesOr { most, names } => format!(
                "a whole number, a list of up to {most} or {}",
                join_names(names.iter().copied())
            ),
            Self::Names(names) => format!("a list out of {}", join_names(names.iter().copied())),
            Self::AccuracySource => {
                "`surrogate(NAME)`, `table(\"FILE\")`, `trained { … }`, `fitted { … }` or `proxy(NAME)`".to_owned()
            }
            Self::Option => "the label of one of its options".to_owned(),
            Self::Form(forms) => {
                let forms: Vec<String> = forms.iter().map(|f| f.head()).collect();
                forms.join(" or ")
            }
            Self::Bound => "a number or `worst_of(COUNT)`".to_owned(),
        }
    }
}

impl Form {
    /// The form without its fields: `fit`, `search { … }`.
    fn head(&self) -> String {
        if self.fields.is_empty() {
            format!("`{}`", self.name)
        } else {
            format!("`{} {{ … }}`", self.name)
        }
    }

    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }
}

fn whole_number(min: u64, max: u64) -> String {
    if max >= 1 << 32 {
        format!("a whole number of at least {min}")
    } else {
        format!("a whole number in {min}..{max}")
    }
}

/// `a, b, c` with back-ticks.
pub fn join_names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names
        .into_iter()
        .map(|n| format!("`{n}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// `a`, `b` and `c` with back-ticks.
pub fn and_names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    match all.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}

/// All schemas of a build.
#[derive(Debug, Clone, Default)]
pub struct Schemas {
    kinds: Vec<Kind>,
    algorithms: Vec<Algorithm>,
}

/// A search strategy as the language knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Algorithm {
    /// The value of `algorithm`.
    pub name: Words,
    /// What it does, in one sentence.
    pub doc: Words,
    /// The fields that only it has.
    pub options: Vec<Field>,
    /// Inner blocks it reads, such as `controller` and `penalty`, with their fields.
    pub groups: Vec<(Words, Vec<Field>)>,
    /// Whether this build can run it; if not, running it answers E0704.
    pub available: bool,
    /// The cargo feature of builds that can run it, where not every build can.
    pub feature: Option<&'static str>,
}

impl Schemas {
    /// The kinds of the language, with the strategies of this build.
    pub fn new(algorithms: Vec<Algorithm>) -> Self {
        let mut kinds = networks::kinds();
        kinds.extend(hardware::kinds());
        kinds.extend(problems::kinds(&algorithms));
        Self { kinds, algorithms }
    }

    /// The kind called `name`.
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.iter().find(|k| k.name == name)
    }

    /// All kinds, in the order of the manual.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The strategies.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// The strategy called `name`.
    pub fn algorithm(&self, name: &str) -> Option<&Algorithm> {
        self.algorithms.iter().find(|a| a.name == name)
    }

    /// The kinds that may stand inside `outer` (`""` for the top level).
    pub fn kinds_inside<'a>(&'a self, outer: &'a str) -> impl Iterator<Item = &'a Kind> {
        let layers = self.kind(outer).is_some_and(|k| k.holds_layers);
        self.kinds
            .iter()
            .filter(move |k| k.inside.contains(&outer) || (layers && k.layer))
    }
}

impl Kind {
    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// Whether this kind may stand in `outer`.
    pub fn fits_in(&self, outer: Option<&Kind>) -> bool {
        match outer {
            None => self.inside.contains(&""),
            Some(outer) => self.inside.contains(&outer.name) || (self.layer && outer.holds_layers),
        }
    }
}

// ---- small words for the tables ---------------------------------------------------

/// A kind with nothing in it yet.
fn kind(name: &'static str, inside: &'static [&'static str], label: Label) -> Kind {
    Kind {
        name,
        doc: "",
        inside,
        label,
        fields: Vec::new(),
        holds_layers: false,
        layer: false,
        goals: false,
        choices: false,
        example: "",
    }
}

/// A field that stays absent when not given.
pub fn field(name: &'static str, ty: FieldType, doc: &'static str) -> Field {
    Field {
        name: Words::Borrowed(name),
        ty,
        open: false,
        absent: Absent::Nothing,
        doc: Words::Borrowed(doc),
    }
}

impl Field {
    /// The field as one could write it, for hints: `filters = 16`.
    pub fn sample(&self) -> String {
        let value = match &self.ty {
            FieldType::Integer { min, .. } | FieldType::IntegerOr { min, .. } => {
                (*min).max(1).to_string()
            }
            FieldType::Number { .. } | FieldType::Bound => "1".to_owned(),
            FieldType::Quantity(dim)
            | FieldType::Signed(dim)
            | FieldType::QuantityOr { dim, .. } => format!("1 {}", dim.common_unit()),
            FieldType::Bool => "true".to_owned(),
            FieldType::Text => "\"…\"".to_owned(),
            FieldType::Choice(names) => names.first().map_or("…", |n| n.0.as_ref()).to_owned(),
            FieldType::Block(kinds) => format!("my_{}", kinds.first().copied().unwrap_or_default()),
            FieldType::SizesOr { .. } => "1".to_owned(),
            FieldType::Sizes { min: 1, max: 2 } => "3".to_owned(),
            FieldType::Sizes { max: 2, .. } => "[16, 16]".to_owned(),
            FieldType::Sizes { .. } => "[3, 32, 32]".to_owned(),
            FieldType::Names(names) => format!("[{}]", names.join(", ")),
            FieldType::AccuracySource => "table(\"accuracies.csv\")".to_owned(),
            FieldType::Option => "my_option".to_owned(),
            FieldType::Form(forms) => forms.first().map_or("…", |f| f.name).to_owned(),
        };
        format!("{} = {value}", self.name)
    }

    /// It must be given.
    #[must_use]
    pub fn needed(mut self) -> Self {
        self.absent = Absent::Needed;
        self
    }

    /// It may be left open with `in`.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// This is used when it is not given.
    #[must_use]
    pub fn or(mut self, default: &'static str) -> Self {
        self.absent = Absent::Default(Words::Borrowed(default));
        self
    }
}

/// A whole number of at least `min`, and small enough that products of a few stay exact.
const fn integer(min: u64) -> FieldType {
    FieldType::Integer { min, max: 1 << 32 }
}

/// One of the names, each with its meaning.
fn choice(names: &[(&'static str, &'static str)]) -> FieldType {
    FieldType::Choice(
        names
            .iter()
            .map(|(n, d)| (Words::Borrowed(*n), Words::Borrowed(*d)))
            .collect(),
    )
}
