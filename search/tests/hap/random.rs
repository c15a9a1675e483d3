//! Random instances, the same in every run.

use nasaic_search::hap::{Cost, Input, Instance, Layer, Options};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of random instances.
pub struct Random(ChaCha8Rng);

/// What an instance looks like.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Layers of each task.
    pub tasks: Vec<usize>,
    /// Sub-accelerators.
    pub subs: usize,
    /// Largest time and energy of a layer.
    pub most: [u64; 2],
    /// Smallest time.
    pub least: u64,
    /// Percentage of options that are absent.
    pub absent: u32,
    /// Whether tasks have branches.
    pub branches: bool,
    /// Largest time and energy of a transfer; 0 for none.
    pub transfer: u64,
}

impl Shape {
    /// Chains on some sub-accelerators.
    pub fn chains(tasks: &[usize], subs: usize) -> Self {
        Self {
            tasks: tasks.to_vec(),
            subs,
            most: [100, 100],
            least: 1,
            absent: 10,
            branches: false,
            transfer: 0,
        }
    }

    /// Few layers of every kind, for brute force.
    #[allow(dead_code)]
    pub fn small(round: usize, random: &mut Random) -> Self {
        let tasks = 1 + round % 4;
        let branches = round / 12 % 3 == 1;
        // Without order within a task there are many more schedules to try.
        let most = if branches { [5, 3, 2, 1] } else { [9, 4, 2, 2] }[tasks - 1];
        let subs = 1 + random.below(3) as usize;
        let sizes = (0..tasks).map(|_| random.below(most + 1) as usize);
        Self {
            tasks: sizes.collect(),
            subs,
            // Few distinct times make ties, and layers without time.
            most: if round.is_multiple_of(3) {
                [4, 6]
            } else {
                [60, 60]
            },
            least: u64::from(!round.is_multiple_of(6)),
            absent: [0, 10, 40][round / 4 % 3],
            branches,
            transfer: if round / 36 % 3 == 1 { 6 } else { 0 },
        }
    }
}

impl Shape {
    /// Up to 16 layers on two sub-accelerators, fewer on three or with branches.
    #[allow(dead_code)]
    pub fn larger(round: usize, random: &mut Random) -> Self {
        let branches = round % 5 == 4;
        let subs = if round % 3 == 2 { 3 } else { 2 };
        let total = match (branches, subs) {
            (true, _) => 7,
            (false, 3) => 9,
            (false, _) => [16, 12, 14][round / 3 % 3],
        };
        let tasks = 1 + random.below(4) as usize;
        // Layers fall to tasks evenly but for chance.
        let mut sizes = vec![total / tasks; tasks];
        sizes[0] += total - sizes.iter().sum::<usize>();
        Self {
            tasks: sizes,
            subs,
            most: if round.is_multiple_of(4) {
                [5, 6]
            } else {
                [60, 60]
            },
            least: u64::from(!round.is_multiple_of(7)),
            absent: [0, 10, 30][round / 5 % 3],
            branches,
            transfer: if round % 4 == 1 { 6 } else { 0 },
        }
    }
}

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0.random_range(0..end)
    }

    /// An instance of a shape; a layer may run nowhere only where options are often absent.
    pub fn instance(&mut self, shape: &Shape) -> Instance {
        let tasks = shape.tasks.clone();
        let tasks = tasks
            .into_iter()
            .map(|layers| (0..layers).map(|layer| self.layer(shape, layer)).collect());
        let tasks: Vec<Vec<Layer>> = tasks.collect();
        Instance::new(shape.subs, tasks).unwrap()
    }

    fn layer(&mut self, shape: &Shape, index: usize) -> Layer {
        let mut options: Options = (0..shape.subs).map(|_| self.option(shape)).collect();
        if options.iter().all(Option::is_none) && self.below(8) > 0 {
            let sub = self.below(shape.subs as u64) as usize;
            options[sub] = Some(self.cost(shape));
        }
        let mut inputs = Vec::new();
        if !shape.branches {
            inputs.extend(index.checked_sub(1).map(|layer| self.input(shape, layer)));
        } else {
            for layer in 0..index {
                if self.below(3) == 0 {
                    inputs.push(self.input(shape, layer));
                }
            }
        }
        Layer { options, inputs }
    }

    fn option(&mut self, shape: &Shape) -> Option<Cost> {
        let here = self.below(100) >= u64::from(shape.absent);
        here.then(|| self.cost(shape))
    }

    fn cost(&mut self, shape: &Shape) -> Cost {
        Cost {
            cycles: self.0.random_range(shape.least..=shape.most[0]),
            energy: self.0.random_range(0..=shape.most[1]),
        }
    }

    fn input(&mut self, shape: &Shape, layer: usize) -> Input {
        let mut transfer = Vec::new();
        if shape.transfer > 0 && self.below(4) > 0 {
            for from in 0..shape.subs {
                for to in 0..shape.subs {
                    let cost = Cost {
                        cycles: self.below(shape.transfer + 1),
                        energy: self.below(shape.transfer + 1),
                    };
                    transfer.push(if from == to { Cost::default() } else { cost });
                }
            }
        }
        Input { layer, transfer }
    }
}
