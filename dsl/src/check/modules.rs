//! Declarations and imports: which names a module has.

use super::Checker;
use super::names::written;
use super::program::{Decl, Declared, State};
use crate::diagnostic::Diagnostic;
use crate::names::{self, closest};
use crate::plan::{DataFile, Script};
use crate::schema::join_names;
use crate::source::Span;
use crate::syntax::tree::{File, Item, ItemKind, Name, Text, Use};
use crate::world::{self, ReadError};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Checker<'_> {
    /// Enters the names of a file; their content is looked at when first needed.
    pub(super) fn declare(&mut self, module: &str, dir: Option<String>, file: &Arc<File>) {
        let mut here: BTreeMap<String, Span> = BTreeMap::new();
        let entry = self.program.modules.entry(module.to_owned()).or_default();
        entry.dir = dir;
        for (index, item) in file.items.iter().enumerate() {
            for (name, state) in self.names_of(module, file, index, item) {
                self.hides_builtin(&name);
                if let Some(first) = here.get(&name.text) {
                    let first = *first;
                    self.say(twice(&name, first));
                    continue;
                }
                here.insert(name.text.clone(), name.span);
                let declared = Declared {
                    state,
                    at: name.span,
                    doc: item.doc.clone(),
                };
                if let Some(m) = self.program.modules.get_mut(module) {
                    m.names.insert(name.text.clone(), declared);
                }
            }
        }
    }

    fn names_of(
        &mut self,
        module: &str,
        file: &Arc<File>,
        index: usize,
        item: &Item,
    ) -> Vec<(Name, State)> {
        let pending = |name: &Name| vec![(name.clone(), State::Pending(Arc::clone(file), index))];
        match &item.kind {
            ItemKind::Let { name, .. }
            | ItemKind::Choose { name, .. }
            | ItemKind::Script { name, .. } => pending(name),
            ItemKind::Block(block) => match (self.top_block(block), &block.label) {
                (Some(name), _) => pending(&name),
                // The name is known, although nothing can be said about it.
                (None, Some(label)) => vec![(label.clone(), State::Ready(Decl::Broken))],
                (None, None) => Vec::new(),
            },
            ItemKind::Use(u) => self.import(module, u),
            ItemKind::Goal { .. } | ItemKind::Require(_) => {
                self.say(
                    Diagnostic::new("E0307", "a goal stands outside a problem")
                        .at(item.span, "belongs into a `problem`")
                        .hint("put it between the braces of `problem NAME { … }`"),
                );
                Vec::new()
            }
            // The reader has told that a field stands outside.
            ItemKind::Field { .. } | ItemKind::Expect { .. } | ItemKind::Show(_) => Vec::new(),
        }
    }

    pub(super) fn words(&self, span: Span) -> String {
        self.program.sources.slice(span).to_owned()
    }

    fn hides_builtin(&mut self, name: &Name) {
        let function = crate::functions::find(&name.text).is_some();
        let metric = crate::functions::columns_of()[0]
            .1
            .iter()
            .any(|c| c.name == name.text);
        if function || metric {
            let what = if function { "function" } else { "metric" };
            self.say(
                Diagnostic::new("W0204", format!("`{}` hides a built-in {what}", name.text))
                    .at(name.span, format!("also the name of a {what}"))
                    .hint(format!("choose another name, such as `my_{}`", name.text)),
            );
        }
    }

    fn import(&mut self, module: &str, u: &Use) -> Vec<(Name, State)> {
        match u {
            Use::Module { path, names } => self.import_module(module, path, names),
            Use::File { path, name, with } => {
                let state = self.import_file(module, path, name, with.as_deref());
                vec![(name.clone(), state)]
            }
            Use::Names { path, names } => {
                let whole = self.names_of_file(module, path);
                let whole = whole.map_err(|d| self.broken(*d));
                let mut state = |name: &Name| match &whole {
                    Ok(key) => self.imported(key, name),
                    Err(broken) => State::Ready(broken.clone()),
                };
                names.iter().map(|n| (n.clone(), state(n))).collect()
            }
        }
    }

    fn import_module(&mut self, module: &str, path: &[Name], names: &[Name]) -> Vec<(Name, State)> {
        let Some(last) = path.last() else {
            return Vec::new();
        };
        let span = path[0].span.to(last.span);
        let segments: Vec<&str> = path.iter().map(|n| n.text.as_str()).collect();
        if names.is_empty() {
            let state = match self.load(module, &segments, span) {
                Ok(key) => Decl::Module(key),
                Err(d) => self.broken(*d),
            };
            return vec![(last.clone(), State::Ready(state))];
        }
        let whole = self.load(module, &segments, span);
        let mut out = Vec::new();
        for name in names {
            let state = match &whole {
                Ok(key) => self.imported(key, name),
                Err(missing) => {
                    // Not a file, so perhaps a folder with a file for each name.
                    let mut longer = segments.clone();
                    longer.push(&name.text);
                    match self.load(module, &longer, name.span) {
                        Ok(key) => self.imported(&key, name),
                        Err(d) if d.code == "E0701" => {
                            let d = self.missing_module(module, &segments, name, missing, *d);
                            State::Ready(self.broken(d))
                        }
                        Err(d) => State::Ready(self.broken(*d)),
                    }
                }
            };
            out.push((name.clone(), state));
        }
        out
    }

    fn broken(&mut self, d: Diagnostic) -> Decl {
        if !self.diagnostics.contains(&d) {
            self.say(d);
        }
        Decl::Broken
    }

    /// A name of a loaded module, checked to be there.
    fn imported(&mut self, key: &str, name: &Name) -> State {
        let Some(module) = self.program.modules.get(key) else {
            return State::Ready(Decl::Broken);
        };
        if module.names.contains_key(&name.text) {
            return State::Import {
                module: key.to_owned(),
                name: name.text.clone(),
            };
        }
        let candidates: Vec<String> = module.names.keys().cloned().collect();
        let d = unknown_import(name, &written(key), &candidates);
        State::Ready(self.broken(d))
    }

    fn missing_module(
        &self,
        module: &str,
        segments: &[&str],
        name: &Name,
        whole: &Diagnostic,
        single: Diagnostic,
    ) -> Diagnostic {
        let folder = segments.join("/");
        match world::embedded_names(&folder) {
            Some(candidates) => unknown_import(name, &segments.join("."), &candidates),
            None if segments.len() == 1 || module.is_empty() => whole.clone(),
            None => single,
        }
    }

    /// Loads the module at a path and gives its key.
    fn load(
        &mut self,
        from: &str,
        segments: &[&str],
        span: Span,
    ) -> Result<String, Box<Diagnostic>> {
        let path = segments.join("/");
        let standard = matches!(segments.first(), Some(&"std" | &"templates"));
        let dir = if standard {
            None
        } else {
            Some(
                self.program
                    .modules
                    .get(from)
                    .and_then(|m| m.dir.clone())
                    .unwrap_or_default(),
            )
        };
        let place = match &dir {
            Some(d) if !d.is_empty() => format!("{d}/{path}"),
            _ => path.clone(),
        };
        let key = self.seen_from_script(&place);
        if let Some(at) = self.loading.iter().position(|k| *k == key) {
            let mut circle: Vec<String> = self.loading[at..].to_vec();
            circle.push(key);
            return Err(Box::new(
                Diagnostic::new("E0205", "modules use each other in a circle")
                    .at(span, "comes back to a module that is still being read")
                    .note(format!("The circle is {}.", circle.join(" → ")))
                    .hint("move what both need into a third file"),
            ));
        }
        if self.program.modules.contains_key(&key) && !key.is_empty() {
            return Ok(key);
        }
        let shown = format!("{place}.nasaic");
        let text = if standard {
            world::embedded(&shown)
                .map(str::to_owned)
                .ok_or_else(|| not_a_module(&path, span))?
        } else {
            self.read_text(&shown, span)?
        };
        self.enter(&key, dir.map(|_| parent(&shown)), &shown, &text);
        Ok(key)
    }

    /// Checks the text of a module and enters it under its key.
    pub(super) fn enter(&mut self, key: &str, dir: Option<String>, shown: &str, text: &str) {
        self.loading.push(key.to_owned());
        let source = self.program.sources.add(shown, text);
        let file = self.parsed(source, text);
        self.declare(key, dir, &file);
        for name in self.declared_by(&file) {
            self.decl(key, &name);
        }
        self.nameless_blocks(key, &file);
        self.loading.pop();
    }

    /// Loads a mapping file of MAESTRO as a module of dataflows and gives its key.
    fn mapping(&mut self, from: &str, path: &Text) -> Result<String, Box<Diagnostic>> {
        let place = self.beside(from, &path.value);
        let key = self.seen_from_script(&place);
        if self.program.modules.contains_key(&key) {
            return Ok(key);
        }
        let text = self.read_text(&place, path.span)?;
        match self.backend.dataflows(&text, &names::stem(&place)) {
            Ok(dataflows) => {
                self.enter(&key, None, &format!("{place}, imported"), &dataflows);
                Ok(key)
            }
            Err(fault) => {
                let source = self.program.sources.add(&place, &text);
                let d = fault.diagnostic(&self.program.sources, source);
                Err(Box::new(d.at(path.span, "imported here")))
            }
        }
    }

    /// The module of a file that one can import names from.
    fn names_of_file(&mut self, module: &str, path: &Text) -> Result<String, Box<Diagnostic>> {
        if ending(&path.value) == "m" {
            return self.mapping(module, path);
        }
        let whole = names::stem(&path.value);
        let d = Diagnostic::new("E0705", format!("`{}` has no names to import", path.value))
            .at(path.span, "only mapping files (`.m`) have names")
            .hint(format!(
                "give the whole a name: `use {:?} as {whole}`",
                path.value
            ));
        Err(Box::new(d))
    }

    /// A path as seen from the folder of the script, so that names in a plan do not depend on
    /// where the script lies.
    pub(super) fn seen_from_script(&self, place: &str) -> String {
        let root = self
            .program
            .modules
            .get("")
            .and_then(|m| m.dir.as_deref())
            .unwrap_or("");
        let inside = place
            .strip_prefix(root)
            .and_then(|rest| rest.strip_prefix('/'));
        inside
            .filter(|_| !root.is_empty())
            .unwrap_or(place)
            .to_owned()
    }

    /// A text file, or why it could not be read.
    pub(super) fn read_text(&self, path: &str, span: Span) -> Result<String, Box<Diagnostic>> {
        let bytes = self
            .world
            .read(path)
            .map_err(|e| Box::new(unreadable(path, &e, span)))?;
        String::from_utf8(bytes).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            Box::new(
                Diagnostic::new("E0705", format!("`{path}` is not UTF-8 text"))
                    .at(span, "read from here")
                    .note(format!("Byte {at} does not belong to any character."))
                    .hint("save the file as UTF-8"),
            )
        })
    }

    fn import_file(
        &mut self,
        module: &str,
        path: &Text,
        name: &Name,
        with: Option<&[Item]>,
    ) -> State {
        let file = self.beside(module, &path.value);
        if ending(&file) == "onnx" {
            return match self.onnx(module, path, name, with.unwrap_or_default()) {
                Ok(state) => state,
                Err(d) => State::Ready(self.broken(*d)),
            };
        }
        if let Some([first, ..]) = with {
            let d = Diagnostic::new("E0705", format!("`{}` takes nothing", path.value))
                .at(first.span, "only networks of ONNX files have sizes to give")
                .hint(format!("write `use {:?} as {}`", path.value, name.text));
            return State::Ready(self.broken(d));
        }
        State::Ready(self.import_plain(module, path, name, file))
    }

    fn import_plain(&mut self, module: &str, path: &Text, name: &Name, file: String) -> Decl {
        let result = match ending(&file) {
            "rhai" => self.read_text(&file, path.span).map(|text| {
                let source = self.program.sources.add(&file, &text);
                let at = Span::new(source, 0, text.len());
                self.script(module, name, Script {
                    text,
                    at,
                    hosted: false,
                })
            }),
            "csv" | "gz" => self.data_file(&file, path.span).map(|()| Decl::Data(file.clone())),
            "m" => self.mapping(module, path).map(Decl::Module),
            _ => Err(Box::new(
                Diagnostic::new("E0705", format!("`{}` is of no kind that can be used", path.value))
                    .at(path.span, "the ending decides what a file is")
                    .hint("use a `.csv` table, a `.onnx` network, a `.rhai` script or a `.m` mapping; a `.nasaic` file is used without quotes"),
            )),
        };
        result.unwrap_or_else(|d| self.broken(*d))
    }

    /// Notes a data file that a run will need.
    pub(super) fn data_file(&mut self, path: &str, span: Span) -> Result<(), Box<Diagnostic>> {
        let bytes =
            world::data(self.world, path).map_err(|e| Box::new(unreadable(path, &e, span)))?;
        let hash = blake3::hash(&bytes).to_hex().to_string();
        self.program.data.retain(|d| d.path != path);
        self.program.data.push(DataFile {
            path: path.to_owned(),
            hash,
            at: span,
        });
        Ok(())
    }

    /// The path of a file named in a module.
    pub(super) fn beside(&self, module: &str, file: &str) -> String {
        let dir = self
            .program
            .modules
            .get(module)
            .and_then(|m| m.dir.clone())
            .unwrap_or_default();
        if dir.is_empty() || file.starts_with('/') || world::embedded_bytes(file).is_some() {
            file.to_owned()
        } else {
            format!("{dir}/{file}")
        }
    }
}

