//! The words that a state of the general solver consists of.

use super::flat::Flat;

/// Bits of a slot that hold a sub-accelerator.
const SUB_BITS: u32 = 3;

/// Where things are in the words of a state: set of layers, free times, slots, rests.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// First word of the free times, of the slots and of the rests; number of all words.
    pub(super) free: usize,
    pub(super) slots: usize,
    pub(super) rests: usize,
    pub(super) words: usize,
    /// The slot of each layer: one per chain, one per layer of other graphs.
    pub(super) slot: Vec<usize>,
    /// Layers that wait for each layer, and which of their inputs it is.
    pub(super) users: Vec<Vec<(usize, usize)>>,
}

impl Shape {
    /// The words that the states of an instance have.
    pub(super) fn of(flat: &Flat, sets: usize) -> Self {
        let mut shape = Self {
            free: flat.len().div_ceil(64),
            users: vec![Vec::new(); flat.len()],
            ..Self::default()
        };
        shape.slots = shape.free + flat.subs;
        let mut slots = 0;
        for op in 0..flat.len() {
            let (task, layer) = flat.place(op);
            if layer == 0 || !flat.chain[task] {
                slots += 1;
            }
            shape.slot.push(shape.slots + slots - 1);
            for (index, input) in flat.inputs(op).iter().enumerate() {
                shape.users[input.op].push((op, index));
            }
        }
        shape.rests = shape.slots + slots;
        shape.words = shape.rests + sets;
        shape
    }
}

/// Whether a layer is among those started.
pub(super) fn has(state: &[u64], op: usize) -> bool {
    state[op / 64] >> (op % 64) & 1 == 1
}

/// The end of a layer and where it runs, in one word.
pub(super) fn pack(end: u64, sub: usize) -> u64 {
    (end << SUB_BITS) | sub as u64
}

/// The end of a layer, and where it runs.
pub(super) fn unpack(slot: u64) -> (u64, usize) {
    (slot >> SUB_BITS, (slot & ((1 << SUB_BITS) - 1)) as usize)
}
