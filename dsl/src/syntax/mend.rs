//! Signs and words of other places, read as what they were meant to be.
//!
//! Text copied from a PDF or a chat has look-alikes of ASCII signs; hands have
//! habits from other languages. Each is reported, and replaced in a copy of the
//! text by what was meant, padded with blanks to the same length in bytes. So
//! everything after it is read as usual and every place stays exact.

use super::lex::{Lexed, Lexeme, Lexer, Token, TokenKind, lex};
use super::lookalikes::{DOUBLE_QUOTES, INVISIBLE, LETTERS, LOOKALIKES, SINGLE_QUOTES, WORDS};
use super::problems::{Problems, Rank};
use crate::diagnostic::Diagnostic;
use std::borrow::Cow;

/// The text as the grammar shall read it, with its words and signs.
pub(crate) fn mend<'a>(text: &'a str, problems: &mut Problems<'_>) -> (Cow<'a, str>, Lexed) {
    let lexed = lex(text);
    let strange = |token: &Token| match token.kind {
        TokenKind::Sign => !is_plain_sign(&text[token.start..token.end]),
        TokenKind::Word => {
            let word = &text[token.start..token.end];
            !is_name_or_unit(word) || WORDS.iter().any(|(other, ..)| *other == word)
        }
        _ => false,
    };
    let odd_blank = |c: char| c.is_whitespace() && !matches!(c, ' ' | '\t' | '\r' | '\n');
    if !lexed.tokens.iter().any(strange) && !text.contains(odd_blank) {
        return (Cow::Borrowed(text), lexed);
    }
    let mended = Mender {
        text,
        problems,
        mended: String::with_capacity(text.len()),
    }
    .run();
    let lexed = lex(&mended);
    (Cow::Owned(mended), lexed)
}

fn is_plain_sign(sign: &str) -> bool {
    let known = sign.is_ascii() || "≤≥²³".contains(sign);
    known && !matches!(sign, "#" | ";" | "'" | "`")
}

/// Whether a word has only letters that the grammar takes, in a name or in a unit.
fn is_name_or_unit(word: &str) -> bool {
    word.strip_prefix(['µ', 'μ'])
        .unwrap_or(word)
        .trim_end_matches(['²', '³'])
        .is_ascii()
}

struct Mender<'a, 'p, 't> {
    text: &'a str,
    problems: &'p mut Problems<'t>,
    /// The text so far; always as long as the part of `text` it stands for.
    mended: String,
}

