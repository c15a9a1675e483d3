//! A folder of files that is gone after the test, and requests to read it.

use nasaic_accuracy::data::{
    DataError, Format, Loaded, Places, Request, Roots, Samples, Targets, Trouble, load,
};
use nasaic_accuracy::network::Shape;
use std::path::{Path, PathBuf};

/// A request with this shape.
pub fn request(format: Format, [channels, rows, columns]: [usize; 3], classes: usize) -> Request {
    let shape = Shape {
        channels,
        rows,
        columns,
    };
    Request::new("mine", format, shape, classes)
}

/// A folder.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn load(&self, request: &Request) -> Result<Loaded, DataError> {
        let places = Places::of("mine", Some(self.0.path()), None, &Roots::default());
        load(request, &places)
    }

    /// The trouble and the whole message, the folder written `DIR`.
    pub fn error(&self, request: &Request) -> (Trouble, String) {
        let error = self.load(request).unwrap_err();
        let message = error.to_string();
        let folder = self.0.path().display().to_string();
        (error.trouble, message.replace(&folder, "DIR"))
    }
}

/// The labels of samples in classes.
pub fn labels(samples: &Samples) -> &[u8] {
    match &samples.targets {
        Targets::Classes { labels, .. } => labels,
        Targets::Masks { .. } => panic!("these are masks"),
    }
}

/// The masks of samples.
pub fn pixels(samples: &Samples) -> &[u8] {
    match &samples.targets {
        Targets::Masks { pixels } => pixels,
        Targets::Classes { .. } => panic!("these are classes"),
    }
}

/// Mean and variance of the values of a channel.
pub fn moments(samples: &Samples, channel: usize) -> (f64, f64) {
    let planes = samples.values.chunks(samples.shape.pixels());
    let planes = planes.skip(channel).step_by(samples.shape.channels);
    let values: Vec<f64> = planes.flatten().map(|x| f64::from(*x)).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
    (mean, square / values.len() as f64)
}

/// Where a published set lies on this machine: NASAIC_DATA, or where its package puts it.
///
/// Says what is skipped when it is not there.
pub fn published(name: &str, package: &str) -> Option<Places> {
    let roots = Roots {
        data: std::env::var_os("NASAIC_DATA").map(PathBuf::from),
        packages: vec!["/usr/share".into(), "/usr/local/share".into()],
    };
    let places = Places::of(name, None, Some(package), &roots);
    if places.folders.iter().any(|f| Path::is_dir(f)) {
        return Some(places);
    }
    eprintln!("SKIPPED: {name} is not on this machine; scripts/fetch-data gets it");
    None
}
