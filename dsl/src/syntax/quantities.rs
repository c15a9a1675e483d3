//! Numbers and units.

use super::grammar::Rule;
use super::problems::Rank;
use super::reader::Reader;
use super::tree::{ExprKind, Unit, UnitFactor};
use crate::diagnostic::Diagnostic;
use pest::iterators::Pair;

impl Reader<'_, '_, '_> {
    pub(super) fn quantity(&mut self, pair: Pair<'_, Rule>) -> Option<ExprKind> {
        let mut inner = pair.into_inner();
        let number = inner.next()?;
        let text = number.as_str().to_owned();
        let value: f64 = text
            .replace('_', "")
            .parse()
            .ok()
            .filter(|v: &f64| v.is_finite())
            .or_else(|| {
                let diagnostic = Diagnostic::new("E0102", "this number is too large")
                    .at(self.span(&number), "beyond 1.8e308")
                    .note("Numbers are held as 64-bit floating point.")
                    .hint("write a smaller number");
                self.problems.add(Rank::Slip, diagnostic);
                None
            })?;
        let unit = inner.next().map(|unit| self.unit(unit));
        Some(ExprKind::Number { value, text, unit })
    }

    pub(super) fn unit(&mut self, pair: Pair<'_, Rule>) -> Unit {
        let span = self.span(&pair);
        let mut factors = Vec::new();
        for factor in pair.into_inner() {
            let divide =
                !factors.is_empty() && self.text[..factor.as_span().start()].ends_with('/');
            let mut parts = factor.into_inner();
            let Some(name) = parts.next() else { continue };
            let exponent = match parts.next().map(|e| e.as_str()) {
                None => 1,
                Some("²") => 2,
                Some("³") => 3,
                Some(written) => written.trim_start_matches('^').parse().unwrap_or(1),
            };
            factors.push(UnitFactor {
                divide,
                name: self.word(&name),
                exponent,
            });
        }
        Unit { factors, span }
    }
}
