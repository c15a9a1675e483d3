//! Which inputs the windows of a convolution see, laid out so that neighbours stay neighbours.
//!
//! The inputs of a tile of samples are copied once into planes with their zeros
//! around them; with a stride, columns of the same phase come together. Then the
//! pixels of a row of outputs see, at every tap, consecutive numbers. A window
//! without zeros and without a column stride sees the tensor as it is.
//!
//! Tensors are channel-major: channels, then samples, then pixels.

use super::lanes::{LANES, Lane};
use super::real::Real;
use crate::network::{Shape, Window};
use std::ops::Range;

/// How many output pixels a tile should have, so that its planes stay in the cache.
const TILE_PIXELS: usize = 512;

/// How a window's inputs are found.
pub(super) struct Gather {
    input: Shape,
    before: [usize; 2],
    batch: usize,
    /// Samples per tile; it divides the batch.
    samples: usize,
    /// Whether inputs are read where they are.
    direct: bool,
    phases: usize,
    phase_width: usize,
    padded_rows: usize,
    row_pitch: usize,
    channel_pitch: usize,
    sample_pitch: usize,
    /// Per tap and channel of one group: how far from the pixel's base.
    pub(super) offsets: Vec<usize>,
    panels: Vec<Panel>,
    runs: Vec<Run>,
    /// Per row of a tile's outputs: the base of its first pixel.
    bases: Vec<usize>,
    /// Output pixels of one tile.
    pub(super) pixels: usize,
}

/// Up to eight consecutive output pixels.
#[derive(Clone, Copy)]
struct Panel {
    first: usize,
    end: usize,
    valid: usize,
}

/// Pixels of a panel whose inputs are consecutive.
#[derive(Clone, Copy)]
struct Run {
    lane: usize,
    length: usize,
    base: usize,
}

impl Gather {
    /// Lays out the windows of `output` pixels over `input`, `group` channels at a time.
    pub(super) fn new(
        input: Shape,
        output: Shape,
        window: &Window,
        batch: usize,
        group: usize,
    ) -> Self {
        let reach = |axis: usize| (window.kernel[axis] - 1) * window.dilation;
        let [step_rows, phases] = window.stride;
        let padded_rows = (output.rows - 1) * step_rows + reach(0) + 1;
        let phase_width = output.columns - 1 + reach(1) / phases + 1;
        let direct = phases == 1
            && window.before == [0, 0]
            && padded_rows <= input.rows
            && phase_width <= input.columns;
        let samples = tile(batch, output.pixels());
        let (row_pitch, channel_pitch, sample_pitch) = if direct {
            (input.columns, batch * input.pixels(), input.pixels())
        } else {
            let row = phases * phase_width;
            let plane = padded_rows * row;
            (row, plane, input.channels * plane)
        };
        let mut offsets = Vec::with_capacity(window.kernel[0] * window.kernel[1] * group);
        for row in 0..window.kernel[0] {
            for column in 0..window.kernel[1] {
                let (row, column) = (row * window.dilation, column * window.dilation);
                let tap = row * row_pitch + (column % phases) * phase_width + column / phases;
                offsets.extend((0..group).map(|channel| tap + channel * channel_pitch));
            }
        }
        let bases: Vec<usize> = (0..samples * output.pixels())
            .map(|pixel| {
                let (sample, pixel) = (pixel / output.pixels(), pixel % output.pixels());
                let (row, column) = (pixel / output.columns, pixel % output.columns);
                sample * sample_pitch + row * step_rows * row_pitch + column
            })
            .collect();
        let (panels, runs) = panels(&bases);
        Self {
            input,
            before: window.before,
            batch,
            samples,
            direct,
            phases,
            phase_width,
            padded_rows,
            row_pitch,
            channel_pitch,
            sample_pitch,
            offsets,
            panels,
            runs,
            pixels: bases.len(),
            bases: bases.into_iter().step_by(output.columns).collect(),
        }
    }

