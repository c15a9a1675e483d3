//! Accelerators on FPGAs: tiled engines, DSP slices and block RAM, pipelines.

use super::Checker;
use super::hardware::{fixed, least};
use crate::diagnostic::Diagnostic;
use crate::instance::{Bound, Instance, Node};
use crate::plan::{Block, Entry, Expr, ExprKind};
use crate::source::Span;
use crate::units::{self, Dim};
use crate::value::Value;

/// Most devices of a pipeline.
const MOST_DEVICES: usize = 8;

impl Checker<'_> {
    /// Whether a dataflow is a tiled engine, which has no stores and loops beside it (E0531).
    pub(super) fn judge_tiled(&mut self, dataflow: &Block) -> bool {
        let inner = |e: &Entry| match e {
            Entry::Block(b) => Some((b.kind.clone(), b.at)),
            _ => None,
        };
        let all: Vec<(String, Span)> = dataflow.items.iter().filter_map(inner).collect();
        let Some((_, tiled)) = all.iter().find(|b| b.0 == "tiled") else {
            return false;
        };
        if let Some((kind, at)) = all.iter().find(|b| b.1 != *tiled) {
            self.say(
                Diagnostic::new("E0531", "a tiled engine has its loops and buffers already")
                    .at(*at, format!("this `{kind}` would be beside it"))
                    .at(*tiled, "stands in the place of stores and loops")
                    .hint("keep one `tiled` alone, or remove it and keep the stores and loops"),
            );
        }
        true
    }

    /// The least that sub-accelerators take of an FPGA must be there (E0501).
    pub(super) fn judge_fpgas(&mut self, instance: &Instance, hardware: &Node) {
        let (own, shared): (Vec<&Node>, Vec<&Node>) = hardware
            .children_of("sub")
            .partition(|sub| sub.field("device").is_some());
        let mut found = self.judge_fpga(instance, hardware, &shared);
        for sub in own {
            found.extend(self.judge_fpga(instance, sub, &[sub]));
        }
        self.diagnostics.extend(found);
    }

    /// The same for the device of a node and all that lies on it.
    fn judge_fpga(&self, instance: &Instance, node: &Node, subs: &[&Node]) -> Vec<Diagnostic> {
        let Some(device) = self.device_of(node).filter(|d| is_fpga(d)) else {
            return Vec::new();
        };
        let have = |field: &str| fixed(device, field).and_then(Value::as_f64);
        let lanes: f64 = subs.iter().map(|sub| least_lanes(instance, sub)).sum();
        let stored: f64 = subs.iter().map(|sub| least_stored(instance, sub)).sum();
        let slices = libm::ceil(lanes / 2.0);
        let mut all = Vec::new();
        if let Some(most) = have("dsp").filter(|&most| slices > most) {
            all.push(
                Diagnostic::new("E0501", "more DSP slices than there are")
                    .at(
                        node.at,
                        format!("needs at least {} DSP slices", units::number(slices)),
                    )
                    .at(device.at, format!("has {}", units::number(most)))
                    .note("A DSP slice does at most two multiplications per cycle, and these have 8 bits.")
                    .hint("lower `pes` or `simd` of a sub-accelerator, or take a larger device"),
            );
        }
        if let Some(most) = have("bram").filter(|&most| stored > most) {
            let text = |bytes: f64| units::pretty(bytes, Dim::DATA);
            all.push(
                Diagnostic::new("E0501", "more block RAM than there is")
                    .at(
                        node.at,
                        format!("its stores have at least {}", text(stored)),
                    )
                    .at(device.at, format!("has {}", text(most)))
                    .hint("lower the size of a store, such as `glb.size`, or take a larger device"),
            );
        }
        all
    }

    /// What a problem asks of a pipeline, and what it says of one that it has not.
    pub(super) fn judge_pipeline(&mut self, problem: &Block, instance: &Instance) {
        let pipelined =
            matches!(fixed(problem, "schedule"), Some(Value::Name(n)) if n == "pipeline");
        let Some(hardware) = &instance.hardware else {
            return;
        };
        if !pipelined {
            return self.without_pipeline(problem);
        }
        let devices = hardware.children_of("sub").count();
        let d = Diagnostic::new("E0532", "this cannot be a pipeline");
        if devices > MOST_DEVICES {
            self.say(
                d.at(hardware.at, format!("has {devices} sub-accelerators"))
                    .note(format!(
                        "All orders of all subsets are tried, of at most {MOST_DEVICES}."
                    ))
                    .hint("take fewer sub-accelerators, or another `schedule`"),
            );
        } else if matches!(hardware.field("between_layers"), Some(Bound::Fixed(Value::Name(n))) if n == "on_chip")
        {
            self.say(
                d.at(hardware.at, "keeps tensors on the chip between layers")
                    .note("Stages are chosen with what each layer costs by itself.")
                    .hint("leave `between_layers = on_chip` out"),
            );
        }
    }

    fn without_pipeline(&mut self, problem: &Block) {
        let mut asked = Vec::new();
        for expr in expressions(problem) {
            expr.walk(&mut |e| {
                if matches!(&e.kind, ExprKind::Metric(m) if m == "pipeline_utilization") {
                    asked.push(e.at);
                }
            });
        }
        for at in asked {
            self.say(
                Diagnostic::new("E0631", "this problem has no pipeline")
                    .at(at, "is known of the stages of a pipeline")
                    .at(problem.at, "schedules layer by layer")
                    .hint("add `schedule = pipeline`"),
            );
        }
    }

    /// What says that a metric of FPGAs is not known (E0631).
    pub(super) fn lacks_fpga(
        &self,
        hardware: &Node,
        metric: &str,
    ) -> Option<Box<dyn Fn(Span) -> Diagnostic>> {
        let resource = metric.split('_').next().unwrap_or(metric);
        let subs = hardware.children_of("sub");
        let nodes = subs.chain(std::iter::once(hardware));
        let mut devices = nodes
            .filter_map(|n| self.device_of(n))
            .filter(|d| is_fpga(d));
        let known = match metric == resource {
            true => devices.next().is_some(),
            false => devices.any(|d| fixed(d, resource).is_some()),
        };
        if known {
            return None;
        }
        let (metric, place) = (metric.to_owned(), hardware.at);
        let hint = if metric == resource {
            "give it a `device` with `kind = fpga`, such as `std.device.{zcu102}`".to_owned()
        } else {
            format!("give it a `device` with `kind = fpga` and `{resource}`")
        };
        Some(Box::new(move |at| {
            Diagnostic::new("E0631", format!("there is no {metric} here"))
                .at(at, "is known of FPGAs")
                .at(place, "is on none that says what it has")
                .hint(hint.clone())
        }))
    }

    fn device_of(&self, node: &Node) -> Option<&Block> {
        match node.field("device")? {
            Bound::Fixed(value) => self.program.blocks.get(value.as_block()?),
            _ => None,
        }
    }
}

