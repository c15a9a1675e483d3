//! Makes a study from the declared blocks.

use super::accuracy;
use super::hardware::{JOULES, Platform};
use super::scheduling::{Link, Method, Rules};
use super::specs::mentions_accuracy;
use super::{Goal, Spec, Study, Task, decisions_of};
use crate::datasets::Datasets;
use crate::fault::Fault;
use crate::formula::{Callable, Scripts};
use crate::hosted::Hosted;
use crate::script::Script;
use nasaic_dsl::instance::{Blocks, Instance, Node, Trouble};
use nasaic_dsl::plan::{Block, Choice, Entry, Expr, ExprKind};
use nasaic_dsl::source::{Sources, Span};
use nasaic_dsl::value::{Value, short};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What studies are made from.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// Declared blocks.
    pub blocks: &'a BTreeMap<String, Block>,
    /// Top-level choices.
    pub choices: &'a BTreeMap<String, Choice>,
    /// Scripts.
    pub scripts: &'a BTreeMap<String, nasaic_dsl::plan::Script>,
    /// Functions of the host.
    pub hosted: &'a Arc<Hosted>,
    /// Bytes of data files by path.
    pub files: &'a BTreeMap<String, Vec<u8>>,
    /// Texts, to quote specs and goals as written.
    pub sources: &'a Sources,
    /// Data sets to train on.
    pub datasets: &'a Arc<Datasets>,
}

impl Study {
    /// The study of a declared problem.
    pub fn of_problem(parts: Parts<'_>, name: &str) -> Result<Self, Fault> {
        let blocks = Blocks {
            blocks: parts.blocks,
            choices: parts.choices,
        };
        let instance = blocks.problem(name).map_err(trouble)?;
        let mut study = Self::from_instance(parts, instance, 1)?;
        study.name = short(name).to_owned();
        let block = parts
            .blocks
            .get(name)
            .ok_or_else(|| Fault::new("E0201", format!("the problem `{name}` is not declared")))?;
        for entry in &block.items {
            match entry {
                Entry::Goal { sense, value } => study.goals.push(Goal {
                    better: *sense,
                    expr: value.clone(),
                    text: words(parts.sources, value.at),
                }),
                Entry::Require(expr) => study.specs.push(Spec {
                    expr: expr.clone(),
                    text: words(parts.sources, expr.at),
                    needs_accuracy: mentions_accuracy(expr),
                }),
                Entry::Block(b) if b.kind == "prefer" => {
                    study.lexicographic = b.label.as_deref() == Some("lexicographic");
                }
                _ => {}
            }
        }
        let name_of = |field: &str| match blocks.setting(name, field) {
            Some(Value::Name(name)) => name,
            _ => String::new(),
        };
        study.rules.parallel = name_of("branches") == "parallel";
        study.rules.method = match name_of("schedule").as_str() {
            "beam" => Method::Beam,
            "exact" => Method::Exact,
            "pipeline" => Method::Pipeline,
            _ => Method::List,
        };
        study.scripts = compile(parts, &study)?;
        Ok(study)
    }

    /// The study of a workload, network or layer on an accelerator.
    pub fn of_pair(
        parts: Parts<'_>,
        what: Option<&Value>,
        on: Option<&Value>,
        batch: u32,
    ) -> Result<Self, Fault> {
        let blocks = Blocks {
            blocks: parts.blocks,
            choices: parts.choices,
        };
        let instance = blocks.pair(what, on).map_err(trouble)?;
        Self::from_instance(parts, instance, batch)
    }

