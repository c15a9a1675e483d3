//! An instance as flat arrays: what every solver reads.

use super::instance::{Cost, Instance, Options};

/// The time and energy of a layer where it cannot run, and of what cannot end in time.
pub(super) const NEVER: u64 = u64::MAX;

/// An input of a layer, by indices over all tasks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// The layer that makes it.
    pub(super) op: usize,
    /// First of its transfers; none if they are free.
    table: Option<usize>,
}

/// All layers of all tasks, numbered through.
#[derive(Clone, Debug, Default)]
pub(super) struct Flat {
    /// Number of sub-accelerators.
    pub(super) subs: usize,
    /// First layer of every task, and the number of layers: `[tasks + 1]`.
    pub(super) first: Vec<usize>,
    /// Whether the layers of a task can only run one after the other, in their order.
    pub(super) chain: Vec<bool>,
    /// Whether moving costs anything.
    pub(super) moves: bool,
    /// Least time and least energy of each layer.
    pub(super) least: Vec<Cost>,
    /// Least time from the start of a layer to the end of all that depends on it.
    pub(super) tail: Vec<u64>,
    cycles: Vec<u64>,
    energy: Vec<u64>,
    task: Vec<usize>,
    edges: Vec<Edge>,
    edges_of: Vec<usize>,
    transfers: Vec<Cost>,
}

impl Flat {
    /// Reads an instance; false if a layer runs nowhere.
    pub(super) fn load(&mut self, instance: &Instance) -> bool {
        self.clear(instance.subs());
        let mut possible = true;
        for (task, layers) in instance.tasks().iter().enumerate() {
            let base = self.task.len();
            self.first.push(base);
            let mut chain = true;
            for (index, layer) in layers.iter().enumerate() {
                possible &= self.push(task, &layer.options);
                let mut follows = index == 0;
                for input in &layer.inputs {
                    let costs = input.transfer.iter().any(|cost| *cost != Cost::default());
                    follows |= input.layer + 1 == index;
                    // Moving what an earlier layer of a chain made is more than a chain's solver knows.
                    chain &= !costs || input.layer + 1 == index;
                    self.moves |= costs;
                    let table = costs.then_some(self.transfers.len());
                    if costs {
                        self.transfers.extend_from_slice(&input.transfer);
                    }
                    let op = base + input.layer;
                    self.edges.push(Edge { op, table });
                }
                chain &= follows;
            }
            self.chain.push(chain);
        }
        self.finish(possible)
    }

    /// Reads plain chains; false if a layer runs nowhere.
    pub(super) fn load_chains(&mut self, subs: usize, chains: &[&[Options]]) -> bool {
        self.clear(subs);
        let mut possible = true;
        for (task, layers) in chains.iter().enumerate() {
            self.first.push(self.len());
            self.chain.push(true);
            for (index, options) in layers.iter().enumerate() {
                possible &= self.push(task, options);
                if index > 0 {
                    let op = self.len() - 2;
                    self.edges.push(Edge { op, table: None });
                }
            }
        }
        self.finish(possible)
    }

    /// Adds a layer, of which the inputs are to follow.
    fn push(&mut self, task: usize, options: &Options) -> bool {
        let mut least = [NEVER; 2];
        for sub in 0..self.subs {
            let cost = options.get(sub).copied().flatten();
            let pair = cost.map_or([NEVER; 2], |cost| [cost.cycles, cost.energy]);
            self.cycles.push(pair[0]);
            self.energy.push(pair[1]);
            least = [least[0].min(pair[0]), least[1].min(pair[1])];
        }
        self.least.push(Cost {
            cycles: least[0],
            energy: least[1],
        });
        self.edges_of.push(self.edges.len());
        self.task.push(task);
        least[0] != NEVER
    }

    fn finish(&mut self, possible: bool) -> bool {
        self.first.push(self.len());
        self.edges_of.push(self.edges.len());
        if possible {
            self.find_tails();
        }
        possible
    }

    fn clear(&mut self, subs: usize) {
        self.subs = subs;
        self.moves = false;
        self.first.clear();
        self.chain.clear();
        self.least.clear();
        self.tail.clear();
        self.cycles.clear();
        self.energy.clear();
        self.task.clear();
        self.edges.clear();
        self.edges_of.clear();
        self.transfers.clear();
    }

    fn find_tails(&mut self) {
        self.tail.resize(self.len(), 0);
        for op in (0..self.len()).rev() {
            self.tail[op] += self.least[op].cycles;
            for edge in self.edges_of[op]..self.edges_of[op + 1] {
                let before = self.edges[edge].op;
                self.tail[before] = self.tail[before].max(self.tail[op]);
            }
        }
    }

    /// Number of layers.
    pub(super) fn len(&self) -> usize {
        self.task.len()
    }

    /// Number of tasks.
    pub(super) fn tasks(&self) -> usize {
        self.first.len() - 1
    }

    /// Cycles of a layer on a sub-accelerator.
    pub(super) fn cycles(&self, op: usize, sub: usize) -> u64 {
        self.cycles[op * self.subs + sub]
    }

    /// Energy of a layer on a sub-accelerator.
    pub(super) fn energy(&self, op: usize, sub: usize) -> u64 {
        self.energy[op * self.subs + sub]
    }

    /// Where a layer can run: sub-accelerator, cycles and energy.
    pub(super) fn options(&self, op: usize) -> impl Iterator<Item = (usize, Cost)> + '_ {
        (0..self.subs).filter_map(move |sub| {
            let cost = Cost {
                cycles: self.cycles(op, sub),
                energy: self.energy(op, sub),
            };
            (cost.cycles != NEVER).then_some((sub, cost))
        })
    }

    /// The task of a layer, and its index there.
    pub(super) fn place(&self, op: usize) -> (usize, usize) {
        (self.task[op], op - self.first[self.task[op]])
    }

    /// What a layer waits for.
    pub(super) fn inputs(&self, op: usize) -> &[Edge] {
        &self.edges[self.edges_of[op]..self.edges_of[op + 1]]
    }

    /// The cost of moving an input from one sub-accelerator to another.
    pub(super) fn moved(&self, input: &Edge, from: usize, to: usize) -> Cost {
        input.table.map_or(Cost::default(), |table| {
            self.transfers[table + from * self.subs + to]
        })
    }

    /// A time by which everything can have ended: one layer after the other, with what it moves.
    pub(super) fn longest(&self) -> u64 {
        let layers = (0..self.len()).map(|op| {
            let layer = self.options(op).map(|(_, cost)| cost.cycles).max();
            layer.unwrap_or(0) + self.most_moved(op).cycles
        });
        layers.sum()
    }

    /// The most that moving the inputs of a layer can cost.
    fn most_moved(&self, op: usize) -> Cost {
        let mut sum = Cost::default();
        for input in self.inputs(op) {
            let table = input.table.map_or(&[][..], |table| {
                &self.transfers[table..table + self.subs * self.subs]
            });
            sum.cycles += table.iter().map(|cost| cost.cycles).max().unwrap_or(0);
            sum.energy += table.iter().map(|cost| cost.energy).max().unwrap_or(0);
        }
        sum
    }

    /// The greatest sum of energies that a schedule can have.
    pub(super) fn most_energy(&self) -> u64 {
        let layers = (0..self.len()).map(|op| {
            let layer = self.options(op).map(|(_, cost)| cost.energy).max();
            layer.unwrap_or(0) + self.most_moved(op).energy
        });
        layers.sum()
    }
}
