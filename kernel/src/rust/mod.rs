//! Cells in Rust.
//!
//! evcxr compiles and runs them in a process of its own, `nasaic-rust-host`, which starts with the
//! first of them. Whatever becomes of that process, cells of the language never notice: here are
//! its life ([`host`]), its folders ([`folder`]), the values that cross the border ([`values`]),
//! and the functions that cells of the language call there ([`functions`]).

mod find;
mod folder;
mod functions;
mod host;
mod source;
mod sources;
mod status;
mod values;

pub use functions::{Announced, Registry};
pub use values::declaration;

use crate::session::{Showing, errors};
use crate::wire::Stream;
use host::{Event, Host};
use nasaic_dsl::diagnostic::Diagnostic;
use serde_json::{Map, Value};
use sources::Cells;
use status::StatusLine;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The first line of a Rust cell, before its options.
pub const MAGIC: &str = "%%rust";
/// How often it is looked whether the cell is to stop.
const LOOK: Duration = Duration::from_millis(20);

/// The Rust side of a notebook.
pub struct Rust {
    host: Option<Host>,
    /// The `let`s that Rust holds as variables: name, and hash of the value.
    held: BTreeMap<String, String>,
    /// The `let`s that Rust gave to the notebook, by name and hash, too.
    given: BTreeMap<String, String>,
    /// Whether the crate of the values is a dependency already.
    values: bool,
    /// The cells that this process has run well.
    cells: Cells,
    /// The variables there are.
    variables: Vec<String>,
    functions: Arc<Registry>,
    stop: Arc<AtomicBool>,
}

/// What a Rust cell left.
#[derive(Debug, Default)]
pub struct Done {
    /// Its result as plain text.
    pub text: Option<String>,
    /// The values it gives to the notebook: name and value.
    pub given: Vec<(String, Value)>,
    /// The functions it has registered.
    pub registered: Vec<Announced>,
}

/// Why a Rust cell has no result.
enum Trouble {
    /// It does not compile, or it panicked: a title and a report.
    Failed(String, String),
    /// It was stopped, and with it the process.
    Stopped,
    /// The process ended by itself.
    Ended,
    /// There is no process.
    Missing(Diagnostic),
}

impl Rust {
    /// A notebook without a Rust process, whose cells stop when they are told to.
    pub fn new(stop: Arc<AtomicBool>) -> Self {
        Self {
            host: None,
            held: BTreeMap::new(),
            given: BTreeMap::new(),
            values: false,
            cells: Cells::default(),
            variables: Vec::new(),
            functions: Arc::new(Registry::new(Arc::clone(&stop))),
            stop,
        }
    }

    /// The functions that cells have registered.
    pub fn functions(&self) -> Arc<Registry> {
        Arc::clone(&self.functions)
    }

    /// Ends the process, if there is one; its variables and definitions are gone.
    pub fn end(&mut self) {
        self.host = None;
        self.forget();
    }

    /// Runs a cell; `result` knows what a `let` of the notebook came to.
    pub fn run(
        &mut self,
        code: &str,
        result: impl Fn(&str) -> Option<Value>,
        showing: Showing<'_>,
    ) -> Result<Done, Value> {
        let done = self.try_run(code, result, showing);
        done.map_err(|trouble| self.content(&trouble))
    }

    fn try_run(
        &mut self,
        code: &str,
        result: impl Fn(&str) -> Option<Value>,
        showing: Showing<'_>,
    ) -> Result<Done, Trouble> {
        let mut status = StatusLine::new(showing);
        if self.host.is_none() {
            let started = self.start(&mut status);
            started.inspect_err(|_| status.say("Rust did not start"))?;
        }
        self.hand_over(code, result, showing, &mut status)?;
        let mut done = self.eval(code, showing)?;
        self.note(code);
        done.registered = self.functions.announced();
        Ok(done)
    }

