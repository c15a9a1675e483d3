//! Any number of tasks, of any graph: labels over sets of layers started.
//!
//! As in the solver of two chains, layers are appended by start time; a state is
//! the set of layers started, when each sub-accelerator is free again, and the
//! ends and places of the layers that others still wait for. A label is dropped
//! when another one of the same set is as early in all of it and no dearer, or by
//! its bound. With few enough labels this is exact; else it is a beam, and the
//! least bound of what it dropped is its certificate.

use super::answer::Goal;
use super::flat::Flat;
use super::front::{Fronts, Priced};
use super::prices::{Prices, Rest, Tuner};
use super::state::{Shape, has, pack, unpack};
use super::sweep::{MOST_SHIFT, STEPS, Sweep, Sweeper};

/// Most points of a front; longer ones are joined, which leaves a lower bound.
const FRONT: usize = 1 << 12;

/// Solves instances of any graph; it keeps its memory from one call to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Labels {
    shape: Shape,
    sets: Vec<Set>,
    used: usize,
    shift: Option<u32>,
    now: Pool,
    next: Pool,
    /// The state of the child that is being made.
    child: Vec<u64>,
    ranks: Vec<u32>,
    keys: Vec<(u64, u64)>,
    steps: Vec<Step>,
    tuner: Tuner,
    prices: Prices,
    rest: Rest,
    order: Vec<(usize, usize)>,
}

/// One choice of prices: fronts of chains, least values of other layers.
#[derive(Clone, Debug, Default)]
struct Set {
    priced: Priced,
    fronts: Vec<Fronts>,
    floor: Vec<u64>,
}

/// The labels of a level.
#[derive(Clone, Debug, Default)]
struct Pool {
    states: Vec<u64>,
    labels: Vec<Label>,
}

#[derive(Clone, Copy, Debug)]
struct Label {
    energy: u64,
    key: u64,
    /// Latest end so far.
    end: u64,
    step: u32,
}

/// A layer appended: what reconstructs the order.
#[derive(Clone, Copy, Debug)]
struct Step {
    parent: u32,
    op: u32,
    sub: u8,
}

impl Sweeper for Labels {
    fn start(&mut self, flat: &Flat, goal: Goal, deadline: u64) -> bool {
        let most = flat.most_energy().max(1);
        self.shift = matches!(goal, Goal::Energy { .. })
            .then(|| most.leading_zeros().saturating_sub(6).min(MOST_SHIFT));
        self.used = 0;
        self.add(flat, deadline, |_| 0);
        if self.shift.is_none() {
            self.add(flat, deadline, |_| 1);
        }
        true
    }

    fn learn(&mut self, flat: &Flat, deadline: u64, best: u64) {
        let lowest = self.bound(flat, deadline);
        let known = best != u64::MAX;
        let target = if known { best } else { lowest + lowest / 8 + 1 };
        self.used = 1;
        self.rest.chains.clear();
        self.rest.others.clear();
        for task in 0..flat.tasks() {
            let ops = flat.first[task]..flat.first[task + 1];
            if flat.chain[task] {
                self.rest.chains.push((ops.start, ops.end, deadline));
            } else {
                self.rest.others.extend(ops);
            }
        }
        self.rest.rooms.clear();
        self.rest.rooms.resize(flat.subs, deadline);
        let mut prices = std::mem::take(&mut self.prices);
        let (rest, tuner) = (&self.rest, &mut self.tuner);
        tuner.tune(flat, rest, target as f64, STEPS, &mut prices);
        let most = (1u64 << 58) / deadline.max(1);
        let scale = (1u64 << self.shift.unwrap_or(0)) as f64;
        if prices.subs.iter().any(|price| *price > 0.0) {
            self.add(flat, deadline, |sub| {
                ((prices.subs[sub] * scale) as u64).min(most)
            });
        }
        self.prices = prices;
    }

    fn bound(&self, flat: &Flat, deadline: u64) -> u64 {
        let shift = self.shift.unwrap_or(0);
        let values = self.sets[..self.used].iter().map(|set| {
            let mut value = 0u64;
            for task in 0..flat.tasks() {
                if flat.chain[task] {
                    let Some(front) = set.fronts[task].value(0, deadline) else {
                        return u64::MAX;
                    };
                    value += front;
                } else {
                    let floor = &set.floor[flat.first[task]..flat.first[task + 1]];
                    value += floor.iter().sum::<u64>();
                }
            }
            let back = set.priced.prices.iter().map(|price| price * deadline);
            value.saturating_sub(back.sum()).div_ceil(1 << shift)
        });
        values.max().unwrap_or(0)
    }