    /// How many tiles a batch has.
    pub(super) fn tiles(&self) -> usize {
        self.batch / self.samples
    }

    /// How many panels a tile has.
    pub(super) fn panels(&self) -> usize {
        self.panels.len()
    }

    /// How many numbers the planes of a tile are; none where inputs are read where they are.
    pub(super) fn planes(&self) -> usize {
        if self.direct {
            0
        } else {
            self.samples * self.sample_pitch + LANES
        }
    }

    /// Where the channels of a group begin.
    pub(super) fn channel(&self, channel: usize) -> usize {
        channel * self.channel_pitch
    }

    /// The base of the first pixel of a row of a tile's outputs.
    #[inline(always)]
    pub(super) fn base(&self, row: usize) -> usize {
        self.bases[row]
    }

    /// How many of a panel's lanes are pixels.
    #[inline(always)]
    pub(super) fn valid(&self, panel: usize) -> usize {
        self.panels[panel].valid
    }

    /// Copies some channels of a tile's inputs between their zeros, which `planes` already holds.
    #[inline(always)]
    pub(super) fn fill<T: Real>(
        &self,
        inputs: &[T],
        tile: usize,
        channels: Range<usize>,
        planes: &mut [T],
    ) {
        if self.direct {
            return;
        }
        self.rows(tile, channels, |plane, row| {
            let values = &inputs[row..row + self.input.columns];
            let plane = &mut planes[plane..plane + self.row_pitch];
            if self.phases == 1 {
                for (place, &value) in plane.iter_mut().skip(self.before[1]).zip(values) {
                    *place = value;
                }
            } else {
                for (column, &value) in values.iter().enumerate() {
                    if let Some(at) = self.place(column) {
                        plane[at] = value;
                    }
                }
            }
        });
    }

    /// Adds the gradients of a tile's planes to those of its inputs.
    #[inline(always)]
    pub(super) fn drain<T: Real>(&self, planes: &[T], tile: usize, gradients: &mut [T]) {
        self.rows(tile, 0..self.input.channels, |plane, row| {
            let gradients = &mut gradients[row..row + self.input.columns];
            let plane = &planes[plane..plane + self.row_pitch];
            if self.phases == 1 {
                for (gradient, &value) in
                    gradients.iter_mut().zip(plane.iter().skip(self.before[1]))
                {
                    *gradient += value;
                }
            } else {
                for (column, gradient) in gradients.iter_mut().enumerate() {
                    if let Some(at) = self.place(column) {
                        *gradient += plane[at];
                    }
                }
            }
        });
    }

    /// Where a tile's inputs are: in its planes, or where they always were.
    #[inline(always)]
    pub(super) fn source<'a, T>(&self, inputs: &'a [T], planes: &'a [T], tile: usize) -> &'a [T] {
        if self.direct {
            &inputs[tile * self.samples * self.sample_pitch..]
        } else {
            planes
        }
    }

