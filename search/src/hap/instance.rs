//! What is to be scheduled, in integers, so that "optimal" is exact.

use std::fmt;

/// Largest number of sub-accelerators.
pub const MOST_SUBS: usize = 8;

/// Largest sum of all cycles, and largest sum of all energies, of an instance.
///
/// Prices scale energies up; this keeps every sum of them within 63 bits.
pub const MOST_TOTAL: u64 = 1 << 52;

/// Time and energy, of a layer on a sub-accelerator or of a transfer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Time, in cycles.
    pub cycles: u64,
    /// Energy, in the caller's quanta.
    pub energy: u64,
}

/// What a layer costs on each sub-accelerator; none where it cannot run.
pub type Options = Vec<Option<Cost>>;

/// A tensor that a layer needs from an earlier layer of its task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Index of the layer that makes it.
    pub layer: usize,
    /// Cost of moving it, `[from sub, to sub]` with `to` fastest; empty where moving is free.
    ///
    /// The layer waits for the cycles; no sub-accelerator is busy with them.
    pub transfer: Vec<Cost>,
}

/// One layer of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its costs.
    pub options: Options,
    /// The layers that must have ended, all of smaller index.
    pub inputs: Vec<Input>,
}

/// Tasks to be scheduled on sub-accelerators.
///
/// A layer starts once its inputs ended and were moved, a sub-accelerator runs
/// one layer at a time, and nothing is interrupted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    subs: usize,
    tasks: Vec<Vec<Layer>>,
}

/// Why layers are not an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// More sub-accelerators than [`MOST_SUBS`].
    Subs(usize),
    /// A layer has more options than there are sub-accelerators.
    Options {
        /// Index of the task.
        task: usize,
        /// Index of the layer.
        layer: usize,
    },
    /// An input is not an earlier layer.
    Order {
        /// Index of the task.
        task: usize,
        /// Index of the layer.
        layer: usize,
    },
    /// A table of transfers has not one cost per pair, or moving within a sub-accelerator costs.
    Transfer {
        /// Index of the task.
        task: usize,
        /// Index of the layer.
        layer: usize,
    },
    /// The cycles or the energies add up to more than [`MOST_TOTAL`].
    Total,
}

impl Instance {
    /// Tasks of any graph, checked.
    pub fn new(subs: usize, tasks: Vec<Vec<Layer>>) -> Result<Self, Flaw> {
        if subs > MOST_SUBS {
            return Err(Flaw::Subs(subs));
        }
        let mut total = Cost::default();
        for (task, layers) in tasks.iter().enumerate() {
            for (index, layer) in layers.iter().enumerate() {
                check(subs, task, index, layer)?;
                let most = most(layer);
                total.cycles = total.cycles.saturating_add(most.cycles);
                total.energy = total.energy.saturating_add(most.energy);
            }
        }
        if total.cycles > MOST_TOTAL || total.energy > MOST_TOTAL {
            return Err(Flaw::Total);
        }
        Ok(Self { subs, tasks })
    }

    /// Chains of layers, moved for free: the problem of NASAIC.
    pub fn chains(subs: usize, tasks: Vec<Vec<Options>>) -> Result<Self, Flaw> {
        let link = |(index, options)| Layer {
            options,
            inputs: Vec::from_iter(usize::checked_sub(index, 1).map(Input::free)),
        };
        let chain = |layers: Vec<Options>| layers.into_iter().enumerate().map(link).collect();
        Self::new(subs, tasks.into_iter().map(chain).collect())
    }

    /// The same with the branches of every task one after the other, in the order of its layers.
    #[must_use]
    pub fn serialised(&self) -> Self {
        let mut all = self.clone();
        for layers in &mut all.tasks {
            for (index, layer) in layers.iter_mut().enumerate().skip(1) {
                if !layer.inputs.iter().any(|input| input.layer == index - 1) {
                    layer.inputs.push(Input::free(index - 1));
                }
            }
        }
        all
    }

    /// Number of sub-accelerators.
    pub fn subs(&self) -> usize {
        self.subs
    }

    /// The layers of every task.
    pub fn tasks(&self) -> &[Vec<Layer>] {
        &self.tasks
    }

    /// The cost of a layer on a sub-accelerator.
    pub fn cost(&self, task: usize, layer: usize, sub: usize) -> Option<Cost> {
        let layer = self.tasks.get(task)?.get(layer)?;
        layer.options.get(sub).copied().flatten()
    }
}

impl Input {
    /// An input that costs nothing to move.
    pub fn free(layer: usize) -> Self {
        Self {
            layer,
            transfer: Vec::new(),
        }
    }

    /// What moving it from one sub-accelerator to another costs.
    pub fn cost(&self, subs: usize, from: usize, to: usize) -> Cost {
        self.transfer
            .get(from * subs + to)
            .copied()
            .unwrap_or_default()
    }
}

fn check(subs: usize, task: usize, index: usize, layer: &Layer) -> Result<(), Flaw> {
    if layer.options.len() > subs {
        return Err(Flaw::Options { task, layer: index });
    }
    if layer.inputs.iter().any(|input| input.layer >= index) {
        return Err(Flaw::Order { task, layer: index });
    }
    let sound = |input: &Input| {
        let within = |sub: usize| input.transfer[sub * subs + sub] == Cost::default();
        input.transfer.is_empty() || (input.transfer.len() == subs * subs && (0..subs).all(within))
    };
    if layer.inputs.iter().all(sound) {
        Ok(())
    } else {
        Err(Flaw::Transfer { task, layer: index })
    }
}

/// The most that a layer can cost, with what it moves.
fn most(layer: &Layer) -> Cost {
    let largest = |costs: &mut dyn Iterator<Item = Cost>| {
        costs.fold(Cost::default(), |most, cost| Cost {
            cycles: most.cycles.max(cost.cycles),
            energy: most.energy.max(cost.energy),
        })
    };
    let mut sum = largest(&mut layer.options.iter().flatten().copied());
    for input in &layer.inputs {
        let moved = largest(&mut input.transfer.iter().copied());
        sum.cycles = sum.cycles.saturating_add(moved.cycles);
        sum.energy = sum.energy.saturating_add(moved.energy);
    }
    sum
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subs(subs) => write!(
                f,
                "{subs} sub-accelerators, at most {MOST_SUBS} can be scheduled"
            ),
            Self::Options { task, layer } => write!(
                f,
                "layer {layer} of task {task} has more options than there are sub-accelerators"
            ),
            Self::Order { task, layer } => write!(
                f,
                "layer {layer} of task {task} needs a layer that does not come before it"
            ),
            Self::Transfer { task, layer } => write!(
                f,
                "layer {layer} of task {task} has transfers that are not one per pair, free within a sub-accelerator"
            ),
            Self::Total => write!(
                f,
                "all cycles, or all energies, add up to more than 2^52; take larger quanta"
            ),
        }
    }
}

impl std::error::Error for Flaw {}
