//! The kernel's loop: requests in, answers out.

use crate::assist;
use crate::info;
use crate::session::{Entry, Execute, Session, Worker};
use crate::wire::{Parent, Publisher, Receiver, Replier, Request, Sockets, log, publish};
use jupyter_zmq_client::KernelHeartbeatConnection;
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// How often it is looked whether the parent lives.
const WATCH: Duration = Duration::from_secs(1);
/// Longest wait at the end for a reader of the last messages.
const PARTING: Duration = Duration::from_millis(500);

/// Serves the clients of a connection file until one of them ends it.
pub async fn serve(file: &Path) -> Result<ExitCode, String> {
    let Sockets {
        shell,
        control,
        iopub,
        heartbeat,
        stdin,
    } = Sockets::bind(file).await?;
    let publisher = Publisher::default();
    tokio::spawn(publish(iopub, publisher.clone()));
    tokio::spawn(beat(heartbeat));
    let session = Worker::start(publisher.clone())
        .map_err(|e| format!("the thread for cells cannot be started: {e}"))?;
    publisher.status(&Parent::none(), "starting");
    let desk = Desk { session, publisher };
    tokio::select! {
        () = desk.listen(shell) => {}
        () = desk.listen(control) => {}
        () = orphaned() => log("the program that started this kernel is gone"),
        () = ignore_interrupts() => {}
    }
    let _ = tokio::time::timeout(PARTING, desk.publisher.flushed()).await;
    drop(stdin);
    Ok(ExitCode::SUCCESS)
}

async fn beat(mut heartbeat: KernelHeartbeatConnection) {
    loop {
        // A client that broke off is no reason to stop.
        if heartbeat.single_heartbeat().await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Returns when the process that started this one has ended.
async fn orphaned() {
    let parent = std::os::unix::process::parent_id();
    // In a container the parent may be the first process from the start.
    if parent <= 1 {
        std::future::pending::<()>().await;
    }
    while std::os::unix::process::parent_id() == parent {
        tokio::time::sleep(WATCH).await;
    }
}

/// Interrupts come as messages; a Ctrl-C in the terminal of the server is not meant for kernels.
async fn ignore_interrupts() {
    while tokio::signal::ctrl_c().await.is_ok() {}
    std::future::pending::<()>().await;
}

/// Answers requests.
struct Desk {
    session: Session,
    publisher: Publisher,
}

/// Whether to go on.
enum Then {
    Go,
    End,
}

impl Desk {
    /// Answers what comes in, until the end is asked for.
    async fn listen(&self, (mut receiver, replier): (Receiver, Replier)) {
        while let Some(request) = receiver.next().await {
            if let Then::End = self.answer(request, &replier) {
                // The answer is on its way in a task of its own.
                tokio::time::sleep(Duration::from_millis(50)).await;
                return;
            }
        }
    }

    fn answer(&self, request: Request, replier: &Replier) -> Then {
        if request.kind() == "execute_request" {
            match request.parse::<Execute>() {
                Ok(execute) => {
                    self.session
                        .execute(request.parent, replier.clone(), execute);
                }
                Err(reason) => self.at_once(&request, replier, refused(&reason)),
            }
            return Then::Go;
        }
        let (content, then) = self.content(&request);
        self.at_once(&request, replier, content);
        then
    }

    /// Answers between busy and idle; without a content there is no answer.
    fn at_once(&self, request: &Request, replier: &Replier, content: Option<Value>) {
        let parent = &request.parent;
        self.publisher.status(parent, "busy");
        if let Some(content) = content {
            let kind = match request.kind().strip_suffix("_request") {
                Some(kind) => format!("{kind}_reply"),
                None => "comm_close".to_owned(),
            };
            replier.send(parent.reply(&kind, content));
        }
        self.publisher.status(parent, "idle");
    }

    /// The answer to a request.
    fn content(&self, request: &Request) -> (Option<Value>, Then) {
        let content = match request.kind() {
            "kernel_info_request" => Some(info::content()),
            "complete_request" => answered(request, |ask| assist::complete(&self.session, &ask)),
            "inspect_request" => answered(request, |ask| assist::inspect(&self.session, &ask)),
            "is_complete_request" => answered(request, |ask| assist::is_complete(&ask)),
            "history_request" => answered(request, |ask| self.history(&ask)),
            "comm_info_request" => Some(json!({ "status": "ok", "comms": {} })),
            "comm_open" => {
                // Nobody here talks over comms; who opens one is told so at once.
                let id = &request.content["comm_id"];
                let close = json!({ "comm_id": id, "data": {} });
                self.publisher.close(&request.parent, close);
                None
            }
            "comm_msg" | "comm_close" => None,
            "interrupt_request" => {
                self.session.interrupt();
                Some(json!({ "status": "ok" }))
            }
            "shutdown_request" => {
                self.session.interrupt();
                let restart = request.content["restart"].as_bool().unwrap_or(false);
                let content = json!({ "status": "ok", "restart": restart });
                self.publisher.ending(&request.parent, content.clone());
                return (Some(content), Then::End);
            }
            other => {
                log(&format!("there is no answer to `{other}`"));
                let unknown = other.ends_with("_request");
                unknown.then(|| refused(&format!("`{other}` is not supported")).unwrap_or_default())
            }
        };
        (content, Then::Go)
    }

    fn history(&self, ask: &HistoryRequest) -> Value {
        let entries: Vec<Value> = self.session.history(|history| {
            let found: Vec<&Entry> = match ask.hist_access_type.as_str() {
                "range" => history.range(ask.start.unwrap_or(0).unsigned_abs(), ask.stop),
                "search" => {
                    history.search(ask.pattern.as_deref().unwrap_or("*"), ask.unique, ask.n)
                }
                _ => history.tail(ask.n.unwrap_or(usize::MAX)).iter().collect(),
            };
            found
                .into_iter()
                .map(|entry| entry.json(ask.output))
                .collect()
        });
        json!({ "status": "ok", "history": entries })
    }
}

/// A request for earlier cells, as the protocol has it.
#[derive(serde::Deserialize)]
struct HistoryRequest {
    hist_access_type: String,
    #[serde(default)]
    output: bool,
    start: Option<i64>,
    stop: Option<i64>,
    n: Option<usize>,
    pattern: Option<String>,
    #[serde(default)]
    unique: bool,
}

fn answered<T: serde::de::DeserializeOwned>(
    request: &Request,
    answer: impl FnOnce(T) -> Value,
) -> Option<Value> {
    match request.parse() {
        Ok(ask) => Some(answer(ask)),
        Err(reason) => refused(&reason),
    }
}

/// The answer to what cannot be answered.
fn refused(reason: &str) -> Option<Value> {
    Some(json!({
        "status": "error",
        "ename": "BadRequest",
        "evalue": reason,
        "traceback": [reason],
    }))
}
