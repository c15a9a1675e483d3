//! An array of processing elements, step by step: moving, and as a strip of its first steps.

use crate::PlotError;
use crate::drawing::{Anchor, Drawing, Rect, Shape, Stroke, Text, Xy};
use crate::figure::{Animation, AnimationStep};
use crate::film::Film;
use crate::number::grouped;
use crate::page::{MARGIN, Page, TITLE_SIZE, WIDTH};
use crate::palette::{self, Color, GREY, INK, LIGHT};
use crate::text::{clean, shorten, width, wrap};

/// The room between elements, and between a strip's steps.
const GAP: f64 = 5.0;
const BETWEEN: f64 = 18.0;
/// The room between an element's edge and its texts.
const PAD: f64 = 4.0;
/// The width at which the counters still have room beside an array.
const NARROW: f64 = 410.0;
const COUNTER: f64 = 22.0;
const SIZE: f64 = 12.5;
/// The most steps of a strip.
const STRIP: usize = 6;
/// How far what moves is from white.
const MOVED: f64 = 0.45;

/// What is drawn of an animation, and what the caption says about the rest.
pub(crate) struct Seen<'a> {
    chart: &'a Animation,
    pub notes: Vec<String>,
}

impl<'a> Seen<'a> {
    /// None if there is nothing to draw.
    pub fn of(chart: &'a Animation) -> Result<Option<Self>, PlotError> {
        let [columns, rows] = chart.array;
        let wrong = |what: &str| Err(PlotError::Shape(what.to_owned()));
        if columns > Animation::MOST || rows > Animation::MOST {
            return wrong("an animation has more columns or rows than a picture has room for");
        }
        let fits = |step: &AnimationStep| {
            let cells = step.elements.iter().flatten();
            step.elements.len() == columns * rows
                && step.counts.len() == chart.counters.len()
                && step.moves.len() == chart.operands.len()
                && cells.clone().all(|held| held.len() == chart.operands.len())
        };
        if !chart.steps.iter().all(fits) {
            return wrong("a step of an animation has other elements, operands or counters");
        }
        if columns * rows == 0 || chart.steps.is_empty() {
            return Ok(None);
        }
        let mut notes = Vec::new();
        let steps = chart.steps.len() as u64;
        if steps < chart.all_steps {
            notes.push(format!(
                "The first {} of {} steps.",
                grouped(steps),
                grouped(chart.all_steps)
            ));
        }
        if chart.whole != [columns as u64, rows as u64] {
            let [all_columns, all_rows] = chart.whole.map(grouped);
            notes.push(format!(
                "{columns} × {rows} of {all_columns} × {all_rows} elements (columns × rows) are drawn; the counts are those of all."
            ));
        }
        Ok(Some(Self { chart, notes }))
    }

    /// A step's place in the order and where the loops stand.
    pub fn heading(&self, step: usize) -> String {
        let name = &self.chart.steps[step].name;
        let all = grouped(self.chart.all_steps);
        let heading = format!("step {} of {all}", step + 1);
        match name.is_empty() {
            true => heading,
            false => format!("{heading}:  {name}"),
        }
    }
}

pub(super) fn draw(chart: &Animation, page: &mut Page) -> Result<(), PlotError> {
    let Some(seen) = Seen::of(chart)? else {
        page.nothing("the array has no steps");
        return Ok(());
    };
    let mut film = Film::new(chart.steps.len());
    let moving = Moving::new(chart, page.y);
    moving.draw(&seen, &mut film);
    let strip = strip(&seen, &mut film, (page.y, moving.bottom));
    page.y = moving.bottom.max(strip) + 4.0;
    page.drawing.film = Some(film);
    page.note("Filled: a weight or an input arrives, an output leaves. Not filled: it stays.");
    for note in seen.notes {
        page.note(note);
    }
    Ok(())
}

/// An array of elements at some place.
struct Grid<'a> {
    chart: &'a Animation,
    at: Xy,
    /// Width and height of an element.
    cell: (f64, f64),
    size: f64,
}

impl<'a> Grid<'a> {
    fn new(chart: &'a Animation, at: Xy, cell: f64, size: f64) -> Self {
        let height = line(size) * chart.operands.len() as f64 + 2.0 * PAD;
        Self {
            chart,
            at,
            cell: (cell, height),
            size,
        }
    }

