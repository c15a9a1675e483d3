//! Dataflows and accelerators as a whole.

use super::Checker;
use super::structure::labelled;
use crate::diagnostic::Diagnostic;
use crate::instance::{Bound, Instance, Node};
use crate::plan::{Block, Entry, Slot};
use crate::schema::LOOPS;
use crate::source::Span;
use crate::units::{self, Dim};
use crate::value::Value;

impl Checker<'_> {
    pub(super) fn judge_dataflow(&mut self, name: &str) {
        let Some(block) = self.program.blocks.get(name).cloned() else {
            return;
        };
        let inner: Vec<&Block> = labelled(&block).into_iter().map(|(_, b)| b).collect();
        let stores: Vec<&&Block> = inner.iter().filter(|b| b.kind == "store").collect();
        for tensor in crate::schema::TENSORS {
            // What lies outside the chip before and after must have a place there.
            if !stores.first().is_some_and(|s| keeps(s, tensor)) {
                let what = match *tensor {
                    "W" => "weights",
                    "I" => "inputs",
                    _ => "outputs",
                };
                self.say(
                    Diagnostic::new("E0502", format!("the {what} have no home"))
                        .at(block.at, format!("the outermost store does not keep {tensor}"))
                        .hint(format!("put {tensor} into the outermost store: `store dram {{ keep = [W, I, O] }}`")),
                );
            }
        }
        for store in stores.iter().skip(1) {
            if fixed(store, "size").is_none() && !has_field(store, "size") {
                let label = store.label.as_deref().unwrap_or("store");
                self.say(
                    Diagnostic::new("E0306", format!("store `{label}` needs `size`"))
                        .at(store.at, "only the outermost store is without limit")
                        .hint("add its capacity: `size = 64 KiB`"),
                );
            }
        }
        for spread in inner.iter().filter(|b| b.kind == "spread") {
            let dim = spread.label.as_deref().unwrap_or_default();
            if fixed(spread, "reduce") == Some(&Value::Bool(true))
                && !matches!(dim, "C" | "R" | "S")
            {
                self.say(
                    Diagnostic::new("E0503", format!("{dim} cannot be reduced"))
                        .at(
                            spread.at,
                            format!("every {dim} is another output: nothing is added up over it"),
                        )
                        .note("Sums run over the input channels C and the filter taps R and S.")
                        .hint(format!(
                            "leave `reduce` out, or spread C, R or S instead of {dim}"
                        )),
                );
            }
        }
    }

    /// A device is what it is: the bandwidth of its memory is no decision.
    pub(super) fn judge_device(&mut self, name: &str) {
        let Some(block) = self.program.blocks.get(name).cloned() else {
            return;
        };
        for (_, inner) in labelled(&block) {
            if has_field(inner, "bandwidth") && fixed(inner, "bandwidth").is_none() {
                self.say(
                    Diagnostic::new("E0408", "`bandwidth` cannot be left open")
                        .at(inner.at, "the memory of a device is fixed")
                        .hint("leave it open in the `dram` of an accelerator"),
                );
            }
        }
    }

    pub(super) fn judge_accelerator(&mut self, name: &str) {
        match self.space_of_block(name, true) {
            Ok(instance) => self.judge_budgets(&instance),
            Err(trouble) => self.trouble(trouble),
        }
    }

    /// The least that all sub-accelerators need must lie within budget and device (E0501).
    pub(super) fn judge_budgets(&mut self, instance: &Instance) {
        let Some(hardware) = &instance.hardware else {
            return;
        };
        let device = self.device_resources(hardware);
        let budget = hardware.child("budget");
        for (field, dim) in [("pes", Dim::NONE), ("bandwidth", Dim::BANDWIDTH)] {
            let given = budget.and_then(|b| instance.number(b, field, &[]));
            let of_device = device.iter().find(|d| d.0 == field).copied();
            if let (Some(given), Some((_, have, at))) = (given, of_device)
                && given > have
            {
                let node = budget.map_or(hardware.at, |b| b.at);
                self.over(field, (given, node), (have, at), dim, "the budget asks for");
            }
            let limit = given
                .map(|g| (g, budget.map_or(hardware.at, |b| b.at)))
                .or(of_device.map(|d| (d.1, d.2)));
            let least: f64 = hardware
                .children_of("sub")
                .filter_map(|s| least(instance, s.field(field)))
                .sum();
            if let Some((limit, at)) = limit
                && least > limit
            {
                self.over(
                    field,
                    (least, hardware.at),
                    (limit, at),
                    dim,
                    "the sub-accelerators need at least",
                );
            }
        }
        for sub in hardware.children_of("sub") {
            self.judge_sub(instance, sub);
            self.judge_mapper(hardware, sub);
        }
    }

    /// A mapper that looks at the energy must know it (E0604).
    fn judge_mapper(&mut self, hardware: &Node, sub: &Node) {
        let Some(Bound::Fixed(Value::Form { fields, at, .. })) = sub.field("mapper") else {
            return;
        };
        let objective = fields.iter().find(|f| f.0 == "objective");
        let objective = objective.and_then(|f| f.1.as_name()).unwrap_or_default();
        let of_device = || {
            let device = self.block_of(hardware, "device")?;
            fixed(device, "technology")
        };
        if objective == "latency" || hardware.field("technology").is_some() || of_device().is_some()
        {
            return;
        }
        self.say(
            Diagnostic::new("E0604", format!("`{objective}` needs a technology"))
                .at(*at, "looks for mappings of little energy")
                .at(hardware.at, "gives no energies")
                .hint("add `technology = …`, or write `objective = latency`"),
        );
    }

    fn over(
        &mut self,
        field: &str,
        (need, at): (f64, Span),
        (have, limit_at): (f64, Span),
        dim: Dim,
        who: &str,
    ) {
        let text = |x: f64| {
            if dim == Dim::NONE {
                units::number(x)
            } else {
                units::pretty(x, dim)
            }
        };
        let title = if field == "pes" {
            "more PEs than there are"
        } else {
            "more bandwidth than there is"
        };
        let d = Diagnostic::new("E0501", title).at(
            at,
            format!(
                "{who} {} {}",
                text(need),
                if field == "pes" { "PEs" } else { "together" }
            ),
        );
        let d = if limit_at == at {
            d.note(format!("The limit is {}.", text(have)))
        } else {
            d.at(limit_at, format!("at most {}", text(have)))
        };
        self.say(d.hint(format!(
            "lower `{field}` of a sub-accelerator, or raise the limit"
        )));
    }

    fn judge_sub(&mut self, instance: &Instance, sub: &Node) {
        let most = most(instance, sub.field("pes"));
        if let (Some(Bound::Fixed(Value::List(shape))), Some(pes)) = (sub.field("shape"), most) {
            let product: f64 = shape.iter().filter_map(Value::as_f64).product();
            if product > pes {
                self.too_wide(sub.at, product, pes, "its `shape` is");
            }
        }
        self.judge_parts(sub);
        for dataflow in sub.children_of("dataflow") {
            let product: f64 = dataflow
                .children_of("spread")
                .filter_map(|s| least(instance, s.field("size")))
                .product();
            if let Some(pes) = most
                && pes > 0.0
                && product > pes
            {
                self.too_wide(dataflow.at, product, pes, "its spreads take");
            }
        }
    }

    /// A size must be that of a store or spread of a dataflow that the sub-accelerator can have.
    fn judge_parts(&mut self, sub: &Node) {
        let is_part = |child: &Node, part: &str| match child.kind.as_str() {
            "store" => child.label == part,
            // A label may carry a number to tell two spreads over one dimension apart.
            "spread" => LOOPS.contains(&part) && child.label.starts_with(part),
            _ => false,
        };
        for (field, _) in &sub.fields {
            let Some(part) = field.strip_suffix(".size") else {
                continue;
            };
            let mut parts = sub.children_of("dataflow").flat_map(|d| &d.children);
            if !parts.any(|child| is_part(child, part)) {
                let what = if LOOPS.contains(&part) {
                    "spread over"
                } else {
                    "store"
                };
                self.say(
                    Diagnostic::new("E0206", format!("its dataflow has no {what} `{part}`"))
                        .at(sub.at, format!("sets `{field}`"))
                        .note("`STORE.size` and `DIM.size` set the sizes of stores and of outermost spreads.")
                        .hint(format!("leave `{field}` out, or write the name of one that there is")),
                );
            }
        }
    }

    fn too_wide(&mut self, at: Span, need: f64, pes: f64, what: &str) {
        self.say(
            Diagnostic::new("E0506", "the array is larger than its PEs")
                .at(at, format!("{what} {} PEs", units::number(need)))
                .note(format!(
                    "The sub-accelerator has at most {} PEs.",
                    units::number(pes)
                ))
                .hint("lower the sizes, or give the sub-accelerator more PEs"),
        );
    }

    /// The block that a field is fixed to.
    fn block_of(&self, node: &Node, field: &str) -> Option<&Block> {
        match node.field(field)? {
            Bound::Fixed(value) => self.program.blocks.get(value.as_block()?),
            _ => None,
        }
    }

    fn device_resources(&self, hardware: &Node) -> Vec<(&'static str, f64, Span)> {
        let Some(device) = self.block_of(hardware, "device") else {
            return Vec::new();
        };
        ["pes", "bandwidth"]
            .into_iter()
            .filter_map(|f| Some((f, fixed(device, f)?.as_f64()?, device.at)))
            .collect()
    }
}

