//! Rooflines: performance against operational intensity.

use super::PLANE_HEIGHT;
use crate::axes::{Plane, Ruler, frame};
use crate::drawing::{Anchor, Rect, Stroke, Text, Xy};
use crate::figure::{Axis, Ceiling, Machine, Roofline, RooflinePoint};
use crate::labels::{self, Label};
use crate::legend::{Entry, Swatch};
use crate::marks;
use crate::page::{Page, TICK_SIZE};
use crate::palette::{self, Color, INK, WHITE};
use crate::scale::{Extent, Skipped, drawable};
use crate::thin::MOST_POINTS;

/// What of a chart can be seen, the same in every kind of picture.
pub(crate) struct Seen<'a> {
    pub points: Vec<&'a RooflinePoint>,
    /// The machines with those bandwidths that can be drawn.
    pub machines: Vec<Machine>,
    /// The different groups of the points in the order of their colours.
    pub groups: Vec<&'a str>,
    /// Intensity and performance, which are logarithmic.
    pub axes: (Axis, Axis),
    pub extents: (Extent, Extent),
    /// How many points were left out.
    pub note: Option<String>,
}

impl<'a> Seen<'a> {
    /// What can be seen, if anything, and what cannot.
    pub fn of(chart: &'a Roofline) -> (Option<Self>, Skipped) {
        let mut skipped = Skipped::default();
        let mut keep = |p: &&RooflinePoint| {
            skipped.keeps(p.intensity, true) && skipped.keeps(p.performance, true)
        };
        let mut points: Vec<&RooflinePoint> = chart.points.iter().filter(|p| keep(p)).collect();
        let machines: Vec<Machine> = chart
            .machines
            .iter()
            .filter_map(|m| drawable_machine(m, &mut skipped))
            .collect();
        let Some(extents) = extents(&machines, &points) else {
            return (None, skipped);
        };
        let note = (points.len() > MOST_POINTS).then(|| {
            let count = points.len();
            format!("The first {MOST_POINTS} of {count} points are drawn.")
        });
        points.truncate(MOST_POINTS);
        let log = |axis: &Axis| axis.clone().log();
        let seen = Self {
            groups: groups(&points),
            points,
            machines,
            axes: (log(&chart.intensity), log(&chart.performance)),
            extents,
            note,
        };
        (Some(seen), skipped)
    }

    pub fn rulers(&self) -> (Ruler<'_>, Ruler<'_>) {
        (
            Ruler::new(&self.axes.0, self.extents.0),
            Ruler::new(&self.axes.1, self.extents.1),
        )
    }

    /// Which group a point is of.
    pub fn group(&self, point: &RooflinePoint) -> usize {
        let mut groups = self.groups.iter();
        groups.position(|g| *g == point.group).unwrap_or(0)
    }
}

pub(super) fn draw(chart: &Roofline, page: &mut Page) {
    let (seen, skipped) = Seen::of(chart);
    match seen {
        Some(seen) => draw_seen(&seen, page),
        None => page.nothing("there is neither a machine nor a point"),
    }
    page.skipped(skipped);
}

fn draw_seen(seen: &Seen<'_>, page: &mut Page) {
    page.note_if(seen.note.as_ref());
    let (machines, points) = (&seen.machines, &seen.points);
    let looks = looks(machines, &seen.groups);
    page.legend(&legend(machines, &seen.groups, &looks));
    let rulers = seen.rulers();
    let plane = frame(page, (&rulers.0, &rulers.1), PLANE_HEIGHT, 0.0);
    let view = View {
        plane,
        rulers,
        extents: seen.extents,
    };
    let looks = || machines.iter().zip(looks.iter().copied());
    let lines: Vec<Rect> = looks()
        .flat_map(|(m, color)| roof(page, m, color, &view))
        .collect();
    let marks = dots(page, seen, &view.plane);
    let feet = machines.iter().flat_map(|m| feet(m, &view));
    let obstacles: Vec<Rect> = lines.iter().chain(&marks).copied().chain(feet).collect();
    let mut taken = Vec::new();
    for (machine, color) in looks() {
        roof_labels(page, machine, color, &view, (&obstacles, &mut taken));
    }
    taken.extend(marks);
    point_labels(page, points, &view.plane, (taken, &lines));
}

/// The plane with what its axes measure.
struct View<'a> {
    plane: Plane,
    rulers: (Ruler<'a>, Ruler<'a>),
    extents: (Extent, Extent),
}

