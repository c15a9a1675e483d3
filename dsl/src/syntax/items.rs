//! From the grammar's pairs to the items of the tree.

use super::brackets::Brackets;
use super::grammar::Rule;
use super::lex::{Lexed, TokenKind};
use super::mistakes::{self, Inside, Statement};
use super::problems::{Problems, Rank};
use super::tree::{
    Block, Expr, ExprKind, File, Item, ItemKind, Name, Path, Segment, Sense, Text, Use,
};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use pest::iterators::{Pair, Pairs};

/// Makes the tree of one text.
pub(crate) struct Reader<'a, 'p, 't> {
    /// The text that the grammar read.
    pub text: &'a str,
    /// Its words, signs and comments.
    pub lexed: &'a Lexed,
    brackets: &'a Brackets,
    /// Where messages go.
    pub problems: &'p mut Problems<'t>,
    /// How deep the tree is at the node being made, at most.
    pub level: usize,
}

/// A stretch of a body: an item, or what could not be read as one.
struct Part<'i> {
    pair: Pair<'i, Rule>,
    start: usize,
    end: usize,
    /// A comma stands after it.
    comma: bool,
}

impl Part<'_> {
    fn misread(&self) -> bool {
        matches!(self.pair.as_rule(), Rule::line | Rule::foreign)
    }

    /// An expression, or a block without braces: nothing else may stand on its line.
    fn alone(&self) -> bool {
        match self.pair.as_rule() {
            Rule::show => true,
            Rule::block => self.pair.clone().into_inner().all(|p| p.as_rule() != Rule::body),
            _ => false,
        }
    }
}

impl<'a, 'p, 't> Reader<'a, 'p, 't> {
    /// A reader of `text`.
    pub fn new(
        text: &'a str,
        lexed: &'a Lexed,
        brackets: &'a Brackets,
        problems: &'p mut Problems<'t>,
    ) -> Self {
        Self { text, lexed, brackets, problems, level: 0 }
    }

    /// The whole file.
    pub fn file(mut self, pairs: Pairs<'_, Rule>) -> File {
        let pairs = pairs.flat_map(Pair::into_inner).filter(|p| p.as_rule() != Rule::EOI);
        let items = self.items(pairs, Inside::File);
        File { doc: self.file_doc(), items }
    }

    /// The items of a body.
    pub fn body(&mut self, body: Pair<'_, Rule>) -> Vec<Item> {
        self.level += 1;
        let items = self.items(body.into_inner(), Inside::Block);
        self.level -= 1;
        items
    }

