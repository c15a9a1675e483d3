//! The layers of a network or of an evaluated design, one row each.

use crate::item::{Evaluation, LayerRow, LayerRows};
use crate::study::hardware::JOULES;
use crate::study::{Network, Study, proof_text};
use nasaic_cost::{Bound, Link, Tensor};
use std::sync::Arc;

/// The layers of networks that were not evaluated.
pub fn of_networks(study: &Study, networks: &[Arc<Network>]) -> LayerRows {
    let mut rows = Vec::new();
    for (task, network) in networks.iter().enumerate() {
        for layer in &network.layers {
            rows.push(plain(study, task, layer));
        }
    }
    LayerRows {
        rows,
        clock: study.platform.clock,
        costed: false,
        study: None,
    }
}

/// The layers of an evaluated design with their costs, task by task.
pub fn of_evaluation(evaluation: &Evaluation) -> LayerRows {
    let study = &evaluation.study;
    let technology = study.platform.technology.as_ref();
    let unit = JOULES;
    let mut rows = Vec::new();
    for (task, network) in evaluation.priced.networks.iter().enumerate() {
        let mut these: Vec<LayerRow> = network
            .layers
            .iter()
            .map(|l| plain(study, task, l))
            .collect();
        for entry in evaluation
            .priced
            .schedule
            .entries
            .iter()
            .filter(|e| e.task == task)
        {
            let (index, layer) = network.computing[entry.layer];
            let Some(array) = &evaluation.priced.arrays[entry.sub] else {
                continue;
            };
            let row = &mut these[index];
            row.sub = study.subs[entry.sub].clone();
            row.start = entry.start;
            row.unit = unit;
            row.levels = array.sub.dataflow.stores().map(str::to_owned).collect();
            row.elements = [Tensor::W, Tensor::I, Tensor::O].map(|t| layer.elements(t));
            row.bits = [Tensor::W, Tensor::I, Tensor::O].map(|t| layer.bits(t));
            if let Ok(mapped) = array.map(&layer, technology) {
                let on_chip = evaluation.priced.on_chip.of(entry);
                let mapped = mapped.on_chip(&array.sub, technology, on_chip);
                row.bound = bound_text(mapped.cost.bound_by, &row.levels);
                row.cost = Some(mapped.cost);
                row.mapping = mapped.proof.map(proof_text);
            }
        }
        rows.extend(these);
    }
    LayerRows {
        rows,
        clock: study.platform.clock,
        costed: true,
        study: Some(Arc::clone(study)),
    }
}

fn plain(study: &Study, task: usize, layer: &nasaic_dsl::network::Layer) -> LayerRow {
    LayerRow {
        task: if study.tasks.len() > 1 {
            study.tasks[task].label.clone()
        } else {
            String::new()
        },
        path: layer.path.clone(),
        kind: layer.operation.name(),
        shape: layer.output.to_string(),
        macs: layer.macs() * u64::from(study.tasks[task].batch),
        params: layer.params,
        sub: String::new(),
        start: 0,
        cost: None,
        unit: 1.0,
        levels: Vec::new(),
        bound: String::new(),
        mapping: None,
        elements: [0; 3],
        bits: [8; 3],
    }
}

/// What bounds a layer, in words.
pub fn bound_text(bound: Bound, levels: &[String]) -> String {
    match bound {
        Bound::Compute => "compute".into(),
        Bound::Link(Link::OffChip) => levels.first().cloned().unwrap_or_else(|| "dram".into()),
        Bound::Link(Link::Noc) => "NoC".into(),
        Bound::Link(Link::Store(level)) => {
            let store = levels.get(usize::from(level));
            format!("link into {}", store.map_or("a store", String::as_str))
        }
    }
}
