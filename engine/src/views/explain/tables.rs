//! What of an explanation is told in columns.

use super::Told;
use super::words::{more, percent};
use crate::study::hardware::JOULES;
use crate::table::{Cell, Head, Table};
use crate::views::nest::letter;
use crate::views::units::suiting;
use nasaic_cost::{Bound, Change, Remedy};
use nasaic_dsl::units::{Dim, Scale, number, parse};
use std::collections::BTreeSet;

/// Changes that a table lists.
const MOST_REMEDIES: usize = 8;

/// All layers in one line each.
pub(super) fn layers(told: &[Told<'_>]) -> Table {
    let subs: BTreeSet<&str> = told.iter().map(|t| t.work.sub).collect();
    let several = subs.len() > 1;
    let row = |t: &Told<'_>| {
        let sub = several.then(|| Cell::text(t.work.sub));
        let helps = t.remedy().map(|r| {
            let less = more(r.cycles as f64, t.why.cost.cycles as f64);
            format!("{}: {} %", t.words.change(&r.change), number(less))
        });
        let rest = [
            Cell::Number(t.why.cost.cycles as f64),
            Cell::Number(percent(t.share)),
            Cell::Number(percent(t.why.cost.utilization)),
            Cell::text(t.words.bound(t.why.cost.bound_by)),
            helps.map_or(Cell::Missing, Cell::Text),
        ];
        let name = [Cell::text(&t.work.name)];
        name.into_iter().chain(sub).chain(rest).collect()
    };
    let mut columns = vec![Head::plain("layer")];
    columns.extend(several.then(|| Head::plain("sub")));
    columns.push(Head::plain("cycles"));
    columns.extend([
        Head::new("of the latency", "%"),
        Head::new("utilization", "%"),
    ]);
    columns.extend([Head::plain("bound by"), Head::plain("would help most")]);
    let together =
        "Sub-accelerators work at the same time, so that shares may add up to more than 100 %.";
    Table {
        title: "Layers by latency".into(),
        columns,
        rows: told.iter().map(row).collect(),
        notes: several.then(|| together.to_owned()).into_iter().collect(),
    }
}

/// What follows upon what.
pub(super) fn latency(told: &Told<'_>) -> Table {
    let cost = &told.why.cost;
    let row = |phase: &nasaic_cost::Phase| {
        vec![
            Cell::text(told.words.phase(phase.kind)),
            Cell::Number(phase.cycles as f64),
            Cell::Number(percent(phase.cycles as f64 / cost.cycles.max(1) as f64)),
        ]
    };
    Table {
        title: format!("Latency: {} cycles", number(cost.cycles as f64)),
        columns: vec![
            Head::plain("part"),
            Head::plain("cycles"),
            Head::new("share", "%"),
        ],
        rows: told.why.phases.iter().map(row).collect(),
        notes: Vec::new(),
    }
}

/// The causes whose product is the utilization.
pub(super) fn utilization(told: &Told<'_>) -> Table {
    let row = |loss: &nasaic_cost::Loss| {
        vec![
            Cell::text(told.words.cause(loss)),
            Cell::Number(loss.used as f64),
            Cell::Number(loss.of as f64),
            Cell::Number(percent(loss.factor())),
        ]
    };
    Table {
        title: format!(
            "Utilization: {} %, the product of",
            number(percent(told.why.cost.utilization))
        ),
        columns: vec![
            Head::plain("factor"),
            Head::plain("used"),
            Head::plain("of"),
            Head::new("share", "%"),
        ],
        rows: told.why.losses.iter().map(row).collect(),
        notes: Vec::new(),
    }
}

/// What each link carries.
pub(super) fn links(told: &Told<'_>) -> Table {
    let row = |used: &nasaic_cost::LinkUse| {
        let bytes = used.bytes.iter().map(|b| Cell::Number(*b as f64));
        let mut cells = vec![Cell::text(told.words.link(used.link))];
        cells.extend(bytes);
        cells.push(match used.bandwidth {
            Some(bandwidth) => Cell::text(number(bandwidth)),
            None => Cell::text("unlimited"),
        });
        cells.push(Cell::Number(used.load.cycles as f64));
        cells.push(Cell::Number(percent(used.busy)));
        cells.push(Cell::Number(used.load.exposed as f64));
        cells
    };
    let mut columns = vec![Head::plain("link")];
    columns.extend(["W", "I", "O"].map(|t| Head::new(t, "B")));
    columns.push(Head::new("bandwidth", "B/cycle"));
    columns.push(Head::plain("cycles"));
    columns.push(Head::new("busy", "%"));
    columns.push(Head::new("not hidden", "cycles"));
    Table {
        title: "Links".into(),
        columns,
        rows: told.why.links.iter().map(row).collect(),
        notes: Vec::new(),
    }
}

