//! Draws one picture of each kind from synthetic data into the folder given as argument: as SVG,
//! and as Vega-Lite beside it.

mod synthetic;

use nasaic_plot::{Figure, svg, vega_lite};
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: gallery FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    for (name, chart) in synthetic::charts() {
        let figure = Figure::new(format!("Synthetic data: {}", name.replace('_', " ")), chart)
            .caption("Made-up numbers that show the chart.");
        std::fs::write(folder.join(format!("{name}.svg")), svg(&figure)?)?;
        let specification = serde_json::to_string(&vega_lite(&figure)?)?;
        std::fs::write(folder.join(format!("{name}.vl.json")), specification)?;
    }
    Ok(())
}
