//! Parallel coordinates: an upright axis per decision and metric, a line per design.

use crate::PlotError;
use crate::axes::Ruler;
use crate::color_bar;
use crate::drawing::{Anchor, Drawing, Rect, Stroke, Text, Xy};
use crate::figure::{Bound, Parallel, ParallelAxis, ParallelLine};
use crate::legend::{Entry, Swatch};
use crate::number::grouped;
use crate::page::{MARGIN, Page, TICK_SIZE, WIDTH};
use crate::palette::{self, Color, INK, WHITE, continuous};
use crate::scale::{Extent, drawable};
use crate::text::{clean, shorten, width, wrap};

pub(crate) const HEIGHT: f64 = 300.0;
/// Lines and axes beyond which some are left out.
const MOST_LINES: usize = 300;
pub(crate) const MOST_AXES: usize = 12;
/// Values beyond which an axis has round numbers instead of its values.
const FEW: usize = 7;
/// How far texts along an axis stay apart, as a part of its length.
const APART: f64 = 0.045;
/// Names of places beyond which not every one is written.
const MOST_NAMES: usize = 14;
/// How much wider bold text is.
const BOLDER: f64 = 1.07;
/// Half the width of the band of what is allowed.
pub(crate) const BAND: f64 = 7.0;

/// Lines that break a spec.
pub(crate) const BROKEN: Color = Color::new(190, 190, 190);
/// What specs allow.
pub(crate) const ALLOWED: Color = Color::new(150, 215, 190);

/// What of a chart can be seen.
pub(crate) struct Seen<'a> {
    pub axes: Vec<Side<'a>>,
    /// The lines, those that break a spec first; each with its place among all of them.
    pub lines: Vec<(usize, &'a ParallelLine)>,
    /// The axis of the colour.
    pub color: Option<usize>,
    pub judged: bool,
    pub notes: Vec<String>,
}

/// An axis and what of it is to be seen.
pub(crate) struct Side<'a> {
    pub axis: &'a ParallelAxis,
    extent: Extent,
    /// The values of an axis with few of them, such as a decision.
    few: Vec<f64>,
}

impl<'a> Side<'a> {
    fn of(axis: &'a ParallelAxis, values: impl Iterator<Item = f64> + Clone) -> Option<Self> {
        let log = axis.axis.log;
        let mut few: Vec<f64> = Vec::new();
        for value in values.clone() {
            if few.len() <= FEW && !few.contains(&value) {
                few.push(value);
            }
        }
        few.retain(|v| drawable(*v, log));
        let extent = match axis.names.len() {
            0 => {
                let limits = axis.limits.iter().map(|l| l.0);
                let seen = values
                    .chain(limits)
                    .filter(|v| drawable(*v, log) && v.abs() < 1e200);
                Extent::of(seen)?.not_empty(log)
            }
            n => Extent {
                lo: -0.5,
                hi: n as f64 - 0.5,
            },
        };
        if few.len() > FEW {
            few.clear();
        }
        Some(Self { axis, extent, few })
    }

