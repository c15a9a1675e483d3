//! Data sets, each read when a training first asks for it, and once.

use crate::fault::Fault;
use crate::study::hardware::fixed;
use nasaic_accuracy::data::{self, DataError, Format, Loaded, Places, Request, Roots, Trouble};
use nasaic_accuracy::network::Shape;
use nasaic_dsl::plan::Block;
use nasaic_dsl::value::{Value, short};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// The data sets of this machine.
#[derive(Debug, Default)]
pub struct Datasets {
    /// The folder that the folders of `data` blocks are relative to: that of the script.
    project: PathBuf,
    roots: Roots,
    loaded: Mutex<BTreeMap<String, Arc<Loaded>>>,
}

impl Datasets {
    /// Data sets beside a script and below the roots; nothing is read yet.
    pub fn new(project: PathBuf, roots: Roots) -> Self {
        Self {
            project,
            roots,
            loaded: Mutex::default(),
        }
    }

    /// The samples of a `data` block.
    pub fn load(&self, block: &Block) -> Result<Arc<Loaded>, Fault> {
        let (request, places) = self.asked(block)?;
        let key = format!("{request:?} {places:?}");
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = loaded.get(&key) {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(data::load(&request, &places).map_err(|e| fault(&e))?);
        loaded.insert(key, Arc::clone(&read));
        Ok(read)
    }

    /// What a block asks for, and where that may lie.
    fn asked(&self, block: &Block) -> Result<(Request, Places), Fault> {
        let name = block.label.as_deref().map_or("", short);
        let text = |field: &str| match fixed(block, field) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let count = |field: &str| {
            fixed(block, field)?
                .as_u64()
                .and_then(|n| usize::try_from(n).ok())
        };
        let format = match fixed(block, "format") {
            Some(Value::Name(format)) => Format::of(format),
            _ => None,
        };
        let Some(format) = format else {
            let title = format!("`data {name}` does not say how its files are laid out");
            return Err(Fault::new("E0714", title)
                .hint("give it a `format`: `nasaic doc data` tells which there are"));
        };
        let request = Request {
            train: count("train"),
            test: count("test"),
            tile: count("tile"),
            limit_train: count("limit_train"),
            limit_test: count("limit_test"),
            get: text("get"),
            ..Request::new(name, format, shape(block), count("classes").unwrap_or(1))
        };
        let folder = text("folder").map(|folder| self.project.join(folder));
        let package = text("package");
        let places = Places::of(name, folder.as_deref(), package.as_deref(), &self.roots);
        Ok((request, places))
    }
}

/// The shape of one sample; one row or column where only channels or a length are given.
fn shape(block: &Block) -> Shape {
    let sizes: Vec<usize> = match fixed(block, "input") {
        Some(Value::List(items)) => (items.iter().filter_map(Value::as_u64))
            .filter_map(|n| usize::try_from(n).ok())
            .collect(),
        _ => Vec::new(),
    };
    let at = |axis: usize| sizes.get(axis).copied().unwrap_or(1);
    Shape {
        channels: at(0),
        rows: at(1),
        columns: at(2),
    }
}

/// A data set that cannot be read, as a message.
fn fault(error: &DataError) -> Fault {
    let title = match error.trouble {
        Trouble::Missing => "the data set is not there",
        Trouble::Damaged => "a file of the data set is damaged",
        Trouble::Unfit => "the data set is not what its block says",
    };
    Fault::new("E0714", title)
        .note(format!("{}: {}.", error.place, error.cause))
        .hint(error.way_out.clone())
}
