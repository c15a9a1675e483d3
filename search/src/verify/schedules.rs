//! All schedules of a single design, by a forward search with dominance.
//!
//! Every schedule that is worth anything starts each layer as soon as its chain
//! and its sub-accelerator are free, for some order in which layers are placed.
//! A state is how far each chain is, when each chain and each sub-accelerator is
//! free, and the energy spent; of two states that are equally far the one that
//! is earlier and cheaper everywhere can do all that the other can.

use crate::joint::{Bounds, Price};
use std::collections::BTreeMap;

/// States at which the search is given up; what is not decided is not accepted.
const MOST_STATES: usize = 2_000_000;

/// Chains of layers with their options: sub-accelerator and price.
type Tasks = [Vec<Vec<(usize, Price)>>];

#[derive(Clone)]
struct State {
    /// When each chain is free, then when each sub-accelerator is.
    free: Vec<u64>,
    energy: u64,
}

/// Whether it is certain that no schedule keeps to the bounds.
pub(super) fn none_within(tasks: &Tasks, subs: usize, leak: u64, bounds: &Bounds) -> bool {
    let rest = Rest::new(tasks);
    let start = State {
        free: vec![0; tasks.len() + subs],
        energy: 0,
    };
    // States by how far each chain is; a step adds one layer, so levels follow each other.
    let mut level = BTreeMap::from([(vec![0; tasks.len()], vec![start])]);
    let layers: usize = tasks.iter().map(Vec::len).sum();
    let mut count = 0;
    for _ in 0..layers {
        let mut next: BTreeMap<Vec<usize>, Vec<State>> = BTreeMap::new();
        for (far, states) in level {
            for (task, chain) in tasks
                .iter()
                .enumerate()
                .filter(|(task, chain)| far[*task] < chain.len())
            {
                let mut further = far.clone();
                further[task] += 1;
                for state in &states {
                    for &(sub, price) in &chain[far[task]] {
                        let Some(state) = state.place(task, tasks.len() + sub, price) else {
                            continue;
                        };
                        if rest.can_keep(&state, &further, leak, bounds) {
                            count += enter(next.entry(further.clone()).or_default(), state);
                        }
                    }
                }
            }
        }
        if count > MOST_STATES {
            return false;
        }
        level = next;
    }
    level.values().all(Vec::is_empty)
}

impl State {
    fn place(&self, task: usize, sub: usize, price: Price) -> Option<Self> {
        let end = self.free[task]
            .max(self.free[sub])
            .checked_add(price.cycles)?;
        let mut next = self.clone();
        next.free[task] = end;
        next.free[sub] = end;
        next.energy = next.energy.checked_add(price.energy)?;
        Some(next)
    }

    fn dominates(&self, other: &Self) -> bool {
        self.energy <= other.energy && self.free.iter().zip(&other.free).all(|(a, b)| a <= b)
    }
}

/// Enters a state unless another one can do all that it can; says whether it was entered.
fn enter(states: &mut Vec<State>, state: State) -> usize {
    if states.iter().any(|known| known.dominates(&state)) {
        return 0;
    }
    states.retain(|known| !state.dominates(known));
    states.push(state);
    1
}

/// The least time and energy of what is left of each chain.
struct Rest(Vec<Vec<(u64, u64)>>);

impl Rest {
    fn new(tasks: &Tasks) -> Self {
        let of = |chain: &Vec<Vec<(usize, Price)>>| {
            let mut rest = vec![(0u64, 0u64)];
            for options in chain.iter().rev() {
                let cycles = options.iter().map(|(_, price)| price.cycles).min();
                let energy = options.iter().map(|(_, price)| price.energy).min();
                let (time, spent) = rest[rest.len() - 1];
                rest.push((
                    time.saturating_add(cycles.unwrap_or(u64::MAX)),
                    spent.saturating_add(energy.unwrap_or(u64::MAX)),
                ));
            }
            rest.reverse();
            rest
        };
        Self(tasks.iter().map(of).collect())
    }

    fn can_keep(&self, state: &State, far: &[usize], leak: u64, bounds: &Bounds) -> bool {
        let mut energy = state.energy;
        let mut end = state.free.iter().copied().max().unwrap_or(0);
        for (task, &done) in far.iter().enumerate() {
            let (cycles, least) = self.0[task][done];
            energy = energy.saturating_add(least);
            end = end.max(state.free[task].saturating_add(cycles));
        }
        end <= bounds.deadline && energy.saturating_add(leak.saturating_mul(end)) <= bounds.energy
    }
}
