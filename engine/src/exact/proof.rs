//! `strategy { algorithm = exact }`: the optimum of a problem, with its proof.

use super::file::CertificateFile;
use super::networks::{self, Wanted};
use super::question::{Question, Target, refusal};
use super::tables::Tables;
use crate::actions::Context;
use crate::fault::Fault;
use crate::sink::Progress;
use crate::study::{Search, Spread, Study};
use nasaic_dsl::units::number;
use nasaic_search::joint::{Aim, Effort, Excluded, Proven, prove};
use nasaic_search::{Counts, Evaluated, Options, Problem, Run, Space, Stop};
use std::fmt::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

/// About how many are looked at first where there are more.
const SAMPLE: u64 = 50_000;

/// What is known besides the best design of an exact search.
#[derive(Debug, Clone)]
pub struct Proof {
    /// Choices of networks there are.
    pub choices: u64,
    /// Those of them that were written out: what is worth less than a known design was not.
    pub written: usize,
    /// Distinct layers and arrays whose costs were tabulated: layers, arrays.
    pub tabulated: (usize, usize),
    /// What was excluded, and by which bound.
    pub excluded: Excluded,
    /// Boxes of designs looked at.
    pub boxes: u64,
    /// Nothing better than this exists, where the optimum itself is not proven.
    pub at_most: Option<f64>,
    /// The proof to be checked by others; none where something stayed open.
    pub certificate: Option<CertificateFile>,
}

