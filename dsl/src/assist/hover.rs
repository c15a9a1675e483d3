//! What the word under the cursor means.

use super::outline::{FrameKind, Outline};
use super::place::{Argument, Role};
use super::{Known, clamped, items, scope, words};
use crate::check::{Decl, Survey};
use crate::functions::{self, Column};
use crate::schema::{Field, FieldType, accuracies};
use crate::syntax::lex::TokenKind;
use crate::value::Value;
use crate::{explain, reference, units};
use std::ops::Range;

/// What a word means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The bytes that it is about.
    pub range: Range<usize>,
    /// For editors and notebooks.
    pub markdown: String,
    /// The same for a terminal.
    pub plain: String,
}

/// What stands at `offset`; `None` where nothing is known.
pub fn hover(known: Known<'_>, text: &str, offset: usize) -> Option<Hover> {
    let offset = clamped(text, offset);
    if let Some(page) = code(text, offset) {
        return Some(page);
    }
    let outline = Outline::new(text, known.schemas);
    if outline
        .comments
        .iter()
        .any(|c| super::complete::holds(text, c, offset))
    {
        return None;
    }
    if let Some((range, meaning)) = quantity(&outline, offset) {
        return Some(meaning.at(range));
    }
    let word = outline.word_at(offset)?;
    let range = outline.tokens[word].start..outline.tokens[word].end;
    let name = outline.word(word);
    if let Some(sentence) = words::sentence(name) {
        return Some(Meaning::new(name, sentence).at(range));
    }
    let mut survey = Survey::of(known.program, known.schemas, &outline.mended());
    let mut asked = Asked {
        known,
        outline: &outline,
        survey: &mut survey,
    };
    Some(asked.meaning(word)?.at(range))
}

/// A line in the language, and what it means.
struct Meaning {
    head: String,
    body: String,
}

impl Meaning {
    fn new(head: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            body: body.into(),
        }
    }

    fn at(self, range: Range<usize>) -> Hover {
        let body = self.body.trim();
        let plain: String = body
            .lines()
            .filter(|line| !line.starts_with("```"))
            .map(|line| format!("{}\n", line.replace('`', "")))
            .collect();
        let gap = if body.is_empty() { "" } else { "\n\n" };
        Hover {
            range,
            markdown: format!("```nasaic\n{}\n```{gap}{body}", self.head),
            plain: format!("{}{gap}{}", self.head, plain.trim_end()),
        }
    }
}

/// The beginning of the page of a code such as `E0403`, wherever it stands.
fn code(text: &str, offset: usize) -> Option<Hover> {
    let range = super::complete::word_around(text, offset);
    let word = text.get(range.clone())?;
    let is_code = word.len() == 5 && word.starts_with(['E', 'W']);
    let page = explain::page(word).filter(|_| is_code)?;
    let body: Vec<&str> = page
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .collect();
    let title = explain::title(word).unwrap_or_default();
    let more = format!(
        "{}\n\n`nasaic explain {word}` has examples.",
        body.join("\n").trim()
    );
    Some(Meaning::new(format!("{word}: {title}"), more).at(range))
}

/// A number with its unit, in base units.
fn quantity(outline: &Outline<'_>, offset: usize) -> Option<(Range<usize>, Meaning)> {
    let touched = |i: &usize| {
        let t = outline.tokens[*i];
        t.start <= offset && offset <= t.end && t.kind != TokenKind::Sign
    };
    let at = (0..outline.tokens.len()).rfind(touched)?;
    let number = match outline.tokens[at].kind {
        TokenKind::Number => at,
        TokenKind::Word => match outline.place(at).role {
            Role::Unit { number: Some(n) } => n,
            _ => return None,
        },
        _ => return None,
    };
    let start = outline.tokens[number].start;
    let value: f64 = outline.word(number).replace('_', "").parse().ok()?;
    let (unit, end) = unit_after(outline, number);
    let scale = units::parse(&unit).filter(|_| !unit.is_empty())?;
    let base = scale.dim.base_unit();
    let shown = units::number(scale.to_base(value));
    let head = format!("{} {unit}", outline.word(number));
    let body = format!("{}: {shown} {base}", capital(&scale.dim.to_string()));
    Some((start..end, Meaning::new(head, body)))
}

