//! Pooling: the largest value of each window, or the mean of what lies inside the input.

use super::lanes::{sum, wide};
use super::real::Real;
use crate::network::{Shape, Window};

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
    /// Whether all windows are 2×2, side by side and inside.
    four: bool,
    rows: Vec<Inside>,
    columns: Vec<Inside>,
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
            four: window.kernel == [2, 2]
                && window.stride == [2, 2]
                && window.before == [0, 0]
                && window.dilation == 1
                && input.rows >= 2 * output.rows
                && input.columns >= 2 * output.columns,
            rows: (0..output.rows)
                .map(|row| Inside::new(&window, 0, row, input.rows))
                .collect(),
            columns: (0..output.columns)
                .map(|column| Inside::new(&window, 1, column, input.columns))
                .collect(),
        }
    }

    /// The outputs of a batch.
    pub(super) fn forward<T: Real>(&mut self, inputs: &[T], outputs: &mut [T]) {
        wide(
            #[inline(always)]
            || {
                let (from, to) = (self.input.pixels(), self.output.pixels());
                let mut taken = std::mem::take(&mut self.taken);
                for plane in 0..self.batch * self.input.channels {
                    let inputs = &inputs[plane * from..(plane + 1) * from];
                    let range = plane * to..(plane + 1) * to;
                    let outputs = &mut outputs[range.clone()];
                    if self.average {
                        self.means(inputs, outputs);
                    } else if self.four {
                        self.largest_of_four(inputs, outputs, &mut taken[range]);
                    } else {
                        self.largest(inputs, outputs, &mut taken[range]);
                    }
                }
                self.taken = taken;
            },
        );
    }

    #[inline(always)]
    fn means<T: Real>(&self, inputs: &[T], outputs: &mut [T]) {
        let step = self.window.dilation;
        self.each_window(|pixel, rows, columns| {
            let mut mean = T::ZERO;
            rows.each(step, |row| {
                let row = &inputs[row * self.input.columns..][columns.start..columns.end];
                if step == 1 {
                    mean += sum(row);
                } else {
                    columns.each(step, |column| mean += row[column - columns.start]);
                }
            });
            outputs[pixel] = mean / T::of((rows.count * columns.count).max(1) as f64);
        });
    }

    #[inline(always)]
    fn largest<T: Real>(&self, inputs: &[T], outputs: &mut [T], taken: &mut [u32]) {
        let step = self.window.dilation;
        self.each_window(|pixel, rows, columns| {
            let (mut best, mut at) = (T::of(f64::NEG_INFINITY), NOWHERE);
            rows.each(step, |row| {
                columns.each(step, |column| {
                    let place = row * self.input.columns + column;
                    (best, at) = larger((best, at), (inputs[place], place as u32));
                });
            });
            outputs[pixel] = if at == NOWHERE { T::ZERO } else { best };
            taken[pixel] = at;
        });
    }

    /// The usual case of [`Pool::largest`]: windows of 2×2 side by side, all inside.
    #[inline(always)]
    fn largest_of_four<T: Real>(&self, inputs: &[T], outputs: &mut [T], taken: &mut [u32]) {
        let width = self.input.columns;
        let outputs = outputs.chunks_exact_mut(self.output.columns);
        let taken = taken.chunks_exact_mut(self.output.columns);
        let rows = inputs.chunks_exact(2 * width).zip(outputs).zip(taken);
        for (row, ((inputs, outputs), taken)) in rows.enumerate() {
            let first = (row * 2 * width) as u32;
            let (upper, lower) = inputs.split_at(width);
            let pairs = upper.as_chunks().0.iter().zip(lower.as_chunks().0);
            let slots = outputs.iter_mut().zip(taken);
            for (column, ((output, taken), (&[a, b], &[c, d]))) in slots.zip(pairs).enumerate() {
                let at = first + 2 * column as u32;
                let below = at + width as u32;
                let upper = larger((a, at), (b, at + 1));
                let lower = larger((c, below), (d, below + 1));
                (*output, *taken) = larger(upper, lower);
            }
        }
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
            let share = gradients[pixel] / T::of((rows.count * columns.count).max(1) as f64);
            rows.each(step, |row| {
                let row = &mut inputs[row * self.input.columns..][..self.input.columns];
                columns.each(step, |column| row[column] += share);
            });
        });
    }

    /// Every window of a plane: its output pixel and which rows and columns of the input it takes.
    #[inline(always)]
    fn each_window(&self, mut each: impl FnMut(usize, Inside, Inside)) {
        for (row, &rows) in self.rows.iter().enumerate() {
            for (column, &columns) in self.columns.iter().enumerate() {
                each(row * self.output.columns + column, rows, columns);
            }
        }
    }
}

/// Which part of a window's taps lies inside the input, along one axis.
#[derive(Clone, Copy)]
struct Inside {
    start: usize,
    end: usize,
    count: usize,
}

impl Inside {
    fn new(window: &Window, axis: usize, index: usize, size: usize) -> Self {
        let (kernel, before) = (window.kernel[axis], window.before[axis]);
        let start = index * window.stride[axis];
        let taps = (0..kernel).map(|tap| start + tap * window.dilation);
        let mut inside = taps.filter_map(|tap| tap.checked_sub(before).filter(|&at| at < size));
        let first = inside.next();
        let count = usize::from(first.is_some()) + inside.count();
        let start = first.unwrap_or(0);
        Self {
            start,
            end: start + count.saturating_sub(1) * window.dilation + usize::from(count > 0),
            count,
        }
    }

    /// Every place, `step` apart.
    #[inline(always)]
    fn each(self, step: usize, mut each: impl FnMut(usize)) {
        let mut at = self.start;
        while at < self.end {
            each(at);
            at += step;
        }
    }
}

/// The larger value with its place; of equal ones the first.
#[inline(always)]
fn larger<T: Real>(a: (T, u32), b: (T, u32)) -> (T, u32) {
    let second = b.0 > a.0;
    (
        if second { b.0 } else { a.0 },
        if second { b.1 } else { a.1 },
    )
}