    fn from_instance(parts: Parts<'_>, instance: Instance, batch: u32) -> Result<Self, Fault> {
        let platform = Platform::read(&instance, parts.blocks);
        let link = instance.hardware.as_ref().and_then(|hardware| {
            let node = hardware.child("link")?;
            let number = |name: &str| instance.number(node, name, &[]);
            Some(Link {
                bandwidth: number("bandwidth")? / platform.clock,
                energy: number("energy").unwrap_or(0.0) / JOULES,
            })
        });
        let tasks = instance
            .tasks
            .iter()
            .map(|node| read_task(parts, &instance, node, batch))
            .collect::<Result<_, _>>()?;
        let nodes: Vec<&Node> = instance
            .hardware
            .iter()
            .flat_map(|h| h.children_of("sub"))
            .collect();
        let subs = nodes.iter().map(|n| n.label.clone()).collect();
        let memory = instance.hardware.iter().flat_map(|h| h.children_of("dram"));
        let memory: Vec<usize> = memory.flat_map(decisions_of).collect();
        let sub_decisions = nodes.iter().map(|n| {
            let mut all = decisions_of(n);
            all.extend(&memory);
            all
        });
        let sub_decisions = sub_decisions.collect();
        Ok(Self {
            name: String::new(),
            key: None,
            keeper: None,
            stop: Arc::new(|| false),
            heard: Arc::new(|_| ()),
            trains: true,
            platform,
            tasks,
            subs,
            sub_decisions,
            specs: Vec::new(),
            goals: Vec::new(),
            lexicographic: false,
            rules: Rules {
                link,
                ..Rules::default()
            },
            scripts: Scripts::new(),
            memo: super::Memo::default(),
            instance,
        })
    }
}

fn read_task(
    parts: Parts<'_>,
    instance: &Instance,
    node: &Node,
    batch: u32,
) -> Result<Task, Fault> {
    let number = |name: &str| instance.number(node, name, &[]);
    let metric = match instance.get(node, "metric", &[]) {
        Some(Value::Name(name)) => name,
        _ => "top1".to_owned(),
    };
    let source = match instance.get(node, "accuracy", &[]) {
        Some(value) => {
            let data = instance.get(node, "data", &[]);
            let data = data.as_ref().and_then(Value::as_block);
            Some(accuracy::read(&value, parts, data, &metric)?)
        }
        None => None,
    };
    let only = match instance.get(node, "only", &[]) {
        Some(Value::Text(path)) => Some(path),
        _ => None,
    };
    let own = number("batch").unwrap_or(1.0) as u32;
    Ok(Task {
        label: node.label.clone(),
        decisions: decisions_of(node),
        weight: number("weight").unwrap_or(1.0),
        batch: own.max(1).saturating_mul(batch.max(1)),
        metric,
        source,
        only,
        node: node.clone(),
    })
}

/// The scripts that goals and specs call.
fn compile(parts: Parts<'_>, study: &Study) -> Result<Scripts, Fault> {
    let mut names = Vec::new();
    let goals = study.goals.iter().map(|g| &g.expr);
    for expr in goals.chain(study.specs.iter().map(|s| &s.expr)) {
        scripts_in(expr, &mut names);
    }
    compile_named(parts, &names)
}

/// Compiled scripts by name.
pub fn compile_named(parts: Parts<'_>, names: &[String]) -> Result<Scripts, Fault> {
    let mut out = Scripts::new();
    for name in names {
        let Some(script) = parts.scripts.get(name) else {
            return Err(Fault::new(
                "E0201",
                format!("the script `{name}` is not declared"),
            ));
        };
        let callable = if script.hosted {
            Callable::Hosted(Arc::clone(parts.hosted), script.text.clone())
        } else {
            let compiled = Script::compile(&script.text).map_err(|f| {
                Fault::new("E0801", f.message).in_script(script.at, f.line, f.column)
            })?;
            Callable::Script(Box::new(compiled), script.at)
        };
        out.insert(name.clone(), callable);
    }
    Ok(out)
}

/// The names of the scripts an expression calls.
pub fn scripts_in(expr: &Expr, out: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Script(name, _, args) => {
            out.push(name.clone());
            args.iter().for_each(|a| scripts_in(a, out));
        }
        ExprKind::Binary(_, a, b) | ExprKind::Index(a, b) => {
            scripts_in(a, out);
            scripts_in(b, out);
        }
        ExprKind::Negate(a) | ExprKind::As(a, _) | ExprKind::Member(a, _) => scripts_in(a, out),
        ExprKind::Call(_, args) | ExprKind::Method(_, _, args) => {
            args.iter().for_each(|a| scripts_in(&a.1, out));
        }
        ExprKind::List(items) => items.iter().for_each(|i| scripts_in(i, out)),
        _ => {}
    }
}

fn trouble(t: Trouble) -> Fault {
    Fault::new("E0504", t.message).at(t.at)
}

/// The words of a place, on one line.
pub fn words(sources: &Sources, at: Span) -> String {
    sources
        .slice(at)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
