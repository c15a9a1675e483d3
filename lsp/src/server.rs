//! From messages to answers.

use crate::documents::Documents;
use crate::library::Library;
use crate::{Tools, answers, messages, symbols};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CompletionOptions, CompletionParams, DidChangeTextDocumentParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DocumentFormattingParams, DocumentSymbolParams,
    GotoDefinitionParams, HoverParams, HoverProviderCapability, OneOf, PublishDiagnosticsParams,
    ServerCapabilities, TextDocumentPositionParams, TextDocumentSyncCapability,
    TextDocumentSyncKind, Uri,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::io::{self, BufRead, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;

/// Why a server ended before it was asked to.
#[derive(Debug)]
pub enum Failure {
    /// A stream broke.
    Stream(io::Error),
    /// The client went away without `shutdown` and `exit`.
    Gone,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stream(e) => write!(f, "the connection broke: {e}"),
            Self::Gone => f.write_str("the editor went away without saying so"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}

/// Serves one editor until it says `exit`.
pub fn serve(
    input: impl BufRead + Send + 'static,
    output: impl Write,
    tools: &Tools<'_>,
) -> Result<(), Failure> {
    let received = reader(input);
    let mut server = Server {
        output,
        tools,
        documents: Documents::default(),
        library: Library::default(),
        state: State::New,
    };
    loop {
        let message = match server.documents.wait() {
            None => received.recv().map_err(|_| Failure::Gone)?,
            Some(wait) => match received.recv_timeout(wait) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => {
                    server.check()?;
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return Err(Failure::Gone),
            },
        };
        match message? {
            Message::Request(request) => server.answer(request)?,
            Message::Notification(n) if n.method == "exit" => {
                return match server.state {
                    State::Ending => Ok(()),
                    _ => Err(Failure::Gone),
                };
            }
            Message::Notification(notification) => server.note(notification)?,
            Message::Response(_) => {}
        }
    }
}

/// A thread that reads messages, so that a check can wait for a pause.
fn reader(mut input: impl BufRead + Send + 'static) -> Receiver<io::Result<Message>> {
    let (send, receive) = channel();
    thread::spawn(move || {
        loop {
            let message = match Message::read(&mut input) {
                Ok(Some(message)) => Ok(message),
                Ok(None) => return,
                Err(error) => Err(error),
            };
            let broken = message.is_err();
            if send.send(message).is_err() || broken {
                return;
            }
        }
    });
    receive
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// `initialize` has not come.
    New,
    /// At work.
    Ready,
    /// `shutdown` has come.
    Ending,
}

struct Server<'a, W> {
    output: W,
    tools: &'a Tools<'a>,
    documents: Documents,
    library: Library,
    state: State,
}

impl<W: Write> Server<'_, W> {
    fn answer(&mut self, request: Request) -> Result<(), Failure> {
        let id = request.id.clone();
        let response = match (self.state, request.method.as_str()) {
            (State::New, "initialize") => {
                self.state = State::Ready;
                Response::new_ok(id, welcome())
            }
            (State::New, _) => refused(id, ErrorCode::ServerNotInitialized, "not initialized"),
            (State::Ending, _) => refused(id, ErrorCode::InvalidRequest, "shutting down"),
            (State::Ready, "shutdown") => {
                self.state = State::Ending;
                Response::new_ok(id, Value::Null)
            }
            (State::Ready, _) => match self.asked(&request) {
                Ok(Some(result)) => Response::new_ok(id, result),
                Ok(None) => refused(id, ErrorCode::MethodNotFound, "not supported"),
                Err(error) => refused(id, ErrorCode::InvalidParams, &error.to_string()),
            },
        };
        Message::Response(response).write(&mut self.output)?;
        Ok(())
    }

    /// The answer to a question; `None` for one that this server does not know.
    fn asked(&mut self, request: &Request) -> Result<Option<Value>, serde_json::Error> {
        let params = &request.params;
        Ok(Some(match request.method.as_str() {
            "textDocument/completion" => {
                let p: CompletionParams = read(params)?;
                self.at(&p.text_document_position, |s, document, at| {
                    Some(answers::completions(s.tools, document, at))
                })?
            }
            "textDocument/hover" => {
                let p: HoverParams = read(params)?;
                self.at(&p.text_document_position_params, |s, document, at| {
                    answers::hover(s.tools, document, at)
                })?
            }
            "textDocument/definition" => {
                let p: GotoDefinitionParams = read(params)?;
                let place = p.text_document_position_params;
                let document = self.documents.get(&place.text_document.uri);
                let library = &mut self.library;
                let found = document
                    .and_then(|d| answers::definition(self.tools, d, place.position, library));
                serde_json::to_value(found)?
            }
            "textDocument/formatting" => {
                let p: DocumentFormattingParams = read(params)?;
                let document = self.documents.get(&p.text_document.uri);
                serde_json::to_value(document.map(answers::layout))?
            }
            "textDocument/documentSymbol" => {
                let p: DocumentSymbolParams = read(params)?;
                let document = self.documents.get(&p.text_document.uri);
                serde_json::to_value(document.map(|d| symbols::symbols(&d.text)))?
            }
            _ => return Ok(None),
        }))
    }

    /// An answer about a place in an open text; `null` when it is not open.
    fn at<T: Serialize>(
        &self,
        place: &TextDocumentPositionParams,
        answer: impl Fn(&Self, &crate::documents::Document, lsp_types::Position) -> Option<T>,
    ) -> Result<Value, serde_json::Error> {
        let document = self.documents.get(&place.text_document.uri);
        serde_json::to_value(document.and_then(|d| answer(self, d, place.position)))
    }

    fn note(&mut self, notification: Notification) -> Result<(), Failure> {
        // A notification has no answer, so one that makes no sense is passed over.
        let params = &notification.params;
        match notification.method.as_str() {
            "textDocument/didOpen" => {
                if let Ok(p) = read::<DidOpenTextDocumentParams>(params) {
                    let d = p.text_document;
                    self.documents.open(d.uri, d.version, d.text);
                }
            }
            "textDocument/didChange" => {
                if let Ok(p) = read::<DidChangeTextDocumentParams>(params)
                    && let Some(change) = p.content_changes.into_iter().last()
                {
                    let d = p.text_document;
                    self.documents.change(&d.uri, d.version, change.text);
                }
            }
            "textDocument/didClose" => {
                if let Ok(p) = read::<DidCloseTextDocumentParams>(params) {
                    self.documents.close(&p.text_document.uri);
                    self.forget(p.text_document.uri)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Tells what is wrong in the texts that are due.
    fn check(&mut self) -> Result<(), Failure> {
        for checked in self.documents.check(self.tools) {
            self.publish(&messages::published(&checked))?;
        }
        Ok(())
    }

    /// Messages about a closed text are no longer shown.
    fn forget(&mut self, uri: Uri) -> Result<(), Failure> {
        self.publish(&PublishDiagnosticsParams {
            uri,
            diagnostics: Vec::new(),
            version: None,
        })
    }

    fn publish(&mut self, params: &PublishDiagnosticsParams) -> Result<(), Failure> {
        let method = "textDocument/publishDiagnostics".to_owned();
        let notification = Notification::new(method, params);
        Message::Notification(notification).write(&mut self.output)?;
        Ok(())
    }
}

fn read<T: DeserializeOwned>(params: &Value) -> Result<T, serde_json::Error> {
    T::deserialize(params)
}

fn refused(id: RequestId, code: ErrorCode, message: &str) -> Response {
    Response::new_err(id, code as i32, message.to_owned())
}

/// What the server can do.
fn welcome() -> Value {
    let capabilities = ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([".", "{", "(", "="].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    };
    json!({
        "capabilities": capabilities,
        "serverInfo": { "name": "nasaic", "version": env!("CARGO_PKG_VERSION") },
    })
}
