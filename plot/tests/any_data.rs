//! Whatever the numbers and names are, a figure becomes a valid document.

use nasaic_plot::{
    Axis, Bars, Bound, BoxGroup, Boxes, Ceiling, Chain, ChainPart, ChainRow, Chart, Direction,
    Figure, FloorBlock, FloorPart, Floorplan, Front, Gantt, GanttEntry, Goal, Heatmap, Limit, Line,
    LinePoint, Lines, LoopNest, Machine, NestKind, NestLine, Parallel, ParallelAxis, ParallelLine,
    Point, Quantiles, Roofline, RooflinePoint, Scatter, Segment, Series, summary, svg, vega_lite,
};
use proptest::collection::vec;
use proptest::num::f64::ANY;
use proptest::prelude::*;
use serde_json::Value;

/// Numbers of every kind, with those that charts are made for among them.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        ANY,
        0.0..1.0,
        -1e3..1e6,
        Just(0.0),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE)
    ]
}

fn axis() -> impl Strategy<Value = Axis> {
    let unit = prop_oneof![
        Just(None),
        Just(Some("ms".to_owned())),
        Just(Some("ops/s".to_owned()))
    ];
    ("\\PC{0,30}", unit, any::<bool>()).prop_map(|(label, unit, log)| Axis { label, unit, log })
}

/// A drawable figure of any kind made of the same few ingredients.
fn charts(
    numbers: &[f64],
    names: &[String],
    axes: &[Axis],
    goal: Goal,
    bound: Option<Bound>,
) -> Vec<Chart> {
    let n = |i: usize| numbers[i % numbers.len()];
    let name = |i: usize| names[i % names.len()].clone();
    let axis = |i: usize| axes[i % axes.len()].clone();
    let count = numbers.len();
    let point = |i: usize| Point {
        x: n(i),
        y: n(i + 1),
        label: Some(name(i)),
        color: Some(n(i + 2)),
        x_error: Some(n(i + 3)),
        y_error: Some(n(i + 4)),
    };
    let limits = vec![
        Limit {
            axis: Direction::X,
            value: n(3),
            label: name(0),
            bound,
        },
        Limit {
            axis: Direction::Y,
            value: n(4),
            label: name(1),
            bound,
        },
    ];
    let line = |i: usize| LinePoint {
        x: n(i),
        y: n(i + 1),
        band: Some((n(i + 2), n(i + 3))),
    };
    let bar = |k: usize| Segment {
        name: name(k),
        values: (0..count).map(|i| n(i * k)).collect(),
    };
    let nest = LoopNest {
        lines: (0..count)
            .map(|i| NestLine {
                depth: (n(i) as usize) % 100,
                text: name(i),
                kind: if i % 2 == 0 {
                    NestKind::Store
                } else {
                    NestKind::Implied
                },
                level: name(i + 1),
            })
            .collect(),
    };
    vec![
        Scatter {
            x: axis(0),
            y: axis(1),
            color: Some(axis(2)),
            series: vec![Series {
                name: name(0),
                points: (0..count).map(point).collect(),
                mark: None,
            }],
            front: Some(Front {
                points: (0..count).map(|i| (n(i), n(i + 1))).collect(),
                x: goal,
            }),
            limits: limits.clone(),
            target: Some(point(1)),
            best: Some(point(2)),
        }
        .into(),
        Lines {
            x: axis(0),
            y: axis(1),
            lines: vec![
                Line {
                    name: name(0),
                    points: (0..count).map(line).collect(),
                    step: true,
                    faint: false,
                },
                Line {
                    name: name(1),
                    points: (0..count).map(line).collect(),
                    step: false,
                    faint: true,
                },
            ],
            limits,
        }
        .into(),
        Heatmap {
            x: axis(0),
            y: axis(1),
            columns: (0..count).map(name).collect(),
            rows: vec![name(0)],
            values: (0..count).map(|i| (i % 3 > 0).then_some(n(i))).collect(),
            value: axis(2),
        }
        .into(),
        Bars {
            category: axis(0),
            value: axis(1),
            categories: (0..count).map(name).collect(),
            segments: (0..1 + count % 3).map(bar).collect(),
        }
        .into(),
        Boxes {
            category: axis(0),
            value: axis(1),
            categories: (0..count).map(name).collect(),
            groups: (0..1 + count % 3)
                .map(|g| BoxGroup {
                    name: name(g),
                    boxes: (0..count)
                        .map(|i| {
                            (i % 3 != g).then(|| Quantiles {
                                low: n(i),
                                lower: n(i + 1),
                                median: n(i + g),
                                upper: n(i + 2),
                                high: n(i + 3),
                            })
                        })
                        .collect(),
                })
                .collect(),
            reference: Some(n(3)),
        }
        .into(),
        Roofline {
            intensity: axis(0),
            performance: axis(1),
            machines: vec![Machine {
                name: name(0),
                peak: n(0),
                bandwidths: vec![Ceiling {
                    label: name(1),
                    value: n(1),
                }],
            }],
            points: (0..count)
                .map(|i| RooflinePoint {
                    name: name(i),
                    intensity: n(i),
                    performance: n(i + 1),
                    group: name(i + 1),
                })
                .collect(),
        }
        .into(),
        Gantt {
            time: axis(0),
            lanes: vec![name(0), name(1)],
            entries: (0..count)
                .map(|i| GanttEntry {
                    lane: i % 2,
                    start: n(i),
                    end: n(i + 1),
                    group: name(i),
                    label: name(i + 1),
                })
                .collect(),
            deadline: Some(n(2)),
        }
        .into(),
        Chain {
            time: axis(0),
            total: n(0),
            rows: (0..count)
                .map(|i| ChainRow {
                    name: name(i),
                    parts: (0..count)
                        .map(|k| ChainPart {
                            resource: name(k),
                            length: n(i + k),
                            label: name(k + 1),
                            hidden: k % 2 == 0,
                        })
                        .collect(),
                    note: name(i + 1),
                })
                .collect(),
            nest: nest.clone(),
        }
        .into(),
        Floorplan {
            unit: name(0),
            blocks: (0..count)
                .map(|i| FloorBlock {
                    name: name(i),
                    parts: (0..count)
                        .map(|k| FloorPart {
                            name: name(k),
                            area: Some(n(i + k).abs())
                                .filter(|a| a.is_finite())
                                .unwrap_or(1.0),
                        })
                        .collect(),
                })
                .collect(),
            budget: Some(n(1)),
        }
        .into(),
        Parallel {
            axes: (0..count)
                .map(|i| ParallelAxis {
                    axis: axis(i),
                    names: (0..i % 3).map(name).collect(),
                    limits: bound.map(|b| (n(i), b)).into_iter().collect(),
                })
                .collect(),
            lines: (0..count)
                .map(|i| ParallelLine {
                    values: (0..count).map(|k| (k != i).then(|| n(i + k))).collect(),
                    good: i % 2 == 0,
                })
                .collect(),
            color: (count > 0).then_some(0),
            judged: goal == Goal::Maximize,
        }
        .into(),
        nest.into(),
    ]
}

