//! Lower bounds without a schedule, and their check.
//!
//! A bound carries the integer prices it was computed from, so that anybody can
//! recompute it: that is what [`check`] does, in code of its own.

use super::flat::{Flat, NEVER};
use super::instance::{Instance, Options};
use super::prices::{Prices, Rest, Tuner};

/// Binary places of the prices of a bound.
const PLACES: u32 = 16;

/// Steps of the search for prices.
const STEPS: usize = 40;

/// What a bound is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundKind {
    /// Energy of all layers that end by a deadline.
    Energy {
        /// The deadline.
        deadline: u64,
    },
    /// Nothing ends by the deadline: the prices show more load than there is time.
    Late {
        /// The deadline.
        deadline: u64,
    },
    /// Makespan: the load that the prices of sub-accelerators share out, or one chain.
    Makespan,
}

/// A lower bound with the prices that prove it.
///
/// Energy: `Σ_layers min_sub (e·2¹⁶ + (chain + sub)·t) − Σ chain·D − Σ sub·D`, divided by
/// 2¹⁶ and rounded up. Makespan: `Σ_layers min_sub (chain + sub)·t ÷ (Σ chain + Σ sub)`,
/// rounded up; if that exceeds a deadline, the deadline is too early. The price of a
/// chain holds for the layers of its task that lie on `paths`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// What it is about.
    pub kind: BoundKind,
    /// Price of a cycle of each task's path, in 2⁻¹⁶ quanta.
    pub chains: Vec<u64>,
    /// Price of a cycle of each sub-accelerator, in 2⁻¹⁶ quanta.
    pub subs: Vec<u64>,
    /// For tasks that are not chains, a path of layers; empty: all layers of the task.
    pub paths: Vec<Vec<usize>>,
    /// The bound, in quanta or cycles; the largest number where nothing ends in time.
    pub value: u64,
}

/// Bounds once; see [`Bounder::energy`].
pub fn lower_bound(instance: &Instance, deadline: u64) -> Bound {
    Bounder::default().energy(instance, deadline)
}

/// Finds bounds; it keeps its memory from one call to the next.
#[derive(Clone, Debug, Default)]
pub struct Bounder {
    flat: Flat,
    tuner: Tuner,
    prices: Prices,
    rest: Rest,
}

impl Bounder {
    /// A lower bound of the energy of all schedules that end by a deadline.
    pub fn energy(&mut self, instance: &Instance, deadline: u64) -> Bound {
        let possible = self.flat.load(instance);
        self.energy_of_loaded(possible, deadline, |task| longest_path(instance, task))
    }

    /// The same for plain chains: what a search over designs asks thousands of times.
    pub fn energy_of_chains(&mut self, subs: usize, chains: &[&[Options]], deadline: u64) -> Bound {
        let possible = self.flat.load_chains(subs, chains);
        self.energy_of_loaded(possible, deadline, |_| Vec::new())
    }

    /// A lower bound of the makespan of all schedules.
    pub fn makespan(&mut self, instance: &Instance) -> Bound {
        let possible = self.flat.load(instance);
        let paths = self.paths(|task| longest_path(instance, task));
        if !possible {
            return self.bound(BoundKind::Makespan, paths, NEVER);
        }
        self.makespan_of_loaded(paths)
    }

    fn energy_of_loaded(
        &mut self,
        possible: bool,
        deadline: u64,
        path: impl Fn(usize) -> Vec<usize>,
    ) -> Bound {
        let paths = self.paths(path);
        if !possible {
            return self.bound(BoundKind::Late { deadline }, paths, NEVER);
        }
        let makespan = self.makespan_of_loaded(paths);
        if makespan.value > deadline {
            return Bound {
                kind: BoundKind::Late { deadline },
                value: NEVER,
                ..makespan
            };
        }
        self.fill_rest(&makespan.paths, deadline);
        let least: u64 = self.flat.least.iter().map(|cost| cost.energy).sum();
        let target = least + least / 4 + 1;
        let (flat, rest) = (&self.flat, &self.rest);
        self.tuner
            .tune(flat, rest, target as f64, STEPS, &mut self.prices);
        let mut bound = self.bound(BoundKind::Energy { deadline }, makespan.paths, 0);
        bound.value = energy(&self.flat, &bound, deadline);
        bound
    }

