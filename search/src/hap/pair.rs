//! Two chains, exactly: labels over the layers started of each.
//!
//! Layers are appended by start time. At most the last layer of each chain then
//! runs, so a state is: the layers started of both chains, the earlier and the
//! later end of the two last layers, and where the one that ends later runs.
//! From it either the chain that is early goes on, at once or, on the
//! sub-accelerator that is still busy, when that is free; or the late chain goes
//! on and the early one waits for it. In the second case the early chain can start
//! nothing before the new layer ends, else it would have gone first; so both are
//! then equally late, and every sub-accelerator is free. This makes every
//! schedule in which no layer can start earlier by itself (there is an optimal
//! one among them).
//!
//! A label is dropped when another one of its cell is as early in both ends and
//! no dearer, and does not keep a sub-accelerator busy that it leaves free; and
//! when its energy with the bound of the rest (each chain alone in the time it
//! has left, under prices of the sub-accelerators) is not below the best known.

use super::answer::Goal;
use super::flat::{Flat, NEVER};
use super::front::{Fronts, Priced};
use super::prices::{Prices, Rest, Tuner};
use super::sweep::{MOST_SHIFT, STEPS, Sweep, Sweeper};

/// The late chain of a label whose chains end at the same time.
const BALANCED: u8 = 2;

/// Most points of a front under prices; more would hardly make a better bound.
const FRONT: usize = 1 << 12;

/// Most points of a front without prices: beyond it, the chains are too long for this solver.
const EXACT_FRONT: usize = 1 << 17;

/// Solves instances of two chains; it keeps its memory from one call to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Pair {
    sets: Vec<Set>,
    used: usize,
    now: Vec<Vec<Label>>,
    next: Vec<Vec<Label>>,
    steps: Vec<Step>,
    stairs: Vec<Vec<(u64, u64)>>,
    keys: Vec<(u64, u64)>,
    tuner: Tuner,
    prices: Prices,
    rest: Rest,
    /// The best order found, as layers and where they run.
    order: Vec<(usize, usize)>,
}

/// One choice of prices, with the fronts of both chains under it.
#[derive(Clone, Debug, Default)]
struct Set {
    priced: Priced,
    /// Sum of the prices.
    all: u64,
    fronts: [Fronts; 2],
}

#[derive(Clone, Copy, Debug)]
struct Label {
    early: u64,
    late: u64,
    energy: u64,
    /// Lower bound of all energy, scaled.
    key: u64,
    /// The label it continues.
    parent: u32,
    /// The chain that ends later, and where it runs.
    chain: u8,
    sub: u8,
    /// The layer appended last: its chain and where it runs.
    last: (u8, u8),
}

/// A layer appended: what reconstructs the order.
#[derive(Clone, Copy, Debug)]
struct Step {
    parent: u32,
    chain: u8,
    sub: u8,
}

/// A complete schedule: the steps up to a label, and then a chain alone.
#[derive(Clone, Copy, Debug)]
struct Complete {
    parent: u32,
    last: (u8, u8),
    rest: usize,
    layer: usize,
    time: u64,
}

impl Sweeper for Pair {
    fn start(&mut self, flat: &Flat, goal: Goal, deadline: u64) -> bool {
        let most = flat.most_energy().max(1);
        let shift = matches!(goal, Goal::Energy { .. })
            .then(|| most.leading_zeros().saturating_sub(6).min(MOST_SHIFT));
        self.used = 0;
        self.add(flat, deadline, shift, EXACT_FRONT, |_| 0);
        if shift.is_none() {
            self.add(flat, deadline, None, FRONT, |_| 1);
        }
        self.sets[0].fronts.iter().all(|fronts| fronts.exact)
    }

    fn learn(&mut self, flat: &Flat, deadline: u64, best: u64) {
        let lowest = self.bound(flat, deadline);
        let known = best != u64::MAX;
        let target = if known { best } else { lowest + lowest / 8 + 1 };
        self.used = 1;
        self.price(flat, deadline, target, [0, 0], [0, 0]);
        if !known || self.order.is_empty() {
            return;
        }
        let Some(schedule) = super::schedule::timed(flat, &self.order) else {
            return;
        };
        for part in 1..4 {
            let steps = self.order.len() * part / 4;
            let (mut done, mut ends, mut spent) = ([0, 0], [0, 0], 0);
            for &(op, sub) in &self.order[..steps] {
                let (task, layer) = flat.place(op);
                done[task] = layer + 1;
                ends[task] = schedule.entries[op].end;
                spent += flat.energy(op, sub);
            }
            let target = target.saturating_sub(spent);
            self.price(flat, deadline, target, done, ends);
        }
    }

