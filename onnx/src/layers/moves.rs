//! Tables, parts, concatenations, reductions: what moves elements.

use super::build::{Build, Cause, lying, tokens};
use super::kinds::{Kind, Merge, Pool, Shape, Source};
use super::windows::whole;
use crate::fact::Fact;
use crate::infer::{Call, Step};
use crate::model::elements;

impl<'a, 'm> Build<'a, 'm> {
    /// Rows of a constant table, or a part of a value.
    pub fn lookup(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let (table, output) = (call.input(0)?, self.made(step)?);
        if !table.constant {
            let place = self.at(step, 0)?;
            return self.part(step, place);
        }
        let indices = self.at(step, 1)?;
        let count = self.fact(indices).elements();
        let width = output.elements() / count.max(1);
        let from = self.wanted(indices, [1, count, 1])?;
        let entries = (table.elements() / width.max(1)).max(1);
        let kind = Kind::Embedding {
            entries,
            width,
            add: false,
        };
        let made = self.push(kind, vec![from], [width, count, 1]);
        self.hold(step, made);
        Ok(())
    }

    pub fn moved(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        match call.node.op {
            "Resize" | "Upsample" => self.enlarged(step, call),
            "Pad" => self.padded(step, call),
            "Slice" | "Split" => {
                let place = self.at(step, 0)?;
                self.part(step, place)
            }
            "Expand" | "Tile" => {
                let from = self.taken(self.first(step)?)?;
                let grown = self.resized(from, self.made(step)?.elements());
                self.hold(step, grown);
                Ok(())
            }
            // What is written into a value takes no more than the value.
            _ => self.alias(step),
        }
    }

    /// Each output as a part of the input, along the axis of the layer that was cut.
    fn part(&mut self, step: &'m Step<'a>, place: usize) -> Cause<()> {
        let from = self.taken(place)?;
        let x = self.fact(place);
        for (output, made) in step.outputs.iter().enumerate() {
            let Some(made) = made else { continue };
            let fact = self.fact(*made);
            if fact.elements() == 0 {
                return Err("nothing is left of its input".into());
            }
            let own = self.shape(from);
            let source = match cut(own, x, fact) {
                Some(shape) if shape == own => from,
                Some(shape) => self.push(Kind::Slice, vec![from], shape),
                None => self.resized(from, fact.elements()),
            };
            self.hold_output(step, output, source, None);
        }
        Ok(())
    }

    fn enlarged(&mut self, step: &Step<'a>, call: &Call<'_>) -> Cause<()> {
        let (x, output) = (call.input(0)?, self.made(step)?);
        let place = self.at(step, 0)?;
        let (input, shape) = (lying(&x.shape), lying(&output.shape));
        if x.rank() != output.rank() || input[0] != shape[0] {
            let from = self.taken(place)?;
            let grown = self.resized(from, output.elements());
            self.hold(step, grown);
            return Ok(());
        }
        let from = self.wanted(place, input)?;
        let made = if shape == input {
            from
        } else {
            self.push(Kind::Resize, vec![from], shape)
        };
        self.hold(step, made);
        Ok(())
    }

    /// Zeros around an image are more rows and columns.
    fn padded(&mut self, step: &Step<'a>, call: &Call<'_>) -> Cause<()> {
        let x = call.input(0)?;
        if x.elements() > self.made(step)?.elements() {
            let from = self.taken(self.first(step)?)?;
            let cut = self.resized(from, self.made(step)?.elements());
            self.hold(step, cut);
            return Ok(());
        }
        self.enlarged(step, call)
    }

    /// One window over what is reduced, where that lies together.
    pub fn reduction(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let op = call.node.op;
        if op == "CumSum" {
            return self.activation(step, call);
        }
        let place = self.first(step)?;
        if op == "TopK" {
            return self.part(step, place);
        }
        let (x, output) = (self.fact(place), self.made(step)?);
        let kind = if op.contains("Max") || op.contains("Min") {
            Pool::Max
        } else {
            Pool::Average
        };
        let count = output.elements();
        if count == x.elements() {
            return self.alias(step);
        }
        let axes = reduced(x, call, count);
        // The mean of an image.
        if axes == [2, 3] && x.rank() == 4 && x.shape[0] == 1 && op == "ReduceMean" {
            let input = self.image(x)?;
            let from = self.wanted(place, input)?;
            let made = self.push(Kind::GlobalAverage, vec![from], [input[0], 1, 1]);
            self.hold(step, made);
            return Ok(());
        }
        let together = axes.windows(2).all(|w| w[1] == w[0] + 1);
        let input = match (together, axes.first(), axes.last()) {
            (true, Some(first), Some(last)) => [
                elements(&x.shape[..*first]),
                elements(&x.shape[*first..=*last]),
                elements(&x.shape[last + 1..]),
            ],
            _ => [1, x.elements() / count.max(1), count],
        };
        let from = self.wanted(place, input)?;
        let mut pool = whole(kind, [input[1], 1]);
        if let Kind::Pool { memory, .. } = &mut pool {
            *memory = true;
        }
        let made = self.push(pool, vec![from], [input[0], 1, input[2]]);
        for output in 0..step.outputs.len() {
            self.hold_output(step, output, made, None);
        }
        Ok(())
    }

