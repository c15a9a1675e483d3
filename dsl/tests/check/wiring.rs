//! Layers that say what they take: graphs without nesting, their shapes, MACs and decisions.

use crate::prelude::{Session, check, codes};
use nasaic_dsl::instance::{Blocks, Instance};
use nasaic_dsl::network::{self, Layer, Operation};
use nasaic_dsl::value::Value;

const NET: &str = "\
network net {
  input = [8, 16, 16]
  conv a { filters in {16, 32}, kernel = 3 }
  conv b { takes input, filters = 4, kernel = 1 }
  join both { takes a, takes b, merge = concat }
  pool squeeze { kind = global_average }
  conv gate { filters = same, kernel = 1 }
  join gated { takes both, takes gate, merge = multiply }
  source mask { shape = [1, 16, 16] }
  join masked { takes gated, takes mask }
  conv last { filters = 10, kernel = 1 }
}
";

fn instance(text: &str) -> Instance {
    let mut session = Session::default();
    let (checked, shown) = session.cell("wiring.nasaic", text);
    assert!(!checked.has_errors(), "{shown}");
    let blocks = Blocks {
        blocks: &session.program.blocks,
        choices: &session.program.choices,
    };
    blocks
        .pair(Some(&Value::Block("net".into())), None)
        .unwrap()
}

fn layers(instance: &Instance, choices: &[u32]) -> Vec<Layer> {
    network::layers(instance, &instance.tasks[0].children[0], choices).unwrap()
}

#[test]
fn what_a_layer_takes_is_what_it_names() {
    let instance = instance(NET);
    let all = layers(&instance, &[1]);
    let at = |path: &str| all.iter().find(|l| l.path == path).unwrap();
    let sources = |path: &str| {
        let name = |i: &Option<usize>| i.map_or("-".to_owned(), |i| all[i].path.clone());
        at(path)
            .inputs
            .iter()
            .map(name)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(at("both").output.to_string(), "36×16×16");
    assert_eq!(sources("both"), "a b");
    assert_eq!(
        at("gate").output.channels,
        36,
        "the choice of `a` is followed"
    );
    assert_eq!(
        (sources("gated"), at("gated").operation),
        ("both gate".into(), Operation::Multiply)
    );
    assert_eq!(sources("masked"), "gated -");
    assert_eq!(at("masked").operation, Operation::Add);
    assert_eq!(sources("last"), "masked");
}

#[test]
fn every_layer_counts_once_in_the_least_macs() {
    let instance = instance(NET);
    let ends = network::check(&instance, &instance.tasks[0].children[0]).unwrap();
    let least = ends.iter().map(|s| s.least_macs).min().unwrap();
    // Of channels that a choice leaves open, the fewest.
    let smallest: u64 = layers(&instance, &[0]).iter().map(Layer::macs).sum();
    assert_eq!(least, smallest);
}

#[test]
fn shapes_that_do_not_meet_and_names_that_are_not_there_are_told() {
    let uneven = NET.replace("takes gate,", "takes b,");
    let (checked, shown) = check(&uneven);
    assert_eq!(codes(&checked), ["E0504"], "{shown}");
    assert!(
        shown.contains("a join cannot multiply two shapes"),
        "{shown}"
    );
    let unknown = NET.replace("takes both,", "takes last,");
    let (checked, shown) = check(&unknown);
    assert_eq!(codes(&checked), ["E0504"], "{shown}");
    assert!(shown.contains("`last` is no layer further up"), "{shown}");
}
