//! Scatter charts with front, limits, target and best point.

use super::{PLANE_HEIGHT, error_bars, limits};
use crate::axes::{Plane, Ruler, frame};
use crate::color_bar;
use crate::drawing::{Rect, Stroke, Xy};
use crate::figure::{Front, Goal, Mark, Point, Scatter};
use crate::labels::{self, Label};
use crate::legend::{Entry, Swatch};
use crate::marks;
use crate::number::fixed;
use crate::page::{Page, WIDTH};
use crate::palette::{self, Color, INK, WHITE, continuous};
use crate::scale::{Extent, Scale, Skipped};
use crate::thin;

pub(crate) const FRONT: Stroke = Stroke {
    color: INK,
    width: 1.6,
};
pub(crate) const BEST: Color = palette::RED;

/// What of a chart can be seen, the same in every kind of picture.
pub(crate) struct Seen<'a> {
    /// The points of each series, fewer if there are very many.
    pub series: Vec<Vec<&'a Point>>,
    /// The points of the front from left to right.
    pub front: Vec<(f64, f64)>,
    pub target: Option<&'a Point>,
    pub best: Option<&'a Point>,
    pub extents: (Extent, Extent),
    /// The colour axis, if there is one and some point has a value on it.
    pub color: Option<Ruler<'a>>,
    /// How many points were left out.
    pub note: Option<String>,
}

impl<'a> Seen<'a> {
    /// What can be seen, if anything, and what cannot.
    pub fn of(chart: &'a Scatter) -> (Option<Self>, Skipped) {
        let mut skipped = Skipped::default();
        let series = drawable_points(chart, &mut skipped);
        let front = front_points(chart, &mut skipped);
        let target = single(chart, chart.target.as_ref(), &mut skipped);
        let best = single(chart, chart.best.as_ref(), &mut skipped);
        let all = || {
            let points = series.iter().flatten().map(|p| (p.x, p.y));
            let bars = series.iter().flatten();
            let bars = bars.flat_map(|p| error_bars::ends(p, &chart.x, &chart.y));
            points
                .chain(bars.flatten())
                .chain(front.iter().copied())
                .chain([target, best].into_iter().flatten().map(|p| (p.x, p.y)))
        };
        let extents = Extent::of(all().map(|p| p.0)).zip(Extent::of(all().map(|p| p.1)));
        let Some(extents) = extents else {
            return (None, skipped);
        };
        let (x, y) = limits::widen(extents, (&chart.x, &chart.y), &chart.limits);
        let extents = (x.padded(chart.x.log), y.padded(chart.y.log));
        let color = color_ruler(chart, &series, &mut skipped);
        let (series, note) = thinned(chart, series, extents);
        let seen = Self {
            series,
            front,
            target,
            best,
            extents,
            color,
            note,
        };
        (Some(seen), skipped)
    }

    pub fn rulers(&self, chart: &'a Scatter) -> (Ruler<'a>, Ruler<'a>) {
        (
            Ruler::new(&chart.x, self.extents.0),
            Ruler::new(&chart.y, self.extents.1),
        )
    }

    /// How many points there are.
    pub fn count(&self) -> usize {
        self.series.iter().map(Vec::len).sum()
    }
}

pub(super) fn draw(chart: &Scatter, page: &mut Page) {
    let (seen, skipped) = Seen::of(chart);
    match seen {
        Some(seen) => draw_seen(chart, &seen, page),
        None => page.nothing("there are no points"),
    }
    page.skipped(skipped);
}

