//! `nasaic verify`: certificates of exact searches, checked by code that shares nothing with them.

use super::args::{Changes, Reading};
use super::console::Console;
use super::files::Text;
use super::program::Program;
use super::{Exit, Refusal};
use nasaic_dsl::source::Sources;
use nasaic_dsl::units::number;
use nasaic_engine::{CertificateFile, Fault, Verdict};
use serde_json::json;
use std::path::Path;

/// Checks a certificate and tells whether it holds.
pub fn verify(
    certificate: &Path,
    script: &Path,
    as_json: bool,
    (reading, changes): (&Reading, &Changes),
    console: &Console,
) -> Result<Exit, Refusal> {
    let text = Text::read(certificate)?;
    let file = CertificateFile::read(&text.name, &text.text)
        .map_err(|fault| refusal(&fault, &Sources::default()))?;
    let script = Text::read(script)?;
    // Counting the space brings everything that the problem needs into the plan.
    let call = format!("space({})", file.problem);
    let program = Program::load(&script, Some(&call), (reading, changes), console)?;
    let verdict = (program.engine)
        .verify(&program.plan, &file)
        .map_err(|fault| refusal(&fault, &program.plan.sources))?;
    console.print(&if as_json {
        format!("{:#}\n", as_data(&verdict))
    } else {
        words(&verdict)
    });
    Ok(match verdict.checked {
        Ok(_) => Exit::Done,
        Err(_) => Exit::Unexpected,
    })
}

fn refusal(fault: &Fault, sources: &Sources) -> Refusal {
    Refusal {
        sources: sources.clone(),
        diagnostics: vec![fault.clone().diagnostic(sources)],
    }
}

fn words(verdict: &Verdict) -> String {
    let checked = match &verdict.checked {
        Ok(checked) => checked,
        Err(why) => return format!("rejected: {why}\n"),
    };
    let claim = match (verdict.infeasible, verdict.score) {
        (true, _) => "no design meets the specs".to_owned(),
        (false, Some(score)) => format!("the optimum is {}", number(score)),
        (false, None) => "the claimed design is optimal".to_owned(),
    };
    format!(
        "accepted: `{}`: {claim}\n  {} of {} choices of networks excluded, {} bounds added up again, {} designs scheduled again\n",
        verdict.problem,
        number(checked.candidates as f64),
        number(verdict.choices as f64),
        number(checked.boxes as f64),
        number(checked.schedules as f64),
    )
}

fn as_data(verdict: &Verdict) -> serde_json::Value {
    let checked = verdict.checked.as_ref();
    json!({
        "problem": verdict.problem,
        "accepted": checked.is_ok(),
        "why_not": checked.err(),
        "infeasible": verdict.infeasible,
        "optimum": verdict.score,
        "choices": verdict.choices,
        "excluded": checked.map(|c| c.candidates).ok(),
        "bounds": checked.map(|c| c.boxes).ok(),
        "schedules": checked.map(|c| c.schedules).ok(),
    })
}
