//! A trial as bytes: a mark, a version, numbers little end first, a hash over all of it.

use super::backend::Backend;
use super::error::TrainError;
use super::recipe::Recipe;
use crate::data::{Samples, Targets};
use crate::network::Network;

/// What every checkpoint begins with.
const MARK: &[u8; 8] = b"nasaic-t";

/// The version of checkpoints, and of everything that decides the bits of a training.
pub const VERSION: u32 = 1;

/// How long a hash is.
const HASH: usize = 32;

/// What a trial is of: network, data and recipe, and who computes it.
pub(super) fn identity(
    backend: Backend,
    network: &Network,
    data: &Samples,
    recipe: &Recipe,
) -> [u8; HASH] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(backend.name().as_bytes());
    hasher.update(format!("{network:?}{:?}", data.shape).as_bytes());
    hasher.update(&recipe.bytes());
    let mut buffer = [0; 4096];
    for values in data.values.chunks(buffer.len() / 4) {
        for (bytes, value) in buffer.chunks_exact_mut(4).zip(values) {
            bytes.copy_from_slice(&value.to_le_bytes());
        }
        hasher.update(&buffer[..4 * values.len()]);
    }
    match &data.targets {
        Targets::Classes { count, labels } => {
            hasher.update(&(*count as u64).to_le_bytes());
            hasher.update(labels);
        }
        Targets::Masks { pixels } => {
            hasher.update(pixels);
        }
    }
    *hasher.finalize().as_bytes()
}

/// Writes a checkpoint.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    /// With mark and version.
    pub fn new() -> Self {
        let mut writer = Self(MARK.to_vec());
        writer.u32(VERSION);
        writer
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    pub fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    pub fn f64(&mut self, value: f64) {
        self.u64(value.to_bits());
    }

    /// How many numbers there are, then the numbers.
    pub fn floats(&mut self, values: &[f32]) {
        self.u64(values.len() as u64);
        self.0.reserve(4 * values.len() + HASH);
        for value in values {
            self.bytes(&value.to_le_bytes());
        }
    }

    /// With the hash.
    pub fn close(mut self) -> Vec<u8> {
        let hash = blake3::hash(&self.0);
        self.bytes(hash.as_bytes());
        self.0
    }
}

/// Reads a checkpoint; damage is an error value.
pub(super) struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    /// Checks mark, version and hash.
    pub fn open(bytes: &'b [u8]) -> Result<Self, TrainError> {
        let Some(rest) = bytes.strip_prefix(MARK) else {
            return Err(damaged("it does not begin as a checkpoint does"));
        };
        let mut reader = Self(rest);
        let version = reader.u32()?;
        if version != VERSION {
            return Err(TrainError::Checkpoint(format!(
                "it has version {version}, and this program reads version {VERSION}"
            )));
        }
        let Some((content, hash)) = bytes.split_last_chunk::<HASH>() else {
            return Err(damaged("it ends early"));
        };
        if blake3::hash(content).as_bytes() != hash {
            return Err(damaged("its bytes do not match their hash"));
        }
        reader.0 = &content[bytes.len() - reader.0.len()..];
        Ok(reader)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], TrainError> {
        let (bytes, rest) = self
            .0
            .split_first_chunk()
            .ok_or_else(|| damaged("it ends early"))?;
        self.0 = rest;
        Ok(*bytes)
    }

    pub fn hash(&mut self) -> Result<[u8; HASH], TrainError> {
        self.take()
    }

    pub fn u32(&mut self) -> Result<u32, TrainError> {
        self.take().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, TrainError> {
        self.take().map(u64::from_le_bytes)
    }

    pub fn f64(&mut self) -> Result<f64, TrainError> {
        self.u64().map(f64::from_bits)
    }

    /// As many numbers as there is room for, and no others.
    pub fn floats(&mut self, values: &mut [f32]) -> Result<(), TrainError> {
        if self.u64()? != values.len() as u64 {
            return Err(damaged("it has another number of parameters"));
        }
        for value in values {
            *value = f32::from_le_bytes(self.take()?);
        }
        Ok(())
    }

    /// Nothing may be left.
    pub fn close(self) -> Result<(), TrainError> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(damaged("it goes on after its end")),
        }
    }
}

fn damaged(cause: &str) -> TrainError {
    TrainError::Checkpoint(cause.into())
}
