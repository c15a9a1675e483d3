//! Which brackets belong together.
//!
//! The grammar closes what is open at the end of a text without a word, so the
//! message about a missing or a superfluous bracket is found here, on the list
//! of tokens. The same pass measures the nesting, before anything recursive
//! sees the text.

use super::lex::{Token, TokenKind};
use super::problems::{Problems, Quiet, Rank, Stretches};
use crate::diagnostic::Diagnostic;

/// How deep brackets may be nested.
pub(crate) const DEEPEST: usize = 64;

/// What the pass over the brackets found.
#[derive(Debug, Default)]
pub(crate) struct Brackets {
    /// Where other messages are most often consequences.
    pub quiet: Quiet,
    /// The bracket that exceeds [`DEEPEST`], if any; the text must not be parsed then.
    pub too_deep: Option<Token>,
    /// Whether a bracket without its partner was reported.
    pub unmatched: bool,
}

/// Matches the brackets of a text and reports those without a partner.
///
/// A `}` closes the nearest `{` whatever else is open, because a block ends
/// there for the grammar too; `)` and `]` never reach out of their braces.
pub(crate) fn check(text: &str, tokens: &[Token], problems: &mut Problems<'_>) -> Brackets {
    let mut matcher = Matcher {
        text,
        open: Vec::new(),
        pairs: Vec::new(),
        wrong: Vec::new(),
    };
    let mut too_deep = None;
    for token in tokens {
        match token.kind {
            TokenKind::Open if matcher.open.len() == DEEPEST => {
                too_deep = Some(*token);
                break;
            }
            TokenKind::Open => matcher.open.push(*token),
            TokenKind::Close => matcher.close(*token),
            _ => {}
        }
    }
    if too_deep.is_none() {
        matcher.end(tokens.last().map_or(0, |t| t.end));
    }
    matcher.report(problems, too_deep)
}

/// A matched pair of brackets.
#[derive(Clone, Copy)]
struct Pair {
    open: Token,
    close: Token,
}

/// A bracket without its partner.
enum Wrong {
    /// It is open where another bracket closes.
    Before(Pair),
    /// It is open at the end of the text.
    AtEnd { open: Token, end: usize },
    /// By the indentation, its closing bracket was meant for an outer block.
    Stolen(Pair),
    /// A bracket of another kind closes it on the same line.
    Other(Pair),
    /// It closes nothing.
    Superfluous(Token),
}

struct Matcher<'a> {
    text: &'a str,
    open: Vec<Token>,
    pairs: Vec<Pair>,
    wrong: Vec<Wrong>,
}

