//! What cells print, on its way out.

use crate::say;
use crossbeam_channel::{Receiver, Select};
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Bytes after which a message is sent although more lines wait.
const BATCH: usize = 64 << 10;
/// Ends what a cell wrote to standard error.
const MARK: &str = "\u{1}nasaic: end of cell\u{1}";
/// How long a mark may take; longer than any pipe, shorter than patience.
const MARK_TIME: Duration = Duration::from_secs(1);
/// Where marks cannot be written, how long lines may take from the child to here.
const QUIET: Duration = Duration::from_millis(30);

/// Which of the child's streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// One stream of the child, forwarded by a thread of its own.
///
/// Lines leave the channel only under the lock, so whoever holds it knows that everything before
/// has been said.
#[derive(Clone)]
pub struct Printed(Arc<Shared>);

struct Shared {
    lines: Receiver<String>,
    kind: Kind,
    child: Arc<Mutex<Child>>,
    state: Mutex<State>,
    marked: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether the mark of this cell has come by.
    mark: bool,
    /// What the panic of this cell says, once it has.
    panic: Option<String>,
    /// Whether the next line is the message of a panic.
    message_next: bool,
    /// Whether the lines are a backtrace of evcxr's own making.
    backtrace: bool,
}

impl Printed {
    /// Forwards `lines` of `child` from now on.
    pub fn new(lines: Receiver<String>, kind: Kind, child: Arc<Mutex<Child>>) -> Self {
        let printed = Self(Arc::new(Shared {
            lines,
            kind,
            child,
            state: Mutex::default(),
            marked: Condvar::new(),
        }));
        let forwarder = printed.clone();
        thread::spawn(move || {
            let mut select = Select::new();
            select.recv(&forwarder.0.lines);
            loop {
                // Waits without taking: lines are taken under the lock.
                select.ready();
                if !forwarder.drain() {
                    return;
                }
            }
        });
        printed
    }

    /// Says all lines that wait; false when none will ever come again.
    pub fn drain(&self) -> bool {
        let mut state = self.state();
        let mut text = String::new();
        loop {
            match self.0.lines.try_recv() {
                Ok(line) => self.take(&mut state, &line, &mut text),
                Err(ended) => {
                    self.say(&text);
                    return ended.is_empty();
                }
            }
            if text.len() >= BATCH {
                self.say(&std::mem::take(&mut text));
            }
        }
    }

    /// Waits until the standard error of the cell that has just ended is said; what its panic
    /// says, if it panicked.
    pub fn settle(&self) -> Option<String> {
        if mark(self.child()).is_ok() {
            let unmarked = |state: &mut State| !state.mark;
            let state = self.state();
            drop(self.0.marked.wait_timeout_while(state, MARK_TIME, unmarked));
        } else {
            thread::sleep(QUIET);
        }
        self.drain();
        std::mem::take(&mut *self.state()).panic
    }

    fn take(&self, state: &mut State, line: &str, text: &mut String) {
        if self.0.kind == Kind::Out {
            return push(text, line);
        }
        if let Some(before) = line.strip_suffix(MARK) {
            state.mark = true;
            self.0.marked.notify_all();
            if !before.is_empty() {
                push(text, before);
            }
            return;
        }
        // evcxr asks for a backtrace of every panic; it shows the machinery around the cell only.
        state.backtrace |= line == "stack backtrace:";
        if state.backtrace {
            state.backtrace = !line.starts_with("note: ");
            return;
        }
        if std::mem::take(&mut state.message_next) {
            state.panic = Some(line.to_owned());
        }
        state.message_next = line.contains(" panicked at ") && self.is_of_cell(line);
        push(text, line);
    }

    /// Whether a panic is that of the cell itself, and not of a thread that it has started.
    ///
    /// Cells run on the child's first thread, whose number is the child's; compilers before 1.89
    /// do not tell the number.
    fn is_of_cell(&self, line: &str) -> bool {
        line.contains(&format!("' ({}) panicked at ", self.child()))
            || line.starts_with("thread '<unnamed>' panicked at ")
            || line.starts_with("thread 'main' panicked at ")
    }

    /// The number of the process that runs cells.
    fn child(&self) -> u32 {
        let child = self.0.child.lock();
        child.unwrap_or_else(PoisonError::into_inner).id()
    }

    fn say(&self, text: &str) {
        match self.0.kind {
            _ if text.is_empty() => {}
            Kind::Out => say(&json!({ "out": text })),
            Kind::Err => say(&json!({ "err": text })),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// Writes a line of our own behind what the child has written to its standard error.
fn mark(child: u32) -> std::io::Result<()> {
    let mut end = OpenOptions::new()
        .write(true)
        .open(format!("/proc/{child}/fd/2"))?;
    writeln!(end, "{MARK}")
}
