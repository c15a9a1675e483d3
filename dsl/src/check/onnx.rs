//! `use "net.onnx" as net with { batch = 1 }`: a network of a file as a block of the language.

use super::Checker;
use super::Scope;
use super::modules::unreadable;
use super::program::State;
use crate::backend::NetworkFault;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::tree::{Item, ItemKind, Name, Text};
use crate::value::Value;
use crate::world;
use std::collections::BTreeMap;

/// The largest size that can be given.
const MOST: f64 = 1e12;

/// What stands behind the import.
#[derive(Default)]
struct Given {
    sizes: BTreeMap<String, u64>,
    lenient: bool,
}

impl Checker<'_> {
    /// The network of an ONNX file, declared in a module of its own.
    ///
    /// The module is called after the file, the name and the sizes, so that one file can be two
    /// networks; its text is what `nasaic import` prints.
    pub(super) fn onnx(
        &mut self,
        module: &str,
        path: &Text,
        name: &Name,
        with: &[Item],
    ) -> Result<State, Box<Diagnostic>> {
        let given = self.given(module, with)?;
        let place = self.beside(module, &path.value);
        let key = format!(
            "{} as {}{}",
            self.seen_from_script(&place),
            name.text,
            written(&given)
        );
        if !self.program.modules.contains_key(&key) {
            let bytes = world::data(self.world, &place);
            let bytes = bytes.map_err(|e| unreadable(&place, &e, path.span))?;
            let made = self
                .backend
                .network(&bytes, &name.text, &given.sizes, given.lenient)
                .map_err(|fault| Box::new(refused(&place, path, name, &given, fault)))?;
            if let Some(what) = made.warning {
                self.say(counted(&place, path.span, what));
            }
            self.enter(&key, None, &format!("{place}, imported"), &made.text);
        }
        Ok(State::Import {
            module: key,
            name: name.text.clone(),
        })
    }

    fn given(&mut self, module: &str, with: &[Item]) -> Result<Given, Box<Diagnostic>> {
        let scope = Scope {
            module: module.to_owned(),
            ..Scope::default()
        };
        let mut given = Given::default();
        for item in with {
            let ItemKind::Field { path, open, value } = &item.kind else {
                return Err(Box::new(no_size(item.span)));
            };
            let [segment] = path.segments.as_slice() else {
                return Err(Box::new(no_size(path.span)));
            };
            let name = &segment.name.text;
            let value_given = (!open).then(|| self.constant(&scope, value)).flatten();
            match value_given {
                Some(Value::Bool(lenient)) if name == "lenient" => given.lenient = lenient,
                Some(Value::Quantity(q)) if is_size(q.value) && name != "lenient" => {
                    given.sizes.insert(name.clone(), q.value as u64);
                }
                _ => return Err(Box::new(no_size(value.span))),
            }
        }
        Ok(given)
    }
}

fn is_size(n: f64) -> bool {
    (0.0..=MOST).contains(&n) && n.fract() == 0.0
}

/// The sizes as they stand behind the import.
fn written(given: &Given) -> String {
    let mut fields: Vec<String> = given
        .sizes
        .iter()
        .map(|(name, size)| format!("{name} = {size}"))
        .collect();
    if given.lenient {
        fields.push("lenient = true".into());
    }
    if fields.is_empty() {
        return String::new();
    }
    format!(" with {{ {} }}", fields.join(", "))
}

fn no_size(at: Span) -> Diagnostic {
    Diagnostic::new("E0303", "a size of a network is a whole number")
        .at(at, "no size")
        .hint("write `with { batch = 1 }`, and `lenient = true` to count unsupported operators as traffic")
}

fn refused(
    place: &str,
    path: &Text,
    name: &Name,
    given: &Given,
    fault: NetworkFault,
) -> Diagnostic {
    // Sizes that are missing, in a line that can be pasted.
    let hint = match fault.hint.strip_prefix("with { ") {
        Some(more) => {
            // A size that the hint gives anew stands there only.
            let kept = given
                .sizes
                .iter()
                .filter(|(n, _)| !more.contains(&format!("{n} = ")));
            let known: String = kept.map(|(n, size)| format!("{n} = {size}, ")).collect();
            format!(
                "write `use {:?} as {} with {{ {known}{more}`",
                path.value, name.text
            )
        }
        None => fault.hint,
    };
    Diagnostic::new(
        fault.code,
        format!("`{place}` cannot be imported: {}", fault.message),
    )
    .at(path.span, "imported here")
    .hint(hint)
}

fn counted(place: &str, at: Span, what: String) -> Diagnostic {
    Diagnostic::new("W0702", format!("`{place}` is not understood in whole"))
        .at(at, "some operators count as traffic")
        .note(what)
        .hint("their MACs are missing from every figure of this network")
}