fn keeps(store: &Block, tensor: &str) -> bool {
    match fixed(store, "keep") {
        Some(Value::List(tensors)) => tensors.iter().any(|t| t.as_name() == Some(tensor)),
        _ => false,
    }
}

fn has_field(block: &Block, name: &str) -> bool {
    block
        .items
        .iter()
        .any(|e| matches!(e, Entry::Field(f) if f.name == name))
}

/// The value a field is fixed to in the block itself.
pub(super) fn fixed<'b>(block: &'b Block, name: &str) -> Option<&'b Value> {
    block.items.iter().find_map(|e| match e {
        Entry::Field(f) if f.name == name => match &f.slot {
            Slot::Fixed(v) => Some(v),
            _ => None,
        },
        _ => None,
    })
}

fn range_of(instance: &Instance, bound: Option<&Bound>) -> Option<Vec<f64>> {
    match bound? {
        Bound::Fixed(v) => Some(vec![v.as_f64()?]),
        Bound::Decision(d) => instance.decisions[*d].domain.numbers(),
        Bound::Formula(_) => None,
    }
}

fn least(instance: &Instance, bound: Option<&Bound>) -> Option<f64> {
    range_of(instance, bound)?.into_iter().reduce(f64::min)
}

fn most(instance: &Instance, bound: Option<&Bound>) -> Option<f64> {
    range_of(instance, bound)?.into_iter().reduce(f64::max)
}