    pub fn ruler(&self) -> Ruler<'_> {
        Ruler::new(&self.axis.axis, self.extent)
    }

    /// Where a value lies between the lower end (0) and the upper end (1).
    pub fn part(&self, value: f64) -> Option<f64> {
        let part = match self.axis.names.is_empty() {
            true if !drawable(value, self.axis.axis.log) => return None,
            true => self.ruler().scale((0.0, 1.0)).at(value),
            false => (value - self.extent.lo) / (self.extent.hi - self.extent.lo),
        };
        part.is_finite().then_some(part)
    }

    /// The texts along the axis with their places.
    pub fn texts(&self) -> Vec<(f64, String)> {
        let names = &self.axis.names;
        if names.is_empty() && !self.few.is_empty() {
            let texts = self.ruler().column(&self.few);
            let mut placed: Vec<(f64, String)> = Vec::new();
            for (value, text) in self.few.iter().zip(texts) {
                let Some(part) = self.part(*value) else {
                    continue;
                };
                if placed
                    .iter()
                    .all(|(other, _)| (part - other).abs() >= APART)
                {
                    placed.push((part, text));
                }
            }
            return placed;
        }
        if names.is_empty() {
            let ruler = self.ruler();
            let scale = ruler.scale((0.0, 1.0));
            let ticks = ruler.ticks(&scale, 5).into_iter();
            return ticks.filter_map(|t| Some((t.at, t.label?))).collect();
        }
        let every = names.len().div_ceil(MOST_NAMES);
        let named = names.iter().enumerate().step_by(every);
        named
            .filter_map(|(i, name)| Some((self.part(i as f64)?, clean(name))))
            .collect()
    }

    /// The name with the unit.
    pub fn name(&self) -> String {
        clean(&self.ruler().name())
    }

    /// The stretch that all specs allow, from part to part; none without specs.
    pub fn allowed(&self) -> Option<(f64, f64)> {
        if self.axis.limits.is_empty() {
            return None;
        }
        let (mut low, mut high) = (0.0, 1.0);
        for (value, bound) in &self.axis.limits {
            let part = self.part(*value)?.clamp(0.0, 1.0);
            match bound {
                Bound::AtMost => high = f64::min(high, part),
                Bound::AtLeast => low = f64::max(low, part),
            }
        }
        (low <= high).then_some((low, high))
    }

    /// What a value is called.
    pub fn value(&self, value: f64) -> String {
        let names = &self.axis.names;
        match names.is_empty() {
            true => self.ruler().with_unit(value),
            false => names
                .get(value as usize)
                .map_or_else(String::new, |n| clean(n)),
        }
    }

    /// The name with the range.
    pub fn in_words(&self) -> String {
        let names = &self.axis.names;
        match names.as_slice() {
            [] => {
                let (lo, hi) = (self.value(self.extent.lo), self.value(self.extent.hi));
                format!("{}: {lo} to {hi}", clean(&self.axis.axis.label))
            }
            names => format!("{}: {}", clean(&self.axis.axis.label), names.join(", ")),
        }
    }
}

impl<'a> Seen<'a> {
    /// None if there is nothing to draw.
    pub fn of(chart: &'a Parallel) -> Result<Option<Self>, PlotError> {
        let wrong = |what: &str| Err(PlotError::Shape(what.to_owned()));
        if chart
            .lines
            .iter()
            .any(|l| l.values.len() != chart.axes.len())
        {
            return wrong("a line has other axes than the chart");
        }
        if chart.color.is_some_and(|i| i >= chart.axes.len()) {
            return wrong("the colour is that of an axis that is not there");
        }
        let mut notes = Vec::new();
        let lines = chosen(chart, &mut notes);
        let side = |(i, axis): (usize, &'a ParallelAxis)| {
            let values = chart.lines.iter().filter_map(move |l| l.values[i]);
            Side::of(axis, values)
        };
        let shown = chart.axes.len().min(MOST_AXES);
        let axes: Option<Vec<Side<'_>>> =
            chart.axes[..shown].iter().enumerate().map(side).collect();
        let Some(axes) = axes.filter(|axes| !axes.is_empty() && !lines.is_empty()) else {
            return Ok(None);
        };
        if shown < chart.axes.len() {
            notes.push(format!("The first {shown} of {} axes.", chart.axes.len()));
        }
        Ok(Some(Self {
            axes,
            lines,
            color: chart.color.filter(|i| *i < shown),
            judged: chart.judged,
            notes,
        }))
    }

    /// Whether a line stands back, because its design breaks a spec.
    fn is_broken(&self, line: &ParallelLine) -> bool {
        self.judged && !line.good
    }

    /// The width of a line in pixels.
    pub fn width(&self, line: &ParallelLine) -> f64 {
        if self.is_broken(line) { 0.8 } else { 1.5 }
    }

