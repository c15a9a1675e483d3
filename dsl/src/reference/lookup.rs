//! `nasaic doc NAME`: whatever a name stands for.

use super::{algorithm_text, field_text, function_text, kind_text};
use crate::functions;
use crate::schema::Schemas;
use crate::source::SourceId;
use crate::syntax::tree::ItemKind;
use crate::{units, world};

/// All that is known about a name: a kind, `kind.field`, an algorithm, a function, a metric, a
/// unit, or a name of the library such as `vgg16`, `std.nets.vgg16` or `std.nets`.
pub fn doc(schemas: &Schemas, name: &str) -> Option<String> {
    let found: Vec<String> = [
        schemas
            .kind(name)
            .map(|k| format!("`{name}` is a kind of block.\n\n{}", kind_text(k, "list"))),
        field(schemas, name),
        schemas
            .algorithm(name)
            .map(|a| format!("`{name}` is an algorithm.\n\n{}", algorithm_text(a))),
        function(name),
        metric(name),
        unit(name),
        library(name),
        folder(name),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!found.is_empty()).then(|| found.join("\n"))
}

/// Every form of a function.
fn function(name: &str) -> Option<String> {
    let forms: Vec<String> = functions::forms(name).map(function_text).collect();
    (!forms.is_empty()).then(|| format!("`{name}` is a function.\n\n{}", forms.join("\n")))
}

fn field(schemas: &Schemas, name: &str) -> Option<String> {
    let (kind, field) = name.split_once('.')?;
    let own = schemas.kind(kind).and_then(|k| k.field(field));
    let option = || {
        schemas
            .algorithm(kind)
            .and_then(|a| a.options.iter().find(|o| o.name == field))
    };
    let field = own.or_else(option)?;
    Some(format!("A field of `{kind}`.\n\n{}\n", field_text(field)))
}

/// What a metric means, for each thing that has it.
pub(crate) fn metric(name: &str) -> Option<String> {
    let lines: Vec<String> = functions::columns_of()
        .into_iter()
        .filter_map(|(of, columns)| {
            let c = columns.into_iter().find(|c| c.name == name)?;
            Some(format!(
                "- of a {of}: {} It is {}.\n",
                c.doc,
                c.ty.describe()
            ))
        })
        .collect();
    (!lines.is_empty()).then(|| format!("`{name}` is a metric.\n\n{}", lines.concat()))
}

fn unit(name: &str) -> Option<String> {
    let scale = units::parse(name).filter(|_| !name.is_empty())?;
    let base = scale.dim.base_unit();
    let size = units::number(scale.to_base(1.0));
    Some(format!(
        "`{name}` is a unit of {}: 1 {name} = {size} {base}.\n",
        scale.dim
    ))
}

/// The modules of a folder of the library, each with the first line of what it says of itself.
fn folder(name: &str) -> Option<String> {
    let within = format!("{}/", name.replace('.', "/"));
    let lines: Vec<String> = world::embedded_paths()
        .into_iter()
        .filter(|path| path.starts_with(&within))
        .filter_map(|path| {
            let (file, _) = crate::syntax::parse(SourceId(u32::MAX), world::embedded(&path)?);
            let module = path.trim_end_matches(".nasaic").replace('/', ".");
            let first = file.doc.as_deref()?.lines().next()?;
            Some(format!("- `{module}`: {first}\n"))
        })
        .collect();
    (!lines.is_empty())
        .then(|| format!("`{name}` is a folder of the library.\n\n{}", lines.concat()))
}

/// What the library says about one of its modules, by its name or its path.
pub(crate) fn library(name: &str) -> Option<String> {
    let path = world::embedded_paths().into_iter().find(|path| {
        let dotted = path.trim_end_matches(".nasaic").replace('/', ".");
        dotted == name || dotted.rsplit('.').next() == Some(name)
    })?;
    let (file, _) = crate::syntax::parse(SourceId(u32::MAX), world::embedded(&path)?);
    let (folder, last) = path.trim_end_matches(".nasaic").rsplit_once('/')?;
    let mut out = format!(
        "`{last}` is in the library: `use {}.{{{last}}}`.\n",
        folder.replace('/', ".")
    );
    let own = file.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Block(b) if b.label.as_ref().is_some_and(|l| l.text == last) => {
            item.doc.as_deref()
        }
        _ => None,
    });
    for text in file.doc.as_deref().into_iter().chain(own) {
        out.push_str(&format!("\n{text}\n"));
    }
    Some(out)
}
