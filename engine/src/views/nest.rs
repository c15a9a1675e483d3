//! `loop_nest`: a dataflow, or what became of it for one layer.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Evaluation, Item};
use crate::views::work::{self, Work};
use nasaic_cost::{Axis, Dataflow, NestLine as Line, Tensor, loop_nest, template_nest};
use nasaic_dsl::units::number;
use nasaic_plot::{Figure, LoopNest, NestKind, NestLine, SpatialAxis};
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let figure = match &call.dataflow {
        Some(dataflow) => template(dataflow),
        None => mapped(&*super::design(call)?)?,
    };
    Ok(Item::Figure(Arc::new(figure)))
}

fn template(dataflow: &Dataflow) -> Figure {
    let lines = template_nest(dataflow);
    let stores: Vec<&str> = dataflow.stores().collect();
    let nest = nest(&lines, &stores, |line| written(line, stores.len()));
    Figure::new(format!("Loop nest of the dataflow {}", dataflow.name), nest).caption(
        "A tile that fits is as large as the stores inside allow; it is chosen for each layer.",
    )
}

fn mapped(evaluation: &Evaluation) -> Result<Figure, Fault> {
    let works = work::all(evaluation)?;
    let macs = |w: &&Work<'_>| w.cost.macs;
    // Of equally large layers the first.
    let largest = works.iter().rev().max_by_key(macs);
    let work = largest.ok_or_else(|| Fault::new("E0805", "this result has no layers"))?;
    let sub = &work.array.sub;
    let mapping = work.mapping()?;
    let lines = loop_nest(&work.layer, mapping, &sub.dataflow);
    let stores: Vec<&str> = sub.dataflow.stores().collect();
    let title = format!(
        "Loop nest of {} with the dataflow {} on {} PEs",
        work.name,
        sub.dataflow_name,
        number(f64::from(sub.array.pes))
    );
    let figure = Figure::new(title, picture(&lines, &stores));
    Ok(match works.len() {
        1 => figure,
        n => figure.caption(format!(
            "The layer with the most MACs ({}) of {n}.",
            number(work.cost.macs as f64)
        )),
    })
}

/// The picture of a layer's nest, every number known.
pub(super) fn picture(lines: &[Line], stores: &[&str]) -> LoopNest {
    nest(lines, stores, counted)
}

/// The lines of a picture, each inside the one before it, with the multiplication in the middle.
fn nest(lines: &[Line], stores: &[&str], text: impl Fn(&Line) -> String) -> LoopNest {
    let store = |level: usize| {
        stores
            .get(level)
            .map_or_else(String::new, |s| (*s).to_owned())
    };
    let mut out: Vec<NestLine> = Vec::new();
    for line in lines.iter().filter(|line| !is_nothing(line)) {
        let (kind, level) = match line {
            Line::Store { name, .. } => (NestKind::Store, name.clone()),
            Line::Loop {
                level,
                axis,
                implied,
                ..
            } => (kind(*axis, *implied), store(*level)),
        };
        out.push(NestLine {
            depth: out.len(),
            text: text(line),
            kind,
            level,
        });
    }
    let level = out.last().map_or_else(String::new, |l| l.level.clone());
    out.push(NestLine {
        depth: out.len(),
        text: "O += W · I".into(),
        kind: NestKind::Mac,
        level,
    });
    LoopNest { lines: out }
}

/// A loop that nobody wrote and that runs once says nothing.
fn is_nothing(line: &Line) -> bool {
    matches!(
        line,
        Line::Loop {
            implied: true,
            factor: Some(1),
            ..
        }
    )
}

fn kind(axis: Option<Axis>, implied: bool) -> NestKind {
    match (axis, implied) {
        (Some(Axis::Columns), _) => NestKind::Spatial(SpatialAxis::Columns),
        (Some(Axis::Rows), _) => NestKind::Spatial(SpatialAxis::Rows),
        (None, true) => NestKind::Implied,
        (None, false) => NestKind::Temporal,
    }
}

