//! The layers that make the difference, and what bounds them.

use super::Names;
use crate::fault::Fault;
use crate::item::Evaluation;
use crate::layers::bound_text;
use crate::table::{Cell, Head, Table};
use crate::views::units::suiting;
use crate::views::work::{self, Work};
use nasaic_dsl::units::{Dim, number};

/// Layers that a table lists.
const MOST_LAYERS: usize = 12;

/// The layers of two results, those whose time changed most first.
pub(super) struct Changes {
    layers: Vec<Change>,
}

/// A layer in both results, or in one of them.
struct Change {
    name: String,
    before: Option<Side>,
    after: Option<Side>,
}

/// A layer in one result.
struct Side {
    seconds: f64,
    /// In the technology's unit; none without one, or where the other result's differs.
    energy: Option<f64>,
    bound: String,
}

impl Side {
    fn of(work: &Work<'_>, clock: f64, comparable: bool) -> Self {
        let levels: Vec<String> = work.levels().map(str::to_owned).collect();
        Self {
            seconds: work.cost.cycles as f64 / clock,
            energy: work.cost.energy.filter(|_| comparable).map(|e| e.total()),
            bound: bound_text(work.cost.bound_by, &levels),
        }
    }
}

impl Change {
    fn difference(&self) -> f64 {
        let seconds = |side: &Option<Side>| side.as_ref().map_or(0.0, |s| s.seconds);
        seconds(&self.after) - seconds(&self.before)
    }

    /// After ÷ before; none where it is not known of both.
    fn energy_ratio(&self) -> Option<f64> {
        let energy = |side: &Option<Side>| side.as_ref()?.energy;
        Some(energy(&self.after)? / energy(&self.before)?).filter(|r| r.is_finite())
    }
}

pub(super) fn layers(before: &Evaluation, after: &Evaluation) -> Result<Changes, Fault> {
    let (old, new) = (work::all(before)?, work::all(after)?);
    let comparable = before.study.in_joules() == after.study.in_joules();
    let side = |works: &[Work<'_>], name: &str, e: &Evaluation| {
        let work = works.iter().find(|w| w.name == name)?;
        Some(Side::of(work, e.study.platform.clock, comparable))
    };
    let added = new.iter().filter(|n| old.iter().all(|o| o.name != n.name));
    let mut layers: Vec<Change> = old
        .iter()
        .chain(added)
        .map(|work| Change {
            name: work.name.clone(),
            before: side(&old, &work.name, before),
            after: side(&new, &work.name, after),
        })
        .collect();
    layers.sort_by(|a, b| b.difference().abs().total_cmp(&a.difference().abs()));
    Ok(Changes { layers })
}

impl Changes {
    /// Seconds that layers became faster or slower, all together.
    fn all(&self) -> f64 {
        self.layers.iter().map(|l| l.difference().abs()).sum()
    }

    /// The layer that changed most; none if no layer's time did.
    pub fn in_words(&self) -> Option<String> {
        let most = self.layers.first().filter(|l| l.difference() != 0.0)?;
        let share = 100.0 * most.difference().abs() / self.all();
        let bounds = match (&most.before, &most.after) {
            (Some(b), Some(a)) if b.bound == a.bound => format!("bound by {} as before", a.bound),
            (Some(b), Some(a)) => format!("bound by {}, before by {}", a.bound, b.bound),
            (None, _) => "which is new".to_owned(),
            (_, None) => "which is gone".to_owned(),
        };
        Some(format!(
            "most of it in {} ({} % of what layers changed), {bounds}",
            most.name,
            number(libm::round(share))
        ))
    }
}

/// The layers in columns; those that take as long as before are only counted.
pub(super) fn table(changes: &Changes, [old, new]: &Names) -> Table {
    let changed: Vec<&Change> = changes
        .layers
        .iter()
        .filter(|l| l.difference() != 0.0)
        .collect();
    let all = changes.all();
    let sides = changed.iter().flat_map(|l| [&l.before, &l.after]);
    let (unit, scale) = suiting(sides.flatten().map(|s| s.seconds), Dim::TIME);
    let time = |side: &Option<Side>| match side {
        Some(side) => Cell::Number(scale.from_base(side.seconds)),
        None => Cell::Missing,
    };
    let bound = |side: &Option<Side>| match side {
        Some(side) => Cell::text(&side.bound),
        None => Cell::Missing,
    };
    let row = |layer: &&Change| {
        let difference = layer.difference();
        vec![
            Cell::text(&layer.name),
            time(&layer.before),
            time(&layer.after),
            Cell::Number(scale.from_base(difference)),
            Cell::Number(libm::round(1000.0 * difference.abs() / all) / 10.0),
            layer.energy_ratio().map_or(Cell::Missing, Cell::Number),
            bound(&layer.before),
            bound(&layer.after),
        ]
    };
    Table {
        title: "Layers".into(),
        columns: vec![
            Head::plain("layer"),
            Head::new(old, &unit),
            Head::new(new, &unit),
            Head::new("change", &unit),
            Head::new("of the change", "%"),
            Head::plain(format!("energy {new} ÷ {old}")),
            Head::plain("was bound by"),
            Head::plain("is bound by"),
        ],
        rows: changed.iter().take(MOST_LAYERS).map(row).collect(),
        notes: notes(changed.len(), changes.layers.len()),
    }
}

fn notes(changed: usize, all: usize) -> Vec<String> {
    let more = changed.saturating_sub(MOST_LAYERS);
    let same = all - changed;
    let sentence = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 more layer {what}.")),
        n => Some(format!("{n} more layers {what}.")),
    };
    let changed = sentence(more, "changed less");
    let same = sentence(same, "took as long as before");
    changed.into_iter().chain(same).collect()
}
