//! The estimated places of all texts, which only the list of shapes tells.

#[path = "../../examples/gallery/synthetic.rs"]
pub(crate) mod synthetic;

use super::*;
use crate::drawing::{Rect, Shape, Text};
use crate::page::WIDTH;

fn texts(figure: &Figure) -> (Vec<Text>, Rect) {
    let (drawing, height) = draw(figure).unwrap();
    let texts = drawing.shapes.into_iter().filter_map(|shape| match shape {
        Shape::Text(text) => Some(text),
        _ => None,
    });
    (
        texts.collect(),
        Rect::new((0.0, 0.0), (WIDTH, f64::from(height))),
    )
}

/// The charts as they are, and with long names everywhere.
fn gallery() -> Vec<Figure> {
    let figure = |(name, chart)| Figure::new(name, chart).caption("A caption. ".repeat(20));
    let plain: Vec<Figure> = synthetic::charts().into_iter().map(figure).collect();
    let long: Vec<Figure> = plain.iter().map(with_long_names).collect();
    plain.into_iter().chain(long).collect()
}

fn with_long_names(figure: &Figure) -> Figure {
    let mut figure = Figure {
        title: "A long title. ".repeat(12),
        ..figure.clone()
    };
    let lengthen = |name: &mut String| name.push_str(&" and so on".repeat(20));
    match &mut figure.chart {
        Chart::Scatter(c) => {
            lengthen(&mut c.x.label);
            lengthen(&mut c.y.label);
            c.series.iter_mut().for_each(|s| lengthen(&mut s.name));
            c.limits.iter_mut().for_each(|l| lengthen(&mut l.label));
            c.best
                .iter_mut()
                .filter_map(|p| p.label.as_mut())
                .for_each(lengthen);
        }
        Chart::Lines(c) => c.lines.iter_mut().for_each(|l| lengthen(&mut l.name)),
        Chart::Heatmap(c) => c.rows.iter_mut().chain(&mut c.columns).for_each(lengthen),
        Chart::Bars(c) => c.categories.iter_mut().for_each(lengthen),
        Chart::Boxes(c) => c.categories.iter_mut().for_each(lengthen),
        Chart::Roofline(c) => c.points.iter_mut().for_each(|p| lengthen(&mut p.name)),
        Chart::Gantt(c) => c.lanes.iter_mut().for_each(lengthen),
        Chart::LoopNest(c) => c.lines.iter_mut().for_each(|l| lengthen(&mut l.text)),
        Chart::Chain(c) => {
            c.nest.lines.iter_mut().for_each(|l| lengthen(&mut l.text));
            for row in &mut c.rows {
                lengthen(&mut row.name);
                lengthen(&mut row.note);
                row.parts.iter_mut().for_each(|p| lengthen(&mut p.label));
            }
        }
        Chart::Animation(c) => c.steps.iter_mut().for_each(|s| lengthen(&mut s.name)),
        Chart::Floorplan(c) => {
            for block in &mut c.blocks {
                lengthen(&mut block.name);
                block.parts.iter_mut().for_each(|p| lengthen(&mut p.name));
            }
        }
        Chart::Parallel(c) => {
            for axis in &mut c.axes {
                lengthen(&mut axis.axis.label);
                axis.names.iter_mut().for_each(lengthen);
            }
        }
    }
    figure
}

#[test]
fn all_text_lies_within_the_page() {
    for figure in gallery() {
        let (texts, page) = texts(&figure);
        for text in texts {
            assert!(
                page.contains(&text.bounds()),
                "{}: {text:?} in {page:?}",
                figure.title
            );
        }
    }
}

#[test]
fn no_text_covers_another() {
    for figure in gallery() {
        let (texts, _) = texts(&figure);
        for (i, a) in texts.iter().enumerate() {
            for b in &texts[i + 1..] {
                let apart = !a.bounds().overlaps(&b.bounds());
                assert!(apart, "{}: `{}` and `{}`", figure.title, a.text, b.text);
            }
        }
    }
}
