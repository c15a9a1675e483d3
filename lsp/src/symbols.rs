//! The declarations of a text, as an outline.

use crate::positions;
use lsp_types::{DocumentSymbol, SymbolKind};
use nasaic_dsl::source::{SourceId, Span};
use nasaic_dsl::syntax;
use nasaic_dsl::syntax::tree::{Item, ItemKind, Name};

/// The blocks, values, choices and scripts of a text, inner blocks below outer ones.
pub fn symbols(text: &str) -> Vec<DocumentSymbol> {
    let (file, _) = syntax::parse(SourceId(0), text);
    of_items(text, &file.items)
}

fn of_items(text: &str, items: &[Item]) -> Vec<DocumentSymbol> {
    items
        .iter()
        .filter_map(|item| of_item(text, item))
        .collect()
}

fn of_item(text: &str, item: &Item) -> Option<DocumentSymbol> {
    let one = |name: &Name, detail: &str, kind| Some(symbol(text, item, name, (detail, kind)));
    match &item.kind {
        ItemKind::Block(block) => {
            let name = block.label.as_ref().unwrap_or(&block.kind);
            let inner = of_items(text, block.body.as_deref().unwrap_or_default());
            let mut out = symbol(text, item, name, (&block.kind.text, SymbolKind::STRUCT));
            out.children = (!inner.is_empty()).then_some(inner);
            Some(out)
        }
        ItemKind::Let { name, .. } => one(name, "let", SymbolKind::VARIABLE),
        ItemKind::Choose { name, .. } => one(name, "choose", SymbolKind::ENUM),
        ItemKind::Script { name, .. } => one(name, "script", SymbolKind::FUNCTION),
        _ => None,
    }
}

#[allow(deprecated, reason = "the field `deprecated` must be given")]
fn symbol(
    text: &str,
    item: &Item,
    name: &Name,
    (detail, kind): (&str, SymbolKind),
) -> DocumentSymbol {
    let range = |span: Span| positions::range(text, span.start as usize..span.end as usize);
    DocumentSymbol {
        name: name.text.clone(),
        detail: Some(detail.to_owned()),
        kind,
        tags: None,
        deprecated: None,
        range: range(item.span),
        selection_range: range(name.span),
        children: None,
    }
}
