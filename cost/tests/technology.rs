//! Areas against published tables, text files against constructors, SRAM energy against CACTI.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

mod templates;

use nasaic_cost::{
    ConvShape, Counting, EnergyUnit, Layer, Precision, SubAccelerator, Technology, Tensor, area,
    evaluate, fit, move_only, oracle,
};

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

/// A technology from the `name = value unit` lines of a text file; units become those of the cost
/// model (pJ, µm², bytes, W/m²).
fn read_text(name: &str) -> Technology {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../stdlib/technology");
    let text = std::fs::read_to_string(format!("{folder}/{name}.nasaic")).unwrap();
    let mut fields = serde_json::to_value(Technology::default()).unwrap();
    fields["name"] = name.into();
    for line in text.lines().filter(|l| !l.trim_start().starts_with("//")) {
        let Some((field, value)) = line.split_once('=') else {
            continue;
        };
        let field = field.trim();
        assert!(fields.get(field).is_some(), "{name}: no field {field}");
        let value = value.split("//").next().unwrap().trim();
        fields[field] = match value {
            "joule" => "Joule".into(),
            "activity" => "Activity".into(),
            "native" => "Native".into(),
            "operands" => "Operands".into(),
            "true" | "false" => (value == "true").into(),
            _ => quantity(value, fields[field].is_u64()),
        };
    }
    serde_json::from_value(fields).unwrap()
}

fn quantity(text: &str, whole: bool) -> serde_json::Value {
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    let factor = match unit {
        "" | "pJ" | "um^2" | "B" => 1.0,
        "nJ" => 1_000.0,
        "KiB" => 1_024.0,
        // 1 mW/mm² is 1000 W/m².
        "mW/mm^2" => 1_000.0,
        _ => panic!("unit {unit} of {text}"),
    };
    let value = number.parse::<f64>().unwrap() * factor;
    if whole {
        (value as u64).into()
    } else {
        value.into()
    }
}

#[test]
fn text_files_and_constructors_are_the_same_technologies() {
    for built in [
        Technology::maestro_2020(),
        Technology::maestro_2022(),
        Technology::eyeriss_65nm(),
        Technology::horowitz_45nm(),
        Technology::horowitz_28nm(),
    ] {
        let read = read_text(&built.name);
        let [read, built] = [read, built].map(|t| serde_json::to_value(t).unwrap());
        for (field, value) in built.as_object().unwrap() {
            let same = match (value.as_f64(), read[field].as_f64()) {
                // A text file rounds to about five digits.
                (Some(a), Some(b)) => (a - b).abs() <= 3e-5 * a.abs(),
                _ => *value == read[field],
            };
            assert!(same, "{} {field}: {value}, {}", built["name"], read[field]);
        }
    }
}

/// MAESTRO (2022-08) prints 3,030,020 µm² for 64 elements, a bus of 8, and stores of 726 and 1,454
/// bytes (AlexNet's first layer, dataflow kcp_ws).
#[test]
fn maestro_2022_areas_are_those_that_maestro_prints() {
    let dataflow = templates::nvdla();
    let sub = SubAccelerator::new(64, 8.0, 1e9)
        .with_store_size(&dataflow, "rf", 726)
        .and_then(|s| s.with_store_size(&dataflow, "glb", 1_454))
        .unwrap();
    let ours = area(&dataflow, &sub, &Technology::maestro_2022()).total();
    assert!((ours - 3_030_020.0).abs() < 10.0, "{ours}");
}

#[test]
fn eyeriss_words_of_16_bits_cost_what_its_table_says() {
    let t = Technology::eyeriss_65nm();
    assert_eq!(
        (t.energy_unit, t.counting),
        (EnergyUnit::Activity, Counting::Native)
    );
    let of_a_mac = |per_byte: f64| 2.0 * per_byte / t.mac_energy;
    assert_eq!(of_a_mac(t.rf_energy), 1.0);
    assert_eq!(of_a_mac(t.hop_energy), 2.0);
    assert_eq!(of_a_mac(t.sram_energy), 6.0);
    assert_eq!(of_a_mac(t.dram_energy), 200.0);
}

#[test]
fn horowitz_stores_cost_what_the_figure_says() {
    let t = Technology::horowitz_45nm();
    for (bytes, picojoules, tolerance) in [
        (8 << 10, 10.0, 0.01),
        (32 << 10, 20.0, 0.01),
        (1 << 20, 100.0, 0.14),
    ] {
        let ours = t.sram_access(bytes, 8);
        assert!(
            (ours / picojoules - 1.0).abs() < tolerance,
            "{bytes} B: {ours}"
        );
    }
}

