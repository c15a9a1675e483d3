//! What of an explanation is told in sentences: the nest, and which tensor moves why.

use super::Told;
use super::words::{and, percent};
use crate::views::nest::{letter, picture};
use nasaic_cost::{Bound, Movement, Tensor, Turns};
use nasaic_dsl::units::{Dim, number, pretty};
use nasaic_plot::{NestKind, SpatialAxis};
use std::fmt::Write;

/// The layer in two lines, then its nest.
pub(super) fn nest(told: &Told<'_>) -> String {
    let (work, cost) = (told.work, &told.why.cost);
    let sub = &work.array.sub;
    let seconds = cost.cycles as f64 / told.study.platform.clock;
    let mut out = format!(
        "{}: {} MACs with {} on {} ({} PEs)\n",
        work.name,
        number(cost.macs as f64),
        sub.dataflow_name,
        work.sub,
        number(f64::from(sub.array.pes)),
    );
    let _ = writeln!(
        out,
        "  {} cycles ({}), {} % of the latency; utilization {} %; bound by {}\n",
        number(cost.cycles as f64),
        pretty(seconds, Dim::TIME),
        number(percent(told.share)),
        number(percent(cost.utilization)),
        told.words.bound(cost.bound_by),
    );
    let stores: Vec<&str> = told.words.levels().iter().map(String::as_str).collect();
    for line in picture(&told.why.nest, &stores).lines {
        let side = match line.kind {
            NestKind::Spatial(SpatialAxis::Columns) => "  (over columns)",
            NestKind::Spatial(SpatialAxis::Rows) => "  (over rows)",
            NestKind::Implied => "  (implied)",
            NestKind::Store | NestKind::Temporal | NestKind::Mac => "",
        };
        let _ = writeln!(out, "  {}{}{side}", "  ".repeat(line.depth), line.text);
    }
    out
}

/// Which tensor moves, and which loops make it; empty if nothing moves.
pub(super) fn movement(told: &Told<'_>) -> String {
    let Some(movement) = &told.why.movement else {
        return String::new();
    };
    let mut out = format!("{}\n", carried(told, movement));
    let times = movement.times();
    if times >= 1.005 {
        let _ = writeln!(
            out,
            "  each of its {} distinct bytes crosses {} times{}",
            number(movement.distinct as f64),
            number(round2(times)),
            because(told, movement),
        );
    } else {
        let _ = writeln!(out, "  no byte of it crosses twice");
    }
    let turns = |turns: &[Turns]| {
        let words: Vec<String> = turns.iter().map(|t| told.words.turns(t)).collect();
        and(&words)
    };
    if !movement.again.is_empty()
        && let Some(walked) = &movement.walked_by
    {
        let _ = writeln!(
            out,
            "  these loops stand outside {}, the innermost one that walks it",
            told.words.turns(walked)
        );
    }
    if !movement.stays.is_empty() {
        let _ = writeln!(out, "  its tile stays through {}", turns(&movement.stays));
    }
    if !movement.shared.is_empty() {
        let _ = writeln!(out, "  each crossing serves {}", turns(&movement.shared));
    }
    out
}

/// The tensor, its share of the link, and between which levels it moves.
fn carried(told: &Told<'_>, movement: &Movement) -> String {
    let used = told.why.links.iter().find(|l| l.link == movement.link);
    let all = used.map_or(1, |l| l.load.bytes).max(1);
    let outer = told.words.level(movement.outer);
    let inner = movement.inner.map_or("the PEs", |l| told.words.level(l));
    let way = match movement.tensor {
        Tensor::O if movement.again.is_empty() => format!("from {inner} to {outer}"),
        Tensor::O => format!("from {inner} to {outer} and back"),
        _ => format!("from {outer} to {inner}"),
    };
    let rank = match told.why.cost.bound_by {
        Bound::Link(_) => "which binds",
        Bound::Compute => "the busiest link",
    };
    format!(
        "{} moves most over {}, {rank}: {} of {} bytes ({} %), {way}",
        letter(movement.tensor),
        told.words.link(movement.link),
        number(movement.bytes as f64),
        number(all as f64),
        number(percent(movement.bytes as f64 / all as f64)),
    )
}

/// The loops that make bytes cross again, and what they do not account for.
fn because(told: &Told<'_>, movement: &Movement) -> String {
    let again: Vec<String> = movement.again.iter().map(|t| told.words.turns(t)).collect();
    let rest = movement.times() / movement.repeats().max(1.0);
    let other = match movement.tensor {
        Tensor::O => "partial sums are wide and come back",
        Tensor::I => "windows overlap",
        Tensor::W => "last pieces are smaller",
    };
    match (again.is_empty(), (rest - 1.0).abs() >= 0.005) {
        (true, _) => format!(": {other}"),
        (false, false) => format!(": again for {}", and(&again)),
        (false, true) => format!(
            ": again for {}, and {}× because {other}",
            and(&again),
            number(round2(rest))
        ),
    }
}

fn round2(x: f64) -> f64 {
    libm::round(x * 100.0) / 100.0
}