/// What follows the last dot of a path.
fn ending(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
}

fn parent(path: &str) -> String {
    path.rsplit_once('/').map_or("", |(dir, _)| dir).to_owned()
}

fn twice(name: &Name, first: Span) -> Diagnostic {
    Diagnostic::new("E0203", format!("`{}` is declared twice", name.text))
        .at(name.span, "declared again")
        .at(first, "first declared here")
        .hint(format!("rename one of them, such as `{}2`", name.text))
}

fn not_a_module(path: &str, span: Span) -> Box<Diagnostic> {
    let dotted = path.replace('/', ".");
    let parent = path.rsplit_once('/').map_or("", |(d, _)| d);
    let mut d = Diagnostic::new("E0701", format!("there is no module `{dotted}`"))
        .at(span, "not in the standard library");
    if let Some(names) = world::embedded_names(parent) {
        let names: Vec<String> = names
            .into_iter()
            .map(|n| format!("{}.{n}", parent.replace('/', ".")))
            .collect();
        let guess = closest(&dotted, names.iter().map(String::as_str));
        d = d.note(format!(
            "There are {}.",
            join_names(names.iter().map(String::as_str))
        ));
        if let Some(guess) = guess {
            d = d.hint(format!("did you mean `{guess}`?"));
        }
    }
    if d.hint.is_none() {
        d = d.hint("the library has `std.nets`, `std.accel`, `std.device`, `std.technology`, `std.data`, `std.accuracy`, `std.spaces` and `templates`");
    }
    Box::new(d)
}

