//! Heterogeneous assignment: which sub-accelerator runs each layer, and when.
//!
//! Several networks run at once; the layers of one follow each other, a
//! sub-accelerator runs one layer at a time, and nothing is interrupted. Wanted
//! is the least energy with which all end by a deadline. The problem is
//! NP-complete; this is a heuristic in the spirit of Shao et al. (IEEE TPDS
//! 16(6), 2005), which NASAIC uses: first a schedule that ends early, then layers
//! move to where they save most energy per cycle of delay, while the deadline holds.
//!
//! Schedules are built as by Giffler and Thompson: of the layers that compete
//! for the sub-accelerator on which something can end first, the one with the
//! longest chain behind it goes first. An optimal schedule is among those that
//! this rule can build with some order and assignment.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What one layer costs on one sub-accelerator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Time, in cycles.
    pub cycles: u64,
    /// Energy, in the unit of the caller.
    pub energy: f64,
}

/// The cost of a layer on each sub-accelerator; none where it cannot run.
pub type LayerOptions = Vec<Option<Cost>>;

/// One layer in a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Index of the network.
    pub task: usize,
    /// Index of the layer in its network.
    pub layer: usize,
    /// Index of the sub-accelerator.
    pub sub: usize,
    /// First cycle.
    pub start: u64,
    /// The cycle after the last.
    pub end: u64,
    /// Energy of the layer there.
    pub energy: f64,
}

/// An assignment of all layers to sub-accelerators and times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// All layers, by network and then in the order of its chain.
    pub entries: Vec<Entry>,
    /// When the last layer ends, in cycles.
    pub makespan: u64,
    /// Sum of the energies of the entries, in their order, and of what is moved.
    pub energy: f64,
    /// Energy of what is moved between sub-accelerators.
    pub moved: f64,
}

/// Schedules chains of layers; it keeps its memory from one call to the next.
#[derive(Clone, Debug, Default)]
pub struct Scheduler {
    subs: usize,
    /// First layer of every task, and the number of layers: `[tasks + 1]`.
    first: Vec<usize>,
    /// Cycles per layer and sub-accelerator, `[layers, subs]`; [`NEVER`] where it cannot run.
    cycles: Vec<u64>,
    energy: Vec<f64>,
    /// Least time from the start of a layer to the end of its chain.
    tail: Vec<u64>,
    head: Vec<usize>,
    ready: Vec<u64>,
    free: Vec<u64>,
    /// Where the next layer of each task goes: sub-accelerator, start and end.
    places: Vec<Option<(usize, u64, u64)>>,
    now: Plan,
    best: Plan,
    moves: Vec<(f64, usize, usize)>,
}

/// One assignment with the times it leads to.
#[derive(Clone, Debug, Default)]
struct Plan {
    sub: Vec<usize>,
    start: Vec<u64>,
    makespan: u64,
    energy: f64,
}

/// The time of a layer where it cannot run.
const NEVER: u64 = u64::MAX;

/// Schedules once; see [`Scheduler::schedule`].
pub fn list_schedule(
    tasks: &[Vec<LayerOptions>],
    deadline: Option<u64>,
) -> Result<Schedule, ScheduleError> {
    Scheduler::default().schedule(tasks, deadline)
}

impl Scheduler {
    /// A schedule of little energy that ends by the deadline, or else as early as was found.
    ///
    /// Without a deadline the schedule ends as early as was found, and saves only
    /// the energy that costs no time.
    pub fn schedule(
        &mut self,
        tasks: &[Vec<LayerOptions>],
        deadline: Option<u64>,
    ) -> Result<Schedule, ScheduleError> {
        self.load(tasks)?;
        self.start_plans(deadline.unwrap_or(0));
        if deadline.is_some_and(|deadline| self.best.makespan > deadline) {
            self.improve(deadline.unwrap_or(0), |_, _| true);
        }
        let deadline = deadline.unwrap_or(self.best.makespan);
        if self.best.makespan <= deadline {
            self.improve(deadline, |saved, _| saved > 0.0);
        }
        Ok(self.result())
    }