/// The unit that follows a number on its line, as the table of units writes it.
fn unit_after(outline: &Outline<'_>, number: usize) -> (String, usize) {
    let mut end = outline.tokens[number].end;
    let mut unit = String::new();
    let mut i = number + 1;
    while outline.same_line(i)
        && (i == number + 1 || outline.tokens[i].start == end)
        && (matches!(outline.word(i), "/" | "*" | "^" | "%")
            || outline.is_name(i)
            || outline.word(i - 1) == "^")
    {
        unit.push_str(outline.word(i));
        end = outline.tokens[i].end;
        i += 1;
    }
    let unit = unit.replace('²', "^2").replace('³', "^3");
    (unit, end)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

struct Asked<'o, 's, 'a> {
    known: Known<'a>,
    outline: &'o Outline<'o>,
    survey: &'s mut Survey<'a>,
}

impl Asked<'_, '_, '_> {
    fn meaning(&mut self, word: usize) -> Option<Meaning> {
        let place = self.outline.place(word);
        let name = self.outline.word(word);
        match place.role {
            Role::Free => self.name(place.frame, name),
            Role::Statement => self.beginning(word, place.frame),
            Role::PathPart(before) => {
                let path = format!("{before}{name}");
                self.field(place.frame, &path)
            }
            Role::Label { kind } => self.label(place.frame, kind, word),
            Role::Value { frame, path, .. } => self
                .value(frame, &path, name)
                .or_else(|| self.name(place.frame, name)),
            Role::Unit { .. } => self.unit(name),
            Role::Member(base) => self.member(place.frame, &base, name),
            Role::Module(before) => library(&format!("{before}{name}")),
            Role::Import(path) => {
                library(&format!("{path}{name}")).or_else(|| self.name(place.frame, name))
            }
            Role::Argument(argument) => self
                .argument(&argument, word)
                .or_else(|| self.name(place.frame, name)),
            Role::Expression { .. } | Role::After { .. } => self.name(place.frame, name),
        }
    }

    /// The first word of a statement: a kind, a field, or a name that is shown.
    fn beginning(&mut self, word: usize, frame: usize) -> Option<Meaning> {
        let name = self.outline.word(word);
        if let Some((path, sign)) = self.outline.field_at(word)
            && word < sign
        {
            let first = path.split('.').next().unwrap_or_default();
            return self.field(frame, &path).or_else(|| self.name(frame, first));
        }
        let is_block = self.outline.blocks_in(frame).iter().any(|b| b.kind == word);
        if is_block && let Some(kind) = self.known.schemas.kind(name) {
            let text = reference::kind_text(kind, "list");
            return Some(Meaning::new(format!("{name} {{ … }}"), text));
        }
        self.name(frame, name)
    }

    fn field(&mut self, frame: usize, path: &str) -> Option<Meaning> {
        let field = self.outline.field(self.known, self.survey, frame, path)?;
        Some(of_field(&field))
    }

    /// The word after a block's kind.
    fn label(&mut self, frame: usize, kind: usize, word: usize) -> Option<Meaning> {
        let (kind, label) = (self.outline.word(kind), self.outline.word(word));
        let schema = self.known.schemas.kind(kind)?;
        let declared = match self.outline.frames[frame].kind {
            FrameKind::Top => self.survey.known("", label).and_then(|k| k.doc),
            _ => self.doc_above(word),
        };
        let body = declared.unwrap_or_else(|| schema.doc.to_owned());
        Some(Meaning::new(format!("{kind} {label}"), body))
    }

    /// The `///` lines above the line of a token.
    fn doc_above(&self, token: usize) -> Option<String> {
        let text = self.outline.text;
        let line = text[..self.outline.tokens[token].start].rfind('\n')?;
        let above = text[..line].lines().rev();
        let mut lines: Vec<&str> = above
            .map_while(|l| l.trim_start().strip_prefix("///"))
            .map(str::trim)
            .collect();
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// A value that a field's schema names.
    fn value(&mut self, frame: usize, path: &str, name: &str) -> Option<Meaning> {
        let field = self.outline.field(self.known, self.survey, frame, path)?;
        let head = format!("{} = {name}", field.name);
        if path == "algorithm"
            && let Some(algorithm) = self.known.schemas.algorithm(name)
        {
            return Some(Meaning::new(head, reference::algorithm_text(algorithm)));
        }
        let forms = match &field.ty {
            FieldType::Choice(names) => {
                let (_, doc) = names.iter().find(|n| n.0 == name)?;
                return Some(Meaning::new(head, capital(doc)));
            }
            FieldType::IntegerOr { names, .. }
            | FieldType::QuantityOr { names, .. }
            | FieldType::SizesOr { names, .. }
            | FieldType::Names(names)
                if names.contains(&name) =>
            {
                return Some(Meaning::new(head, reference::meaning(&field)));
            }
            FieldType::Form(forms) => forms.clone(),
            FieldType::AccuracySource => accuracies::forms(),
            _ => return None,
        };
        if let Some(form) = forms.iter().find(|f| f.name == name) {
            let fields: String = form
                .fields
                .iter()
                .map(|f| format!("- {}\n", reference::field_text(f)))
                .collect();
            let body = format!("{}\n\n{fields}", capital(form.doc));
            return Some(Meaning::new(format!("{name} {{ … }}"), body));
        }
        let source = matches!(field.ty, FieldType::AccuracySource)
            && matches!(name, "surrogate" | "table" | "proxy");
        source.then(|| Meaning::new(head, reference::meaning(&field)))
    }

    /// A choice, a label, a declared name, a function or a metric.
    fn name(&mut self, frame: usize, name: &str) -> Option<Meaning> {
        let locals = self.outline.locals(frame);
        if let Some(local) = locals.iter().find(|l| l.name == name) {
            let doc = self.doc_above(local.token);
            return Some(match &local.kind {
                Some(kind) => {
                    let schema = self.known.schemas.kind(kind).map_or("", |k| k.doc);
                    let doc = doc.unwrap_or_else(|| schema.to_owned());
                    Meaning::new(format!("{kind} {name}"), doc)
                }
                None => Meaning::new(self.line_of(local.token), doc.unwrap_or_default()),
            });
        }
        if let Some(known) = self.survey.known("", name) {
            return Some(self.declared(name, &known.decl, known.doc.as_deref()));
        }
        if functions::find(name).is_some() {
            let forms: Vec<_> = functions::forms(name).collect();
            let heads: Vec<String> = forms.iter().map(|f| items::signature(f)).collect();
            let texts: Vec<String> = forms
                .iter()
                .map(|f| without_head(&reference::function_text(f)))
                .collect();
            return Some(Meaning::new(heads.join("\n"), texts.join("\n")));
        }
        of_metric(name, name)
    }

    /// The line of the text that a token stands in.
    fn line_of(&self, token: usize) -> String {
        let text = self.outline.text;
        let start = text[..self.outline.tokens[token].start]
            .rfind('\n')
            .map_or(0, |n| n + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        line.split("//")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    fn declared(&mut self, name: &str, decl: &Decl, doc: Option<&str>) -> Meaning {
        let what = scope::described(decl);
        let head = match decl {
            Decl::Block { kind, .. } => format!("{kind} {name}"),
            Decl::Value { .. } => format!("let {name} {what}"),
            _ => format!("{name}: {what}"),
        };
        let kind = match decl {
            Decl::Block { kind, .. } => self.known.schemas.kind(kind).map(|k| k.doc),
            _ => None,
        };
        let library = match (doc, decl) {
            (None, Decl::Block { name, .. }) => module_doc(name),
            _ => None,
        };
        let parts: Vec<&str> = doc
            .into_iter()
            .chain(library.as_deref())
            .chain(kind)
            .collect();
        Meaning::new(head, parts.join("\n\n"))
    }

    fn unit(&self, name: &str) -> Option<Meaning> {
        let scale = units::parse(name)?;
        let body = format!(
            "A unit of {}: 1 {name} = {} {}",
            scale.dim,
            units::number(scale.to_base(1.0)),
            scale.dim.base_unit()
        );
        Some(Meaning::new(name, body))
    }

    fn member(&mut self, frame: usize, base: &str, name: &str) -> Option<Meaning> {
        let locals = self.outline.locals(frame);
        if let Some(kind) = locals
            .into_iter()
            .find(|l| l.name == base)
            .and_then(|l| l.kind)
        {
            let fields = scope::fields_of(self.known, &kind);
            return Some(of_field(fields.iter().find(|f| f.name == name)?));
        }
        if scope::tasks(self.outline, self.survey, frame)
            .iter()
            .any(|t| t == base)
        {
            return reference::metric_doc(name)
                .map(|doc| Meaning::new(format!("{base}.{name}"), doc));
        }
        if let Some(known) = self.survey.known("", base)
            && let Decl::Module(key) = known.decl
        {
            let inner = self.survey.known(&key, name)?;
            return Some(self.declared(name, &inner.decl, inner.doc.as_deref()));
        }
        let (value, ty) = self.survey.value_of(base)?;
        if let Some(Value::Block(block)) = value {
            return self.of_block(&block, name);
        }
        let members = functions::members(&ty);
        members.iter().find(|c| c.name == name).map(of_column)
    }

    fn of_block(&self, block: &str, name: &str) -> Option<Meaning> {
        let block = self.survey.block(block)?;
        if let Some((_, inner)) = self
            .survey
            .labelled(block)
            .into_iter()
            .find(|(l, _)| l == name)
        {
            let doc = self.known.schemas.kind(&inner.kind).map_or("", |k| k.doc);
            return Some(Meaning::new(format!("{} {name}", inner.kind), doc));
        }
        let fields = scope::fields_of(self.known, &block.kind);
        fields.iter().find(|f| f.name == name).map(of_field)
    }

    /// The name of an argument, or a word that a parameter knows.
    fn argument(&mut self, argument: &Argument, word: usize) -> Option<Meaning> {
        let callee = self.outline.word(argument.callee);
        let name = self.outline.word(word);
        if argument.begins && self.outline.word(word + 1) == "=" {
            let param =
                functions::forms(callee).find_map(|f| f.params.iter().find(|p| p.name == name))?;
            let head = format!("{}(…, {})", callee, reference::parameter(param));
            let body = format!("{} Takes {}.", param.doc, param.accepts.expected());
            return Some(Meaning::new(head, body));
        }
        if callee == "proxy" {
            let (_, doc) = accuracies::PROXIES.iter().find(|p| p.0 == name)?;
            return Some(Meaning::new(format!("proxy({name})"), capital(doc)));
        }
        None
    }
}

fn of_field(field: &Field) -> Meaning {
    let head = format!("{}: {}", field.name, items::field_detail(field));
    Meaning::new(head, reference::meaning(field))
}

fn of_column(column: &Column) -> Meaning {
    Meaning::new(
        format!("{}: {}", column.name, column.ty.describe()),
        column.doc,
    )
}

/// What the library says about the module that a block comes from.
fn module_doc(block: &str) -> Option<String> {
    let (module, _) = block.rsplit_once('.')?;
    let is_library = module.starts_with("std.") || module.starts_with("templates.");
    reference::library_doc(module).filter(|_| is_library)
}

fn of_metric(head: &str, name: &str) -> Option<Meaning> {
    let doc = reference::metric_doc(name)?;
    Some(Meaning::new(head, without_head(&doc)))
}

/// A page of the manual without its first paragraph, which only repeats what is asked for.
fn without_head(page: &str) -> String {
    let rest = page.split_once("\n\n");
    rest.map_or(page, |(_, rest)| rest).to_owned()
}

fn library(path: &str) -> Option<Meaning> {
    Some(Meaning::new(
        format!("use {path}"),
        reference::library_doc(path)?,
    ))
}