    fn items<'i>(&mut self, pairs: impl Iterator<Item = Pair<'i, Rule>>, inside: Inside) -> Vec<Item> {
        let parts = self.parts(pairs);
        let mut items = Vec::new();
        let mut rest = parts.as_slice();
        while let Some(first) = rest.first() {
            let (statement, others) = rest.split_at(self.statement_length(rest));
            rest = others;
            if let (Some(last), Some(next)) = (statement.last(), rest.first()) {
                self.missing_comma(last, next);
            }
            let bare = inside == Inside::Block && first.pair.as_rule() == Rule::show;
            let whole = statement.len() == 1 && !first.misread() && !bare;
            // After `x =` the name on the next line was taken for the value.
            let cut = statement.get(1).is_some_and(|next| self.text[next.start..].starts_with('='));
            if whole || !first.misread() && !first.alone() && !cut {
                items.extend(self.item(first));
            }
            if !whole {
                self.misread(statement, inside);
            }
        }
        items
    }

    fn parts<'i>(&mut self, pairs: impl Iterator<Item = Pair<'i, Rule>>) -> Vec<Part<'i>> {
        let mut parts: Vec<Part<'i>> = Vec::new();
        for pair in pairs {
            match pair.as_rule() {
                Rule::comma => {
                    if let Some(last) = parts.last_mut() {
                        last.comma = true;
                    }
                }
                Rule::unclosed => {}
                Rule::stray => self.stray(&pair),
                _ => {
                    let span = pair.as_span();
                    let start = span.start();
                    let end = self.end_of_words(span.end()).max(start);
                    parts.push(Part { pair, start, end, comma: false });
                }
            }
        }
        parts
    }

    /// How many parts, from the first, were meant as one statement: what stands on
    /// the same line without a comma, where at least one of the two is no full item.
    fn statement_length(&self, parts: &[Part<'_>]) -> usize {
        let joined = |pair: &[Part<'_>]| {
            let (before, after) = (&pair[0], &pair[1]);
            !before.comma
                && !self.text[before.end..after.start].contains('\n')
                && (before.alone() || before.misread() || after.alone() || after.misread())
        };
        1 + parts.windows(2).take_while(|pair| joined(pair)).count()
    }

    fn misread(&mut self, statement: &[Part<'_>], inside: Inside) {
        let [first, others @ ..] = statement else { return };
        let foreign = statement.iter().find(|p| p.pair.as_rule() == Rule::foreign);
        let stuck = foreign.or(others.first()).unwrap_or(first);
        let line_start = self.text[..stuck.start].rfind('\n').map_or(0, |newline| newline + 1);
        let start = if foreign.is_some() { stuck.start } else { first.start.max(line_start) };
        let line_end = self.text[stuck.start..].find('\n').map_or(self.text.len(), |n| stuck.start + n);
        let end = statement.last().map_or(first.end, |last| last.end).min(line_end);
        let all = &self.lexed.tokens;
        let token_at = |at: usize| all.partition_point(|t| t.start < at);
        let tokens = &all[token_at(start)..token_at(end)];
        let bare = others.is_empty() && first.pair.as_rule() == Rule::show;
        let wrong = Statement {
            text: self.text,
            source: self.problems.span(0, 0).source,
            tokens,
            before: token_at(start).checked_sub(1).map(|before| all[before]),
            understood: if bare { tokens.len() } else { token_at(stuck.start) - token_at(start) },
            inside,
            foreign: foreign.is_some(),
        };
        let (rank, diagnostic) = mistakes::explain(&wrong);
        self.problems.add(rank, diagnostic);
    }

    /// Reports `kernel = 3 stride = 2`: after a number on the same line a word is a unit.
    fn missing_comma(&mut self, before: &Part<'_>, after: &Part<'_>) {
        let same_line = !before.comma && !self.text[before.end..after.start].contains('\n');
        let tokens = &self.lexed.tokens;
        let last = tokens[..tokens.partition_point(|t| t.start < before.end)].last();
        if let Some(number) = last.filter(|t| same_line && t.kind == TokenKind::Number) {
            let at = self.problems.span(number.start, number.end);
            let next = &self.text[after.start..after.end];
            let next = next.lines().next().unwrap_or(next);
            let diagnostic = mistakes::comma_after_number(self.slice(at), next, at);
            self.problems.add(Rank::Slip, diagnostic);
        }
    }

    /// A field that stands alone, such as after a `with` without braces.
    pub fn lone_item(&mut self, pair: Pair<'_, Rule>) -> Vec<Item> {
        let span = self.span(&pair);
        let part = Part { start: span.start as usize, end: span.end as usize, pair, comma: false };
        self.item(&part).into_iter().collect()
    }

    fn item(&mut self, part: &Part<'_>) -> Option<Item> {
        let pair = part.pair.clone();
        let kind = match pair.as_rule() {
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
        }?;
        let span = self.problems.span(part.start, part.end);
        Some(Item { doc: self.doc_before(part.start), kind, span })
    }

    fn field(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let open = pair.clone().into_inner().any(|p| p.as_rule() == Rule::kw_in);
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
        Some(ItemKind::Block(Block { kind: kind?, label, body }))
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
        let mut inner = pair.into_inner().filter(|p| !is_keyword(p));
        let first = inner.next()?;
        if first.as_rule() == Rule::text {
            let path = self.text(first);
            let name = self.word(&inner.next()?);
            return Some(ItemKind::Use(Use::File { path, name }));
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
        self.comparison(pair).map(|(check, _)| ItemKind::Require(check))
    }

    fn expect(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        self.comparison(pair).map(|(check, message)| ItemKind::Expect { check, message })
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
        Some(ItemKind::Script { name, text: raw.as_str().to_owned(), text_span })
    }

    fn bad_field(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut inner = pair.into_inner();
        let path = self.path(inner.next()?);
        let colon = self.span(&inner.next()?);
        let value = inner.next()?;
        let record = lone_record(&value);
        let value = if record.is_some() { None } else { self.expr(value) };
        let words = value.as_ref().map_or("…", |v| self.slice(v.span));
        self.colon(colon, format!("{} = {words}", self.slice(path.span)));
        Some(ItemKind::Field { path, open: false, value: value? })
    }

    /// Reports a `:`; `hint` is what to write instead.
    pub fn colon(&mut self, at: Span, hint: String) {
        let sign = self.slice(at).to_owned();
        let diagnostic = Diagnostic::new("E0103", format!("`{sign}` where `=` belongs"))
            .at(at, "write `=` here")
            .note("A value is given with `=`.")
            .hint(format!("write `{hint}`"));
        self.problems.add(Rank::Slip, diagnostic);
    }

    fn bad_reserved(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let open = pair.clone().into_inner().any(|p| p.as_rule() == Rule::kw_in);
        let mut inner = pair.into_inner();
        let name = self.word(&inner.next()?);
        let value = self.expr(inner.find(|p| p.as_rule() == Rule::expr)?)?;
        let path = Path { span: name.span, segments: vec![Segment { name, index: None }] };
        Some(ItemKind::Field { path, open, value })
    }

    /// `budget = { pes = 4096 }`: a block that was given an equals sign.
    fn block_with_equals(&mut self, path: &Path, record: Pair<'_, Rule>) -> Option<ItemKind> {
        let (start, record_end) = (record.as_span().start(), record.as_span().end());
        let items = self.body(record.into_inner().next()?);
        let words = self.slice(path.span).to_owned();
        let inner = self.slice(self.problems.span(start, self.end_of_words(record_end)));
        let inner = if inner.contains('\n') { "{ … }" } else { inner };
        let equals = start - self.text[..start].chars().rev().position(|c| c == '=').unwrap_or(0) - 1;
        let diagnostic = Diagnostic::new("E0102", "a block takes no `=`")
            .at(self.problems.span(equals, equals + 1), "leave this out")
            .note("Braces with fields in them are a block; braces with values are a set.")
            .hint(format!("write `{words} {inner}`"));
        self.problems.add(Rank::Slip, diagnostic);
        let kind = path.segments.first().filter(|s| path.segments.len() == 1 && s.index.is_none())?;
        Some(ItemKind::Block(Block { kind: kind.name.clone(), label: None, body: Some(items) }))
    }

    fn path(&mut self, pair: Pair<'_, Rule>) -> Path {
        let span = self.span(&pair);
        let mut segments: Vec<Segment> = Vec::new();
        for part in pair.into_inner() {
            match (part.as_rule(), segments.last_mut()) {
                (Rule::place, Some(last)) => match part.as_str().parse() {
                    Ok(index) if last.index.is_none() => last.index = Some(index),
                    _ => self.bad_index(&part),
                },
                _ => segments.push(Segment { name: self.word(&part), index: None }),
            }
        }
        Path { segments, span }
    }

    fn bad_index(&mut self, place: &Pair<'_, Rule>) {
        let diagnostic = Diagnostic::new("E0102", "this index cannot be used")
            .at(self.span(place), "not a place in anything")
            .note("A name on the left of `=` takes one index, counted from 0.")
            .hint("write one index, such as `stage[0]`");
        self.problems.add(Rank::Slip, diagnostic);
    }

    /// A name; a reserved word in its place is reported and then used as one.
    pub fn word(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let span = self.span(pair);
        let text = pair.as_str().to_owned();
        if matches!(pair.as_rule(), Rule::bad_word | Rule::bad_label) {
            self.problems.add(Rank::Slip, mistakes::reserved(&text, span));
        }
        Name { text, span }
    }

    /// A string literal with its escapes resolved.
    pub fn text(&mut self, pair: Pair<'_, Rule>) -> Text {
        let span = self.span(&pair);
        let mut value = String::new();
        for part in pair.into_inner() {
            let base = part.as_span().start();
            let mut chars = part.as_str().char_indices();
            while let Some((at, c)) = chars.next() {
                if c != '\\' {
                    value.push(c);
                    continue;
                }
                match chars.next() {
                    Some((_, '"')) => value.push('"'),
                    Some((_, '\\')) => value.push('\\'),
                    Some((_, 'n')) => value.push('\n'),
                    Some((_, 't')) => value.push('\t'),
                    other => self.bad_escape(base + at, other.map(|(_, c)| c)),
                }
            }
        }
        Text { value, span }
    }

    fn bad_escape(&mut self, at: usize, escaped: Option<char>) {
        let end = at + 1 + escaped.map_or(0, char::len_utf8);
        let sign = &self.text[at..end];
        let diagnostic = Diagnostic::new("E0111", format!("`{sign}` means nothing in a string"))
            .at(self.problems.span(at, end), "not an escape")
            .note("The escapes are `\\\"`, `\\\\`, `\\n` and `\\t`.")
            .hint(format!("write `\\{sign}` for a backslash in a string"));
        self.problems.add(Rank::Slip, diagnostic);
    }

    fn first_expr(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        self.expr(pair.into_inner().next()?)
    }

    fn stray(&mut self, pair: &Pair<'_, Rule>) {
        if !self.brackets.unmatched {
            let diagnostic = Diagnostic::new("E0101", "`}` closes nothing")
                .at(self.span(pair), "no block is open here")
                .hint("leave out this `}`");
            self.problems.add(Rank::Bracket, diagnostic);
        }
    }

    /// The `///` lines directly before byte `start`, joined.
    fn doc_before(&self, start: usize) -> Option<String> {
        let comments = &self.lexed.comments;
        let mut next = start;
        let mut lines = Vec::new();
        for comment in comments[..comments.partition_point(|c| c.start < start)].iter().rev() {
            let words = &self.text[comment.start..comment.end];
            let adjacent = self.text[comment.end..next].trim().is_empty();
            let Some(line) = words.strip_prefix("///").filter(|_| adjacent && comment.own_line) else {
                break;
            };
            lines.push(line.strip_prefix(' ').unwrap_or(line));
            next = comment.start;
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// The `//!` lines before the first word of the text, joined.
    fn file_doc(&self) -> Option<String> {
        let first = self.lexed.tokens.first().map_or(self.text.len(), |t| t.start);
        let lines: Vec<&str> = self
            .lexed
            .comments
            .iter()
            .take_while(|c| c.start < first)
            .filter_map(|c| self.text[c.start..c.end].strip_prefix("//!"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// The end of the last word at or before byte `end`: the grammar's rules may have
    /// taken the blanks and comments that follow them.
    pub fn end_of_words(&self, end: usize) -> usize {
        let tokens = &self.lexed.tokens;
        let count = tokens.partition_point(|t| t.end <= end);
        count.checked_sub(1).map_or(end, |last| tokens[last].end)
    }

    /// The place of a pair, without what follows its last word.
    pub fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        let end = self.end_of_words(span.end()).max(span.start());
        self.problems.span(span.start(), end)
    }

    /// The words a span covers.
    pub fn slice(&self, span: Span) -> &'a str {
        &self.text[span.start as usize..span.end as usize]
    }
}

fn is_keyword(pair: &Pair<'_, Rule>) -> bool {
    matches!(pair.as_rule(), Rule::kw_use | Rule::kw_as | Rule::kw_choose | Rule::kw_in | Rule::kw_script)
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

impl Reader<'_, '_, '_> {
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
