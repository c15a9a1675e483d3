//! Every schedule there is: all orders in which layers can be appended, all places.

use nasaic_search::hap::Instance;
use std::collections::BTreeMap;

/// For every makespan that a schedule has, the least energy with it or a shorter one.
pub struct Best(BTreeMap<u64, u64>);

struct State {
    ends: Vec<Vec<Option<(u64, usize)>>>,
    free: Vec<u64>,
    makespan: u64,
    energy: u64,
    left: usize,
}

impl Best {
    pub fn of(instance: &Instance) -> Self {
        let mut best = Self(BTreeMap::new());
        let tasks = instance.tasks().iter();
        let mut state = State {
            ends: tasks.map(|layers| vec![None; layers.len()]).collect(),
            free: vec![0; instance.subs()],
            makespan: 0,
            energy: 0,
            left: instance.tasks().iter().map(Vec::len).sum(),
        };
        best.extend(instance, &mut state);
        best
    }

    /// The least energy within a deadline.
    pub fn energy(&self, deadline: u64) -> Option<u64> {
        self.0.range(..=deadline).map(|one| *one.1).min()
    }

    pub fn makespan(&self) -> Option<u64> {
        self.0.keys().next().copied()
    }

    fn extend(&mut self, instance: &Instance, state: &mut State) {
        if state.left == 0 {
            let least = self.0.entry(state.makespan).or_insert(u64::MAX);
            *least = state.energy.min(*least);
            return;
        }
        // What is later and dearer than something known leads nowhere.
        if self
            .energy(state.makespan)
            .is_some_and(|known| known <= state.energy)
        {
            return;
        }
        for (task, layers) in instance.tasks().iter().enumerate() {
            for (layer, wanted) in layers.iter().enumerate() {
                let inputs = &wanted.inputs;
                let ready = inputs
                    .iter()
                    .all(|input| state.ends[task][input.layer].is_some());
                if state.ends[task][layer].is_none() && ready {
                    for sub in 0..instance.subs() {
                        self.append(instance, state, (task, layer, sub));
                    }
                }
            }
        }
    }

    fn append(&mut self, instance: &Instance, state: &mut State, place: (usize, usize, usize)) {
        let (task, layer, sub) = place;
        let Some(cost) = instance.cost(task, layer, sub) else {
            return;
        };
        let before = (state.makespan, state.energy, state.free[sub]);
        let mut start = if cost.cycles > 0 { state.free[sub] } else { 0 };
        state.energy += cost.energy;
        for input in &instance.tasks()[task][layer].inputs {
            let (end, from) = state.ends[task][input.layer].unwrap();
            let moved = input.cost(instance.subs(), from, sub);
            start = start.max(end + moved.cycles);
            state.energy += moved.energy;
        }
        let end = start + cost.cycles;
        state.ends[task][layer] = Some((end, sub));
        if cost.cycles > 0 {
            state.free[sub] = end;
        }
        state.makespan = state.makespan.max(end);
        state.left -= 1;
        self.extend(instance, state);
        state.left += 1;
        state.ends[task][layer] = None;
        (state.makespan, state.energy, state.free[sub]) = before;
    }
}