/// The machine with those bandwidths that can be drawn, none if its peak cannot.
fn drawable_machine(machine: &Machine, skipped: &mut Skipped) -> Option<Machine> {
    if !skipped.keeps(machine.peak, true) {
        return None;
    }
    let keep = |c: &&Ceiling| skipped.keeps(c.value, true);
    let bandwidths = machine.bandwidths.iter().filter(keep).cloned().collect();
    Some(Machine {
        bandwidths,
        ..machine.clone()
    })
}

/// The extents that show all points, all ridge points and the roofs around them.
fn extents(machines: &[Machine], points: &[&RooflinePoint]) -> Option<(Extent, Extent)> {
    let ridges = machines
        .iter()
        .flat_map(|m| m.bandwidths.iter().map(|b| m.peak / b.value));
    let x = points
        .iter()
        .map(|p| p.intensity)
        .chain(ridges)
        .filter(|v| drawable(*v, true));
    let x = Extent::of(x).unwrap_or(Extent { lo: 0.1, hi: 100.0 });
    let y = points
        .iter()
        .map(|p| p.performance)
        .chain(machines.iter().map(|m| m.peak));
    let y = Extent::of(y)?;
    let wide = |e: Extent, below: f64, above: f64| Extent {
        lo: e.lo / below,
        hi: e.hi * above,
    };
    // Points far below the roof must not push it out of sight, nor a lone ridge fill the plane.
    let x = wide(x, 7.0, 7.0);
    let y = if points.is_empty() {
        wide(y, 100.0, 3.0)
    } else {
        wide(y, 3.0, 3.0)
    };
    Some((x, y))
}

/// The different groups of the points, in the order in which they appear.
fn groups<'a>(points: &[&'a RooflinePoint]) -> Vec<&'a str> {
    let mut groups: Vec<&str> = Vec::new();
    for point in points {
        if !groups.contains(&point.group.as_str()) {
            groups.push(&point.group);
        }
    }
    groups
}

/// The colour of each roof: that of the points of the same name, else one that no point has.
pub(crate) fn looks(machines: &[Machine], groups: &[&str]) -> Vec<Color> {
    let color =
        |(i, machine): (usize, &Machine)| match groups.iter().position(|g| *g == machine.name) {
            Some(group) if !machine.name.is_empty() => palette::series(group),
            _ if i == 0 => INK,
            _ => palette::series(groups.len() + i),
        };
    machines.iter().enumerate().map(color).collect()
}

fn legend(machines: &[Machine], groups: &[&str], looks: &[Color]) -> Vec<Entry> {
    let own = |machine: &Machine| groups.contains(&machine.name.as_str());
    let roofs = machines
        .iter()
        .zip(looks)
        .filter(|(m, _)| !own(m))
        .map(|(m, color)| Entry::new(Swatch::Line(Stroke::new(*color, 2.0)), m.name.as_str()));
    let points = groups.iter().enumerate().map(|(i, group)| {
        let (mark, color) = (palette::mark(i), palette::series(i));
        let swatch = if machines.iter().any(|m| m.name == *group) {
            Swatch::Curve(mark, Stroke::new(color, 2.0))
        } else {
            Swatch::Mark(mark, color)
        };
        Entry::new(swatch, *group)
    });
    roofs.chain(points).collect()
}

/// The slope of a bandwidth from where it enters the plane to its ridge point, in pixels; none if
/// the ridge lies outside.
fn slope(machine: &Machine, ceiling: &Ceiling, view: &View<'_>) -> Option<(Xy, Xy)> {
    let (x, y) = view.extents;
    let ridge = machine.peak / ceiling.value;
    // The slope enters at the left edge or at the bottom, whichever comes later.
    let start = x.lo.max(y.lo / ceiling.value);
    let end = view.plane.at((ridge, machine.peak));
    (start < ridge).then(|| (view.plane.at((start, start * ceiling.value)), end))
}

/// Where the dashed lines from the ridge points down to the axis are.
fn feet(machine: &Machine, view: &View<'_>) -> Vec<Rect> {
    let ridges = machine
        .bandwidths
        .iter()
        .filter_map(|b| slope(machine, b, view));
    ridges
        .flat_map(|(_, (x, y))| labels::along(&[(x, y), (x, view.plane.rect.y1)]))
        .collect()
}

