//! Charts with named rows or columns: heatmap, bars, schedule, loop nest, chain.

use super::Axis;
use serde::{Deserialize, Serialize};

/// A matrix of coloured cells, as for a sweep over two decisions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Heatmap {
    /// What the columns are.
    pub x: Axis,
    /// What the rows are.
    pub y: Axis,
    /// The columns, left to right.
    pub columns: Vec<String>,
    /// The rows, bottom to top.
    pub rows: Vec<String>,
    /// The cells row by row, `rows.len() × columns.len()` of them; none where there is no value.
    pub values: Vec<Option<f64>>,
    /// What the colour measures.
    pub value: Axis,
}

/// Stacked bars, as for the energy of each layer by storage level.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// What the categories are.
    pub category: Axis,
    /// What the length of a bar measures; logarithmic only with a single segment.
    pub value: Axis,
    /// One name for each bar, in order.
    pub categories: Vec<String>,
    /// The parts of every bar, in the order in which they are stacked.
    pub segments: Vec<Segment>,
}

/// One part of every bar.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// The name in the legend; empty for none.
    pub name: String,
    /// Its length in each category, `categories.len()` of them.
    pub values: Vec<f64>,
}

/// Distributions by category as boxes, as for a ratio over many layers by dataflow.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Boxes {
    /// What the categories are.
    pub category: Axis,
    /// What is distributed.
    pub value: Axis,
    /// One name for each place along the horizontal axis, in order.
    pub categories: Vec<String>,
    /// The groups whose boxes stand side by side in every category.
    pub groups: Vec<BoxGroup>,
    /// A value to compare with, drawn as a line across; none for none.
    pub reference: Option<f64>,
}

/// The boxes of equal look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BoxGroup {
    /// The name in the legend; empty for none.
    pub name: String,
    /// Its distribution in each category, `categories.len()` of them; none where there is none.
    pub boxes: Vec<Option<Quantiles>>,
}

/// A distribution by five of its quantiles, which the caption names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// The lower end of the line.
    pub low: f64,
    /// The lower edge of the box.
    pub lower: f64,
    /// The line through the box.
    pub median: f64,
    /// The upper edge of the box.
    pub upper: f64,
    /// The upper end of the line.
    pub high: f64,
}

impl Quantiles {
    /// All five, from the lowest.
    pub fn values(&self) -> [f64; 5] {
        [self.low, self.lower, self.median, self.upper, self.high]
    }
}

/// Who works on what, and when: a schedule on several lanes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Gantt {
    /// The time axis; always linear.
    pub time: Axis,
    /// The names of the lanes, top to bottom, such as the sub-accelerators.
    pub lanes: Vec<String>,
    /// The pieces of work; those of one lane that overlap in time are drawn below each other.
    pub entries: Vec<GanttEntry>,
    /// The time at which all work should be done.
    pub deadline: Option<f64>,
}

/// One piece of work on one lane.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GanttEntry {
    /// The index of the lane.
    pub lane: usize,
    /// When the work starts.
    pub start: f64,
    /// When the work ends.
    pub end: f64,
    /// What it is part of, such as a task; one colour each.
    pub group: String,
    /// The text inside the box, drawn where it fits.
    pub label: String,
}

/// A loop nest, outermost line first, coloured by storage level.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LoopNest {
    /// The lines of the nest.
    pub lines: Vec<NestLine>,
}

/// One line of a loop nest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NestLine {
    /// How deep the line is nested; the outermost is 0.
    pub depth: usize,
    /// The text of the line, as in `for K in 0..16`.
    pub text: String,
    /// What the line is.
    pub kind: NestKind,
    /// The storage level to which the line belongs, which gives its colour; empty for none.
    pub level: String,
}

/// The kinds of line in a loop nest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NestKind {
    /// A store and what it keeps.
    Store,
    /// A loop in time.
    Temporal,
    /// A loop in space, spread over processing elements.
    Spatial(SpatialAxis),
    /// A loop in time that the program did not write and the language implies.
    Implied,
    /// The innermost multiply-accumulate.
    Mac,
}

/// The direction of the array over which a spatial loop is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpatialAxis {
    /// Over the columns.
    Columns,
    /// Over the rows.
    Rows,
}

/// What a latency is made of, over the loop nest that takes it.
///
/// What has the name of a storage level of the nest has its colour.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    /// The time axis; always linear.
    pub time: Axis,
    /// The latency, to which a line is drawn across all rows.
    pub total: f64,
    /// The rows, top to bottom, such as the whole and then each resource.
    pub rows: Vec<ChainRow>,
    /// The loop nest below them; without lines it is left out.
    pub nest: LoopNest,
}

/// A row of a chain: its parts one after the other, from time zero.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ChainRow {
    /// What the row is.
    pub name: String,
    /// Its parts in order.
    pub parts: Vec<ChainPart>,
    /// The text at its right, such as a share.
    pub note: String,
}

/// A part of a row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ChainPart {
    /// The resource that is at work, such as `compute` or a storage level; one colour each.
    pub resource: String,
    /// How long.
    pub length: f64,
    /// The text inside the box, drawn where it fits.
    pub label: String,
    /// Whether it happens behind something else and so is drawn pale.
    pub hidden: bool,
}

/// Areas to scale: rectangles as large as what they stand for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Floorplan {
    /// The unit of all areas, as in `mm²`.
    pub unit: String,
    /// What stands together, such as the sub-accelerators.
    pub blocks: Vec<FloorBlock>,
    /// The area that there is, drawn as an outline; none where nothing limits it.
    pub budget: Option<f64>,
}

/// Parts that stand together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FloorBlock {
    /// Its name.
    pub name: String,
    /// Its parts; one of equal name has one colour in all blocks.
    pub parts: Vec<FloorPart>,
}

/// A part of a block.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FloorPart {
    /// What it is, as in `PEs`.
    pub name: String,
    /// Its area.
    pub area: f64,
}
