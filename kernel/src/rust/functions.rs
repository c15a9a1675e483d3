//! Functions of Rust cells, as cells of the language call them.
//!
//! The process that runs Rust cells keeps one connection for each function that it has registered
//! (`nasaic_values::register` says what goes over it), so a call is one message there and one back,
//! past the host and the compiler.

use super::host;
use crate::wire::log;
use nasaic_engine::{Fault, Functions};
use nasaic_host::files::reason;
use nasaic_values::{NUMBER, PANIC};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How often it is looked whether a call is to stop.
const LOOK: Duration = Duration::from_millis(20);
/// How long a call that is to stop may still take; then its process is ended.
const GRACE: Duration = Duration::from_millis(500);
/// How long a new connection may take to say whose it is.
const HELLO: Duration = Duration::from_secs(1);
/// The longest text of a panic.
const MOST_TEXT: usize = 1 << 16;

/// The functions that Rust cells have registered.
pub struct Registry {
    /// Where functions announce themselves; none where that cannot be.
    door: Option<Door>,
    state: Mutex<State>,
    stop: Arc<AtomicBool>,
}

/// A socket in a folder that only this user can enter.
struct Door {
    folder: TempDir,
    listener: UnixListener,
}

#[derive(Default)]
struct State {
    functions: BTreeMap<String, Registered>,
    /// The group of the process that has them.
    group: Option<u32>,
    /// Whether that process has ended in a call.
    ended: bool,
}

struct Registered {
    source: String,
    connection: UnixStream,
}

/// A function that has announced itself.
#[derive(Debug, Deserialize)]
pub struct Announced {
    /// What it is called.
    pub name: String,
    /// How many numbers it takes.
    pub arity: usize,
    #[serde(skip)]
    connection: Option<UnixStream>,
}

/// Why a call has no answer.
enum Silent {
    /// The connection is closed or says nonsense.
    Gone,
    /// It took too long to stop.
    Stopped,
}

impl Registry {
    /// Without functions yet; calls stop when they are told to.
    pub fn new(stop: Arc<AtomicBool>) -> Self {
        let door = Door::open().inspect_err(|error| {
            log(&format!(
                "Rust functions cannot be registered: {}",
                reason(error)
            ));
        });
        Self {
            door: door.ok(),
            state: Mutex::default(),
            stop,
        }
    }

    /// The socket for [`nasaic_values::FUNCTIONS`].
    pub fn socket(&self) -> Option<PathBuf> {
        self.door.as_ref().map(Door::socket)
    }

    /// Calls belong to this group of processes from now on.
    pub fn belong_to(&self, group: u32) {
        *self.state() = State {
            group: Some(group),
            ..State::default()
        };
    }

    /// Forgets all functions: their process is gone.
    pub fn forget(&self) {
        *self.state() = State::default();
    }

    /// Whether the process has ended in a call, and with it all Rust variables.
    pub fn has_ended(&self) -> bool {
        self.state().ended
    }

    /// The functions that have announced themselves since the last time, in order.
    pub fn announced(&self) -> Vec<Announced> {
        let mut all = Vec::new();
        // Without a door nobody comes; an error means that nobody more waits.
        while let Some(Ok((connection, _))) = self.door.as_ref().map(|door| door.listener.accept())
        {
            match hello(connection) {
                Ok(announced) => all.push(announced),
                Err(error) => log(&format!("a Rust function is lost: {}", reason(&error))),
            }
        }
        all
    }