/// Searches a study exactly; the run it gives has the optimum as its only design.
pub fn search(
    study: &Arc<Study>,
    options: &Options,
    context: &mut Context<'_, '_>,
) -> Result<(Run, Proof), Fault> {
    let question = Question::of(study)?;
    let space = study.space()?;
    let effort = Effort {
        boxes: options.int("boxes").map_or(u64::MAX, |n| n.unsigned_abs()),
        open: options.int("open").map_or(u64::MAX, |n| n.unsigned_abs()),
    };
    let most = options
        .int("written")
        .map_or(u64::MAX, |n| n.unsigned_abs());
    let wanted = wanted(study, &question, &space, effort, most)?;
    let tables = Tables::of(study, &question, &space, wanted)?;
    let mut stopped = false;
    let total = tables.joint.candidates.len() as u64;
    let proven = prove(&tables.joint, effort, &mut |step| {
        context.sink.progress(&Progress {
            what: context.what.to_owned(),
            done: step.candidates as u64,
            total: Some(total),
            best: format!("{} boxes", number(step.boxes as f64)),
            finished: false,
        });
        stopped = context.sink.stop();
        match stopped {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    context.sink.progress(&Progress {
        what: context.what.to_owned(),
        done: total,
        total: Some(total),
        best: String::new(),
        finished: true,
    });
    let proof = Proof::of(study, &tables, wanted, &proven);
    if proven.best.is_none() && proven.open.is_none() {
        return Err(hopeless(study, &proof, context));
    }
    let evaluated: Vec<Evaluated> = (proven.best.iter())
        .map(|found| evaluate(study, &tables.design(&found.point)))
        .collect::<Result<_, _>>()?;
    let best = (!evaluated.is_empty()).then_some(0);
    let run = Run {
        best,
        front: best.into_iter().collect(),
        history: best.into_iter().collect(),
        trained_to_best: None,
        counts: Counts {
            hardware: evaluated.len() as u64,
            accuracy: tables.choices,
            ..Counts::default()
        },
        evaluated,
        stopped: Default::default(),
        episodes: Vec::new(),
        stop: if stopped {
            Stop::Interrupted
        } else {
            Stop::Done
        },
    };
    Ok((run, proof))
}

/// Which choices of networks have to be written out: all, or where those are too many, what is
/// worth at least as much as the best of a sample.
fn wanted(
    study: &Study,
    question: &Question,
    space: &Space,
    effort: Effort,
    most: u64,
) -> Result<Wanted, Fault> {
    let count = networks::count(space);
    if count <= most {
        return Ok(Wanted::All);
    }
    let said = number(count as f64);
    if question.goal != Target::Networks {
        return Err(
            refusal(format!("there are {said} choices of networks")).note(
                "So many can be searched only where the goal is a formula of the networks alone.",
            ),
        );
    }
    let sample = Tables::of(study, question, space, Wanted::OneIn(count / SAMPLE + 1))?;
    let found = prove(&sample.joint, effort, &mut |_| ControlFlow::Continue(()));
    let best = found.best.ok_or_else(|| {
        refusal(format!(
            "there are {said} choices of networks, and of a sample of {} none has a design that meets the specs",
            number(sample.joint.candidates.len() as f64)
        ))
    })?;
    let score = sample.joint.candidates[best.point.candidate].score;
    // Few digits, so that a certificate holds exactly this number.
    Ok(Wanted::Worth(libm::floor(score * 1e9) / 1e9))
}

/// The optimum as every other search would see it.
fn evaluate(study: &Study, design: &nasaic_search::Design) -> Result<Evaluated, Fault> {
    let space = study.space()?;
    let design = space.canonical(design);
    let spread = Spread {
        logarithmic: false,
        scale: vec![1.0; study.specs.len()],
        designs: 0,
    };
    let search = Search::new(study, spread, space);
    let hardware = search.hardware(&design);
    let outcome = hardware.valid.then(|| search.complete(&design, &hardware));
    match search.take_fault() {
        Some(fault) => Err(fault),
        None => Ok(Evaluated {
            trial: 0,
            design,
            hardware,
            outcome,
        }),
    }
}

/// No design meets the specs, and every one was excluded by a proof.
///
/// There is no result that could be exported, so the proof is written at once.
fn hopeless(study: &Study, proof: &Proof, context: &mut Context<'_, '_>) -> Fault {
    let path = format!("{}.certificate.json", study.name);
    let json = proof.certificate.as_ref().map(serde_json::to_vec);
    let written = match json {
        Some(Ok(bytes)) => context.sink.file(&path, &bytes).is_ok(),
        _ => false,
    };
    let specs: Vec<&str> = study.specs.iter().map(|s| s.text.as_str()).collect();
    Fault::new("E0601", "no design can meet these specs together")
        .label(format!(
            "proven for all {} choices of networks",
            number(proof.choices as f64)
        ))
        .note(format!("The specs are {}.", specs.join(", ")))
        .note(format!("{}.", proof.reasons()))
        .note(match written {
            true => format!("The proof is in `{path}`; `nasaic verify` checks it."),
            false => format!("The proof could not be written to `{path}`."),
        })
        .hint("loosen a spec, or open the space: smaller networks, larger arrays, other dataflows")
}

impl Proof {
    fn of(study: &Study, tables: &Tables, wanted: Wanted, proven: &Proven) -> Self {
        let joint = &tables.joint;
        let mut seen: Vec<&Arc<_>> = Vec::new();
        for (_, choices) in joint.patterns.iter().flat_map(|p| &p.present) {
            if !seen.iter().any(|known| Arc::ptr_eq(known, choices)) {
                seen.push(choices);
            }
        }
        let at_most = proven
            .open
            .map(|candidate| joint.candidates[candidate].score);
        Self {
            choices: tables.choices,
            written: joint.candidates.len(),
            tabulated: (joint.layers, seen.iter().map(|c| c.configs.len()).sum()),
            excluded: proven.excluded,
            boxes: proven.boxes,
            at_most: at_most.filter(|_| joint.aim == Aim::Score),
            certificate: (proven.certificate.as_ref())
                .map(|certificate| CertificateFile::new(study, tables, wanted, certificate)),
        }
    }

    /// Whether the best design is proven to be the best.
    pub fn is_complete(&self) -> bool {
        self.certificate.is_some()
    }

    /// Which bounds excluded what.
    fn reasons(&self) -> String {
        let e = &self.excluded;
        let count = |n: u64| number(n as f64);
        let mut out = format!(
            "{} choices of networks exceed the energy whatever the hardware",
            count(e.at_once)
        );
        let rest = e.candidates - e.at_once;
        if rest > 0 {
            let _ = write!(
                out,
                "; for {} more, boxes of hardware were excluded: {} by assignment bounds, {} by area or budgets, {} as mirror images, {} single designs by all their schedules",
                count(rest),
                count(e.tolls),
                count(e.limits),
                count(e.mirrored),
                count(e.schedules)
            );
        }
        out
    }

    /// The proof in some lines.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let verdict = match (self.is_complete(), self.at_most) {
            (true, _) => {
                "proven optimal, relative to the dataflows, the mapper and the accuracy source"
                    .to_owned()
            }
            (false, Some(most)) => format!("not proven: at most {} is possible", number(most)),
            (false, None) => "not proven: some designs stayed open".to_owned(),
        };
        let _ = writeln!(out, "  {verdict}");
        let _ = writeln!(
            out,
            "  {} choices of networks, {} arrays, costs of {} layers on each",
            number(self.choices as f64),
            number(self.tabulated.1 as f64),
            number(self.tabulated.0 as f64)
        );
        if (self.written as u64) < self.choices {
            let _ = writeln!(
                out,
                "  {} of them are worth at least as much as a design found among a sample, and were written out",
                number(self.written as f64)
            );
        }
        let _ = writeln!(out, "  {}", self.reasons());
        out
    }
}