pub(super) fn unreadable(path: &str, error: &ReadError, span: Span) -> Diagnostic {
    match error {
        ReadError::NotFound => Diagnostic::new("E0701", format!("there is no file `{path}`"))
            .at(span, "not found")
            .hint("check the spelling; paths start at the folder of the script"),
        ReadError::Outside => {
            Diagnostic::new("E0705", format!("`{path}` lies outside the project folder"))
                .at(span, "not read")
                .hint("copy the file beside the script, or allow it with `--allow-outside`")
        }
        ReadError::Other(reason) => Diagnostic::new("E0705", format!("`{path}` cannot be read"))
            .at(span, reason.clone())
            .hint("check that the file is there and that you may read it"),
    }
}

/// A name that a module does not have; papers' names of templates are known here.
fn unknown_import(name: &Name, module: &str, candidates: &[String]) -> Diagnostic {
    const PAPERS: &[(&str, &str)] = &[
        ("dla", "nvdla"),
        ("shi", "shidiannao"),
        ("rs", "eyeriss"),
        ("row_stationary", "eyeriss"),
        ("weight_stationary", "nvdla"),
        ("output_stationary", "shidiannao"),
        ("tpu", "systolic"),
    ];
    let alias = PAPERS
        .iter()
        .find(|p| p.0 == name.text)
        .map(|p| p.1.to_owned());
    let alias = alias.filter(|a| candidates.contains(a));
    let guess = alias.or_else(|| closest(&name.text, candidates.iter().map(String::as_str)));
    let mut d = Diagnostic::new("E0201", format!("`{module}` has no `{}`", name.text))
        .at(name.span, "not declared there");
    if !candidates.is_empty() {
        d = d.note(format!(
            "It has {}.",
            join_names(candidates.iter().map(String::as_str))
        ));
    }
    match guess {
        Some(guess) => d.hint(format!("did you mean `{guess}`?")),
        None => d.hint("import one of the names it has, or declare it in this file"),
    }
}