    fn bound(&self, _: &Flat, deadline: u64) -> u64 {
        let key = self.key([0, 0], [0, 0], 0, (0, deadline, u64::MAX));
        key.map_or(u64::MAX, |key| key.div_ceil(1 << self.shift()))
    }

    fn sweep(&mut self, flat: &Flat, goal: Goal, run: &mut Sweep) -> bool {
        let layers = [0, 1].map(|chain| flat.first[chain + 1] - flat.first[chain]);
        let levels = layers[0] + layers[1];
        for cells in [&mut self.now, &mut self.next] {
            cells.iter_mut().for_each(Vec::clear);
            if cells.len() <= layers[0] {
                cells.resize_with(layers[0] + 1, Vec::new);
            }
        }
        self.steps.clear();
        let mut found = None;
        let mut task = Task {
            flat,
            goal,
            layers,
            found: &mut found,
        };
        let start = Label {
            early: 0,
            late: 0,
            energy: 0,
            key: 0,
            parent: u32::MAX,
            chain: BALANCED,
            sub: 0,
            last: (0, 0),
        };
        self.offer(&mut task, run, [0, 0], start);
        std::mem::swap(&mut self.now, &mut self.next);
        'levels: for level in 0..levels {
            let cells = level.saturating_sub(layers[1])..=level.min(layers[0]);
            let total = cells.clone().map(|cell| self.prune(flat, run, cell)).sum();
            let most = self.select(run, cells.clone(), total);
            for cell in cells {
                let mut labels = std::mem::take(&mut self.now[cell]);
                for label in labels
                    .drain(..)
                    .filter(|label| (label.key, label.late) <= most)
                {
                    if self.steps.len() >= u32::MAX as usize {
                        run.drop(Some(label.key), self.sets[0].priced.shift);
                        continue;
                    }
                    self.extend(&mut task, run, [cell, level - cell], &label);
                    if run.first && task.found.is_some() {
                        break 'levels;
                    }
                }
                self.now[cell] = labels;
            }
            std::mem::swap(&mut self.now, &mut self.next);
        }
        match found {
            Some(complete) => self.keep(flat, complete),
            None => false,
        }
    }

    fn order(&self) -> &[(usize, usize)] {
        &self.order
    }
}

impl Pair {
    /// Adds a choice of prices.
    fn add(
        &mut self,
        flat: &Flat,
        deadline: u64,
        shift: Option<u32>,
        most: usize,
        price: impl Fn(usize) -> u64,
    ) {
        if self.used == self.sets.len() {
            self.sets.push(Set::default());
        }
        let set = &mut self.sets[self.used];
        set.priced.shift = shift;
        set.priced.prices.clear();
        set.priced.prices.extend((0..flat.subs).map(price));
        set.all = set.priced.prices.iter().sum();
        for (task, fronts) in set.fronts.iter_mut().enumerate() {
            fronts.build(flat, task, &set.priced, deadline, most);
        }
        self.used += 1;
    }

    /// Adds the prices that make the bound of a state large.
    ///
    /// The state is how many layers of both chains are done, and when.
    fn price(&mut self, flat: &Flat, deadline: u64, target: u64, done: [usize; 2], ends: [u64; 2]) {
        let shift = self.sets[0].priced.shift;
        self.rest.chains.clear();
        self.rest.rooms.clear();
        for chain in 0..2 {
            let layers = (flat.first[chain] + done[chain], flat.first[chain + 1]);
            let time = deadline.saturating_sub(ends[chain]);
            self.rest.chains.push((layers.0, layers.1, time));
        }
        let room = deadline.saturating_sub(ends[0].min(ends[1]));
        self.rest.rooms.resize(flat.subs, room);
        let mut prices = std::mem::take(&mut self.prices);
        let (rest, tuner) = (&self.rest, &mut self.tuner);
        tuner.tune(flat, rest, target as f64, STEPS, &mut prices);
        // Whatever a price times the deadline can be, sums stay within 63 bits.
        let most = (1u64 << 58) / deadline.max(1);
        let scale = (1u64 << self.shift()) as f64;
        let price = |sub: usize| ((prices.subs[sub] * scale) as u64).min(most);
        if prices.subs.iter().any(|price| *price > 0.0) {
            self.add(flat, deadline, shift, FRONT, price);
        }
        self.prices = prices;
    }

