//! A certificate as a file: the proof, and in words what it is about.

use super::networks::Wanted;
use super::tables::Tables;
use crate::fault::Fault;
use crate::study::Study;
use nasaic_search::joint::{Certificate, Claim};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format this build writes and reads.
const FORMAT: u32 = 1;

/// A proof with all that is needed to check it against a script.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CertificateFile {
    /// Version of the format.
    pub format: u32,
    /// The problem's name.
    pub problem: String,
    /// Goals as written.
    pub goals: Vec<String>,
    /// Specs as written.
    pub specs: Vec<String>,
    /// Joules per quantum of energy.
    pub energy_quantum: f64,
    /// Names of the limits, in the order of the bounds.
    pub limits: Vec<String>,
    /// The claimed optimum by the paths of its decisions; empty where none is possible.
    pub optimum: BTreeMap<String, String>,
    /// What a choice of networks is worth at least that was written out; all were where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_worth: Option<f64>,
    /// The proof.
    pub certificate: Certificate,
}

impl CertificateFile {
    /// The file for a proof about a study.
    pub(super) fn new(
        study: &Study,
        tables: &Tables,
        wanted: Wanted,
        certificate: &Certificate,
    ) -> Self {
        let optimum = match &certificate.claim {
            Claim::Infeasible => BTreeMap::new(),
            Claim::Optimal { point, .. } => optimum(study, tables, point),
        };
        Self {
            format: FORMAT,
            problem: study.name.clone(),
            goals: study.goals.iter().map(|g| g.text.clone()).collect(),
            specs: study.specs.iter().map(|s| s.text.clone()).collect(),
            energy_quantum: tables.quantum,
            limits: tables.limits.clone(),
            optimum,
            least_worth: match wanted {
                Wanted::Worth(least) => Some(least),
                _ => None,
            },
            certificate: certificate.clone(),
        }
    }

    /// Reads a file; `name` is what messages call it.
    pub fn read(name: &str, text: &str) -> Result<Self, Fault> {
        /// What every version of the format begins with.
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let broken = |error: serde_json::Error| {
            Fault::new("E0712", format!("`{name}` is not a certificate"))
                .note(format!("{error}."))
                .hint("write one with `export(search(PROBLEM, EXACT), \"name.certificate.json\")`")
        };
        let head: Head = serde_json::from_str(text).map_err(broken)?;
        if head.format != FORMAT {
            let title = format!(
                "`{name}` has format {}, and this build reads {FORMAT}",
                head.format
            );
            return Err(Fault::new("E0712", title).hint("search again with this build"));
        }
        serde_json::from_str(text).map_err(broken)
    }
}

/// The values of a design by path.
pub(super) fn optimum(
    study: &Study,
    tables: &Tables,
    point: &nasaic_search::joint::Point,
) -> BTreeMap<String, String> {
    let design = tables.design(point);
    let chosen = study.chosen(&design.0).into_iter();
    chosen
        .map(|(path, value)| (path, value.to_string()))
        .collect()
}
