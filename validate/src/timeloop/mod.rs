//! Timeloop 3.0.3: its view of a nest against what it reported, and the native model beside it.

mod native;
mod quantities;
mod record;

use nasaic_cost::{SubAccelerator, timeloop};

use crate::data::Folder;
use crate::point::Point;
use crate::report::{Line, Section};
use native::Native;
use quantities::{Comparison, QUANTITIES};
pub use record::Record;

/// Beginning and end of the names of files with records.
pub const FILES: (&str, &str) = ("timeloop-3.0.3", ".jsonl.gz");

/// Bytes per cycle off the chip and on it in [`points`]: narrow enough to matter beside an array.
const LINKS: [f64; 2] = [2.0, 8.0];

const NOTES: [&str; 3] = [
    "The judged lines compare the exact view of that version (`cost::timeloop`) with every record: \
     per tensor, per store and per instance, without any tolerance except the two decimals to which \
     hops and averaged multicasts are printed.",
    "The mesh of a record decides which elements are neighbours and how far words travel. Where it \
     is wider than what the mapping uses, the peer numbers elements by the narrow array and looks \
     for neighbours on the wide one; the view does the same.",
    "The native counts differ where Timeloop lets neighbours on the mesh pass inputs on, which the \
     native model does not have, and where its sampling goes another way: it looks at the first two \
     iterations of a loop only, and reuses a sliding window as long as every movement equals the \
     one before, whichever loop causes it. The native model fetches a window anew where an inner \
     loop turns back.",
];

/// Compares with every file of records in the folder, one line per file and quantity.
pub fn compare(folder: &Folder) -> Section {
    let mut section = Section::new(
        "Timeloop 3.0.3",
        "random mappings of small layers, generated with Timeloop 3.0.3 for this project",
    );
    let files = files(folder);
    if files.is_empty() {
        let pattern = format!("{}*{}", FILES.0, FILES.1);
        let line = Line::skipped(pattern, "no such file in the folder");
        section.lines.push(line);
        return section;
    }
    for file in files {
        section.lines.extend(compare_file(folder, &file));
    }
    section.notes = NOTES.map(str::to_owned).to_vec();
    section
}

/// Every record that can be read, on an array of its size with narrow links.
pub fn points(folder: &Folder) -> Vec<Point> {
    let texts = files(folder).into_iter().filter_map(|file| {
        let text = folder.text(&file).ok()?;
        Some((file, text))
    });
    texts
        .flat_map(|(file, text)| {
            let records = text.lines().filter_map(|line| Record::read(line).ok());
            records
                .map(|record| point(&file, record))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn point(file: &str, record: Record) -> Point {
    let Record {
        id, layer, mapping, ..
    } = record;
    let elements = mapping.instances(&layer, mapping.levels().len());
    let pes = u32::try_from(elements).unwrap_or(u32::MAX);
    Point {
        what: format!("{file}, record {id}"),
        layer,
        mapping,
        sub: SubAccelerator {
            dram_bandwidth: Some(LINKS[0]),
            ..SubAccelerator::new(pes, LINKS[1], 1e9)
        },
    }
}

fn files(folder: &Folder) -> Vec<String> {
    let mut names = folder.names();
    names.retain(|name| name.starts_with(FILES.0) && name.ends_with(FILES.1));
    names
}

fn compare_file(folder: &Folder, file: &str) -> Vec<Line> {
    let text = match folder.text(file) {
        Ok(text) => text,
        Err(why) => return vec![Line::judged(file, why, "a readable file", false)],
    };
    let mut tally = Tally::default();
    let lines = text.lines().enumerate();
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        if let Err(why) = tally.take(line) {
            tally.unreadable.push(format!("line {}: {why}", index + 1));
        }
    }
    tally.lines(file)
}

/// How many records agree in one quantity.
#[derive(Debug, Default)]
struct Agreement {
    compared: usize,
    equal: usize,
    /// The first difference, in words.
    first: Option<String>,
}

/// The comparison of one file.
#[derive(Debug, Default)]
struct Tally {
    quantities: [Agreement; QUANTITIES.len()],
    unreadable: Vec<String>,
    native: Native,
}

impl Tally {
    fn take(&mut self, line: &str) -> Result<(), String> {
        let record = Record::read(line)?;
        let view = timeloop::count(&record.layer, &record.mapping, &record.mesh)
            .map_err(|why| why.to_string())?;
        for (agreement, (_, compare)) in self.quantities.iter_mut().zip(QUANTITIES) {
            agreement.take(compare(&record, &view), &record.id);
        }
        self.native.take(&record, &view);
        Ok(())
    }

    fn lines(&self, file: &str) -> Vec<Line> {
        let agreements = self.quantities.iter().zip(QUANTITIES);
        let mut lines: Vec<Line> = agreements
            .map(|(agreement, (what, _))| agreement.line(format!("{file}: {what}")))
            .collect();
        if let Some(first) = self.unreadable.first() {
            let what = format!("{file}: records");
            let figure = format!("{} not comparable; {first}", self.unreadable.len());
            lines.push(Line::judged(what, figure, "all comparable", false));
        }
        let native = self.native.figure();
        lines.extend(native.map(|figure| Line::info(format!("{file}: native counts"), figure)));
        lines
    }
}

impl Agreement {
    fn take(&mut self, comparison: Comparison, id: &str) {
        match comparison {
            Comparison::Absent => return,
            Comparison::Equal => self.equal += 1,
            Comparison::Differs(how) => {
                self.first.get_or_insert(format!("record {id}: {how}"));
            }
        }
        self.compared += 1;
    }

    fn line(&self, what: String) -> Line {
        let (equal, compared) = (self.equal, self.compared);
        if compared == 0 {
            return Line::skipped(what, "no record has it");
        }
        let first = self.first.as_ref().map(|first| format!("; {first}"));
        let figure = format!("{equal} of {compared} equal{}", first.unwrap_or_default());
        Line::judged(what, figure, "all equal", equal == compared)
    }
}
