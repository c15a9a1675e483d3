//! An array stepping through a layer: what is counted step by step is what the layer costs.

use nasaic_dsl::world::Memory;
use nasaic_engine::{Ended, Engine, Part, Shown};
use nasaic_plot::{Animation, Chart, Figure};

const PROGRAM: &str = "\
use std.device.{asic28}
use templates.{eyeriss, nvdla, shidiannao}
network net {
  input = [2, 4, 4]
  conv one { filters = 4, kernel = 3 }
  conv two { filters = 4, kernel = 3, groups = 2, stride = 2 }
}
accelerator small {
  device = asic28
  sub core { dataflow = nvdla, pes = 8, shape = [4, 2], bandwidth = 32 GB/s }
}
";

/// What the lines of a program show, or the codes of what went wrong.
fn shown(text: &str) -> Result<Shown, Vec<String>> {
    let mut engine = Engine::new(Box::new(Memory::default()));
    let mut shown = Shown::default();
    let (checked, report) = engine.cell(&format!("{PROGRAM}{text}\n"), &mut shown);
    let told = nasaic_dsl::render::plain(engine.sources(), &checked.diagnostics);
    let report = report.unwrap_or_else(|| panic!("{told}"));
    match report.ended {
        Ended::Done => Ok(shown),
        _ => Err(report.diagnostics.iter().map(|d| d.code.clone()).collect()),
    }
}

fn figure(shown: &Shown) -> &Figure {
    let parts = shown.outputs.iter().flat_map(|o| &o.parts);
    let mut figures = parts.filter_map(|p| match p {
        Part::Figure(figure) => Some(figure),
        _ => None,
    });
    figures.next().expect("a figure")
}

fn animation(shown: &Shown) -> &Animation {
    match &figure(shown).chart {
        Chart::Animation(animation) => animation,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_last_step_has_counted_what_the_layer_costs() {
    for dataflow in ["nvdla", "shidiannao", "eyeriss"] {
        for layer in ["one", "two"] {
            let on = format!("evaluate(net.{layer}, small with {{ core.dataflow = {dataflow} }})");
            let text = format!("dataflow_animation({on}, steps = 2000)\nreuse_table({on})");
            let shown = shown(&text).expect("it runs");
            let animation = animation(&shown);
            let steps = animation.steps.len();
            assert_eq!(
                animation.all_steps, steps as u64,
                "{dataflow} {layer}: {steps} steps"
            );
            let last = animation.steps.last().expect("a step");
            for (counter, count) in animation.counters.iter().zip(&last.counts) {
                assert_eq!(*count, counter.total, "{dataflow} {layer} {}", counter.name);
            }
            let table = shown.outputs[1].parts.iter().find_map(|p| match p {
                Part::Table(table) => Some(table.to_string()),
                _ => None,
            });
            let table = table.expect("a table");
            for counter in &animation.counters {
                let (level, what) = counter.name.split_once(' ').expect("two words");
                assert_eq!(summed(&table, level, what), counter.total, "{table}");
            }
        }
    }
}

/// Reads, or fills and updates, of all tensors of a level.
fn summed(table: &str, level: &str, what: &str) -> u64 {
    let rows = table
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.first() == Some(&level))
        .map(|row| {
            let number = |i: usize| row[i].replace(',', "").parse::<u64>().expect("a count");
            match what {
                "reads" => number(2),
                _ => number(3) + number(4),
            }
        })
        .sum()
}

#[test]
fn what_a_picture_has_no_room_for_is_said() {
    let large = "dataflow_animation(evaluate(net.one, small with { core.pes = 512, core.shape = [32, 16] }))";
    let shown = shown(large).expect("it runs");
    let animation = animation(&shown);
    assert!(animation.array.iter().all(|side| *side <= Animation::MOST));
    let words = nasaic_plot::summary(figure(&shown));
    assert!(words.contains("The first 24 of"), "{words}");
}

#[test]
fn a_picture_has_at_least_one_step_of_a_layer_that_is_there() {
    let of = |rest: &str| shown(&format!("dataflow_animation(evaluate(net, small), {rest})"));
    assert_eq!(of("steps = 0").err(), Some(vec!["E0303".to_owned()]));
    assert_eq!(
        of("layer = \"three\"").err(),
        Some(vec!["E0201".to_owned()])
    );
    assert!(
        figure(&of("layer = \"two\", steps = 2").expect("it runs"))
            .title
            .starts_with("two ")
    );
}
