//! The page of a figure: title, legend, chart and caption from top to bottom.

use crate::drawing::{Anchor, Drawing, Rect, Stroke, Text};
use crate::legend::{self, Entry};
use crate::palette::{GREY, INK, LIGHT};
use crate::scale::Skipped;
use crate::text::wrap;

/// The width of every figure in pixels.
pub(crate) const WIDTH: f64 = 720.0;
/// The room at the edges of the page.
pub(crate) const MARGIN: f64 = 14.0;

pub(crate) const TITLE_SIZE: f64 = 15.0;
pub(crate) const LABEL_SIZE: f64 = 12.5;
pub(crate) const TICK_SIZE: f64 = 11.5;
pub(crate) const CAPTION_SIZE: f64 = 11.5;

/// A page that is filled from top to bottom.
#[derive(Debug)]
pub(crate) struct Page {
    pub drawing: Drawing,
    /// Where the next thing may begin.
    pub y: f64,
    notes: Vec<String>,
}

impl Page {
    /// Starts a page with its title.
    pub fn new(title: &str) -> Self {
        let mut page = Self {
            drawing: Drawing::default(),
            y: MARGIN,
            notes: Vec::new(),
        };
        for line in wrap(title, TITLE_SIZE * 1.07, WIDTH - 2.0 * MARGIN) {
            let at = (MARGIN, page.y + TITLE_SIZE * 0.6);
            page.drawing
                .text(Text::new(at, line, TITLE_SIZE, INK).bold());
            page.y += TITLE_SIZE * 1.35;
        }
        page.y += 4.0;
        page
    }

    /// The rectangle between the margins that starts here and is `height` pixels high.
    pub fn take(&mut self, height: f64) -> Rect {
        let rect = Rect::new((MARGIN, self.y), (WIDTH - MARGIN, self.y + height));
        self.y += height;
        rect
    }

    /// Sets the legend above the chart, where it can cover no data.
    pub fn legend(&mut self, entries: &[Entry]) {
        self.y = legend::draw(&mut self.drawing, entries, self.y);
    }

    /// Says in place of a chart that there is none.
    pub fn nothing(&mut self, what: &str) {
        let rect = self.take(140.0);
        self.drawing.outline(rect, Stroke::new(LIGHT, 1.0));
        let text = format!("Nothing to show: {what}.");
        self.drawing
            .text(Text::new(rect.center(), text, LABEL_SIZE, GREY).anchor(Anchor::Middle));
    }

    /// Adds a sentence to the caption.
    pub fn note(&mut self, sentence: impl Into<String>) {
        self.notes.push(sentence.into());
    }

    /// Adds a sentence to the caption if there is one.
    pub fn note_if(&mut self, sentence: Option<&String>) {
        self.notes.extend(sentence.cloned());
    }

    /// Says in the caption what had no place in the picture.
    pub fn skipped(&mut self, skipped: Skipped) {
        self.notes.extend(skipped.sentences());
    }

    /// Ends the page with its caption and returns the drawing and its height.
    pub fn finish(mut self, caption: Option<&str>) -> (Drawing, u32) {
        let caption: Vec<&str> = caption
            .into_iter()
            .chain(self.notes.iter().map(String::as_str))
            .filter(|sentence| !sentence.trim().is_empty())
            .collect();
        let lines = wrap(&caption.join(" "), CAPTION_SIZE, WIDTH - 2.0 * MARGIN);
        if !lines.is_empty() {
            self.y += 8.0;
        }
        for line in lines {
            let at = (MARGIN, self.y + CAPTION_SIZE * 0.6);
            self.drawing.text(Text::new(at, line, CAPTION_SIZE, GREY));
            self.y += CAPTION_SIZE * 1.4;
        }
        let height = (self.y + MARGIN * 0.7).ceil();
        (self.drawing, height as u32)
    }
}
