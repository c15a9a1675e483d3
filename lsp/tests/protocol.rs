//! The server over pipes, in raw JSON-RPC, as an editor talks to it.

#![allow(
    clippy::unwrap_used,
    reason = "a test that finds nothing has failed, and may say so by panicking"
)]

use nasaic_dsl::backend::NoBackend;
use nasaic_dsl::schema::Schemas;
use nasaic_dsl::world::{Memory, World};
use nasaic_lsp::{Failure, Tools, serve};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Read, Write, pipe};
use std::path::Path;
use std::thread::{self, JoinHandle};

/// An editor with its server on a thread.
struct Editor {
    to: PipeWriter,
    from: BufReader<PipeReader>,
    server: JoinHandle<Result<(), Failure>>,
    asked: u64,
}

impl Editor {
    fn start() -> Self {
        let (input, to) = pipe().unwrap();
        let (from, output) = pipe().unwrap();
        let server = thread::spawn(move || {
            let schemas = Schemas::new(Vec::new());
            let tools = Tools {
                schemas: &schemas,
                backend: &NoBackend,
                world: &|_: &Path| -> Box<dyn World> {
                    let other = "network other { input = [1, 8, 8], dense { units = 2 } }\n";
                    Box::new(Memory::default().with("/lab/parts.nasaic", other))
                },
            };
            serve(BufReader::new(input), output, &tools)
        });
        let mut editor = Self {
            to,
            from: BufReader::new(from),
            server,
            asked: 0,
        };
        editor.ask("initialize", json!({ "capabilities": {} }));
        editor.tell("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.to.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.from.read_line(&mut line).unwrap();
            match line.trim_end() {
                "" => break,
                header => {
                    if let Some(n) = header.strip_prefix("Content-Length: ") {
                        length = n.parse().unwrap();
                    }
                }
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// The whole response; messages about texts that come before it are left out.
    fn response(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == json!(id) {
                return message;
            }
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let response = self.response(method, params);
        assert!(response["error"].is_null(), "{response}");
        response["result"].clone()
    }

    fn open(&mut self, text: &str) {
        let document = json!({ "uri": URI, "languageId": "nasaic", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn change(&mut self, version: i32, text: &str) {
        let document = json!({ "uri": URI, "version": version });
        let changes = json!([{ "text": text }]);
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.tell("textDocument/didChange", params);
    }

    /// The next messages about the text.
    fn diagnostics(&mut self) -> Value {
        loop {
            let message = self.receive();
            if message["method"] == "textDocument/publishDiagnostics" {
                return message["params"].clone();
            }
        }
    }

    /// Asks about a place in the text, counted as editors do.
    fn at(&mut self, what: &str, line: u32, character: u32) -> Value {
        let place = json!({ "line": line, "character": character });
        let params = json!({ "textDocument": { "uri": URI }, "position": place });
        self.ask(&format!("textDocument/{what}"), params)
    }

    fn end(mut self) -> Result<(), Failure> {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.server.join().unwrap()
    }
}

const URI: &str = "file:///lab/lab.nasaic";

#[test]
fn mistakes_are_told_when_a_text_is_opened_and_when_it_changes() {
    let mut editor = Editor::start();
    // The µ before the mistake is one UTF-16 unit but two bytes.
    editor.open("let t = 3 µs\nlet x = 3 µs + 3 J\n");
    let told = editor.diagnostics();
    assert_eq!(told["uri"], URI);
    let first = &told["diagnostics"][0];
    assert_eq!(first["code"], "E0301", "{told}");
    assert_eq!(first["severity"], 1);
    assert_eq!(first["range"]["start"]["line"], 1);
    assert!(
        first["range"]["end"]["character"].as_u64().unwrap() <= 18,
        "{told}"
    );
    editor.change(2, "let x = 3 µs + 3\n");
    editor.change(3, "let x = 3 µs + 3 ms\n");
    // Typing is not commented on: the first state is passed over.
    let told = editor.diagnostics();
    assert_eq!(told["version"], 3);
    assert_eq!(told["diagnostics"], json!([]));
    editor.end().unwrap();
}

#[test]
fn completion_works_in_a_text_that_is_wrong() {
    let mut editor = Editor::start();
    editor.open("// ö𝕏\nuse parts.{other}\nnetwork a {\n  pool { kind = av }\nlet y = layers(ot\n");
    editor.diagnostics();
    let items = editor.at("completion", 3, 18);
    assert_eq!(items[0]["label"], "average", "{items}");
    let edit = json!({
        "newText": "average",
        "range": { "start": { "line": 3, "character": 16 }, "end": { "line": 3, "character": 18 } },
    });
    assert_eq!(items[0]["textEdit"], edit);
    // A name of another file of the user.
    let items = editor.at("completion", 4, 17);
    assert_eq!(items[0]["label"], "other", "{items}");
    assert_eq!(items[0]["detail"], "network");
    editor.end().unwrap();
}

#[test]
fn words_are_explained() {
    let mut editor = Editor::start();
    editor.open("network a { conv { filters = 8, kernel = 3 } }\n");
    let hover = editor.at("hover", 0, 21);
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.contains("Output channels"), "{text}");
    assert_eq!(hover["range"]["start"]["character"], 19);
    assert_eq!(editor.at("hover", 0, 0)["range"]["end"]["character"], 7);
    assert_eq!(editor.at("hover", 5, 0), Value::Null);
    editor.end().unwrap();
}

#[test]
fn names_lead_to_their_declarations() {
    let mut editor = Editor::start();
    editor.open("use std.nets.{vgg16}\nlet n = 4\nlet m = n\nlayers(vgg16)\n");
    let here = editor.at("definition", 2, 8);
    assert_eq!(here["uri"], URI);
    assert_eq!(here["range"]["start"], json!({ "line": 1, "character": 4 }));
    let library = editor.at("definition", 3, 9);
    let path = library["uri"]
        .as_str()
        .unwrap()
        .strip_prefix("file://")
        .unwrap()
        .to_owned();
    let text = std::fs::read_to_string(&path).unwrap();
    let line = library["range"]["start"]["line"].as_u64().unwrap() as usize;
    assert!(
        text.lines().nth(line).unwrap().starts_with("network vgg16"),
        "{library}"
    );
    editor.end().unwrap();
    // The copies vanish with the server.
    assert!(!Path::new(&path).exists());
}

#[test]
fn a_text_is_laid_out_and_outlined() {
    let mut editor = Editor::start();
    let params = json!({ "textDocument": { "uri": URI }, "options": { "tabSize": 2, "insertSpaces": true } });
    editor.open("network   a { conv c {filters=8,kernel=3} }\nlet x=3\n");
    let edits = editor.ask("textDocument/formatting", params.clone());
    assert!(
        edits[0]["newText"].as_str().unwrap().contains("let x = 3"),
        "{edits}"
    );
    assert_eq!(
        edits[0]["range"]["end"],
        json!({ "line": 2, "character": 0 })
    );
    let outline = editor.ask(
        "textDocument/documentSymbol",
        json!({ "textDocument": { "uri": URI } }),
    );
    assert_eq!(outline[0]["name"], "a");
    assert_eq!(outline[0]["children"][0]["name"], "c");
    assert_eq!(outline[1]["detail"], "let");
    editor.change(2, "network {{{\n");
    assert_eq!(editor.ask("textDocument/formatting", params), json!([]));
    editor.end().unwrap();
}

#[test]
fn what_it_does_not_understand_is_refused_and_nothing_breaks() {
    let mut editor = Editor::start();
    let unknown = editor.response("textDocument/rename", json!({}));
    assert_eq!(unknown["error"]["code"], -32601);
    let wrong = editor.response("textDocument/hover", json!({ "position": "here" }));
    assert_eq!(wrong["error"]["code"], -32602);
    editor.tell("textDocument/didOpen", json!({ "textDocument": 3 }));
    editor.tell("$/whatever", json!(null));
    // Of a text that is not open nothing is known.
    assert_eq!(editor.at("completion", 0, 0), Value::Null);
    editor.end().unwrap();
}

#[test]
fn an_editor_that_vanishes_ends_the_server() {
    let editor = Editor::start();
    drop(editor.to);
    assert!(matches!(editor.server.join().unwrap(), Err(Failure::Gone)));
}