/// What each resource costs.
pub(super) fn limits(told: &Told<'_>) -> Table {
    let now = told.why.cost.cycles as f64;
    let row = |limit: &nasaic_cost::Limit| {
        let name = match limit.bound {
            Bound::Compute => "computation".to_owned(),
            Bound::Link(link) => told.words.link(link),
        };
        let binds = limit.bound == told.why.cost.bound_by;
        vec![
            Cell::text(if binds {
                format!("{name} (binds)")
            } else {
                name
            }),
            Cell::Number(limit.busy as f64),
            Cell::Number(limit.without as f64),
            Cell::Number(more(limit.without as f64, now)),
            Cell::text(told.words.bound(limit.next)),
        ]
    };
    Table {
        title: "If it took no time".into(),
        columns: vec![
            Head::plain("resource"),
            Head::new("works", "cycles"),
            Head::new("latency without it", "cycles"),
            Head::new("change", "%"),
            Head::plain("then bound by"),
        ],
        rows: told.why.limits.iter().map(row).collect(),
        notes: Vec::new(),
    }
}

/// Where the energy goes.
pub(super) fn energy(told: &Told<'_>) -> Table {
    let shares = &told.why.energy;
    let total = shares.iter().map(|s| s.energy).sum::<f64>();
    let (unit, scale) = energy_unit(told, total * JOULES);
    let row = |share: &nasaic_cost::Share| {
        vec![
            Cell::text(told.words.part(share.part)),
            Cell::Number(scale.from_base(share.energy * JOULES)),
            Cell::Number(percent(share.energy / total)),
            share
                .mostly
                .map_or(Cell::Missing, |t| Cell::text(letter(t))),
        ]
    };
    let technology = told.study.platform.technology.as_ref();
    let leaks = technology.is_some_and(|t| t.leakage > 0.0);
    let kind = if told.study.in_joules() {
        ""
    } else {
        " (counts of activity, not joules of silicon)"
    };
    Table {
        title: format!(
            "Energy: {} {unit}{kind}",
            number(scale.from_base(total * JOULES))
        ),
        columns: vec![
            Head::plain("part"),
            Head::new("energy", unit),
            Head::new("share", "%"),
            Head::plain("mostly"),
        ],
        rows: shares.iter().map(row).collect(),
        notes: leaks
            .then(|| "Leakage belongs to no layer and is not in it.".to_owned())
            .into_iter()
            .collect(),
    }
}

/// Activity is kept in the unit that its source labels it with.
fn energy_unit(told: &Told<'_>, total: f64) -> (String, Scale) {
    match parse("nJ").filter(|_| !told.study.in_joules()) {
        Some(scale) => ("nJ".into(), scale),
        None => suiting([total], Dim::ENERGY),
    }
}

/// What was tried and helps; what does not is named below.
pub(super) fn remedies(told: &Told<'_>) -> Table {
    let why = &told.why;
    let priced = why.cost.energy.is_some();
    let helpful: Vec<&Remedy> = why.remedies.iter().filter(|r| told.helps(r)).collect();
    let mut columns = vec![
        Head::plain("change"),
        Head::plain("cycles"),
        Head::new("latency", "%"),
    ];
    if priced {
        columns.extend([Head::new("energy", "%"), Head::new("area", "%")]);
    }
    columns.push(Head::plain("then bound by"));
    let shown = helpful.iter().take(MOST_REMEDIES);
    Table {
        title: "What would help".into(),
        columns,
        rows: shown.map(|r| remedy(told, r)).collect(),
        notes: notes(told, helpful.len()),
    }
}

fn remedy(told: &Told<'_>, remedy: &Remedy) -> Vec<Cell> {
    let cost = &told.why.cost;
    let mut cells = vec![
        Cell::text(told.words.change(&remedy.change)),
        Cell::Number(remedy.cycles as f64),
        Cell::Number(more(remedy.cycles as f64, cost.cycles as f64)),
    ];
    if let Some(energy) = &cost.energy {
        let change = |new: Option<f64>, old: f64| match new {
            Some(new) if old > 0.0 => Cell::Number(more(new, old)),
            _ => Cell::Missing,
        };
        cells.push(change(remedy.energy, energy.total()));
        cells.push(change(remedy.area, told.work.array.area));
    }
    cells.push(Cell::text(told.words.bound(remedy.bound_by)));
    cells
}

fn notes(told: &Told<'_>, helpful: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if let more @ 1.. = helpful.saturating_sub(MOST_REMEDIES) {
        notes.push(format!("{more} more changes help less."));
    }
    // That some other order is no better needs no mention: there are many.
    let idle: Vec<String> = told
        .why
        .remedies
        .iter()
        .filter(|r| !told.helps(r) && !matches!(r.change, Change::Order { .. }))
        .map(|r| told.words.change(&r.change))
        .collect();
    if !idle.is_empty() {
        notes.push(format!("No help: {}.", idle.join("; ")));
    }
    notes
}
