//! The layers of an evaluated design where they run, with their costs.

use crate::fault::Fault;
use crate::item::Evaluation;
use crate::study::{Array, Mapper};
use nasaic_cost::{Layer, LayerCost, Mapping, Technology, Why, why};
use nasaic_search::Entry;

/// A layer that computes, on its sub-accelerator.
pub struct Work<'a> {
    /// Its place in the schedule.
    pub entry: &'a Entry,
    /// The label of its task.
    pub task: &'a str,
    /// The label of its sub-accelerator.
    pub sub: &'a str,
    /// Its path in the network.
    pub path: &'a str,
    /// Its path, with the task's label before it when there are several tasks.
    pub name: String,
    /// The layer with the word widths that the technology sees.
    pub layer: Layer,
    /// The array it runs on.
    pub array: &'a Array,
    /// Its nest there; none if it only moves data.
    pub mapping: Option<Mapping>,
    /// What it costs there.
    pub cost: LayerCost,
}

impl Work<'_> {
    /// The names of the storage levels, outermost first.
    pub fn levels(&self) -> impl Iterator<Item = &str> {
        self.array
            .sub
            .dataflow
            .stores()
            .take(usize::from(self.cost.levels))
    }

    /// Its nest.
    pub fn mapping(&self) -> Result<&Mapping, Fault> {
        let mapping = self.mapping.as_ref();
        mapping.ok_or_else(|| Fault::new("E0805", "this layer only moves data"))
    }

    /// Why it costs what it costs.
    pub fn why(&self, technology: Option<&Technology>) -> Result<Why, Fault> {
        let sub = &self.array.sub;
        let mapping = self.mapping()?;
        let search = match &sub.mapper {
            Mapper::Fit => None,
            Mapper::Search(options) => Some(options),
        };
        Ok(why(
            &self.layer,
            mapping,
            &sub.dataflow,
            &sub.array,
            technology,
            search,
        ))
    }
}

/// All layers that compute, task by task.
pub fn all(e: &Evaluation) -> Result<Vec<Work<'_>>, Fault> {
    let technology = e.study.platform.technology.as_ref();
    let works = e.priced.schedule.entries.iter().filter_map(|entry| {
        let network = &e.priced.networks[entry.task];
        let (index, layer) = &network.computing[entry.layer];
        let array = e.priced.arrays[entry.sub].as_deref()?;
        let path = &network.layers[*index].path;
        let task = &e.study.tasks[entry.task].label;
        let mapped = array.map(layer, technology).ok()?;
        let mapped = mapped.on_chip(&array.sub, technology, e.priced.on_chip.of(entry));
        Some(Work {
            entry,
            task,
            sub: &e.study.subs[entry.sub],
            path,
            name: if e.study.tasks.len() > 1 {
                format!("{task}.{path}")
            } else {
                path.clone()
            },
            layer: mapped.layer,
            array,
            mapping: mapped.mapping,
            cost: mapped.cost,
        })
    });
    let works: Vec<Work<'_>> = works.collect();
    if works.is_empty() {
        return Err(Fault::new(
            "E0805",
            "no layer of this result computes anything",
        ));
    }
    Ok(works)
}
