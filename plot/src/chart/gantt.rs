//! Schedules: who works on what, and when.

use crate::PlotError;
use crate::axes::{Ruler, below, grid};
use crate::drawing::{Anchor, Rect, Stroke, Text};
use crate::figure::{Axis, Gantt, GanttEntry};
use crate::legend::{Entry, Swatch};
use crate::page::{MARGIN, Page, TICK_SIZE, WIDTH};
use crate::palette::{self, GREY, INK, LIGHT, RED, WHITE};
use crate::scale::{Extent, Scale, Skipped, drawable};
use crate::text::{shorten, width};
use crate::thin::MOST_POINTS;

/// The width of the longest lane name in pixels.
const LONGEST: f64 = 160.0;
/// The font size of labels that do not fit at the usual one.
pub(crate) const SMALL: f64 = 9.0;
/// The height of a row of a lane in pixels.
const ROW: f64 = 30.0;

/// An entry with the row of its lane in which it is drawn.
pub(crate) struct Placed<'a> {
    pub entry: &'a GanttEntry,
    pub row: usize,
}

/// What of a chart can be seen, the same in every kind of picture.
pub(crate) struct Seen<'a> {
    /// The entries, lane by lane from the earliest.
    pub placed: Vec<Placed<'a>>,
    /// The different groups in the order of their colours.
    pub groups: Vec<&'a str>,
    /// The time axis, which is linear.
    pub time: Axis,
    pub extent: Extent,
    pub deadline: Option<f64>,
}

impl<'a> Seen<'a> {
    /// What can be seen, if anything, and what cannot.
    pub fn of(chart: &'a Gantt) -> Result<(Option<Self>, Skipped), PlotError> {
        let lanes = chart.lanes.len();
        if let Some(entry) = chart.entries.iter().find(|e| e.lane >= lanes) {
            return Err(PlotError::Shape(format!(
                "`{}` is on lane {} of a schedule of {lanes} lanes",
                entry.label, entry.lane
            )));
        }
        let mut skipped = Skipped::default();
        let mut keep =
            |e: &&GanttEntry| skipped.keeps(e.start, false) && skipped.keeps(e.end, false);
        let entries: Vec<&GanttEntry> = chart.entries.iter().filter(|e| keep(e)).collect();
        let Some(extent) = extent(chart, &entries) else {
            return Ok((None, skipped));
        };
        let seen = Self {
            placed: rows(&entries),
            groups: groups(&entries),
            time: Axis {
                log: false,
                ..chart.time.clone()
            },
            extent,
            deadline: chart.deadline.filter(|d| skipped.keeps(*d, false)),
        };
        Ok((Some(seen), skipped))
    }

    pub fn ruler(&self) -> Ruler<'_> {
        Ruler::new(&self.time, self.extent)
    }

    /// Which group an entry is of.
    pub fn group(&self, entry: &GanttEntry) -> usize {
        let mut groups = self.groups.iter();
        groups.position(|g| *g == entry.group).unwrap_or(0)
    }

    /// What stands at the line of the deadline.
    pub fn deadline_name(&self, deadline: f64) -> String {
        format!("deadline {}", self.ruler().with_unit(deadline))
    }

    /// Whether a deadline lies within the picture.
    pub fn shows(&self, deadline: f64) -> bool {
        (self.extent.lo..=self.extent.hi).contains(&deadline)
    }
}

pub(super) fn draw(chart: &Gantt, page: &mut Page) -> Result<(), PlotError> {
    let (seen, skipped) = Seen::of(chart)?;
    match seen {
        Some(seen) => draw_seen(chart, &seen, page),
        None => page.nothing("the schedule is empty"),
    }
    page.skipped(skipped);
    Ok(())
}

fn draw_seen(chart: &Gantt, seen: &Seen<'_>, page: &mut Page) {
    page.legend(&legend(&seen.groups));
    let ruler = seen.ruler();
    let lanes = Lanes::new(chart.lanes.len(), &seen.placed);
    let rect = room(chart, page, lanes.top(chart.lanes.len()));
    let scale = ruler.scale((rect.x0, rect.x1));
    let ticks = ruler.fitting_ticks(&scale, rect.width());
    grid(&mut page.drawing, &rect, (&ticks, &[]));
    lane_names(chart, page, &rect, &lanes);
    boxes(page, seen, (&scale, &lanes, &rect));
    if let Some(deadline) = seen.deadline {
        deadline_line(page, (deadline, seen), (&scale, &rect));
    }
    below(page, &rect, &ticks, &ruler.name());
}

