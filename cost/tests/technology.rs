//! Areas against published tables, energies against hand computation.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

mod templates;

use nasaic_cost::{SubAccelerator, Technology, area};

/// Rows of a reference table, comment lines left out; the first line names the columns.
fn table(file: &str) -> Vec<Vec<String>> {
    let path = format!("{}/../tests/reference/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|l| !l.starts_with('#')).skip(1);
    lines
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

#[test]
fn nasaic_areas_follow_from_maestro_2020() {
    let technology = Technology::maestro_2020();
    let rows = table("nasaic-table1.csv");
    assert_eq!(rows.len(), 6);
    for row in rows {
        let number = |column: usize| row[column].parse::<f64>().unwrap();
        let sub = |pes: usize, bandwidth: usize| {
            SubAccelerator::new(number(pes) as u32, number(bandwidth), 1e9)
        };
        let first = area(&templates::nvdla(), &sub(3, 4), &technology).total();
        let second = area(&templates::shidiannao(), &sub(6, 7), &technology).total();
        let ratio = (first + second) / number(12);
        assert!((ratio - 1.0).abs() < 0.01, "{} {}: {ratio}", row[0], row[1]);
    }
}

#[test]
fn an_absent_sub_accelerator_has_no_area() {
    for (pes, bandwidth) in [(0, 8.0), (32, 0.0)] {
        let sub = SubAccelerator::new(pes, bandwidth, 1e9);
        assert_eq!(
            area(&templates::nvdla(), &sub, &Technology::maestro_2020()).total(),
            0.0
        );
    }
}

#[test]
fn nvdla_areas_are_near_its_own_estimates() {
    for row in table("nvdla-primer.csv") {
        let number = |column: usize| row[column].parse::<f64>().unwrap();
        let dataflow = templates::nvdla();
        // Per multiplier two operand words and a partial sum, double buffered.
        let sub = SubAccelerator::new(number(0) as u32, number(2), 1e9)
            .with_store_size(&dataflow, "rf", 12)
            .and_then(|s| s.with_store_size(&dataflow, "glb", number(1) as u64 * 1024))
            .unwrap();
        let ours = area(&dataflow, &sub, &Technology::horowitz_28nm()).total() / 1e6;
        let ratio = ours / number(3);
        println!(
            "{} multipliers: {ours:.2} mm², NVDLA says {}, ratio {ratio:.2}",
            row[0], row[3]
        );
        assert!(
            (0.6..0.9).contains(&ratio),
            "{} multipliers: ratio {ratio}",
            row[0]
        );
    }
}
