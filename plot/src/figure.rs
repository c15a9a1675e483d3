//! The description of a figure: plain data that says what is shown, never how it is drawn.
//!
//! Whoever has results fills in a [`Figure`]; every writer (SVG now) draws from the same
//! description, so that two pictures of one result cannot disagree.

mod motion;
mod parallel;
mod plane;
mod structure;

pub use motion::{Animation, AnimationStep, Counter, Held, Operand};
pub use parallel::{Parallel, ParallelAxis, ParallelLine};
pub use plane::{
    Ceiling, Front, Line, LinePoint, Lines, Machine, Point, Roofline, RooflinePoint, Scatter,
    Series,
};
pub use structure::{
    Bars, BoxGroup, Boxes, Chain, ChainPart, ChainRow, FloorBlock, FloorPart, Floorplan, Gantt,
    GanttEntry, Heatmap, LoopNest, NestKind, NestLine, Quantiles, Segment, SpatialAxis,
};

use serde::{Deserialize, Serialize};

/// One picture: a chart with its title and caption.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What the picture shows, set above it; may be empty.
    pub title: String,
    /// A sentence or two set below the picture; the writer adds what it had to leave out.
    pub caption: Option<String>,
    /// The chart itself.
    pub chart: Chart,
}

impl Figure {
    /// Makes a figure without a caption.
    pub fn new(title: impl Into<String>, chart: impl Into<Chart>) -> Self {
        Self {
            title: title.into(),
            caption: None,
            chart: chart.into(),
        }
    }

    /// Sets the caption.
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = Some(caption.into());
        self
    }
}

/// The kinds of chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Chart {
    /// Points in a plane.
    Scatter(Scatter),
    /// Curves, each with an optional band.
    Lines(Lines),
    /// A matrix of coloured cells.
    Heatmap(Heatmap),
    /// Stacked bars by category.
    Bars(Bars),
    /// Distributions by category.
    Boxes(Boxes),
    /// Performance against operational intensity.
    Roofline(Roofline),
    /// Who works on what, and when.
    Gantt(Gantt),
    /// A loop nest coloured by storage level.
    LoopNest(LoopNest),
    /// What a latency is made of, over the loop nest that takes it.
    Chain(Chain),
    /// An array of processing elements, step by step.
    Animation(Animation),
    /// Areas to scale.
    Floorplan(Floorplan),
    /// Designs as lines across an axis per decision and metric.
    Parallel(Parallel),
}

macro_rules! chart_from {
    ($($kind:ident),*) => {$(
        impl From<$kind> for Chart {
            fn from(chart: $kind) -> Self {
                Self::$kind(chart)
            }
        }
    )*};
}
chart_from!(
    Scatter, Lines, Heatmap, Bars, Boxes, Roofline, Gantt, LoopNest, Chain, Animation, Floorplan,
    Parallel
);

/// What a direction of the picture measures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// The quantity, as in `latency`.
    pub label: String,
    /// The unit of every value on this axis, as in `ms`; none for a count or a ratio.
    pub unit: Option<String>,
    /// Whether equal steps are equal ratios; values that are not positive are then left out.
    pub log: bool,
}

impl Axis {
    /// Makes a linear axis without a unit.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            unit: None,
            log: false,
        }
    }

    /// Sets the unit.
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// Makes the axis logarithmic.
    pub fn log(mut self) -> Self {
        self.log = true;
        self
    }
}

/// One of the two directions of a plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Left to right.
    X,
    /// Bottom to top.
    Y,
}

/// The side of a limit on which a design must lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Values up to the limit are feasible.
    AtMost,
    /// Values from the limit on are feasible.
    AtLeast,
}

/// A specification or reference value, drawn as a line across the plane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// The axis on which the value stands.
    pub axis: Direction,
    /// The value, in the unit of that axis.
    pub value: f64,
    /// The text beside the line.
    pub label: String,
    /// The feasible side, whose opposite is shaded; none for a mere reference line.
    pub bound: Option<Bound>,
}

/// The shape that stands for a point, which must tell series apart without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// A filled circle.
    Circle,
    /// A filled square.
    Square,
    /// A filled triangle, tip up.
    Triangle,
    /// A filled square on its tip.
    Diamond,
    /// A diagonal cross of two strokes.
    Cross,
    /// An upright cross of two strokes.
    Plus,
    /// A circle of which only the outline is drawn.
    Ring,
    /// A filled five-pointed star.
    Star,
}

/// Whether small or large values of a goal are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// The smaller the better.
    Minimize,
    /// The larger the better.
    Maximize,
}
