//! Images with masks of the same size: which pixels belong to the object.
//!
//! Three layouts are read: `images/NAME.*` with `masks/NAME.*`; the 2018 Data Science
//! Bowl's `ID/images/*` with one mask for each object in `ID/masks/*`; and the pair
//! `img2d.*` with `mask2d.*` of the Python package stardist. A mask's pixel belongs to the
//! object when it is not 0, so masks of labels are read, too.
//!
//! Images may be cut into tiles. What is tested with comes from other images than what is
//! trained with; when there is one image only, from its lowest tiles.

mod picture;
mod tiles;

use super::files::Files;
use super::{DataError, Read, Request, Samples, Trouble};
use picture::Picture;
use std::path::{Path, PathBuf};

/// What is looked for, and what a reader puts into the folder.
pub(super) const WANTED: (&str, &str) = (
    "images with masks",
    "`images/NAME.png` with `masks/NAME.png`, or `ID/images/*.png` with `ID/masks/*.png`,",
);

/// An image and the masks whose union is its object.
struct Pair {
    image: PathBuf,
    masks: Vec<PathBuf>,
}

pub(super) fn folder(folder: &Path) -> Option<PathBuf> {
    let holds = match pairs(folder) {
        Ok(pairs) => !pairs.is_empty(),
        Err(_) => true,
    };
    holds.then(|| folder.to_owned())
}

pub(super) fn read(request: &Request, files: &mut Files) -> Result<Read, DataError> {
    let folder = files.folder().unwrap_or(Path::new("")).to_owned();
    let pairs = pairs(&folder)?;
    let mut pictures = Vec::with_capacity(pairs.len());
    for pair in &pairs {
        pictures.push(Picture::read(pair, request, files)?);
    }
    tiles::divide(&pictures, request)
}

/// All pairs of a folder, in the order of their names; none when it has no layout of pairs.
fn pairs(folder: &Path) -> Result<Vec<Pair>, DataError> {
    let simple = folder.join("images");
    if simple.is_dir() && folder.join("masks").is_dir() {
        return list(&simple)
            .into_iter()
            .map(|image| beside(folder, image))
            .collect();
    }
    let of_package =
        ["img2d", "mask2d"].map(|stem| list(folder).into_iter().find(|f| has_stem(f, stem)));
    if let [Some(image), Some(mask)] = of_package {
        return Ok(vec![Pair {
            image,
            masks: vec![mask],
        }]);
    }
    let mut all = Vec::new();
    for inner in folders(folder) {
        let [images, masks] = ["images", "masks"].map(|name| list(&inner.join(name)));
        match (images.as_slice(), masks.is_empty()) {
            ([], _) => {}
            ([image], true) => return Err(without_mask(image, "its folder `masks` holds none")),
            ([image], false) => all.push(Pair {
                image: image.clone(),
                masks,
            }),
            ([_, second, ..], _) => {
                let cause = "a second image in a folder whose masks are those of one image";
                let way_out = "give each image a folder of its own";
                return Err(DataError::unfit(second.display(), cause, way_out));
            }
        }
    }
    Ok(all)
}

/// The mask of the same name in the folder `masks`.
fn beside(folder: &Path, image: PathBuf) -> Result<Pair, DataError> {
    let stem = image
        .file_stem()
        .map(|s| s.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mask = list(&folder.join("masks"))
        .into_iter()
        .find(|f| has_stem(f, &stem));
    match mask {
        Some(mask) => Ok(Pair {
            image,
            masks: vec![mask],
        }),
        None => Err(without_mask(
            &image,
            &format!("there is no `masks/{stem}.*`"),
        )),
    }
}

fn without_mask(image: &Path, cause: &str) -> DataError {
    DataError {
        trouble: Trouble::Missing,
        place: image.display().to_string(),
        cause: format!("this image has no mask: {cause}"),
        way_out: "add the mask, or take the image out of the folder".into(),
    }
}

fn has_stem(file: &Path, stem: &str) -> bool {
    file.file_stem().is_some_and(|s| s == stem)
}

/// The pictures of a folder, by name.
fn list(folder: &Path) -> Vec<PathBuf> {
    let known = |file: &Path| {
        let ending = file
            .extension()
            .and_then(|e| e.to_str())
            .map(str::to_ascii_lowercase);
        ending.is_some_and(|e| ["png", "tif", "tiff", "jpg", "jpeg"].contains(&e.as_str()))
    };
    sorted(folder, |path| path.is_file() && known(path))
}

/// The folders of a folder, by name.
fn folders(folder: &Path) -> Vec<PathBuf> {
    sorted(folder, Path::is_dir)
}

fn sorted(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| wanted(p)).collect();
    paths.sort();
    paths
}
