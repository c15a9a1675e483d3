//! Networks as a whole: shapes join for every choice, and every layer has a home.

use super::Checker;
use crate::diagnostic::Diagnostic;
use crate::functions::Type;
use crate::instance::{Bound, Instance, Node};
use crate::network;
use crate::plan::Block;
use crate::schema::join_names;
use crate::source::Span;
use crate::value::Value;
use std::collections::BTreeSet;

impl Checker<'_> {
    pub(super) fn judge_network(&mut self, name: &str) {
        match self.space_of_block(name, false) {
            Ok(instance) => {
                for task in &instance.tasks {
                    self.judge_shapes(&instance, task);
                }
            }
            Err(trouble) => self.trouble(trouble),
        }
    }

    fn judge_shapes(&mut self, instance: &Instance, task: &Node) {
        for net in task.children_of("network") {
            if !self.judge_choices(instance, net) {
                continue;
            }
            if let Err(error) = network::check(instance, net) {
                self.say(
                    Diagnostic::new("E0504", "these layers do not fit together")
                        .at(error.at, error.message)
                        .hint(error.hint),
                );
            }
        }
    }

    pub(super) fn trouble(&mut self, trouble: crate::instance::Trouble) {
        self.say(
            Diagnostic::new("E0504", "this cannot be written out")
                .at(trouble.at, trouble.message)
                .hint("simplify the block that is marked"),
        );
    }

    /// Every kind of layer must find a dataflow that runs it (E0505).
    pub(super) fn judge_homes(&mut self, instance: &Instance) {
        let Some(hardware) = &instance.hardware else {
            return;
        };
        let mut runs: BTreeSet<String> = BTreeSet::new();
        for sub in hardware.children_of("sub") {
            for dataflow in sub.children_of("dataflow") {
                if let Some(Bound::Fixed(Value::List(kinds))) = dataflow.field("layer") {
                    runs.extend(kinds.iter().filter_map(|k| k.as_name().map(str::to_owned)));
                }
            }
        }
        let mut homeless: BTreeSet<&str> = BTreeSet::new();
        let mut first = None;
        for task in &instance.tasks {
            let only = match task.field("only") {
                Some(Bound::Fixed(Value::Text(path))) => path.as_str(),
                _ => "",
            };
            visit(task, &mut |node| {
                if !in_layer(&node.path, only) {
                    return;
                }
                let needs: &[&str] = match node.kind.as_str() {
                    "conv" => &["conv"],
                    "depthwise" => &["depthwise"],
                    "transposed" => &["transposed"],
                    "dense" => &["dense"],
                    "attention" => &["dense"],
                    "node" if multiplies(node) => &["dense"],
                    "encoder_decoder" => &["conv", "transposed"],
                    _ => &[],
                };
                for need in needs {
                    if !runs.contains(*need) {
                        homeless.insert(need);
                        first.get_or_insert(node.at);
                    }
                }
            });
        }
        let Some(at) = first else { return };
        let kinds = join_names(homeless.iter().copied());
        self.say(
            Diagnostic::new(
                "E0505",
                format!("no dataflow of this accelerator runs {kinds}"),
            )
            .at(at, "has no place to run")
            .at(
                hardware.at,
                format!(
                    "its dataflows run {}",
                    join_names(runs.iter().map(String::as_str))
                ),
            )
            .hint("give a sub-accelerator a dataflow whose `layer = […]` names that kind"),
        );
    }

    /// Whether a result can have a metric at all; says why not.
    pub(super) fn metric_available(&mut self, ty: &Type, metric: &str, at: Span) -> Option<()> {
        let subject = ty.subject()?.clone();
        if subject.what.is_none() && subject.on.is_none() {
            return Some(());
        }
        let instance = self.space_of(&subject).ok()?;
        match self.lacks(&instance, metric) {
            Some(d) => {
                self.say(d(at));
                None
            }
            None => Some(()),
        }
    }

    /// Why a metric cannot be had over a space.
    pub(super) fn lacks(
        &self,
        instance: &Instance,
        metric: &str,
    ) -> Option<Box<dyn Fn(Span) -> Diagnostic>> {
        let (task, metric) = metric
            .rsplit_once('.')
            .map_or((None, metric), |(t, m)| (Some(t), m));
        if ["accuracy", "score", "uncertainty"].contains(&metric) {
            let other = |t: &&Node| {
                task.is_none_or(|label| t.label == label)
                    && metric != "uncertainty"
                    && source_of(t).is_some_and(|form| (form == "proxy") != (metric == "score"))
            };
            if let Some(other) = instance.tasks.iter().find(other) {
                let (label, place) = (other.label.clone(), other.at);
                return Some(Box::new(move |at| mismatched(&label, place, at)));
            }
            let without = instance.tasks.iter().find(|t| {
                task.is_none_or(|label| t.label == label) && t.field("accuracy").is_none()
            })?;
            let (label, place) = (without.label.clone(), without.at);
            // A network by itself has become a task without the fields of one.
            let alone = without.field("metric").is_none();
            return Some(Box::new(move |at| {
                Diagnostic::new("E0603", format!("nothing says where the accuracy of `{label}` comes from"))
                    .at(at, "uses an accuracy")
                    .at(place, "has no `accuracy = …`")
                    .hint(if alone {
                        "put the network into a workload: `task t { network = …, accuracy = surrogate(resnet9_cifar10) }`"
                    } else {
                        "give its task a source: `accuracy = surrogate(resnet9_cifar10)` or `table(\"file.csv\")`"
                    })
            }));
        }
        let hardware = instance.hardware.as_ref()?;
        if matches!(
            metric,
            "dsp" | "bram" | "dsp_utilization" | "bram_utilization"
        ) {
            return self.lacks_fpga(hardware, metric);
        }
        if !matches!(metric, "energy" | "area" | "power" | "edp") {
            return None;
        }
        match self.technology_of(hardware) {
            None => {
                let (metric, place) = (metric.to_owned(), hardware.at);
                Some(Box::new(move |at| {
                    Diagnostic::new(
                        "E0604",
                        format!("without a technology there is no {metric}"),
                    )
                    .at(at, format!("uses the {metric}"))
                    .at(place, "has neither `technology` nor a `device` with one")
                    .hint(
                        "add `technology = horowitz_28nm` and `use std.technology.{horowitz_28nm}`",
                    )
                }))
            }
            Some(technology) if metric == "power" && counts_activity(technology) => {
                let place = technology.at;
                Some(Box::new(move |at| {
                    Diagnostic::new(
                        "E0605",
                        "this technology counts activity, so it has no power",
                    )
                    .at(at, "a power is energy in joules per time")
                    .at(place, "`energy_unit = activity`")
                    .hint("use a technology in joules, such as `std.technology.{horowitz_28nm}`")
                }))
            }
            _ => None,
        }
    }

    /// The technology of an accelerator: its own, else its device's.
    pub(super) fn technology_of(&self, hardware: &Node) -> Option<&Block> {
        let block = |node: Option<&Bound>| match node {
            Some(Bound::Fixed(v)) => self.program.blocks.get(v.as_block()?),
            _ => None,
        };
        block(hardware.field("technology"))
            .or_else(|| self.referred(block(hardware.field("device"))?, "technology"))
    }
}

