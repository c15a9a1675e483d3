//! What goes out: answers and the header as they are written.

use crate::fault::Fault;
use nasaic_dsl::source::Sources;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value as Json;

/// An object whose fields keep their order.
#[derive(Debug, Clone)]
pub(super) struct Fields<T>(pub Vec<(String, T)>);

impl<T: Serialize> Serialize for Fields<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A value on one line.
pub(super) fn line(value: &impl Serialize) -> String {
    // Maps have string keys and numbers that are not finite become null: nothing can fail here.
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// Why a request has no other answer.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Trouble {
    /// A code with a page: `nasaic explain E0711`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where in the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Trouble {
    /// A request that is not understood.
    pub fn request(message: impl Into<String>) -> Self {
        Self::new("E0709", message)
    }

    /// A design that is not of the space.
    pub fn design(message: impl Into<String>) -> Self {
        Self::new("E0711", message)
    }

    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            path: None,
            hint: None,
        }
    }

    /// What the program says of a design, such as a script that fails.
    pub fn of(fault: Fault, sources: &Sources) -> Self {
        let code = fault.code();
        let told = fault.diagnostic(sources);
        let message = std::iter::once(told.title).chain(told.notes);
        Self {
            code,
            message: message.collect::<Vec<_>>().join(". "),
            path: None,
            hint: told.hint,
        }
    }

    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A design in both of its forms.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Drawn {
    /// The values by path; what takes no part is left out.
    pub design: Fields<Json>,
    /// The index of each value, null for what takes no part.
    pub index: Vec<Option<u32>>,
}

/// What an evaluation found.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Judged {
    /// Whether the design can be built and run.
    pub valid: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether every constraint that was judged is met.
    pub feasible: bool,
    /// In the order of the header; null for what needs an accuracy that was not asked for.
    pub objectives: Vec<Option<f64>>,
    /// By name, 0 or less where met, relative to the bound; null for what was not judged.
    pub constraints: Fields<Option<f64>>,
    /// By name, in base units.
    pub metrics: Fields<Option<f64>>,
    /// By task.
    pub accuracy: Fields<Measured>,
    /// Whether it was priced; a design over a budget is not.
    #[serde(skip)]
    pub was_priced: bool,
}

/// An accuracy with what it is worth.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Measured {
    pub value: f64,
    pub uncertainty: Option<f64>,
    pub metric: String,
    /// `illustrative surrogate`, `table`, …
    pub kind: &'static str,
    pub source: String,
}

/// How many evaluations there were up to and with this one.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Counts {
    /// Whether the same design was priced before; such an evaluation is not counted.
    pub repeated: bool,
    /// Distinct designs that were priced.
    pub hardware: usize,
    /// Distinct choices of networks whose accuracy was asked for.
    pub accuracy: usize,
}

/// The answer to one request.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Answer {
    /// What the request called itself.
    pub id: Json,
    /// What there is to say.
    #[serde(flatten)]
    pub said: Said,
    /// For evaluations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
}

/// What an answer says.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Said {
    /// A design was evaluated.
    Judged(Box<Judged>),
    /// A design without what does not matter, with a hash of it.
    Canonical {
        #[serde(flatten)]
        drawn: Drawn,
        hash: String,
    },
    /// Random designs.
    Designs { designs: Vec<Drawn> },
    /// The request is wrong.
    Refused { error: Trouble },
}

impl Answer {
    /// An answer that counts nothing.
    pub fn new(id: Json, said: Said) -> Self {
        Self {
            id,
            said,
            counts: None,
        }
    }
}