/// Whether no place in the data and no end of a scale is null, as JSON writes what is not finite.
fn numbers_are_finite(spec: &Value) -> bool {
    match spec {
        Value::Object(object) => object
            .iter()
            .all(|(key, value)| match (key.as_str(), value) {
                ("values" | "domain", Value::Array(all)) => all.iter().all(is_known),
                (_, value) => numbers_are_finite(value),
            }),
        Value::Array(values) => values.iter().all(numbers_are_finite),
        _ => true,
    }
}

/// Whether a value, or every field of a row but its look, is there.
fn is_known(value: &Value) -> bool {
    match value {
        Value::Object(row) => row
            .iter()
            .all(|(key, v)| !v.is_null() || matches!(key.as_str(), "resource" | "level")),
        value => !value.is_null(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_data_gives_a_valid_document(
        numbers in vec(number(), 1..12),
        names in vec(any::<String>(), 1..5),
        axes in vec(axis(), 1..4),
        maximize in any::<bool>(),
        bound in prop_oneof![Just(None), Just(Some(Bound::AtMost)), Just(Some(Bound::AtLeast))],
    ) {
        let goal = if maximize { Goal::Maximize } else { Goal::Minimize };
        for chart in charts(&numbers, &names, &axes, goal, bound) {
            let figure = Figure::new(names[0].clone(), chart).caption(names[0].clone());
            let svg = svg(&figure).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert!(!svg.contains("NaN") || names.iter().any(|n| n.contains("NaN")));
            let parsed = roxmltree::Document::parse(&svg);
            prop_assert!(parsed.is_ok(), "{:?}", parsed.err());
            let spec = vega_lite(&figure).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert!(numbers_are_finite(&spec), "{spec}");
            prop_assert!(summary(&figure).ends_with('\n'));
        }
    }
}