/// Whether the node of a cell is a matrix product, which runs as a dense layer does.
fn multiplies(node: &Node) -> bool {
    let merge = node.field("merge");
    matches!(merge, Some(Bound::Fixed(Value::Name(name))) if name == "matmul")
}

/// Whether a path is a layer's own or lies in it; without a layer every path is.
fn in_layer(path: &str, layer: &str) -> bool {
    let plain: String = path
        .split('.')
        .map(|s| s.split('[').next().unwrap_or(s))
        .collect::<Vec<_>>()
        .join(".");
    [path, plain.as_str()].iter().any(|p| {
        p.strip_prefix(layer)
            .is_some_and(|rest| layer.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

fn counts_activity(technology: &Block) -> bool {
    technology.items.iter().any(|e| match e {
        crate::plan::Entry::Field(f) if f.name == "energy_unit" => {
            f.slot == crate::plan::Slot::Fixed(Value::Name("activity".into()))
        }
        _ => false,
    })
}

pub(super) fn visit<'n>(node: &'n Node, see: &mut impl FnMut(&'n Node)) {
    see(node);
    node.children.iter().for_each(|c| visit(c, see));
}

/// The form that a task's accuracies or scores come from: `table`, `proxy`.
fn source_of(task: &Node) -> Option<&str> {
    match task.field("accuracy")? {
        Bound::Fixed(Value::Form { name, .. }) => Some(name),
        _ => None,
    }
}

/// A score was taken for an accuracy, or an accuracy for a score.
fn mismatched(task: &str, place: Span, at: Span) -> Diagnostic {
    let d = Diagnostic::new("E0603", format!("`{task}` has no such metric"))
        .at(at, "an accuracy and a score are not the same")
        .at(place, "says which of them there is");
    d.note("A proxy gives a `score` that ranks networks; every other source gives an `accuracy`.")
        .hint(format!(
            "write `{task}.score` with a proxy, `{task}.accuracy` with any other source"
        ))
}