    /// Appends every layer that can come next.
    fn extend(&mut self, task: &mut Task<'_>, run: &mut Sweep, done: [usize; 2], label: &Label) {
        let parent = self.steps.len() as u32;
        self.steps.push(Step {
            parent: label.parent,
            chain: label.last.0,
            sub: label.last.1,
        });
        run.count += 1;
        let late = if label.chain == BALANCED {
            1
        } else {
            label.chain as usize
        };
        let early = 1 - late;
        let flat = task.flat;
        let counted = matches!(task.goal, Goal::Energy { .. });
        let mut after = done;
        after[early] += 1;
        for (sub, cost) in flat.options(flat.first[early] + done[early]) {
            let busy = label.chain != BALANCED && sub == label.sub as usize && cost.cycles > 0;
            let end = cost.cycles + if busy { label.late } else { label.early };
            let (chain, place) = match end.cmp(&label.late) {
                std::cmp::Ordering::Less => (label.chain, label.sub),
                std::cmp::Ordering::Equal => (BALANCED, 0),
                std::cmp::Ordering::Greater => (early as u8, sub as u8),
            };
            let next = Label {
                early: end.min(label.late),
                late: end.max(label.late),
                energy: label.energy + if counted { cost.energy } else { 0 },
                key: 0,
                parent,
                chain,
                sub: place,
                last: (early as u8, sub as u8),
            };
            self.offer(task, run, after, next);
        }
        if done[late] == task.layers[late] {
            return;
        }
        let mut after = done;
        after[late] += 1;
        for (sub, cost) in flat.options(flat.first[late] + done[late]) {
            let end = label.late + cost.cycles;
            let next = Label {
                early: end,
                late: end,
                energy: label.energy + if counted { cost.energy } else { 0 },
                key: 0,
                parent,
                chain: BALANCED,
                sub: 0,
                last: (late as u8, sub as u8),
            };
            self.offer(task, run, after, next);
        }
    }

    /// Completes a label if only one chain is left, else keeps it if its bound allows.
    fn offer(&mut self, task: &mut Task<'_>, run: &mut Sweep, done: [usize; 2], mut label: Label) {
        let over = [0, 1].map(|chain| done[chain] == task.layers[chain]);
        let rest = match label.chain {
            BALANCED if over[0] => Some(1),
            BALANCED if over[1] => Some(0),
            BALANCED => None,
            late => over[1 - late as usize].then_some(late as usize),
        };
        if let Some(rest) = rest {
            self.complete(task, run, &label, (rest, done[rest]));
            return;
        }
        let late = if label.chain == BALANCED {
            1
        } else {
            label.chain as usize
        };
        let mut ends = [label.early; 2];
        ends[late] = label.late;
        let busy = (label.late - label.early, label.sub as usize);
        let limit = run.limit(self.sets[0].priced.shift);
        let Some(key) = self.key(done, ends, label.energy, (busy.1, run.deadline, limit)) else {
            return;
        };
        label.key = key;
        self.next[done[0]].push(label);
    }

    fn shift(&self) -> u32 {
        self.sets[0].priced.shift.unwrap_or(0)
    }

    /// The scaled lower bound of a state, unless it is above the limit or cannot end in time.
    fn key(
        &self,
        done: [usize; 2],
        ends: [u64; 2],
        energy: u64,
        (busy, deadline, limit): (usize, u64, u64),
    ) -> Option<u64> {
        let left = [
            deadline.checked_sub(ends[0])?,
            deadline.checked_sub(ends[1])?,
        ];
        let shift = self.shift();
        let spent = energy << shift;
        let (least, most) = (left[0].min(left[1]), left[0].max(left[1]));
        let mut key = 0;
        for set in &self.sets[..self.used] {
            let one = set.fronts[0].value(done[0], left[0])?;
            let other = set.fronts[1].value(done[1], left[1])?;
            let back = set.all * most - set.priced.prices[busy] * (most - least);
            key = key.max((spent + one + other).saturating_sub(back));
            if key > limit {
                return None;
            }
        }
        Some(key)
    }

