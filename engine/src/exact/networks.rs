//! The networks of a study: every choice with its worth, and the layers they are made of.

use super::assignments;
use super::question::{Question, Target, refusal};
use crate::fault::Fault;
use crate::study::{Metrics, Network, Priced, Sight, Study, Waiting};
use nasaic_cost::Layer;
use nasaic_search::joint::Candidate;
use nasaic_search::{Design, Role, Schedule, Space};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Most choices of networks that are written out: some 300 bytes each.
const MOST_WRITTEN: usize = 8_000_000;

/// Which choices of networks are written out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wanted {
    /// All of them.
    All,
    /// One in so many, to begin with.
    OneIn(u64),
    /// Those that are worth at least this: all that could be better than a design that is known.
    Worth(f64),
}

/// The choices of networks by falling score, and their layers.
#[derive(Default)]
pub(super) struct Networks {
    /// The distinct layers.
    pub layers: Vec<Layer>,
    /// For each task and network, its layers.
    pub chains: Vec<Vec<Vec<u32>>>,
    /// The choices.
    pub candidates: Vec<Candidate>,
    /// The designs they are, without hardware.
    pub designs: Vec<Design>,
    /// Choices that meet the specs on networks alone, written out or not.
    pub choices: u64,
    layer_ids: HashMap<Layer, u32>,
    network_ids: Vec<BTreeMap<Vec<u32>, u32>>,
}

impl Networks {
    /// Writes out the wanted choices of networks that meet the specs on networks alone.
    pub fn of(
        study: &Study,
        question: &Question,
        space: &Space,
        wanted: Wanted,
    ) -> Result<Self, Fault> {
        let mut found = Self {
            chains: vec![Vec::new(); study.tasks.len()],
            network_ids: vec![BTreeMap::new(); study.tasks.len()],
            ..Self::default()
        };
        let mut scored: Vec<(Candidate, Design)> = Vec::new();
        let parts = parts(study, question, space, wanted)?;
        for part in parts {
            found.choices += part.choices;
            for (score, design) in part.kept {
                let networks = study.networks(&design.0).unwrap_or_default();
                let each = networks.iter().enumerate().map(|(task, network)| {
                    found.number(task, study.task_choices(task, &design.0), network)
                });
                let networks = each.collect();
                scored.push((Candidate { networks, score }, design));
            }
        }
        // A stable sort: equals stay in the order of the space.
        scored.sort_by(|a, b| b.0.score.total_cmp(&a.0.score));
        (found.candidates, found.designs) = scored.into_iter().unzip();
        Ok(found)
    }

    /// The number of a task's network; its layers are numbered when it is met first.
    fn number(&mut self, task: usize, choices: Vec<u32>, network: &Network) -> u32 {
        if let Some(&known) = self.network_ids[task].get(&choices) {
            return known;
        }
        let chain = network.computing.iter().map(|(_, layer)| {
            *self.layer_ids.entry(*layer).or_insert_with(|| {
                self.layers.push(*layer);
                self.layers.len() as u32 - 1
            })
        });
        let chain = chain.collect();
        self.chains[task].push(chain);
        let number = self.network_ids[task].len() as u32;
        self.network_ids[task].insert(choices, number);
        number
    }
}

/// What a choice of networks is worth; none where it misses a spec by itself.
fn worth(
    study: &Study,
    question: &Question,
    design: &Design,
    networks: &[Arc<Network>],
) -> Result<Option<f64>, Fault> {
    let accuracies = study.accuracies(networks, &design.0)?;
    // Formulas that are asked here look at no hardware.
    let priced = Priced {
        networks: networks.to_vec(),
        arrays: Vec::new(),
        certainty: None,
        stages: None,
        on_chip: Waiting::default(),
        schedule: Schedule {
            entries: Vec::new(),
            makespan: 0,
            energy: 0.0,
            moved: 0.0,
        },
        metrics: Metrics {
            macs: networks.iter().map(|n| n.macs).sum(),
            params: networks.iter().map(|n| n.params).sum(),
            ..Metrics::default()
        },
    };
    let sight = Sight {
        study,
        choices: &design.0,
        priced: &priced,
        accuracies: &accuracies,
    };
    let met = |&spec: &usize| study.specs[spec].judge(&sight).met;
    if !question.of_networks.iter().all(met) {
        return Ok(None);
    }
    Ok(Some(match question.goal {
        Target::Networks => study.goals[0].score(&sight)?,
        _ => 0.0,
    }))
}

/// The decisions on networks, each after those it depends on.
fn decisions(space: &Space) -> Vec<usize> {
    let own = |&&index: &&usize| space.decisions()[index].role == Role::Network;
    space.order().iter().filter(own).copied().collect()
}

/// How many choices of networks there are.
pub(super) fn count(space: &Space) -> u64 {
    assignments::count(space, &decisions(space))
}

/// Choices that have the same values for the first decisions.
#[derive(Default)]
struct Share {
    /// Those that meet the specs on networks.
    choices: u64,
    /// The wanted ones with their worth.
    kept: Vec<(f64, Design)>,
}

/// All choices in shares that are looked at side by side, in the order of the space.
fn parts(
    study: &Study,
    question: &Question,
    space: &Space,
    wanted: Wanted,
) -> Result<Vec<Share>, Fault> {
    let decisions = decisions(space);
    let (first, rest) = decisions.split_at(decisions.len().min(3));
    let heads = assignments::all(space, first, usize::MAX).unwrap_or_default();
    let written = AtomicUsize::new(0);
    heads
        .into_par_iter()
        .enumerate()
        .map(|(index, mut head)| {
            let mut share = Share::default();
            // Shifted from share to share, so that a sample meets small ones, too.
            let mut seen = index as u64;
            let ended = assignments::each_below(space, rest, &mut head, &mut |design| {
                seen += 1;
                if matches!(wanted, Wanted::OneIn(step) if !u64::is_multiple_of(seen, step)) {
                    return ControlFlow::Continue(());
                }
                match share.see(study, question, design, wanted) {
                    Ok(false) => ControlFlow::Continue(()),
                    Ok(true) if written.fetch_add(1, Ordering::Relaxed) < MOST_WRITTEN => {
                        ControlFlow::Continue(())
                    }
                    Ok(true) => ControlFlow::Break(refusal(format!(
                        "more than {MOST_WRITTEN} choices of networks would have to be written out"
                    ))),
                    Err(fault) => ControlFlow::Break(fault),
                }
            });
            match ended {
                ControlFlow::Continue(()) => Ok(share),
                ControlFlow::Break(fault) => Err(fault),
            }
        })
        .collect()
}

impl Share {
    /// Takes in a choice; whether it is kept.
    fn see(
        &mut self,
        study: &Study,
        question: &Question,
        design: &Design,
        wanted: Wanted,
    ) -> Result<bool, Fault> {
        // A choice of networks that cannot be built is no design.
        let Ok(networks) = study.networks(&design.0) else {
            return Ok(false);
        };
        let Some(score) = worth(study, question, design, &networks)? else {
            return Ok(false);
        };
        self.choices += 1;
        let keep = !matches!(wanted, Wanted::Worth(least) if score < least);
        if keep {
            self.kept.push((score, design.clone()));
        }
        Ok(keep)
    }
}
