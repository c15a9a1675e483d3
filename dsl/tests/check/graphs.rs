//! Choices of operations and cells: decisions, paths, layers, zeros, and the bounds that a space gives.

use crate::prelude::{Session, check, codes};
use nasaic_dsl::instance::{Blocks, INACTIVE, Instance};
use nasaic_dsl::network::{self, Layer, Operation};
use nasaic_dsl::value::Value;

const OPS: &str = "\
options ops {
  option none { zero {} }
  option skip
  option small { conv { filters = same, kernel = 1 } }
  option large { conv { filters = same, kernel in {3, 5} } }
}
";

/// A cell of three nodes; each edge has a choice of its own.
const CELL: &str = "\
network net {
  input = [4, 8, 8]
  cell {
    node n1 { edge input { one_of a { of = ops } } }
    node n2 { edge input { one_of b { of = ops } }, edge n1 { one_of c { of = ops } } }
  }
  conv last { filters = 2, kernel = 1 }
}
";

fn session(text: &str) -> Session {
    let mut session = Session::default();
    let (checked, shown) = session.cell("graphs.nasaic", text);
    assert!(!checked.has_errors(), "{shown}");
    session
}

fn instance(session: &Session, name: &str) -> Instance {
    let blocks = Blocks {
        blocks: &session.program.blocks,
        choices: &session.program.choices,
    };
    blocks.pair(Some(&Value::Block(name.into())), None).unwrap()
}

/// The layers of a design in which each decision whose path ends so has this value, and every other
/// active one its first.
fn layers(instance: &Instance, wanted: &[(&str, &str)]) -> Vec<Layer> {
    let mut choices: Vec<u32> = Vec::new();
    for decision in &instance.decisions {
        let there = instance.holds(&decision.active, &choices);
        let want = wanted.iter().find(|w| decision.path.ends_with(w.0));
        let place = want.map_or(0, |w| {
            let place = decision.domain.iter().position(|v| v.to_string() == w.1);
            place.unwrap_or_else(|| panic!("{} is not {}", decision.path, w.1))
        });
        choices.push(if there { place as u32 } else { INACTIVE });
    }
    let network = &instance.tasks[0].children[0];
    network::layers(instance, network, &choices).unwrap()
}

fn paths(layers: &[Layer]) -> Vec<&str> {
    layers.iter().map(|l| l.path.as_str()).collect()
}

#[test]
fn what_is_inside_an_option_depends_on_it() {
    let session = session(&format!("{OPS}{CELL}"));
    let instance = instance(&session, "net");
    let names: Vec<&str> = instance.decisions.iter().map(|d| d.path.as_str()).collect();
    assert_eq!(
        names,
        [
            "cell.n1.input.a.take",
            "cell.n1.input.a.large.conv.kernel",
            "cell.n2.input.b.take",
            "cell.n2.input.b.large.conv.kernel",
            "cell.n2.n1.c.take",
            "cell.n2.n1.c.large.conv.kernel",
        ]
    );
    let inner = &instance.decisions[1];
    assert_eq!(inner.active.len(), 1);
    assert_eq!(
        (inner.active[0].decision, &inner.active[0].allowed[..]),
        (0, &[3][..])
    );
}

#[test]
fn a_node_adds_what_its_edges_bring() {
    let session = session(&format!("{OPS}{CELL}"));
    let instance = instance(&session, "net");
    let all = layers(
        &instance,
        &[("a.take", "small"), ("b.take", "large"), ("c.take", "skip")],
    );
    assert_eq!(
        paths(&all),
        [
            "cell.n1.input.a.small.conv",
            "cell.n2.input.b.large.conv",
            "cell.n2",
            "last"
        ]
    );
    assert_eq!(all[2].operation, Operation::Add);
    assert_eq!(all[2].inputs, [Some(1), Some(0)]);
    assert_eq!(all[3].inputs, [Some(2)]);
}

#[test]
fn zeros_bring_nothing_and_one_thing_needs_no_addition() {
    let session = session(&format!("{OPS}{CELL}"));
    let instance = instance(&session, "net");
    let one = layers(
        &instance,
        &[("a.take", "small"), ("b.take", "none"), ("c.take", "skip")],
    );
    assert_eq!(paths(&one), ["cell.n1.input.a.small.conv", "last"]);
    assert_eq!(one[1].inputs, [Some(0)]);
    let same = layers(
        &instance,
        &[("a.take", "skip"), ("b.take", "skip"), ("c.take", "skip")],
    );
    assert_eq!(paths(&same), ["cell.n2", "last"]);
    // Both ways bring the network's own input.
    assert_eq!(same[0].inputs, [None, None]);
}

