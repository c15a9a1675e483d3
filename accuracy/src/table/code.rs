//! Codes of networks: how a table writes the decisions of a network in one cell.
//!
//! A code is a template such as `{e01}-{e02}` or `|{e01}~0|+|{e02}~0|{e12}~1|`: text with the paths of decisions in
//! braces; `{{` and `}}` stand for the braces themselves.

/// How a table writes a network in one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    parts: Vec<Part>,
    /// Values that are written as numbers: the place in this list.
    numbered: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The path of a decision.
    Decision(String),
}

impl Code {
    /// Reads a template; the error is one sentence.
    pub fn parse(template: &str, numbered: Vec<String>) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = template;
        while let Some(at) = rest.find(['{', '}']) {
            text.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            let after = &rest[at + 1..];
            if after.starts_with(brace) {
                text.push_str(brace);
                rest = &after[1..];
                continue;
            }
            let end = after.find(['{', '}']);
            let Some(end) = end.filter(|end| brace == "{" && after[*end..].starts_with('}')) else {
                return Err(format!(
                    "`{brace}` has no partner after `{}`",
                    &template[..template.len() - rest.len() + at]
                ));
            };
            let path = after[..end].trim();
            if path.is_empty() {
                return Err("`{}` names no decision".into());
            }
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            parts.push(Part::Decision(path.to_owned()));
            rest = &after[end + 1..];
        }
        text.push_str(rest);
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        if !parts.iter().any(|p| matches!(p, Part::Decision(_))) {
            return Err(format!("`{template}` names no decision"));
        }
        Ok(Self { parts, numbered })
    }

    /// The paths of its decisions, in order.
    pub fn decisions(&self) -> Vec<String> {
        let paths = self.parts.iter().filter_map(|part| match part {
            Part::Decision(path) => Some(path.clone()),
            Part::Text(_) => None,
        });
        paths.collect()
    }

    /// The code of the network with these values, in the order of its decisions.
    pub fn write(&self, values: &[String]) -> String {
        let mut values = values.iter();
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Decision(_) => {
                    let value = values.next().map_or("", String::as_str);
                    match self.numbered.iter().position(|n| n == value) {
                        Some(place) => out.push_str(&place.to_string()),
                        None => out.push_str(value),
                    }
                }
            }
        }
        out
    }

    /// Whether a cell can be a code: its fixed text is there, in order, with something for each decision.
    pub fn fits(&self, cell: &str) -> bool {
        let mut rest = cell;
        let mut open = 0;
        for part in &self.parts {
            let Part::Text(text) = part else {
                open += 1;
                continue;
            };
            let least: usize = rest.chars().take(open).map(char::len_utf8).sum();
            if rest.chars().count() < open {
                return false;
            }
            let Some(at) = rest[least..].find(text.as_str()) else {
                return false;
            };
            if open == 0 && at > 0 {
                return false;
            }
            rest = &rest[least + at + text.len()..];
            open = 0;
        }
        if open == 0 {
            rest.is_empty()
        } else {
            rest.chars().count() >= open
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(words: &[&str]) -> Vec<String> {
        words.iter().map(|w| (*w).to_owned()).collect()
    }

    #[test]
    fn the_codes_of_published_tables_are_written() {
        let plain = Code::parse("{l0}{l1}", values(&["identity", "mb3", "mb6"])).unwrap();
        assert_eq!(plain.decisions(), ["l0", "l1"]);
        assert_eq!(plain.write(&values(&["mb6", "identity"])), "20");
        let arrows = Code::parse("|{e01}~0|+|{e02}~0|{e12}~1|", Vec::new()).unwrap();
        let code = arrows.write(&values(&["none", "skip_connect", "nor_conv_1x1"]));
        assert_eq!(code, "|none~0|+|skip_connect~0|nor_conv_1x1~1|");
        assert!(arrows.fits(&code));
        for other in [
            "",
            "|none~0|",
            "none~0|+|a~0|b~1|",
            "|~0|+|a~0|b~1|",
            "|a~0|+|a~0|b~1|x",
        ] {
            assert!(!arrows.fits(other), "{other}");
        }
        assert!(plain.fits("20") && !plain.fits("2"));
    }

    #[test]
    fn braces_can_be_written_and_must_be_closed() {
        let code = Code::parse("{{{a}}}", Vec::new()).unwrap();
        assert_eq!(code.write(&values(&["x"])), "{x}");
        for wrong in ["{a", "a}", "{}", "{a{b}}", "none"] {
            assert!(Code::parse(wrong, Vec::new()).is_err(), "{wrong}");
        }
    }
}