    /// The colour of a line.
    pub fn look(&self, line: &ParallelLine) -> Color {
        if self.is_broken(line) {
            return BROKEN;
        }
        let part = self.color.and_then(|i| self.axes[i].part(line.values[i]?));
        part.map_or(palette::series(0), continuous)
    }
}

/// The lines that are drawn: what meets the specs before what does not, and of too many every so
/// many-th.
fn chosen<'a>(chart: &'a Parallel, notes: &mut Vec<String>) -> Vec<(usize, &'a ParallelLine)> {
    let of = |good: bool| {
        let lines = chart.lines.iter().enumerate();
        let of: Vec<_> = lines
            .filter(|(_, l)| (l.good || !chart.judged) == good)
            .collect();
        of
    };
    let (good, bad) = (of(true), of(false));
    let room = MOST_LINES - good.len().min(MOST_LINES * 2 / 3);
    let bad_shown = thinned(&bad, room);
    let good_shown = thinned(&good, MOST_LINES - bad_shown.len());
    if chart.judged {
        let count = |n: usize| grouped(n as u64);
        notes.push(format!(
            "{} of {} designs meet all specs.",
            count(good.len()),
            count(chart.lines.len())
        ));
    }
    if good_shown.len() + bad_shown.len() < chart.lines.len() {
        let every = match chart.judged {
            true => format!(
                "{} of those that do, {} of those that do not",
                good_shown.len(),
                bad_shown.len()
            ),
            false => format!(
                "{} of {}",
                good_shown.len(),
                grouped(chart.lines.len() as u64)
            ),
        };
        notes.push(format!(
            "Drawn, at equal distances in their order: {every}."
        ));
    }
    bad_shown.into_iter().chain(good_shown).collect()
}

/// At most so many, at equal distances.
fn thinned<T: Copy>(all: &[T], most: usize) -> Vec<T> {
    let shown = all.len().min(most);
    (0..shown).map(|i| all[i * all.len() / shown]).collect()
}

/// Where the axes stand, from the left edge of their room.
pub(crate) fn columns(count: usize, (left, right): (f64, f64)) -> Vec<f64> {
    let step = (right - left) / (count.max(2) - 1) as f64;
    (0..count).map(|i| left + step * i as f64).collect()
}

pub(super) fn draw(chart: &Parallel, page: &mut Page) -> Result<(), PlotError> {
    let Some(seen) = Seen::of(chart)? else {
        page.nothing("there are no designs");
        return Ok(());
    };
    page.legend(&legend(&seen));
    let ruler = seen.color.map(|i| seen.axes[i].ruler());
    let bar = ruler.as_ref().map_or(0.0, |r| color_bar::room(r, HEIGHT));
    let first = seen.axes.first().map_or(0.0, |a| widest(a));
    let spacing = (WIDTH - 2.0 * MARGIN - bar) / seen.axes.len() as f64;
    let left = MARGIN + first.max(spacing * 0.4).min(110.0) + 10.0;
    let right = WIDTH - MARGIN - bar - (spacing * 0.4).min(50.0);
    let places = columns(seen.axes.len(), (left, right));
    let names = heads(&seen, &mut page.drawing, &places, page.y);
    let top = names + 8.0;
    let rect = Rect::new(
        (left, top),
        (right + (spacing * 0.4).min(50.0), top + HEIGHT),
    );
    let height = |part: f64| rect.y1 - part * HEIGHT;
    for (side, x) in seen.axes.iter().zip(&places) {
        if let Some((low, high)) = side.allowed() {
            let band = Rect::new((x - BAND, height(low)), (x + BAND, height(high)));
            page.drawing.rect(band.grow(0.5), ALLOWED);
        }
    }
    for (_, line) in &seen.lines {
        draw_line(&seen, line, &places, &height, &mut page.drawing);
    }
    for (side, x) in seen.axes.iter().zip(&places) {
        upright(side, *x, &height, &mut page.drawing);
    }
    if let Some(ruler) = &ruler {
        color_bar::draw(&mut page.drawing, ruler, &rect);
    }
    page.y = rect.y1 + 10.0;
    seen.notes.iter().for_each(|note| page.note(note));
    Ok(())
}