    /// The best of the longest chain and the load shared out evenly, or by rates.
    fn makespan_of_loaded(&mut self, paths: Vec<Vec<usize>>) -> Bound {
        let zero = self.zero(paths);
        let mut best = zero.clone();
        for task in 0..self.flat.tasks() {
            let mut bound = zero.clone();
            bound.chains[task] = 1;
            bound.value = makespan(&self.flat, &bound);
            if bound.value > best.value {
                best = bound;
            }
        }
        let mut bound = zero;
        bound.subs.fill(1 << PLACES);
        for _ in 0..STEPS / 4 {
            bound.value = makespan(&self.flat, &bound);
            if bound.value > best.value {
                best.clone_from(&bound);
            }
            self.rebalance(&mut bound);
        }
        best
    }

    /// Raises the prices of sub-accelerators that are used much, and lowers the others.
    fn rebalance(&self, bound: &mut Bound) {
        let flat = &self.flat;
        let mut load = vec![0u64; flat.subs];
        for op in 0..flat.len() {
            let priced = flat.options(op).map(|(sub, cost)| {
                (
                    u128::from(bound.subs[sub]) * u128::from(cost.cycles),
                    sub,
                    cost.cycles,
                )
            });
            if let Some((_, sub, cycles)) = priced.min() {
                load[sub] += cycles;
            }
        }
        let mean = load.iter().sum::<u64>() / flat.subs.max(1) as u64;
        for (price, load) in bound.subs.iter_mut().zip(load) {
            if load > mean {
                *price += *price / 16;
            } else if load < mean {
                *price -= *price / 16;
            }
        }
    }

    fn paths(&self, path: impl Fn(usize) -> Vec<usize>) -> Vec<Vec<usize>> {
        let of = |task: usize| {
            if self.flat.chain[task] {
                Vec::new()
            } else {
                path(task)
            }
        };
        (0..self.flat.chain.len()).map(of).collect()
    }

    fn fill_rest(&mut self, paths: &[Vec<usize>], deadline: u64) {
        self.rest.chains.clear();
        self.rest.others.clear();
        self.rest.rooms.clear();
        self.rest.rooms.resize(self.flat.subs, deadline);
        for (task, path) in paths.iter().enumerate() {
            let ops = self.flat.first[task]..self.flat.first[task + 1];
            if path.is_empty() {
                self.rest.chains.push((ops.start, ops.end, deadline));
            } else {
                // A path of a graph gets no price when energies are bounded.
                self.rest.chains.push((ops.start, ops.start, deadline));
                self.rest.others.extend(ops);
            }
        }
    }

    fn zero(&self, paths: Vec<Vec<usize>>) -> Bound {
        Bound {
            kind: BoundKind::Makespan,
            chains: vec![0; paths.len()],
            subs: vec![0; self.flat.subs],
            paths,
            value: 0,
        }
    }

    /// A bound with the prices found last, in integers.
    fn bound(&self, kind: BoundKind, paths: Vec<Vec<usize>>, value: u64) -> Bound {
        let whole = |price: &f64| (price * (1u64 << PLACES) as f64) as u64;
        let energy = matches!(kind, BoundKind::Energy { .. });
        let mut bound = self.zero(paths);
        if energy {
            bound.chains = self.prices.chains.iter().map(whole).collect();
            bound.subs = self.prices.subs.iter().map(whole).collect();
        }
        Bound {
            kind,
            value,
            ..bound
        }
    }
}

/// The bound that prices give for the energy.
fn energy(flat: &Flat, bound: &Bound, deadline: u64) -> u64 {
    let mut sum = 0i128;
    for op in 0..flat.len() {
        let (task, layer) = flat.place(op);
        let path = &bound.paths[task];
        let chain = if path.is_empty() || path.contains(&layer) {
            bound.chains[task]
        } else {
            0
        };
        let values = flat.options(op).map(|(sub, cost)| {
            let price = u128::from(chain) + u128::from(bound.subs[sub]);
            (u128::from(cost.energy) << PLACES) + price * u128::from(cost.cycles)
        });
        sum += values.min().unwrap_or(0) as i128;
    }
    let prices = bound.chains.iter().chain(&bound.subs);
    let back: u128 = prices.map(|price| u128::from(*price)).sum();
    sum -= (back * u128::from(deadline)) as i128;
    let places = (1i128 << PLACES) - 1;
    ((sum.max(0) + places) >> PLACES) as u64
}

