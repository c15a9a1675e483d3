//! A convolution and its two adjoints, as products of panels of eight filters and eight pixels.
//!
//! A dense layer is a convolution whose window is its whole input; a transposed
//! convolution is the adjoint of one. Weights lie filter by filter, then tap by
//! tap, then channel by channel, so that neighbouring products touch different
//! channels when gradients are scattered.

use super::gather::Gather;
use super::lanes::{LANES, Lane, ROWS, correlate, products, total, wide};
use super::real::Real;
use crate::network::{Shape, Window};

/// How many numbers of packed pixels are worked on at a time: half of a usual second-level cache.
const CHUNK: usize = 1 << 15;

/// How many sums of weight gradients are open at a time.
const OPEN: usize = 1 << 17;

/// A convolution between two tensors, with its scratch memory.
pub(super) struct Conv<T> {
    gather: Gather,
    groups: usize,
    /// Filters of one group.
    filters: usize,
    /// Input channels of one group.
    channels: usize,
    /// Taps times channels of one group.
    depth: usize,
    /// Samples times output pixels: the length of an output channel.
    pitch: usize,
    planes: Vec<T>,
    spill: Vec<T>,
    packed: Vec<T>,
    weights: Vec<[T; ROWS]>,
    gradients: Vec<[Lane<T>; ROWS]>,
    sums: Vec<[Lane<T>; ROWS]>,
}

impl<T: Real> Conv<T> {
    /// Lays out the convolution from `input` to `output` for batches of `batch`.
    pub(super) fn new(
        input: Shape,
        output: Shape,
        window: &Window,
        groups: usize,
        batch: usize,
    ) -> Self {
        let (channels, filters) = (input.channels / groups, output.channels / groups);
        let gather = Gather::new(input, output, window, batch, channels);
        let depth = gather.offsets.len();
        let planes = gather.planes();
        Self {
            groups,
            filters,
            channels,
            depth,
            pitch: batch * output.pixels(),
            planes: vec![T::ZERO; planes],
            spill: vec![T::ZERO; planes],
            packed: Vec::new(),
            weights: Vec::new(),
            gradients: Vec::new(),
            sums: Vec::new(),
            gather,
        }
        .with_scratch()
    }

    fn with_scratch(mut self) -> Self {
        let zero = [T::ZERO; ROWS];
        let forward = self.filters.div_ceil(ROWS) * self.depth;
        let backward = self.depth.div_ceil(ROWS) * self.filters;
        self.weights = vec![zero; self.groups * forward.max(backward)];
        let (depth, panels) = (self.open(), self.weight_panels());
        let pixels = self.panels_of(self.depth) * self.depth * LANES;
        let gradients = self.panels_of(self.filters) * self.filters * LANES;
        let rows = depth * (panels + 1) * LANES;
        self.packed = vec![T::ZERO; pixels.max(gradients).max(rows) + LANES];
        let blocks = self.filters.div_ceil(ROWS);
        self.gradients = vec![[[T::ZERO; LANES]; ROWS]; blocks * panels];
        self.sums = vec![[[T::ZERO; LANES]; ROWS]; blocks * depth];
        self
    }

    /// Panels of `rows` rows that are packed at a time.
    fn panels_of(&self, rows: usize) -> usize {
        (CHUNK / 2 / (rows * LANES)).clamp(1, self.gather.panels())
    }

    /// How many taps the open sums of weight gradients cover.
    fn open(&self) -> usize {
        (OPEN / (self.filters.next_multiple_of(ROWS) * LANES)).clamp(1, self.depth)
    }

    /// Panels over which weight gradients are summed at a time.
    fn weight_panels(&self) -> usize {
        (2 * CHUNK / (self.open() * LANES)).clamp(1, self.gather.panels())
    }

    /// The outputs of a batch, or what they add to what is there.
    pub(super) fn forward(&mut self, inputs: &[T], weights: &[T], outputs: &mut [T], add: bool) {
        wide(
            #[inline(always)]
            || self.forward_tiles(inputs, weights, outputs, add),
        );
    }