fn draw_seen(chart: &Scatter, seen: &Seen<'_>, page: &mut Page) {
    page.legend(&legend(chart, seen));
    let right = seen
        .color
        .as_ref()
        .map_or(0.0, |ruler| color_bar::room(ruler, PLANE_HEIGHT));
    let (x, y) = seen.rulers(chart);
    let plane = frame(page, (&x, &y), PLANE_HEIGHT, right);
    limits::shade(page, &plane, &chart.limits, seen.extents);
    let drawn = points(page, chart, seen, &plane);
    let path = step_line(page, &seen.front, chart.front.as_ref(), &plane);
    let mut labels = single_marks(page, &plane, seen.target, seen.best);
    let front_line = labels::along(&path);
    let mut taken = obstacles(&drawn);
    let all: Vec<Rect> = taken.iter().chain(&front_line).copied().collect();
    taken.extend(limits::lines(
        page,
        &plane,
        &chart.limits,
        seen.extents,
        &all,
    ));
    if let Some(ruler) = &seen.color {
        color_bar::draw(&mut page.drawing, ruler, &plane.rect);
    }
    labels.extend(point_labels(&seen.series, &plane));
    let without = labels::place(
        &mut page.drawing,
        &labels,
        &plane.rect,
        (taken, &front_line),
    );
    if without > 0 {
        page.note(format!(
            "{without} of {} labels found no free place.",
            labels.len()
        ));
    }
}

/// The points that are enough to see them all, and a sentence if these are not all.
fn thinned<'a>(
    chart: &Scatter,
    series: Vec<Vec<&'a Point>>,
    (x, y): (Extent, Extent),
) -> (Vec<Vec<&'a Point>>, Option<String>) {
    let x = Scale::new(x, chart.x.log, (0.0, WIDTH));
    let y = Scale::new(y, chart.y.log, (0.0, PLANE_HEIGHT));
    let places: Vec<Vec<Xy>> = series
        .iter()
        .map(|s| s.iter().map(|p| (x.at(p.x), y.at(p.y))).collect())
        .collect();
    let (kept, cell) = thin::grid(&places);
    let Some(cell) = cell else {
        return (series, None);
    };
    let count = |lengths: &mut dyn Iterator<Item = usize>| fixed(lengths.sum::<usize>() as f64, 0);
    let note = format!(
        "{} of {} points are drawn, one in each square of {cell} px.",
        count(&mut kept.iter().map(Vec::len)),
        count(&mut series.iter().map(Vec::len))
    );
    let kept = kept.iter().zip(&series);
    let series = kept.map(|(indices, s)| indices.iter().map(|&i| s[i]).collect());
    (series.collect(), Some(note))
}

fn drawable_points<'a>(chart: &'a Scatter, skipped: &mut Skipped) -> Vec<Vec<&'a Point>> {
    let mut keep = |p: &Point| skipped.keeps(p.x, chart.x.log) && skipped.keeps(p.y, chart.y.log);
    chart
        .series
        .iter()
        .map(|s| s.points.iter().filter(|p| keep(p)).collect())
        .collect()
}

fn single<'a>(
    chart: &Scatter,
    point: Option<&'a Point>,
    skipped: &mut Skipped,
) -> Option<&'a Point> {
    point.filter(|p| skipped.keeps(p.x, chart.x.log) && skipped.keeps(p.y, chart.y.log))
}

/// The points of the front from left to right.
fn front_points(chart: &Scatter, skipped: &mut Skipped) -> Vec<(f64, f64)> {
    let Some(front) = &chart.front else {
        return Vec::new();
    };
    let mut points: Vec<_> = front
        .points
        .iter()
        .copied()
        .filter(|(x, y)| skipped.keeps(*x, chart.x.log) && skipped.keeps(*y, chart.y.log))
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    points
}

/// The ruler of the colour axis, if there is one and some point has a value on it.
fn color_ruler<'a>(
    chart: &'a Scatter,
    series: &[Vec<&Point>],
    skipped: &mut Skipped,
) -> Option<Ruler<'a>> {
    let axis = chart.color.as_ref()?;
    let values = series.iter().flatten().filter_map(|p| p.color);
    let extent = Extent::of(values.filter(|v| skipped.keeps(*v, axis.log)))?;
    Some(Ruler::new(axis, extent.not_empty(axis.log)))
}

fn legend(chart: &Scatter, seen: &Seen<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = chart
        .series
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let color = if seen.color.is_some() {
                palette::GREY
            } else {
                palette::series(i)
            };
            Entry::new(
                Swatch::Mark(s.mark.unwrap_or(palette::mark(i)), color),
                s.name.as_str(),
            )
        })
        .collect();
    if !seen.front.is_empty() {
        entries.push(Entry::new(Swatch::Line(FRONT), "Pareto front"));
    }
    if seen.best.is_some() {
        entries.push(Entry::new(Swatch::Mark(Mark::Star, BEST), "best"));
    }
    if seen.target.is_some() {
        entries.push(Entry::new(Swatch::Mark(Mark::Plus, INK), "target"));
    }
    entries
}

