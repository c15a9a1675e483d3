//! The thread that runs cells, one after the other.

use super::cell::{Notebook, Outcome, Showing};
use super::{Execute, History, Job, Session, Shared};
use crate::wire::{Parent, Publisher};
use nasaic_dsl::check::Program;
use serde_json::{Map, Value, json};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

/// Deeply nested programs need room; what is not used costs nothing.
const STACK: usize = 64 << 20;

/// Runs cells.
pub struct Worker {
    jobs: mpsc::Receiver<Job>,
    shared: Arc<Shared>,
    notebook: Notebook,
    count: u64,
    /// Jobs up to this number are dropped, since one before them failed.
    dropped: u64,
}

impl Worker {
    /// Starts the thread; it ends with the last [`Session`].
    pub fn start(publisher: Publisher) -> io::Result<Session> {
        let (jobs, waiting) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let shared = Arc::new(Shared {
            publisher,
            stop: Arc::clone(&stop),
            newest: AtomicU64::new(0),
            history: Mutex::new(History::default()),
            program: Mutex::new(Arc::new(Program::default())),
            schemas: nasaic_engine::schemas(),
        });
        let session = Session {
            jobs,
            shared: Arc::clone(&shared),
        };
        let thread = thread::Builder::new()
            .name("cells".to_owned())
            .stack_size(STACK);
        thread.spawn(move || {
            let worker = Self {
                jobs: waiting,
                shared,
                notebook: Notebook::new(stop),
                count: 0,
                dropped: 0,
            };
            worker.work();
        })?;
        Ok(session)
    }

    fn work(mut self) {
        while let Ok(job) = self.jobs.recv() {
            let publisher = self.shared.publisher.clone();
            publisher.status(&job.parent, "busy");
            let content = if job.number <= self.dropped {
                json!({ "status": "aborted" })
            } else {
                self.execute(&job, &publisher)
            };
            job.replier.send(job.parent.reply("execute_reply", content));
            publisher.status(&job.parent, "idle");
        }
    }

    /// The answer to a job.
    fn execute(&mut self, job: &Job, publisher: &Publisher) -> Value {
        let Job {
            parent, request, ..
        } = job;
        self.shared.stop.store(false, Ordering::SeqCst);
        if request.store_history && !request.silent {
            self.count += 1;
            self.history(|history, count| history.begin(count, &request.code));
        }
        if !request.silent {
            publisher.input(parent, &request.code, self.count);
        }
        let outcome = self.run(request, parent, publisher);
        self.shared.remember(self.notebook.program());
        match outcome {
            Ok(text) => {
                if request.store_history && !request.silent {
                    self.history(|history, _| history.end(text));
                }
                json!({
                    "status": "ok",
                    "execution_count": self.count,
                    "payload": [],
                    "user_expressions": self.values(request),
                })
            }
            Err(mut error) => {
                if !request.silent {
                    publisher.error(parent, &error);
                }
                if request.stop_on_error {
                    self.dropped = self.shared.newest.load(Ordering::SeqCst);
                }
                error["status"] = json!("error");
                error["execution_count"] = json!(self.count);
                error
            }
        }
    }

    fn run(&mut self, request: &Execute, parent: &Parent, publisher: &Publisher) -> Outcome {
        let showing = Showing {
            publisher,
            parent,
            count: self.count,
            silent: request.silent,
        };
        self.notebook.run(&request.code, showing)
    }

    fn values(&mut self, request: &Execute) -> Map<String, Value> {
        let asked = request.user_expressions.iter().flatten();
        asked
            .map(|(name, text)| (name.clone(), self.notebook.value(text)))
            .collect()
    }

    fn history(&self, change: impl FnOnce(&mut History, u64)) {
        let history = self.shared.history.lock();
        change(
            &mut history.unwrap_or_else(PoisonError::into_inner),
            self.count,
        );
    }
}