impl<'a> Matcher<'a> {
    fn sign(&self, token: Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    fn close(&mut self, close: Token) {
        match self.partner(close) {
            Some(depth) => {
                let left = self.open.split_off(depth + 1);
                self.wrong.extend(
                    left.into_iter()
                        .map(|open| Wrong::Before(Pair { open, close })),
                );
                self.pairs
                    .extend(self.open.pop().map(|open| Pair { open, close }));
            }
            None => {
                let text = self.text;
                let on_line = |open: &mut Token| !text[open.start..close.start].contains('\n');
                self.wrong.push(match self.open.pop_if(on_line) {
                    Some(open) => Wrong::Other(Pair { open, close }),
                    None => Wrong::Superfluous(close),
                });
            }
        }
    }

    /// The place in `open` of the bracket that `close` closes.
    fn partner(&self, close: Token) -> Option<usize> {
        let meant = opener(self.sign(close));
        for (depth, open) in self.open.iter().enumerate().rev() {
            match self.sign(*open) {
                sign if sign == meant => return Some(depth),
                "{" => return None,
                _ => {}
            }
        }
        None
    }

    /// What is still open at the end: the innermost bracket only, because the
    /// outer ones are mended by the same stroke more often than not.
    fn end(&mut self, end: usize) {
        if let Some(open) = self.open.last().copied() {
            self.wrong.push(match self.stolen(open) {
                Some(pair) => Wrong::Stolen(pair),
                None => Wrong::AtEnd { open, end },
            });
        }
    }

    /// The block inside `outer` whose `}` stands further left than the block itself.
    fn stolen(&self, outer: Token) -> Option<Pair> {
        let further_left = |pair: &&Pair| {
            let blanks = &self.text[self.text[..pair.close.start]
                .trim_end_matches([' ', '\t'])
                .len()..pair.close.start];
            let first = self.text[..pair.close.start - blanks.len()].ends_with('\n');
            first && blanks.len() < indentation(line_before(self.text, pair.open))
        };
        self.pairs
            .iter()
            .filter(|p| p.open.start > outer.start && self.sign(p.open) == "{")
            .filter(further_left)
            .min_by_key(|p| p.open.start)
            .copied()
    }

    fn report(self, problems: &mut Problems<'_>, too_deep: Option<Token>) -> Brackets {
        let mut unclosed = Vec::new();
        for wrong in &self.wrong {
            problems.add(Rank::Bracket, self.message(wrong, problems));
            match wrong {
                Wrong::Before(pair) => unclosed.push(pair.open.start..pair.close.start),
                Wrong::AtEnd { open, .. } if self.sign(*open) != "{" => {
                    unclosed.push(open.start..self.text.len());
                }
                _ => {}
            }
        }
        let inside = |pair: &Pair| pair.open.start..pair.close.end;
        let closed = self
            .pairs
            .iter()
            .filter(|p| self.sign(p.open) != "{")
            .map(inside)
            .collect();
        let quiet = Quiet {
            unclosed: Stretches::new(unclosed),
            closed: Stretches::new(closed),
        };
        Brackets {
            quiet,
            too_deep,
            unmatched: !self.wrong.is_empty(),
        }
    }

    fn message(&self, wrong: &Wrong, problems: &Problems<'_>) -> Diagnostic {
        let at = |token: Token| problems.span(token.start, token.end);
        match wrong {
            Wrong::Before(Pair { open, close }) => {
                self.never_closed(*open, close.start, problems).at(
                    at(*close),
                    format!("this `{}` comes first", self.sign(*close)),
                )
            }
            Wrong::AtEnd { open, end } => self
                .never_closed(*open, *end, problems)
                .at(problems.span(*end, *end), "the text ends here"),
            Wrong::Stolen(Pair { open, close }) => {
                self.never_closed(*open, close.start, problems).at(
                    at(*close),
                    "by its indentation, this one ends an outer block",
                )
            }
            Wrong::Other(Pair { open, close }) => {
                let (open_sign, close_sign) = (self.sign(*open), self.sign(*close));
                let inner = &self.text[open.start..close.start];
                Diagnostic::new(
                    "E0101",
                    format!("`{open_sign}` is closed by `{close_sign}`"),
                )
                .at(at(*open), "opened here")
                .at(at(*close), "closed by another bracket")
                .note(about(open_sign))
                .hint(format!("write `{}{}`", inner.trim_end(), closer(open_sign)))
            }
            Wrong::Superfluous(close) => {
                let sign = self.sign(*close);
                Diagnostic::new("E0101", format!("`{sign}` closes nothing"))
                    .at(at(*close), "nothing is open here")
                    .note(format!(
                        "No bracket that `{sign}` could close is open at this place."
                    ))
                    .hint(format!(
                        "leave out this `{sign}`, or add the bracket it should close"
                    ))
            }
        }
    }

    fn never_closed(&self, open: Token, end: usize, problems: &Problems<'_>) -> Diagnostic {
        let (sign, words) = (self.sign(open), self.text[open.start..end].trim_end());
        let hint = match (sign, words.contains('\n')) {
            ("{", true) => String::from("put a `}` on a line of its own where the block ends"),
            (_, true) => format!("put a `{}` after the last value", closer(sign)),
            (_, false) => format!("write `{words}{}`", closer(sign)),
        };
        Diagnostic::new("E0101", format!("this `{sign}` is never closed"))
            .at(problems.span(open.start, open.end), "opened here")
            .note(about(sign))
            .hint(hint)
    }
}

fn closer(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

fn opener(close: &str) -> &'static str {
    match close {
        ")" => "(",
        "]" => "[",
        _ => "{",
    }
}

fn about(open: &str) -> String {
    match open {
        "[" => String::from("A list begins with `[` and ends with `]`."),
        _ => format!("What begins with `{open}` ends with `{}`.", closer(open)),
    }
}

fn line_before(text: &str, token: Token) -> &str {
    let before = &text[..token.start];
    &before[before.rfind('\n').map_or(0, |newline| newline + 1)..]
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