    fn width(&self) -> f64 {
        self.chart.array[0] as f64 * (self.cell.0 + GAP) - GAP
    }

    fn height(&self) -> f64 {
        self.chart.array[1] as f64 * (self.cell.1 + GAP) - GAP
    }

    fn element(&self, i: usize) -> Rect {
        let (column, row) = (i % self.chart.array[0], i / self.chart.array[0]);
        let x = self.at.0 + column as f64 * (self.cell.0 + GAP);
        let y = self.at.1 + row as f64 * (self.cell.1 + GAP);
        Rect::new((x, y), (x + self.cell.0, y + self.cell.1))
    }

    /// Where an operand stands in an element.
    fn slot(&self, i: usize, operand: usize) -> Rect {
        let element = self.element(i);
        let y = element.y0 + PAD + line(self.size) * operand as f64;
        Rect::new(
            (element.x0 + 2.0, y),
            (element.x1 - 2.0, y + line(self.size)),
        )
    }

    /// The outlines of the elements and the letters of the operands.
    fn stage(&self, shapes: &mut Drawing) {
        for i in 0..self.chart.array[0] * self.chart.array[1] {
            shapes.outline(self.element(i), Stroke::new(GREY, 1.0));
        }
        for (k, operand) in self.chart.operands.iter().enumerate() {
            let name = shorten(&clean(&operand.name), self.size, self.cell.0 / 3.0);
            for i in 0..self.chart.array[0] * self.chart.array[1] {
                let slot = self.slot(i, k);
                let at = (slot.x0 + PAD, slot.center().1);
                shapes.text(Text::new(at, &name, self.size, ink(k)).bold());
            }
        }
    }

    /// What lies behind an operand that moves: an area, and a bar that is seen in grey as well.
    fn moved(&self, i: usize, operand: usize) -> Shape {
        let rect = self.slot(i, operand);
        Shape::Rect {
            rect,
            fill: palette::series(operand).tint(MOVED),
        }
    }

    /// The indices of an operand.
    fn word(&self, i: usize, operand: usize, text: &str) -> Shape {
        let slot = self.slot(i, operand);
        let room = self.cell.0 - self.size * 1.2 - 3.0 * PAD;
        let text = shorten(&clean(text), self.size, room);
        let at = (slot.x1 - PAD, slot.center().1);
        Shape::Text(Text::new(at, text, self.size, INK).anchor(Anchor::End))
    }

    fn idle(&self, i: usize) -> Shape {
        Shape::Rect {
            rect: self.element(i).grow(-1.0),
            fill: LIGHT,
        }
    }
}

fn line(size: f64) -> f64 {
    size * 1.4
}

fn ink(operand: usize) -> Color {
    palette::series(operand).mix(INK, 0.4)
}

/// The moving form: step, array, how each operand moves, counters.
struct Moving<'a> {
    chart: &'a Animation,
    top: f64,
    grid: Grid<'a>,
    /// Where the sentences begin.
    moves: Xy,
    /// Where the counters begin.
    counters: Xy,
    bottom: f64,
}

impl<'a> Moving<'a> {
    fn new(chart: &'a Animation, top: f64) -> Self {
        let room = WIDTH - 2.0 * MARGIN;
        let columns = chart.array[0] as f64;
        let cell = ((room + GAP) / columns - GAP).min(if columns < 4.0 { 112.0 } else { 97.0 });
        let size = if columns > 5.0 { 11.5 } else { 13.0 };
        let head = top + TITLE_SIZE * 2.0;
        let grid = Grid::new(chart, (MARGIN + 0.5, head), cell, size);
        let below = head + grid.height() + 12.0;
        let lines = line(SIZE) * chart.operands.len() as f64;
        let table = COUNTER * chart.counters.len() as f64;
        let beside = grid.width() <= NARROW;
        let counters = match beside {
            true => (MARGIN + grid.width() + 28.0, head),
            false => (MARGIN, below + lines + 10.0),
        };
        let bottom = (below + lines).max(counters.1 + table);
        Self {
            chart,
            top,
            grid,
            moves: (MARGIN, below),
            counters,
            bottom,
        }
    }

