//! Charts of synthetic data, made up to show every kind; no number is a result.

use nasaic_plot::{
    Axis, Bars, Bound, BoxGroup, Boxes, Ceiling, Chain, ChainPart, ChainRow, Chart, Direction,
    FloorBlock, FloorPart, Floorplan, Front, Gantt, GanttEntry, Goal, Heatmap, Limit, Line,
    LinePoint, Lines, LoopNest, Machine, NestKind, NestLine, Parallel, ParallelAxis, ParallelLine,
    Point, Quantiles, Roofline, RooflinePoint, Scatter, Segment, Series, SpatialAxis,
};

/// Every chart of the gallery with its name.
pub fn charts() -> Vec<(&'static str, Chart)> {
    vec![
        ("pareto", pareto(300).into()),
        ("pareto_many", pareto(100_000).into()),
        ("pareto_uncertain", uncertain().into()),
        ("scatter_color", by_value().into()),
        ("convergence", convergence().into()),
        ("learning_curves", learning().into()),
        ("heatmap", heatmap().into()),
        ("energy_breakdown", energy(5).into()),
        ("energy_breakdown_many", energy(24).into()),
        ("distributions", distributions().into()),
        ("roofline", roofline().into()),
        ("schedule", schedule().into()),
        ("loop_nest", loop_nest().into()),
        ("chain", chain().into()),
        ("floorplan", floorplan().into()),
        ("design_space", designs().into()),
    ]
}

/// Made-up values spread evenly over 0..1 without a pattern (the golden-ratio sequence).
fn spread(i: usize, k: usize) -> f64 {
    const STEPS: [f64; 4] = [
        0.618_033_988_75,
        0.754_877_666_25,
        0.569_840_290_998,
        0.324_717_957,
    ];
    (0.5 + i as f64 * STEPS[k % 4] + k as f64 * 0.13).fract()
}

fn distributions() -> Boxes {
    let quantiles = |i: usize| {
        let median = 0.4 + 1.5 * spread(i, 0);
        Quantiles {
            low: median * 0.3,
            lower: median * 0.8,
            median,
            upper: median * 1.1,
            high: median * 2.5,
        }
    };
    let group = |name: &str, from: usize| BoxGroup {
        name: name.into(),
        boxes: (0..7)
            .map(|i| (i + from != 4).then(|| quantiles(i + from)))
            .collect(),
    };
    Boxes {
        category: Axis::new("dataflow"),
        value: Axis::new("ratio").log(),
        categories: (1..8).map(|i| format!("flow {i}")).collect(),
        groups: vec![group("limited", 0), group("unlimited", 20)],
        reference: Some(1.0),
    }
}

