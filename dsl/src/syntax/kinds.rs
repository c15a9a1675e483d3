//! The kinds of item, one function each.
//!
//! A function answers `None` when it has reported something that leaves no item.

use super::grammar::Rule;
use super::problems::Rank;
use super::reader::Reader;
use super::tree::{Block, Expr, ExprKind, ItemKind, Path, Segment, Sense, Text, Use};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use pest::iterators::Pair;

impl Reader<'_, '_, '_> {
    /// What an item is.
    pub(super) fn kind(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        match pair.as_rule() {
            Rule::field => self.field(pair),
            Rule::block => self.block(pair),
            Rule::show => self.first_expr(pair).map(ItemKind::Show),
            Rule::let_item => self.let_item(pair),
            Rule::choose_item => self.choose(pair),
            Rule::use_item => self.use_item(pair),
            Rule::goal => self.goal(pair),
            Rule::require => self.require(pair),
            Rule::expect => self.expect(pair),
            Rule::script => self.script(pair),
            Rule::bad_field => self.bad_field(pair),
            Rule::bad_reserved => self.bad_reserved(pair),
            _ => None,
        }
    }

    fn field(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let open = pair
            .clone()
            .into_inner()
            .any(|p| p.as_rule() == Rule::kw_in);
        let mut inner = pair.into_inner();
        let path = self.path(inner.next()?);
        let value = inner.find(|p| p.as_rule() == Rule::expr)?;
        if let Some(record) = lone_record(&value) {
            return self.block_with_equals(&path, record);
        }
        let value = self.expr(value)?;
        Some(ItemKind::Field { path, open, value })
    }

    fn block(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut kind = None;
        let mut label = None;
        let mut body = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::head => {
                    let mut words = part.into_inner();
                    kind = words.next().map(|p| self.word(&p));
                    label = words.next().map(|p| self.word(&p));
                }
                Rule::name => kind = Some(self.word(&part)),
                Rule::body => body = Some(self.body(part)),
                _ => {}
            }
        }
        Some(ItemKind::Block(Block {
            kind: kind?,
            label,
            body,
        }))
    }

    fn let_item(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut name = None;
        let mut colon = None;
        let mut value = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name | Rule::bad_word => name = Some(self.word(&part)),
                Rule::bad_colon => colon = Some(self.span(&part)),
                Rule::expr => value = self.expr(part),
                _ => {}
            }
        }
        let (name, value) = (name?, value?);
        if let Some(colon) = colon {
            let hint = format!("let {} = {}", name.text, self.slice(value.span));
            self.colon(colon, hint);
        }
        Some(ItemKind::Let { name, value })
    }

    fn choose(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut inner = pair.into_inner().filter(|p| !is_keyword(p));
        let name = self.word(&inner.next()?);
        let domain = self.expr(inner.next()?)?;
        Some(ItemKind::Choose { name, domain })
    }

    fn use_item(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let whole = pair
            .clone()
            .into_inner()
            .any(|p| p.as_rule() == Rule::kw_as);
        let mut inner = pair.into_inner().filter(|p| !is_keyword(p));
        let first = inner.next()?;
        if first.as_rule() == Rule::text {
            let path = self.text(first);
            if whole {
                let name = self.word(&inner.next()?);
                let with = inner.next().map(|body| self.body(body));
                return Some(ItemKind::Use(Use::File { path, name, with }));
            }
            let names = inner.map(|p| self.word(&p)).collect();
            return Some(ItemKind::Use(Use::Names { path, names }));
        }
        let mut module = first.into_inner();
        let path = module.next()?.into_inner().map(|p| self.word(&p)).collect();
        let names = module.map(|p| self.word(&p)).collect();
        Some(ItemKind::Use(Use::Module { path, names }))
    }

    fn goal(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut inner = pair.into_inner();
        let sense = match inner.next()?.as_rule() {
            Rule::maximize => Sense::Maximize,
            _ => Sense::Minimize,
        };
        let value = self.expr(inner.next()?)?;
        Some(ItemKind::Goal { sense, value })
    }

    fn require(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        self.comparison(pair)
            .map(|(check, _)| ItemKind::Require(check))
    }

    fn expect(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        self.comparison(pair)
            .map(|(check, message)| ItemKind::Expect { check, message })
    }

    /// What `require` and `expect` share; a single `=` between two sides is reported.
    fn comparison(&mut self, pair: Pair<'_, Rule>) -> Option<(Expr, Option<Text>)> {
        let mut check = None;
        let mut equals = None;
        let mut message = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr if check.is_none() => check = Some(self.expr(part)?),
                Rule::bad_equals => equals = Some(self.span(&part)),
                Rule::text => message = Some(self.text(part)),
                _ => {}
            }
        }
        if let Some(at) = equals {
            let diagnostic = Diagnostic::new("E0104", "`=` does not compare")
                .at(at, "this gives a value, it does not compare")
                .note("A comparison is one of `<=`, `>=`, `<`, `>`, `==`, `!=`.")
                .hint("write `==`, or better a bound such as `<=`");
            self.problems.add(Rank::Slip, diagnostic);
            return None;
        }
        Some((check?, message))
    }

    fn script(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut inner = pair.into_inner().filter(|p| !is_keyword(p));
        let name = self.word(&inner.next()?);
        let raw = inner.next()?.into_inner().next()?;
        let span = raw.as_span();
        let text_span = self.problems.span(span.start(), span.end());
        Some(ItemKind::Script {
            name,
            text: raw.as_str().to_owned(),
            text_span,
        })
    }

    fn bad_field(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut inner = pair.into_inner();
        let path = self.path(inner.next()?);
        let colon = self.span(&inner.next()?);
        let value = inner.next()?;
        let record = lone_record(&value);
        let value = if record.is_some() {
            None
        } else {
            self.expr(value)
        };
        let words = value.as_ref().map_or("…", |v| self.slice(v.span));
        self.colon(colon, format!("{} = {words}", self.slice(path.span)));
        Some(ItemKind::Field {
            path,
            open: false,
            value: value?,
        })
    }

    /// Reports a `:`; `hint` is what to write instead.
    pub(super) fn colon(&mut self, at: Span, hint: String) {
        let sign = self.slice(at).to_owned();
        let diagnostic = Diagnostic::new("E0103", format!("`{sign}` where `=` belongs"))
            .at(at, "write `=` here")
            .note("A value is given with `=`.")
            .hint(format!("write `{hint}`"));
        self.problems.add(Rank::Slip, diagnostic);
    }

    fn bad_reserved(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let open = pair
            .clone()
            .into_inner()
            .any(|p| p.as_rule() == Rule::kw_in);
        let mut inner = pair.into_inner();
        let name = self.word(&inner.next()?);
        let value = self.expr(inner.find(|p| p.as_rule() == Rule::expr)?)?;
        let path = Path {
            span: name.span,
            segments: vec![Segment { name, index: None }],
        };
        Some(ItemKind::Field { path, open, value })
    }

    /// `budget = { pes = 4096 }`: a block that was given an equals sign.
    fn block_with_equals(&mut self, path: &Path, record: Pair<'_, Rule>) -> Option<ItemKind> {
        let (start, record_end) = (record.as_span().start(), record.as_span().end());
        let items = self.body(record.into_inner().next()?);
        let words = self.slice(path.span).to_owned();
        let inner = self.slice(self.problems.span(start, self.end_of_words(record_end)));
        let inner = if inner.contains('\n') {
            "{ … }"
        } else {
            inner
        };
        let equals = start
            - self.text[..start]
                .chars()
                .rev()
                .position(|c| c == '=')
                .unwrap_or(0)
            - 1;
        let diagnostic = Diagnostic::new("E0102", "a block takes no `=`")
            .at(self.problems.span(equals, equals + 1), "leave this out")
            .note("Braces with fields in them are a block; braces with values are a set.")
            .hint(format!("write `{words} {inner}`"));
        self.problems.add(Rank::Slip, diagnostic);
        let kind = path
            .segments
            .first()
            .filter(|s| path.segments.len() == 1 && s.index.is_none())?;
        Some(ItemKind::Block(Block {
            kind: kind.name.clone(),
            label: None,
            body: Some(items),
        }))
    }

    fn first_expr(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        self.expr(pair.into_inner().next()?)
    }

    /// A record somewhere inside an expression; there is no block it could be.
    pub fn stray_record(&mut self, pair: &Pair<'_, Rule>) -> Option<ExprKind> {
        let diagnostic = Diagnostic::new("E0102", "fields where a value belongs")
            .at(self.span(pair), "these braces hold fields")
            .note("Braces with values are a set; braces with fields follow the name of a block.")
            .hint("write the kind of block before the `{`");
        self.problems.add(Rank::Slip, diagnostic);
        None
    }
}

fn is_keyword(pair: &Pair<'_, Rule>) -> bool {
    matches!(
        pair.as_rule(),
        Rule::kw_use
            | Rule::kw_as
            | Rule::kw_choose
            | Rule::kw_in
            | Rule::kw_script
            | Rule::kw_with
    )
}

/// The braces with fields in them that make up a whole expression, if they do.
fn lone_record<'i>(expr: &Pair<'i, Rule>) -> Option<Pair<'i, Rule>> {
    fn only<'i>(pair: Pair<'i, Rule>) -> Option<Pair<'i, Rule>> {
        let mut inner = pair.into_inner();
        inner.next().filter(|_| inner.next().is_none())
    }
    let chain = only(expr.clone())?;
    let postfix = only(chain)?;
    only(postfix).filter(|p| p.as_rule() == Rule::bad_record)
}