    /// Copies the costs into flat arrays.
    fn load(&mut self, tasks: &[Vec<LayerOptions>]) -> Result<(), ScheduleError> {
        self.subs = tasks.iter().flatten().map(Vec::len).max().unwrap_or(0);
        self.first.clear();
        self.cycles.clear();
        self.energy.clear();
        self.tail.clear();
        for (task, layers) in tasks.iter().enumerate() {
            self.first.push(self.tail.len());
            for (layer, options) in layers.iter().enumerate() {
                let mut least = NEVER;
                for sub in 0..self.subs {
                    let cost = options.get(sub).copied().flatten();
                    let cycles = cost.map_or(NEVER, |cost| cost.cycles);
                    least = least.min(cycles);
                    self.cycles.push(cycles);
                    self.energy
                        .push(cost.map_or(f64::INFINITY, |cost| cost.energy));
                }
                if least == NEVER {
                    return Err(ScheduleError::Nowhere { task, layer });
                }
                self.tail.push(least);
            }
            let chain = self.first[task]..self.tail.len();
            for layer in chain.rev().skip(1) {
                self.tail[layer] = self.tail[layer].saturating_add(self.tail[layer + 1]);
            }
        }
        self.first.push(self.tail.len());
        Ok(())
    }

    /// Leaves in `best` the best of some simple plans: earliest finish, least energy, one sub.
    fn start_plans(&mut self, deadline: u64) {
        self.now.sub.clear();
        self.now.sub.resize(self.tail.len(), 0);
        self.now.start.clear();
        self.now.start.resize(self.tail.len(), 0);
        self.dispatch(None);
        self.best.clone_from(&self.now);
        for layer in 0..self.tail.len() {
            let costs = &self.energy[layer * self.subs..][..self.subs];
            let least = |best: usize, sub: usize| if costs[sub] < costs[best] { sub } else { best };
            self.now.sub[layer] = (0..self.subs).fold(0, least);
        }
        self.challenge(deadline);
        for sub in 0..self.subs {
            let everywhere = (0..self.tail.len()).all(|layer| self.time(layer, sub) != NEVER);
            if everywhere {
                self.now.sub.fill(sub);
                self.challenge(deadline);
            }
        }
    }

    /// Moves single layers, those first that save most energy per cycle of delay.
    ///
    /// `wanted` says from the energy saved and the cycles lost whether to try a move.
    fn improve(&mut self, deadline: u64, wanted: impl Fn(f64, f64) -> bool) {
        self.moves.clear();
        for layer in 0..self.tail.len() {
            let here = self.best.sub[layer];
            for sub in (0..self.subs).filter(|&sub| sub != here) {
                let time = self.time(layer, sub);
                if time == NEVER {
                    continue;
                }
                let lost = time as f64 - self.time(layer, here) as f64;
                let saved =
                    self.energy[layer * self.subs + here] - self.energy[layer * self.subs + sub];
                if wanted(saved, lost) {
                    let gain = if lost > 0.0 {
                        saved / lost
                    } else {
                        f64::INFINITY
                    };
                    self.moves.push((gain, layer, sub));
                }
            }
        }
        self.moves.sort_by(|one, other| other.0.total_cmp(&one.0));
        for index in 0..self.moves.len() {
            let (_, layer, sub) = self.moves[index];
            self.now.sub.copy_from_slice(&self.best.sub);
            self.now.sub[layer] = sub;
            self.challenge(deadline);
        }
    }

    /// Times the assignment in `now` and keeps it if it is better than the best.
    fn challenge(&mut self, deadline: u64) {
        // Beyond this no energy makes up for the time.
        let latest = deadline.max(self.best.makespan);
        let key = |plan: &Plan| (plan.makespan.saturating_sub(deadline), plan.energy);
        if self.dispatch(Some(latest)) && key(&self.now) < key(&self.best) {
            std::mem::swap(&mut self.now, &mut self.best);
        }
    }

