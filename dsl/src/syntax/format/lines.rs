//! The lines of a text that is being written.

/// How long a line should be at most, in characters.
pub(super) const WIDTH: usize = 100;

/// The blanks of one level of indentation.
const INDENT: usize = 2;

/// One line: its text, and the comment behind it.
struct Line {
    code: String,
    comment: Option<String>,
}

/// Lines written so far, and the one being written.
#[derive(Default)]
pub(super) struct Lines {
    done: Vec<Line>,
    current: String,
    level: usize,
}

impl Lines {
    /// Appends to the current line, which is indented when it begins.
    pub fn write(&mut self, words: &str) {
        if self.current.is_empty() {
            self.current = " ".repeat(self.level * INDENT);
        }
        self.current.push_str(words);
    }

    /// The characters on the current line.
    pub fn column(&self) -> usize {
        match self.current.is_empty() {
            true => self.level * INDENT,
            false => self.current.chars().count(),
        }
    }

    /// The characters before the first word of a line.
    pub fn indentation(&self) -> usize {
        self.level * INDENT
    }

    /// Ends the current line, with a comment behind it if there is one.
    pub fn end(&mut self, comment: Option<String>) {
        let code = std::mem::take(&mut self.current);
        self.done.push(Line { code, comment });
    }

    /// An empty line, unless the text or the block has just begun or there is one already.
    pub fn blank(&mut self) {
        if self.done.last().is_some_and(|line| !line.code.is_empty()) {
            self.end(None);
        }
    }

    /// What follows is indented by one level more.
    pub fn indent(&mut self) {
        self.level += 1;
    }

    /// What follows is indented by one level less.
    pub fn outdent(&mut self) {
        self.level -= 1;
    }

    /// The whole text. Comments behind consecutive lines begin in the same column.
    pub fn finish(self) -> String {
        let mut text = String::new();
        for run in self
            .done
            .chunk_by(|a, b| a.comment.is_some() == b.comment.is_some())
        {
            let width = run
                .iter()
                .map(|line| line.code.chars().count())
                .max()
                .unwrap_or(0);
            for line in run {
                text.push_str(&line.code);
                if let Some(comment) = &line.comment {
                    let gap = width - line.code.chars().count() + 2;
                    text.extend(std::iter::repeat_n(' ', gap));
                    text.push_str(comment);
                }
                text.push('\n');
            }
        }
        text
    }
}
