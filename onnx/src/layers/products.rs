//! Matrix products, recurrent layers, normalisations.

use super::build::{Build, Cause, tokens};
use super::kinds::{Kind, Merge, Norm, Source};
use crate::infer::{Call, Step, einsum_sizes, gemm_sizes, matmul_operands, recurrent_sizes};
use crate::model::elements;

impl<'a, 'm> Build<'a, 'm> {
    pub fn product(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        match call.node.op {
            "Gemm" => self.gemm(step, call),
            "Einsum" => self.einsum(step, call),
            _ => self.matmul(step, call),
        }
    }

    /// A fully connected layer over `rows` tokens of `inputs` channels.
    fn dense(
        &mut self,
        step: &Step<'a>,
        place: usize,
        [rows, inputs, units]: [u64; 3],
        bias: bool,
    ) -> Cause<()> {
        let per_token = rows > 1;
        let from = if per_token {
            self.wanted(place, [inputs, rows, 1])?
        } else {
            // However it lies, all of it is multiplied.
            self.taken(place)?
        };
        let kind = Kind::Dense { units, per_token };
        let made = self.push(kind, vec![from], [units, rows, 1]);
        if let (true, Source::Layer(index)) = (bias, made) {
            self.layers[index].norm = Norm::Bias;
        }
        self.hold(step, made);
        Ok(())
    }

    /// The product of two values that layers make, for each channel.
    fn meet(
        &mut self,
        step: &Step<'a>,
        [a, b]: [usize; 2],
        [lead, rows, inner, columns]: [u64; 4],
    ) -> Cause<()> {
        let first = self.wanted(a, [lead, rows, inner])?;
        let second = self.wanted(b, [lead, inner, columns])?;
        let shape = [lead, rows, columns];
        let made = self.meeting(Merge::Product, &[first, second], shape);
        self.hold(step, made);
        Ok(())
    }

    fn gemm(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let [m, k, n] = gemm_sizes(call)?;
        let (a, b) = (self.at(step, 0)?, self.at(step, 1)?);
        match (self.fact(a).constant, self.fact(b).constant) {
            (false, true) => self.dense(step, a, [m, k, n], call.optional(2).is_some()),
            (true, false) => self.dense(step, b, [n, k, m], false),
            _ => self.meet(step, [a, b], [1, m, k, n]),
        }
    }

    fn matmul(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let (left, right) = matmul_operands(call)?;
        let second = if call.node.op == "QLinearMatMul" {
            3
        } else {
            1
        };
        let (a, b) = (self.at(step, 0)?, self.at(step, second)?);
        let inner = left.shape.last().copied().unwrap_or(1);
        let output = self.made(step)?.elements();
        // A plain matrix of weights: one product for each row of the other operand.
        if right.constant
            && right.elements() == elements(&[inner, right.shape.last().copied().unwrap_or(1)])
        {
            let units = (right.elements() / inner.max(1)).max(1);
            return self.dense(
                step,
                a,
                [left.elements() / inner.max(1), inner, units],
                false,
            );
        }
        if left.constant && left.rank() == 2 {
            let columns = right.elements() / inner.max(1);
            return self.dense(step, b, [columns, inner, left.shape[0]], false);
        }
        let rows = if left.rank() > 1 {
            left.shape[left.rank() - 2]
        } else {
            1
        };
        let columns = if right.rank() > 1 {
            right.shape[right.rank() - 1]
        } else {
            1
        };
        let lead = output / elements(&[rows, columns]).max(1);
        // One matrix for all of the other operand's: its rows are one long matrix.
        if right.elements() == elements(&[inner, columns])
            && left.elements() == elements(&[lead, rows, inner])
        {
            return self.meet(step, [a, b], [1, lead.saturating_mul(rows), inner, columns]);
        }
        let (all_left, all_right) = (
            elements(&[lead, rows, inner]),
            elements(&[lead, inner, columns]),
        );
        let a = self.stretched(a, all_left, [lead, rows, inner])?;
        let b = self.stretched(b, all_right, [lead, inner, columns])?;
        let made = self.meeting(Merge::Product, &[a, b], [lead, rows, columns]);
        self.hold(step, made);
        Ok(())
    }

    /// A value with as many elements as its broadcast has, in this shape.
    fn stretched(&mut self, place: usize, count: u64, shape: [u64; 3]) -> Cause<Source> {
        if self.fact(place).elements() == count {
            return self.wanted(place, shape);
        }
        let from = self.taken(place)?;
        let whole = self.resized(from, count);
        self.lying_as(whole, shape)
    }

