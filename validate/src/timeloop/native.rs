//! How the native model's counts stand to the peer's.

use nasaic_cost::timeloop::View;
use nasaic_cost::{Access, Tensor, counts};
use serde_json::Value;

use super::record::Record;

/// Records by how the native counts of all instances stand to them.
#[derive(Debug, Default)]
pub(super) struct Native {
    equal: usize,
    /// Only inputs differ, and neighbours pass some of them on.
    neighbours: usize,
    /// Only inputs differ, without that: Timeloop looks at other steps or reuses otherwise.
    sampling: usize,
    /// Anything else differs.
    other: usize,
}

impl Native {
    /// Counts a record; `view` tells why inputs differ.
    pub(super) fn take(&mut self, record: &Record, view: &View) {
        let counts = counts::count(&record.layer, &record.mapping);
        let mut differing: Vec<Tensor> = Vec::new();
        for (level, held) in view.stores.iter().enumerate() {
            for tensor in Tensor::ALL {
                let theirs = totals(record.store(level, tensor));
                let ours = counts.access[level][tensor.index()];
                if held[tensor.index()].is_some() && theirs != Some(ours) {
                    differing.push(tensor);
                }
            }
        }
        let steps = record.value["cycles"].as_f64() == Some(counts.steps as f64);
        let linked = view
            .networks
            .iter()
            .any(|n| n[Tensor::I.index()].linked > 0);
        let kind = if !steps || differing.iter().any(|&tensor| tensor != Tensor::I) {
            &mut self.other
        } else if differing.is_empty() {
            &mut self.equal
        } else if linked {
            &mut self.neighbours
        } else {
            &mut self.sampling
        };
        *kind += 1;
    }

    /// The records in words; none if there are none.
    pub(super) fn figure(&self) -> Option<String> {
        let Native {
            equal,
            neighbours,
            sampling,
            other,
        } = self;
        let all = equal + neighbours + sampling + other;
        (all > 0).then(|| {
            format!(
                "{equal} of {all} equal; inputs differ in {neighbours} by words that neighbours pass \
                 on and in {sampling} by what Timeloop samples; otherwise {other} differ"
            )
        })
    }
}

/// A record's counts, which are per instance, of all instances.
fn totals(theirs: &Value) -> Option<Access> {
    let instances = theirs["Utilized instances (max)"].as_f64()?;
    let total = |what: &str| {
        let each = theirs[format!("Scalar {what} (per-instance)")].as_f64()?;
        Some((each * instances).round() as u64)
    };
    Some(Access {
        reads: total("reads")?,
        fills: total("fills")?,
        updates: total("updates")?,
    })
}
