//! A convolution of each channel by itself, and its two adjoints, row by row.

use super::gather::Gather;
use super::lanes::{LANES, Lane, total, wide};
use super::real::Real;
use crate::network::{Shape, Window};

/// A convolution whose groups are single input channels.
pub(super) struct Depthwise<T> {
    gather: Gather,
    output: Shape,
    /// Filters of one channel.
    filters: usize,
    channels: usize,
    pitch: usize,
    planes: Vec<T>,
    spill: Vec<T>,
}

impl<T: Real> Depthwise<T> {
    /// Lays out the convolution from `input` to `output` for batches of `batch`.
    pub(super) fn new(input: Shape, output: Shape, window: &Window, batch: usize) -> Self {
        let gather = Gather::new(input, output, window, batch, 1);
        let planes = gather.planes();
        Self {
            output,
            filters: output.channels / input.channels,
            channels: input.channels,
            pitch: batch * output.pixels(),
            planes: vec![T::ZERO; planes],
            spill: vec![T::ZERO; planes],
            gather,
        }
    }

    /// The outputs of a batch.
    pub(super) fn forward(&mut self, inputs: &[T], weights: &[T], outputs: &mut [T]) {
        wide(
            #[inline(always)]
            || {
                let taps = self.gather.offsets.len();
                for tile in 0..self.gather.tiles() {
                    self.gather
                        .fill(inputs, tile, 0..self.channels, &mut self.planes);
                    let source = self.gather.source(inputs, &self.planes, tile);
                    for (filter, weights) in weights.chunks_exact(taps).enumerate() {
                        let source = &source[self.gather.channel(filter / self.filters)..];
                        self.each_row(tile, |base, pixel| {
                            let row = filter * self.pitch + pixel;
                            let outputs = &mut outputs[row..row + self.output.columns];
                            self.row(&source[base..], weights, outputs);
                        });
                    }
                }
            },
        );
    }

    /// One row of outputs.
    #[inline(always)]
    fn row(&self, source: &[T], weights: &[T], outputs: &mut [T]) {
        for (chunk, outputs) in outputs.chunks_mut(LANES).enumerate() {
            let mut sums = [T::ZERO; LANES];
            for (&weight, &offset) in weights.iter().zip(&self.gather.offsets) {
                let at = offset + chunk * LANES;
                let values: &Lane<T> = &source[at..].as_chunks().0[0];
                for (sum, &value) in sums.iter_mut().zip(values) {
                    *sum += weight * value;
                }
            }
            let count = outputs.len();
            outputs.copy_from_slice(&sums[..count]);
        }
    }

    /// Adds the gradients of the inputs, given those of the outputs.
    pub(super) fn back_data(&mut self, weights: &[T], gradients: &[T], inputs: &mut [T]) {
        wide(
            #[inline(always)]
            || {
                let taps = self.gather.offsets.len();
                let mut spill = std::mem::take(&mut self.spill);
                for tile in 0..self.gather.tiles() {
                    let target = self.gather.target(inputs, &mut spill, tile);
                    for (filter, weights) in weights.chunks_exact(taps).enumerate() {
                        let target = &mut target[self.gather.channel(filter / self.filters)..];
                        for (&weight, &offset) in weights.iter().zip(&self.gather.offsets) {
                            self.each_row(tile, |base, pixel| {
                                let gradients = &gradients[filter * self.pitch + pixel..];
                                let target = &mut target[base + offset..];
                                let row = target.iter_mut().zip(gradients);
                                for (target, &gradient) in row.take(self.output.columns) {
                                    *target += weight * gradient;
                                }
                            });
                        }
                    }
                    if self.gather.drains() {
                        self.gather.drain(&spill, tile, inputs);
                    }
                }
                self.spill = spill;
            },
        );
    }

    /// Adds the gradients of the weights, given the inputs and the gradients of the outputs.
    pub(super) fn back_weights(&mut self, inputs: &[T], gradients: &[T], weights: &mut [T]) {
        wide(
            #[inline(always)]
            || {
                let taps = self.gather.offsets.len();
                let columns = self.output.columns;
                for tile in 0..self.gather.tiles() {
                    self.gather
                        .fill(inputs, tile, 0..self.channels, &mut self.planes);
                    let source = self.gather.source(inputs, &self.planes, tile);
                    for (filter, weights) in weights.chunks_exact_mut(taps).enumerate() {
                        let source = &source[self.gather.channel(filter / self.filters)..];
                        for (weight, &offset) in weights.iter_mut().zip(&self.gather.offsets) {
                            let (mut sums, mut rest) = ([T::ZERO; LANES], T::ZERO);
                            self.each_row(tile, |base, pixel| {
                                let row = filter * self.pitch + pixel;
                                let gradients = &gradients[row..row + columns];
                                let values = &source[base + offset..][..columns];
                                dot(gradients, values, &mut sums, &mut rest);
                            });
                            *weight += total(&sums) + rest;
                        }
                    }
                }
            },
        );
    }

    /// Every row of a tile's outputs: where its inputs begin, and its first pixel.
    #[inline(always)]
    fn each_row(&self, tile: usize, mut each: impl FnMut(usize, usize)) {
        let rows = self.gather.pixels / self.output.columns;
        for row in 0..rows {
            let pixel = row * self.output.columns;
            each(self.gather.base(row), tile * self.gather.pixels + pixel);
        }
    }
}

/// Adds the products of two rows to the sums of eight lanes, and what is left over to `rest`.
#[inline(always)]
fn dot<T: Real>(a: &[T], b: &[T], sums: &mut Lane<T>, rest: &mut T) {
    let (chunks, after) = a.as_chunks::<LANES>();
    let (others, other_rest) = b.as_chunks::<LANES>();
    for (a, b) in chunks.iter().zip(others) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    for (&a, &b) in after.iter().zip(other_rest) {
        *rest += a * b;
    }
}
