//! The mean of many images as a few lines of text.

use nasaic_accuracy::data::Samples;

/// Most columns and rows of a picture; larger images are drawn smaller.
const MOST: usize = 16;

/// From the darkest fifth to the brightest.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];

/// The mean over samples and channels, two characters a pixel, from its least to its largest value.
pub fn picture(samples: &Samples) -> Vec<String> {
    let shape = samples.shape;
    let [rows, columns] = [shape.rows, shape.columns].map(|n| n.min(MOST));
    let mut sums = vec![(0.0_f64, 0_u32); rows * columns];
    // What lies under one character is added up in the samples' order.
    for plane in samples.values.chunks_exact(shape.pixels()) {
        for (i, value) in plane.iter().enumerate() {
            let row = i / shape.columns * rows / shape.rows;
            let column = i % shape.columns * columns / shape.columns;
            let (sum, count) = &mut sums[row * columns + column];
            *sum += f64::from(*value);
            *count += 1;
        }
    }
    let means: Vec<f64> = sums.iter().map(|(sum, n)| sum / f64::from(*n)).collect();
    let least = means.iter().copied().fold(f64::INFINITY, f64::min);
    let range = means.iter().copied().fold(f64::NEG_INFINITY, f64::max) - least;
    let shade = |mean: &f64| {
        let share = if range > 0.0 {
            (mean - least) / range
        } else {
            0.0
        };
        SHADES[((share * 5.0) as usize).min(4)]
    };
    let line = |row: &[f64]| {
        let line: String = row.iter().map(shade).flat_map(|c| [c, c]).collect();
        line.trim_end().to_owned()
    };
    means.chunks(columns).map(line).collect()
}