/// Draws the points and returns where they are.
fn points(page: &mut Page, chart: &Scatter, seen: &Seen<'_>, plane: &Plane) -> Vec<Xy> {
    let (radius, alpha) = look(seen.count());
    let part: Option<Scale> = seen.color.as_ref().map(|ruler| ruler.scale((0.0, 1.0)));
    let mut places = Vec::with_capacity(seen.count());
    for (i, points) in seen.series.iter().enumerate() {
        for point in points {
            let bars = error_bars::ends(point, &chart.x, &chart.y);
            let color = match part {
                Some(_) => palette::GREY,
                None => palette::series(i),
            };
            error_bars::draw(page, plane, &bars, color.alpha(0.6));
        }
        let mark = chart.series[i].mark.unwrap_or(palette::mark(i));
        for point in points {
            let fill = match (part, point.color) {
                (Some(scale), Some(v)) if v.is_finite() => continuous(scale.part(v)),
                (Some(_), _) => palette::LIGHT,
                (None, _) => palette::series(i),
            };
            let at = plane.at((point.x, point.y));
            marks::draw(&mut page.drawing, mark, at, radius, fill.alpha(alpha));
            places.push(at);
        }
    }
    page.note_if(seen.note.as_ref());
    places
}

/// The radius and the opacity of the points: many points are small and let others through.
pub(crate) fn look(count: usize) -> (f64, f64) {
    match count {
        0..=60 => (4.5, 0.95),
        61..=400 => (3.6, 0.8),
        401..=1500 => (2.8, 0.7),
        _ => (2.0, 0.6),
    }
}

/// Draws the front as steps around the points that it dominates, and returns its path.
fn step_line(
    page: &mut Page,
    points: &[(f64, f64)],
    front: Option<&Front>,
    plane: &Plane,
) -> Vec<Xy> {
    let Some(front) = front else {
        return Vec::new();
    };
    let mut path: Vec<Xy> = Vec::new();
    for &(x, y) in points {
        let (px, py) = plane.at((x, y));
        if let Some(&(last_x, last_y)) = path.last() {
            path.push(match front.x {
                Goal::Minimize => (px, last_y),
                Goal::Maximize => (last_x, py),
            });
        }
        path.push((px, py));
    }
    let path = thin::columns(&path);
    if path.len() > 1 {
        page.drawing.path(path.clone(), FRONT);
    }
    if points.len() <= 200 {
        for &point in points {
            page.drawing
                .ring(plane.at(point), 4.2, Stroke::new(INK, 1.1));
        }
    }
    path
}

/// Draws the target and the best point and returns their labels.
fn single_marks(
    page: &mut Page,
    plane: &Plane,
    target: Option<&Point>,
    best: Option<&Point>,
) -> Vec<Label> {
    let mut labels = Vec::new();
    for (point, mark, color) in [(target, Mark::Plus, INK), (best, Mark::Star, BEST)] {
        let Some(point) = point else { continue };
        let at = plane.at((point.x, point.y));
        // A white rim keeps the mark apart from the points below it.
        marks::draw(&mut page.drawing, mark, at, 8.5, WHITE);
        marks::draw(&mut page.drawing, mark, at, 6.5, color);
        labels.extend(point.label.as_ref().map(|text| Label {
            at,
            text: text.clone(),
        }));
    }
    labels
}

fn point_labels(series: &[Vec<&Point>], plane: &Plane) -> Vec<Label> {
    let labelled = series.iter().flatten().filter(|p| p.label.is_some());
    labelled
        .map(|p| Label {
            at: plane.at((p.x, p.y)),
            text: p.label.clone().unwrap_or_default(),
        })
        .collect()
}

/// The places of the points, which labels should not cover unless the points are very many.
fn obstacles(points: &[Xy]) -> Vec<Rect> {
    if points.len() > 300 {
        return Vec::new();
    }
    points
        .iter()
        .map(|&at| Rect::new(at, at).grow(4.0))
        .collect()
}
