//! The spaces of the W1 example have exactly the points that the paper's reader counts by hand.

use crate::prelude::{Session, folder};
use nasaic_dsl::instance::{Blocks, Condition, Instance, Role};
use nasaic_dsl::value::Value;

/// Points of a space by counting, decision after decision: an inactive one counts once.
fn points(instance: &Instance) -> u128 {
    fn from(instance: &Instance, at: usize, chosen: &mut Vec<Option<u32>>) -> u128 {
        let Some(decision) = instance.decisions.get(at) else {
            return 1;
        };
        let holds = |c: &Condition| chosen[c.decision].is_some_and(|v| c.allowed.contains(&v));
        let active = decision.active.iter().all(holds);
        // Decisions that no condition asks about multiply; only the others need trying out.
        let asked = instance
            .decisions
            .iter()
            .any(|d| d.active.iter().any(|c| c.decision == at));
        let tries = if active && asked {
            decision.domain.len()
        } else {
            1
        };
        let weight = if active && !asked {
            decision.domain.len() as u128
        } else {
            1
        };
        let mut sum = 0;
        for value in 0..tries {
            chosen.push(active.then_some(value as u32));
            sum += weight * from(instance, at + 1, chosen);
            chosen.pop();
        }
        sum
    }
    from(instance, 0, &mut Vec::new())
}

fn w1() -> Session {
    let mut session = Session::default();
    let text = std::fs::read_to_string(folder("examples").join("w1.nasaic")).unwrap();
    let (checked, shown) = session.cell("w1.nasaic", &text);
    assert!(!checked.has_errors(), "{shown}");
    session
}

fn blocks(session: &Session) -> Blocks<'_> {
    Blocks {
        blocks: &session.program.blocks,
        choices: &session.program.choices,
    }
}

#[test]
fn w1_has_the_decisions_of_its_parts() {
    let session = w1();
    let network = |name: &str| {
        blocks(&session)
            .pair(Some(&Value::Block(name.into())), None)
            .unwrap()
    };
    assert_eq!(points(&network("resnet9")), 3 * 4u128.pow(3) * 3u128.pow(3));
    assert_eq!(points(&network("unet")), 20);
    let hardware = blocks(&session)
        .pair(None, Some(&Value::Block("hetero".into())))
        .unwrap();
    assert_eq!(points(&hardware), (3u128 * 129 * 9).pow(2));
    let whole = blocks(&session).problem("w1").unwrap();
    assert_eq!(points(&whole), 5184 * 20 * 12_131_289);
}

#[test]
fn decisions_stand_in_source_order_under_their_canonical_paths() {
    let session = w1();
    let problem = blocks(&session).problem("w1").unwrap();
    let paths: Vec<&str> = problem.decisions.iter().map(|d| d.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "w1.classify.stem.filters",
            "w1.classify.stage[0].down.filters",
            "w1.classify.stage[0].more.times",
            "w1.classify.stage[1].down.filters",
            "w1.classify.stage[1].more.times",
            "w1.classify.stage[2].down.filters",
            "w1.classify.stage[2].more.times",
            "w1.segment.height",
            "w1.segment.base",
            "w1.a1.dataflow",
            "w1.a1.pes",
            "w1.a1.bandwidth",
            "w1.a2.dataflow",
            "w1.a2.pes",
            "w1.a2.bandwidth",
        ]
    );
    let networks = problem
        .decisions
        .iter()
        .filter(|d| d.role == Role::Network)
        .count();
    assert_eq!(networks, 9);
}