fn pareto(count: usize) -> Scatter {
    let design = |i: usize| {
        let latency = 0.8 + 9.0 * spread(i, 0) * spread(i, 0);
        let ceiling = 0.945 - 0.09 / (0.6 + latency);
        Point::new(latency, ceiling - 0.06 * spread(i, 1))
    };
    let explored: Vec<Point> = (0..count).map(design).collect();
    let mut sorted: Vec<(f64, f64)> = explored.iter().map(|p| (p.x, p.y)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut front: Vec<(f64, f64)> = Vec::new();
    for point in sorted {
        if front.last().is_none_or(|last| point.1 > last.1) {
            front.push(point);
        }
    }
    let best = front[front.len() / 2];
    let (feasible, other): (Vec<Point>, Vec<Point>) = explored
        .into_iter()
        .partition(|p| p.x <= 7.0 && p.y >= 0.87);
    Scatter {
        x: Axis::new("latency").unit("ms"),
        y: Axis::new("accuracy"),
        series: vec![
            Series {
                name: "feasible".into(),
                points: feasible,
                mark: None,
            },
            Series {
                name: "breaks a spec".into(),
                points: other,
                mark: None,
            },
        ],
        front: Some(Front {
            points: front,
            x: Goal::Minimize,
        }),
        limits: vec![
            Limit {
                axis: Direction::X,
                value: 7.0,
                label: "latency ≤ 7 ms".into(),
                bound: Some(Bound::AtMost),
            },
            Limit {
                axis: Direction::Y,
                value: 0.87,
                label: "accuracy ≥ 0.87".into(),
                bound: Some(Bound::AtLeast),
            },
        ],
        best: Some(Point::new(best.0, best.1).label("design 17")),
        ..Scatter::default()
    }
}

/// Few designs, each with a standard error.
fn uncertain() -> Scatter {
    let mut chart = pareto(24);
    for series in &mut chart.series {
        for (i, point) in series.points.iter_mut().enumerate() {
            point.y_error = Some(0.002 + 0.006 * spread(i, 2));
        }
    }
    chart
}

/// The curves of three networks before those of others, which were stopped at two rungs.
fn learning() -> Lines {
    let curve = |i: usize, epochs: u32| {
        let last = 0.9 - 0.2 * spread(i, 0);
        (1..=epochs).map(move |epoch| {
            let y = last * (1.0 - libm::exp(-0.5 * f64::from(epoch) - 0.4));
            LinePoint {
                x: f64::from(epoch),
                y,
                band: Some((y - 0.012, y + 0.012)),
            }
        })
    };
    let seen = (0..3).map(|i| Line {
        name: format!("network {}", i + 1),
        points: curve(i, 9).collect(),
        ..Line::default()
    });
    let others = (3..20).map(|i| Line {
        points: curve(i, if i % 3 == 0 { 3 } else { 1 }).collect(),
        faint: true,
        ..Line::default()
    });
    let rung = |epoch: u32| Limit {
        axis: Direction::X,
        value: f64::from(epoch),
        label: format!("rung {epoch}"),
        bound: None,
    };
    Lines {
        x: Axis::new("epoch"),
        y: Axis::new("validation top1"),
        lines: seen.chain(others).collect(),
        limits: vec![rung(1), rung(3)],
    }
}

fn by_value() -> Scatter {
    let design = |i: usize| {
        let (x, y) = (
            libm::pow(10.0, 6.0 + 3.0 * spread(i, 0)),
            2.0 + 6.0 * spread(i, 1),
        );
        let point = Point::new(x, y).color(40.0 + 900.0 * spread(i, 0) * spread(i, 1));
        if i.is_multiple_of(6) {
            point.label(format!("design {i}"))
        } else {
            point
        }
    };
    Scatter {
        x: Axis::new("latency").unit("cycles").log(),
        y: Axis::new("area").unit("mm²"),
        color: Some(Axis::new("energy").unit("µJ")),
        series: vec![
            Series {
                name: "random".into(),
                points: (0..40).map(design).collect(),
                mark: None,
            },
            Series {
                name: "evolution".into(),
                points: (40..80).map(design).collect(),
                mark: None,
            },
        ],
        target: Some(Point::new(2e6, 3.0).label("target")),
        ..Scatter::default()
    }
}

fn convergence() -> Lines {
    let line = |name: &str, speed: f64, k: usize| {
        let points = (0..=200).map(|i| {
            let n = f64::from(i) * 10.0;
            let y =
                120.0 + 700.0 * libm::exp(-n * speed) + 12.0 * (1.0 - spread(i as usize / 20, k));
            let half = 14.0 + 120.0 * libm::exp(-n * speed);
            LinePoint {
                x: n,
                y,
                band: Some((y - half, y + 1.3 * half)),
            }
        });
        Line {
            name: name.into(),
            points: points.collect(),
            step: true,
            faint: false,
        }
    };
    Lines {
        x: Axis::new("evaluations"),
        y: Axis::new("best energy so far").unit("µJ"),
        lines: vec![
            line("reinforcement learning", 0.0016, 0),
            line("evolution", 0.0035, 1),
            line("random", 0.0009, 2),
        ],
        limits: vec![Limit {
            axis: Direction::Y,
            value: 117.0,
            label: "known optimum".into(),
            bound: None,
        }],
    }
}

fn heatmap() -> Heatmap {
    let (columns, rows) = ([16, 32, 64, 128, 256, 512, 1024], [4, 8, 16, 32, 64]);
    let values = rows.iter().flat_map(|b| {
        columns.iter().map(move |p| {
            let latency = 40.0 / f64::from(*p) + 0.9 / f64::from(*b);
            (p * b <= 32_768).then_some(latency * 10.0)
        })
    });
    Heatmap {
        x: Axis::new("core.pes"),
        y: Axis::new("core.bandwidth").unit("GB/s"),
        columns: columns.iter().map(ToString::to_string).collect(),
        rows: rows.iter().map(ToString::to_string).collect(),
        values: values.collect(),
        value: Axis::new("latency").unit("ms").log(),
    }
}

fn energy(layers: usize) -> Bars {
    let level = |name: &str, weight: f64, k: usize| Segment {
        name: name.into(),
        values: (0..layers).map(|i| weight * (0.2 + spread(i, k))).collect(),
    };
    let name = |i| {
        if layers > 12 {
            format!("stage{}.block{}.conv", i / 6, i % 6)
        } else {
            format!("conv{i}")
        }
    };
    Bars {
        category: Axis::new("layer"),
        value: Axis::new("energy").unit("µJ"),
        categories: (0..layers).map(name).collect(),
        segments: vec![
            level("MAC", 22.0, 0),
            level("rf", 30.0, 1),
            level("noc", 9.0, 2),
            level("glb", 18.0, 3),
            level("dram", 60.0, 0),
        ],
    }
}

fn roofline() -> Roofline {
    let point = |i: usize| {
        let intensity = libm::pow(10.0, -0.3 + 2.8 * spread(i, 0));
        let roof = (intensity * 16e9).min(512e9);
        let group = if i % 4 == 3 {
            "depthwise"
        } else {
            "convolution"
        };
        RooflinePoint {
            name: format!("conv{}_{}", 1 + i / 3, 1 + i % 3),
            intensity,
            performance: roof * (0.35 + 0.6 * spread(i, 1)),
            group: group.into(),
        }
    };
    Roofline {
        intensity: Axis::new("operational intensity").unit("ops/B"),
        performance: Axis::new("performance").unit("ops/s"),
        machines: vec![Machine {
            name: "256 PEs at 1 GHz".into(),
            peak: 512e9,
            bandwidths: vec![
                Ceiling {
                    label: "DRAM 16 GB/s".into(),
                    value: 16e9,
                },
                Ceiling {
                    label: "buffer 128 GB/s".into(),
                    value: 128e9,
                },
            ],
        }],
        points: (0..16).map(point).collect(),
    }
}

fn schedule() -> Gantt {
    let mut ends = [0.0; 3];
    let entries = (0..26).map(|i| {
        let lane = [0, 1, 0, 2, 1, 0][i % 6];
        let (start, length) = (ends[lane] + 4.0 * spread(i, 2), 12.0 + 50.0 * spread(i, 0));
        ends[lane] = start + length;
        let group = ["classify (ResNet9)", "segment (U-Net)"][usize::from(i % 5 > 2)];
        GanttEntry {
            lane,
            start,
            end: ends[lane],
            group: group.into(),
            label: format!("conv{i}"),
        }
    });
    Gantt {
        time: Axis::new("time").unit("µs"),
        lanes: vec![
            "a1 (weight stationary)".into(),
            "a2 (output stat.)".into(),
            "a3".into(),
        ],
        entries: entries.collect(),
        deadline: Some(620.0),
    }
}

fn loop_nest() -> LoopNest {
    let line = |depth, text: &str, kind, level: &str| NestLine {
        depth,
        text: text.into(),
        kind,
        level: level.into(),
    };
    let columns = NestKind::Spatial(SpatialAxis::Columns);
    let rows = NestKind::Spatial(SpatialAxis::Rows);
    LoopNest {
        lines: vec![
            line(0, "store dram keeps W I O", NestKind::Store, "dram"),
            line(1, "for K in 0..4", NestKind::Temporal, "dram"),
            line(2, "for P in 0..7", NestKind::Temporal, "dram"),
            line(3, "store glb keeps I O (256 KiB)", NestKind::Store, "glb"),
            line(4, "spread K in 0..16", columns, "glb"),
            line(5, "spread C in 0..16", rows, "glb"),
            line(6, "store rf keeps W (64 B)", NestKind::Store, "rf"),
            line(7, "for R in 0..3", NestKind::Temporal, "rf"),
            line(8, "for S in 0..3", NestKind::Temporal, "rf"),
            line(9, "for C in 0..8", NestKind::Temporal, "rf"),
            line(10, "for Q in 0..28", NestKind::Temporal, "rf"),
            line(11, "for N in 0..1", NestKind::Implied, "rf"),
            line(12, "for P in 0..4", NestKind::Implied, "rf"),
            line(
                13,
                "O[n,k,p,q] += W[k,c,r,s] * I[n,c,p+r,q+s]",
                NestKind::Mac,
                "rf",
            ),
        ],
    }
}

fn chain() -> Chain {
    let part = |resource: &str, length, label: &str, hidden| ChainPart {
        resource: resource.into(),
        length,
        label: label.into(),
        hidden,
    };
    let row = |name: &str, note: &str, parts| ChainRow {
        name: name.into(),
        parts,
        note: note.into(),
    };
    Chain {
        time: Axis::new("time").unit("cycles"),
        total: 9300.0,
        rows: vec![
            row(
                "latency",
                "",
                vec![
                    part("compute", 5200.0, "compute", false),
                    part("NoC", 300.0, "NoC", false),
                    part("dram", 3800.0, "waits for dram", false),
                ],
            ),
            row(
                "multipliers",
                "56 %",
                vec![part("compute", 5200.0, "", false)],
            ),
            row(
                "NoC (16 B/cycle)",
                "28 %",
                vec![
                    part("NoC", 300.0, "", false),
                    part("NoC", 2300.0, "hidden", true),
                ],
            ),
            row(
                "dram (2 B/cycle)",
                "100 %",
                vec![
                    part("dram", 3800.0, "", false),
                    part("dram", 5500.0, "hidden", true),
                ],
            ),
        ],
        nest: loop_nest(),
    }
}

fn floorplan() -> Floorplan {
    let part = |name: &str, area| FloorPart {
        name: name.into(),
        area,
    };
    let block = |name: &str, scale: f64| FloorBlock {
        name: name.into(),
        parts: vec![
            part("PEs", 1.4 * scale),
            part("stores in the PEs", 0.9 * scale),
            part("shared stores", 2.1 * scale),
            part("NoC", 0.3 * scale),
            part("control", 0.02 * scale),
        ],
    };
    Floorplan {
        unit: "mm²".into(),
        blocks: vec![block("left", 1.0), block("right", 0.4)],
        budget: Some(8.0),
    }
}

fn designs() -> Parallel {
    let axis = |label: &str, unit: &str| ParallelAxis {
        axis: Axis::new(label).unit(unit),
        ..ParallelAxis::default()
    };
    let mut dataflow = axis("core.dataflow", "");
    dataflow.names = vec!["nvdla".into(), "eyeriss".into(), "shidiannao".into()];
    let mut latency = axis("latency", "ms");
    latency.limits = vec![(6.0, Bound::AtMost)];
    let line = |i: usize| {
        let pes = 64.0 * (1 + i % 4) as f64;
        let time = 900.0 / pes + 4.0 * spread(i, 1);
        ParallelLine {
            values: vec![
                Some((i % 3) as f64),
                Some(pes),
                Some(time),
                (!i.is_multiple_of(9)).then(|| 2.0 + pes / 90.0 * spread(i, 2)),
            ],
            good: time <= 6.0,
        }
    };
    Parallel {
        axes: vec![
            dataflow,
            axis("core.pes", ""),
            latency,
            axis("energy", "mJ"),
        ],
        lines: (0..400).map(line).collect(),
        color: Some(3),
        judged: true,
    }
}
