//! The kernel of a submission: a process that is asked, interrupted, watched and ended.

use crate::cli::Refusal;
use crate::cli::kernel;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a kernel that was interrupted may take to answer.
const PARTING: Duration = Duration::from_secs(5);
/// How often it is looked how much memory it takes.
const WATCH: Duration = Duration::from_millis(50);
/// Most bytes of an answer.
const LONGEST: u64 = 4 << 20;

/// What a submission may take.
#[derive(Debug)]
pub struct Limits {
    /// For all of its cells.
    pub time: Duration,
    /// In bytes, at any moment.
    pub memory: u64,
    /// Where searches are kept.
    pub store: PathBuf,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// It took too long and did not stop when it was asked to.
    Time,
    /// It took more memory than it may.
    Memory,
    /// It ended by itself.
    Ended,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// What the kernel says.
    pub content: Value,
    /// Whether it had to be interrupted for it.
    pub late: bool,
}

/// A running kernel.
pub struct Kernel {
    child: Arc<Mutex<Child>>,
    to: Option<ChildStdin>,
    answers: Receiver<String>,
    too_large: Arc<AtomicBool>,
    ended: Arc<AtomicBool>,
}

impl Kernel {
    /// Starts one in a folder; files that cells write go to another.
    pub fn start(folder: &Path, out: &Path, limits: &Limits) -> Result<Self, Refusal> {
        let program = kernel::program();
        let mut command = Command::new(&program);
        command.arg("lines").arg("--out").arg(out);
        command.arg("--store").arg(&limits.store);
        command.current_dir(folder).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command
            .spawn()
            .map_err(|e| kernel::not_started(&program, &e))?;
        let to = child.stdin.take();
        let (send, answers) = channel();
        if let Some(from) = child.stdout.take() {
            let mut from = BufReader::new(from);
            thread::spawn(move || {
                loop {
                    let mut line = String::new();
                    let read = from.by_ref().take(LONGEST).read_line(&mut line);
                    let whole = read.is_ok() && line.ends_with('\n');
                    if !whole || send.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let kernel = Self {
            child: Arc::new(Mutex::new(child)),
            to,
            answers,
            too_large: Arc::default(),
            ended: Arc::default(),
        };
        kernel.watch(limits.memory);
        Ok(kernel)
    }

    /// Ends the kernel as soon as it takes more memory than it may.
    fn watch(&self, limit: u64) {
        let child = Arc::clone(&self.child);
        let (too_large, ended) = (Arc::clone(&self.too_large), Arc::clone(&self.ended));
        thread::spawn(move || {
            while !ended.load(Ordering::SeqCst) {
                let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
                if memory(child.id()).is_some_and(|bytes| bytes > limit) {
                    too_large.store(true, Ordering::SeqCst);
                    let _ = child.kill();
                    return;
                }
                drop(child);
                thread::sleep(WATCH);
            }
        });
    }

    /// The answer to a request, if there is one by then.
    pub fn ask(&mut self, request: &Value, by: Instant) -> Result<Answer, Death> {
        self.say(request)?;
        let left = by.saturating_duration_since(Instant::now());
        match self.answers.recv_timeout(left) {
            Ok(line) => self.answer(&line, false),
            Err(RecvTimeoutError::Disconnected) => Err(self.death()),
            Err(RecvTimeoutError::Timeout) => {
                self.say(&json!("stop"))?;
                match self.answers.recv_timeout(PARTING) {
                    Ok(line) => self.answer(&line, true),
                    Err(RecvTimeoutError::Disconnected) => Err(self.death()),
                    Err(RecvTimeoutError::Timeout) => Err(Death::Time),
                }
            }
        }
    }

    fn say(&mut self, request: &Value) -> Result<(), Death> {
        let said = match &mut self.to {
            Some(to) => writeln!(to, "{request}").and_then(|()| to.flush()).is_ok(),
            None => false,
        };
        if said { Ok(()) } else { Err(self.death()) }
    }

    fn answer(&self, line: &str, late: bool) -> Result<Answer, Death> {
        match serde_json::from_str(line) {
            Ok(content) => Ok(Answer { content, late }),
            Err(_) => Err(self.death()),
        }
    }

    fn death(&self) -> Death {
        if self.too_large.load(Ordering::SeqCst) {
            Death::Memory
        } else {
            Death::Ended
        }
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Whether this system tells how much memory another process takes.
pub fn memory_is_watched() -> bool {
    memory(std::process::id()).is_some()
}

/// The memory that a process takes, in bytes.
#[cfg(target_os = "linux")]
fn memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let resident = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = resident.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib << 10)
}

/// The memory that a process takes, in bytes.
#[cfg(not(target_os = "linux"))]
fn memory(process: u32) -> Option<u64> {
    let asked = Command::new("ps")
        .args(["-o", "rss=", "-p", &process.to_string()])
        .output();
    let text = String::from_utf8(asked.ok()?.stdout).ok()?;
    let kib: u64 = text.trim().parse().ok()?;
    Some(kib << 10)
}
