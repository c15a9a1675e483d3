//! The networks of a study: every choice with its worth, and the layers they are made of.

use super::question::{Question, Target, refusal};
use super::tables::assignments;
use crate::fault::Fault;
use crate::study::{Metrics, Network, Priced, Sight, Study, Waiting};
use nasaic_cost::Layer;
use nasaic_search::joint::Candidate;
use nasaic_search::{Design, Role, Schedule, Space};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Most choices of networks that are written out.
const MOST_NETWORKS: usize = 2_000_000;

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
    layer_ids: HashMap<Layer, u32>,
    network_ids: Vec<BTreeMap<Vec<u32>, u32>>,
}

impl Networks {
    /// Writes out all choices of networks that meet the specs on networks alone.
    pub fn of(study: &Study, question: &Question, space: &Space) -> Result<Self, Fault> {
        let mut found = Self {
            chains: vec![Vec::new(); study.tasks.len()],
            network_ids: vec![BTreeMap::new(); study.tasks.len()],
            ..Self::default()
        };
        let mut scored: Vec<(Candidate, Design)> = Vec::new();
        for design in network_designs(space)? {
            // A choice of networks that cannot be built is no design.
            let Ok(networks) = study.networks(&design.0) else {
                continue;
            };
            let Some(score) = worth(study, question, &design, &networks)? else {
                continue;
            };
            let each = networks.iter().enumerate();
            let networks = each
                .map(|(task, network)| {
                    found.number(task, study.task_choices(task, &design.0), network)
                })
                .collect();
            scored.push((Candidate { networks, score }, design));
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

/// All choices of networks, as designs without hardware.
fn network_designs(space: &Space) -> Result<Vec<Design>, Fault> {
    let own = |&&index: &&usize| space.decisions()[index].role == Role::Network;
    let order: Vec<usize> = space.order().iter().filter(own).copied().collect();
    assignments(space, &order, MOST_NETWORKS).ok_or_else(|| {
        refusal(format!(
            "there are more than {MOST_NETWORKS} choices of networks"
        ))
    })
}