/// The time to show: from zero if the work starts near it, and with the deadline unless that
/// would make the work hard to see.
fn extent(chart: &Gantt, entries: &[&GanttEntry]) -> Option<Extent> {
    let work = Extent::of(entries.iter().flat_map(|e| [e.start, e.end]))?;
    let start = if work.lo >= 0.0 && work.lo < 0.25 * work.hi {
        0.0
    } else {
        work.lo
    };
    let span = work.hi - start;
    let near = |d: &f64| drawable(*d, false) && *d >= start && *d <= start + 3.0 * span;
    let end = chart
        .deadline
        .filter(near)
        .map_or(work.hi, |d| d.max(work.hi));
    Some(
        Extent {
            lo: start,
            hi: end + (end - start) * 0.02,
        }
        .not_empty(false),
    )
}

fn groups<'a>(entries: &[&'a GanttEntry]) -> Vec<&'a str> {
    let mut groups: Vec<&str> = Vec::new();
    for entry in entries {
        if !groups.contains(&entry.group.as_str()) {
            groups.push(&entry.group);
        }
    }
    groups
}

fn legend(groups: &[&str]) -> Vec<Entry> {
    let swatch = |i| Swatch::Box(palette::series(i));
    groups
        .iter()
        .enumerate()
        .map(|(i, group)| Entry::new(swatch(i), *group))
        .collect()
}

/// Gives each entry the first row of its lane that is free when it starts.
fn rows<'a>(entries: &[&'a GanttEntry]) -> Vec<Placed<'a>> {
    let mut sorted: Vec<&GanttEntry> = entries.to_vec();
    sorted.sort_by(|a, b| {
        a.lane
            .cmp(&b.lane)
            .then(a.start.total_cmp(&b.start))
            .then(a.end.total_cmp(&b.end))
    });
    let mut free_from: Vec<f64> = Vec::new();
    let mut lane = usize::MAX;
    sorted
        .into_iter()
        .map(|entry| {
            if entry.lane != lane {
                lane = entry.lane;
                free_from.clear();
            }
            let (start, end) = (entry.start.min(entry.end), entry.start.max(entry.end));
            let row = free_from
                .iter()
                .position(|t| *t <= start)
                .unwrap_or(free_from.len());
            if row == free_from.len() {
                free_from.push(end);
            } else {
                free_from[row] = end;
            }
            Placed { entry, row }
        })
        .collect()
}

/// How high a row is in pixels, and how many rows each lane has; an idle lane has one too.
pub(crate) struct Lanes {
    pub row: f64,
    pub rows: Vec<usize>,
}