#[test]
fn a_node_that_gets_nothing_makes_zeros_and_what_follows_is_still_there() {
    let session = session(&format!("{OPS}{CELL}"));
    let instance = instance(&session, "net");
    let dead = layers(
        &instance,
        &[("a.take", "none"), ("b.take", "none"), ("c.take", "small")],
    );
    assert_eq!(paths(&dead), ["cell.n1", "cell.n2.n1.c.small.conv", "last"]);
    assert_eq!(dead[0].operation, Operation::Add);
    assert!(dead[0].inputs.is_empty(), "a sum of nothing");
    assert_eq!((dead[0].macs(), dead[0].params), (0, 0));
    assert_eq!(dead[1].inputs, [Some(0)]);
    // Four channels of 8 by 8 through a 1×1 convolution.
    assert_eq!(dead[1].macs(), 4 * 4 * 64);
}

#[test]
fn zeros_outside_of_a_cell_are_made_where_they_are_used() {
    let session = session(
        "network net {\n  input = [4, 8, 8]\n  skip { conv { filters = 4, kernel = 3 }, zero {} }\n  \
         zero { expand = 2, stride = 2 }\n  conv last { filters = 2, kernel = 1 }\n}\n",
    );
    let all = layers(&instance(&session, "net"), &[]);
    // The skip adds zeros to its input, which changes nothing.
    assert_eq!(paths(&all), ["conv", "last.zeros", "last"]);
    assert_eq!(all[1].output.to_string(), "8×4×4");
    assert_eq!(all[2].inputs, [Some(1)]);
}

#[test]
fn the_smallest_network_takes_the_cheapest_way_on_every_edge() {
    let narrow = CELL.replace("of = ops", "of = ops, take in {small, large}");
    let session = session(&format!("{OPS}{narrow}"));
    let instance = instance(&session, "net");
    let states = network::check(&instance, &instance.tasks[0].children[0]).unwrap();
    assert_eq!(states.len(), 1);
    let smallest = layers(&instance, &[("take", "small")]);
    let macs: u64 = smallest.iter().map(Layer::macs).sum();
    assert_eq!(states[0].least_macs, macs);
}

#[test]
fn one_choice_serves_many_places_and_several_networks() {
    let text = format!(
        "{OPS}choose shared in {{none, skip, small}}\n\
         network net {{\n  input = [4, 8, 8]\n  choose op in {{none, skip, small}}\n  repeat cells {{\n    times = 3\n    \
         cell {{ node out {{ edge input {{ one_of {{ of = ops, take = op }} }} }} }}\n  }}\n}}\n\
         let fixed = net with {{ op = shared }}\n\
         workload two {{ task a {{ network = fixed }}, task b {{ network = fixed }} }}\n\
         workload own {{ task a {{ network = net }}, task b {{ network = net }} }}\n"
    );
    let session = session(&text);
    let paths = |name: &str| -> Vec<String> {
        let instance = instance(&session, name);
        instance.decisions.iter().map(|d| d.path.clone()).collect()
    };
    assert_eq!(paths("two"), ["shared"]);
    assert_eq!(paths("own"), ["a.op", "b.op"]);
}

#[test]
fn changes_reach_into_options_that_are_declared_elsewhere() {
    let text = format!(
        "{OPS}{CELL}let one = net with {{\n  cell.n1.input.a.take = large, cell.n1.input.a.large.conv.kernel = 5\n  \
         cell.n2.input.b.take in {{none, skip}}, cell.n2.n1.c.take = skip\n}}\n"
    );
    let session = session(&text);
    let name = session.program.block_called("one").unwrap();
    let instance = instance(&session, &name);
    assert_eq!(instance.decisions.len(), 1);
    let all = layers(&instance, &[]);
    assert_eq!(all[0].kernel, [5, 5]);
    assert_eq!(paths(&all), ["cell.n1.input.a.large.conv", "last"]);
}

#[test]
fn widths_can_be_relative_to_what_comes_in() {
    let session = session(
        "network net {\n  input = [4, 8, 8]\n  choose first in {8, 16}\n  conv { filters = first, kernel = 3 }\n  skip {\n    \
         conv wide { filters = same, expand in {3, 6}, kernel = 1 }\n    depthwise { kernel = 3 }\n    \
         conv narrow { filters = first, kernel = 1 }\n  }\n}\n",
    );
    let instance = instance(&session, "net");
    let all = layers(&instance, &[("first", "16"), ("expand", "6")]);
    let channels: Vec<u64> = all.iter().map(|l| l.output.channels).collect();
    assert_eq!(channels, [16, 96, 96, 16, 16]);
}

#[test]
fn a_bare_convolution_has_only_its_weights() {
    let session = session(
        "network net {\n  input = [4, 8, 8]\n  conv { filters = 8, kernel = 1, norm = bare }\n  dense { units = 2 }\n}\n",
    );
    let all = layers(&instance(&session, "net"), &[]);
    assert_eq!((all[0].params, all[0].norm), (32, network::Norm::None));
}

#[test]
fn labels_of_options_are_no_names_elsewhere() {
    let (checked, shown) = check("choose op in {skip, conv3}\nlet x = skip\n");
    assert_eq!(codes(&checked), ["E0201"], "{shown}");
}
