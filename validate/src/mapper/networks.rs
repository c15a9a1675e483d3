//! The two networks on which mappings are compared, of the kinds that NASAIC searches.

use nasaic_cost::{ConvShape, Layer, ShapeError};

/// A named chain of layers.
pub(super) struct Network {
    pub(super) name: &'static str,
    pub(super) layers: Vec<Layer>,
}

/// A classifier and a segmenter.
pub(super) fn all() -> Result<[Network; 2], ShapeError> {
    Ok([
        Network {
            name: "ResNet9-like",
            layers: resnet9_like()?,
        },
        Network {
            name: "small U-Net",
            layers: small_unet()?,
        },
    ])
}

/// Rows and columns that a `same` convolution of stride 1 keeps.
fn conv(filters: u32, channels: u32, size: u32, kernel: u32) -> Result<Layer, ShapeError> {
    Layer::conv(&ConvShape::new(filters, channels, [size; 2], [kernel; 2]))
}

/// A plain ResNet-9 for 32×32 images (CIFAR-10); pooling halves the size between its stages.
fn resnet9_like() -> Result<Vec<Layer>, ShapeError> {
    Ok(vec![
        conv(64, 3, 32, 3)?,
        conv(128, 64, 32, 3)?,
        conv(128, 128, 16, 3)?,
        conv(128, 128, 16, 3)?,
        conv(256, 128, 16, 3)?,
        conv(512, 256, 8, 3)?,
        conv(512, 512, 4, 3)?,
        conv(512, 512, 4, 3)?,
        Layer::dense(1, 512, 10)?,
    ])
}

/// A U-Net of height 3 with 16, 32 and 64 filters for 128×128 images, up-sampling by transposed 2×2
/// convolutions; concatenation doubles the channels that come back.
fn small_unet() -> Result<Vec<Layer>, ShapeError> {
    let up = |filters, channels, size| {
        Layer::transposed(&ConvShape {
            stride: [2; 2],
            ..ConvShape::new(filters, channels, [size; 2], [2; 2])
        })
    };
    Ok(vec![
        conv(16, 3, 128, 3)?,
        conv(16, 16, 128, 3)?,
        conv(32, 16, 64, 3)?,
        conv(32, 32, 64, 3)?,
        conv(64, 32, 32, 3)?,
        conv(64, 64, 32, 3)?,
        up(32, 64, 32)?,
        conv(32, 64, 64, 3)?,
        conv(32, 32, 64, 3)?,
        up(16, 32, 64)?,
        conv(16, 32, 128, 3)?,
        conv(16, 16, 128, 3)?,
        conv(1, 16, 128, 1)?,
    ])
}