    /// Times all layers as assigned, or gives up when they cannot end by the latest time.
    ///
    /// Without a latest time each layer goes where it ends first.
    fn dispatch(&mut self, latest: Option<u64>) -> bool {
        let tasks = self.first.len() - 1;
        let pinned = latest.is_some();
        self.head.clear();
        self.head.extend_from_slice(&self.first[..tasks]);
        self.ready.clear();
        self.ready.resize(tasks, 0);
        self.free.clear();
        self.free.resize(self.subs, 0);
        self.now.makespan = 0;
        while let Some((task, sub, start)) = self.next(pinned) {
            let layer = self.head[task];
            let end = start.saturating_add(self.time(layer, sub));
            self.now.sub[layer] = sub;
            self.now.start[layer] = start;
            self.now.makespan = self.now.makespan.max(end);
            self.ready[task] = end;
            self.free[sub] = end;
            self.head[task] += 1;
            let done = self.head[task] == self.first[task + 1];
            let rest = if done { 0 } else { self.tail[layer + 1] };
            if latest.is_some_and(|latest| end.saturating_add(rest) > latest) {
                return false;
            }
        }
        self.now.energy = 0.0;
        for (layer, &sub) in self.now.sub.iter().enumerate() {
            self.now.energy += self.energy[layer * self.subs + sub];
        }
        true
    }

    /// The task, sub-accelerator and start of the layer to place next.
    fn next(&mut self, pinned: bool) -> Option<(usize, usize, u64)> {
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        places.extend((0..self.head.len()).map(|task| self.place(task, pinned)));
        let first = places.iter().flatten().min_by_key(|place| place.2).copied();
        let chosen = first.and_then(|(contested, _, first_end)| {
            let mut chosen: Option<(u64, usize, u64)> = None;
            for (task, place) in places.iter().enumerate() {
                if let Some((sub, start, end)) = *place
                    && sub == contested
                    && (start < first_end || end == first_end)
                {
                    let tail = self.tail[self.head[task]];
                    if chosen.is_none_or(|(longest, ..)| tail > longest) {
                        chosen = Some((tail, task, start));
                    }
                }
            }
            chosen.map(|(_, task, start)| (task, contested, start))
        });
        self.places = places;
        chosen
    }

    /// Where the next layer of a task goes: sub-accelerator, start and end.
    fn place(&self, task: usize, pinned: bool) -> Option<(usize, u64, u64)> {
        let layer = self.head[task];
        if layer == self.first[task + 1] {
            return None;
        }
        let at = |sub: usize| {
            let start = self.ready[task].max(self.free[sub]);
            (sub, start, start.saturating_add(self.time(layer, sub)))
        };
        if pinned {
            return Some(at(self.now.sub[layer]));
        }
        let possible = (0..self.subs).filter(|&sub| self.time(layer, sub) != NEVER);
        possible
            .map(at)
            .reduce(|best, one| if one.2 < best.2 { one } else { best })
    }

    fn time(&self, layer: usize, sub: usize) -> u64 {
        self.cycles[layer * self.subs + sub]
    }

    /// The best plan as a schedule.
    fn result(&self) -> Schedule {
        let mut entries = Vec::with_capacity(self.tail.len());
        for task in 0..self.first.len() - 1 {
            for layer in self.first[task]..self.first[task + 1] {
                let (sub, start) = (self.best.sub[layer], self.best.start[layer]);
                entries.push(Entry {
                    task,
                    layer: layer - self.first[task],
                    sub,
                    start,
                    end: start.saturating_add(self.time(layer, sub)),
                    energy: self.energy[layer * self.subs + sub],
                });
            }
        }
        Schedule {
            entries,
            makespan: self.best.makespan,
            energy: self.best.energy,
            moved: 0.0,
        }
    }
}

/// Why layers cannot be scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleError {
    /// A layer can run on no sub-accelerator.
    Nowhere {
        /// Index of the network.
        task: usize,
        /// Index of the layer in its network.
        layer: usize,
    },
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Nowhere { task, layer } = self;
        write!(
            f,
            "layer {layer} of task {task} can run on no sub-accelerator"
        )
    }
}

impl std::error::Error for ScheduleError {}