    fn draw(&self, seen: &Seen<'_>, film: &mut Film) {
        let mut stage = Drawing::default();
        let steps = self.chart.steps.len();
        let at = (MARGIN, self.top + TITLE_SIZE * 0.7);
        for step in 0..steps {
            let heading = shorten(
                &clean(&seen.heading(step)),
                TITLE_SIZE,
                WIDTH - 2.0 * MARGIN,
            );
            let heading = Text::new(at, heading, TITLE_SIZE, INK);
            film.show(step, step + 1, Shape::Text(heading));
        }
        for i in 0..self.chart.array[0] * self.chart.array[1] {
            self.element(i, film);
        }
        self.say(&mut stage, film);
        self.count(&mut stage, film);
        film.stage = stage.shapes;
        let mut over = Drawing::default();
        self.grid.stage(&mut over);
        film.cover = over.shapes;
    }

    /// What one element works on, each word as long as it is there.
    fn element(&self, i: usize, film: &mut Film) {
        let steps = self.chart.steps.len();
        let held = |step: usize| self.chart.steps[step].elements[i].as_ref();
        for step in 0..steps {
            if held(step).is_none() {
                film.show(step, step + 1, self.grid.idle(i));
            }
        }
        for operand in 0..self.chart.operands.len() {
            for step in 0..steps {
                if held(step).is_some_and(|h| h[operand].moved) {
                    film.show(step, step + 1, self.grid.moved(i, operand));
                }
            }
            let text = |step: usize| held(step).map(|h| h[operand].text.as_str());
            for (from, to) in runs(steps, text) {
                if let Some(text) = text(from) {
                    film.show(from, to, self.grid.word(i, operand, text));
                }
            }
        }
    }

    /// How each operand moves.
    fn say(&self, stage: &mut Drawing, film: &mut Film) {
        let (x, mut y) = self.moves;
        for (k, operand) in self.chart.operands.iter().enumerate() {
            y += line(SIZE) / 2.0;
            let name = match operand.indices.is_empty() {
                true => clean(&operand.name),
                false => clean(&format!("{}[{}]", operand.name, operand.indices)),
            };
            let name = shorten(&name, SIZE, 150.0);
            let indent = x + width(&name, SIZE) * 1.07 + 8.0;
            let swatch = Rect::new((x, y - 5.0), (x + 10.0, y + 5.0));
            stage.rect(swatch, palette::series(k).tint(MOVED));
            stage.text(Text::new((x + 16.0, y), name, SIZE, ink(k)).bold());
            let says = |step: usize| Some(self.chart.steps[step].moves[k].as_str());
            for (from, to) in runs(self.chart.steps.len(), says) {
                let room = WIDTH - MARGIN - indent - 16.0;
                let text = shorten(&clean(says(from).unwrap_or("")), SIZE, room);
                let text = Text::new((indent + 16.0, y), text, SIZE, INK);
                film.show(from, to, Shape::Text(text));
            }
            y += line(SIZE) / 2.0;
        }
    }

    /// The counters as bars that fill.
    fn count(&self, stage: &mut Drawing, film: &mut Film) {
        let (x, top) = self.counters;
        let counters = &self.chart.counters;
        let right = WIDTH - MARGIN;
        let names = counters.iter().map(|c| width(&clean(&c.name), SIZE));
        let name_room = names.fold(0.0, f64::max).min(120.0);
        let totals = counters.iter().map(|c| width(&of(c.total, c.total), SIZE));
        let text_room = totals.fold(0.0, f64::max);
        let from = x + name_room + 8.0;
        let to = (right - text_room - 8.0).max(from + 10.0);
        for (k, counter) in counters.iter().enumerate() {
            let y = top + COUNTER * (k as f64 + 0.5);
            let bar = |part: f64| Rect::new((from, y - 6.5), (from + (to - from) * part, y + 6.5));
            stage.rect(bar(1.0), LIGHT);
            let name = shorten(&clean(&counter.name), SIZE, name_room);
            let name = Text::new((from - 8.0, y), name, SIZE, INK);
            stage.text(name.anchor(Anchor::End));
            let count = |step: usize| Some(self.chart.steps[step].counts[k]);
            for (start, end) in runs(self.chart.steps.len(), count) {
                let value = count(start).unwrap_or(0);
                let part = (value as f64 / counter.total.max(1) as f64).min(1.0);
                let fill = Color::new(90, 90, 90);
                film.show(
                    start,
                    end,
                    Shape::Rect {
                        rect: bar(part),
                        fill,
                    },
                );
                let text = Text::new((right, y), of(value, counter.total), SIZE, INK);
                film.show(start, end, Shape::Text(text.anchor(Anchor::End)));
            }
        }
    }
}