impl Lanes {
    pub fn new(lanes: usize, placed: &[Placed<'_>]) -> Self {
        let mut rows = vec![1; lanes];
        for p in placed {
            rows[p.entry.lane] = rows[p.entry.lane].max(p.row + 1);
        }
        let all: usize = rows.iter().sum();
        Self {
            row: (1500.0 / all as f64).clamp(3.0, ROW),
            rows,
        }
    }

    fn gap(&self) -> f64 {
        self.row / 3.0
    }

    fn height(&self, lane: usize) -> f64 {
        self.row * self.rows[lane] as f64 + self.gap()
    }

    /// Where a lane begins below the first one, in pixels.
    fn top(&self, lane: usize) -> f64 {
        (0..lane).map(|l| self.height(l)).sum()
    }
}

fn room(chart: &Gantt, page: &mut Page, height: f64) -> Rect {
    let names = chart
        .lanes
        .iter()
        .map(|l| width(l, TICK_SIZE))
        .fold(0.0, f64::max);
    let left = MARGIN + names.min(LONGEST) + 8.0;
    // The row above the lanes belongs to the label of the deadline.
    let top = page.y
        + if chart.deadline.is_some() {
            TICK_SIZE * 1.6
        } else {
            4.0
        };
    Rect::new((left, top), (WIDTH - MARGIN - 8.0, top + height))
}

/// Names the lanes and parts them by lines.
fn lane_names(chart: &Gantt, page: &mut Page, rect: &Rect, lanes: &Lanes) {
    let every = (TICK_SIZE * 1.1 / (lanes.row + lanes.gap()))
        .ceil()
        .max(1.0) as usize;
    for (lane, name) in chart.lanes.iter().enumerate() {
        let (top, height) = (rect.y0 + lanes.top(lane), lanes.height(lane));
        if lane % every == 0 {
            let name = shorten(name, TICK_SIZE, LONGEST);
            let at = (rect.x0 - 7.0, top + height / 2.0);
            page.drawing
                .text(Text::new(at, name, TICK_SIZE, INK).anchor(Anchor::End));
        }
        let stroke = Stroke::new(LIGHT, 0.8);
        page.drawing
            .line((rect.x0, top + height), (rect.x1, top + height), stroke);
    }
    page.drawing.line(
        (rect.x0, rect.y1),
        (rect.x1, rect.y1),
        Stroke::new(GREY, 1.0),
    );
}

/// Draws the entries with those labels that fit into their boxes.
fn boxes(page: &mut Page, seen: &Seen<'_>, (scale, lanes, rect): (&Scale, &Lanes, &Rect)) {
    let placed = &seen.placed;
    let mut drawn_to: Vec<Option<f64>> = vec![None; lanes.rows.iter().sum()];
    let mut joined = 0;
    for Placed { entry, row } in placed {
        let (x0, x1) = (scale.at(entry.start), scale.at(entry.end));
        let top = rect.y0 + lanes.top(entry.lane) + lanes.gap() / 2.0 + lanes.row * *row as f64;
        let b = Rect::new((x0, top + 1.0), (x1, top + lanes.row - 1.0));
        let row_index = lanes.rows[..entry.lane].iter().sum::<usize>() + row;
        let hidden = drawn_to[row_index].is_some_and(|to| b.x1 <= to);
        if placed.len() > MOST_POINTS && hidden {
            joined += 1;
            continue;
        }
        // Work of no visible length still leaves a trace.
        let b = Rect {
            x1: b.x1.max(b.x0 + 0.7),
            ..b
        };
        drawn_to[row_index] = Some(b.x1);
        let color = palette::series(seen.group(entry));
        page.drawing.rect(b, color);
        if b.width() > 3.0 {
            page.drawing.outline(b, Stroke::new(WHITE, 0.8));
        }
        let fits =
            |size: &f64| width(&entry.label, *size) + 2.0 <= b.width() && *size <= b.height();
        if let Some(size) = [TICK_SIZE, SMALL].into_iter().find(fits) {
            let text = Text::new(b.center(), entry.label.as_str(), size, color.ink());
            page.drawing.text(text.anchor(Anchor::Middle));
        }
    }
    if joined > 0 {
        page.note(format!(
            "{joined} of {} boxes hide behind others.",
            placed.len()
        ));
    }
}

/// Draws the deadline, or says in the caption that it is outside the picture.
fn deadline_line(
    page: &mut Page,
    (deadline, seen): (f64, &Seen<'_>),
    (scale, rect): (&Scale, &Rect),
) {
    let name = seen.deadline_name(deadline);
    if !seen.shows(deadline) {
        page.note(format!("Outside the picture: {name}."));
        return;
    }
    let x = scale.at(deadline);
    page.drawing.dashes(
        (x, rect.y0),
        (x, rect.y1),
        Stroke::new(RED, 1.4),
        (6.0, 4.0),
    );
    let half = width(&name, TICK_SIZE) / 2.0;
    let center = x.clamp(rect.x0 + half, (rect.x1 + 8.0 - half).max(rect.x0 + half));
    let at = (center, rect.y0 - TICK_SIZE * 0.7);
    page.drawing
        .text(Text::new(at, name, TICK_SIZE, RED).anchor(Anchor::Middle));
}