fn is_fpga(device: &Block) -> bool {
    matches!(fixed(device, "kind"), Some(Value::Name(kind)) if kind == "fpga")
}

fn expressions(problem: &Block) -> impl Iterator<Item = &Expr> {
    problem.items.iter().filter_map(|e| match e {
        Entry::Goal { value, .. } | Entry::Require(value) => Some(value),
        _ => None,
    })
}

/// The fewest multiplications per cycle that a sub-accelerator can have.
fn least_lanes(instance: &Instance, sub: &Node) -> f64 {
    let lanes = |dataflow: &Node| {
        let number = |node: &Node, field: &str| least(instance, node.field(field));
        match dataflow.child("tiled") {
            Some(tiled) => number(tiled, "Tm").unwrap_or(1.0) * number(tiled, "Tn").unwrap_or(1.0),
            None => number(sub, "pes").unwrap_or(0.0) * number(sub, "simd").unwrap_or(1.0),
        }
    };
    least_of(sub, lanes)
}

/// The fewest bytes that its shared stores can have.
fn least_stored(instance: &Instance, sub: &Node) -> f64 {
    let stored = |dataflow: &Node| {
        let shared = dataflow.children.iter().take_while(|c| c.kind != "spread");
        let stores = shared.filter(|c| c.kind == "store").skip(1);
        let size = |store: &Node| {
            let own = sub.field(&format!("{}.size", store.label));
            least(instance, own.or(store.field("size")))
        };
        stores.filter_map(size).sum()
    };
    match least(instance, sub.field("pes")) {
        // It may be absent.
        Some(pes) if pes > 0.0 => least_of(sub, stored),
        _ => 0.0,
    }
}

/// The least over the dataflows that a sub-accelerator may have.
fn least_of(sub: &Node, of: impl Fn(&Node) -> f64) -> f64 {
    let all = sub.children_of("dataflow").map(of);
    all.reduce(f64::min).unwrap_or(0.0)
}