/// The form `√capacity · (fixed + word)` and its one constant follow from CACTI's memories.
#[test]
fn sram_energy_has_the_form_of_cacti() {
    let rows: Vec<[f64; 3]> = table("cacti-7-sram-45nm.csv")
        .iter()
        .map(|row| [0, 1, 2].map(|column| row[column].parse().unwrap()))
        .collect();
    assert_eq!(rows.len(), 55);
    // Least squares of relative errors of a·√capacity + b·√capacity·word.
    let (mut aa, mut ab, mut bb, mut a1, mut b1) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for [bytes, word, energy] in &rows {
        let a = bytes.sqrt() / energy;
        let b = a * word;
        (aa, ab, bb) = (aa + a * a, ab + a * b, bb + b * b);
        (a1, b1) = (a1 + a, b1 + b);
    }
    let fixed = (a1 * bb - b1 * ab) / (b1 * aa - a1 * ab);
    let t = Technology::horowitz_45nm();
    assert!((fixed - t.sram_fixed).abs() < 0.05, "{fixed}");

    // Up to the tags and ways of a cache, which is one factor for all.
    let mut ratios: Vec<f64> = rows
        .iter()
        .map(|&[bytes, word, energy]| t.sram_access(bytes as u64, word as u32) / energy)
        .collect();
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ratios.len() / 2];
    let near = ratios.iter().filter(|&r| (r / median - 1.0).abs() < 0.25);
    assert!(near.count() >= 50, "{ratios:?}");
    assert!((4.0..6.0).contains(&median), "{median}");
}

/// Walking the nest, each word of a shared store being moved by accesses of its width.
#[test]
fn narrow_words_cost_what_their_accesses_cost() {
    let technology = Technology::horowitz_45nm();
    let shape = ConvShape::new(6, 4, [7, 5], [3, 3]);
    let bits = Precision::uniform(16);
    let layer = Layer::conv(&shape).unwrap().with_precision(bits);
    let dataflow = templates::nvdla();
    let mut sub = SubAccelerator::new(12, 8.0, 1e9);
    let mapping = fit(&layer, &dataflow, &sub).unwrap();
    let size = mapping.levels()[1].size.unwrap();
    let walked = oracle::count(&layer, &mapping);
    let mut at_reference = 0.0;
    for word in [8, 1, 2, 4, 32] {
        sub.store_words[1] = Some(word);
        let energy = evaluate(&layer, &mapping, &sub, Some(&technology))
            .energy
            .unwrap();
        let mut seen = 0.0;
        for tensor in [Tensor::I, Tensor::O] {
            let bytes = 2 * walked.access[1][tensor.index()].total();
            let accesses = bytes as f64 / f64::from(word);
            let walked = accesses * technology.sram_access(size, word);
            let counted = energy.store[1][tensor.index()];
            assert!((counted / walked - 1.0).abs() < 1e-12, "{counted} {walked}");
            seen += counted;
        }
        if word == 8 {
            at_reference = seen;
            sub.store_words[1] = None;
            let plain = evaluate(&layer, &mapping, &sub, Some(&technology)).energy;
            assert_eq!(plain, Some(energy));
        }
        assert_eq!(word < 8, seen > at_reference, "{word}");
    }
}

#[test]
fn words_do_not_matter_where_nothing_is_fixed_or_nothing_is_set() {
    let pool = Layer::pool(&ConvShape::new(8, 8, [8, 8], [2, 2])).unwrap();
    let mut sub = SubAccelerator::new(12, 8.0, 1e9);
    sub.store_sizes[1] = Some(32 * 1024);
    let mut narrow = sub;
    narrow.store_words[1] = Some(1);
    let free = Technology {
        sram_fixed: 0.0,
        ..Technology::horowitz_45nm()
    };
    let energy = |sub: &SubAccelerator, technology: &Technology| {
        let cost = move_only(&pool, sub, Some(technology), Default::default());
        cost.energy.unwrap().store[1].iter().sum::<f64>()
    };
    assert_eq!(energy(&narrow, &free), energy(&sub, &free));
    let fixed = Technology::horowitz_45nm();
    assert!(energy(&narrow, &fixed) > 2.0 * energy(&sub, &fixed));
}
