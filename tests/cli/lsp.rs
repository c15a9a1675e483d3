//! The language server as an editor starts it.

use crate::scratch::Scratch;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

/// The program with its pipes.
fn start(scratch: &Scratch) -> Child {
    Command::new(env!("CARGO_BIN_EXE_nasaic"))
        .args(["lsp", "--stdio"])
        .current_dir(scratch.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn send(to: &mut impl Write, message: &Value) {
    let body = message.to_string();
    write!(to, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    to.flush().unwrap();
}

/// The next message for which `wanted` holds.
fn receive(from: &mut impl BufRead, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let mut header = String::new();
        from.read_line(&mut header).unwrap();
        let length = header.trim().strip_prefix("Content-Length: ").unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        from.read_line(&mut header).unwrap();
        from.read_exact(&mut body).unwrap();
        let message = serde_json::from_slice(&body).unwrap();
        if wanted(&message) {
            return message;
        }
    }
}

#[test]
fn an_editor_is_served_with_the_strategies_of_the_build_and_the_files_beside() {
    let scratch = Scratch::frugal("").with("lab.nasaic", "");
    let uri = format!("file://{}", scratch.path("lab.nasaic").display());
    let text = "use frugal.{frugal}\nstrategy s { algorithm = reinf }\nlet x = 3 J + 3 s\n";
    let mut child = start(&scratch);
    let mut to = child.stdin.take().unwrap();
    let mut from = BufReader::new(child.stdout.take().unwrap());
    let request = |id: u32, method: &str, params: Value| json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    send(
        &mut to,
        &request(1, "initialize", json!({ "capabilities": {} })),
    );
    let hello = receive(&mut from, |m| m["id"] == 1);
    assert_eq!(hello["result"]["serverInfo"]["name"], "nasaic");
    let document = json!({ "uri": uri, "languageId": "nasaic", "version": 1, "text": text });
    let open = json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } });
    send(&mut to, &open);
    let told = receive(&mut from, |m| {
        m["method"] == "textDocument/publishDiagnostics"
    });
    let codes: Vec<&str> = told["params"]["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|d| d["code"].as_str())
        .collect();
    assert_eq!(codes, ["E0201", "E0301"], "{told}");
    let place =
        json!({ "textDocument": { "uri": uri }, "position": { "line": 1, "character": 30 } });
    send(&mut to, &request(2, "textDocument/completion", place));
    let answer = receive(&mut from, |m| m["id"] == 2);
    assert_eq!(answer["result"][0]["label"], "reinforce", "{answer}");
    let place =
        json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 14 } });
    send(&mut to, &request(3, "textDocument/definition", place));
    let answer = receive(&mut from, |m| m["id"] == 3);
    let target = answer["result"]["uri"].as_str().unwrap();
    assert!(target.ends_with("/frugal.nasaic"), "{answer}");
    send(&mut to, &request(4, "shutdown", Value::Null));
    receive(&mut from, |m| m["id"] == 4);
    send(&mut to, &json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
