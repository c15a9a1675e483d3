//! The two outputs of the program: what was asked for, and what is said about it.
//!
//! In a stream of JSON both become objects on the standard output, one a line.

use super::args::Color;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::render;
use nasaic_dsl::source::Sources;
use serde_json::{Value, json};
use std::io::{self, ErrorKind, IsTerminal, Write};

/// Where text goes.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    color: bool,
    /// Whether what was asked for may be in colour, too.
    output_color: bool,
    stream: bool,
    /// Whether the work goes on when nobody reads the standard output any more.
    persistent: bool,
}

impl Console {
    /// Text for a reader.
    pub fn new(color: Color) -> Self {
        let wanted = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && allows_color(),
        };
        Self {
            color: wanted(io::stderr().is_terminal()),
            output_color: wanted(io::stdout().is_terminal()),
            stream: false,
            persistent: false,
        }
    }

    /// One JSON object a line from now on.
    pub fn stream(&mut self) {
        self.stream = true;
    }

    /// Goes on without a reader, because files are written, too.
    pub fn persist(&mut self) {
        self.persistent = true;
    }

    /// Whether what was asked for may be printed in colour.
    pub fn colors_output(&self) -> bool {
        self.output_color
    }

    /// Whether the output is a stream of JSON.
    pub fn is_stream(&self) -> bool {
        self.stream
    }

    /// Prints what was asked for, as it is.
    pub fn print(&self, text: &str) {
        let mut out = io::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            self.not_printed(&error);
        }
    }

    /// A reader who has seen enough, such as `head`, ends the program quietly.
    fn not_printed(&self, error: &io::Error) {
        if self.persistent {
            return;
        }
        if error.kind() == ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        self.note(&format!("the output cannot be written: {error}"));
        std::process::exit(1);
    }

    /// Prints one object of a stream.
    pub fn object(&self, kind: &str, mut fields: Value) {
        fields["type"] = json!(kind);
        self.print(&format!("{fields}\n"));
    }

    /// Says a sentence to the reader; a stream of JSON has no place for it.
    pub fn note(&self, text: &str) {
        if !self.stream {
            // Nothing can be said when even this fails.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// Tells errors and warnings.
    pub fn tell(&self, sources: &Sources, diagnostics: &[Diagnostic]) {
        if diagnostics.is_empty() {
            return;
        }
        if !self.stream {
            let text = if self.color {
                render::ansi(sources, diagnostics)
            } else {
                render::plain(sources, diagnostics)
            };
            let _ = io::stderr().write_all(text.as_bytes());
            return;
        }
        for diagnostic in diagnostics {
            let kind = if diagnostic.is_error() {
                "error"
            } else {
                "warning"
            };
            if let Value::Array(rendered) = render::json(sources, std::slice::from_ref(diagnostic))
            {
                rendered
                    .into_iter()
                    .for_each(|fields| self.object(kind, fields));
            }
        }
    }
}

/// The convention of no-color.org: any value that is not empty.
fn allows_color() -> bool {
    let forbidden = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
    !forbidden && !dumb
}
