//! Small networks of every family, and samples to train them on, for tests and benches.

#![allow(dead_code, reason = "each test and bench uses its own part")]

use nasaic_accuracy::data::{Samples, Targets};
use nasaic_accuracy::network::{Layer, Network, Norm, Op, Shape, Source, Window};
use nasaic_accuracy::train::{Optimizer, Recipe, Schedule, Split};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A network that grows layer by layer.
pub struct Growing {
    network: Network,
    last: Source,
}

impl Growing {
    pub fn new(channels: usize, rows: usize, columns: usize) -> Self {
        let input = Shape {
            channels,
            rows,
            columns,
        };
        Self {
            network: Network {
                input,
                layers: Vec::new(),
            },
            last: Source::Sample,
        }
    }

    fn shape(&self) -> Shape {
        self.network.shape(self.last)
    }

    fn push(&mut self, op: Op, inputs: Vec<Source>, output: Shape) -> Source {
        self.network.layers.push(Layer { op, inputs, output });
        self.last = Source::Layer(self.network.layers.len() - 1);
        self.last
    }

    fn grouped(
        &mut self,
        filters: usize,
        kernel: usize,
        stride: usize,
        groups: usize,
        relu: bool,
    ) -> Source {
        let Shape { rows, columns, .. } = self.shape();
        let op = Op::Conv {
            window: Window {
                kernel: [kernel; 2],
                stride: [stride; 2],
                before: [(kernel - 1) / 2; 2],
                dilation: 1,
            },
            groups,
            norm: Norm::Batch,
            relu,
        };
        let output = Shape {
            channels: filters,
            rows: rows.div_ceil(stride),
            columns: columns.div_ceil(stride),
        };
        self.push(op, vec![self.last], output)
    }

    /// A convolution with batch normalisation and ReLU that keeps rows and columns.
    pub fn conv(&mut self, filters: usize, kernel: usize) -> Source {
        self.grouped(filters, kernel, 1, 1, true)
    }

    /// A 2×2 max-pool.
    pub fn pool(&mut self) -> Source {
        self.pooled(2, false)
    }

    fn pooled(&mut self, size: usize, average: bool) -> Source {
        let shape = self.shape();
        let window = Window {
            kernel: [size; 2],
            stride: [size; 2],
            before: [0; 2],
            dilation: 1,
        };
        let output = Shape {
            rows: shape.rows / size,
            columns: shape.columns / size,
            ..shape
        };
        self.push(Op::Pool { window, average }, vec![self.last], output)
    }

    /// The mean of all pixels.
    pub fn global(&mut self) -> Source {
        self.pooled(self.shape().rows, true)
    }

    pub fn dense(&mut self, outputs: usize, relu: bool) -> Source {
        let output = Shape {
            channels: outputs,
            rows: 1,
            columns: 1,
        };
        self.push(Op::Dense { bias: true, relu }, vec![self.last], output)
    }

    /// Adds an earlier result.
    pub fn add(&mut self, other: Source) -> Source {
        self.push(Op::Add, vec![self.last, other], self.shape())
    }

    /// A depthwise-separable layer with a linear bottleneck, added to its input where shapes agree.
    pub fn bottleneck(&mut self, filters: usize, stride: usize) -> Source {
        let (start, before) = (self.last, self.shape());
        self.conv(2 * before.channels, 1);
        let expanded = self.shape().channels;
        self.grouped(expanded, 3, stride, expanded, true);
        self.grouped(filters, 1, 1, 1, false);
        match self.shape() == before {
            true => self.add(start),
            false => self.last,
        }
    }

    /// Twice as many rows and columns, beside an earlier result of that size.
    pub fn up(&mut self, filters: usize, beside: Source) -> Source {
        let Shape { rows, columns, .. } = self.shape();
        let op = Op::Transposed {
            kernel: [2, 2],
            stride: [2, 2],
            norm: Norm::Batch,
            relu: true,
        };
        let larger = |channels| Shape {
            channels,
            rows: 2 * rows,
            columns: 2 * columns,
        };
        let up = self.push(op, vec![self.last], larger(filters));
        let all = filters + self.network.shape(beside).channels;
        self.push(Op::Concat, vec![beside, up], larger(all))
    }

