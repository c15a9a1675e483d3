//! The oracle: counts and cycles of random nests against walking them.

use nasaic_cost::{Counts, LinkLoad, MAX_LINKS, counts, oracle};

use crate::cases::case;
use crate::point::Point;
use crate::report::{Line, Section};

/// A nest as the model and as the walk see it.
struct Seen {
    what: String,
    counts: [Counts; 2],
    links: [[LinkLoad; MAX_LINKS]; 2],
    /// Cycles of the busiest element, and in all.
    cycles: [(u64, u64); 2],
}

impl Seen {
    fn new(point: &Point) -> Self {
        let Point {
            what,
            layer,
            mapping,
            sub,
        } = point;
        let (cost, walked) = (point.cost(), oracle::time(layer, mapping, sub));
        Seen {
            what: what.clone(),
            counts: [counts::count(layer, mapping), oracle::count(layer, mapping)],
            links: [cost.links, walked.links],
            cycles: [
                (cost.compute_cycles, cost.cycles),
                (walked.compute_cycles, walked.cycles),
            ],
        }
    }
}

/// How the two differ in one quantity; none if they do not.
type Law = fn(&Seen) -> Option<String>;

/// What has to be equal.
const LAWS: [(&str, Law); 4] = [
    ("reads, fills and updates", |seen| {
        differs(seen.counts.map(|counts| counts.access))
    }),
    ("steps of the busiest element", |seen| {
        differs(seen.counts.map(|counts| counts.steps))
    }),
    ("bytes and cycles of each link", |seen| differs(seen.links)),
    ("cycles", |seen| differs(seen.cycles)),
];

fn differs<T: PartialEq + std::fmt::Debug>([ours, walked]: [T; 2]) -> Option<String> {
    (ours != walked).then(|| format!("{ours:?}, walked {walked:?}"))
}

/// Compares the model with the walk on this many random nests.
pub fn compare(cases: u64) -> Section {
    let mut section = Section::new(
        "Oracle",
        "a walk over every step of every element, random layers and nests from a fixed seed",
    );
    let mut broken = LAWS.map(|_| Vec::new());
    for number in 0..cases {
        let seen = Seen::new(&case(number));
        for ((_, law), broken) in LAWS.iter().zip(&mut broken) {
            broken.extend(law(&seen).map(|how| format!("{}: {how}", seen.what)));
        }
    }
    let lines = LAWS.iter().zip(&broken);
    section.lines = lines
        .map(|((what, _), broken)| line(what, cases, broken))
        .collect();
    section.notes.push(NOTE.into());
    section
}

fn line(what: &str, cases: u64, broken: &[String]) -> Line {
    if cases == 0 {
        return Line::skipped(what, "no cases were asked for");
    }
    let equal = cases - broken.len() as u64;
    let first = broken.first().map(|first| format!("; {first}"));
    let figure = format!("{equal} of {cases} equal{}", first.unwrap_or_default());
    Line::judged(what, figure, "all equal", broken.is_empty())
}

const NOTE: &str = "The walk keeps the set of words that each store holds and moves them one by one; \
    it shares no formula with the counts. It is the only reference for what no peer's data covers: \
    ragged tiles, dilation, padding, groups, the diagonal of a row-stationary array, buffers and \
    links of all kinds.";
