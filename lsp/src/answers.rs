//! Completions, hovers, definitions and layouts as the protocol wants them.

use crate::documents::Document;
use crate::library::Library;
use crate::{Tools, positions, uri};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, Hover, HoverContents,
    Location, MarkupContent, MarkupKind, Position, TextEdit,
};
use nasaic_dsl::assist::{self, Completion, CompletionKind, Known};
use nasaic_dsl::source::SourceId;
use nasaic_dsl::{syntax, world};
use std::path::Path;

fn known<'a>(tools: &Tools<'a>, document: &'a Document) -> Known<'a> {
    Known {
        schemas: tools.schemas,
        program: &document.program,
    }
}

/// What may stand at a position; the list keeps its order.
pub fn completions(tools: &Tools<'_>, document: &Document, at: Position) -> Vec<CompletionItem> {
    let text = &document.text;
    let offset = positions::offset(text, at);
    let found = assist::complete(known(tools, document), text, offset);
    let range = positions::range(text, found.range);
    let items = found.items.iter().enumerate();
    items
        .map(|(index, item)| completion(index, item, range))
        .collect()
}

fn completion(index: usize, item: &Completion, range: lsp_types::Range) -> CompletionItem {
    CompletionItem {
        label: item.insert.trim().trim_end_matches(" =").to_owned(),
        kind: Some(match item.kind {
            CompletionKind::Block => CompletionItemKind::CLASS,
            CompletionKind::Field => CompletionItemKind::FIELD,
            CompletionKind::Value => CompletionItemKind::ENUM_MEMBER,
            CompletionKind::Unit => CompletionItemKind::UNIT,
            CompletionKind::Name => CompletionItemKind::VARIABLE,
            CompletionKind::Function => CompletionItemKind::FUNCTION,
            CompletionKind::Member => CompletionItemKind::PROPERTY,
            CompletionKind::Module => CompletionItemKind::MODULE,
            CompletionKind::Keyword => CompletionItemKind::KEYWORD,
            CompletionKind::Code => CompletionItemKind::REFERENCE,
        }),
        detail: Some(item.detail.clone()).filter(|d| !d.is_empty()),
        documentation: (!item.doc.is_empty()).then(|| {
            Documentation::MarkupContent(MarkupContent {
                kind: MarkupKind::Markdown,
                value: item.doc.clone(),
            })
        }),
        sort_text: Some(format!("{index:05}")),
        filter_text: Some(item.insert.clone()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(
            range,
            item.insert.clone(),
        ))),
        ..CompletionItem::default()
    }
}

/// What stands at a position.
pub fn hover(tools: &Tools<'_>, document: &Document, at: Position) -> Option<Hover> {
    let offset = positions::offset(&document.text, at);
    let found = assist::hover(known(tools, document), &document.text, offset)?;
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent {
            kind: MarkupKind::Markdown,
            value: found.markdown,
        }),
        range: Some(positions::range(&document.text, found.range)),
    })
}

/// Where the name at a position is declared: in the text, in a file, or in the library, whose
/// texts are written to a folder of their own.
pub fn definition(
    tools: &Tools<'_>,
    document: &Document,
    at: Position,
    library: &mut Library,
) -> Option<Location> {
    let offset = positions::offset(&document.text, at);
    let found = assist::definition(known(tools, document), &document.text, offset)?;
    let Some(origin) = found.origin else {
        let range = positions::range(&document.text, found.range);
        return Some(Location::new(document.uri.clone(), range));
    };
    let range = positions::range(&origin.text, found.range);
    let uri = if world::embedded(&origin.name).is_some() {
        library.file(&origin.name, &origin.text).ok()??
    } else {
        let path = Path::new(&origin.name);
        uri::of_path(path).filter(|_| path.exists())?
    };
    Some(Location::new(uri, range))
}

/// The edits that bring a text into the canonical layout; none when it is in it. A text that
/// cannot be read stays as it is: its messages say why.
pub fn layout(document: &Document) -> Vec<TextEdit> {
    let text = &document.text;
    match syntax::format(SourceId(0), text) {
        Ok(laid_out) if laid_out != *text => {
            vec![TextEdit::new(
                positions::range(text, 0..text.len()),
                laid_out,
            )]
        }
        _ => Vec::new(),
    }
}
