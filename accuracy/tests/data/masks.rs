//! Images with masks, in each layout.

use crate::folder::{Folder, pixels, published, request};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, Rgb32FImage, RgbImage};
use nasaic_accuracy::data::{Format, Request, Trouble, load};
use std::io::Cursor;

fn file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A picture whose grey tells row and column.
fn image(rows: u32, columns: u32) -> Vec<u8> {
    let grey = GrayImage::from_fn(columns, rows, |x, y| Luma([(y * 16 + x) as u8]));
    file(grey, ImageFormat::Png)
}

/// A mask of one pixel, of this label.
fn mask(rows: u32, columns: u32, (row, column): (u32, u32), label: u8) -> Vec<u8> {
    let mut grey = GrayImage::new(columns, rows);
    grey.put_pixel(column, row, Luma([label]));
    file(grey, ImageFormat::Png)
}

fn asked(size: usize) -> Request {
    let mut request = request(Format::Masks, [1, size, size], 1);
    request.tile = Some(size);
    request
}

#[test]
fn one_image_gives_tiles_that_say_so() {
    let folder = Folder::new()
        .with("images/a.png", image(9, 6))
        .with("masks/a.png", mask(9, 6, (8, 5), 3));
    let read = folder.load(&asked(2)).unwrap();
    let test = read.test.unwrap();
    // Four rows of three tiles; the lowest row is apart, the ragged rest is left out.
    assert_eq!((read.train.len(), test.len()), (9, 3));
    assert_eq!(read.note, "within-image tiles");
    assert!(
        pixels(&read.train)
            .iter()
            .chain(pixels(&test))
            .all(|p| *p == 0)
    );
    let grey = |i: usize| read.train.values[i];
    // Row 0: columns 0 1, then row 1: 16 17; equal steps stay equal.
    assert!((grey(1) - grey(0) - (grey(3) - grey(2))).abs() < 1e-6);
    assert!(((grey(2) - grey(0)) / (grey(1) - grey(0)) - 16.0).abs() < 1e-3);
}

#[test]
fn a_tile_has_the_pixels_of_image_and_mask_at_the_same_place() {
    let folder = Folder::new()
        .with("images/a.png", image(4, 4))
        .with("masks/a.png", mask(4, 4, (0, 3), 1));
    let read = folder.load(&asked(2)).unwrap();
    assert_eq!(pixels(&read.train), [0, 0, 0, 0, 0, 1, 0, 0]);
    assert_eq!(read.test.unwrap().len(), 2);
}

#[test]
fn a_folder_for_each_image_with_a_mask_for_each_nucleus() {
    let folder = (0..6).fold(Folder::new(), |folder, i| {
        folder
            .with(&format!("id{i}/images/id{i}.png"), image(4, 4))
            .with(&format!("id{i}/masks/one.png"), mask(4, 4, (0, 0), 255))
            .with(&format!("id{i}/masks/two.png"), mask(4, 4, (3, 3), 255))
    });
    let read = folder.load(&asked(4)).unwrap();
    let test = read.test.unwrap();
    assert_eq!((read.train.len(), test.len()), (5, 1));
    assert_eq!(read.note, "");
    let mut union = [0; 16];
    union[0] = 1;
    union[15] = 1;
    assert_eq!(pixels(&test), union);
}

#[test]
fn colours_are_three_channels_or_become_grey() {
    let red = RgbImage::from_fn(2, 4, |x, _| Rgb([(x * 200) as u8, 0, 0]));
    let folder = Folder::new()
        .with("images/a.tif", file(red, ImageFormat::Tiff))
        .with("masks/a.png", mask(4, 2, (0, 0), 1));
    let mut colours = asked(2);
    colours.shape.channels = 3;
    let read = folder.load(&colours).unwrap();
    assert_eq!(
        read.train.values,
        [-1., 1., -1., 1., 0., 0., 0., 0., 0., 0., 0., 0.]
    );
    assert_eq!(
        folder.load(&asked(2)).unwrap().train.values,
        [-1., 1., -1., 1.]
    );
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let whole = image(4, 4);
    let sound = || {
        Folder::new()
            .with("images/a.png", &whole)
            .with("masks/a.png", mask(4, 4, (0, 0), 1))
    };
    let floats = file(Rgb32FImage::new(4, 4), ImageFormat::Tiff);
    let with = |change: &dyn Fn(&mut Request)| {
        let mut request = asked(4);
        change(&mut request);
        request
    };
    let mut said = String::new();
    for (what, folder, request) in [
        ("empty", sound().with("images/a.png", ""), asked(4)),
        (
            "cut off",
            sound().with("images/a.png", &whole[..whole.len() / 2]),
            asked(4),
        ),
        (
            "not a picture",
            sound().with("masks/a.png", "a text"),
            asked(4),
        ),
        (
            "sizes differ",
            sound().with("masks/a.png", mask(4, 5, (0, 0), 1)),
            asked(4),
        ),
        ("no mask", sound().with("images/b.png", &whole), asked(4)),
        (
            "no mask in its folder",
            Folder::new().with("id/images/a.png", &whole),
            asked(4),
        ),
        (
            "two images of one object",
            Folder::new()
                .with("id/images/a.png", &whole)
                .with("id/images/b.png", &whole),
            asked(4),
        ),
        ("smaller than a tile", sound(), asked(8)),
        (
            "not of the shape",
            sound(),
            with(&|r| (r.tile, r.shape.rows) = (None, 2)),
        ),
        ("tile and shape", sound(), with(&|r| r.tile = Some(2))),
        ("channels", sound(), with(&|r| r.shape.channels = 2)),
        ("classes", sound(), with(&|r| r.classes = 3)),
        (
            "no pictures",
            Folder::new()
                .with("images/notes.txt", "")
                .with("masks/m.txt", ""),
            asked(4),
        ),
    ] {
        let (trouble, message) = folder.error(&request);
        said += &format!("{what}: {trouble:?}\n  {message}\n");
    }
    insta::assert_snapshot!(said);
    // Colours as floating-point numbers are read as any others.
    let floating = sound().with("images/a.tif", floats);
    std::fs::remove_file(floating.path("images/a.png")).unwrap();
    assert!(floating.load(&asked(4)).is_ok());
}

#[test]
fn a_folder_that_is_no_set_is_passed_over() {
    let (trouble, message) = Folder::new().with("notes.txt", "").error(&asked(4));
    assert_eq!(trouble, Trouble::Missing);
    assert!(
        message.contains("images with masks lie in none of `DIR`"),
        "{message}"
    );
}

#[test]
fn nuclei_of_the_stardist_package() {
    let Some(places) = published("nuclei", "stardist/data/images") else {
        return;
    };
    let read = load(&asked(64), &places).unwrap();
    assert_eq!(
        (read.train.len(), read.test.as_ref().unwrap().len()),
        (48, 16)
    );
    assert_eq!(read.note, "within-image tiles");
    let inside = pixels(&read.train).iter().filter(|p| **p == 1).count();
    let share = inside as f64 / pixels(&read.train).len() as f64;
    assert!((0.1..0.9).contains(&share), "{share}");
}
