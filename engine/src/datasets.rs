//! Data sets, each read when a training first asks for it, and once.

use crate::data::{DataSet, code};
use crate::fault::Fault;
use nasaic_accuracy::data::{self, DataError, Loaded, Roots};
use nasaic_dsl::plan::Block;
use nasaic_dsl::value::short;
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
        let name = block.label.as_deref().map_or("", short);
        let set = DataSet::of(name, block).map_err(|e| fault(&e))?;
        let places = set.places(&self.project, &self.roots);
        let key = format!("{:?} {places:?}", set.request);
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = loaded.get(&key) {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(data::load(&set.request, &places).map_err(|e| fault(&e))?);
        loaded.insert(key, Arc::clone(&read));
        Ok(read)
    }
}

/// A data set that cannot be read, as a message.
fn fault(error: &DataError) -> Fault {
    Fault::new(code(error), format!("{}: {}", error.place, error.cause)).hint(error.way_out.clone())
}
