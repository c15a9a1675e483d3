//! What a node takes: multiply-accumulates, parameters, and the elements it moves.

use crate::fact::Fact;
use crate::infer::conv_operands;
use crate::infer::{
    Analysis, Call, Family, Step, einsum_sizes, gemm_sizes, matmul_operands, recurrent_sizes,
};
use crate::model::elements;

/// The work of one node or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Multiply-accumulates of products, those with padding included; nothing else counts.
    pub macs: u64,
    /// Elements of its constant operands.
    pub params: u64,
    /// Elements read that depend on the input.
    pub reads: u64,
    /// Elements written.
    pub writes: u64,
}

impl<'a> Analysis<'a> {
    /// The step's node as its operator sees it.
    pub fn call<'s>(&'s self, step: &'s Step<'a>) -> Call<'s> {
        let facts = step
            .inputs
            .iter()
            .map(|place| place.map(|p| &self.values[p]));
        Call::new(&step.node, facts.collect(), self.opset)
    }

    /// Whether a step's outputs are known before anything runs.
    pub fn is_constant(&self, step: &Step<'_>) -> bool {
        let mut outputs = step.outputs.iter().flatten().peekable();
        outputs.peek().is_some() && outputs.all(|p| self.values[*p].constant)
    }

    /// The work of one step; what is constant or only looks at elements otherwise takes none.
    pub fn work(&self, step: &Step<'a>) -> Work {
        let family = step.operator.map(|o| o.family);
        if self.is_constant(step) || matches!(family, Some(Family::View | Family::Constant)) {
            return Work::default();
        }
        let call = self.call(step);
        let sum = |facts: &mut dyn Iterator<Item = &Fact>| {
            facts.fold(0, |all: u64, f| all.saturating_add(f.elements()))
        };
        let outputs = || step.outputs.iter().flatten().map(|p| &self.values[*p]);
        Work {
            macs: macs(&call, family, outputs().next()).unwrap_or(0),
            params: parameters(&call, family, sum(&mut call.all().filter(|f| f.constant))),
            reads: sum(&mut call.all().filter(|f| !f.constant)),
            writes: sum(&mut outputs()),
        }
    }

    /// The work of all steps; a constant that several of them use counts once for each.
    pub fn total(&self) -> Work {
        self.steps
            .iter()
            .map(|s| self.work(s))
            .fold(Work::default(), |a, b| Work {
                macs: a.macs.saturating_add(b.macs),
                params: a.params.saturating_add(b.params),
                reads: a.reads.saturating_add(b.reads),
                writes: a.writes.saturating_add(b.writes),
            })
    }
}

/// Constant operands that were learned: no shapes, axes or limits.
fn parameters(call: &Call<'_>, family: Option<Family>, constants: u64) -> u64 {
    match family {
        Some(Family::Convolution | Family::Transposed | Family::Product | Family::Recurrent) => {
            constants
        }
        Some(Family::Norm) => constants,
        Some(Family::Elementwise) if constants > 1 => constants,
        Some(Family::Activation) if call.node.op == "PRelu" => constants,
        Some(Family::Lookup) => call
            .optional(0)
            .filter(|x| x.constant)
            .map_or(0, Fact::elements),
        _ => 0,
    }
}

fn macs(call: &Call<'_>, family: Option<Family>, output: Option<&Fact>) -> Option<u64> {
    let output = output?;
    let product = |factors: &[u64]| elements(factors);
    Some(match (family?, call.node.op) {
        (Family::Convolution, _) => {
            let (_, w) = conv_operands(call).ok()?;
            product(&[output.elements(), elements(&w.shape[1..])])
        }
        (Family::Transposed, _) => {
            let (x, w) = (call.input(0).ok()?, call.input(1).ok()?);
            // Every input meets every tap of the filters of its group once.
            product(&[x.elements(), elements(&w.shape[1..])])
        }
        (Family::Product, "Gemm") => product(&gemm_sizes(call).ok()?),
        (Family::Product, "Einsum") => {
            let (_, sizes) = einsum_sizes(call).ok()?;
            let operands = call.all().count() as u64;
            let all: Vec<u64> = sizes.into_values().collect();
            // A sum of one operand multiplies nothing.
            product(&[product(&all), operands.saturating_sub(1)])
        }
        (Family::Product, _) => {
            let (a, _) = matmul_operands(call).ok()?;
            product(&[output.elements(), a.shape.last().copied()?])
        }
        (Family::Recurrent, op) => {
            let [steps, batch, directions, hidden] = recurrent_sizes(call).ok()?;
            let gates = match op {
                "LSTM" => 4,
                "GRU" => 3,
                _ => 1,
            };
            let inputs = call.input(0).ok()?.shape.last().copied()?;
            product(&[
                steps,
                batch,
                directions,
                gates,
                hidden,
                inputs.saturating_add(hidden),
            ])
        }
        _ => 0,
    })
}
