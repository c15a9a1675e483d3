//! Draws one picture of each kind from synthetic data into the folder given as argument.

mod synthetic;

use nasaic_plot::{Figure, svg};
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: gallery FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    for (name, chart) in synthetic::charts() {
        let figure = Figure::new(format!("Synthetic data: {}", name.replace('_', " ")), chart)
            .caption("Made-up numbers that show the chart.");
        std::fs::write(folder.join(format!("{name}.svg")), svg(&figure)?)?;
    }
    Ok(())
}