    /// Notes that a cell has been run.
    fn note(&mut self, code: &str) {
        let named = values::named(code);
        let taken = self.held.iter().filter(|(name, _)| named.contains(name));
        self.cells.run(code, &taken.collect::<Vec<_>>());
    }

    /// What stands for all that a function of the last cell depends on.
    pub fn source(&self) -> String {
        self.cells.source(&self.variables)
    }

    /// Shows what functions have written while a cell of the language called them; false when
    /// the process has ended in one of them, and is forgotten now.
    pub fn settle(&mut self, showing: Showing<'_>) -> bool {
        if self.functions.has_ended() {
            self.end();
            return false;
        }
        if let Some(host) = &mut self.host {
            while let Ok(Some(event)) = host.event(Duration::ZERO) {
                if let Event::Text(stream, text) = event {
                    print(showing, stream, &text);
                }
            }
        }
        true
    }

    /// Notes that a given value is now a `let`, whose copy must not replace a variable.
    pub fn declared(&mut self, name: &str, value: &Value) {
        let hash = values::hash(value);
        self.held.insert(name.to_owned(), hash.clone());
        self.given.insert(name.to_owned(), hash);
    }

    /// Whether a `let` of this value is what Rust gave under this name.
    pub fn gave(&self, name: &str, value: &Value) -> bool {
        self.given.get(name) == Some(&values::hash(value))
    }

    fn start(&mut self, status: &mut StatusLine<'_>) -> Result<(), Trouble> {
        let program = find::host().map_err(Trouble::Missing)?;
        status.say("starting Rust (evcxr) …");
        let begin = Instant::now();
        let socket = self.functions.socket();
        let mut host = Host::start(&program, socket.as_deref()).map_err(Trouble::Missing)?;
        self.functions.belong_to(host.group());
        let ready = loop {
            match self.next(&mut host)? {
                Event::Ready => break Ok(()),
                Event::Failed { title, text, .. } => break Err(Trouble::Failed(title, text)),
                _ => {}
            }
        };
        ready?;
        self.host = Some(host);
        status.say(&format!(
            "Rust is ready ({:.1} s)",
            begin.elapsed().as_secs_f64()
        ));
        Ok(())
    }

    /// Declares the `let`s that the code names as variables, unless Rust holds them already.
    fn hand_over(
        &mut self,
        code: &str,
        result: impl Fn(&str) -> Option<Value>,
        showing: Showing<'_>,
        status: &mut StatusLine<'_>,
    ) -> Result<(), Trouble> {
        let named = values::named(code);
        let mut fresh = Vec::new();
        for name in &named {
            let Some(value) = result(name) else { continue };
            let hash = values::hash(&value);
            if self.held.get(name) != Some(&hash) {
                fresh.push((name, value, hash));
            }
        }
        let asked = named.iter().any(|name| name == "nasaic_values");
        if fresh.is_empty() && (self.values || !asked) {
            return Ok(());
        }
        let Some(host) = &self.host else {
            return Ok(());
        };
        let mut lines = String::new();
        if !self.values {
            status.say("starting Rust: compiling nasaic-values, the types of results …");
            let crate_folder = source::unpack().map_err(Trouble::Missing)?;
            lines = format!(":dep nasaic-values = {{ path = {crate_folder:?} }}\n");
        }
        for (name, value, _) in &fresh {
            lines += &values::variable(host.folder(), name, value).map_err(Trouble::Missing)?;
        }
        let quiet = Showing {
            silent: true,
            ..showing
        };
        self.eval(&lines, quiet).map_err(|trouble| match trouble {
            Trouble::Failed(title, text) => {
                Trouble::Failed(format!("values cannot be handed to Rust: {title}"), text)
            }
            other => other,
        })?;
        if !std::mem::replace(&mut self.values, true) {
            status.say("Rust is ready");
        }
        let fresh = fresh
            .into_iter()
            .map(|(name, _, hash)| (name.clone(), hash));
        self.held.extend(fresh);
        Ok(())
    }

