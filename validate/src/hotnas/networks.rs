//! The convolutions of the networks that HotNAS was run on.

use nasaic_cost::fpga::Shape;

/// A network of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    /// Of torchvision, with 64-192-384-256-256 filters and no groups.
    AlexNet,
    /// Configuration A.
    Vgg11,
    /// Configuration D.
    Vgg16,
    /// With its own shapes.
    ResNet18,
    /// With the shapes of the original script.
    ResNet18Upstream,
}

impl Network {
    const ALL: [Network; 5] = [
        Network::AlexNet,
        Network::Vgg11,
        Network::Vgg16,
        Network::ResNet18,
        Network::ResNet18Upstream,
    ];

    /// Its name in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Network::AlexNet => "alexnet",
            Network::Vgg11 => "vgg11",
            Network::Vgg16 => "vgg16",
            Network::ResNet18 => "resnet18",
            Network::ResNet18Upstream => "resnet18_upstream_shapes",
        }
    }

    /// The network of a name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|network| network.name() == name)
    }

    /// Its convolutions for an image of 224 × 224, in the order of the text.
    pub(super) fn layers(self) -> Vec<Shape> {
        match self {
            Network::AlexNet => alexnet(),
            Network::Vgg11 => vgg([1, 1, 2, 2, 2]),
            Network::Vgg16 => vgg([2, 2, 3, 3, 3]),
            Network::ResNet18 => resnet18(false),
            Network::ResNet18Upstream => resnet18(true),
        }
    }
}

fn conv(channels: u32, filters: u32, output: u32, kernel: u32, stride: u32, padding: u32) -> Shape {
    Shape {
        filters,
        channels,
        output: [output; 2],
        kernel: [kernel; 2],
        stride: [stride; 2],
        padding: [padding; 2],
    }
}

fn alexnet() -> Vec<Shape> {
    vec![
        conv(3, 64, 55, 11, 4, 2),
        conv(64, 192, 27, 5, 1, 2),
        conv(192, 384, 13, 3, 1, 1),
        conv(384, 256, 13, 3, 1, 1),
        conv(256, 256, 13, 3, 1, 1),
    ]
}

fn vgg(times: [u32; 5]) -> Vec<Shape> {
    let mut layers = Vec::new();
    let mut channels = 3;
    let mut size = 224;
    for (times, filters) in times.into_iter().zip([64, 128, 256, 512, 512]) {
        for _ in 0..times {
            layers.push(conv(channels, filters, size, 3, 1, 1));
            channels = filters;
        }
        size /= 2;
    }
    layers
}

/// Upstream, a downsampling sees the size that was current before it, and changes it.
fn resnet18(upstream: bool) -> Vec<Shape> {
    let mut layers = vec![conv(3, 64, 112, 7, 2, 3)];
    let mut channels = 64;
    let mut size: u32 = 56;
    for filters in [64, 128, 256, 512] {
        for _ in 0..2 {
            let widens = filters != channels;
            let stride = if widens { 2 } else { 1 };
            size = size.div_ceil(stride);
            layers.push(conv(channels, filters, size, 3, stride, 1));
            layers.push(conv(filters, filters, size, 3, 1, 1));
            if widens {
                if upstream {
                    size = size.div_ceil(2);
                }
                layers.push(conv(channels, filters, size, 1, 2, 0));
            }
            channels = filters;
        }
    }
    layers
}
