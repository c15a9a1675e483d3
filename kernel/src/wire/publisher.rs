//! What everyone hears, in order and without flooding anyone.
//!
//! Any thread puts messages into one queue; one task sends them. Text that waits is joined, and
//! a picture that waits for its update is sent once, so a flood of output becomes a few messages.
//! Output beyond what a slow reader can be made to hold is left out and counted; the status
//! messages, which every client waits for, never are.

use super::message::Parent;
use super::sockets::log;
use jupyter_protocol::messaging::JupyterMessage;
use jupyter_zmq_client::{KernelIoPubXPubConnection, SubscriptionEvent};
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Text is sent at most this often.
const PAUSE: Duration = Duration::from_millis(50);
/// Bytes of output that may wait for a slow reader.
const MOST_WAITING: usize = 64 << 20;
/// A message of joined text is not made longer than this.
const LONGEST_TEXT: usize = 1 << 20;

/// The streams of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// What it says.
    Out,
    /// What it warns of.
    Err,
}

/// The queue as its writers see it.
#[derive(Clone, Debug, Default)]
pub struct Publisher(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Item>,
    bytes: usize,
    left_out: usize,
}

#[derive(Debug)]
struct Item {
    parent: Parent,
    what: What,
}

#[derive(Debug)]
enum What {
    /// Text of a stream.
    Text(Stream, String),
    /// Shown values without pictures, as plain text and as HTML.
    Lines(String, String),
    /// A new content of a display: its id and the message.
    Update(String, Value),
    /// Anything else: its type and content.
    Message(&'static str, Value),
    /// No message: whoever flushes waits for it.
    Mark(Arc<Notify>),
}

impl What {
    /// Bytes that may be left out; a status has none of them.
    fn bytes(&self) -> usize {
        match self {
            Self::Text(_, text) => text.len(),
            Self::Lines(plain, html) => plain.len() + html.len(),
            Self::Update(_, content) | Self::Message("display_data", content) => size(content),
            Self::Message(..) | Self::Mark(_) => 0,
        }
    }

    /// Joins with what comes after it, if they are of a kind; else gives that back.
    fn join(&mut self, next: Self) -> Option<Self> {
        let room = self.bytes() + next.bytes() <= LONGEST_TEXT;
        match (self, next) {
            (Self::Text(of, old), Self::Text(stream, new)) if *of == stream && room => {
                old.push_str(&new);
                None
            }
            (Self::Lines(plain, html), Self::Lines(more, more_html)) if room => {
                if !plain.ends_with('\n') {
                    plain.push('\n');
                }
                plain.push_str(&more);
                html.push_str(&more_html);
                None
            }
            (_, next) => Some(next),
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Self::Text(..) | Self::Lines(..))
    }
}

/// About how long a value is as JSON: its texts.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum(),
        _ => 8,
    }
}

impl Publisher {
    /// Whether the kernel is working for a message.
    pub fn status(&self, parent: &Parent, state: &str) {
        let content = json!({ "execution_state": state });
        self.put(parent, What::Message("status", content));
    }

    /// The code that is about to be run.
    pub fn input(&self, parent: &Parent, code: &str, count: u64) {
        let content = json!({ "code": code, "execution_count": count });
        self.put(parent, What::Message("execute_input", content));
    }

    /// Something to show; with an id it can be changed later.
    pub fn display(&self, parent: &Parent, data: Map<String, Value>, id: Option<&str>) {
        let what = match (lines(&data), id) {
            (Some((plain, html)), None) => What::Lines(plain, html),
            _ => What::Message("display_data", shown(data, id)),
        };
        self.put(parent, what);
    }

    /// A new content for what was shown under an id.
    pub fn update(&self, parent: &Parent, data: Map<String, Value>, id: &str) {
        let what = What::Update(id.to_owned(), shown(data, Some(id)));
        let mut queue = self.lock();
        let same = |item: &&mut Item| matches!(&item.what, What::Update(old, _) if old == id);
        match queue.waiting.iter_mut().rev().find(same) {
            Some(item) => item.what = what,
            None => queue.push(parent, what),
        }
        drop(queue);
        self.0.changed.notify_one();
    }

    /// What a cell results in.
    pub fn result(&self, parent: &Parent, data: Map<String, Value>, count: u64) {
        let content = json!({ "data": data, "metadata": {}, "execution_count": count });
        self.put(parent, What::Message("execute_result", content));
    }

    /// That a comm has no other end here.
    pub fn close(&self, parent: &Parent, content: Value) {
        self.put(parent, What::Message("comm_close", content));
    }

    /// That the kernel is about to end.
    pub fn ending(&self, parent: &Parent, content: Value) {
        self.put(parent, What::Message("shutdown_reply", content));
    }

    /// An error, as front ends show it.
    pub fn error(&self, parent: &Parent, error: &Value) {
        self.put(parent, What::Message("error", error.clone()));
    }

    /// Text of a stream.
    pub fn text(&self, parent: &Parent, stream: Stream, text: &str) {
        self.put(parent, What::Text(stream, text.to_owned()));
    }

