//! Why a file cannot become a network.

use crate::wire::Damaged;

/// The kinds of reasons; each has a way out of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is no model, or a damaged one.
    File,
    /// Sizes that the file leaves open: names and suggested sizes, all that are open.
    Open(Vec<(String, u64)>),
    /// A name that is none of the model's sizes.
    Unknown(String),
    /// An operator that is not supported, or not in this form.
    Operator,
    /// A network that the layers of the language cannot say, such as a batch of several inputs.
    Network,
}

/// Why a file cannot become a network, with a way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of reason it is.
    pub reason: Reason,
    /// One sentence without its full stop.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Problem {
    pub(crate) fn new(reason: Reason, message: String, hint: impl Into<String>) -> Self {
        Self {
            reason,
            message,
            hint: hint.into(),
        }
    }

    pub(crate) fn too_large(what: &str, most: usize) -> Self {
        Self::new(
            Reason::File,
            format!("it has more than {most} {what}"),
            "give a model of a usual size",
        )
    }
}

impl From<Damaged> for Problem {
    fn from(damaged: Damaged) -> Self {
        Self::new(
            Reason::File,
            format!(
                "it is no ONNX model, or a damaged one: {} at byte {}",
                damaged.what, damaged.at
            ),
            "export or copy it again; `git lfs pull` fetches a file that is only a pointer",
        )
    }
}