/// A line of a template, where sizes are open; the picture says over which side a spread goes.
fn written(line: &Line, stores: usize) -> String {
    match line {
        Line::Store { .. } => store(line),
        Line::Loop {
            level,
            dim,
            factor,
            tile,
            axis: None,
            implied,
            ..
        } => {
            let letter = dim.letter();
            // Inside the innermost store there is nothing for a tile to fit.
            let single = *implied || level + 1 == stores;
            match (factor, tile) {
                (_, Some(1)) => format!("for {letter}"),
                (_, Some(tile)) => format!("for {letter}, tiles of {tile}"),
                (Some(_), None) => format!("for {letter}, tile = full"),
                (None, None) if single => format!("for {letter}"),
                (None, None) => format!("for {letter}, tile = fit"),
            }
        }
        Line::Loop {
            dim,
            factor,
            axis: Some(_),
            reduce,
            ..
        } => {
            let size = factor.map_or_else(String::new, |f| format!(" × {f}"));
            format!("spread {}{size}{}", dim.letter(), summed(*reduce))
        }
    }
}

/// A line of a mapping, where every number is known.
fn counted(line: &Line) -> String {
    match line {
        Line::Store { .. } => store(line),
        Line::Loop {
            dim,
            factor,
            tile,
            axis,
            reduce,
            ..
        } => {
            let range = format!("{} in 0..{}", dim.letter(), factor.unwrap_or(1));
            let each = match tile {
                Some(tile) if *tile > 1 => format!(", {tile} each"),
                _ => String::new(),
            };
            match axis {
                None => format!("for {range}{each}"),
                Some(_) => format!("spread {range}{each}{}", summed(*reduce)),
            }
        }
    }
}

fn store(line: &Line) -> String {
    let Line::Store { name, keep, size } = line else {
        return String::new();
    };
    let tensors: Vec<String> = keep
        .iter()
        .map(|(tensor, words)| match words {
            Some(words) => format!("{} {}", letter(*tensor), number(*words as f64)),
            None => letter(*tensor).to_owned(),
        })
        .collect();
    let words = if keep.iter().any(|k| k.1.is_some()) {
        " words"
    } else {
        ""
    };
    let size = size.map_or_else(String::new, |bytes| format!(" in {}", bytes_text(bytes)));
    format!("{name} keeps {}{words}{size}", tensors.join(", "))
}

pub(super) fn letter(tensor: Tensor) -> &'static str {
    match tensor {
        Tensor::W => "W",
        Tensor::I => "I",
        Tensor::O => "O",
    }
}

fn summed(reduce: bool) -> &'static str {
    if reduce { ", sums added" } else { "" }
}

/// Sizes of memories are powers of two.
pub(super) fn bytes_text(bytes: u64) -> String {
    match bytes {
        b if b > 0 && b.is_multiple_of(1 << 20) => format!("{} MiB", number((b >> 20) as f64)),
        b if b > 0 && b.is_multiple_of(1 << 10) => format!("{} KiB", number((b >> 10) as f64)),
        b => format!("{} B", number(b as f64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nasaic_cost::{Buffering, Dim, Step, TensorSet, Tile};

    #[test]
    fn a_template_is_drawn_as_it_was_written() {
        let store = |name: &str, keep: &[Tensor], size| Step::Store {
            name: name.into(),
            keep: TensorSet::of(keep),
            size,
            buffering: Buffering::Double,
            bandwidth: None,
        };
        let dataflow = Dataflow {
            name: "ws".into(),
            kinds: Vec::new(),
            steps: vec![
                store("dram", &Tensor::ALL, None),
                Step::Loop {
                    dim: Dim::K,
                    tile: Tile::Fit,
                },
                store("glb", &[Tensor::I, Tensor::O], Some(256 << 10)),
                Step::Spread {
                    dim: Dim::C,
                    over: Axis::Rows,
                    size: None,
                    reduce: true,
                },
                store("rf", &[Tensor::W], Some(64)),
                Step::Loop {
                    dim: Dim::R,
                    tile: Tile::Fixed(1),
                },
            ],
        };
        let lines = nest(&template_nest(&dataflow), &["dram", "glb", "rf"], |l| {
            written(l, 3)
        })
        .lines;
        let texts: Vec<&str> = lines.iter().map(|l| l.text.as_str()).take(6).collect();
        assert_eq!(
            texts,
            [
                "dram keeps W, I, O",
                "for K, tile = fit",
                "glb keeps I, O in 256 KiB",
                "spread C, sums added",
                "rf keeps W in 64 B",
                "for R"
            ]
        );
        assert!(
            lines[6..lines.len() - 1]
                .iter()
                .all(|l| l.kind == NestKind::Implied && l.level == "rf")
        );
        assert_eq!(lines.last().map(|l| l.kind), Some(NestKind::Mac));
    }
}
