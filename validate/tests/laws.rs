//! The random cases, and that broken laws are noticed.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

use nasaic_cost::{Buffering, LayerCost, LinkLoad};
use nasaic_validate::cases::case;
use nasaic_validate::data::Folder;
use nasaic_validate::laws::{self, broken};
use nasaic_validate::oracle;
use nasaic_validate::point::Point;
use nasaic_validate::report::{Section, Verdict};

#[test]
fn a_case_is_always_the_same_and_cases_cover_what_they_should() {
    assert_eq!(case(7).mapping, case(7).mapping);
    assert_eq!(case(7).sub, case(7).sub);
    let cases: Vec<Point> = (0..400).map(case).collect();
    let has = |what: &str, holds: fn(&Point) -> bool| {
        let count = cases.iter().filter(|point| holds(point)).count();
        assert!(count > 20, "{count} cases with {what}");
    };
    has("groups", |p| p.layer.groups > 1);
    has("padding", |p| p.layer.padding != [0, 0]);
    has("dilation", |p| p.layer.dilation != [1, 1]);
    has("a stride", |p| p.layer.stride != [1, 1]);
    has("a batch", |p| p.layer.bounds[0] > 1);
    has("five and more instances", |p| {
        p.mapping.instances(&p.layer, p.mapping.levels().len()) > 4
    });
    has("ragged tiles", |p| {
        let loops = p.mapping.loops().iter();
        let mut cut = loops.map(|l| p.layer.bound(l.dim) % l.tile);
        cut.any(|rest| rest > 0)
    });
    has("a single buffer", |p| {
        let mut levels = p.mapping.levels().iter();
        levels.any(|l| l.buffering == Buffering::Single)
    });
    has("a link of its own", |p| {
        p.mapping.levels().iter().any(|l| l.bandwidth.is_some())
    });
}

#[test]
fn the_model_equals_the_walk_and_keeps_the_laws() {
    let section = oracle::compare(300);
    assert!(section.lines.iter().all(|l| l.verdict == Verdict::Pass));
    let section = laws::compare(&Folder::Shipped, 300);
    assert!(section.lines.iter().all(|l| l.verdict == Verdict::Pass));
    let points = |section: &Section| -> u64 {
        let words = section.lines[0].figure.split(' ').next();
        words.unwrap().parse().unwrap()
    };
    let random = laws::compare(&Folder::from("nowhere"), 300);
    let others = points(&section) - points(&random);
    assert!(others > 550 + 8_000, "{others} points of records and rows");
}

#[test]
fn without_cases_there_is_nothing_to_compare() {
    let section = oracle::compare(0);
    assert!(section.lines.iter().all(|l| l.verdict == Verdict::Skipped));
    let section = laws::compare(&Folder::from("nowhere"), 0);
    assert!(section.lines[0].figure.starts_with("5 of 5"), "{section:?}");
}

#[test]
fn a_cost_that_breaks_a_law_is_noticed() {
    let point = case(3);
    let cost = point.cost();
    let laws = |change: fn(&mut LayerCost)| {
        let mut wrong = cost;
        change(&mut wrong);
        let found = broken(&point, &wrong).into_iter();
        found.map(|(what, _)| what).collect::<Vec<_>>()
    };
    assert!(broken(&point, &cost).is_empty());
    assert_eq!(
        laws(|c| c.macs += 1).first(),
        Some(&"every multiplication is made once")
    );
    let words = "every word crosses the chip's border";
    assert_eq!(laws(|c| c.access[0][0].reads = 0), [words]);
    assert_eq!(laws(|c| c.access[0][2].updates = 0), [words]);
    let fast = laws(|c| c.cycles = 0);
    let computation = "cycles ≥ multiplications ÷ multipliers";
    assert!(fast.contains(&computation), "{fast:?}");
    assert!(fast.contains(&"more bandwidth is never slower"), "{fast:?}");
    let busy = LinkLoad {
        bytes: u64::MAX,
        ..LinkLoad::default()
    };
    let wrong = LayerCost {
        links: [busy; 6],
        ..cost
    };
    let found = broken(&point, &wrong);
    assert_eq!(found[0].0, "cycles ≥ words ÷ bandwidth, each link");
}
