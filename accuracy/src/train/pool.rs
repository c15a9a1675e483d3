//! Pooling: the largest value of each window, or the mean of what lies inside the input.

use super::lanes::{sum, wide};
use super::real::Real;
use crate::network::{Shape, Window};
use std::ops::Range;

/// No input: the window lies in the zeros.
const NOWHERE: u32 = u32::MAX;

/// A pooling layer with what it remembers of a batch.
pub(super) struct Pool {
    input: Shape,
    output: Shape,
    window: Window,
    average: bool,
    batch: usize,
    /// Which pixel of its plane each output took.
    taken: Vec<u32>,
}

impl Pool {
    /// Lays out the windows of `output` pixels over `input`.
    pub(super) fn new(
        input: Shape,
        output: Shape,
        window: Window,
        average: bool,
        batch: usize,
    ) -> Self {
        let outputs = if average {
            0
        } else {
            batch * output.elements()
        };
        Self {
            input,
            output,
            window,
            average,
            batch,
            taken: vec![NOWHERE; outputs],
        }
    }

    /// The outputs of a batch.
    pub(super) fn forward<T: Real>(&mut self, inputs: &[T], outputs: &mut [T]) {
        wide(
            #[inline(always)]
            || {
                let (from, to) = (self.input.pixels(), self.output.pixels());
                let planes = self.batch * self.input.channels;
                for plane in 0..planes {
                    let inputs = &inputs[plane * from..(plane + 1) * from];
                    let outputs = &mut outputs[plane * to..(plane + 1) * to];
                    if self.average {
                        self.means(inputs, outputs);
                    } else {
                        self.largest(inputs, outputs, plane * to);
                    }
                }
            },
        );
    }

    #[inline(always)]
    fn means<T: Real>(&self, inputs: &[T], outputs: &mut [T]) {
        self.each_window(|pixel, rows, columns| {
            let mut mean = T::ZERO;
            let mut count = 0;
            for row in steps(&rows, self.window.dilation) {
                let row = &inputs[row * self.input.columns..][columns.clone()];
                if self.window.dilation == 1 {
                    mean += sum(row);
                } else {
                    for &value in row.iter().step_by(self.window.dilation) {
                        mean += value;
                    }
                }
                count += row.len().div_ceil(self.window.dilation);
            }
            outputs[pixel] = mean / T::of(count.max(1) as f64);
        });
    }

    #[inline(always)]
    fn largest<T: Real>(&mut self, inputs: &[T], outputs: &mut [T], first: usize) {
        let mut taken = std::mem::take(&mut self.taken);
        self.each_window(|pixel, rows, columns| {
            let (mut best, mut at) = (T::of(f64::NEG_INFINITY), NOWHERE);
            for row in steps(&rows, self.window.dilation) {
                for column in steps(&columns, self.window.dilation) {
                    let place = row * self.input.columns + column;
                    let value = inputs[place];
                    let larger = value > best;
                    best = if larger { value } else { best };
                    at = if larger { place as u32 } else { at };
                }
            }
            outputs[pixel] = if at == NOWHERE { T::ZERO } else { best };
            taken[first + pixel] = at;
        });
        self.taken = taken;
    }

    /// Adds the gradients of the inputs, given those of the outputs.
    pub(super) fn back<T: Real>(&self, gradients: &[T], inputs: &mut [T]) {
        wide(
            #[inline(always)]
            || {
                let (from, to) = (self.input.pixels(), self.output.pixels());
                for plane in 0..self.batch * self.input.channels {
                    let inputs = &mut inputs[plane * from..(plane + 1) * from];
                    let gradients = &gradients[plane * to..(plane + 1) * to];
                    if self.average {
                        self.spread(gradients, inputs);
                    } else {
                        let taken = &self.taken[plane * to..(plane + 1) * to];
                        for (&gradient, &at) in gradients.iter().zip(taken) {
                            if let Some(input) = inputs.get_mut(at as usize) {
                                *input += gradient;
                            }
                        }
                    }
                }
            },
        );
    }

    #[inline(always)]
    fn spread<T: Real>(&self, gradients: &[T], inputs: &mut [T]) {
        let step = self.window.dilation;
        self.each_window(|pixel, rows, columns| {
            let count = rows.len().div_ceil(step) * columns.len().div_ceil(step);
            let share = gradients[pixel] / T::of(count.max(1) as f64);
            for row in steps(&rows, step) {
                let row = &mut inputs[row * self.input.columns..][columns.clone()];
                for input in row.iter_mut().step_by(step) {
                    *input += share;
                }
            }
        });
    }

    /// Every window of a plane: its output pixel and which rows and columns of the input it takes.
    #[inline(always)]
    fn each_window(&self, mut each: impl FnMut(usize, Range<usize>, Range<usize>)) {
        for row in 0..self.output.rows {
            let rows = self.inside(0, row, self.input.rows);
            for column in 0..self.output.columns {
                let columns = self.inside(1, column, self.input.columns);
                each(row * self.output.columns + column, rows.clone(), columns);
            }
        }
    }

    /// From the first to behind the last tap of a window that lies in `0..size`.
    #[inline(always)]
    fn inside(&self, axis: usize, index: usize, size: usize) -> Range<usize> {
        let Window {
            kernel,
            stride,
            before,
            dilation,
        } = self.window;
        let (start, before) = (index * stride[axis], before[axis]);
        let skipped = before.saturating_sub(start).div_ceil(dilation);
        let first = start + skipped * dilation;
        let end = (start + (kernel[axis] - 1) * dilation + 1).saturating_sub(before);
        let first = first.saturating_sub(before).min(size);
        first..end.min(size).max(first)
    }
}

/// Every `step`-th index of a range.
#[inline(always)]
fn steps(range: &Range<usize>, step: usize) -> impl Iterator<Item = usize> + use<> {
    let start = range.start;
    (0..range.len().div_ceil(step)).map(move |i| start + i * step)
}
