//! What evaluations are filed under: a hash of all that their values depend on.

use crate::study::{Parts, Study};
use nasaic_cost::Layer;
use nasaic_dsl::instance::Blocks;
use nasaic_dsl::plan::{Block, Entry, Expr, ExprKind, content_hash};
use nasaic_dsl::reach::Reached;
use nasaic_dsl::source::Span;
use nasaic_dsl::value::Value;
use std::hash::{Hash, Hasher};

/// The sources of the cost model, as a hash (`build.rs`).
const MODEL: &str = env!("NASAIC_MODEL");

/// The key of a problem: what it reaches in the plan, its data files, and the cost model.
///
/// The strategy and the seed are not in it: what is kept of a design is the
/// same for all, so one strategy finds what another has left.
pub fn problem(parts: Parts<'_>, name: &str) -> String {
    let all = |n: &str, block: &Block| Some((n.to_owned(), Some(block.clone())));
    reached(parts, name, name, &all)
}

/// The key of what a generator learns of a problem: the same, but for the name of the problem, its
/// goals and the limits of its specs, so that it is trained once for all limits.
///
/// With several sub-accelerators the scheduler saves energy until the deadline, so there the
/// deadline counts.
pub fn generator(parts: Parts<'_>, name: &str, study: &Study) -> String {
    let unlimited = |n: &str, block: &Block| match block.kind.as_str() {
        "problem" => (n == name).then(|| (String::new(), Some(without_limits(block)))),
        _ => Some((n.to_owned(), Some(block.clone()))),
    };
    let deadline = (study.subs.len() > 1).then(|| study.deadline());
    content_hash(&(reached(parts, name, "", &unlimited), deadline))
}

/// A problem without its name, goals and limits.
fn without_limits(problem: &Block) -> Block {
    let mut block = problem.clone();
    block.copy_of = None;
    block.label = None;
    block
        .items
        .retain(|entry| !matches!(entry, Entry::Goal { .. }));
    for entry in &mut block.items {
        if let Entry::Require(spec) = entry
            && let ExprKind::Binary(_, _, limit) = &mut spec.kind
        {
            limit.kind = ExprKind::Value(Value::number(1.0));
        }
    }
    block
}

/// A block under its name, as it enters a key; none where it does not.
type View<'v> = &'v dyn Fn(&str, &Block) -> Option<(String, Option<Block>)>;

/// The hash of what the problem `name` reaches, which is filed under another name.
fn reached(parts: Parts<'_>, name: &str, filed: &str, view: View<'_>) -> String {
    let known = Blocks {
        blocks: parts.blocks,
        choices: parts.choices,
    };
    let problem = Expr {
        kind: ExprKind::Value(Value::Block(name.to_owned())),
        at: Span::default(),
    };
    let reached = Reached::of(&problem, known);
    let mut blocks: Vec<_> = reached
        .blocks
        .iter()
        .filter_map(|n| match parts.blocks.get(n) {
            Some(block) => view(n, block),
            None => Some((n.clone(), None)),
        })
        .collect();
    // A block that is filed under another name stands where that name belongs.
    blocks.sort_by(|a, b| a.0.cmp(&b.0));
    let choices: Vec<_> = reached
        .choices
        .iter()
        .map(|n| (n, parts.choices.get(n)))
        .collect();
    let scripts: Vec<_> = reached
        .scripts
        .iter()
        .map(|n| (n, parts.scripts.get(n)))
        .collect();
    let files: Vec<_> = reached.files.iter().map(|n| (n, data(parts, n))).collect();
    content_hash(&(MODEL, filed, blocks, choices, scripts, files))
}

/// The hash of a data file's bytes.
fn data(parts: Parts<'_>, path: &str) -> Option<String> {
    let bytes = parts.files.get(path)?;
    Some(blake3::hash(bytes).to_hex().to_string())
}

/// The key of a measurement: the network itself, and the recipe with the task, data and seed.
///
/// Networks are the same when their computing layers are, whatever they are called.
pub fn measurement<'l>(recipe: &str, layers: impl Iterator<Item = &'l Layer>) -> String {
    let mut hasher = Blake(blake3::Hasher::new());
    (MODEL, recipe).hash(&mut hasher);
    layers.for_each(|layer| layer.hash(&mut hasher));
    hasher.0.finalize().to_hex().to_string()
}

/// Feeds what is hashed to BLAKE3, which is the same in every process.
struct Blake(blake3::Hasher);

impl Hasher for Blake {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Nobody asks for it: the key is the whole hash.
    fn finish(&self) -> u64 {
        let hash = self.0.finalize();
        u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap_or_default())
    }
}