/// The bound that prices give for the makespan.
fn makespan(flat: &Flat, bound: &Bound) -> u64 {
    let mut sum = 0u128;
    for op in 0..flat.len() {
        let (task, layer) = flat.place(op);
        let path = &bound.paths[task];
        let chain = if path.is_empty() || path.contains(&layer) {
            bound.chains[task]
        } else {
            0
        };
        let values = flat.options(op).map(|(sub, cost)| {
            (u128::from(chain) + u128::from(bound.subs[sub])) * u128::from(cost.cycles)
        });
        sum += values.min().unwrap_or(0);
    }
    let prices = bound.chains.iter().chain(&bound.subs);
    let all: u128 = prices.map(|price| u128::from(*price)).sum();
    if all == 0 {
        0
    } else {
        sum.div_ceil(all) as u64
    }
}

/// A path of greatest least time through a task.
fn longest_path(instance: &Instance, task: usize) -> Vec<usize> {
    let layers = &instance.tasks()[task];
    let mut ends: Vec<(u64, Option<usize>)> = Vec::with_capacity(layers.len());
    for layer in layers {
        let before = layer
            .inputs
            .iter()
            .map(|input| (ends[input.layer].0, Some(input.layer)));
        let (begin, from) = before.max().unwrap_or((0, None));
        let least = layer.options.iter().flatten().map(|cost| cost.cycles).min();
        ends.push((begin.saturating_add(least.unwrap_or(NEVER)), from));
    }
    let mut path = Vec::new();
    let mut at = (0..ends.len()).max_by_key(|&layer| ends[layer].0);
    while let Some(layer) = at {
        path.push(layer);
        at = ends[layer].1;
    }
    path.reverse();
    path
}

/// Recomputes a bound from its prices, by its definition; true if it is what it says.
///
/// It reads the instance itself and shares nothing with what found the bound.
pub fn check(instance: &Instance, bound: &Bound) -> bool {
    let tasks = instance.tasks();
    let complete = bound.chains.len() == tasks.len()
        && bound.paths.len() == tasks.len()
        && bound.subs.len() == instance.subs();
    if !complete || !(0..tasks.len()).all(|task| is_path(instance, task, bound)) {
        return false;
    }
    let nowhere = |layer: &super::Layer| layer.options.iter().all(Option::is_none);
    if tasks.iter().flatten().any(nowhere) {
        return true;
    }
    let energies = matches!(bound.kind, BoundKind::Energy { .. });
    let mut sum = 0i128;
    for (task, layers) in tasks.iter().enumerate() {
        for (index, layer) in layers.iter().enumerate() {
            let mut least = i128::MAX;
            for (sub, cost) in layer.options.iter().enumerate() {
                let Some(cost) = cost else { continue };
                let mut price = i128::from(bound.subs[sub]);
                if bound.paths[task].is_empty() || bound.paths[task].contains(&index) {
                    price += i128::from(bound.chains[task]);
                }
                let scaled = i128::from(cost.energy) * 65_536;
                let value = price * i128::from(cost.cycles) + if energies { scaled } else { 0 };
                least = least.min(value);
            }
            sum += least;
        }
    }
    let prices = bound
        .chains
        .iter()
        .chain(&bound.subs)
        .map(|price| i128::from(*price));
    let prices: i128 = prices.sum();
    let value = i128::from(bound.value);
    match bound.kind {
        // No integer below the bound is at least the relaxed value.
        BoundKind::Energy { deadline } => {
            let relaxed = sum - prices * i128::from(deadline);
            value == 0 || (value - 1) * 65_536 < relaxed
        }
        BoundKind::Late { deadline } => sum > prices * i128::from(deadline),
        BoundKind::Makespan => value == 0 || (value - 1) * prices < sum,
    }
}

/// Whether the layers that a chain's price holds for run one after the other.
fn is_path(instance: &Instance, task: usize, bound: &Bound) -> bool {
    let layers = &instance.tasks()[task];
    let path = &bound.paths[task];
    let follows = |from: usize, to: usize| {
        let inputs = layers.get(to).map(|layer| &layer.inputs);
        inputs.is_some_and(|inputs| inputs.iter().any(|input| input.layer == from))
    };
    if bound.chains[task] == 0 {
        true
    } else if path.is_empty() {
        (1..layers.len()).all(|layer| follows(layer - 1, layer))
    } else {
        path.windows(2).all(|pair| follows(pair[0], pair[1]))
    }
}