    fn sweep(&mut self, flat: &Flat, goal: Goal, run: &mut Sweep) -> bool {
        self.shape = Shape::of(flat, self.used);
        self.steps.clear();
        self.now.clear();
        self.next.clear();
        self.root(flat);
        let mut found = None;
        for _ in 0..flat.len() {
            self.next.clear();
            for index in 0..self.now.labels.len() {
                self.extend(flat, goal, run, index, &mut found);
            }
            if run.first && found.is_some() {
                break;
            }
            self.choose(flat, run);
        }
        if flat.len() == 0 {
            found = Some(u32::MAX);
            run.best = 0;
        }
        found.is_some_and(|step| self.keep(step))
    }

    fn order(&self) -> &[(usize, usize)] {
        &self.order
    }
}

impl Labels {
    fn add(&mut self, flat: &Flat, deadline: u64, price: impl Fn(usize) -> u64) {
        if self.used == self.sets.len() {
            self.sets.push(Set::default());
        }
        let set = &mut self.sets[self.used];
        set.priced.shift = self.shift;
        set.priced.prices.clear();
        set.priced.prices.extend((0..flat.subs).map(price));
        set.fronts.resize_with(flat.tasks(), Fronts::default);
        for task in (0..flat.tasks()).filter(|&task| flat.chain[task]) {
            set.fronts[task].build(flat, task, &set.priced, deadline, FRONT);
        }
        set.floor.clear();
        let least = |op: usize| {
            let values = flat
                .options(op)
                .map(|(sub, _)| set.priced.value(flat, op, sub));
            values.min().unwrap_or(0)
        };
        set.floor.extend((0..flat.len()).map(least));
        self.used += 1;
    }

    /// The label with nothing started.
    fn root(&mut self, flat: &Flat) {
        self.now.states.resize(self.shape.words, 0);
        for (index, set) in self.sets[..self.used].iter().enumerate() {
            let others = (0..flat.len()).filter(|&op| !flat.chain[flat.place(op).0]);
            self.now.states[self.shape.rests + index] = others.map(|op| set.floor[op]).sum();
        }
        self.now.labels.push(Label {
            energy: 0,
            key: 0,
            end: 0,
            step: u32::MAX,
        });
    }

    /// Appends every layer that can come next to a label.
    fn extend(
        &mut self,
        flat: &Flat,
        goal: Goal,
        run: &mut Sweep,
        index: usize,
        found: &mut Option<u32>,
    ) {
        run.count += 1;
        let label = self.now.labels[index];
        for task in 0..flat.tasks() {
            for op in flat.first[task]..flat.first[task + 1] {
                let begin = index * self.shape.words;
                let state = &self.now.states[begin..begin + self.shape.words];
                if has(state, op) {
                    continue;
                }
                if flat.inputs(op).iter().all(|input| has(state, input.op)) {
                    for sub in 0..flat.subs {
                        self.append(flat, goal, run, (index, &label), (op, sub), found);
                    }
                }
                if flat.chain[task] {
                    break;
                }
            }
        }
    }

    /// Appends a layer on a sub-accelerator, if it runs there and its bound allows.
    fn append(
        &mut self,
        flat: &Flat,
        goal: Goal,
        run: &mut Sweep,
        (index, label): (usize, &Label),
        (op, sub): (usize, usize),
        found: &mut Option<u32>,
    ) {
        let Some((_, cost)) = flat.options(op).find(|option| option.0 == sub) else {
            return;
        };
        let begin = index * self.shape.words;
        self.child.clear();
        self.child
            .extend_from_slice(&self.now.states[begin..begin + self.shape.words]);
        let counted = self.shift.is_some();
        let mut start = 0;
        let mut energy = label.energy + if counted { cost.energy } else { 0 };
        for input in flat.inputs(op) {
            let (end, from) = unpack(self.child[self.shape.slot[input.op]]);
            let moved = flat.moved(input, from, sub);
            start = start.max(end + moved.cycles);
            energy += if counted { moved.energy } else { 0 };
        }
        if cost.cycles > 0 {
            start = start.max(self.child[self.shape.free + sub]);
            for free in &mut self.child[self.shape.free..self.shape.slots] {
                *free = (*free).max(start);
            }
            self.child[self.shape.free + sub] = start + cost.cycles;
        }
        let end = start + cost.cycles;
        self.child[op / 64] |= 1 << (op % 64);
        self.child[self.shape.slot[op]] = pack(end, sub);
        if !flat.chain[flat.place(op).0] {
            for (set, rest) in self.sets.iter().zip(&mut self.child[self.shape.rests..]) {
                *rest -= set.floor[op];
            }
        }
        let latest = label.end.max(end);
        if latest > run.deadline {
            return;
        }
        let step = Step {
            parent: label.step,
            op: op as u32,
            sub: sub as u8,
        };
        let started = self.child[..self.shape.free].iter();
        if started
            .map(|word| word.count_ones() as usize)
            .sum::<usize>()
            == flat.len()
        {
            self.finish(goal, run, (step, energy, latest), found);
            return;
        }
        let limit = run.limit(self.shift);
        let Some(key) = self.key(flat, energy, (run.deadline, limit)) else {
            return;
        };
        self.next.states.extend_from_slice(&self.child);
        self.next.labels.push(Label {
            energy,
            key,
            end: latest,
            step: self.steps.len() as u32,
        });
        self.steps.push(step);
    }