    fn einsum(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let (output, sizes) = einsum_sizes(call)?;
        let equation: String = call
            .text("equation")
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let left = equation.split("->").next().unwrap_or_default();
        let terms: Vec<&str> = left.split(',').collect();
        let [first, second] = terms[..] else {
            return if terms.len() == 1
                && elements(&self.made(step)?.shape) == call.input(0)?.elements()
            {
                self.alias(step)
            } else {
                Err(format!("`{equation}` does not join two operands"))
            };
        };
        let all = |wanted: &dyn Fn(char) -> bool| {
            sizes
                .iter()
                .filter(|(c, _)| wanted(**c))
                .fold(1u64, |n, (_, s)| n.saturating_mul(*s))
        };
        let (a, b) = (|c| first.contains(c), |c| second.contains(c));
        let out = |c| output.contains(&c);
        let lead = all(&|c| a(c) && b(c) && out(c));
        let inner = all(&|c| a(c) && b(c) && !out(c));
        let rows = all(&|c| a(c) && !b(c));
        let columns = all(&|c| b(c) && !a(c));
        let (x, y) = (self.at(step, 0)?, self.at(step, 1)?);
        match (self.fact(x).constant, self.fact(y).constant) {
            (false, true) if lead == 1 => self.dense(step, x, [rows, inner, columns], false),
            (true, false) if lead == 1 => self.dense(step, y, [columns, inner, rows], false),
            _ => self.meet(step, [x, y], [lead, rows, inner, columns]),
        }
    }

    /// Two dense layers: over the inputs of all steps, and over the hidden states of all steps.
    pub fn recurrent(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let [steps, batch, directions, hidden] = recurrent_sizes(call)?;
        let gates = match call.node.op {
            "LSTM" => 4,
            "GRU" => 3,
            _ => 1,
        };
        let x = call.input(0)?;
        let rows = steps * batch;
        let inputs = self.wanted(self.at(step, 0)?, tokens(&x.shape))?;
        let per_token = true;
        let bias = |build: &mut Self, made: Source| {
            if let (true, Source::Layer(index)) = (call.optional(3).is_some(), made) {
                build.layers[index].norm = Norm::Bias;
            }
        };
        let units = gates * directions * hidden;
        let first = self.push(
            Kind::Dense { units, per_token },
            vec![inputs],
            [units, rows, 1],
        );
        bias(self, first);
        let state = [directions * hidden, rows, 1];
        let state = self.push(Kind::Slice, vec![first], state);
        let state = self.lying_as(state, [hidden, rows * directions, 1])?;
        let units = gates * hidden;
        let shape = [units, rows * directions, 1];
        let second = self.push(Kind::Dense { units, per_token }, vec![state], shape);
        bias(self, second);
        let all = self.push(Kind::Slice, vec![second], [hidden, rows * directions, 1]);
        self.hold(step, all);
        for output in 1..step.outputs.len() {
            let last = self.resized(all, directions * batch * hidden);
            self.hold_output(step, output, last, None);
        }
        Ok(())
    }

    pub fn norm(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let place = self.at(step, 0)?;
        let x = self.fact(place);
        let rank = x.rank();
        let axis = |default| call.axis(call.int("axis").unwrap_or(default), rank);
        let (kind, shape) = match call.node.op {
            "BatchNormalization" => (normalise("batch", true), super::build::lying(&x.shape)),
            "InstanceNormalization" | "GroupNormalization" => {
                (normalise("group", true), self.image(x)?)
            }
            "LRN" | "MeanVarianceNormalization" => (normalise("group", false), self.image(x)?),
            "LayerNormalization" | "RMSNormalization" | "SimplifiedLayerNormalization" => {
                let over = if call.node.op.starts_with("Layer") {
                    "layer"
                } else {
                    "rms"
                };
                let (lead, rest) = x.shape.split_at(axis(-1)?);
                (normalise(over, true), [elements(rest), elements(lead), 1])
            }
            "LpNormalization" => {
                let axis = axis(-1)?;
                let count = x.shape[axis];
                (
                    normalise("layer", false),
                    [count, x.elements() / count.max(1), 1],
                )
            }
            _ => return self.softmax(step, call, place),
        };
        let from = self.wanted(place, shape)?;
        let made = self.push(kind, vec![from], shape);
        self.hold(step, made);
        Ok(())
    }

    fn softmax(&mut self, step: &Step<'a>, call: &Call<'_>, place: usize) -> Cause<()> {
        let x = self.fact(place);
        // Older versions flatten from the axis on.
        let old = call.opset != 0 && call.opset < 13;
        let axis = call.axis(
            call.int("axis").unwrap_or(if old { 1 } else { -1 }),
            x.rank(),
        )?;
        let count = if old {
            elements(&x.shape[axis..])
        } else {
            x.shape[axis]
        };
        let from = self.taken(place)?;
        let own = self.shape(from);
        let (over, shape) = match own {
            [_, _, columns] if columns == count && count > 1 && axis + 1 == x.rank() => (2, own),
            [channels, ..] if channels == count => (0, own),
            _ => (0, [count, x.elements() / count.max(1), 1]),
        };
        let from = self.lying_as(from, shape)?;
        let made = self.push(Kind::Softmax { over }, vec![from], shape);
        self.hold(step, made);
        Ok(())
    }
}

fn normalise(over: &'static str, affine: bool) -> Kind {
    Kind::Normalise { over, affine }
}
