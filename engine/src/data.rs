//! A `data` block becomes a request for its samples, and the places where they may lie.

use nasaic_accuracy::data::{DataError, Format, Places, Request, Roots, Trouble};
use nasaic_accuracy::network::Shape;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::plan::{Block, Entry, Slot};
use nasaic_dsl::value::Value;
use std::path::Path;

/// What a `data` block says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSet {
    /// What is wanted of its files.
    pub request: Request,
    /// Where the files lie, from the folder of the script.
    pub folder: Option<String>,
    /// Where a package puts them, from a root of packages.
    pub package: Option<String>,
    /// Where it is published.
    pub source: Option<String>,
    /// Under which terms.
    pub licence: Option<String>,
}

impl DataSet {
    /// Reads a block with its changes; `name` is what messages call it.
    pub fn of(name: &str, block: &Block) -> Result<Self, DataError> {
        let refuse = |cause: &str, way_out: &str| DataError {
            trouble: Trouble::Unfit,
            place: format!("data {name}"),
            cause: cause.to_owned(),
            way_out: way_out.to_owned(),
        };
        let format = match field(block, "format") {
            Some(Value::Name(word)) => Format::of(word),
            _ => None,
        };
        let Some(format) = format else {
            let names = Format::ALL.map(Format::name).join(", ");
            let way_out = format!("write `format = …`, one of {names}");
            return Err(refuse(
                "it does not say how its files are laid out",
                &way_out,
            ));
        };
        let Some(shape) = field(block, "input").and_then(shape) else {
            let cause = "its `input` is no shape of pictures";
            return Err(refuse(
                cause,
                "give channels, rows and columns of one sample",
            ));
        };
        let count = |name: &str| field(block, name)?.as_u64()?.try_into().ok();
        let text = |name: &str| match field(block, name) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let mut request = Request::new(name, format, shape, count("classes").unwrap_or(0));
        request.train = count("train");
        request.test = count("test");
        request.tile = count("tile");
        request.limit_train = count("limit_train");
        request.limit_test = count("limit_test");
        request.get = text("get");
        Ok(Self {
            request,
            folder: text("folder"),
            package: text("package"),
            source: text("source"),
            licence: text("licence"),
        })
    }

    /// Where its files may lie; `script` is the folder of the script that declares it.
    pub fn places(&self, script: &Path, roots: &Roots) -> Places {
        let folder = self.folder.as_ref().map(|folder| script.join(folder));
        Places::of(
            &self.request.name,
            folder.as_deref(),
            self.package.as_deref(),
            roots,
        )
    }
}

/// A field's value; the last change of it wins.
fn field<'a>(block: &'a Block, name: &str) -> Option<&'a Value> {
    let changed = block.changes.iter().rev().find_map(|change| {
        let own = matches!(change.path.as_slice(), [step] if step.name == name);
        own.then_some(&change.slot)
    });
    let written = || {
        block.items.iter().find_map(|item| match item {
            Entry::Field(field) if field.name == name => Some(&field.slot),
            _ => None,
        })
    };
    match changed.or_else(written)? {
        Slot::Fixed(value) => Some(value),
        _ => None,
    }
}

/// Channels, rows and columns; what has no rows or columns has one.
fn shape(value: &Value) -> Option<Shape> {
    let Value::List(sizes) = value else {
        return None;
    };
    let size = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let sizes: Vec<usize> = sizes.iter().map(size).collect::<Option<_>>()?;
    let (channels, rows, columns) = match sizes.as_slice() {
        [channels] => (*channels, 1, 1),
        [channels, length] => (*channels, *length, 1),
        [channels, rows, columns] => (*channels, *rows, *columns),
        _ => return None,
    };
    Some(Shape {
        channels,
        rows,
        columns,
    })
}

/// The code of a data set's trouble.
pub fn code(error: &DataError) -> &'static str {
    match error.trouble {
        Trouble::Missing => "E0721",
        Trouble::Damaged | Trouble::Unfit => "E0722",
    }
}

/// A data set's trouble as a message with its code.
pub fn diagnostic(error: &DataError) -> Diagnostic {
    Diagnostic::new(code(error), format!("{}: {}", error.place, error.cause)).hint(&error.way_out)
}