    /// Takes a function in, as the program knows it by `source`.
    pub fn enter(&self, announced: Announced, source: String) {
        if let Some(connection) = announced.connection {
            let registered = Registered { source, connection };
            self.state().functions.insert(announced.name, registered);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Functions for Registry {
    fn call(&self, name: &str, source: &str, args: &[f64]) -> Result<f64, Fault> {
        let mut state = self.state();
        let known = state.functions.get_mut(name);
        let Some(function) = known.filter(|known| known.source == source) else {
            return Err(missing(name));
        };
        if self.stop.load(Ordering::SeqCst) {
            return Err(stopped(name));
        }
        let silent = match ask(&mut function.connection, args, &self.stop) {
            Ok(Ok(number)) => return Ok(number),
            Ok(Err(message)) => return Err(panicked(name, args, &message)),
            Err(silent) => silent,
        };
        if let Some(group) = state.group.take() {
            host::kill_group(group);
        }
        state.functions.clear();
        state.ended = true;
        Err(match silent {
            Silent::Gone => gone(name),
            Silent::Stopped => stopped(name),
        })
    }
}

impl Door {
    fn open() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("nasaic-").tempdir()?;
        let listener = UnixListener::bind(Self::socket_in(folder.path()))?;
        listener.set_nonblocking(true)?;
        Ok(Self { folder, listener })
    }

    fn socket(&self) -> PathBuf {
        Self::socket_in(self.folder.path())
    }

    fn socket_in(folder: &Path) -> PathBuf {
        folder.join("functions")
    }
}

/// The first line of a connection.
fn hello(connection: UnixStream) -> io::Result<Announced> {
    connection.set_nonblocking(false)?;
    connection.set_read_timeout(Some(HELLO))?;
    let mut line = String::new();
    BufReader::new(&connection)
        .take(MOST_TEXT as u64)
        .read_line(&mut line)?;
    let mut announced: Announced = serde_json::from_str(&line)?;
    connection.set_read_timeout(Some(LOOK))?;
    announced.connection = Some(connection);
    Ok(announced)
}

/// One call: the number, or what a panic says.
fn ask(
    connection: &mut UnixStream,
    args: &[f64],
    stop: &AtomicBool,
) -> Result<Result<f64, String>, Silent> {
    let bytes: Vec<u8> = args.iter().flat_map(|x| x.to_le_bytes()).collect();
    connection.write_all(&bytes).map_err(|_| Silent::Gone)?;
    let mut answer = Answer {
        connection,
        stop,
        until: None,
    };
    match answer.take::<1>()? {
        [NUMBER] => Ok(Ok(f64::from_le_bytes(answer.take()?))),
        [PANIC] => {
            let length = u32::from_le_bytes(answer.take()?) as usize;
            let mut text = vec![0; length.min(MOST_TEXT)];
            answer.fill(&mut text)?;
            Ok(Err(String::from_utf8_lossy(&text).into_owned()))
        }
        _ => Err(Silent::Gone),
    }
}

/// An answer on its way.
struct Answer<'a> {
    connection: &'a mut UnixStream,
    stop: &'a AtomicBool,
    /// When patience ends, once the call is to stop.
    until: Option<Instant>,
}

impl Answer<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Silent> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, mut bytes: &mut [u8]) -> Result<(), Silent> {
        while !bytes.is_empty() {
            match self.connection.read(bytes) {
                Ok(0) => return Err(Silent::Gone),
                Ok(read) => bytes = &mut bytes[read..],
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    self.wait()?;
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Silent::Gone),
            }
        }
        Ok(())
    }

    fn wait(&mut self) -> Result<(), Silent> {
        if !self.stop.load(Ordering::SeqCst) {
            return Ok(());
        }
        let now = Instant::now();
        match *self.until.get_or_insert(now + GRACE) {
            until if now >= until => Err(Silent::Stopped),
            _ => Ok(()),
        }
    }
}

fn missing(name: &str) -> Fault {
    Fault::new("E0823", format!("the Rust function `{name}` is not there"))
        .label("cannot be called")
        .note("Its process has ended since it was registered, or it was registered anew.")
        .hint("run the Rust cell that registers it again")
}

fn gone(name: &str) -> Fault {
    Fault::new("E0823", format!("the Rust process ended in `{name}`"))
        .label("has no answer")
        .note("It was killed, ran out of memory, or the function ended it; all Rust variables are lost.")
        .hint("run the Rust cell that registers the function again")
}

