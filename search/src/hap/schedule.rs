//! Schedules in integers, and the times that an order of layers leads to.

use super::flat::{Flat, NEVER};
use super::instance::Instance;

/// One layer in a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Index of the task.
    pub task: usize,
    /// Index of the layer in its task.
    pub layer: usize,
    /// Index of the sub-accelerator.
    pub sub: usize,
    /// First cycle.
    pub start: u64,
    /// The cycle after the last.
    pub end: u64,
}

/// An assignment of all layers to sub-accelerators and times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// All layers, by task and then by layer.
    pub entries: Vec<Entry>,
    /// When the last layer ends, in cycles.
    pub makespan: u64,
    /// Energy of the layers and of what moves between them, in quanta.
    pub energy: u64,
}

/// Starts layers (task, layer, sub) in an order, each as early as it can be appended.
///
/// None if a layer is missing, comes before its inputs, or cannot run where it is put.
pub fn in_order(instance: &Instance, order: &[(usize, usize, usize)]) -> Option<Schedule> {
    let mut flat = Flat::default();
    if !flat.load(instance) {
        return None;
    }
    let op = |&(task, layer, sub): &(usize, usize, usize)| {
        let op = flat.first.get(task)? + layer;
        (flat.first.get(task + 1).is_some_and(|&end| op < end) && sub < flat.subs)
            .then_some((op, sub))
    };
    timed(&flat, &order.iter().map(op).collect::<Option<Vec<_>>>()?)
}

/// Starts the layers of an order one after the other, each as early as it can be appended.
///
/// None if a layer cannot run where it is put.
pub(super) fn timed(flat: &Flat, order: &[(usize, usize)]) -> Option<Schedule> {
    let mut free = vec![0u64; flat.subs];
    let mut places: Vec<Option<Entry>> = vec![None; flat.len()];
    let mut schedule = Schedule::default();
    for &(op, sub) in order {
        let cycles = flat.cycles(op, sub);
        if cycles == NEVER {
            return None;
        }
        // A layer that takes no time occupies nothing, and waits for nothing but its inputs.
        let mut start = if cycles > 0 { free[sub] } else { 0 };
        schedule.energy += flat.energy(op, sub);
        for input in flat.inputs(op) {
            let before = places[input.op]?;
            let moved = flat.moved(input, before.sub, sub);
            start = start.max(before.end + moved.cycles);
            schedule.energy += moved.energy;
        }
        let (task, layer) = flat.place(op);
        let end = start + cycles;
        places[op] = Some(Entry {
            task,
            layer,
            sub,
            start,
            end,
        });
        if cycles > 0 {
            free[sub] = end;
        }
        schedule.makespan = schedule.makespan.max(end);
    }
    schedule.entries = places.into_iter().collect::<Option<_>>()?;
    Some(schedule)
}
