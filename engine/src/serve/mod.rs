//! A problem answered line by line, so that an optimizer in any language can search it.
//!
//! Nothing here reads or writes: a line of JSON comes in, a line of JSON goes out. A mistake in a
//! request is an answer, too, and never the end. What the lines hold is told in `docs/eval.md`.

mod codec;
mod evaluate;
mod header;
mod request;
mod wire;

use crate::fault::Fault;
use crate::interpreter::Inputs;
use crate::study::{Parts, Study};
use codec::Codec;
use nasaic_dsl::plan::{ExprKind, Plan};
use nasaic_dsl::source::Sources;
use nasaic_dsl::value::Value;
use nasaic_search::{Design, Space};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use request::{Asked, Given, Request};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use wire::{Answer, Counts, Drawn, Said, Trouble};

/// Answers requests about the designs of one problem.
///
/// The same lines get the same answers, to the bit, with any number of threads.
pub struct Server {
    study: Study,
    space: Space,
    codec: Codec,
    sources: Sources,
    accuracy: bool,
    /// The distinct designs that were priced.
    priced: BTreeSet<Design>,
    /// The distinct choices of networks whose accuracy was asked for.
    measured: BTreeSet<Design>,
}

impl Server {
    /// A server of the problem that the last call of a plan names.
    pub(crate) fn new(plan: &Plan, inputs: Inputs<'_>, accuracy: bool) -> Result<Self, Fault> {
        let parts = Parts {
            blocks: &plan.blocks,
            choices: &plan.choices,
            scripts: &plan.scripts,
            hosted: inputs.hosted,
            files: inputs.files,
            sources: &plan.sources,
            datasets: inputs.datasets,
        };
        let study = Study::of_problem(parts, named(plan)?)?;
        let space = study.space()?;
        Ok(Self {
            codec: Codec::new(&study),
            study,
            space,
            sources: plan.sources.clone(),
            accuracy,
            priced: BTreeSet::new(),
            measured: BTreeSet::new(),
        })
    }

    /// The first line: what can be decided, what is wanted, what must hold.
    pub fn header(&self) -> String {
        wire::line(&header::of(&self.study, &self.space, self.accuracy))
    }

    /// The answer to a line: an object, or an array where the line holds one.
    pub fn answer(&mut self, line: &str) -> String {
        match request::read(line) {
            Ok((requests, several)) => {
                // The evaluations of a batch share the cores; what is counted is counted in order.
                let found: Vec<Found> = requests.into_par_iter().map(|r| self.find(r)).collect();
                let answers: Vec<Answer> = found.into_iter().map(|f| self.count(f)).collect();
                match answers.as_slice() {
                    [one] if !several => wire::line(one),
                    all => wire::line(&all),
                }
            }
            Err(error) => wire::line(&Answer::new(Json::Null, Said::Refused { error })),
        }
    }

    /// Everything about a request that does not depend on those before it.
    fn find(&self, request: Request) -> Found {
        let mut priced = None;
        let said = request.asked.and_then(|asked| match asked {
            Asked::Evaluate { given, accuracy } => {
                let design = self.space.canonical(&self.decoded(&given)?);
                let accuracy = accuracy.unwrap_or(self.accuracy);
                let judged = evaluate::judge(&self.study, &self.space, &design, accuracy)
                    .map_err(|fault| Trouble::of(fault, &self.sources))?;
                priced = judged.was_priced.then_some(Priced {
                    design,
                    measured: accuracy && judged.valid,
                });
                Ok(Said::Judged(Box::new(judged)))
            }
            Asked::Canonical(given) => {
                let design = self.space.canonical(&self.decoded(&given)?);
                let hash = blake3::Hash::from_bytes(self.space.canonical_hash(&design));
                Ok(Said::Canonical {
                    drawn: self.drawn(&design),
                    hash: hash.to_hex().to_string(),
                })
            }
            Asked::Sample { count, seed } => Ok(Said::Designs {
                designs: self.sample(count, seed),
            }),
        });
        let said = said.unwrap_or_else(|error| Said::Refused { error });
        Found {
            answer: Answer::new(request.id, said),
            priced,
        }
    }

    /// Numbers an evaluation among the distinct ones.
    fn count(&mut self, found: Found) -> Answer {
        let mut answer = found.answer;
        if let Some(Priced { design, measured }) = found.priced {
            if measured {
                self.measured.insert(self.space.networks(&design));
            }
            let repeated = !self.priced.insert(design);
            answer.counts = Some(Counts {
                repeated,
                hardware: self.priced.len(),
                accuracy: self.measured.len(),
            });
        }
        answer
    }

    fn decoded(&self, given: &Given) -> Result<Design, Trouble> {
        self.codec.decode(given, &self.space)
    }

    /// Designs within the budgets, a random stream each: those that `random` proposes.
    fn sample(&self, count: u64, seed: u64) -> Vec<Drawn> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        (0..count)
            .map(|stream| {
                rng.set_stream(stream);
                rng.set_word_pos(0);
                self.drawn(&self.space.sample(&mut rng))
            })
            .collect()
    }

    fn drawn(&self, design: &Design) -> Drawn {
        Drawn {
            design: self.codec.values(design),
            index: self.codec.indices(design),
        }
    }
}

/// An answer that is not counted yet.
struct Found {
    answer: Answer,
    priced: Option<Priced>,
}

/// A design that was priced, and whether its accuracy was asked for.
struct Priced {
    design: Design,
    measured: bool,
}

/// The problem that the last call of a plan names.
fn named(plan: &Plan) -> Result<&str, Fault> {
    let call = plan.steps.last().map(|step| &step.expr.kind);
    match call {
        Some(ExprKind::Call(_, args)) => match args.first().map(|a| &a.1.kind) {
            Some(ExprKind::Value(Value::Block(name)))
                if plan.blocks.get(name).is_some_and(|b| b.kind == "problem") =>
            {
                Ok(name)
            }
            _ => Err(Fault::new("E0209", "a problem is needed")),
        },
        _ => Err(Fault::new("E0209", "a problem is needed")),
    }
}