    #[inline(always)]
    fn forward_tiles(&mut self, inputs: &[T], weights: &[T], outputs: &mut [T], add: bool) {
        let step = self.panels_of(self.depth);
        let Self {
            gather,
            planes,
            packed,
            ..
        } = self;
        let (depth, filters, channels, pitch) =
            (self.depth, self.filters, self.channels, self.pitch);
        let blocks = filters.div_ceil(ROWS);
        for (filter, taps) in weights.chunks_exact(depth).enumerate() {
            let (group, filter) = (filter / filters, filter % filters);
            let block = (group * blocks + filter / ROWS) * depth;
            for (row, &tap) in self.weights[block..block + depth].iter_mut().zip(taps) {
                row[filter % ROWS] = tap;
            }
        }
        clear_unused(
            &mut self.weights,
            self.groups * blocks,
            depth,
            blocks,
            filters,
        );
        for tile in 0..gather.tiles() {
            gather.fill(inputs, tile, 0..self.groups * channels, planes);
            let source = gather.source(inputs, planes, tile);
            for group in 0..self.groups {
                let source = &source[gather.channel(group * channels)..];
                for start in (0..gather.panels()).step_by(step) {
                    let end = (start + step).min(gather.panels());
                    for panel in start..end {
                        let packed = &mut packed[(panel - start) * depth * LANES..];
                        gather.pack(source, panel, &gather.offsets, packed, LANES);
                    }
                    for block in 0..blocks {
                        let at = (group * blocks + block) * depth;
                        let weights = &self.weights[at..at + depth];
                        let first = block * ROWS;
                        let rows = ROWS.min(filters - first);
                        for panel in start..end {
                            let at = (panel - start) * depth * LANES;
                            let pixels = &packed[at..at + depth * LANES];
                            let sums = products(weights, pixels.as_chunks().0);
                            let pixel = tile * gather.pixels + panel * LANES;
                            let outputs = &mut outputs[(group * filters + first) * pitch + pixel..];
                            store(&sums[..rows], outputs, pitch, gather.valid(panel), add);
                        }
                    }
                }
            }
        }
    }

    /// Adds the gradients of the inputs, given those of the outputs.
    pub(super) fn back_data(&mut self, weights: &[T], gradients: &[T], inputs: &mut [T]) {
        wide(
            #[inline(always)]
            || self.back_data_tiles(weights, gradients, inputs),
        );
    }

    #[inline(always)]
    fn back_data_tiles(&mut self, weights: &[T], gradients: &[T], inputs: &mut [T]) {
        let step = self.panels_of(self.filters);
        let Self {
            gather,
            spill,
            packed,
            ..
        } = self;
        let (depth, filters, channels, pitch) =
            (self.depth, self.filters, self.channels, self.pitch);
        let blocks = depth.div_ceil(ROWS);
        for (filter, taps) in weights.chunks_exact(depth).enumerate() {
            let (group, filter) = (filter / filters, filter % filters);
            for (block, taps) in taps.chunks(ROWS).enumerate() {
                let row = &mut self.weights[(group * blocks + block) * filters + filter];
                row[..taps.len()].copy_from_slice(taps);
                row[taps.len()..].fill(T::ZERO);
            }
        }
        for tile in 0..gather.tiles() {
            let target = gather.target(inputs, spill, tile);
            for group in 0..self.groups {
                let target = &mut target[gather.channel(group * channels)..];
                for start in (0..gather.panels()).step_by(step) {
                    let end = (start + step).min(gather.panels());
                    for panel in start..end {
                        let packed = &mut packed[(panel - start) * filters * LANES..];
                        let pixel = tile * gather.pixels + panel * LANES;
                        let gradients = &gradients[group * filters * pitch + pixel..];
                        let rows = packed.as_chunks_mut().0.iter_mut().take(filters);
                        load(gradients, pitch, gather.valid(panel), rows);
                    }
                    for block in 0..blocks {
                        let at = (group * blocks + block) * filters;
                        let weights = &self.weights[at..at + filters];
                        let first = block * ROWS;
                        let offsets = &gather.offsets[first..depth.min(first + ROWS)];
                        for panel in start..end {
                            let at = (panel - start) * filters * LANES;
                            let pixels = &packed[at..at + filters * LANES];
                            let sums = products(weights, pixels.as_chunks().0);
                            gather.scatter(&sums, panel, offsets, target);
                        }
                    }
                }
            }
            if gather.drains() {
                gather.drain(spill, tile, inputs);
            }
        }
    }

    /// Adds the gradients of the weights, given the inputs and the gradients of the outputs.
    pub(super) fn back_weights(&mut self, inputs: &[T], gradients: &[T], weights: &mut [T]) {
        wide(
            #[inline(always)]
            || {
                let open = self.open();
                for group in 0..self.groups {
                    for first in (0..self.depth).step_by(open) {
                        let end = (first + open).min(self.depth);
                        self.sum_taps(inputs, gradients, group, first, end);
                        let taps = &mut weights[group * self.filters * self.depth..];
                        self.close_sums(taps, first, end);
                    }
                }
            },
        );
    }

