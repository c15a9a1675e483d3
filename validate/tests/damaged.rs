//! Folders with damaged files give lines, never a panic.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use nasaic_validate::COMPARISONS;
use nasaic_validate::data::Folder;
use nasaic_validate::report::Section;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Records of a file that are damaged and compared: all of them would take long.
const LINES: usize = 12;

/// How many comparisons fall short. Searching for mappings takes long; its one file has a test of
/// its own.
fn short(folder: &Path) -> usize {
    let quick = COMPARISONS.iter().filter(|c| c.name != "mapper");
    let sections = quick.map(|c| c.run(&folder.into(), 0));
    sections.filter(Section::falls_short).count()
}

fn bytes(name: &str, text: &[u8]) -> Vec<u8> {
    if !name.ends_with(".gz") {
        return text.to_vec();
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

/// The beginning of a shipped file.
fn beginning(name: &str) -> String {
    let text = Folder::Shipped.text(name).unwrap();
    text.lines().take(LINES).map(|l| format!("{l}\n")).collect()
}

/// A number of the text replaced by one that no layer can have.
fn with_odd_number(text: &str, random: &mut ChaCha8Rng) -> String {
    const ODD: [&str; 10] = [
        "0",
        "-1",
        "7",
        "4294967295",
        "4294967296",
        "99999999999999999999",
        "1e308",
        "NaN",
        "",
        "null",
    ];
    let digits: Vec<(usize, usize)> = {
        let starts = text.char_indices().filter(|&(at, c)| {
            c.is_ascii_digit() && !text[..at].ends_with(|p: char| p.is_ascii_alphanumeric())
        });
        let length = |at: usize| text[at..].chars().take_while(char::is_ascii_digit).count();
        starts.map(|(at, _)| (at, at + length(at))).collect()
    };
    let (from, to) = digits[random.random_range(0..digits.len())];
    let odd = ODD[random.random_range(0..ODD.len())];
    format!("{}{odd}{}", &text[..from], &text[to..])
}

fn with_cut(text: &str, random: &mut ChaCha8Rng) -> String {
    let mut at = random.random_range(0..text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text[..at].to_owned()
}

#[test]
fn odd_numbers_and_cut_files_are_reported() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let folder = tempfile::tempdir().unwrap();
    let mut reported = 0;
    for round in 0..120 {
        for name in Folder::Shipped.names() {
            let mut text = beginning(&name);
            for _ in 0..3 {
                text = with_odd_number(&text, &mut random);
            }
            if round % 4 == 0 {
                text = with_cut(&text, &mut random);
            }
            std::fs::write(folder.path().join(&name), bytes(&name, text.as_bytes())).unwrap();
        }
        reported += short(folder.path());
    }
    assert!(reported > 200, "{reported}");
}

#[test]
fn files_of_any_bytes_are_reported() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..20 {
        for name in Folder::Shipped.names() {
            let mut packed = bytes(&name, beginning(&name).as_bytes());
            for _ in 0..4 {
                let at = random.random_range(0..packed.len());
                packed[at] = random.random();
            }
            std::fs::write(folder.path().join(&name), packed).unwrap();
        }
        assert!(short(folder.path()) > 0);
    }
}
