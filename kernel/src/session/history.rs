//! The cells that were run, as consoles ask for them.

use serde_json::{Value, json};

/// Most cells that are remembered.
const MOST: usize = 10_000;

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its execution count.
    pub count: u64,
    /// What was run.
    pub input: String,
    /// Its result as plain text, if it had one.
    pub output: Option<String>,
}

/// The cells of this session, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct History(Vec<Entry>);

impl History {
    /// Adds a cell that begins to run.
    pub fn begin(&mut self, count: u64, input: &str) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(Entry {
            count,
            input: input.to_owned(),
            output: None,
        });
    }

    /// Adds the result of the newest cell.
    pub fn end(&mut self, output: Option<String>) {
        if let Some(entry) = self.0.last_mut() {
            entry.output = output;
        }
    }

    /// The newest `count` cells.
    pub fn tail(&self, count: usize) -> &[Entry] {
        &self.0[self.0.len().saturating_sub(count)..]
    }

    /// The cells with counts from `start` to before `stop`; a stop below 1 counts from the end.
    pub fn range(&self, start: u64, stop: Option<i64>) -> Vec<&Entry> {
        let newest = self.0.last().map_or(0, |entry| entry.count);
        let stop = match stop {
            Some(stop) if stop > 0 => stop.unsigned_abs(),
            Some(stop) => (newest + 1).saturating_sub(stop.unsigned_abs()),
            None => newest + 1,
        };
        let inside = |entry: &&Entry| (start..stop).contains(&entry.count);
        self.0.iter().filter(inside).collect()
    }

    /// The cells that match a pattern with `*` and `?`, the newest `most` of them.
    pub fn search(&self, pattern: &str, unique: bool, most: Option<usize>) -> Vec<&Entry> {
        let pattern: Vec<char> = pattern.chars().collect();
        let mut found: Vec<&Entry> = Vec::new();
        for entry in self.0.iter().rev() {
            let input: Vec<char> = entry.input.chars().collect();
            let known = unique && found.iter().any(|other| other.input == entry.input);
            if matches(&pattern, &input) && !known {
                found.push(entry);
            }
            if most.is_some_and(|most| found.len() >= most) {
                break;
            }
        }
        found.reverse();
        found
    }
}

impl Entry {
    /// As the protocol has it; all cells are of one session.
    pub fn json(&self, output: bool) -> Value {
        match output {
            true => json!([0, self.count, [self.input, self.output]]),
            false => json!([0, self.count, self.input]),
        }
    }
}

/// Whether a text matches a pattern, in time proportional to their product.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(one) if *one == '?' || *one == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match &mut star {
                // The last star takes one character more.
                Some((at, taken)) => {
                    *taken += 1;
                    (p, t) = (*at + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history() -> History {
        let mut history = History::default();
        for (count, input) in [
            (1, "let a = 1"),
            (2, "a + 1"),
            (3, "let b = 2"),
            (4, "a + 1"),
        ] {
            history.begin(count, input);
        }
        history.end(Some("2".to_owned()));
        history
    }

    fn counts(entries: &[&Entry]) -> Vec<u64> {
        entries.iter().map(|entry| entry.count).collect()
    }

    #[test]
    fn ranges_and_tails_are_by_count() {
        let history = history();
        assert_eq!(counts(&history.range(2, Some(4))), [2, 3]);
        assert_eq!(counts(&history.range(1, None)), [1, 2, 3, 4]);
        assert_eq!(counts(&history.range(1, Some(-1))), [1, 2, 3]);
        assert_eq!(history.tail(1)[0].json(true), json!([0, 4, ["a + 1", "2"]]));
        assert_eq!(history.tail(9).len(), 4);
    }

    #[test]
    fn patterns_have_stars_and_question_marks() {
        let history = history();
        assert_eq!(counts(&history.search("let*", false, None)), [1, 3]);
        assert_eq!(counts(&history.search("*1", false, Some(1))), [4]);
        assert_eq!(counts(&history.search("a ? 1", true, None)), [4]);
        assert!(history.search("b", false, None).is_empty());
    }
}
