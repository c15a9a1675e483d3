//! The process that runs Rust cells.

use super::folder::Folder;
use crate::wire::{Stream, log};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_host::files::reason;
use serde_json::{Map, Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// Events that may wait; then the process has to.
const WAITING: usize = 64;

/// A process that is alive as far as is known; it ends when this is dropped.
pub struct Host {
    process: Child,
    input: Option<ChildStdin>,
    events: Receiver<Event>,
    folder: Folder,
}

/// What the process says; `nasaic-rust-host` documents the lines.
#[derive(Debug, PartialEq)]
pub enum Event {
    /// It can be spoken to.
    Ready,
    /// The cell has printed this.
    Text(Stream, String),
    /// The cell shows this: data by their MIME types.
    Show(Map<String, Value>),
    /// The cell has ended well.
    Done {
        /// The variables there are.
        variables: Vec<String>,
    },
    /// The cell has failed.
    Failed {
        /// In a few words.
        title: String,
        /// The whole report.
        text: String,
        /// Whether all variables are lost.
        lost: bool,
    },
}

/// The process has ended.
#[derive(Debug)]
pub struct Gone;

impl Host {
    /// Starts a process in a group of its own, so that all it starts can be ended with it.
    ///
    /// `functions` is the socket at which functions of its cells announce themselves.
    pub fn start(program: &Path, functions: Option<&Path>) -> Result<Self, Diagnostic> {
        let shown = program.display();
        let failed = |what: &str, e: std::io::Error| {
            Diagnostic::new("E0704", format!("{what}: {}", reason(&e))).hint(format!(
                "`{shown}` runs Rust cells; NASAIC_RUST_HOST may name another"
            ))
        };
        let folder = Folder::claim()
            .map_err(|e| failed("there is no folder to compile Rust cells in", e))?;
        let mut process = Command::new(program);
        if let Some(socket) = functions {
            process.env(nasaic_values::FUNCTIONS, socket);
        }
        let mut process = process
            .env("EVCXR_TMPDIR", folder.path().join("evcxr"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Its standard error is the kernel's, which goes to the log of the Jupyter server.
            .stderr(Stdio::inherit())
            .process_group(0)
            .spawn()
            .map_err(|e| failed("the program for Rust cells does not start", e))?;
        let (sender, events) = sync_channel(WAITING);
        let input = process.stdin.take();
        if let Some(output) = process.stdout.take() {
            thread::spawn(move || listen(output, &sender));
        }
        Ok(Self {
            process,
            input,
            events,
            folder,
        })
    }

    /// The number of its group of processes.
    pub fn group(&self) -> u32 {
        self.process.id()
    }

    /// A folder for what is handed to it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Has it run a cell. That it is gone is noticed at the next event.
    pub fn send(&mut self, code: &str) {
        let request = json!({ "eval": code });
        if let Some(input) = &mut self.input
            && let Err(error) = writeln!(input, "{request}").and_then(|()| input.flush())
        {
            log(&format!(
                "a Rust cell was not delivered: {}",
                reason(&error)
            ));
        }
    }

    /// The next event, if there is one within `patience`.
    pub fn event(&mut self, patience: Duration) -> Result<Option<Event>, Gone> {
        match self.events.recv_timeout(patience) {
            Ok(event) => Ok(Some(event)),
            Err(RecvTimeoutError::Disconnected) => {
                self.kill();
                Err(Gone)
            }
            Err(RecvTimeoutError::Timeout) => match self.process.try_wait() {
                // What it has started may hold its output open.
                Ok(Some(_)) => {
                    kill_group(self.group());
                    Ok(None)
                }
                _ => Ok(None),
            },
        }
    }

    /// Ends it with all it has started: compilers, and the process that runs the cell.
    pub fn kill(&mut self) {
        kill_group(self.group());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Ends a group of processes.
///
/// As long as a member lives, the group's number belongs to nobody else.
pub fn kill_group(group: u32) {
    let order = format!("kill -9 -{group} 2> /dev/null");
    let done = Command::new("/bin/sh").arg("-c").arg(order).status();
    if let Err(error) = done {
        log(&format!("Rust processes may be left: {}", reason(&error)));
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.kill();
    }
}

fn listen(output: impl Read, events: &SyncSender<Event>) {
    let mut lines = BufReader::new(output);
    let mut line = Vec::new();
    while matches!(lines.read_until(b'\n', &mut line), Ok(1..)) {
        if events.send(event(&String::from_utf8_lossy(&line))).is_err() {
            return;
        }
        line.clear();
    }
}

/// What a line says; what is no message was printed by a library of the host.
fn event(line: &str) -> Event {
    let printed = || Event::Text(Stream::Out, line.to_owned());
    let Ok(Value::Object(message)) = serde_json::from_str(line) else {
        return printed();
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let Some((kind, content)) = message.iter().next().filter(|_| message.len() == 1) else {
        return printed();
    };
    match (kind.as_str(), content) {
        ("ready", _) => Event::Ready,
        ("out", content) => Event::Text(Stream::Out, text(content)),
        ("err", content) => Event::Text(Stream::Err, text(content)),
        ("show", Value::Object(data)) => Event::Show(data.clone()),
        ("done", content) => {
            let names = content["variables"].as_array();
            let variables = names.into_iter().flatten().map(text).collect();
            Event::Done { variables }
        }
        ("failed", content) => Event::Failed {
            title: text(&content["title"]),
            text: text(&content["text"]),
            lost: content["lost"].as_bool().unwrap_or(false),
        },
        _ => printed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process that says what a shell script says.
    fn script(text: &str) -> (tempfile::TempDir, Host) {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let program = place.path().join("host");
        std::fs::write(&program, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let host = Host::start(&program, None).unwrap();
        (place, host)
    }

    fn next(host: &mut Host) -> Result<Event, Gone> {
        loop {
            if let Some(event) = host.event(Duration::from_secs(1))? {
                return Ok(event);
            }
        }
    }

    #[test]
    fn lines_are_events_and_all_else_is_text() {
        let out = |text: &str| Event::Text(Stream::Out, text.to_owned());
        assert_eq!(event(r#"{"ready":{"evcxr":"0"}}"#), Event::Ready);
        assert_eq!(event(r#"{"out":"a\n"}"#), out("a\n"));
        assert_eq!(event("loading\n"), out("loading\n"));
        assert_eq!(event("{}\n"), out("{}\n"));
        assert_eq!(event(r#"{"show":3}"#), out(r#"{"show":3}"#));
        let variables = vec!["x".to_owned()];
        assert_eq!(
            event(r#"{"done":{"variables":["x"]}}"#),
            Event::Done { variables }
        );
        let failed = event(r#"{"failed":{"title":"t","text":"x","lost":true}}"#);
        let (title, text) = ("t".to_owned(), "x".to_owned());
        assert_eq!(
            failed,
            Event::Failed {
                title,
                text,
                lost: true
            }
        );
    }

    #[test]
    fn a_process_that_ends_is_gone_after_its_last_word() {
        let (_place, mut host) = script(r#"echo '{"out":"last"}'; exit 3"#);
        assert_eq!(
            next(&mut host).unwrap(),
            Event::Text(Stream::Out, "last".to_owned())
        );
        assert!(next(&mut host).is_err());
        host.send("1 + 1");
        assert!(next(&mut host).is_err());
    }

    #[test]
    fn what_a_process_has_started_ends_with_it() {
        let (_place, mut host) = script("sleep 600 & echo $!; wait");
        let Event::Text(_, sleeper) = next(&mut host).unwrap() else {
            panic!("no number")
        };
        let alive = || {
            let state = std::fs::read_to_string(format!("/proc/{}/stat", sleeper.trim()));
            state.is_ok_and(|state| !state.contains(") Z "))
        };
        assert!(alive());
        host.kill();
        let patience = std::time::Instant::now();
        while alive() && patience.elapsed() < Duration::from_secs(10) {
            thread::sleep(Duration::from_millis(5));
        }
        assert!(!alive());
    }
}
