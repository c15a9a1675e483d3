//! What an animation says: where loops stand, which word an element has, how tensors move.

use nasaic_cost::oracle::Step;
use nasaic_cost::{Advance, Axis, Dim, Layer, Loop, Mapping, Tensor};
use nasaic_dsl::units::number;

pub(super) struct Words<'a> {
    layer: &'a Layer,
    mapping: &'a Mapping,
    levels: &'a [&'a str],
    /// The first level that each element has for itself.
    inner: usize,
}

impl<'a> Words<'a> {
    pub fn new(
        layer: &'a Layer,
        mapping: &'a Mapping,
        inner: usize,
        levels: &'a [&'a str],
    ) -> Self {
        Self {
            layer,
            mapping,
            levels,
            inner,
        }
    }

    /// The names of a tensor's indices that have more than one value.
    pub fn indices(&self, tensor: Tensor) -> String {
        let names = self.sizes(tensor).into_iter().filter(|(_, size)| *size > 1);
        names.map(|(name, _)| name).collect::<Vec<_>>().join(",")
    }

    fn sizes(&self, tensor: Tensor) -> [(&'static str, u32); 4] {
        let (layer, groups) = (self.layer, self.layer.groups);
        let bound = |dim: Dim| layer.bounds[dim.index()];
        match tensor {
            Tensor::W => [
                ("k", bound(Dim::K) * groups),
                ("c", bound(Dim::C)),
                ("r", bound(Dim::R)),
                ("s", bound(Dim::S)),
            ],
            Tensor::I => [
                ("n", bound(Dim::N)),
                ("c", bound(Dim::C) * groups),
                ("y", layer.input[0]),
                ("x", layer.input[1]),
            ],
            Tensor::O => [
                ("n", bound(Dim::N)),
                ("k", bound(Dim::K) * groups),
                ("p", bound(Dim::P)),
                ("q", bound(Dim::Q)),
            ],
        }
    }

    /// A word by its indices; channels count on from group to group.
    pub fn word(&self, tensor: Tensor, word: Option<[u32; 4]>, group: u32) -> String {
        let Some(mut word) = word else {
            return "zero".to_owned();
        };
        let (channel, dim) = match tensor {
            Tensor::W => (0, Dim::K),
            Tensor::I => (1, Dim::C),
            Tensor::O => (1, Dim::K),
        };
        word[channel] += group * self.layer.bounds[dim.index()];
        let sizes = self.sizes(tensor);
        let shown = word.iter().zip(sizes).filter(|(_, (_, size))| *size > 1);
        shown
            .map(|(at, _)| at.to_string())
            .collect::<Vec<_>>()
            .join(",")
    }

    /// Where the loops in time stand: the first element's place along each dimension.
    pub fn place(&self, step: &Step) -> String {
        let in_time = |l: &&Loop| l.advance == Advance::Time;
        let loops = self.mapping.loops().iter().filter(in_time);
        let mut starts = [None; 7];
        for (l, turn) in loops.zip(&step.time) {
            let outer = self.outside(l);
            if l.tile < outer {
                let start = starts[l.dim.index()].get_or_insert(0);
                *start += turn * l.tile;
            }
        }
        let group = (self.layer.groups > 1).then(|| format!("group {}", step.group));
        let dims = Dim::ALL.into_iter().zip(starts);
        let dims = dims.filter_map(|(dim, start)| Some(format!("{} {}", dim.letter(), start?)));
        group.into_iter().chain(dims).collect::<Vec<_>>().join(", ")
    }

    /// What the loops above one leave of its dimension.
    fn outside(&self, inner: &Loop) -> u32 {
        let loops = self.mapping.loops().iter();
        let above = loops.take_while(|l| !std::ptr::eq(*l, inner));
        let last = above.filter(|l| l.dim == inner.dim).last();
        last.map_or(self.layer.bounds[inner.dim.index()], |l| l.tile)
    }

    /// How a tensor moves between the elements and the store that feeds them.
    pub fn moves(&self, tensor: Tensor, step: &Step) -> String {
        let levels = self.mapping.levels();
        let keeps = |level: &usize| levels[*level].keep.contains(tensor);
        let source = (0..self.inner.min(levels.len())).rev().find(keeps);
        let outer = source.and_then(|level| self.levels.get(level));
        let outer = outer.copied().unwrap_or("outside");
        let kept = (self.inner..levels.len()).any(|level| keeps(&level));
        let crossing = step.crossings[tensor.index()];
        let (outside, inside) = (crossing.outside, crossing.inside);
        let words = |n: u64, what: &str| {
            format!(
                "{} {what}{}",
                number(n as f64),
                if n == 1 { "" } else { "s" }
            )
        };
        match (tensor, outside) {
            (Tensor::O, 0) => "stay: sums grow in the PEs".to_owned(),
            (_, 0) if kept => "stays in the PEs".to_owned(),
            (_, 0) => "only zeros of the padding".to_owned(),
            (Tensor::O, _) => {
                let added = match inside > outside {
                    true => format!(
                        "{}, added up across {}",
                        words(inside, "sum"),
                        self.across(tensor, source)
                    ),
                    false => words(inside, "sum"),
                };
                let back = source.map_or(0, |level| step.access[level][Tensor::O.index()].reads);
                let back = match back {
                    0 => String::new(),
                    n => format!("; {} came back", words(n, "partial sum")),
                };
                match inside > outside {
                    true => format!("{added}: {} to {outer}{back}", words(outside, "word")),
                    false => format!("{added} to {outer}{back}"),
                }
            }
            _ if inside > outside => format!(
                "{} from {outer}, multicast across {}: {} arrive",
                words(outside, "word"),
                self.across(tensor, source),
                number(inside as f64)
            ),
            _ => format!("{} from {outer}, each for one PE", words(outside, "word")),
        }
    }

    /// The sides of the array along which elements share a word of a tensor.
    fn across(&self, tensor: Tensor, source: Option<usize>) -> String {
        let source = source.unwrap_or(0);
        let spread = |l: &&Loop| {
            l.advance != Advance::Time && usize::from(l.level) >= source && l.tile < self.outside(l)
        };
        let loops: Vec<&Loop> = self.mapping.loops().iter().filter(spread).collect();
        let shared = |axis: Axis| {
            let mut on = loops.iter().filter(|l| l.advance == Advance::Space(axis));
            on.any(|l| !tensor.depends_on(l.dim))
        };
        let has = |dim: Dim| loops.iter().any(|l| l.dim == dim);
        let diagonal =
            tensor == Tensor::I && (has(Dim::P) && has(Dim::R) || has(Dim::Q) && has(Dim::S));
        let mut sides = Vec::new();
        if shared(Axis::Columns) {
            sides.push("columns");
        }
        if shared(Axis::Rows) {
            sides.push("rows");
        }
        if diagonal {
            sides.push("diagonals");
        }
        match sides.as_slice() {
            [] => "PEs".to_owned(),
            sides => sides.join(" and "),
        }
    }
}
