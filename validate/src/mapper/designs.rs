//! NASAIC's Table I: pairs of sub-accelerators, read record by record.

use csv::{ReaderBuilder, StringRecord, Trim};
use nasaic_cost::SubAccelerator;

use super::dataflows::Style;

/// Cycles per second at which GB/s are bytes per cycle.
const CLOCK: f64 = 1e9;

/// One row of the table.
pub(super) struct Design {
    /// Workload and approach.
    pub(super) name: String,
    /// The sub-accelerators that are there.
    pub(super) subs: Vec<(Style, SubAccelerator)>,
}

/// All rows; one that cannot be read is the message that says where and why.
pub(super) fn designs(text: &str) -> Vec<Result<Design, String>> {
    let mut reader = ReaderBuilder::new()
        .comment(Some(b'#'))
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let columns = match reader.headers() {
        Ok(columns) => columns.clone(),
        Err(error) => return vec![Err(format!("the head cannot be read: {error}"))],
    };
    let records = reader.records().map(|record| {
        let record = record.map_err(|error| error.to_string())?;
        let line = record.position().map_or(0, csv::Position::line);
        design(&columns, &record).map_err(|why| format!("line {line}: {why}"))
    });
    records.collect()
}

fn design(columns: &StringRecord, record: &StringRecord) -> Result<Design, String> {
    let field = |name: &str| {
        let at = columns.iter().position(|column| column == name);
        at.and_then(|at| record.get(at))
            .ok_or_else(|| format!("there is no `{name}`"))
    };
    let mut subs = Vec::new();
    for number in 1..=2 {
        let pes = field(&format!("pes{number}"))?;
        let pes: u32 = pes
            .parse()
            .map_err(|_| format!("`{pes}` is no number of elements"))?;
        let bandwidth = field(&format!("bw{number}_gb_s"))?;
        let bandwidth = bandwidth
            .parse()
            .ok()
            .filter(|b: &f64| b.is_finite() && *b >= 0.0)
            .ok_or_else(|| format!("`{bandwidth}` is no bandwidth"))?;
        let name = field(&format!("df{number}"))?;
        let sub = SubAccelerator::new(pes, bandwidth, CLOCK);
        if sub.is_present() {
            let style = Style::named(name);
            let style = style.ok_or_else(|| format!("`{name}` is no known dataflow"))?;
            subs.push((style, sub));
        }
    }
    if subs.is_empty() {
        return Err("there is no sub-accelerator".into());
    }
    Ok(Design {
        name: format!("{} {}", field("workload")?, field("approach")?),
        subs,
    })
}