    /// Has the host run code and shows what it prints; its process is gone after some troubles.
    fn eval(&mut self, code: &str, showing: Showing<'_>) -> Result<Done, Trouble> {
        let Some(mut host) = self.host.take() else {
            return Err(Trouble::Ended);
        };
        // What cannot be sent is found to have ended.
        host.send(code);
        let mut done = Done::default();
        loop {
            match self.next(&mut host)? {
                Event::Text(stream, text) => print(showing, stream, &text),
                Event::Show(data) => show(data, showing, &mut done),
                Event::Ready => {}
                Event::Done { variables } => {
                    self.held.retain(|name, _| variables.contains(name));
                    self.variables = variables;
                    self.host = Some(host);
                    return Ok(done);
                }
                Event::Failed { title, text, lost } => {
                    if lost {
                        // The host has started another process, with the same dependencies.
                        self.lose();
                        self.functions.belong_to(host.group());
                    }
                    self.host = Some(host);
                    return Err(Trouble::Failed(title, text));
                }
            }
        }
    }

    /// The next event; without one the process is gone, and so is all it knew.
    fn next(&mut self, host: &mut Host) -> Result<Event, Trouble> {
        loop {
            if self.stop.load(Ordering::SeqCst) {
                host.kill();
                self.forget();
                return Err(Trouble::Stopped);
            }
            match host.event(LOOK) {
                Ok(Some(event)) => return Ok(event),
                Ok(None) => {}
                Err(host::Gone) => {
                    self.forget();
                    return Err(Trouble::Ended);
                }
            }
        }
    }

    fn forget(&mut self) {
        self.lose();
        self.values = false;
        self.functions.forget();
    }

    /// Forgets what a process held that is gone.
    fn lose(&mut self) {
        self.held.clear();
        self.cells.clear();
        self.variables.clear();
    }

    /// The content of an `error` message.
    fn content(&self, trouble: &Trouble) -> Value {
        match trouble {
            Trouble::Failed(title, text) => errors::plain("Rust", title, text),
            Trouble::Stopped => errors::plain(
                "Interrupted",
                "the Rust cell was stopped, and all Rust variables are lost",
                "Running Rust code can only be stopped with its process: all Rust variables and \
                 definitions of this notebook are lost.\nWhat cells of nasaic declared and \
                 computed is kept. The next Rust cell starts a new process; run the Rust cells that \
                 it needs again.",
            ),
            Trouble::Ended => errors::plain(
                "Rust",
                "the Rust process ended, and all Rust variables are lost",
                "nasaic-rust-host is gone: it was killed, or ran out of memory; the log of the \
                 Jupyter server may say more.\nAll Rust variables and definitions of this notebook \
                 are lost. What cells of nasaic declared and computed is kept. The next Rust cell \
                 starts a new process.",
            ),
            Trouble::Missing(diagnostic) => errors::alone(diagnostic),
        }
    }
}

/// Whether a cell is in Rust: the assistance for the language does not apply to it.
pub fn is_rust(cell: &str) -> bool {
    let lines = cell
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty());
    let mut commands = lines.take_while(|line| line.starts_with('%'));
    commands.any(|line| line.split_whitespace().next() == Some(MAGIC))
}

fn print(showing: Showing<'_>, stream: Stream, text: &str) {
    if !showing.silent {
        showing.publisher.text(showing.parent, stream, text);
    }
}

/// Shows the last value of a cell, and keeps what it gives to the notebook.
fn show(data: Map<String, Value>, showing: Showing<'_>, done: &mut Done) {
    let (given, data): (Map<_, _>, Map<_, _>) = data
        .into_iter()
        .partition(|(mime, _)| mime.starts_with(nasaic_values::GIVEN));
    done.given.extend(given.values().filter_map(values::given));
    if data.is_empty() {
        return;
    }
    let plain = data.get("text/plain").and_then(Value::as_str);
    done.text = plain.map(str::to_owned);
    if !showing.silent {
        showing
            .publisher
            .result(showing.parent, data, showing.count);
    }
}