    /// Where a tile's gradients go: into cleared planes, or straight to their place.
    #[inline(always)]
    pub(super) fn target<'a, T: Real>(
        &self,
        gradients: &'a mut [T],
        planes: &'a mut [T],
        tile: usize,
    ) -> &'a mut [T] {
        if self.direct {
            &mut gradients[tile * self.samples * self.sample_pitch..]
        } else {
            planes.fill(T::ZERO);
            planes
        }
    }

    /// Whether gradients have to be drained from planes.
    pub(super) fn drains(&self) -> bool {
        !self.direct
    }

    /// Copies what a panel sees at each of `offsets` to `out`, a row of eight lanes every `pitch` numbers.
    ///
    /// A run is copied with what follows it: later runs and rows overwrite that, so
    /// `out` needs eight numbers more than its rows.
    #[inline(always)]
    pub(super) fn pack<T: Real>(
        &self,
        source: &[T],
        panel: usize,
        offsets: &[usize],
        out: &mut [T],
        pitch: usize,
    ) {
        let panel = self.panels[panel];
        let runs = &self.runs[panel.first..panel.end];
        if let [run] = runs {
            for (k, &offset) in offsets.iter().enumerate() {
                *first(&mut out[k * pitch..]) = *head(&source[run.base + offset..]);
            }
        } else {
            for (k, &offset) in offsets.iter().enumerate() {
                for run in runs {
                    *first(&mut out[k * pitch + run.lane..]) = *head(&source[run.base + offset..]);
                }
            }
        }
        if panel.valid < LANES {
            for k in 0..offsets.len() {
                out[k * pitch + panel.valid..k * pitch + LANES].fill(T::ZERO);
            }
        }
    }

    /// Adds rows of eight lanes to where a panel sees each of `offsets`.
    #[inline(always)]
    pub(super) fn scatter<T: Real>(
        &self,
        rows: &[Lane<T>],
        panel: usize,
        offsets: &[usize],
        target: &mut [T],
    ) {
        let panel = self.panels[panel];
        for run in &self.runs[panel.first..panel.end] {
            let target = &mut target[run.base..];
            if run.length == LANES {
                for (row, &offset) in rows.iter().zip(offsets) {
                    let target: &mut Lane<T> = first(&mut target[offset..]);
                    for (target, &value) in target.iter_mut().zip(row) {
                        *target += value;
                    }
                }
            } else {
                for (row, &offset) in rows.iter().zip(offsets) {
                    let row = &row[run.lane..run.lane + run.length];
                    for (target, &value) in target[offset..].iter_mut().zip(row) {
                        *target += value;
                    }
                }
            }
        }
    }

    /// Every row of a tile that lies in both: where it is in the planes and in the tensor.
    #[inline(always)]
    fn rows(&self, tile: usize, channels: Range<usize>, mut each: impl FnMut(usize, usize)) {
        let count = self
            .input
            .rows
            .min(self.padded_rows.saturating_sub(self.before[0]));
        for local in 0..self.samples {
            let sample = tile * self.samples + local;
            for channel in channels.clone() {
                let plane = local * self.sample_pitch + channel * self.channel_pitch;
                let tensor = (channel * self.batch + sample) * self.input.pixels();
                for row in 0..count {
                    each(
                        plane + (row + self.before[0]) * self.row_pitch,
                        tensor + row * self.input.columns,
                    );
                }
            }
        }
    }

    /// Where a column lies in a row of its plane; nowhere if no window sees it.
    #[inline(always)]
    fn place(&self, column: usize) -> Option<usize> {
        let column = column + self.before[1];
        let (phase, index) = (column % self.phases, column / self.phases);
        (index < self.phase_width).then_some(phase * self.phase_width + index)
    }
}

/// The first eight numbers.
#[inline(always)]
fn head<T>(values: &[T]) -> &Lane<T> {
    &values.as_chunks().0[0]
}

/// The first eight numbers, to write.
#[inline(always)]
fn first<T>(values: &mut [T]) -> &mut Lane<T> {
    &mut values.as_chunks_mut().0[0]
}

/// The largest divisor of the batch whose pixels make no more than a tile; at least one sample.
fn tile(batch: usize, pixels: usize) -> usize {
    (1..=batch)
        .rev()
        .find(|&samples| batch.is_multiple_of(samples) && samples * pixels <= TILE_PIXELS)
        .unwrap_or(1)
}

/// Pixels in panels of eight, and each panel in runs of consecutive inputs.
fn panels(bases: &[usize]) -> (Vec<Panel>, Vec<Run>) {
    let (mut panels, mut runs) = (Vec::new(), Vec::<Run>::new());
    for chunk in bases.chunks(LANES) {
        let first = runs.len();
        for (lane, &base) in chunk.iter().enumerate() {
            match runs[first..].last_mut() {
                Some(run) if run.base + run.length == base => run.length += 1,
                _ => runs.push(Run {
                    lane,
                    length: 1,
                    base,
                }),
            }
        }
        panels.push(Panel {
            first,
            end: runs.len(),
            valid: chunk.len(),
        });
    }
    (panels, runs)
}