    pub fn concat(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let output = self.made(step)?;
        let axis = call.axis(call.int("axis").unwrap_or(1), output.rank())?;
        let places: Vec<usize> = step.inputs.iter().flatten().copied().collect();
        let facts: Vec<&Fact> = places.iter().map(|p| self.fact(*p)).collect();
        let mut own = Vec::new();
        for place in self.dependent(step) {
            let source = self.taken(place)?;
            own.push(self.shape(source));
        }
        // How a few of them lie says enough, however many there are.
        own.truncate(8);
        let (along, shapes) = arrangement(&facts, axis, &own);
        let total: u64 = shapes.iter().map(|s| s[along]).fold(0, u64::saturating_add);
        let mut ways = Vec::new();
        let mut before = 0;
        for (place, shape) in places.iter().zip(&shapes) {
            if elements(shape) == 0 {
                continue;
            }
            // Learned rows in front of the others, such as a class token.
            if self.fact(*place).constant && along == 1 && ways.is_empty() && shape[2] == 1 {
                before += shape[1];
                continue;
            }
            ways.push(self.wanted(*place, *shape)?);
        }
        let mut made = match ways[..] {
            [] => return Err("nothing it takes depends on the input".into()),
            [one] => one,
            _ => {
                let mut shape = shapes[0];
                shape[along] = total - before;
                self.meeting(Merge::Concat(along), &ways, shape)
            }
        };
        if before > 0 {
            let mut shape = self.shape(made);
            shape[1] += before;
            made = self.push(Kind::Tokens { count: before }, vec![made], shape);
        }
        self.hold(step, made);
        Ok(())
    }
}

/// The shape of a layer's output of which one axis was cut.
fn cut(own: Shape, x: &Fact, output: &Fact) -> Option<Shape> {
    if own.contains(&0) || x.elements() == 0 {
        return None;
    }
    let (from, to) = (x.elements(), output.elements());
    // The sizes that changed, where the ranks agree.
    let changed: Vec<u64> = if x.rank() == output.rank() {
        let pairs = x.shape.iter().zip(&output.shape);
        pairs.filter(|(a, b)| a != b).map(|(a, _)| *a).collect()
    } else {
        Vec::new()
    };
    let shrunk = |size: u64| {
        let all = u128::from(size) * u128::from(to);
        (all % u128::from(from) == 0).then(|| (all / u128::from(from)) as u64)
    };
    let exact =
        (0..3).find(|i| changed.len() == 1 && own[*i] == changed[0] && shrunk(own[*i]).is_some());
    let any = (0..3).find(|i| own[*i] > 1 && shrunk(own[*i]).is_some_and(|n| n > 0));
    let axis = exact.or(any)?;
    let mut out = own;
    out[axis] = shrunk(own[axis])?;
    (out[axis] > 0).then_some(out)
}

/// The axes that a reduction takes away.
fn reduced(x: &Fact, call: &Call<'_>, left: u64) -> Vec<usize> {
    let single = matches!(call.node.op, "ArgMax" | "ArgMin");
    let given = if single {
        Some(vec![call.int("axis").unwrap_or(0)])
    } else {
        call.listed("axes", 1).ok().flatten()
    };
    match given.and_then(|list| call.axes(&list, x.rank()).ok()) {
        Some(axes) if !axes.is_empty() => axes,
        _ if left == 1 => (0..x.rank()).collect(),
        _ => Vec::new(),
    }
}

/// Along what a concatenation goes, and the shapes of its operands: as most of them lie already.
fn arrangement(facts: &[&Fact], axis: usize, own: &[Shape]) -> (usize, Vec<Shape>) {
    let rank = facts.first().map_or(0, |f| f.rank());
    let general = |f: &&Fact| {
        [
            elements(&f.shape[..axis]),
            f.shape[axis],
            elements(&f.shape[axis + 1..]),
        ]
    };
    let mut ways: Vec<(usize, Vec<Shape>)> = Vec::new();
    let single = facts.iter().all(|f| f.shape.first() == Some(&1));
    if single && (rank == 3 || rank == 4) && axis > 0 {
        ways.push((axis - 1, facts.iter().map(|f| lying(&f.shape)).collect()));
    }
    let leading = facts.iter().all(|f| elements(&f.shape[..axis]) == 1);
    if axis + 1 == rank {
        ways.push((0, facts.iter().map(|f| tokens(&f.shape)).collect()));
    } else if leading {
        ways.push((1, facts.iter().map(|f| tokens(&f.shape)).collect()));
    }
    ways.push((1, facts.iter().map(general).collect()));
    if facts.iter().all(|f| elements(&f.shape[..axis]) == 1) {
        let wide = |f: &&Fact| [f.shape[axis], elements(&f.shape[axis + 1..]), 1];
        ways.push((0, facts.iter().map(wide).collect()));
    }
    let fits = |shapes: &[Shape]| shapes.iter().filter(|s| own.contains(s)).count();
    let best = ways.iter().map(|(_, s)| fits(s)).max().unwrap_or(0);
    let found = ways.into_iter().find(|(_, s)| fits(s) == best);
    found.unwrap_or_else(|| (1, facts.iter().map(general).collect()))
}

/// What a source is, for those that only compare.
pub(super) fn layer_of(source: Source) -> Option<usize> {
    match source {
        Source::Layer(index) => Some(index),
        Source::Input => None,
    }
}
