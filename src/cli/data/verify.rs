//! A data set read whole, and what a reader checks of it.

use super::picture::picture;
use nasaic_accuracy::data::{DataError, Loaded, Places, Samples, Targets, load};
use nasaic_dsl::units::number;
use nasaic_engine::data::DataSet;
use serde_json::{Value, json};

/// A data set that was read.
pub struct Verified<'a> {
    set: &'a DataSet,
    loaded: Loaded,
}

/// Reads a set whole, whatever its block limits it to.
pub fn verify<'a>(set: &'a DataSet, places: &Places) -> Result<Verified<'a>, DataError> {
    let loaded = load(&set.request, places)?;
    Ok(Verified { set, loaded })
}

/// Channels, rows and columns.
pub fn input(set: &DataSet) -> [usize; 3] {
    let shape = set.request.shape;
    [shape.channels, shape.rows, shape.columns]
}

impl Verified<'_> {
    /// The parts by their names.
    fn parts(&self) -> impl Iterator<Item = (&'static str, &Samples)> {
        let test = self.loaded.test.as_ref().map(|test| ("test", test));
        [("train", &self.loaded.train)].into_iter().chain(test)
    }

    /// What a reader sees.
    pub fn text(&self) -> String {
        let Loaded {
            hash, note, origin, ..
        } = &self.loaded;
        let size = input(self.set).map(|n| n.to_string()).join("×");
        let mut lines = vec![
            format!("{}: sound", self.set.request.name),
            format!("  from   {origin}"),
            format!("  hash   {hash}"),
            format!("  input  {size}"),
        ];
        lines.extend((!note.is_empty()).then(|| format!("  note   {note}")));
        for (name, part) in self.parts() {
            let count = number(part.len() as f64);
            lines.push(format!("  {name:<6} {count} samples, {}", balance(part)));
        }
        lines.push("  the mean of those to train with:".into());
        lines.extend(
            picture(&self.loaded.train)
                .into_iter()
                .map(|row| format!("    {row}")),
        );
        lines.join("\n") + "\n"
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let part = |part: &Samples| match &part.targets {
            Targets::Classes { .. } => json!({ "samples": part.len(), "classes": classes(part) }),
            Targets::Masks { .. } => json!({ "samples": part.len(), "object": object(part) }),
        };
        json!({
            "name": self.set.request.name,
            "format": self.set.request.format.name(),
            "input": input(self.set),
            "from": self.loaded.origin,
            "hash": self.loaded.hash,
            "note": self.loaded.note,
            "train": part(&self.loaded.train),
            "test": self.loaded.test.as_ref().map(part),
        })
    }
}

/// How the classes share the samples, or how much of the pixels the object has.
fn balance(part: &Samples) -> String {
    match &part.targets {
        Targets::Classes { .. } => {
            let counts: Vec<String> = classes(part).iter().map(usize::to_string).collect();
            format!("of each class {}", counts.join(" "))
        }
        Targets::Masks { .. } => format!("object in {:.1} % of the pixels", 100.0 * object(part)),
    }
}

/// How many samples each class has.
fn classes(part: &Samples) -> Vec<usize> {
    match &part.targets {
        Targets::Classes { count, labels } => {
            let mut counts = vec![0; *count];
            labels
                .iter()
                .for_each(|label| counts[usize::from(*label)] += 1);
            counts
        }
        Targets::Masks { .. } => Vec::new(),
    }
}

/// The share of the pixels that belong to the object.
fn object(part: &Samples) -> f64 {
    match &part.targets {
        Targets::Masks { pixels } => {
            let inside = pixels.iter().filter(|p| **p > 0).count();
            inside as f64 / pixels.len().max(1) as f64
        }
        Targets::Classes { .. } => 0.0,
    }
}
