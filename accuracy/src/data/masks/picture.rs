//! One image and its mask, as numbers.

use super::{DataError, Files, Pair, Request};
use image::{DynamicImage, ImageError};
use std::path::{Path, PathBuf};

/// An image with its mask.
pub struct Picture {
    /// The file of the image, for messages.
    pub file: PathBuf,
    pub rows: usize,
    pub columns: usize,
    /// Channel by channel, row by row, in 0..1.
    pub values: Vec<f32>,
    /// 1 where the object is.
    pub mask: Vec<u8>,
}

impl Picture {
    /// Reads an image and the union of its masks.
    pub fn read(pair: &Pair, request: &Request, files: &mut Files) -> Result<Self, DataError> {
        let image = decode(&pair.image, files)?;
        let (columns, rows) = (image.width() as usize, image.height() as usize);
        let mut mask = vec![0; rows * columns];
        for file in &pair.masks {
            let part = decode(file, files)?;
            if (part.width(), part.height()) != (image.width(), image.height()) {
                let cause = format!(
                    "this mask is {}×{} pixels, its image `{}` {columns}×{rows}",
                    part.width(),
                    part.height(),
                    pair.image.display()
                );
                return Err(DataError::unfit(
                    file.display(),
                    cause,
                    "give image and mask the same size",
                ));
            }
            for (pixel, label) in mask.iter_mut().zip(part.into_luma16().into_raw()) {
                *pixel |= u8::from(label > 0);
            }
        }
        Ok(Self {
            values: values(image, request.shape.channels, &pair.image)?,
            file: pair.image.clone(),
            rows,
            columns,
            mask,
        })
    }
}

fn decode(file: &Path, files: &mut Files) -> Result<DynamicImage, DataError> {
    let bytes = files.read(file)?;
    if bytes.is_empty() {
        return Err(DataError::damaged(file, Some(0), "the file is empty"));
    }
    image::load_from_memory(&bytes).map_err(|e| match e {
        ImageError::Unsupported(e) => {
            let cause = format!("this kind of picture is not read: {e}");
            DataError::unfit(file.display(), cause, "save it as PNG with 8 or 16 bits")
        }
        e => DataError::damaged(
            file,
            None,
            format!("it is not a whole PNG, TIFF or JPEG picture: {e}"),
        ),
    })
}

/// Grey or colour values in 0..1, as many channels as are wanted.
fn values(image: DynamicImage, channels: usize, file: &Path) -> Result<Vec<f32>, DataError> {
    let full = f32::from(u16::MAX);
    match channels {
        1 => Ok(image
            .into_luma16()
            .iter()
            .map(|x| f32::from(*x) / full)
            .collect()),
        3 => {
            let colours = image.into_rgb16();
            let plane = |c: usize| {
                colours
                    .iter()
                    .skip(c)
                    .step_by(3)
                    .map(|x| f32::from(*x) / full)
            };
            Ok((0..3).flat_map(plane).collect())
        }
        _ => {
            let cause = format!("a picture gives 1 or 3 channels, not {channels}");
            Err(DataError::unfit(
                file.display(),
                cause,
                "write `input = [1, …]` or `input = [3, …]`",
            ))
        }
    }
}
