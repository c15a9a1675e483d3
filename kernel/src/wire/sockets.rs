//! The five sockets of a kernel.

use super::message::Request;
use jupyter_protocol::ConnectionInfo;
use jupyter_protocol::messaging::JupyterMessage;
use jupyter_zmq_client::{
    Connection, KernelHeartbeatConnection, KernelIoPubXPubConnection, KernelStdinConnection,
    RawMessage, RouterRecvConnection, RouterSendConnection, RuntimeError,
    create_kernel_control_connection, create_kernel_heartbeat_connection,
    create_kernel_iopub_xpub_connection, create_kernel_shell_connection,
    create_kernel_stdin_connection,
};
use std::path::Path;
use tokio::sync::mpsc;
use zeromq::SocketRecv;

/// Sockets that are bound.
pub struct Sockets {
    /// Requests about code.
    pub shell: (Receiver, Replier),
    /// Requests that must not wait: interrupt, shutdown.
    pub control: (Receiver, Replier),
    /// What everyone hears.
    pub iopub: KernelIoPubXPubConnection,
    /// Whether the kernel is there.
    pub heartbeat: KernelHeartbeatConnection,
    /// Bound because clients connect to it; nothing is ever asked of the user.
    pub stdin: KernelStdinConnection,
}

/// Where requests come in.
pub struct Receiver(RouterRecvConnection);

/// Where answers go out; any thread may answer.
#[derive(Clone, Debug)]
pub struct Replier(mpsc::UnboundedSender<JupyterMessage>);

impl Sockets {
    /// Binds the sockets that a connection file names.
    pub async fn bind(file: &Path) -> Result<Self, String> {
        let name = file.display();
        let text =
            std::fs::read_to_string(file).map_err(|e| format!("`{name}` cannot be read: {e}"))?;
        let info: ConnectionInfo = serde_json::from_str(&text)
            .map_err(|e| format!("`{name}` is not a connection file: {e}"))?;
        if !info.key.is_empty() && info.signature_scheme != "hmac-sha256" {
            let scheme = &info.signature_scheme;
            return Err(format!(
                "messages signed by `{scheme}` cannot be checked; hmac-sha256 can"
            ));
        }
        Self::of(&info)
            .await
            .map_err(|e| format!("the sockets of `{name}` cannot be bound: {e}"))
    }

    async fn of(info: &ConnectionInfo) -> jupyter_zmq_client::Result<Self> {
        let session = uuid::Uuid::new_v4().to_string();
        let shell = create_kernel_shell_connection(info, &session).await?;
        let control = create_kernel_control_connection(info, &session).await?;
        Ok(Self {
            iopub: create_kernel_iopub_xpub_connection(info, &session).await?,
            stdin: create_kernel_stdin_connection(info, &session).await?,
            shell: halves(shell.split()),
            control: halves(control.split()),
            // Last: who hears its beat may talk to all of them.
            heartbeat: create_kernel_heartbeat_connection(info).await?,
        })
    }
}

fn halves((send, receive): (RouterSendConnection, RouterRecvConnection)) -> (Receiver, Replier) {
    let (replies, waiting) = mpsc::unbounded_channel();
    tokio::spawn(answer(send, waiting));
    (Receiver(receive), Replier(replies))
}

async fn answer(
    mut socket: RouterSendConnection,
    mut waiting: mpsc::UnboundedReceiver<JupyterMessage>,
) {
    while let Some(message) = waiting.recv().await {
        // Who asked may have left.
        if let Err(error) = socket.send(message).await {
            log(&format!("an answer was not delivered: {error}"));
        }
    }
}

impl Receiver {
    /// The next message with a good signature; all others are dropped with a line in the log.
    /// None when the socket is gone.
    pub async fn next(&mut self) -> Option<Request> {
        let Connection { socket, mac, .. } = &mut self.0;
        loop {
            let parts = match socket.recv().await {
                Ok(parts) => parts,
                Err(zeromq::ZmqError::NoMessage) => return None,
                Err(error) => {
                    log(&format!("a broken message was dropped: {error}"));
                    continue;
                }
            };
            let raw = match RawMessage::from_multipart(parts, mac) {
                Ok(raw) => raw,
                Err(error) => {
                    log(&format!("a message was dropped; {}", unfit(&error)));
                    continue;
                }
            };
            match Request::read(raw) {
                Ok(request) => return Some(request),
                Err(reason) => log(&format!("a message was dropped; {}", reason.0)),
            }
        }
    }
}

fn unfit(error: &RuntimeError) -> String {
    match error {
        RuntimeError::VerifyError(_) => "its signature is wrong".to_owned(),
        other => other.to_string(),
    }
}

impl Replier {
    /// Sends an answer.
    pub fn send(&self, message: JupyterMessage) {
        // Without a socket nobody listens any more.
        let _ = self.0.send(message);
    }
}

/// Jupyter shows what a kernel writes here in its own log.
pub fn log(text: &str) {
    eprintln!("nasaic-kernel: {text}");
}