    /// Keeps a complete schedule if it is better.
    fn finish(
        &mut self,
        goal: Goal,
        run: &mut Sweep,
        (step, energy, end): (Step, u64, u64),
        found: &mut Option<u32>,
    ) {
        match goal {
            Goal::Energy { .. } if energy >= run.best => return,
            Goal::Energy { .. } => run.best = energy,
            Goal::Makespan => run.deadline = end.saturating_sub(1),
        }
        *found = Some(self.steps.len() as u32);
        self.steps.push(step);
    }

    /// The scaled bound of the child, unless it is above the limit or cannot end in time.
    ///
    /// Sub-accelerators that are free before anything can start become free then.
    fn key(&mut self, flat: &Flat, energy: u64, (deadline, limit): (u64, u64)) -> Option<u64> {
        let shape = &self.shape;
        let mut earliest = u64::MAX;
        let mut ready = 0;
        for task in 0..flat.tasks() {
            for op in flat.first[task]..flat.first[task + 1] {
                let state = &self.child;
                if has(state, op) {
                    continue;
                }
                if flat.inputs(op).iter().all(|input| has(state, input.op)) {
                    let begin = self.begin(flat, op);
                    if begin.saturating_add(flat.tail[op]) > deadline {
                        return None;
                    }
                    earliest = earliest.min(begin);
                    ready = ready.max(begin + flat.tail[op]);
                }
                if flat.chain[task] {
                    break;
                }
            }
        }
        for free in &mut self.child[shape.free..shape.slots] {
            *free = (*free).max(earliest);
        }
        let state = &self.child;
        let shift = self.shift.unwrap_or(0);
        let mut key = 0;
        for (index, set) in self.sets[..self.used].iter().enumerate() {
            let mut value = (energy << shift) + state[shape.rests + index];
            for task in (0..flat.tasks()).filter(|&task| flat.chain[task]) {
                let ops = flat.first[task]..flat.first[task + 1];
                let Some(op) = ops.clone().find(|&op| !has(state, op)) else {
                    continue;
                };
                let begin = if op == ops.start {
                    earliest
                } else {
                    earliest.max(unpack(state[shape.slot[op]]).0)
                };
                value += set.fronts[task].value(op - ops.start, deadline.checked_sub(begin)?)?;
            }
            let free = &state[shape.free..shape.slots];
            let back = set.priced.prices.iter().zip(free);
            let back: u64 = back
                .map(|(price, free)| price * deadline.saturating_sub(*free))
                .sum();
            key = key.max(value.saturating_sub(back));
            if key > limit {
                return None;
            }
        }
        // Without energies, early labels are the promising ones.
        Some(if self.shift.is_none() { ready } else { key })
    }

    /// When a layer whose inputs are there can start at the earliest.
    fn begin(&self, flat: &Flat, op: usize) -> u64 {
        let starts = flat.options(op).map(|(sub, cost)| {
            let inputs = flat.inputs(op).iter().map(|input| {
                let (end, from) = unpack(self.child[self.shape.slot[input.op]]);
                end + flat.moved(input, from, sub).cycles
            });
            let ready = inputs.max().unwrap_or(0);
            if cost.cycles > 0 {
                ready.max(self.child[self.shape.free + sub])
            } else {
                ready
            }
        });
        starts.min().unwrap_or(u64::MAX)
    }