    /// Sums the gradients of taps `first..end` of a group, lane by lane.
    #[inline(always)]
    fn sum_taps(&mut self, inputs: &[T], gradients: &[T], group: usize, first: usize, end: usize) {
        let step = self.weight_panels();
        let range = group * self.channels..(group + 1) * self.channels;
        let (gather, filters, pitch) = (&self.gather, self.filters, self.pitch);
        let (blocks, depth) = (filters.div_ceil(ROWS), end - first);
        let offsets = &gather.offsets[first..end];
        self.sums.fill([[T::ZERO; LANES]; ROWS]);
        for tile in 0..gather.tiles() {
            gather.fill(inputs, tile, range.clone(), &mut self.planes);
            let source = gather.source(inputs, &self.planes, tile);
            let source = &source[gather.channel(group * self.channels)..];
            for start in (0..gather.panels()).step_by(step) {
                let count = step.min(gather.panels() - start);
                let row = (count + 1) * LANES;
                for panel in 0..count {
                    let packed = &mut self.packed[panel * LANES..];
                    gather.pack(source, start + panel, offsets, packed, row);
                    let pixel = tile * gather.pixels + (start + panel) * LANES;
                    let valid = gather.valid(start + panel);
                    for block in 0..blocks {
                        let filter = group * filters + block * ROWS;
                        let rows = ROWS.min(filters - block * ROWS);
                        let lanes = &mut self.gradients[block * count + panel];
                        load(
                            &gradients[filter * pitch + pixel..],
                            pitch,
                            valid,
                            lanes[..rows].iter_mut(),
                        );
                    }
                }
                for block in 0..blocks {
                    let gradients = &self.gradients[block * count..(block + 1) * count];
                    let sums = &mut self.sums[block * depth..(block + 1) * depth];
                    for (sums, pixels) in sums.iter_mut().zip(self.packed.chunks(row)) {
                        correlate(gradients, pixels.as_chunks().0, sums);
                    }
                }
            }
        }
    }

    /// Adds the open sums of taps `first..end` to the gradients of a group's weights.
    #[inline(always)]
    fn close_sums(&self, weights: &mut [T], first: usize, end: usize) {
        let depth = end - first;
        for filter in 0..self.filters {
            let taps = &mut weights[filter * self.depth..][first..end];
            let sums = &self.sums[filter / ROWS * depth..];
            for (tap, sums) in taps.iter_mut().zip(sums) {
                *tap += total(&sums[filter % ROWS]);
            }
        }
    }
}

/// Clears the rows of each group's last block that no filter fills.
#[inline(always)]
fn clear_unused<T: Real>(
    weights: &mut [[T; ROWS]],
    count: usize,
    depth: usize,
    blocks: usize,
    filters: usize,
) {
    let used = filters - (blocks - 1) * ROWS;
    for block in (blocks - 1..count).step_by(blocks) {
        for row in &mut weights[block * depth..(block + 1) * depth] {
            row[used..].fill(T::ZERO);
        }
    }
}

/// Loads the same eight pixels of consecutive channels; lanes beyond `valid` are zero.
#[inline(always)]
fn load<'a, T: Real>(
    values: &[T],
    pitch: usize,
    valid: usize,
    rows: impl Iterator<Item = &'a mut Lane<T>>,
) {
    for (channel, row) in rows.enumerate() {
        let values = &values[channel * pitch..];
        if valid == LANES {
            row.copy_from_slice(&values[..LANES]);
        } else {
            row[..valid].copy_from_slice(&values[..valid]);
            row[valid..].fill(T::ZERO);
        }
    }
}

/// Stores, or adds, eight pixels to consecutive channels.
#[inline(always)]
fn store<T: Real>(sums: &[Lane<T>], outputs: &mut [T], pitch: usize, valid: usize, add: bool) {
    for (row, sums) in sums.iter().enumerate() {
        let outputs = &mut outputs[row * pitch..];
        if add {
            for (output, &sum) in outputs[..valid].iter_mut().zip(sums) {
                *output += sum;
            }
        } else if valid == LANES {
            outputs[..LANES].copy_from_slice(sums);
        } else {
            outputs[..valid].copy_from_slice(&sums[..valid]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn wider_registers_change_no_bit() {
        let shape = |channels, rows, columns| Shape {
            channels,
            rows,
            columns,
        };
        let window = Window {
            kernel: [3, 3],
            stride: [1, 1],
            before: [1, 1],
            dilation: 1,
        };
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let mut draw = |count: usize| -> Vec<f32> {
            (0..count + LANES)
                .map(|_| rng.random::<f32>() - 0.5)
                .collect()
        };
        let mut conv = Conv::new(shape(5, 6, 7), shape(9, 6, 7), &window, 1, 4);
        let (inputs, gradients) = (draw(4 * 5 * 42), draw(4 * 9 * 42));
        let weights = &draw(9 * 45)[..9 * 45];
        let [mut a, mut b] = [vec![0.0; gradients.len()], vec![0.0; gradients.len()]];
        conv.forward(&inputs, weights, &mut a, false);
        conv.forward_tiles(&inputs, weights, &mut b, false);
        assert!(a == b && a[0] != 0.0);
        let [mut a, mut b] = [vec![0.0; inputs.len()], vec![0.0; inputs.len()]];
        conv.back_data(weights, &gradients, &mut a);
        conv.back_data_tiles(weights, &gradients, &mut b);
        assert!(a == b && a[0] != 0.0);
        let [mut a, mut b] = [vec![0.0; weights.len()], vec![0.0; weights.len()]];
        conv.back_weights(&inputs, &gradients, &mut a);
        conv.sum_taps(&inputs, &gradients, 0, 0, 45);
        conv.close_sums(&mut b, 0, 45);
        assert!(a == b && a[0] != 0.0);
    }
}