/// Draws one roof and returns where its solid lines are.
fn roof(page: &mut Page, machine: &Machine, color: Color, view: &View<'_>) -> Vec<Rect> {
    let x = view.extents.0;
    let stroke = Stroke::new(color, 1.8);
    let fastest = machine.bandwidths.iter().map(|b| b.value).reduce(f64::max);
    let flat_from = fastest.map_or(x.lo, |b| (machine.peak / b).max(x.lo));
    let flat = [(flat_from, machine.peak), (x.hi, machine.peak)].map(|p| view.plane.at(p));
    page.drawing.line(flat[0], flat[1], stroke);
    let mut lines = labels::along(&flat);
    for (from, to) in machine
        .bandwidths
        .iter()
        .filter_map(|b| slope(machine, b, view))
    {
        page.drawing.line(from, to, stroke);
        let foot = (to.0, view.plane.rect.y1);
        page.drawing
            .dashes(to, foot, Stroke::new(color.tint(0.35), 0.9), (3.0, 3.0));
        page.drawing.disc(to, 3.6, WHITE);
        page.drawing.ring(to, 3.6, Stroke::new(color, 1.4));
        lines.extend(labels::along(&[from, to]));
    }
    lines
}

/// Names the peak, the bandwidths and the first ridge point of a machine.
///
/// The names keep off `obstacles` where they can and never cover one another.
fn roof_labels(
    page: &mut Page,
    machine: &Machine,
    color: Color,
    view: &View<'_>,
    (obstacles, taken): (&[Rect], &mut Vec<Rect>),
) {
    let inside = &view.plane.rect;
    let mut write = |places: Vec<Text>| {
        let free = |text: &Text, all: &[&[Rect]]| {
            let bounds = text.bounds();
            inside.contains(&bounds) && !all.iter().copied().flatten().any(|t| t.overlaps(&bounds))
        };
        let best = places.iter().find(|text| free(text, &[obstacles, taken]));
        let Some(text) = best.or_else(|| places.iter().find(|text| free(text, &[taken]))) else {
            return;
        };
        taken.push(text.bounds());
        page.drawing.text(text.clone());
    };
    let text = |at: Xy, text: &str, anchor| Text::new(at, text, TICK_SIZE, color).anchor(anchor);
    let peak = format!("peak {}", view.rulers.1.with_own_unit(machine.peak));
    let end = view.plane.at((view.extents.0.hi, machine.peak));
    let places = [-9.0, 9.0].map(|dy| text((end.0 - 6.0, end.1 + dy), &peak, Anchor::End));
    write(places.to_vec());
    for (i, ceiling) in machine.bandwidths.iter().enumerate() {
        let Some((from, to)) = slope(machine, ceiling, view) else {
            continue;
        };
        let beside = [0.6, 0.4, 0.8, 0.2].into_iter().flat_map(|part| {
            let (x, y) = (
                from.0 + (to.0 - from.0) * part,
                from.1 + (to.1 - from.1) * part,
            );
            [
                (x - 7.0, y - 7.0, Anchor::End),
                (x + 8.0, y + 8.0, Anchor::Start),
            ]
        });
        write(
            beside
                .map(|(x, y, anchor)| text((x, y), &ceiling.label, anchor))
                .collect(),
        );
        if i == 0 {
            let ridge = view.rulers.0.with_own_unit(machine.peak / ceiling.value);
            let foot = [10.0, 24.0, 38.0].map(|up| (to.0 + 6.0, inside.y1 - up));
            let ridge = format!("ridge {ridge}");
            write(foot.map(|at| text(at, &ridge, Anchor::Start)).to_vec());
        }
    }
}

/// Draws the points and returns where they are, unless they are too many to keep off.
fn dots(page: &mut Page, seen: &Seen<'_>, plane: &Plane) -> Vec<Rect> {
    let points = &seen.points;
    let radius = if points.len() > 80 { 3.0 } else { 4.5 };
    let mut places = Vec::new();
    for point in points {
        let i = seen.group(point);
        let at = plane.at((point.intensity, point.performance));
        marks::draw(
            &mut page.drawing,
            palette::mark(i),
            at,
            radius,
            palette::series(i).alpha(0.9),
        );
        places.push(Rect::new(at, at).grow(radius));
    }
    if places.len() > 300 {
        Vec::new()
    } else {
        places
    }
}

fn point_labels(
    page: &mut Page,
    points: &[&RooflinePoint],
    plane: &Plane,
    taken: (Vec<Rect>, &[Rect]),
) {
    let labels: Vec<Label> = points
        .iter()
        .filter(|p| !p.name.is_empty())
        .map(|p| Label {
            at: plane.at((p.intensity, p.performance)),
            text: p.name.clone(),
        })
        .collect();
    let without = labels::place(&mut page.drawing, &labels, &plane.rect, taken);
    if without > 0 {
        page.note(format!(
            "{without} of {} labels found no free place.",
            labels.len()
        ));
    }
}
