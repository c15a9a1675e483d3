//! Functions that the host of the engine offers, such as those of a notebook's Rust cells.

use crate::fault::Fault;
use nasaic_dsl::source::Span;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Answers that are remembered; beyond, all are forgotten and asked for again.
const MOST_KNOWN: usize = 1 << 20;

/// Where a host's functions are called.
///
/// A problem that names one is evaluated design by design, so calls come one at a time, in the
/// order of the trials, and never twice with the same numbers. What a function gives must follow
/// from its numbers and its source alone.
pub trait Functions: Send + Sync {
    /// Calls `name`, as the program knows it by `source`, with plain numbers.
    ///
    /// The fault tells why there is no number: the function is not there (E0823) or failed (E0824).
    fn call(&self, name: &str, source: &str, args: &[f64]) -> Result<f64, Fault>;
}

/// The functions of a host, with the answers they gave.
///
/// The first fault stays until it is [taken](Self::take_trouble): specs and views, which know
/// only values and their absence, need not pass it on, and nothing more is called after it.
#[derive(Default)]
pub struct Hosted {
    host: Option<Arc<dyn Functions>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By name, source and the bits of the numbers.
    known: BTreeMap<(String, String, Vec<u64>), f64>,
    trouble: Option<Fault>,
}

impl Hosted {
    /// The functions of `host`.
    pub fn of(host: Arc<dyn Functions>) -> Self {
        Self {
            host: Some(host),
            state: Mutex::default(),
        }
    }

    /// The fault that ended the calls, if one did; calls are made again after it.
    pub fn take_trouble(&self) -> Option<Fault> {
        self.state().trouble.take()
    }

    /// Whether a fault has ended the calls.
    pub fn in_trouble(&self) -> bool {
        self.state().trouble.is_some()
    }

    /// The finite number that a function gives; `at` is where it is called.
    pub fn call(&self, name: &str, source: &str, args: &[f64], at: Span) -> Result<f64, Fault> {
        let bits = args.iter().map(|x| x.to_bits()).collect();
        let call = (name.to_owned(), source.to_owned(), bits);
        let mut state = self.state();
        if let Some(known) = state.known.get(&call) {
            return Ok(*known);
        }
        if let Some(trouble) = &state.trouble {
            return Err(trouble.clone());
        }
        match self.ask(name, source, args) {
            Ok(value) => {
                if state.known.len() >= MOST_KNOWN {
                    state.known.clear();
                }
                state.known.insert(call, value);
                Ok(value)
            }
            Err(fault) => {
                let fault = fault.at(at);
                state.trouble = Some(fault.clone());
                Err(fault)
            }
        }
    }

    fn ask(&self, name: &str, source: &str, args: &[f64]) -> Result<f64, Fault> {
        let Some(host) = &self.host else {
            let title = format!("`{name}` is a function of a Rust cell, and there is none here");
            return Err(Fault::new("E0823", title)
                .label("cannot be called")
                .hint("run this in the notebook that has the cell"));
        };
        let value = host.call(name, source, args)?;
        if value.is_finite() {
            return Ok(value);
        }
        let given: Vec<String> = args.iter().map(f64::to_string).collect();
        let title = format!("`{name}` gave {value}, which is not a finite number");
        Err(Fault::new("E0805", title)
            .label(format!("this was `{name}({})`", given.join(", ")))
            .hint("let the function give a number for every design, a large one for a bad design"))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
