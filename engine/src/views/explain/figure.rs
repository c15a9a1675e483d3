//! The picture of an explanation: each resource against the latency, over the nest.

use super::Told;
use super::words::percent;
use crate::views::nest::picture;
use nasaic_cost::{Link, LinkUse, PhaseKind};
use nasaic_dsl::units::number;
use nasaic_plot::{Axis, Chain, ChainPart, ChainRow, Figure};

pub(super) fn chain(told: &Told<'_>) -> Figure {
    let why = &told.why;
    let mut rows = vec![whole(told), multipliers(told)];
    let limited = why.links.iter().filter(|l| l.load.cycles > 0);
    rows.extend(limited.map(|l| link(told, l)));
    let stores: Vec<&str> = told.words.levels().iter().map(String::as_str).collect();
    let chart = Chain {
        time: Axis::new("time").unit("cycles"),
        total: why.cost.cycles as f64,
        rows,
        nest: picture(&why.nest, &stores),
    };
    let title = format!(
        "{}: bound by {}",
        told.work.name,
        told.words.bound(why.cost.bound_by)
    );
    Figure::new(title, chart).caption(
        "What is pale happens behind something else; the rest adds to the latency. \
         Percentages are of the latency.",
    )
}

/// The parts of the latency one after the other.
fn whole(told: &Told<'_>) -> ChainRow {
    let part = |phase: &nasaic_cost::Phase| {
        let (resource, label) = match phase.kind {
            PhaseKind::Compute => (COMPUTE.to_owned(), COMPUTE.to_owned()),
            PhaseKind::Hops => ("hops".to_owned(), "hops".to_owned()),
            PhaseKind::Exposed(link) => (resource(told, link), told.words.link(link)),
            PhaseKind::Stall(link) => (
                resource(told, link),
                format!("waits for {}", told.words.link(link)),
            ),
        };
        ChainPart {
            resource,
            label,
            length: phase.cycles as f64,
            hidden: false,
        }
    };
    ChainRow {
        name: "latency".into(),
        parts: told.why.phases.iter().map(part).collect(),
        note: String::new(),
    }
}

const COMPUTE: &str = "compute";

/// What gives a link its colour: the level that it reads or feeds.
fn resource(told: &Told<'_>, link: Link) -> String {
    match link {
        Link::OffChip => told.words.level(0).to_owned(),
        Link::Noc => "NoC".into(),
        Link::Store(level) => told.words.level(level).to_owned(),
    }
}

fn multipliers(told: &Told<'_>) -> ChainRow {
    let cost = &told.why.cost;
    ChainRow {
        name: "multipliers".into(),
        parts: vec![ChainPart {
            resource: COMPUTE.into(),
            length: cost.compute_cycles as f64,
            label: String::new(),
            hidden: false,
        }],
        note: share(cost.compute_cycles as f64 / cost.cycles.max(1) as f64),
    }
}

/// A link: first what adds to the latency, then what hides.
fn link(told: &Told<'_>, used: &LinkUse) -> ChainRow {
    let adds = |kind: PhaseKind| matches!(kind, PhaseKind::Exposed(l) | PhaseKind::Stall(l) if l == used.link);
    let phases = told.why.phases.iter().filter(|p| adds(p.kind));
    let open = phases.map(|p| p.cycles).sum::<u64>();
    let part = |cycles: u64, hidden: bool| ChainPart {
        resource: resource(told, used.link),
        length: cycles as f64,
        label: String::new(),
        hidden,
    };
    let name = told.words.link(used.link);
    ChainRow {
        name: match used.bandwidth {
            Some(bandwidth) => format!("{name} ({} B/cycle)", number(bandwidth)),
            None => name,
        },
        parts: vec![
            part(open, false),
            part(used.load.cycles.saturating_sub(open), true),
        ],
        note: share(used.busy),
    }
}

fn share(share: f64) -> String {
    format!("{} %", number(percent(share)))
}