    /// Returns when all that was published until now has been sent.
    pub async fn flushed(&self) {
        let sent = Arc::new(Notify::new());
        self.put(&Parent::none(), What::Mark(Arc::clone(&sent)));
        sent.notified().await;
    }

    fn put(&self, parent: &Parent, what: What) {
        self.lock().push(parent, what);
        self.0.changed.notify_one();
    }

    /// A writer that panicked left a queue that is still a queue.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn push(&mut self, parent: &Parent, what: What) {
        let bytes = what.bytes();
        if bytes > 0 && self.bytes + bytes > MOST_WAITING {
            self.left_out += 1;
            return;
        }
        self.bytes += bytes;
        let last = self.waiting.back_mut();
        let rest = match last.filter(|item| item.parent.is(parent)) {
            Some(item) => item.what.join(what),
            None => Some(what),
        };
        if let Some(what) = rest {
            let parent = parent.clone();
            self.waiting.push_back(Item { parent, what });
        }
    }

    /// What is to be sent now; text that nothing follows waits for `until`.
    fn next(&mut self, until: Instant) -> Next {
        let Some(first) = self.waiting.front() else {
            return Next::Nothing;
        };
        if first.what.is_text() && self.waiting.len() == 1 && Instant::now() < until {
            return Next::Later;
        }
        if self.left_out > 0 && !first.what.is_text() && first.what.bytes() == 0 {
            let text = format!(
                "[{} outputs were left out: the front end reads slower than the cell writes]\n",
                std::mem::take(&mut self.left_out)
            );
            let what = What::Text(Stream::Err, text);
            return Next::Item(Item {
                parent: first.parent.clone(),
                what,
            });
        }
        match self.waiting.pop_front() {
            Some(item) => {
                self.bytes = self.bytes.saturating_sub(item.what.bytes());
                Next::Item(item)
            }
            None => Next::Nothing,
        }
    }
}

enum Next {
    Item(Item),
    /// Text that waits for more.
    Later,
    Nothing,
}

/// Sends what is put into the queue, for ever.
pub async fn publish(mut socket: KernelIoPubXPubConnection, publisher: Publisher) {
    let mut until = Instant::now();
    loop {
        // Even during a flood new readers are let in.
        tokio::select! {
            biased;
            event = socket.recv_subscription() => welcome(&mut socket, event).await,
            () = std::future::ready(()) => {}
        }
        let next = publisher.lock().next(until);
        let later = match next {
            Next::Item(item) => {
                if item.what.is_text() {
                    until = Instant::now() + PAUSE;
                }
                send(&mut socket, item).await;
                continue;
            }
            Next::Later => true,
            Next::Nothing => false,
        };
        tokio::select! {
            () = publisher.0.changed.notified() => {}
            () = sleep_until(until), if later => {}
            event = socket.recv_subscription() => welcome(&mut socket, event).await,
        }
    }
}

async fn send(socket: &mut KernelIoPubXPubConnection, item: Item) {
    if let Some(message) = item.message()
        && let Err(error) = socket.send(message).await
    {
        log(&format!("an output was not delivered: {error}"));
    }
}

/// Tells a new reader that from now on it hears everything (JEP 65).
async fn welcome(
    socket: &mut KernelIoPubXPubConnection,
    event: jupyter_zmq_client::Result<SubscriptionEvent>,
) {
    if let Ok(SubscriptionEvent::Subscribe(topic)) = event {
        let mut message =
            Parent::none().publication("iopub_welcome", json!({ "subscription": topic }));
        message.zmq_identities = vec![topic.into_bytes().into()];
        if let Err(error) = socket.send(message).await {
            log(&format!("a reader was not welcomed: {error}"));
        }
    }
}

impl Item {
    fn message(self) -> Option<JupyterMessage> {
        let (kind, content) = match self.what {
            What::Text(stream, text) => {
                let name = match stream {
                    Stream::Out => "stdout",
                    Stream::Err => "stderr",
                };
                ("stream", json!({ "name": name, "text": text }))
            }
            What::Lines(plain, html) => {
                let data = json!({ "text/plain": plain, "text/html": html });
                let content = json!({ "data": data, "metadata": {}, "transient": {} });
                ("display_data", content)
            }
            What::Update(_, content) => ("update_display_data", content),
            What::Message(kind, content) => (kind, content),
            What::Mark(sent) => {
                sent.notify_one();
                return None;
            }
        };
        Some(self.parent.publication(kind, content))
    }
}

fn shown(data: Map<String, Value>, id: Option<&str>) -> Value {
    let transient = match id {
        Some(id) => json!({ "display_id": id }),
        None => json!({}),
    };
    json!({ "data": data, "metadata": {}, "transient": transient })
}

/// The plain text and HTML of what has no other form, and so can be joined with its like.
fn lines(data: &Map<String, Value>) -> Option<(String, String)> {
    let text = |kind: &str| data.get(kind)?.as_str().map(str::to_owned);
    let both = (text("text/plain")?, text("text/html")?);
    (data.len() == 2).then_some(both)
}
