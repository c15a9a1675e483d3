//! `reuse_table`: accesses and reuse of each tensor at each storage level.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::Item;
use crate::table::{Cell, Head, Table};
use crate::views::nest::letter;
use crate::views::units as suited;
use crate::views::work::{self, Work};
use nasaic_cost::{Access, Tensor, accessed_bits};
use nasaic_dsl::units::{Dim, number};
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let evaluation = super::design(call)?;
    let works = work::all(&evaluation)?;
    let lines = lines(&works);
    let several = evaluation.priced.arrays.iter().flatten().count() > 1;
    let (unit, scale) = suited::suiting(lines.iter().map(|l| l.bits as f64 / 8.0), Dim::DATA);
    let row = |line: &Line| {
        let sub = several.then(|| Cell::text(&line.sub));
        let macs = works
            .iter()
            .filter(|w| w.sub == line.sub)
            .map(|w| w.cost.macs)
            .sum::<u64>();
        let total = line.access.total() as f64;
        let numbers = [
            line.access.reads as f64,
            line.access.fills as f64,
            line.access.updates as f64,
            scale.from_base(line.bits as f64 / 8.0),
            total / macs as f64,
            total / line.distinct as f64,
        ];
        let words = [Cell::text(&line.level), Cell::text(letter(line.tensor))];
        sub.into_iter()
            .chain(words)
            .chain(numbers.map(Cell::Number))
            .collect()
    };
    let mut columns: Vec<Head> = several.then(|| Head::plain("sub")).into_iter().collect();
    columns.extend(["level", "tensor", "reads", "fills", "updates"].map(Head::plain));
    columns.push(Head::new("data", unit));
    columns.extend(["accesses per MAC", "reuse"].map(Head::plain));
    let table = Table {
        title: title(&works),
        columns,
        rows: lines.iter().map(row).collect(),
        notes: vec![
            "reads, fills (from the level outside) and updates (from inside) are words of all instances; \
             reuse: accesses per distinct word."
                .into(),
        ],
    };
    Ok(Item::Table(Arc::new(table)))
}

fn title(works: &[Work<'_>]) -> String {
    let macs = number(works.iter().map(|w| w.cost.macs).sum::<u64>() as f64);
    match works {
        [one] => format!("{}: {macs} MACs", one.name),
        many => format!("{} layers: {macs} MACs", many.len()),
    }
}

/// A tensor at a level of a sub-accelerator, all layers that run there together.
struct Line {
    sub: String,
    level: String,
    tensor: Tensor,
    access: Access,
    bits: u64,
    /// Distinct words of the tensor.
    distinct: u64,
}

fn lines(works: &[Work<'_>]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for work in works {
        for (level, name) in work.levels().enumerate() {
            for tensor in Tensor::ALL {
                let access = work.cost.access[level][tensor.index()];
                if access.total() == 0 {
                    continue;
                }
                let same = |l: &Line| l.sub == work.sub && l.level == name && l.tensor == tensor;
                let at = lines.iter().position(same).unwrap_or_else(|| {
                    lines.push(Line {
                        sub: work.sub.to_owned(),
                        level: name.to_owned(),
                        tensor,
                        access: Access::default(),
                        bits: 0,
                        distinct: 0,
                    });
                    lines.len() - 1
                });
                let line = &mut lines[at];
                line.access.reads += access.reads;
                line.access.fills += access.fills;
                line.access.updates += access.updates;
                line.bits += accessed_bits(&work.layer, tensor, &access);
                line.distinct += work.layer.elements(tensor).max(1);
            }
        }
    }
    lines
}
