//! Pictures become samples: whole ones, or tiles of them.

use super::picture::Picture;
use super::{DataError, Read, Request, Samples};
use crate::data::{Targets, subset};

/// One sample: a picture, and the row and column of its first pixel.
#[derive(Clone, Copy)]
struct Tile {
    picture: usize,
    row: usize,
    column: usize,
}

/// Cuts all pictures and keeps some of the tiles to test with.
pub fn divide(pictures: &[Picture], request: &Request) -> Result<Read, DataError> {
    check(pictures, request)?;
    let [height, width] = [request.shape.rows, request.shape.columns];
    let mut tiles = Vec::new();
    for (picture, p) in pictures.iter().enumerate() {
        for row in (0..=p.rows - height).step_by(height) {
            tiles.extend((0..=p.columns - width).step_by(width).map(|column| Tile {
                picture,
                row,
                column,
            }));
        }
    }
    let alone = pictures.len() == 1;
    let lowest = pictures[0].rows / height - (pictures[0].rows / height).div_ceil(5);
    let (test, train): (Vec<Tile>, Vec<Tile>) = tiles.iter().partition(|tile| match alone {
        true => lowest > 0 && tile.row >= lowest * height,
        false => tile.picture % 5 == 4,
    });
    let limited = |part: Vec<Tile>, limit| {
        let chosen = subset::first(&vec![0; part.len()], limit, request.seed);
        let part: Vec<Tile> = chosen.iter().map(|i| part[*i]).collect();
        samples(&part, pictures, request)
    };
    Ok(Read {
        train: limited(train, request.limit_train),
        test: (!test.is_empty()).then(|| limited(test, request.limit_test)),
        note: if alone {
            "within-image tiles".into()
        } else {
            String::new()
        },
    })
}

/// Refuses pictures of which no sample can be made.
fn check(pictures: &[Picture], request: &Request) -> Result<(), DataError> {
    let [height, width] = [request.shape.rows, request.shape.columns];
    if let Some(tile) = request.tile.filter(|tile| [*tile; 2] != [height, width]) {
        let cause = format!(
            "`tile = {tile}` does not go with an input of {height} rows and {width} columns"
        );
        let way_out = format!(
            "write `input = [{}, {tile}, {tile}]`",
            request.shape.channels
        );
        return Err(DataError::unfit(request.block(), cause, way_out));
    }
    for picture in pictures {
        let (rows, columns) = (picture.rows, picture.columns);
        let fits = match request.tile {
            Some(_) => rows >= height && columns >= width,
            None => (rows, columns) == (height, width),
        };
        if !fits {
            let cause = format!(
                "it has {rows} rows and {columns} columns, a sample has {height} and {width}"
            );
            let way_out = match request.tile {
                Some(_) => format!("take it out of the folder, or cut smaller tiles than {height}"),
                None => format!("write `tile = {height}` to cut images, or the `input` they have"),
            };
            return Err(DataError::unfit(picture.file.display(), cause, way_out));
        }
    }
    Ok(())
}

/// The pixels of some tiles.
fn samples(tiles: &[Tile], pictures: &[Picture], request: &Request) -> Samples {
    let shape = request.shape;
    let mut values = Vec::with_capacity(tiles.len() * shape.elements());
    let mut pixels = Vec::with_capacity(tiles.len() * shape.pixels());
    for tile in tiles {
        let picture = &pictures[tile.picture];
        let rows = |plane: usize| {
            (0..shape.rows).map(move |row| {
                ((plane * picture.rows) + tile.row + row) * picture.columns + tile.column
            })
        };
        for start in (0..shape.channels).flat_map(rows) {
            values.extend(&picture.values[start..start + shape.columns]);
        }
        for start in rows(0) {
            pixels.extend(&picture.mask[start..start + shape.columns]);
        }
    }
    Samples {
        shape,
        values,
        targets: Targets::Masks { pixels },
    }
}
