//! What is compared of each record.

use nasaic_cost::Tensor;
use nasaic_cost::timeloop::{Held, Network, View};
use serde_json::Value;

use super::record::Record;

/// What a line says, and how one record is compared for it.
type Quantity = (&'static str, fn(&Record, &View) -> Comparison);

/// What is compared, a line for each.
pub(super) const QUANTITIES: [Quantity; 5] = [
    ("reads, fills and updates", accesses),
    ("utilized capacity", capacity),
    ("instances", instances),
    ("cycles", cycles),
    ("multicast and hops", networks),
];

/// What comes out for one quantity of one record.
pub(super) enum Comparison {
    /// The record does not have it.
    Absent,
    /// All figures are the peer's.
    Equal,
    /// One figure is not, and which.
    Differs(String),
}

impl From<Option<String>> for Comparison {
    fn from(difference: Option<String>) -> Self {
        difference.map_or(Comparison::Equal, Comparison::Differs)
    }
}

/// A figure of a store: its name here, its name in the records, where the view has it.
type Figure = (&'static str, &'static str, fn(&Held) -> u64);

const ACCESSES: [Figure; 3] = [
    ("reads", "Scalar reads (per-instance)", |held| held.reads),
    ("fills", "Scalar fills (per-instance)", |held| held.fills),
    ("updates", "Scalar updates (per-instance)", |held| {
        held.updates
    }),
];
const CAPACITY: [Figure; 1] = [("capacity", "Utilized capacity", |held| held.capacity)];
const INSTANCES: [Figure; 1] = [("instances", "Utilized instances (max)", |held| {
    held.instances
})];

/// Half of the last digit that the peer prints of figures that are not whole.
const HALF_A_DIGIT: f64 = 0.005 + 1e-6;

fn accesses(record: &Record, view: &View) -> Comparison {
    stores(record, view, &ACCESSES).into()
}

fn capacity(record: &Record, view: &View) -> Comparison {
    stores(record, view, &CAPACITY).into()
}

fn instances(record: &Record, view: &View) -> Comparison {
    let theirs = &record.multipliers()["Utilized instances"];
    let multipliers = || difference("multipliers", view.multipliers as f64, theirs, 0.0);
    stores(record, view, &INSTANCES).or_else(multipliers).into()
}

fn cycles(record: &Record, view: &View) -> Comparison {
    difference("cycles", view.cycles as f64, &record.value["cycles"], 0.0).into()
}

fn networks(record: &Record, view: &View) -> Comparison {
    let mut comparison = Comparison::Absent;
    for (level, networks) in view.networks.iter().enumerate() {
        for tensor in Tensor::ALL {
            let theirs = record.network(level, tensor);
            if theirs.is_null() {
                continue;
            }
            if let Some(how) = network(&networks[tensor.index()], theirs) {
                let above = &record.stores[level];
                return Comparison::Differs(format!("below {above} {tensor:?} {how}"));
            }
            comparison = Comparison::Equal;
        }
    }
    comparison
}

/// A figure that is not the peer's, in words.
fn difference(what: &str, ours: f64, theirs: &Value, tolerance: f64) -> Option<String> {
    let close = |theirs: f64| (ours - theirs).abs() <= tolerance;
    let same = theirs.as_f64().is_some_and(close);
    (!same).then(|| format!("{what} {ours}, Timeloop {theirs}"))
}

/// The first figure that differs in any store that keeps anything.
fn stores(record: &Record, view: &View, figures: &[Figure]) -> Option<String> {
    for (level, held) in view.stores.iter().enumerate() {
        for tensor in Tensor::ALL {
            let theirs = record.store(level, tensor);
            let how = match &held[tensor.index()] {
                Some(held) => figures.iter().find_map(|(what, key, of)| {
                    difference(what, of(held) as f64, &theirs[key], 0.0)
                }),
                None if theirs.is_null() => None,
                None => Some("kept by Timeloop, bypassed here".to_owned()),
            };
            if let Some(how) = how {
                return Some(format!("{} {tensor:?} {how}", record.stores[level]));
            }
        }
    }
    None
}

/// The first figure that differs in a network.
fn network(ours: &Network, theirs: &Value) -> Option<String> {
    let mut figures = vec![
        ("Fanout".to_owned(), ours.fanout as f64, 0.0),
        ("Multicast factor".to_owned(), ours.multicast() as f64, 0.0),
        ("Ingresses".to_owned(), ours.words(), HALF_A_DIGIT),
        ("Average number of hops".to_owned(), ours.hops, HALF_A_DIGIT),
    ];
    // A record that does not have one of these is compared in the others.
    figures.retain(|(key, ..)| !theirs[key].is_null());
    if kinds(theirs) > 0 {
        figures.extend(ours.ingresses.iter().map(|i| {
            let key = format!("{KIND}{} @scatter {}", i.multicast, i.scatter);
            (key, i.words, HALF_A_DIGIT)
        }));
        if kinds(theirs) != ours.ingresses.len() {
            let (ours, theirs) = (ours.ingresses.len(), kinds(theirs));
            return Some(format!("has {ours} kinds of multicast, Timeloop {theirs}"));
        }
    }
    figures
        .iter()
        .find_map(|(key, ours, tolerance)| difference(key, *ours, &theirs[key], *tolerance))
}

/// How the names of the words of one kind of multicast begin.
const KIND: &str = "@multicast ";

fn kinds(network: &Value) -> usize {
    let names = network
        .as_object()
        .into_iter()
        .flat_map(|figures| figures.keys());
    names.filter(|name| name.starts_with(KIND)).count()
}