impl Mender<'_, '_, '_> {
    fn run(mut self) -> String {
        let mut lexer = Lexer::new(self.text);
        let mut begins = true;
        while let Some(lexeme) = lexer.next() {
            match lexeme {
                Lexeme::Comment(comment) => self.copy_to(comment.start, comment.end),
                Lexeme::Token(token) => {
                    begins |= self.text[self.mended.len()..token.start].contains('\n');
                    self.token(token, begins);
                    begins = matches!(&self.text[token.start..token.end], "{" | "," | ";");
                    lexer.skip_to(self.mended.len());
                }
            }
        }
        let end = self.text.len();
        self.copy_to(end, end);
        self.mended
    }

    /// Copies up to byte `end`; what lies before `start` are blanks.
    fn copy_to(&mut self, start: usize, end: usize) {
        for c in self.text[self.mended.len()..start].chars() {
            match c {
                ' ' | '\t' | '\r' | '\n' => self.mended.push(c),
                _ => self.mended.extend(std::iter::repeat_n(' ', c.len_utf8())),
            }
        }
        self.mended.push_str(&self.text[start..end]);
    }

    /// Puts `meant` in the place of the text up to byte `end`, padded with blanks.
    fn replace_to(&mut self, end: usize, meant: &str) {
        self.mended.push_str(meant);
        let missing = end.saturating_sub(self.mended.len());
        self.mended.extend(std::iter::repeat_n(' ', missing));
    }

    fn token(&mut self, token: Token, begins: bool) {
        let sign = &self.text[token.start..token.end];
        self.copy_to(token.start, token.start);
        match token.kind {
            TokenKind::Word if !is_name_or_unit(sign) => self.letters(token, sign),
            TokenKind::Word if begins => self.word(token, sign),
            TokenKind::Sign if !is_plain_sign(sign) => self.sign(token, sign),
            _ => self.copy_to(token.start, token.end),
        }
    }

    fn sign(&mut self, token: Token, sign: &str) {
        let lookalike = LOOKALIKES.iter().find(|(all, _)| all.contains(sign));
        match (sign, lookalike) {
            ("#", _) => self.hash(token),
            (";", _) => self.semicolon(token),
            _ if INVISIBLE.contains(sign) => self.replace_to(token.end, ""),
            _ if DOUBLE_QUOTES.contains(sign) => self.quote(token, DOUBLE_QUOTES),
            _ if SINGLE_QUOTES.contains(sign) => self.quote(token, SINGLE_QUOTES),
            (_, Some((_, meant))) => {
                let title = format!("`{sign}` is not the sign `{meant}`");
                self.report(
                    token.start,
                    token.end,
                    title,
                    &format!("write `{meant}` here"),
                    PASTED,
                    format!("write `{meant}`"),
                );
                self.replace_to(token.end, meant);
            }
            _ => self.copy_to(token.start, token.end),
        }
    }

    fn hash(&mut self, token: Token) {
        let end = self.line_end(token.start);
        let words = self.text[token.end..end].trim();
        self.report(
            token.start,
            token.end,
            String::from("`#` begins no comment"),
            "not a sign of the language",
            "A comment begins with `//` and ends with its line.",
            format!("write `// {words}`"),
        );
        self.replace_to(end, "");
    }

    fn semicolon(&mut self, token: Token) {
        let rest = self.text[token.end..].trim_start_matches([' ', '\t', '\r']);
        let last = rest.is_empty() || rest.starts_with("//") || rest.starts_with(['}', '\n']);
        let (hint, meant) = if last {
            ("leave it out", "")
        } else {
            ("write `,`", ",")
        };
        self.report(
            token.start,
            token.end,
            String::from("`;` is not needed"),
            "not a sign of the language",
            "An item ends with its line; commas separate items on one line.",
            String::from(hint),
        );
        self.replace_to(token.end, meant);
    }

    /// A string in foreign quotation marks, if its other end is on the same line.
    fn quote(&mut self, token: Token, family: &str) {
        let line = self.text[token.end..]
            .char_indices()
            .take_while(|(_, c)| *c != '\n');
        let other = line
            .into_iter()
            .find(|(_, c)| family.contains(*c) || *c == '"');
        let Some((length, other)) = other else {
            return self.copy_to(token.start, token.end);
        };
        let (inner_end, end) = (token.end + length, token.end + length + other.len_utf8());
        let words = &self.text[token.end..inner_end];
        self.report(
            token.start,
            end,
            String::from("these are not the quotation marks of a string"),
            "write `\"` at both ends",
            "A string stands between two plain `\"`.",
            format!("write `\"{words}\"`"),
        );
        let blanks = token.end - token.start - 1;
        self.mended.extend(std::iter::repeat_n(' ', blanks));
        self.mended.push('"');
        self.copy_to(token.end, inner_end);
        self.replace_to(end, "\"");
    }

    fn word(&mut self, token: Token, word: &str) {
        let known = WORDS.iter().find(|(other, ..)| *other == word);
        let window = self.text.floor_char_boundary(token.end + WINDOW);
        let line = self.text[token.end..window].lines().next().unwrap_or("");
        let rest = line
            .split("//")
            .next()
            .unwrap_or("")
            .trim()
            .trim_end_matches(['}', ',', ';'])
            .trim_end();
        let Some((_, meant, note)) = known.filter(|(_, meant, _)| begins_statement(meant, rest))
        else {
            return self.copy_to(token.start, token.end);
        };
        self.report(
            token.start,
            token.end,
            format!("`{word}` is not a word of the language"),
            &format!("write `{meant}` here"),
            note,
            format!("write `{meant} {rest}`"),
        );
        self.replace_to(token.end, meant);
    }

    /// A name with letters that names cannot have.
    fn letters(&mut self, token: Token, word: &str) {
        let written: Vec<(usize, String)> = word
            .chars()
            .map(|c| {
                let plain = LETTERS
                    .iter()
                    .find(|(letter, _)| *letter == c)
                    .map(|(_, plain)| *plain);
                let plain = plain.map_or_else(
                    || {
                        if c.is_ascii() {
                            c.to_string()
                        } else {
                            "_".into()
                        }
                    },
                    String::from,
                );
                (c.len_utf8(), plain)
            })
            .collect();
        let name: String = written.iter().map(|(_, plain)| plain.as_str()).collect();
        self.report(
            token.start,
            token.end,
            format!("`{word}` is not a name"),
            "has letters that names cannot have",
            "A name has the letters a to z and A to Z, digits and `_`.",
            format!("write `{name}`"),
        );
        // The same length in bytes, so that every place stays exact.
        for (length, plain) in written {
            self.mended.push_str(&plain);
            self.mended
                .extend(std::iter::repeat_n('_', length.saturating_sub(plain.len())));
        }
    }

    fn report(
        &mut self,
        start: usize,
        end: usize,
        title: String,
        label: &str,
        note: &str,
        hint: String,
    ) {
        let diagnostic = Diagnostic::new("E0102", title)
            .at(self.problems.span(start, end), label)
            .note(note)
            .hint(hint);
        self.problems.add(Rank::Sign, diagnostic);
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |length| at + length)
    }
}

