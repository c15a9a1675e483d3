//! The language's diagnostics as the protocol's.

use crate::documents::Checked;
use crate::{positions, uri};
use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString,
    PublishDiagnosticsParams, Range, Uri,
};
use nasaic_dsl::diagnostic::{self, Severity};
use nasaic_dsl::source::Span;
use std::path::Path;

/// All messages about a text.
pub fn published(checked: &Checked) -> PublishDiagnosticsParams {
    let all = checked.diagnostics.iter();
    PublishDiagnosticsParams {
        uri: checked.uri.clone(),
        version: Some(checked.version),
        diagnostics: all.map(|d| message(checked, d)).collect(),
    }
}

fn message(checked: &Checked, d: &diagnostic::Diagnostic) -> Diagnostic {
    let own = d.labels.iter().find(|l| l.span.source.0 == 0);
    let mut lines = vec![d.title.clone()];
    lines.extend(own.map(|l| l.text.clone()).filter(|t| !t.is_empty()));
    lines.extend(d.notes.iter().cloned());
    lines.extend(d.hint.iter().map(|hint| format!("help: {hint}")));
    let others = d.labels.iter().filter(|l| Some(*l) != own);
    let related: Vec<DiagnosticRelatedInformation> = others
        .filter_map(|l| {
            Some(DiagnosticRelatedInformation {
                location: location(checked, l.span)?,
                message: l.text.clone(),
            })
        })
        .collect();
    Diagnostic {
        // What is wrong in another file, or nowhere, is shown at the beginning.
        range: own.map_or_else(Range::default, |l| marked(checked, l.span)),
        severity: Some(match d.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(d.code.clone())),
        source: Some("nasaic".to_owned()),
        message: lines.join("\n"),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    }
}

fn marked(checked: &Checked, span: Span) -> Range {
    positions::range(&checked.text, span.start as usize..span.end as usize)
}

fn location(checked: &Checked, span: Span) -> Option<Location> {
    let source = checked.sources.get(span.source)?;
    let uri: Uri = if span.source.0 == 0 {
        checked.uri.clone()
    } else {
        let path = Path::new(&source.name);
        uri::of_path(path).filter(|_| path.exists())?
    };
    let range = positions::range(&source.text, span.start as usize..span.end as usize);
    Some(Location { uri, range })
}
