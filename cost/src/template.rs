//! A template on a sub-accelerator, checked and packed into fixed arrays.
//!
//! The mappers read a template's lines many times per layer. Here names and optional vectors are
//! gone, the store sizes are those of the sub-accelerator, and what the lines further in will do is
//! known at each line.

use crate::dataflow::{Axis, Dataflow, MAX_LEVELS, Step, Tile};
use crate::fit::Refusal;
use crate::hardware::SubAccelerator;
use crate::layer::{Dim, Layer};
use crate::mapping::{Level, MAX_LOOPS};

/// Most lines below the outermost store.
pub(crate) const MAX_LINES: usize = MAX_LOOPS + MAX_LEVELS;

/// One line below the outermost store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// The next storage level.
    Store,
    /// A loop in time.
    Loop { dim: Dim, tile: Tile },
    /// A loop in space; `size` is none where it is open.
    Spread {
        dim: Dim,
        over: Axis,
        size: Option<u32>,
        reduce: bool,
    },
}

/// The lines and stores of a template that passed all checks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Template {
    lines: [Line; MAX_LINES],
    line_count: usize,
    levels: [Level; MAX_LEVELS],
    level_count: usize,
    /// The first line inside each store.
    inside: [usize; MAX_LEVELS],
}

impl Template {
    /// Packs a template for a layer it runs and a sub-accelerator that has room for it.
    pub(crate) fn new(
        layer: &Layer,
        dataflow: &Dataflow,
        sub: &SubAccelerator,
    ) -> Result<Self, Refusal> {
        if !layer.kind.has_macs() || !dataflow.runs(layer.kind) {
            return Err(Refusal::Kind(layer.kind));
        }
        if !sub.is_present() {
            return Err(Refusal::Absent);
        }
        dataflow.check().map_err(Refusal::Flawed)?;
        dataflow
            .check_array(sub.pes, sub.shape)
            .map_err(Refusal::Flawed)?;
        Ok(Self::pack(dataflow, sub))
    }

    /// The checks have bounded the numbers of lines and of stores.
    fn pack(dataflow: &Dataflow, sub: &SubAccelerator) -> Self {
        let unused = Level {
            keep: Default::default(),
            buffering: Default::default(),
            size: None,
            bandwidth: None,
        };
        let mut template = Template {
            lines: [Line::Store; MAX_LINES],
            line_count: dataflow.steps.len() - 1,
            levels: [unused; MAX_LEVELS],
            level_count: 0,
            inside: [0; MAX_LEVELS],
        };
        let sizes = sub.sizes(dataflow);
        for (index, step) in dataflow.steps.iter().enumerate() {
            let line = match *step {
                Step::Store {
                    keep,
                    buffering,
                    bandwidth,
                    ..
                } => {
                    let level = template.level_count;
                    template.level_count += 1;
                    template.levels[level] = Level {
                        keep,
                        buffering,
                        bandwidth,
                        size: sizes[level],
                    };
                    template.inside[level] = index;
                    Line::Store
                }
                Step::Loop { dim, tile } => Line::Loop { dim, tile },
                Step::Spread {
                    dim,
                    over,
                    size,
                    reduce,
                } => Line::Spread {
                    dim,
                    over,
                    size,
                    reduce,
                },
            };
            if index > 0 {
                template.lines[index - 1] = line;
            }
        }
        template
    }

    /// The lines below the outermost store, outermost first.
    #[inline]
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines[..self.line_count]
    }

    /// The stores, outermost first.
    #[inline]
    pub(crate) fn levels(&self) -> &[Level] {
        &self.levels[..self.level_count]
    }

    /// Orders in which the `fit` loops can be written, those that only trade places with the lines
    /// next to them between two stores or spreads; the innermost store's loops move nothing.
    pub(crate) fn orders(&self) -> u64 {
        let mut count: u64 = 1;
        self.each_run(|run| {
            let orders = (1..=run.len() as u64).fold(1, u64::saturating_mul);
            count = count.saturating_mul(orders);
        });
        count
    }

    /// The template with its `fit` loops in the order of this number; 0 is as written.
    pub(crate) fn in_order(&self, mut number: u64) -> Self {
        let mut ordered = *self;
        self.each_run(|run| {
            // The factorial number system: the n-th choice picks one of those that are left.
            for place in 0..run.len() {
                let left = (run.len() - place) as u64;
                let pick = (number % left) as usize;
                number /= left;
                let at = |offset: usize| run[place + offset];
                for offset in (0..pick).rev() {
                    ordered.lines.swap(at(offset), at(offset + 1));
                }
            }
        });
        ordered
    }

    /// The template without the fixed tiles of the dimensions that are not in `decided`, one bit
    /// each: their loops run once.
    pub(crate) fn relaxed(&self, decided: u8) -> Self {
        let mut relaxed = *self;
        for line in &mut relaxed.lines {
            if let Line::Loop { dim, tile } = line
                && decided & 1 << dim.index() == 0
            {
                *tile = Tile::Full;
            }
        }
        relaxed
    }

    /// Calls `visit` with the line numbers of each run of `fit` loops outside the innermost store.
    fn each_run(&self, mut visit: impl FnMut(&[usize])) {
        let mut run = [0; MAX_LINES];
        let mut length = 0;
        let outside = self.inside[self.level_count - 1];
        for (index, line) in self.lines()[..outside].iter().enumerate() {
            match line {
                Line::Loop {
                    tile: Tile::Fit, ..
                } => {
                    run[length] = index;
                    length += 1;
                }
                Line::Loop { .. } => {}
                Line::Store | Line::Spread { .. } => {
                    visit(&run[..length]);
                    length = 0;
                }
            }
        }
    }

    /// The lines outside and those inside a store.
    #[inline]
    pub(crate) fn around(&self, level: usize) -> (&[Line], &[Line]) {
        self.lines().split_at(self.inside[level])
    }

    /// The lines from `index` on that belong to the same store, with their numbers.
    #[inline]
    pub(crate) fn rest_of_level(&self, index: usize) -> impl Iterator<Item = (usize, &Line)> {
        let rest = self.lines().iter().enumerate().skip(index);
        rest.take_while(|(_, line)| **line != Line::Store)
    }
}
