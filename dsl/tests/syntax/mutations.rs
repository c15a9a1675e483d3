//! Whatever is typed, reading ends soon and without a panic.

use crate::examples;
use nasaic_dsl::render::plain;
use nasaic_dsl::source::{SourceId, Sources};
use nasaic_dsl::syntax::tree::File;
use nasaic_dsl::syntax::{format, parse};
use std::time::{Duration, Instant};

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

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

const PIECES: [&str; 64] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\"\"\"",
    "/*",
    "*/",
    "//",
    "///",
    "//!",
    "\n",
    "\r\n",
    " ",
    ",",
    ".",
    "..",
    "=",
    "==",
    "<=",
    "=<",
    "< =",
    "≤",
    ":",
    ";",
    "#",
    "'",
    "“",
    "”",
    "−",
    "×",
    "?",
    "-",
    "^",
    "*",
    "+",
    "1",
    "3 ms",
    "8e5",
    "_",
    "x",
    "µ",
    "²",
    "ö",
    "\u{200B}",
    "\u{A0}",
    "in",
    "with",
    "step",
    "as",
    "let",
    "use",
    "choose",
    "require",
    "expect",
    "minimise",
    "for",
    "and",
    "\\",
    "@",
    "{ a = 1 }",
    "f(x)",
];

/// The paragraphs of the examples and of a text full of comments; most are whole items.
fn paragraphs() -> Vec<String> {
    let mut programs = examples();
    programs.push((
        String::from("nasty"),
        include_str!("nasty.nasaic").to_owned(),
    ));
    programs
        .iter()
        .flat_map(|(_, text)| text.split("\n\n"))
        .map(str::to_owned)
        .collect()
}

fn mutated(text: &str, random: &mut Lcg) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + random.below(4) {
        let at = random.below(chars.len());
        match random.below(5) {
            0 => drop(chars.drain(at..(at + 1 + random.below(12)).min(chars.len()))),
            1 => chars.truncate(at.max(1)),
            2 => {
                let from = random.below(chars.len());
                let copy = chars[from..(from + random.below(40)).min(chars.len())].to_vec();
                chars.splice(at..at, copy);
            }
            _ => drop(chars.splice(at..at, random.pick(&PIECES).chars())),
        }
        if chars.is_empty() {
            chars.push(' ');
        }
    }
    chars.into_iter().collect()
}

fn timed(text: &str) -> Duration {
    let start = Instant::now();
    parse(SourceId(0), text);
    start.elapsed()
}

/// Whether the text is right; if so, its layout must have the same tree and signs, and stay.
fn survives(text: &str, file: &File) -> bool {
    let Ok(once) = format(SourceId(0), text) else {
        return false;
    };
    let again = format(SourceId(0), &once);
    assert_eq!(again.as_ref(), Ok(&once), "formatted twice:\n{text}");
    let after = parse(SourceId(0), &once).0;
    assert_eq!(
        after.without_spans(),
        file.without_spans(),
        "another tree:\n{text}"
    );
    assert_eq!(
        signs(&once),
        signs(text),
        "something was lost:\n{text}\n{once}"
    );
    true
}

/// All signs but blanks and commas, sorted: a comment may move to the end of its item.
fn signs(text: &str) -> Vec<char> {
    let plain = text.replace('≤', "<=").replace('≥', ">=");
    let kept = |c: &char| !c.is_whitespace() && !",\u{200B}".contains(*c);
    let mut signs: Vec<char> = plain.chars().filter(kept).collect();
    signs.sort_unstable();
    signs
}

#[test]
fn mutated_programs_are_read_and_formatted() {
    let paragraphs = paragraphs();
    let mut random = Lcg(1);
    let mut right = 0;
    for round in 0..20_000 {
        let (first, second) = (random.pick(&paragraphs), random.pick(&paragraphs));
        let original = [first.as_str(), second].join("\n\n");
        let text = mutated(&original, &mut random);
        let mut sources = Sources::default();
        let id = sources.add("text", text.as_str());
        let (file, diagnostics) = parse(id, &text);
        if round % 4 == 0 {
            assert_eq!(
                plain(&sources, &diagnostics).is_empty(),
                diagnostics.is_empty()
            );
            right += usize::from(survives(&text, &file));
        }
    }
    assert!(right > 300, "only {right} mutated programs were right");
}

#[test]
fn at_most_one_message_of_text_a_line() {
    let mut random = Lcg(2);
    let programs = examples();
    for _ in 0..2_000 {
        let (_, original) = random.pick(&programs);
        let text = mutated(original, &mut random);
        let (_, diagnostics) = parse(SourceId(0), &text);
        let line = |at: u32| text[..at as usize].matches('\n').count();
        // Holes are told one by one.
        let diagnostics: Vec<_> = diagnostics
            .into_iter()
            .filter(|d| d.code != "E0310")
            .collect();
        let mut lines: Vec<usize> = diagnostics
            .iter()
            .filter_map(|d| d.span())
            .map(|span| line(span.start))
            .collect();
        let all = lines.len();
        lines.dedup();
        assert_eq!(lines.len(), all, "{text}\n{diagnostics:#?}");
        assert!(
            diagnostics
                .iter()
                .all(|d| d.code.starts_with("E01") || d.code == "E0310")
        );
    }
}

/// What makes a careless reader slow when it is repeated.
const SLOW: [&str; 50] = [
    "x = f(a with { ",
    "a - f(b with { x = (",
    "[[",
    "{ a = { ",
    "\"\\\",",
    "\"",
    "/* ",
    "a {\n) {\n",
    "x in {1, 2\n",
    "1 .. ",
    "a.b.c.",
    "a b ",
    "3 a.b.c.d ",
    "- ",
    "f(x) [1] ",
    "let ",
    "'a",
    "“a",
    "with ",
    "x = [1,\n",
    "# ( [\n",
    "é",
    "}\n",
    ")\n",
    "a = \"\n",
    "\"\"\"",
    "}\u{20}  ",
    "x: ",
    "1e9 ms ",
    "a[0].b = 3 ",
    "for ",
    "\u{200B}",
    ",",
    "a, ",
    "(\n",
    "x {}",
    "{}",
    "/",
    "<",
    "3 x = ",
    "a{)}",
    "var x = 3,",
    ";",
    "x =< ",
    "=",
    "[)",
    "a {b ",
    "let x = 3 ",
    "x = 3;",
    "pes 3, ",
];

/// Reads each of them, repeated to `bytes`, in less than a second: far more than it takes,
/// so that a busy machine passes and a square or a power of the length does not.
fn none_takes_long(bytes: usize) {
    for piece in SLOW {
        for head in ["", "a {\nlet x = ["] {
            let time = timed(&format!("{head}{}", piece.repeat(bytes / piece.len())));
            assert!(
                time < Duration::from_secs(1),
                "{piece:?} after {head:?} took {time:?}"
            );
        }
    }
}

#[test]
fn no_text_takes_long() {
    none_takes_long(20_000);
}

#[test]
#[ignore = "a measurement: run it with --release --nocapture"]
fn time_of_a_long_program() {
    let all: String = examples().into_iter().map(|(_, text)| text).collect();
    let text = all.repeat(4_000 / all.lines().count() + 1);
    let times: Vec<Duration> = (0..20).map(|_| timed(&text)).collect();
    println!(
        "{} lines, {} bytes: {:?}",
        text.lines().count(),
        text.len(),
        times.iter().min()
    );
}

#[test]
#[ignore = "a measurement: run it with --release"]
fn no_long_text_takes_long() {
    none_takes_long(100_000);
}
