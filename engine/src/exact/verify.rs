//! The check of a certificate file against the script it is about.

use super::file::{CertificateFile, optimum};
use super::networks::Wanted;
use super::question::Question;
use super::tables::Tables;
use crate::fault::Fault;
use crate::study::{Parts, Study};
use nasaic_search::joint::Claim;
use nasaic_search::verify::Checked;

/// What a check of a certificate came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The problem.
    pub problem: String,
    /// Whether the claim is that no design meets the specs.
    pub infeasible: bool,
    /// The score of the optimum, where the goal is a formula of the networks.
    pub score: Option<f64>,
    /// Choices of networks there are.
    pub choices: u64,
    /// What was recomputed, or why the certificate proves nothing.
    pub checked: Result<Checked, String>,
}

/// Recomputes the tables of a problem and checks a certificate against them.
///
/// The cost model and the accuracy source are trusted; the search is not: see
/// [`nasaic_search::verify`].
pub fn verify(parts: Parts<'_>, file: &CertificateFile) -> Result<Verdict, Fault> {
    let full = parts.blocks.iter().find(|(name, block)| {
        block.kind == "problem" && nasaic_dsl::value::short(name) == file.problem
    });
    let Some((name, _)) = full else {
        let title = format!("the script has no problem `{}`", file.problem);
        return Err(
            Fault::new("E0712", title).hint("give the script that the certificate is about")
        );
    };
    let study = Study::of_problem(parts, name)?;
    let question = Question::of(&study)?;
    let wanted = file.least_worth.map_or(Wanted::All, Wanted::Worth);
    let tables = Tables::of(&study, &question, &study.space()?, wanted)?;
    let same = |what: &str, equal: bool| match equal {
        true => Ok(()),
        false => Err(format!("it was made for another problem: {what} differ")),
    };
    let texts = |of: Vec<&String>, own: &[String]| of.into_iter().eq(own.iter());
    let checked = same(
        "the goals",
        texts(study.goals.iter().map(|g| &g.text).collect(), &file.goals),
    )
    .and_then(|()| {
        same(
            "the specs",
            texts(study.specs.iter().map(|s| &s.text).collect(), &file.specs),
        )
    })
    .and_then(|()| {
        same(
            "the quanta of energy",
            file.energy_quantum == tables.quantum,
        )
    })
    .and_then(|()| same("the limits", file.limits == tables.limits))
    .and_then(|()| match (&file.certificate.claim, file.least_worth) {
        (Claim::Infeasible, Some(_)) => {
            Err("it says nothing about the choices of networks that are worth less".to_owned())
        }
        _ => Ok(()),
    })
    .and_then(|()| {
        nasaic_search::verify::verify(&tables.joint, &file.certificate).map_err(|e| e.to_string())
    })
    .and_then(|checked| match &file.certificate.claim {
        Claim::Optimal { point, .. } if optimum(&study, &tables, point) != file.optimum => {
            Err("the optimum in words is not the one that is proven".to_owned())
        }
        _ => Ok(checked),
    });
    let score = match &file.certificate.claim {
        Claim::Optimal { point, .. } => tables
            .joint
            .candidates
            .get(point.candidate)
            .map(|c| c.score),
        Claim::Infeasible => None,
    };
    Ok(Verdict {
        problem: file.problem.clone(),
        infeasible: file.certificate.claim == Claim::Infeasible,
        score,
        choices: tables.choices,
        checked,
    })
}