/// How many bytes after a word are looked at, so that a long line costs no more than a short one.
const WINDOW: usize = 200;

const PASTED: &str = "Text copied from a PDF or a chat often has signs that only look right.";

/// Whether what follows the word shows that it begins a statement, and is no name.
fn begins_statement(meant: &str, rest: &str) -> bool {
    let name = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    match meant {
        "let" => name.len() < rest.len() && name.trim_start().starts_with('='),
        _ => {
            rest.starts_with(|c: char| c.is_alphanumeric() || "_(-".contains(c))
                && !rest.starts_with("in ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn mended(text: &str) -> (String, usize) {
        let mut problems = Problems::new(SourceId(0), text);
        let (mended, _) = mend(text, &mut problems);
        assert_eq!(mended.len(), text.len(), "{text}");
        (
            mended.into_owned(),
            problems.chosen(&Default::default(), &[]).len(),
        )
    }

    #[test]
    fn what_was_meant_has_the_same_length() {
        let table = [
            ("a = 3 − 4", "a = 3 -   4", 1),
            ("a = 2×3", "a = 2* 3", 1),
            ("a ≠ b", "a !=  b", 1),
            ("a ∈ {1}", "a in  {1}", 1),
            ("a = “b c”", "a =   \"b c\"  ", 1),
            ("a = 'b'", "a = \"b\"", 1),
            ("a = 3; b = 4;", "a = 3, b = 4 ", 1),
            ("a # b", "a    ", 1),
            ("größe", "groesse", 1),
            ("naïve", "na__ve", 1),
            ("minimise a", "minimize a", 1),
            ("const a = 3", "let   a = 3", 1),
            ("a\u{A0}= 3", "a  = 3", 0),
            ("\u{FEFF}a", "   a", 0),
        ];
        for (text, meant, messages) in table {
            assert_eq!(mended(text), (String::from(meant), messages), "{text}");
        }
    }

    #[test]
    fn right_text_stays() {
        let texts = [
            "a ≤ 3 µm, b ≥ 4 mm²",
            "// “−”; # it's größe",
            "a = \"“−”; # größe\"",
            "var = 3",
            "minimise = 3",
            "kind = minimise",
        ];
        for text in texts {
            assert_eq!(mended(text), (String::from(text), 0));
        }
    }
}
