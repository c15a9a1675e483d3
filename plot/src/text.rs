//! Estimated widths of text, which depend on no font being installed.

/// The text with a space for each character that XML does not allow.
pub(crate) fn clean(text: &str) -> String {
    let allowed = |c: char| !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
    text.chars()
        .map(|c| if allowed(c) { c } else { ' ' })
        .collect()
}

/// The width of a monospaced text in pixels.
pub(crate) fn monospace_width(text: &str, size: f64) -> f64 {
    0.605 * size * text.chars().count() as f64
}

/// The width of a proportional text in pixels, estimated from the advances of Helvetica and
/// widened by a tenth because viewers may substitute a wider font.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size * 1.1
}

/// The advance of a character in Helvetica, rounded up, in font sizes.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 0.24,
        ' ' | '.' | ',' | ':' | ';' | '!' | '/' | '\\' | 'f' | 't' | 'I' | '·' => 0.28,
        '(' | ')' | '[' | ']' | '-' | 'r' | '`' | '"' | '*' | '{' | '}' => 0.36,
        '⁰' | '¹' | '²' | '³' | '⁴' | '⁵' | '⁶' | '⁷' | '⁸' | '⁹' | '⁻' => 0.36,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 0.5,
        '0'..='9' | 'a'..='z' if c != 'm' && c != 'w' => 0.56,
        'm' | 'M' => 0.84,
        'w' | 'C' | 'D' | 'H' | 'N' | 'R' | 'U' => 0.73,
        'G' | 'O' | 'Q' => 0.78,
        'W' | '%' | '@' | '—' | '…' => 1.0,
        '+' | '=' | '<' | '>' | '~' | '×' | '≤' | '≥' | '–' | '_' | '?' => 0.59,
        'A'..='Z' => 0.67,
        c if c.is_ascii() => 0.6,
        c if (c as u32) < 0x1100 => 0.62,
        _ => 1.0,
    }
}

/// The text cut to a width, with an ellipsis where something was cut.
pub(crate) fn shorten(text: &str, size: f64, available: f64) -> String {
    cut(text, |text| width(text, size) <= available)
}

/// The monospaced text cut to a width, with an ellipsis where something was cut.
pub(crate) fn shorten_monospace(text: &str, size: f64, available: f64) -> String {
    cut(text, |text| monospace_width(text, size) <= available)
}

fn cut(text: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if !fits(&format!("{kept}…")) {
            kept.pop();
            break;
        }
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// The text broken into lines that are no wider than `available` pixels.
///
/// Lines break at spaces and at the line breaks of the text; a word that is wider than a line is
/// cut with an ellipsis.
pub(crate) fn wrap(text: &str, size: f64, available: f64) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let word = shorten(word, size, available);
            if line.is_empty() {
                line = word;
            } else if width(&format!("{line} {word}"), size) <= available {
                line.push(' ');
                line.push_str(&word);
            } else {
                lines.push(std::mem::replace(&mut line, word));
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}
