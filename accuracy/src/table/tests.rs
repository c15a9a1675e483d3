use super::*;
use std::io::Write;

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|w| (*w).to_owned()).collect()
}

/// Two decisions in one column, values in percent.
fn coded() -> Reading {
    let code = Code::parse("{a}-{b}", words(&["none", "skip", "conv"])).unwrap();
    Reading {
        scale: 0.01,
        key: Some(("arch".into(), code)),
        ..Reading::default()
    }
}

#[test]
fn a_row_is_found_however_its_numbers_are_written() {
    let text = b"# measured\nstem.filters, accuracy, uncertainty\n64, 0.93, 0.002\n32,0.91,0.003\n";
    let table = Table::read(text, &Reading::default()).unwrap();
    assert_eq!(table.decisions(), ["stem.filters"]);
    let hit = table.look_up(&words(&["64.0"])).unwrap();
    assert_eq!((hit.value, hit.uncertainty), (0.93, Some(0.002)));
    assert_eq!(table.look_up(&words(&["16"])), None);
}

#[test]
fn broken_tables_name_the_line() {
    for (text, line, says) in [
        ("a,b\n1,2\n", 1, "no column `accuracy`"),
        ("a,accuracy\n1,0.9\n2\n", 3, "1 values"),
        ("a,accuracy\n1,93.2\n", 2, "scale = 0.01"),
        ("a,accuracy\n1,-0.4\n", 2, "better = less"),
        ("a,accuracy\n1,NaN\n", 2, "not a number"),
        ("a,accuracy\n1,high\n", 2, "not a number"),
        ("a,accuracy\n1,0.9\n1.0,0.8\n", 3, "disagrees with line 2"),
        ("a,accuracy\n", 0, "no rows"),
        ("", 1, "empty"),
    ] {
        let error = Table::read(text.as_bytes(), &Reading::default()).unwrap_err();
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(error.message.contains(says), "{text}: {error}");
    }
}

#[test]
fn a_code_is_looked_up_and_the_nearest_row_is_named() {
    let table = Table::read(
        b"arch,accuracy,flops\n0-1,50,1\n2-2,70,9\n1-1,,3\n",
        &coded(),
    )
    .unwrap();
    assert_eq!(table.decisions(), ["a", "b"]);
    assert_eq!(table.look_up(&words(&["conv", "conv"])).unwrap().value, 0.7);
    let missing = words(&["none", "conv"]);
    assert_eq!(table.look_up(&missing), None);
    assert_eq!(table.sought(&missing), "0-2");
    assert_eq!(table.why_not(&missing), "The nearest row is line 2: 0-1.");
    assert_eq!(
        table.why_not(&words(&["skip", "skip"])),
        "Its row, line 4, has no value."
    );
    let odd = Table::read(b"arch,accuracy\n01,50\n", &coded()).unwrap_err();
    assert!(odd.message.contains("does not read as the code"), "{odd}");
}

#[test]
fn equal_rows_may_come_twice() {
    let table = Table::read(b"arch,accuracy\n0-1,50\n0-1,50.0\n", &coded()).unwrap();
    assert_eq!(table.len(), 1);
}

#[test]
fn trials_give_their_mean_and_its_standard_error() {
    let reading = Reading {
        trials: words(&["s1", "s2", "s3"]),
        ..coded()
    };
    let table = Table::read(b"arch,s1,s2,s3\n0-1,40,50,60\n1-1,40,,\n", &reading).unwrap();
    let hit = table.look_up(&words(&["none", "skip"])).unwrap();
    assert!((hit.value - 0.5).abs() < 1e-15);
    // A standard deviation of 0.1 over the root of three.
    assert!((hit.uncertainty.unwrap() - 0.1 / 3.0f64.sqrt()).abs() < 1e-15);
    let single = table.look_up(&words(&["skip", "skip"])).unwrap();
    assert_eq!(single.uncertainty, None);
}

#[test]
fn a_loss_becomes_an_accuracy_only_when_it_is_declared() {
    let reading = Reading {
        value: "loss".into(),
        scale: 0.5,
        less: true,
        ..coded()
    };
    let table = Table::read(b"arch,loss\n0-1,0.5\n1-1,1.5\n", &reading).unwrap();
    let value = |a, b| table.look_up(&words(&[a, b])).unwrap().value;
    assert_eq!((value("none", "skip"), value("skip", "skip")), (0.75, 0.25));
    let error = Table::read(b"arch,loss\n0-1,2.5\n", &reading).unwrap_err();
    assert!(error.message.contains("`scale`"), "{error}");
}

#[test]
fn a_compressed_file_is_read_and_a_damaged_one_refused() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"arch,accuracy\n0-1,50\n").unwrap();
    let packed = packer.finish().unwrap();
    assert_eq!(Table::read(&packed, &coded()).unwrap().len(), 1);
    let error = Table::read(&packed[..packed.len() / 2], &coded()).unwrap_err();
    assert!(error.message.contains("damaged"), "{error}");
}
