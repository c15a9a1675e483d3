//! Messages as they come in, and what answers them.

use jupyter_protocol::messaging::{Header, JupyterMessage, JupyterMessageContent, UnknownMessage};
use jupyter_zmq_client::RawMessage;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// The version of the protocol that is spoken.
pub const PROTOCOL: &str = "5.4";

/// What answers and outputs refer to: the message that asked.
#[derive(Clone, Debug)]
pub struct Parent(Option<Arc<Origin>>);

#[derive(Debug)]
struct Origin {
    header: Header,
    identities: Vec<Vec<u8>>,
}

/// A message of a client, its signature checked.
#[derive(Debug)]
pub struct Request {
    /// Where answers go.
    pub parent: Parent,
    /// What is asked.
    pub content: Value,
}

/// Why a message was dropped.
#[derive(Debug)]
pub struct Dropped(pub String);

impl Parent {
    /// For what nobody asked for.
    pub fn none() -> Self {
        Self(None)
    }

    /// The type of the message, such as `execute_request`.
    pub fn kind(&self) -> &str {
        self.0
            .as_ref()
            .map_or("", |origin| origin.header.msg_type.as_str())
    }

    /// Whether both are the same message.
    pub fn is(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }

    /// An answer for the one who asked.
    pub fn reply(&self, kind: &str, content: Value) -> JupyterMessage {
        let mut message = self.message(kind, content);
        if let Some(origin) = &self.0 {
            let identities = origin.identities.iter();
            message.zmq_identities = identities.map(|id| id.clone().into()).collect();
        }
        message
    }

    /// A message for everyone, under its type as topic.
    pub fn publication(&self, kind: &str, content: Value) -> JupyterMessage {
        let mut message = self.message(kind, content);
        message.zmq_identities = vec![kind.as_bytes().to_vec().into()];
        message
    }

    fn message(&self, kind: &str, content: Value) -> JupyterMessage {
        let content = JupyterMessageContent::UnknownMessage(UnknownMessage {
            msg_type: kind.to_owned(),
            content,
        });
        let mut message = JupyterMessage::new(content, None);
        message.header.version = PROTOCOL.to_owned();
        message.header.username = "kernel".to_owned();
        message.parent_header = self.0.as_ref().map(|origin| origin.header.clone());
        message
    }
}

impl Request {
    /// Reads a message whose signature was found good.
    pub fn read(raw: RawMessage) -> Result<Self, Dropped> {
        let unreadable = |what: &str, e: serde_json::Error| Dropped(format!("{what}: {e}"));
        let part = |index: usize| raw.jparts.get(index).map_or(&[][..], |part| &part[..]);
        let header: Header =
            serde_json::from_slice(part(0)).map_err(|e| unreadable("its header", e))?;
        let content = serde_json::from_slice(part(3)).map_err(|e| unreadable("its content", e))?;
        let identities = raw.zmq_identities.iter().map(|id| id.to_vec()).collect();
        Ok(Self {
            parent: Parent(Some(Arc::new(Origin { header, identities }))),
            content,
        })
    }

    /// Its type, such as `execute_request`.
    pub fn kind(&self) -> &str {
        self.parent.kind()
    }

    /// The content as what its type says it is; the reason when it is not.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_value(self.content.clone()).map_err(|e| e.to_string())
    }
}