fn of(value: u64, total: u64) -> String {
    format!("{} of {}", grouped(value), grouped(total))
}

/// The runs of steps at which something stays the same.
fn runs<T: PartialEq>(steps: usize, value: impl Fn(usize) -> T) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut from = 0;
    for step in 1..=steps {
        if step == steps || value(step) != value(from) {
            runs.push((from, step));
            from = step;
        }
    }
    runs
}

/// The still form: the first steps side by side; where it ends.
fn strip(seen: &Seen<'_>, film: &mut Film, (top, bottom): (f64, f64)) -> f64 {
    let chart = seen.chart;
    let room = WIDTH - 2.0 * MARGIN;
    let columns = chart.array[0] as f64;
    let size = if columns > 4.0 { 11.0 } else { 12.0 };
    // As many side by side as leave each element room for its words.
    let cell = |across: usize| {
        let wide = (room + BETWEEN) / across as f64 - BETWEEN;
        (wide + GAP) / columns - GAP
    };
    let most = chart.steps.len().min(STRIP);
    let across = (1..=most).rev().find(|n| cell(*n) >= 74.0).unwrap_or(1);
    let cell = cell(across).min(100.0);
    let pitch = columns * (cell + GAP) - GAP + BETWEEN;
    let frame = |step: usize, at: Xy, drawing: &mut Drawing| {
        let grid = Grid::new(chart, (at.0 + 0.5, at.1 + TITLE_SIZE * 1.6), cell, size);
        let heading = seen.heading(step);
        let mut y = at.1 + TITLE_SIZE * 0.5;
        let wide = grid.width().max(120.0);
        let first = wrap(&clean(&heading), SIZE, wide).into_iter().next();
        let heading = first.unwrap_or_default();
        drawing.text(Text::new((at.0, y), heading, SIZE, INK).bold());
        still(&grid, &chart.steps[step], drawing);
        y = grid.at.1 + grid.height() + 10.0;
        for line_text in wrap(&counts(chart, step), size, wide) {
            drawing.text(Text::new((at.0, y), line_text, size, INK));
            y += line(size);
        }
        y
    };
    let mut drawing = Drawing::default();
    let mut y = top;
    let (mut step, mut end) = (0, top);
    while step < most {
        for place in 0..across.min(most - step) {
            let at = (MARGIN + place as f64 * pitch, y);
            end = f64::max(end, frame(step + place, at, &mut drawing));
        }
        step += across;
        let high = end - y + BETWEEN;
        y = end + BETWEEN;
        // A second row only where the moving form leaves room for it.
        if y + high - BETWEEN > bottom {
            break;
        }
    }
    film.still = drawing.shapes;
    end
}

fn still(grid: &Grid<'_>, step: &AnimationStep, drawing: &mut Drawing) {
    let mut over = Drawing::default();
    for (i, held) in step.elements.iter().enumerate() {
        let Some(held) = held else {
            drawing.shapes.push(grid.idle(i));
            continue;
        };
        for (operand, held) in held.iter().enumerate() {
            if held.moved {
                drawing.shapes.push(grid.moved(i, operand));
            }
            over.shapes.push(grid.word(i, operand, &held.text));
        }
    }
    grid.stage(drawing);
    drawing.shapes.extend(over.shapes);
}

/// What the counters have come to, in words.
pub(crate) fn counts(chart: &Animation, step: usize) -> String {
    let counted = chart.counters.iter().zip(&chart.steps[step].counts);
    let said =
        counted.map(|(counter, count)| format!("{} {}", clean(&counter.name), grouped(*count)));
    said.collect::<Vec<_>>().join(", ")
}