    /// Leaves in `now` the labels of the next level that are not dominated and have room.
    fn choose(&mut self, flat: &Flat, run: &mut Sweep) {
        let words = self.shape.words;
        let set = self.shape.free;
        self.ranks.clear();
        self.ranks.extend(0..self.next.labels.len() as u32);
        let (labels, states) = (&self.next.labels, &self.next.states);
        let group = |rank: u32| &states[rank as usize * words..][..set];
        self.ranks.sort_unstable_by(|&one, &other| {
            let value = |rank: u32| {
                let label = &labels[rank as usize];
                (label.energy / run.bucket, label.end, rank)
            };
            group(one)
                .cmp(group(other))
                .then_with(|| value(one).cmp(&value(other)))
        });
        let mut kept: Vec<u32> = Vec::new();
        let mut begin = 0;
        for &rank in &self.ranks {
            if kept
                .get(begin)
                .is_none_or(|&first| group(first) != group(rank))
            {
                begin = kept.len();
            }
            let beaten = |&other: &u32| self.dominates(flat, run, other as usize, rank as usize);
            if !kept[begin..].iter().any(beaten) {
                kept.push(rank);
            }
        }
        let most = self.select(run, &kept);
        self.now.clear();
        let (labels, states) = (&self.next.labels, &self.next.states);
        for rank in kept {
            let label = labels[rank as usize];
            if (label.key, label.end) <= most {
                self.now.labels.push(label);
                let state = &states[rank as usize * words..][..words];
                self.now.states.extend_from_slice(state);
            }
        }
    }

    /// Whether one label is at least as good as another of the same set of layers.
    fn dominates(&self, flat: &Flat, run: &Sweep, one: usize, other: usize) -> bool {
        let shape = &self.shape;
        let state = |index: usize| &self.next.states[index * shape.words..][..shape.words];
        let (mine, its) = (state(one), state(other));
        let mut free = (shape.free..shape.slots).map(|word| mine[word] <= its[word]);
        let latest = its[shape.free..shape.slots].iter().copied().max();
        let ends = [one, other].map(|index| self.next.labels[index].end);
        if !free.all(|earlier| earlier) || ends[0] > ends[1].max(latest.unwrap_or(0)) {
            return false;
        }
        let floor = its[shape.free..shape.slots]
            .iter()
            .copied()
            .min()
            .unwrap_or(0);
        let mut extra = 0;
        for op in 0..flat.len() {
            if !has(mine, op) || !self.last(flat, op, mine) {
                continue;
            }
            let (my_end, my_sub) = unpack(mine[shape.slot[op]]);
            let (its_end, its_sub) = unpack(its[shape.slot[op]]);
            if my_sub == its_sub || !flat.moves {
                // What is moved later than it could be may arrive too late.
                let enough = if flat.moves {
                    its_end
                } else {
                    its_end.max(floor)
                };
                if my_end > enough && self.awaited(op, mine) {
                    return false;
                }
                continue;
            }
            for &(user, index) in &shape.users[op] {
                if has(mine, user) {
                    continue;
                }
                let input = &flat.inputs(user)[index];
                let mut most = 0;
                for sub in 0..flat.subs {
                    let my = flat.moved(input, my_sub, sub);
                    let its = flat.moved(input, its_sub, sub);
                    if my_end + my.cycles > its_end + its.cycles {
                        return false;
                    }
                    most = most.max(my.energy.saturating_sub(its.energy));
                }
                extra += most;
            }
        }
        let (mine, its) = (&self.next.labels[one], &self.next.labels[other]);
        let counted = if self.shift.is_some() { extra } else { 0 };
        (mine.energy + counted) / run.bucket <= its.energy / run.bucket
    }

    /// Whether a layer is the one that its slot tells of.
    fn last(&self, flat: &Flat, op: usize, state: &[u64]) -> bool {
        let (task, _) = flat.place(op);
        !flat.chain[task] || op + 1 == flat.first[task + 1] || !has(state, op + 1)
    }

    /// Whether something still waits for a layer.
    fn awaited(&self, op: usize, state: &[u64]) -> bool {
        self.shape.users[op].iter().any(|user| !has(state, user.0))
    }

    /// The largest key, with its end, of the labels that are continued.
    fn select(&mut self, run: &mut Sweep, kept: &[u32]) -> (u64, u64) {
        let width = run.room();
        if kept.len() <= width {
            return (u64::MAX, u64::MAX);
        }
        self.keys.clear();
        let labels = &self.next.labels;
        self.keys.extend(kept.iter().map(|&rank| {
            let label = &labels[rank as usize];
            (label.key, label.end)
        }));
        let (_, &mut most, above) = self.keys.select_nth_unstable(width - 1);
        let dropped = above
            .iter()
            .filter(|key| **key > most)
            .map(|key| key.0)
            .min();
        run.drop(dropped, self.shift);
        most
    }

    /// Writes down the order that ends with a step.
    fn keep(&mut self, step: u32) -> bool {
        self.order.clear();
        let mut at = step;
        while let Some(step) = self.steps.get(at as usize) {
            self.order.push((step.op as usize, step.sub as usize));
            at = step.parent;
        }
        self.order.reverse();
        true
    }
}

impl Pool {
    fn clear(&mut self) {
        self.states.clear();
        self.labels.clear();
    }
}
