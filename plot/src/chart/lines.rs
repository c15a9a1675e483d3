//! Curves with bands.

use super::{PLANE_HEIGHT, limits};
use crate::axes::{Plane, Ruler, frame};
use crate::drawing::{Stroke, Xy};
use crate::figure::{Line, LinePoint, Lines};
use crate::labels;
use crate::legend::{Entry, Swatch};
use crate::marks;
use crate::page::Page;
use crate::palette;
use crate::scale::{Extent, Skipped};
use crate::thin;

/// What of a chart can be seen, the same in every kind of picture.
pub(crate) struct Seen {
    /// The points of each curve.
    pub lines: Vec<Vec<LinePoint>>,
    pub extents: (Extent, Extent),
}

impl Seen {
    /// What can be seen, if anything, and what cannot.
    pub fn of(chart: &Lines) -> (Option<Self>, Skipped) {
        let mut skipped = Skipped::default();
        let lines: Vec<Vec<LinePoint>> = chart
            .lines
            .iter()
            .map(|line| drawable_points(chart, line, &mut skipped))
            .collect();
        let points = || lines.iter().flatten();
        let heights = points().flat_map(|p| {
            let (lo, hi) = p.band.unwrap_or((p.y, p.y));
            [p.y, lo, hi]
        });
        let extents = Extent::of(points().map(|p| p.x)).zip(Extent::of(heights));
        let Some(extents) = extents else {
            return (None, skipped);
        };
        let (x, y) = limits::widen(extents, (&chart.x, &chart.y), &chart.limits);
        let extents = (x.not_empty(chart.x.log), y.padded(chart.y.log));
        (Some(Self { lines, extents }), skipped)
    }

    pub fn rulers<'a>(&self, chart: &'a Lines) -> (Ruler<'a>, Ruler<'a>) {
        (
            Ruler::new(&chart.x, self.extents.0),
            Ruler::new(&chart.y, self.extents.1),
        )
    }
}

pub(super) fn draw(chart: &Lines, page: &mut Page) {
    let (seen, skipped) = Seen::of(chart);
    match seen {
        Some(seen) => draw_seen(chart, &seen, page),
        None => page.nothing("there are no points"),
    }
    page.skipped(skipped);
}

fn draw_seen(chart: &Lines, seen: &Seen, page: &mut Page) {
    let (own, faint) = ranked(&chart.lines);
    let entries: Vec<Entry> = own
        .iter()
        .enumerate()
        .map(|(look, &i)| Entry::new(swatch(look), &*chart.lines[i].name))
        .collect();
    page.legend(&entries);
    let (x, y) = seen.rulers(chart);
    let plane = frame(page, (&x, &y), PLANE_HEIGHT, 0.0);
    limits::shade(page, &plane, &chart.limits, seen.extents);
    for i in faint {
        faint_curve(page, &seen.lines[i], chart.lines[i].step, &plane);
    }
    for (look, &i) in own.iter().enumerate() {
        band(page, &seen.lines[i], chart.lines[i].step, &plane, look);
    }
    let mut obstacles = Vec::new();
    for (look, &i) in own.iter().enumerate() {
        let path = curve(page, &seen.lines[i], chart.lines[i].step, &plane, look);
        obstacles.extend(labels::along(&path));
    }
    limits::lines(page, &plane, &chart.limits, seen.extents, &obstacles);
}

/// The lines that have a look of their own, and those that are faint.
pub(crate) fn ranked(lines: &[Line]) -> (Vec<usize>, Vec<usize>) {
    (0..lines.len()).partition(|&i| !lines[i].faint)
}

fn drawable_points(chart: &Lines, line: &Line, skipped: &mut Skipped) -> Vec<LinePoint> {
    let mut points = Vec::new();
    for point in &line.points {
        if !(skipped.keeps(point.x, chart.x.log) && skipped.keeps(point.y, chart.y.log)) {
            continue;
        }
        let band = point
            .band
            .filter(|(lo, hi)| skipped.keeps(*lo, chart.y.log) && skipped.keeps(*hi, chart.y.log));
        points.push(LinePoint { band, ..*point });
    }
    points
}

pub(crate) const FAINT: Stroke = Stroke {
    color: palette::GREY.alpha(0.4),
    width: 1.0,
};

/// Draws a curve that others are compared with.
fn faint_curve(page: &mut Page, points: &[LinePoint], step: bool, plane: &Plane) {
    let places = points.iter().map(|p| plane.at((p.x, p.y))).collect();
    let path = thin::columns(&stepped(places, step));
    if path.len() > 1 {
        page.drawing.path(path, FAINT);
    }
}

fn stroke(i: usize) -> Stroke {
    Stroke::new(palette::series(i), 1.8)
}

fn swatch(i: usize) -> Swatch {
    Swatch::Curve(palette::mark(i), stroke(i))
}

/// Fills the band of a curve, with a gap where points have none.
fn band(page: &mut Page, points: &[LinePoint], step: bool, plane: &Plane, i: usize) {
    for run in points.chunk_by(|a, b| a.band.is_some() == b.band.is_some()) {
        let edge = |pick: fn((f64, f64)) -> f64| -> Vec<Xy> {
            let edge = run
                .iter()
                .filter_map(|p| Some(plane.at((p.x, pick(p.band?)))));
            thin::columns(&stepped(edge.collect(), step))
        };
        let mut outline = edge(|band| band.1);
        outline.extend(edge(|band| band.0).into_iter().rev());
        if outline.len() > 2 {
            page.drawing
                .polygon(outline, palette::series(i).alpha(0.18));
        }
    }
}

/// Draws a curve with its marks and returns its path.
fn curve(page: &mut Page, points: &[LinePoint], step: bool, plane: &Plane, i: usize) -> Vec<Xy> {
    let places: Vec<Xy> = points.iter().map(|p| plane.at((p.x, p.y))).collect();
    for index in marked(&places, i) {
        marks::draw(
            &mut page.drawing,
            palette::mark(i),
            places[index],
            3.8,
            palette::series(i),
        );
    }
    let path = thin::columns(&stepped(places, step));
    if path.len() > 1 {
        page.drawing.path(path.clone(), stroke(i));
    }
    path
}

/// The points with a corner before each, so that a value holds until the next.
fn stepped(points: Vec<Xy>, step: bool) -> Vec<Xy> {
    if !step {
        return points;
    }
    let mut path: Vec<Xy> = Vec::with_capacity(points.len() * 2);
    for point in points {
        if let Some(last) = path.last() {
            path.push((point.0, last.1));
        }
        path.push(point);
    }
    path
}

/// Which places carry a mark: all of a few, and of many about one each 80 pixels, shifted from
/// curve to curve so that the marks do not meet.
pub(crate) fn marked(places: &[Xy], i: usize) -> Vec<usize> {
    const APART: f64 = 80.0;
    if places.len() <= 12 {
        return (0..places.len()).collect();
    }
    let mut next = f64::NEG_INFINITY;
    let mut marked = Vec::new();
    for (index, &(x, _)) in places.iter().enumerate() {
        if next == f64::NEG_INFINITY {
            next = x + APART * (0.3 + 0.17 * (i % 5) as f64);
        }
        if x >= next {
            marked.push(index);
            next = x + APART;
        }
    }
    marked
}