fn stopped(name: &str) -> Fault {
    Fault::new("E0823", format!("`{name}` was stopped")).label("has no answer")
}

fn panicked(name: &str, args: &[f64], message: &str) -> Fault {
    let given: Vec<String> = args.iter().map(f64::to_string).collect();
    Fault::new(
        "E0824",
        format!("the Rust function `{name}` panicked: {message}"),
    )
    .label(format!("this was `{name}({})`", given.join(", ")))
    .hint("let it give a number for every design, a large one for a bad design")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;
    use std::thread;

    fn registry() -> Registry {
        Registry::new(Arc::default())
    }

    fn register<Args>(
        registry: &Registry,
        name: &str,
        function: impl nasaic_values::Function<Args>,
    ) {
        nasaic_values::register_at(&registry.socket().unwrap(), name, function).unwrap();
        for announced in registry.announced() {
            registry.enter(announced, "source".to_owned());
        }
    }

    #[test]
    fn a_function_is_called_by_its_source() {
        let registry = registry();
        register(&registry, "ratio", |a: f64, b: f64| a / b);
        assert_eq!(registry.call("ratio", "source", &[1.0, 3.0]), Ok(1.0 / 3.0));
        for (name, source) in [("ratio", "another"), ("other", "source")] {
            let fault = registry.call(name, source, &[1.0, 3.0]).unwrap_err();
            assert_eq!(fault.code(), "E0823");
        }
        // The same name registered again is the new function.
        register(&registry, "ratio", |a: f64| a);
        assert_eq!(registry.call("ratio", "source", &[4.0]), Ok(4.0));
        registry.forget();
        assert_eq!(
            registry.call("ratio", "source", &[4.0]).unwrap_err().code(),
            "E0823"
        );
    }

    #[test]
    fn a_panic_is_told_and_the_next_call_answered() {
        let registry = registry();
        register(&registry, "root", |x: f64| {
            assert!(x >= 0.0, "no root of {x}");
            x.sqrt()
        });
        let fault = registry.call("root", "source", &[-1.0]).unwrap_err();
        assert_eq!(fault, panicked("root", &[-1.0], "no root of -1"));
        assert_eq!(registry.call("root", "source", &[4.0]), Ok(2.0));
        assert!(!registry.has_ended());
    }

    #[test]
    fn a_call_that_does_not_end_is_ended_with_its_process() {
        let registry = registry();
        register(&registry, "long", |_: f64| {
            loop {
                thread::park();
            }
        });
        use std::os::unix::process::CommandExt;
        let mut process = Command::new("sleep")
            .arg("600")
            .process_group(0)
            .spawn()
            .unwrap();
        registry.state().group = Some(process.id());
        let stop = Arc::clone(&registry.stop);
        thread::spawn(move || {
            thread::sleep(LOOK);
            stop.store(true, Ordering::SeqCst);
        });
        assert_eq!(
            registry.call("long", "source", &[1.0]),
            Err(stopped("long"))
        );
        assert!(registry.has_ended());
        assert!(!process.wait().unwrap().success());
    }

    #[test]
    fn a_connection_that_says_nonsense_is_let_go() {
        let registry = registry();
        let mut connection = UnixStream::connect(registry.socket().unwrap()).unwrap();
        connection.write_all(b"hello\n").unwrap();
        assert!(registry.announced().is_empty());
        let mut connection = UnixStream::connect(registry.socket().unwrap()).unwrap();
        connection
            .write_all(b"{\"name\":\"f\",\"arity\":1}\n")
            .unwrap();
        for announced in registry.announced() {
            registry.enter(announced, "source".to_owned());
        }
        connection.write_all(&[7]).unwrap();
        assert_eq!(registry.call("f", "source", &[1.0]), Err(gone("f")));
    }
}
