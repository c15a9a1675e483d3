//! Charts in a plane of two measured axes: scatter, lines, roofline.

use super::{Axis, Goal, Limit, Mark};
use serde::{Deserialize, Serialize};

/// Points in a plane, as for the designs that a search explored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scatter {
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What [`Point::color`] measures; without it the points take the colour of their series.
    pub color: Option<Axis>,
    /// The points, in groups of equal look; later series are drawn over earlier ones.
    pub series: Vec<Series>,
    /// The Pareto front, drawn as a step line.
    pub front: Option<Front>,
    /// Specifications and reference lines.
    pub limits: Vec<Limit>,
    /// The point aimed for.
    pub target: Option<Point>,
    /// The point to look at first.
    pub best: Option<Point>,
}

/// A named group of points.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The name in the legend; empty for none.
    pub name: String,
    /// The points.
    pub points: Vec<Point>,
    /// The shape of the points; by default each series takes the next one.
    pub mark: Option<Mark>,
}

/// One point of a plane.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The value on the horizontal axis.
    pub x: f64,
    /// The value on the vertical axis.
    pub y: f64,
    /// The text beside the point, drawn where there is room.
    pub label: Option<String>,
    /// The value on the colour axis.
    pub color: Option<f64>,
    /// How far to both sides the value on the horizontal axis is uncertain, such as a standard error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x_error: Option<f64>,
    /// The same on the vertical axis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y_error: Option<f64>,
}

impl Point {
    /// Makes a point without label, colour value and uncertainty.
    pub fn new(x: f64, y: f64) -> Self {
        Self {
            x,
            y,
            ..Self::default()
        }
    }

    /// Sets how uncertain its values are.
    pub fn errors(mut self, x: Option<f64>, y: Option<f64>) -> Self {
        self.x_error = x;
        self.y_error = y;
        self
    }

    /// Sets the label.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets the value on the colour axis.
    pub fn color(mut self, color: f64) -> Self {
        self.color = Some(color);
        self
    }
}

/// A Pareto front, whose points need not be sorted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Front {
    /// The non-dominated points as (x, y).
    pub points: Vec<(f64, f64)>,
    /// What is wanted on the horizontal axis: it says to which side the steps turn.
    pub x: Goal,
}

/// Curves over a common axis, as for the convergence of strategies.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lines {
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The curves.
    pub lines: Vec<Line>,
    /// Specifications and reference lines, such as a known optimum.
    pub limits: Vec<Limit>,
}

/// A named curve.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The name in the legend; empty for none.
    pub name: String,
    /// The points in the order in which they are joined.
    pub points: Vec<LinePoint>,
    /// Whether a value holds until the next point, as for a best-so-far.
    pub step: bool,
    /// Whether it is only there to be compared with: thin and grey, without marks, band and name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub faint: bool,
}

/// One point of a curve.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LinePoint {
    /// The value on the horizontal axis.
    pub x: f64,
    /// The value on the vertical axis.
    pub y: f64,
    /// The lower and upper edge of the band around `y`, such as the quartiles.
    pub band: Option<(f64, f64)>,
}

/// Performance against operational intensity (Williams, Waterman and Patterson, CACM 2009).
///
/// Both axes are logarithmic whatever [`Axis::log`] says. A machine's roof is
/// `min(peak, bandwidth · intensity)`, so the units must agree: ops/s, B/s and ops/B.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Roofline {
    /// The horizontal axis, usually `operational intensity` in `ops/B`.
    pub intensity: Axis,
    /// The vertical axis, usually `performance` in `ops/s`.
    pub performance: Axis,
    /// The machines whose roofs are drawn.
    pub machines: Vec<Machine>,
    /// The measured or computed workloads.
    pub points: Vec<RooflinePoint>,
}

/// The balance of one machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The name in the legend; empty for none.
    pub name: String,
    /// The largest number of operations per second.
    pub peak: f64,
    /// The bandwidths of the memories in bytes per second; the first one gives the ridge point.
    pub bandwidths: Vec<Ceiling>,
}

/// A named bandwidth.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ceiling {
    /// The text along the sloped roof, as in `DRAM 16 GB/s`.
    pub label: String,
    /// Bytes per second.
    pub value: f64,
}

/// One workload under a roof.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RooflinePoint {
    /// The text beside the point, drawn where there is room.
    pub name: String,
    /// Operations per byte.
    pub intensity: f64,
    /// Operations per second.
    pub performance: f64,
    /// The name in the legend of the points that look alike; empty for none.
    pub group: String,
}
