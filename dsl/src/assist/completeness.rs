//! Whether a text can be run as it is, or waits for more lines.

use crate::names::is_reserved;
use crate::source::SourceId;
use crate::syntax::lex::{Token, TokenKind, lex};

/// Whether a text is whole, as far as one line more could tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completeness {
    /// It can be read; whether it is right is another question.
    Complete,
    /// Something is open: the next line belongs to it and begins with these blanks.
    Incomplete {
        /// Two blanks for each open bracket.
        indent: String,
    },
    /// No further line can mend it.
    Invalid,
}

/// Whether `text` can be run, waits for more, or cannot be read whatever follows.
pub fn completeness(text: &str) -> Completeness {
    let lexed = lex(text);
    let endless = lexed.comments.iter().any(|c| !c.closed)
        || lexed
            .tokens
            .iter()
            .any(|t| t.kind == TokenKind::Raw { closed: false });
    if endless {
        return waiting(0);
    }
    let broken = |t: &Token| t.kind == TokenKind::Text { closed: false };
    let Some(open) = open_brackets(text, &lexed.tokens) else {
        return Completeness::Invalid;
    };
    if lexed.tokens.iter().any(broken) {
        return Completeness::Invalid;
    }
    if open > 0 {
        return waiting(open);
    }
    if lexed.tokens.last().is_some_and(|t| awaits(text, t)) {
        return waiting(1);
    }
    let (_, messages) = crate::syntax::parse(SourceId(0), text);
    if messages.iter().any(|d| d.is_error()) {
        return Completeness::Invalid;
    }
    Completeness::Complete
}

fn waiting(depth: usize) -> Completeness {
    Completeness::Incomplete {
        indent: "  ".repeat(depth),
    }
}

/// How many brackets are open at the end; `None` when one is closed that is not open.
fn open_brackets(text: &str, tokens: &[Token]) -> Option<usize> {
    let mut open = Vec::new();
    for token in tokens {
        let sign = &text[token.start..token.end];
        match token.kind {
            TokenKind::Open => open.push(match sign {
                "{" => "}",
                "[" => "]",
                _ => ")",
            }),
            TokenKind::Close if open.pop() != Some(sign) => return None,
            _ => {}
        }
    }
    Some(open.len())
}

/// Whether something must follow a token.
fn awaits(text: &str, token: &Token) -> bool {
    let word = &text[token.start..token.end];
    match token.kind {
        TokenKind::Sign => !matches!(word, "?" | "²" | "³" | "%" | "µ"),
        TokenKind::Word => is_reserved(word) && !matches!(word, "true" | "false"),
        _ => false,
    }
}
