//! Every assignment there is, cheapest first, each with its shortest schedule.
//!
//! An assignment fixes all energies and times. It is of interest only where it is shorter
//! than all that cost no more, so orders are tried only for those whose longest path and
//! largest load leave hope for that, and an order is given up when what is left of a path or
//! a load does not. This reaches 16 layers where [`super::brute`] reaches nine.

use nasaic_search::hap::Instance;

/// The front of energy and makespan, by ascending energy and falling makespan.
pub struct Front(Vec<(u64, u64)>);

/// All layers of an instance in one list, tasks one after the other.
struct Jobs<'a> {
    instance: &'a Instance,
    layers: Vec<(usize, usize)>,
    /// For each layer its inputs: which layer, and which input of it that is.
    inputs: Vec<Vec<usize>>,
}

/// What one assignment makes of an instance.
struct Fixed {
    subs: Vec<usize>,
    times: Vec<u64>,
    /// For each layer the layers before it with the time to move.
    before: Vec<Vec<(usize, u64)>>,
    /// For each layer the time from its start to the end of the longest path from it.
    tails: Vec<u64>,
}

struct Order {
    starts: Vec<Option<u64>>,
    free: Vec<u64>,
    /// Time still to be spent on each sub-accelerator.
    loads: Vec<u64>,
    makespan: u64,
    left: usize,
}

impl Front {
    pub fn of(instance: &Instance) -> Self {
        let jobs = Jobs::new(instance);
        let mut all = Vec::new();
        jobs.assign(&mut Vec::new(), 0, &mut all);
        all.sort_unstable();
        let mut front = Vec::new();
        let mut shortest = u64::MAX;
        for (energy, subs) in all {
            let found = jobs.fixed(subs).shorter_than(shortest, instance.subs());
            if let Some(makespan) = found {
                shortest = makespan;
                front.push((energy, makespan));
            }
        }
        Self(front)
    }

    /// The least energy within a deadline.
    pub fn energy(&self, deadline: u64) -> Option<u64> {
        let first = self.0.iter().find(|one| one.1 <= deadline);
        first.map(|one| one.0)
    }

    pub fn makespan(&self) -> Option<u64> {
        self.0.last().map(|one| one.1)
    }
}

impl<'a> Jobs<'a> {
    fn new(instance: &'a Instance) -> Self {
        let mut layers = Vec::new();
        let mut inputs = Vec::new();
        for (task, all) in instance.tasks().iter().enumerate() {
            let first = layers.len();
            for (layer, one) in all.iter().enumerate() {
                layers.push((task, layer));
                inputs.push(one.inputs.iter().map(|input| first + input.layer).collect());
            }
        }
        Self {
            instance,
            layers,
            inputs,
        }
    }

    /// Adds all ways to go on with an assignment, each with its energy.
    fn assign(&self, subs: &mut Vec<u8>, energy: u64, all: &mut Vec<(u64, Vec<u8>)>) {
        let Some(&(task, layer)) = self.layers.get(subs.len()) else {
            all.push((energy, subs.clone()));
            return;
        };
        for sub in 0..self.instance.subs() {
            let Some(cost) = self.instance.cost(task, layer, sub) else {
                continue;
            };
            let mut more = cost.energy;
            let arcs = self.instance.tasks()[task][layer].inputs.iter();
            for (input, &from) in arcs.zip(&self.inputs[subs.len()]) {
                let from = usize::from(subs[from]);
                more += input.cost(self.instance.subs(), from, sub).energy;
            }
            subs.push(sub as u8);
            self.assign(subs, energy + more, all);
            subs.pop();
        }
    }

    fn fixed(&self, subs: Vec<u8>) -> Fixed {
        let subs: Vec<usize> = subs.into_iter().map(usize::from).collect();
        let mut times = Vec::new();
        let mut before = Vec::new();
        for (at, &(task, layer)) in self.layers.iter().enumerate() {
            let cost = self.instance.cost(task, layer, subs[at]).unwrap();
            times.push(cost.cycles);
            let arcs = self.instance.tasks()[task][layer].inputs.iter();
            let moved = arcs.zip(&self.inputs[at]).map(|(input, &from)| {
                let cost = input.cost(self.instance.subs(), subs[from], subs[at]);
                (from, cost.cycles)
            });
            before.push(moved.collect::<Vec<_>>());
        }
        let mut tails = times.clone();
        for at in (0..times.len()).rev() {
            for &(from, moved) in &before[at] {
                tails[from] = tails[from].max(times[from] + moved + tails[at]);
            }
        }
        Fixed {
            subs,
            times,
            before,
            tails,
        }
    }
}

impl Fixed {
    /// The shortest makespan of all orders, if it is below a number.
    fn shorter_than(&self, most: u64, subs: usize) -> Option<u64> {
        let mut loads = vec![0; subs];
        for (&sub, time) in self.subs.iter().zip(&self.times) {
            loads[sub] += time;
        }
        let longest = self.tails.iter().chain(&loads).max();
        if longest.is_some_and(|&least| least >= most) {
            return None;
        }
        let mut order = Order {
            starts: vec![None; self.times.len()],
            free: vec![0; subs],
            loads,
            makespan: 0,
            left: self.times.len(),
        };
        let mut best = most;
        self.extend(&mut order, 0, &mut best);
        (best < most).then_some(best)
    }

    /// Tries every layer that can start next, no earlier than the last one that started.
    fn extend(&self, order: &mut Order, last: u64, best: &mut u64) {
        if order.left == 0 {
            *best = order.makespan.min(*best);
            return;
        }
        for at in 0..self.times.len() {
            let Some(start) = self.start(order, at).filter(|&start| start >= last) else {
                continue;
            };
            let (sub, time) = (self.subs[at], self.times[at]);
            // Everything else on this sub-accelerator comes after it.
            let busy = if time > 0 {
                start + order.loads[sub]
            } else {
                0
            };
            if (start + self.tails[at]).max(busy) >= *best {
                continue;
            }
            let before = (order.free[sub], order.makespan);
            order.starts[at] = Some(start);
            if time > 0 {
                order.free[sub] = start + time;
            }
            order.loads[sub] -= time;
            order.makespan = order.makespan.max(start + time);
            order.left -= 1;
            self.extend(order, start, best);
            order.left += 1;
            order.loads[sub] += time;
            order.starts[at] = None;
            (order.free[sub], order.makespan) = before;
        }
    }

    /// When a layer can start after those that did; none where an input is missing.
    fn start(&self, order: &Order, at: usize) -> Option<u64> {
        if order.starts[at].is_some() {
            return None;
        }
        let mut start = match self.times[at] {
            0 => 0,
            _ => order.free[self.subs[at]],
        };
        for &(from, moved) in &self.before[at] {
            start = start.max(order.starts[from]? + self.times[from] + moved);
        }
        Some(start)
    }
}
