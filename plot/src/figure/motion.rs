//! An array of processing elements, step by step.

use serde::{Deserialize, Serialize};

/// What each processing element works on, one step after the other.
///
/// Drawn moving where pictures can move, and as a strip of its first steps elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Animation {
    /// What each element works on, such as weights, inputs and outputs.
    pub operands: Vec<Operand>,
    /// Columns and rows that are described, at most [`Animation::MOST`] each.
    pub array: [usize; 2],
    /// Columns and rows of the whole array.
    pub whole: [u64; 2],
    /// The first steps.
    pub steps: Vec<AnimationStep>,
    /// How many steps there are in all.
    pub all_steps: u64,
    /// What is counted.
    pub counters: Vec<Counter>,
}

impl Animation {
    /// The most columns, and the most rows, that a picture has room for.
    pub const MOST: usize = 8;
}

/// What an element works on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Operand {
    /// A letter, as in `W`.
    pub name: String,
    /// The names of its indices, as in `k,c`; empty where it has but one word.
    pub indices: String,
}

/// Something that is counted over the steps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Counter {
    /// What is counted, as in `glb reads`.
    pub name: String,
    /// What it comes to after the last of all steps.
    pub total: u64,
}

/// One step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AnimationStep {
    /// Where the loops stand, as in `k 0, p 3`.
    pub name: String,
    /// The elements row by row, `columns × rows` of them, each with one entry per operand; none while
    /// an element idles.
    pub elements: Vec<Option<Vec<Held>>>,
    /// How each operand moves in this step, in a few words.
    pub moves: Vec<String>,
    /// What each counter has come to after this step.
    pub counts: Vec<u64>,
}

/// An operand in an element.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// Its indices, as in `3,0`.
    pub text: String,
    /// Whether it came or left in this step, rather than being there all along.
    pub moved: bool,
}