fn widest(side: &Side<'_>) -> f64 {
    let texts = side.texts();
    texts
        .iter()
        .map(|t| width(&t.1, TICK_SIZE))
        .fold(0.0, f64::max)
}

fn legend(seen: &Seen<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    if seen.judged {
        let line = |color, width| Swatch::Line(Stroke::new(color, width));
        let good = seen.color.map_or(palette::series(0), |_| continuous(0.5));
        entries.push(Entry::new(line(good, 2.0), "meets all specs"));
        entries.push(Entry::new(line(BROKEN, 1.0), "breaks a spec"));
    }
    if seen.axes.iter().any(|a| a.allowed().is_some()) {
        entries.push(Entry::new(Swatch::Box(ALLOWED), "what the specs allow"));
    }
    entries
}

/// The names over the axes; where they end.
fn heads(seen: &Seen<'_>, drawing: &mut Drawing, places: &[f64], top: f64) -> f64 {
    let step = places.get(1).map_or(200.0, |second| second - places[0]);
    let wrapped: Vec<Vec<String>> = (seen.axes.iter().zip(places))
        .map(|(side, x)| {
            let edges = 2.0 * (x - MARGIN).min(WIDTH - MARGIN - x);
            let room = (step - 8.0).min(edges) / BOLDER;
            let name = side.name();
            // Paths may break after a dot.
            let name = match width(&name, TICK_SIZE) > room {
                true => name.replace('.', ". "),
                false => name,
            };
            let mut lines = wrap(&name, TICK_SIZE, room);
            lines.truncate(4);
            lines
        })
        .collect();
    let most = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    let line = TICK_SIZE * 1.3;
    for (lines, x) in wrapped.iter().zip(places) {
        let from = top + line * (most - lines.len()) as f64;
        for (i, text) in lines.iter().enumerate() {
            let at = (*x, from + line * (i as f64 + 0.5));
            let text = Text::new(at, text, TICK_SIZE, INK).anchor(Anchor::Middle);
            drawing.text(text.bold());
        }
    }
    top + line * most as f64
}

fn draw_line(
    seen: &Seen<'_>,
    line: &ParallelLine,
    places: &[f64],
    height: &impl Fn(f64) -> f64,
    drawing: &mut Drawing,
) {
    let stroke = Stroke::new(seen.look(line), seen.width(line));
    let mut points: Vec<Xy> = Vec::new();
    for ((side, x), value) in seen.axes.iter().zip(places).zip(&line.values) {
        match value.and_then(|v| side.part(v)) {
            Some(part) => points.push((*x, height(part))),
            None => finish(&mut points, stroke, drawing),
        }
    }
    finish(&mut points, stroke, drawing);
}

/// Draws what there is of a line up to an axis without a value.
fn finish(points: &mut Vec<Xy>, stroke: Stroke, drawing: &mut Drawing) {
    let points = std::mem::take(points);
    if points.len() > 1 {
        drawing.path(points, stroke);
    }
}

fn upright(side: &Side<'_>, x: f64, height: &impl Fn(f64) -> f64, drawing: &mut Drawing) {
    drawing.line((x, height(0.0)), (x, height(1.0)), Stroke::new(INK, 1.2));
    for (part, text) in side.texts() {
        let y = height(part);
        drawing.line((x - 3.0, y), (x, y), Stroke::new(INK, 1.0));
        let text = shorten(&text, TICK_SIZE, 104.0);
        let text = Text::new((x - 6.0, y), text, TICK_SIZE, INK).anchor(Anchor::End);
        // Lines pass below the numbers.
        drawing.rect(text.bounds().grow(0.5), WHITE.alpha(0.75));
        drawing.text(text);
    }
}
