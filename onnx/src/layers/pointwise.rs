//! Functions of single elements, and arithmetic of several values.
//!
//! A function of one value costs nothing where a layer ends in it, so it is not written down until
//! a layer takes it: exporters spell one activation in up to six nodes.

use super::build::{Build, Cause, Held, constants, lying};
use super::kinds::{Kind, Merge, Norm, Shape, Source};
use crate::fact::Fact;
use crate::infer::{Call, Step};
use crate::model::elements;

/// What `f` of a function is.
fn after(first: Option<&'static str>, then: Option<&'static str>) -> Option<&'static str> {
    match (first, then) {
        (None, function) | (function, None) => function,
        (Some(_), Some(_)) => Some("other"),
    }
}

fn function(call: &Call<'_>) -> Option<&'static str> {
    Some(match call.node.op {
        "Cast"
        | "CastLike"
        | "QuantizeLinear"
        | "DequantizeLinear"
        | "DynamicQuantizeLinear"
        | "Neg" => {
            return None;
        }
        "Relu" => "relu",
        "LeakyRelu" | "PRelu" => "leaky_relu",
        "Sigmoid" => "sigmoid",
        "HardSigmoid" => "hard_sigmoid",
        "HardSwish" => "hard_swish",
        "Swish" => "silu",
        "Gelu" | "FastGelu" => "gelu",
        "Tanh" => "tanh",
        "Clip" => return Some(clipped(call)),
        "Erf" => "erf",
        _ => "other",
    })
}

/// `Clip` between 0 and 6 is ReLU6, whichever way its limits are said.
fn clipped(call: &Call<'_>) -> &'static str {
    let limit = |name: &str, input: usize| {
        let given = call
            .optional(input)
            .and_then(|f| f.numbers.as_ref()?.first().copied());
        call.float(name).map(f64::from).or(given)
    };
    match (limit("min", 1), limit("max", 2)) {
        (Some(0.0), Some(6.0)) => "relu6",
        (Some(0.0), None) => "relu",
        _ => "other",
    }
}

/// What a value times a function of itself is.
fn gated(functions: &[Option<&'static str>]) -> &'static str {
    let mut named: Vec<&str> = functions.iter().flatten().copied().collect();
    named.dedup();
    match named[..] {
        ["sigmoid"] => "silu",
        ["hard_sigmoid" | "relu6"] => "hard_swish",
        ["erf" | "gelu" | "tanh"] => "gelu",
        _ => "other",
    }
}

impl<'a, 'm> Build<'a, 'm> {
    pub fn activation(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let held = self.held(self.first(step)?)?;
        let function = after(held.function, function(call));
        for output in 0..step.outputs.len() {
            self.hold_output(step, output, held.source, function);
        }
        Ok(())
    }

    pub fn elementwise(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let mut places = self.dependent(step);
        // Whether something is there says nothing of how much it is.
        if call.node.op == "Where" && places.len() > 1 {
            places.retain(|p| self.fact(*p).element != 9);
        }
        let output = self.made(step)?;
        let all: Vec<Held> = places.iter().map(|p| self.held(*p)).collect::<Cause<_>>()?;
        let Some(first) = all.first().copied() else {
            return Err("nothing it takes depends on the input".into());
        };
        let grows = places
            .iter()
            .any(|p| self.fact(*p).elements() != output.elements());
        if places.len() == 1 {
            return self.with_constants(step, call, places[0], output);
        }
        let same_base = all.iter().all(|h| h.source == first.source);
        if same_base && !grows {
            let functions: Vec<_> = all.iter().map(|h| h.function).collect();
            let function = match call.node.op {
                _ if functions.iter().all(Option::is_none) && call.node.op != "Mul" => None,
                "Mul" | "Div" => Some(gated(&functions)),
                _ => Some("other"),
            };
            self.hold_output(step, 0, first.source, function);
            return Ok(());
        }
        self.joined(step, call, &places, output)
    }

    /// Arithmetic with constants: a bias, learned positions, or a scale that costs nothing.
    fn with_constants(
        &mut self,
        step: &'m Step<'a>,
        call: &Call<'_>,
        place: usize,
        output: &Fact,
    ) -> Cause<()> {
        let held = self.held(place)?;
        let most = constants(call);
        if output.elements() > self.fact(place).elements() {
            let from = self.taken(place)?;
            let grown = self.resized(from, output.elements());
            self.hold(step, grown);
            return Ok(());
        }
        let linear = matches!(
            call.node.op,
            "Add" | "Sub" | "Mul" | "Div" | "Sum" | "Mean" | "Where"
        );
        if call.node.op == "Add" && held.function.is_none() {
            if self.becomes_bias(place, held.source, most) {
                self.hold(step, held.source);
                return Ok(());
            }
            let tokens = super::build::tokens(&output.shape);
            if most == output.elements() && output.rank() == 3 && tokens[1] > 1 {
                let from = self.wanted(place, tokens)?;
                let kind = Kind::Embedding {
                    entries: tokens[1],
                    width: tokens[0],
                    add: true,
                };
                let made = self.push(kind, vec![from], tokens);
                self.hold(step, made);
                return Ok(());
            }
        }
        let own = if linear { None } else { Some("other") };
        self.hold_output(step, 0, held.source, after(held.function, own));
        Ok(())
    }

    /// Whether adding so many constants is the bias of the layer that makes a value.
    fn becomes_bias(&mut self, place: usize, source: Source, count: u64) -> bool {
        let Source::Layer(index) = source else {
            return false;
        };
        let alone = self.alone(place);
        let layer = &mut self.layers[index];
        let fits = alone && layer.kind.computes() && layer.norm == Norm::Bare;
        if fits && count == layer.shape[0] && count > 1 {
            layer.norm = Norm::Bias;
            return true;
        }
        false
    }

    fn joined(
        &mut self,
        step: &Step<'a>,
        call: &Call<'_>,
        places: &[usize],
        output: &Fact,
    ) -> Cause<()> {
        let merge = match call.node.op {
            "Add" | "Sub" | "Sum" | "Mean" | "Where" => Merge::Add,
            _ => Merge::Multiply,
        };
        let mut taken = Vec::new();
        for place in places {
            taken.push(self.taken(*place)?);
        }
        let ways = self.side_by_side(places, &taken, output)?;
        let shapes: Vec<Shape> = ways.iter().map(|w| self.shape(*w)).collect();
        let shape = stretched(&shapes).unwrap_or_else(|| lying(&output.shape));
        let made = self.meeting(merge, &ways, shape);
        self.hold(step, made);
        Ok(())
    }

    /// The operands in shapes that can be stretched to each other.
    fn side_by_side(
        &mut self,
        places: &[usize],
        taken: &[Source],
        output: &Fact,
    ) -> Cause<Vec<Source>> {
        let own: Vec<Shape> = taken.iter().map(|s| self.shape(*s)).collect();
        let whole = output.elements();
        let equal = places.iter().all(|p| self.fact(*p).elements() == whole);
        if equal {
            return taken.iter().map(|s| self.lying_as(*s, own[0])).collect();
        }
        if stretched(&own).is_some_and(|s| elements(&s) == whole) {
            return Ok(taken.to_vec());
        }
        let facts: Vec<&Fact> = places.iter().map(|p| self.fact(*p)).collect();
        if let Some(grouped) = grouped(&facts, &output.shape) {
            let pairs = taken.iter().zip(grouped);
            return pairs.map(|(s, shape)| self.lying_as(*s, shape)).collect();
        }
        let target = lying(&output.shape);
        let grown = |source: &Source| {
            let grown = self.resized(*source, whole);
            self.lying_as(grown, target)
        };
        taken.iter().map(grown).collect()
    }
}

/// The shape that all stretch to.
fn stretched(shapes: &[Shape]) -> Option<Shape> {
    let mut out = [1; 3];
    for shape in shapes {
        for (all, size) in out.iter_mut().zip(shape) {
            match (*all, *size) {
                (a, b) if a == b || b == 1 => {}
                (1, b) => *all = b,
                _ => return None,
            }
        }
    }
    Some(out)
}

/// Three groups of axes in which every operand is either whole or one.
fn grouped(facts: &[&Fact], output: &[u64]) -> Option<Vec<Shape>> {
    let rank = output.len();
    let aligned: Vec<Vec<u64>> = facts
        .iter()
        .map(|f| [vec![1; rank - f.rank().min(rank)], f.shape.clone()].concat())
        .collect();
    for first in 0..=rank {
        for second in first..=rank {
            let cut = |s: &[u64]| {
                [
                    elements(&s[..first]),
                    elements(&s[first..second]),
                    elements(&s[second..]),
                ]
            };
            let whole = cut(output);
            let shapes: Vec<Shape> = aligned.iter().map(|s| cut(s)).collect();
            let fits = |s: &Shape| s.iter().zip(&whole).all(|(a, b)| a == b || *a == 1);
            if shapes.iter().all(fits) {
                return Some(shapes);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_are_grouped_so_that_ones_can_be_stretched() {
        let (a, b) = (Fact::of(1, vec![8, 1, 4]), Fact::of(1, vec![3, 1]));
        let wanted = vec![[8, 1, 4], [1, 3, 1]];
        assert_eq!(grouped(&[&a, &b], &[8, 3, 4]), Some(wanted));
        let c = Fact::of(1, vec![1, 3, 1, 4]);
        let d = Fact::of(1, vec![2, 1, 5, 1]);
        assert_eq!(grouped(&[&c, &d], &[2, 3, 5, 4]), None);
    }
}
