//! Diagnostics as HTML, for notebooks and pages.
//!
//! The text is that of [`plain`](super::plain) to the letter, so that what is copied from the
//! page can be pasted into a mail; only colours and underlines are added. Colours are those of
//! JupyterLab's theme, with fall-backs that can be read on white and on black.

use super::written;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;
use codespan_reporting::diagnostic as codespan;
use codespan_reporting::diagnostic::LabelStyle;
use codespan_reporting::term::WriteStyle;
use std::io::{Result, Write};

const ERROR: &str = "var(--jp-error-color1,#d64545)";
const WARNING: &str = "var(--jp-warn-color1,#c77700)";
const NOTE: &str = "var(--jp-info-color1,#2b88c4)";
const FAINT: &str = "opacity:.65";

const BLOCK: &str = "margin:.4em 0;padding:.2em .8em;border-left:3px solid";
/// The style of preformatted text that keeps its lines, in the page's own colours.
pub const PRE: &str = "margin:0;padding:0;border:0;background:transparent;color:inherit;\
                   font-family:var(--jp-code-font-family,monospace);\
                   font-size:var(--jp-code-font-size,13px);line-height:1.4;\
                   white-space:pre;overflow-x:auto";
const MORE: &str = "margin-top:.3em;font-size:90%;opacity:.75";

/// The diagnostics as a fragment of HTML, one block each, in the given order.
///
/// The fragment needs no style sheet and no script, and everything in it is escaped. Below each
/// block stands the line that shows the page of its code.
pub fn html(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|d| block(sources, d)).collect()
}

fn block(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let color = match diagnostic.severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
    };
    let text = written(sources, std::slice::from_ref(diagnostic), Page::default()).finish();
    let code = escape(&diagnostic.code);
    format!(
        "<div class=\"nasaic-diagnostic\" style=\"{BLOCK} {color}\">\
         <pre style=\"{PRE}\" title=\"nasaic explain {code}\">{}</pre>\
         <div style=\"{MORE}\"><code style=\"background:transparent;color:inherit\">\
         %explain {code}</code> tells more</div></div>\n",
        text.trim_end()
    )
}

/// The text with what HTML would read as its own replaced.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A page of text with styles, as the renderer of messages writes it.
#[derive(Default)]
struct Page {
    html: String,
    /// The bytes of a character that have been written so far.
    bytes: Vec<u8>,
    /// The style of what comes next, whose element is opened by the first character.
    next: Option<Style>,
    /// Whether an element is open.
    open: bool,
    /// Whether this line has a number, and so shows a line of the source.
    numbered: bool,
}

struct Style {
    css: String,
    /// Whether it marks the source, and not the line below.
    mark: bool,
}

impl Page {
    fn finish(mut self) -> String {
        self.close();
        self.html
    }

    fn style(&mut self, css: String, mark: bool) -> Result<()> {
        self.close();
        self.next = Some(Style { css, mark });
        Ok(())
    }

    fn close(&mut self) {
        self.next = None;
        if std::mem::take(&mut self.open) {
            self.html.push_str("</span>");
        }
    }

    fn write_text(&mut self, text: &str) {
        let Some(first) = text.chars().next() else {
            return;
        };
        if let Some(style) = self.next.take() {
            // The lines that join the ends of a long mark stand beside the source.
            let line = if style.mark && !"│╭╰─".contains(first) {
                ";text-decoration:underline"
            } else {
                ""
            };
            self.html
                .push_str(&format!("<span style=\"{}{line}\">", style.css));
            self.open = true;
        }
        self.html.push_str(&escape(text));
        if text.contains('\n') {
            self.numbered = false;
        }
    }
}

impl Write for Page {
    fn write(&mut self, buffer: &[u8]) -> Result<usize> {
        self.bytes.extend_from_slice(buffer);
        let bytes = std::mem::take(&mut self.bytes);
        match std::str::from_utf8(&bytes) {
            Ok(text) => self.write_text(text),
            // A character whose other bytes are still to come; no text here is anything else.
            Err(error) => {
                let (whole, rest) = bytes.split_at(error.valid_up_to());
                self.write_text(&String::from_utf8_lossy(whole));
                self.bytes = rest.to_vec();
            }
        }
        Ok(buffer.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

fn color(severity: codespan::Severity) -> &'static str {
    match severity {
        codespan::Severity::Bug | codespan::Severity::Error => ERROR,
        codespan::Severity::Warning => WARNING,
        codespan::Severity::Note | codespan::Severity::Help => NOTE,
    }
}

impl WriteStyle for Page {
    fn set_header(&mut self, severity: codespan::Severity) -> Result<()> {
        let css = format!("color:{};font-weight:bold", color(severity));
        self.style(css, false)
    }

    fn set_header_message(&mut self) -> Result<()> {
        self.style("font-weight:bold".to_owned(), false)
    }

    fn set_line_number(&mut self) -> Result<()> {
        self.numbered = true;
        self.style(FAINT.to_owned(), false)
    }

    fn set_note_bullet(&mut self) -> Result<()> {
        self.style(FAINT.to_owned(), false)
    }

    fn set_source_border(&mut self) -> Result<()> {
        self.style(FAINT.to_owned(), false)
    }

    fn set_label(&mut self, severity: codespan::Severity, label: LabelStyle) -> Result<()> {
        let color = match label {
            LabelStyle::Primary => color(severity),
            LabelStyle::Secondary => NOTE,
        };
        self.style(format!("color:{color};font-weight:bold"), self.numbered)
    }

    fn reset(&mut self) -> Result<()> {
        self.close();
        Ok(())
    }
}
