//! The UCI digits, embedded: E. Alpaydin, C. Kaynak (1998), CC BY 4.0.
//!
//! `accuracy/data/README.md` tells where the file comes from. The set is published without
//! a part to test with: every fifth sample of each digit is kept for that.

use super::files::Files;
use super::labelled::{self, Labelled};
use super::{DataError, Read, Request};
use crate::network::Shape;
use flate2::read::GzDecoder;
use std::io::Read as _;
use std::path::Path;

/// 1,797 lines of 64 pixels in 0..16 and the digit.
static PACKED: &[u8] = include_bytes!("../../data/digits.csv.gz");

const SHAPE: Shape = Shape {
    channels: 1,
    rows: 8,
    columns: 8,
};

pub(super) fn read(request: &Request, files: &mut Files) -> Result<Read, DataError> {
    request.needs_shape("the embedded digits", SHAPE)?;
    if request.classes != 10 {
        let cause = format!(
            "there are 10 digits, `data {}` says {} classes",
            request.name, request.classes
        );
        return Err(DataError::unfit(
            "the embedded digits",
            cause,
            "write `classes = 10`",
        ));
    }
    let mut text = String::new();
    let unpacked = GzDecoder::new(PACKED).read_to_string(&mut text);
    let all = unpacked.ok().and_then(|_| parse(&text));
    let all = all.ok_or_else(|| {
        DataError::damaged(
            Path::new("digits.csv.gz"),
            None,
            "the embedded file is not whole",
        )
    })?;
    files.add(text.as_bytes());
    labelled::divided(
        &all,
        request,
        "writers of the test digits wrote training digits, too",
    )
}

/// Lines of 65 numbers.
fn parse(text: &str) -> Option<Labelled> {
    let mut all = Labelled {
        pixels: Vec::new(),
        labels: Vec::new(),
    };
    for line in text.lines() {
        let numbers: Vec<u8> = line
            .split(',')
            .map(|n| n.parse().ok())
            .collect::<Option<_>>()?;
        let (label, pixels) = numbers.split_last()?;
        if pixels.len() != SHAPE.elements() || *label > 9 {
            return None;
        }
        all.pixels.extend(pixels);
        all.labels.push(*label);
    }
    Some(all)
}
