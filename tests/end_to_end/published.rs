//! NASAIC's Table I (`tests/reference/nasaic-table1.csv`) through our areas, specs and reward.

use crate::support::{read, run};

struct Row {
    workload: String,
    approach: String,
    subs: [(String, f64, f64); 2],
    accuracies: [f64; 2],
    cycles: f64,
    energy: f64,
    area: f64,
    meets: bool,
}

fn rows() -> Vec<Row> {
    let text = read("tests/reference/nasaic-table1.csv");
    let mut lines = text.lines().filter(|l| !l.starts_with('#'));
    lines.next();
    let rows: Vec<Row> = lines
        .map(|line| {
            let f: Vec<&str> = line.split(',').collect();
            let x = |i: usize| f[i].parse::<f64>().expect(line);
            let dataflow = |i: usize| match f[i] {
                "dla" => "nvdla".to_owned(),
                "shi" => "shidiannao".to_owned(),
                other => panic!("{other}"),
            };
            Row {
                workload: f[0].into(),
                approach: f[1].into(),
                subs: [(dataflow(2), x(3), x(4)), (dataflow(5), x(6), x(7))],
                accuracies: [x(8) / 100.0, x(9) / 100.0],
                cycles: x(10),
                energy: x(11),
                area: x(12),
                meets: f[13] == "yes",
            }
        })
        .collect();
    assert_eq!(rows.len(), 6);
    rows
}

#[test]
fn the_areas_of_the_published_allocations_follow_within_one_percent() {
    for row in rows() {
        let [(d1, p1, b1), (d2, p2, b2)] = &row.subs;
        let text = format!(
            "use w1.{{w1}}\nlet fixed = w1 with {{\n\
             classify.stem.filters = 16, classify.stage.down.filters = 32, classify.stage.more.times = 0\n\
             segment.height = 1, segment.base = 4\n\
             a1.dataflow = {d1}, a1.pes = {p1}, a1.bandwidth = {b1} GB/s\n\
             a2.dataflow = {d2}, a2.pes = {p2}, a2.bandwidth = {b2} GB/s\n}}\n\
             use templates.{{nvdla, shidiannao}}\nevaluate(fixed)\n"
        );
        let done = run("examples/table1.nasaic", &text);
        let area = done.shown(0)["area_m2"].as_f64().expect("an area") * 1e12;
        let error = (area - row.area).abs() / row.area;
        assert!(
            error < 0.01,
            "{} {}: {area} against {}",
            row.workload,
            row.approach,
            row.area
        );
    }
}

#[test]
fn the_published_figures_meet_and_miss_the_published_specs() {
    for row in rows() {
        let (cycles, energy) = if row.workload == "W1" {
            ("8e5", "2e9")
        } else {
            ("1e6", "3.5e9")
        };
        let text = format!(
            "{c} cycles <= {cycles} cycles\n{e} nJ <= {energy} nJ\n{a} um^2 <= 4e9 um^2\n",
            c = row.cycles,
            e = row.energy,
            a = row.area
        );
        let done = run("specs.nasaic", &text);
        let all = (0..3).all(|n| *done.shown(n) == serde_json::json!(true));
        assert_eq!(all, row.meets, "{} {}", row.workload, row.approach);
    }
}

#[test]
fn the_reward_of_the_published_w1_design_is_its_mean_accuracy() {
    let rows = rows();
    let row = rows
        .iter()
        .find(|r| r.workload == "W1" && r.approach == "NASAIC")
        .expect("the row");
    let text = format!(
        "script reward \"\"\"fn r(a, b, c, e, m) {{\n\
         let p = max(c - 8e5, 0.0) / 8e5 + max(e - 2e9, 0.0) / 2e9 + max(m - 4e9, 0.0) / 4e9;\n\
         0.5 * a + 0.5 * b - 10.0 * p }}\"\"\"\n\
         reward.r({}, {}, {} cycles as cycles, {} nJ as nJ, {} um^2 as um^2)\n",
        row.accuracies[0], row.accuracies[1], row.cycles, row.energy, row.area
    );
    let done = run("reward.nasaic", &text);
    let reward = done.shown(0).as_f64().expect("a number");
    assert!((reward - 0.88295).abs() < 1e-12, "{reward}");
}