    /// One logit per pixel.
    pub fn pixels(mut self) -> Network {
        let shape = self.shape();
        let op = Op::Conv {
            window: Window {
                kernel: [1; 2],
                stride: [1; 2],
                before: [0; 2],
                dilation: 1,
            },
            groups: 1,
            norm: Norm::Bias,
            relu: false,
        };
        self.push(
            op,
            vec![self.last],
            Shape {
                channels: 1,
                ..shape
            },
        );
        self.network
    }

    /// One logit per class.
    pub fn classes(mut self, count: usize) -> Network {
        self.dense(count, false);
        self.network
    }
}

/// Two convolutions, each with a pool, and a dense layer.
pub fn plain(channels: usize, size: usize, filters: [usize; 2]) -> Network {
    let mut network = Growing::new(channels, size, size);
    for filters in filters {
        network.conv(filters, 3);
        network.pool();
    }
    network.classes(10)
}

/// Convolutions with skipped pairs, as in ResNet9.
pub fn resnet(channels: usize, size: usize, width: usize) -> Network {
    let mut network = Growing::new(channels, size, size);
    network.conv(width, 3);
    for width in [2 * width, 4 * width] {
        network.conv(width, 3);
        let skip = network.pool();
        network.conv(width, 3);
        network.conv(width, 3);
        network.add(skip);
    }
    network.global();
    network.classes(10)
}

/// Depthwise-separable layers with linear bottlenecks, as in MobileNetV2.
pub fn mobilenet(channels: usize, size: usize) -> Network {
    let mut network = Growing::new(channels, size, size);
    network.conv(8, 3);
    network.bottleneck(8, 1);
    network.bottleneck(16, 2);
    network.bottleneck(16, 1);
    network.conv(32, 1);
    network.global();
    network.classes(10)
}

/// Two levels down and up again.
pub fn unet(channels: usize, size: usize) -> Network {
    let mut network = Growing::new(channels, size, size);
    network.conv(8, 3);
    let fine = network.conv(8, 3);
    network.pool();
    let coarse = network.conv(16, 3);
    network.pool();
    network.conv(32, 3);
    network.up(16, coarse);
    network.conv(16, 3);
    network.up(8, fine);
    network.conv(8, 3);
    network.pixels()
}

/// Dense layers alone.
pub fn mlp(channels: usize, size: usize) -> Network {
    let mut network = Growing::new(channels, size, size);
    network.dense(64, true);
    network.dense(32, true);
    network.classes(10)
}

/// Ten classes of samples: a stripe whose place tells the class, under noise.
pub fn stripes(count: usize, channels: usize, size: usize, seed: u64) -> Samples {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for sample in 0..count {
        let label = sample % 10;
        for _ in 0..channels {
            for pixel in 0..size * size {
                let (row, column) = (pixel / size, pixel % size);
                let along = if label < 5 { row } else { column };
                let inside = along * 5 / size == label % 5;
                values.push(f32::from(u8::from(inside)) + rng.random::<f32>() - 0.5);
            }
        }
        labels.push(label as u8);
    }
    Samples {
        shape: Shape {
            channels,
            rows: size,
            columns: size,
        },
        values,
        targets: Targets::Classes { count: 10, labels },
    }
}

/// Samples with one bright disc each, under noise, and its mask.
pub fn discs(count: usize, size: usize, seed: u64) -> Samples {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut values, mut pixels) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let centre = [(); 2].map(|()| rng.random_range(0..size) as i64);
        let radius = rng.random_range(size / 6..=size / 3) as i64;
        for pixel in 0..size * size {
            let [row, column] = [pixel / size, pixel % size].map(|at| at as i64);
            let (down, right) = (row - centre[0], column - centre[1]);
            let inside = u8::from(down * down + right * right <= radius * radius);
            pixels.push(inside);
            values.push(f32::from(inside) + 0.6 * (rng.random::<f32>() - 0.5));
        }
    }
    Samples {
        shape: Shape {
            channels: 1,
            rows: size,
            columns: size,
        },
        values,
        targets: Targets::Masks { pixels },
    }
}

/// Stochastic gradient descent with a quarter held out.
pub fn recipe(epochs: u32, batch: usize) -> Recipe {
    Recipe {
        epochs,
        batch,
        optimizer: Optimizer::Sgd { momentum: 0.9 },
        learning_rate: 0.05,
        weight_decay: 5e-4,
        schedule: Schedule::Cosine { warmup: 1 },
        rungs: vec![epochs],
        split: Split { validation: 0.25 },
        augment: false,
        cpu_seconds: None,
    }
}