    /// A label of which one chain is done: the other goes on alone.
    fn complete(
        &mut self,
        task: &mut Task<'_>,
        run: &mut Sweep,
        label: &Label,
        (rest, layer): (usize, usize),
    ) {
        let Some(time) = run.deadline.checked_sub(label.late) else {
            return;
        };
        let set = &self.sets[0];
        let Some(value) = set.fronts[rest].value(layer, time) else {
            return;
        };
        let complete = Complete {
            parent: label.parent,
            last: label.last,
            rest,
            layer,
            time,
        };
        match task.goal {
            Goal::Energy { .. } => {
                let energy = label.energy + (value >> set.priced.shift.unwrap_or(0));
                if energy < run.best {
                    run.best = energy;
                    *task.found = Some(complete);
                }
            }
            Goal::Makespan => {
                let least = set.fronts[rest].suffix(layer)[0].0;
                *task.found = Some(Complete {
                    time: least,
                    ..complete
                });
                run.deadline = (label.late + least).saturating_sub(1);
                // Nothing ends before cycle 0: no label can be better.
                if label.late + least == 0 {
                    run.best = 0;
                }
            }
        }
    }

    /// Drops the dominated labels of a cell, and returns how many are left.
    fn prune(&mut self, flat: &Flat, run: &Sweep, cell: usize) -> usize {
        let mut labels = std::mem::take(&mut self.now[cell]);
        let limit = run.limit(self.sets[0].priced.shift);
        labels.retain(|label| label.key <= limit && label.late <= run.deadline);
        let rank = |label: &Label| (label.energy / run.bucket, label.late, label.early);
        labels.sort_unstable_by_key(|label| {
            (
                rank(label),
                label.chain,
                label.sub,
                label.parent,
                label.last,
            )
        });
        self.stairs.resize_with(2 * flat.subs, Vec::new);
        self.stairs.iter_mut().for_each(Vec::clear);
        // The earliest time at which a label that is no dearer has everything free.
        let mut free = NEVER;
        labels.retain(|label| {
            if free <= label.early {
                return false;
            }
            free = free.min(label.late);
            if label.chain == BALANCED {
                return true;
            }
            let stair = &mut self.stairs[label.chain as usize * flat.subs + label.sub as usize];
            climb(stair, label.early, label.late)
        });
        let count = labels.len();
        self.now[cell] = labels;
        count
    }

    /// The largest key, with the later end, of the labels of a level that are continued.
    fn select(
        &mut self,
        run: &mut Sweep,
        cells: std::ops::RangeInclusive<usize>,
        total: usize,
    ) -> (u64, u64) {
        let width = run.room();
        if total <= width {
            return (u64::MAX, u64::MAX);
        }
        let shift = self.sets[0].priced.shift;
        self.keys.clear();
        for label in self.now[cells].iter_mut().flatten() {
            if shift.is_none() {
                // Without energies the bound says nothing; early labels are the promising ones.
                label.key = label.early + label.late;
            }
            self.keys.push((label.key, label.late));
        }
        let (_, &mut most, above) = self.keys.select_nth_unstable(width - 1);
        let dropped = above.iter().filter(|key| **key > most).map(|key| key.0);
        run.drop(dropped.min(), shift);
        most
    }

    /// Writes down the order of a complete schedule.
    fn keep(&mut self, flat: &Flat, complete: Complete) -> bool {
        let mut trail = Vec::new();
        let (mut parent, mut last) = (complete.parent, complete.last);
        while let Some(step) = self.steps.get(parent as usize) {
            trail.push(last);
            parent = step.parent;
            last = (step.chain, step.sub);
        }
        self.order.clear();
        let mut next = [flat.first[0], flat.first[1]];
        for &(chain, sub) in trail.iter().rev() {
            let op = &mut next[chain as usize];
            self.order.push((*op, sub as usize));
            *op += 1;
        }
        let set = &self.sets[0];
        let from = (complete.rest, complete.layer);
        set.fronts[complete.rest].walk(flat, from, &set.priced, complete.time, &mut self.order)
    }
}

/// What does not change during a sweep.
struct Task<'a> {
    flat: &'a Flat,
    goal: Goal,
    layers: [usize; 2],
    found: &'a mut Option<Complete>,
}

/// Enters a pair into a staircase of minimal pairs; false if one of them is no larger.
fn climb(stair: &mut Vec<(u64, u64)>, early: u64, late: u64) -> bool {
    let after = stair.partition_point(|step| step.0 <= early);
    if after > 0 && stair[after - 1].1 <= late {
        return false;
    }
    let from = if after > 0 && stair[after - 1].0 == early {
        after - 1
    } else {
        after
    };
    let beaten = stair[from..]
        .iter()
        .take_while(|step| step.1 >= late)
        .count();
    stair.splice(from..from + beaten, [(early, late)]);
    true
}
