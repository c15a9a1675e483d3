//! Whatever is typed and wherever the cursor stands, there is an answer and no panic.

use crate::prelude::{examples, schemas};
use nasaic_dsl::assist::{Known, complete, completeness, definition, hover};
use nasaic_dsl::check::Program;

/// A linear congruential generator (Knuth's MMIX constants): the same numbers everywhere.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }
}

const PIECES: [&str; 28] = [
    "{", "}", "(", ")", "[", "]", "\"", "\"\"\"", "/*", "//", "\n", ".", "=", "in ", "with {",
    "use std.", "let x = ", "3 ms", "64 GB/", "^", "8..64 ", "µ", "²", "ö", "?", "conv {", ",",
    "network",
];

fn ask(text: &str, offset: usize) {
    let program = Program::default();
    let known = Known {
        schemas: schemas(),
        program: &program,
    };
    let all = complete(known, text, offset);
    assert!(
        text.get(all.range.clone()).is_some(),
        "{:?} of\n{text}",
        all.range
    );
    assert!(all.range.start <= offset.min(text.len()), "{text}");
    if let Some(h) = hover(known, text, offset) {
        assert!(text.get(h.range).is_some(), "{text}");
        assert!(!h.plain.is_empty());
    }
    if let Some(d) = definition(known, text, offset) {
        let there = d.origin.as_ref().map_or(text, |o| o.text.as_str());
        assert!(there.get(d.range).is_some(), "{text}");
    }
}

fn clamped(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[test]
fn every_example_can_be_cut_anywhere() {
    for (_, text) in examples() {
        for at in (0..=text.len()).step_by(23) {
            let cut = &text[..clamped(&text, at)];
            ask(cut, cut.len());
            completeness(cut);
        }
    }
}

#[test]
fn every_example_has_an_answer_anywhere() {
    for (_, text) in examples() {
        // Offsets inside characters and behind the end are asked for, too.
        for at in (0..text.len() + 9).step_by(29) {
            ask(&text, at);
        }
    }
}

#[test]
fn mutations_never_panic() {
    let examples = examples();
    let mut random = Lcg(1);
    for _ in 0..300 {
        let mut text = examples[random.below(examples.len())].1.clone();
        for _ in 0..=random.below(4) {
            let at = clamped(&text, random.below(text.len() + 1));
            if random.below(3) == 0 {
                let end = clamped(&text, (at + random.below(40)).min(text.len())).max(at);
                text.replace_range(at..end, "");
            } else {
                text.insert_str(at, PIECES[random.below(PIECES.len())]);
            }
        }
        let offset = random.below(text.len() + 2);
        ask(&text, offset);
        completeness(&text);
    }
}
