//! One source, two notebooks: the students' with its holes, and the solution.
//!
//! The source is the solution, a script that runs. Comments that begin with `//?` say what of it the
//! students are to find: `//? TEXT` at the end of a line, `//? begin HINT` … `//? end` around lines.
//! What stands between `//? solution` and `//? end` they do not see at all.

use super::{Cell, MARK, TEXT_MARK};
use crate::cli::Refusal;
use crate::cli::files::Text;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::source::{Sources, Span};

/// Begins a comment for the maker of labs.
const NOTE: &str = "//?";

/// Both versions of a lab.
#[derive(Debug, Default)]
pub struct Lab {
    /// What students get.
    pub student: Vec<Cell>,
    /// What teachers get.
    pub solution: Vec<Cell>,
    /// How many holes there are.
    pub holes: usize,
}

/// Lines that students do not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Whose place a hole has taken.
    Hole,
    /// That stand in the solution alone.
    Solution,
}

/// Reads a source.
pub fn read(text: &Text) -> Result<Lab, Refusal> {
    let mut sources = Sources::default();
    let source = sources.add(&text.name, &text.text);
    let mut reader = Reader::default();
    let mut at = 0;
    for line in text.text.split_inclusive('\n') {
        let words = line.trim_end();
        let indent = words.len() - words.trim_start().len();
        let span = Span::new(source, at + indent, at + words.len());
        at += line.len();
        let done = reader.line(words, span);
        done.map_err(|d| Refusal {
            sources: sources.clone(),
            diagnostics: vec![*d],
        })?;
    }
    reader.end().map_err(|d| Refusal {
        sources,
        diagnostics: vec![*d],
    })
}

type Done<T> = Result<T, Box<Diagnostic>>;

/// What was read so far.
#[derive(Default)]
struct Reader {
    lab: Lab,
    /// Whether lines are text now, and the solution's alone.
    markdown: bool,
    hidden: bool,
    /// Where the part at hand began, unless it is everybody's.
    part: Option<(Part, Span)>,
}

impl Reader {
    fn line(&mut self, line: &str, span: Span) -> Done<()> {
        if let Some(kind) = line.strip_prefix(MARK) {
            return self.cell(kind.trim(), span);
        }
        if self.markdown {
            let text = line.strip_prefix("//").unwrap_or(line);
            let text = text.strip_prefix(' ').unwrap_or(text).to_owned();
            self.put(&text, &text);
            return Ok(());
        }
        match line.trim_start().strip_prefix(NOTE) {
            Some(note) => self.note(line, note.trim(), span),
            None => self.code(line, span),
        }
    }

    fn cell(&mut self, kind: &str, span: Span) -> Done<()> {
        self.closed()?;
        (self.markdown, self.hidden) = match kind {
            "" => (false, false),
            "solution" => (false, true),
            "[markdown]" => (true, false),
            "[markdown] solution" => (true, true),
            _ => {
                let hint = format!(
                    "write `{MARK}` or `{TEXT_MARK}`, each with ` solution` behind it where students are not to see the cell"
                );
                return Err(wrong(
                    format!("there are no cells `{kind}`"),
                    span,
                    "",
                    hint,
                ));
            }
        };
        let cell = Cell {
            markdown: self.markdown,
            source: String::new(),
        };
        if !self.hidden {
            self.lab.student.push(cell.clone());
        }
        self.lab.solution.push(cell);
        Ok(())
    }

    /// A line that is nothing but a comment for the maker of labs.
    fn note(&mut self, line: &str, note: &str, span: Span) -> Done<()> {
        let (word, hint) = note.split_once(' ').unwrap_or((note, ""));
        let indent = &line[..line.len() - line.trim_start().len()];
        match word {
            "begin" => {
                self.open(Part::Hole, span)?;
                self.lab.holes += usize::from(!self.hidden);
                if !hint.trim().is_empty() {
                    self.put_student(&format!("{indent}// {}", hint.trim()));
                }
                self.put_student(&format!("{indent}?"));
                Ok(())
            }
            "solution" if hint.is_empty() => self.open(Part::Solution, span),
            "end" if hint.is_empty() => match self.part.take() {
                Some(_) => Ok(()),
                None => Err(wrong(
                    "`//? end` ends nothing".into(),
                    span,
                    "no `//? begin` or `//? solution` stands before this",
                    "leave it out, or write `//? begin HINT` where the hole begins".into(),
                )),
            },
            _ => Err(wrong(
                "a hole without code".into(),
                span,
                "there is no code on this line",
                "write it behind the code, `let a = 3 //? 3`, or one of `//? begin HINT`, `//? solution`, `//? end`"
                    .into(),
            )),
        }
    }

    fn open(&mut self, part: Part, span: Span) -> Done<()> {
        if let Some((_, before)) = self.part.replace((part, span)) {
            let hint = "write `//? end` before this".into();
            let d = wrong("one part of a lab inside another".into(), span, "", hint);
            return Err(Box::new(d.at(before, "this is still open")));
        }
        Ok(())
    }

    fn code(&mut self, line: &str, span: Span) -> Done<()> {
        let Some(comment) = comment(line).filter(|at| line[*at..].contains(NOTE)) else {
            self.put(line, line);
            return Ok(());
        };
        let (code, remarks) = line.split_at(comment);
        let mut notes = remarks.split(NOTE);
        let remark = notes.next().unwrap_or_default().trim_end();
        let mut student = code.to_owned();
        for text in notes.map(str::trim) {
            let place = if text.is_empty() {
                None
            } else {
                last_word(&student, text)
            };
            let Some(place) = place else {
                return Err(not_there(code.trim(), text, span));
            };
            student.replace_range(place..place + text.len(), "?");
            let seen = self.part.is_none() && !self.hidden;
            self.lab.holes += usize::from(seen);
        }
        let whole = |code: &str| format!("{code}{remark}").trim_end().to_owned();
        self.put(&whole(&student), &whole(code));
        Ok(())
    }

    /// The same line of both versions.
    fn put(&mut self, student: &str, solution: &str) {
        if self.part.is_none() {
            self.put_student(student);
        }
        push(&mut self.lab.solution, solution);
    }

    fn put_student(&mut self, line: &str) {
        if !self.hidden {
            push(&mut self.lab.student, line);
        }
    }

    fn closed(&self) -> Done<()> {
        match self.part {
            None => Ok(()),
            Some((part, at)) => {
                let what = if part == Part::Hole {
                    "begin"
                } else {
                    "solution"
                };
                Err(wrong(
                    format!("`//? {what}` is never ended"),
                    at,
                    "it goes on to the end of its cell",
                    "write `//? end` below its last line".into(),
                ))
            }
        }
    }

    fn end(mut self) -> Done<Lab> {
        self.closed()?;
        for cells in [&mut self.lab.student, &mut self.lab.solution] {
            for cell in cells.iter_mut() {
                cell.source = super::import::trimmed(&cell.source);
            }
            cells.retain(|cell| !cell.source.is_empty());
        }
        Ok(self.lab)
    }
}

/// Adds a line to the last cell.
fn push(cells: &mut Vec<Cell>, line: &str) {
    if cells.is_empty() {
        // What stands before the first mark is code.
        cells.push(Cell {
            markdown: false,
            source: String::new(),
        });
    }
    if let Some(cell) = cells.last_mut() {
        cell.source.push_str(line);
        cell.source.push('\n');
    }
}

/// Where the comment of a line of code begins.
fn comment(line: &str) -> Option<usize> {
    let mut in_text = false;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' if !escaped => in_text = !in_text,
            '/' if !in_text && line[at..].starts_with("//") => return Some(at),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

/// Where a text stands last, as words of its own rather than as a part of some.
fn last_word(code: &str, text: &str) -> Option<usize> {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let alone = |at: usize| {
        let before = code[..at].chars().next_back();
        let after = code[at + text.len()..].chars().next();
        let goes_on = word(before) && word(text.chars().next())
            || word(after) && word(text.chars().next_back());
        !goes_on
    };
    let places = code.rmatch_indices(text).map(|(at, _)| at);
    places.into_iter().find(|at| alone(*at))
}

fn not_there(code: &str, text: &str, span: Span) -> Box<Diagnostic> {
    if text.is_empty() {
        let hint = format!("write what is to be found behind it, such as `{code} //? 3`");
        return wrong("a hole of nothing".into(), span, "`//?` is empty", hint);
    }
    let label = if code.contains(text) {
        "it stands here only as a part of other words"
    } else {
        "it does not stand on this line"
    };
    let hint =
        "behind `//?` stands, letter by letter, what of this line's code the students are to find";
    wrong(
        format!("`{text}` cannot become a hole"),
        span,
        label,
        hint.into(),
    )
}

fn wrong(title: String, at: Span, label: &str, hint: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::new("E0715", title).at(at, label).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lab(text: &str) -> Result<Lab, Vec<String>> {
        let text = Text {
            name: "lab.nasaic".into(),
            text: text.into(),
        };
        read(&text).map_err(|r| r.diagnostics.iter().map(|d| d.title.clone()).collect())
    }

    fn versions(text: &str) -> (String, String) {
        let lab = lab(text).expect("it is right");
        let joined = |cells: &[Cell]| {
            let sources: Vec<&str> = cells.iter().map(|c| c.source.as_str()).collect();
            sources.join("\n--\n")
        };
        (joined(&lab.student), joined(&lab.solution))
    }

    #[test]
    fn holes_are_the_last_words_of_their_lines() {
        let (student, solution) = versions(
            "// %%\nlet a3 = 3 + 3 //? 3\nlet b = f(x, 2 ms)  // why //? x //? 2 ms\nlet c = \"//? no\"\n",
        );
        assert_eq!(
            student,
            "let a3 = 3 + ?\nlet b = f(?, ?)  // why\nlet c = \"//? no\""
        );
        assert_eq!(
            solution,
            "let a3 = 3 + 3\nlet b = f(x, 2 ms)  // why\nlet c = \"//? no\""
        );
    }

    #[test]
    fn lines_become_one_hole_with_a_hint() {
        let (student, solution) = versions(
            "// %%\nnet {\n  //? begin two layers\n  conv\n  conv\n  //? end\n}\n//? solution\nnet\n//? end\n// %% [markdown] solution\n// Why\n// %% [markdown]\n// Go on\n",
        );
        assert_eq!(student, "net {\n  // two layers\n  ?\n}\n--\nGo on");
        assert_eq!(
            solution,
            "net {\n  conv\n  conv\n}\nnet\n--\nWhy\n--\nGo on"
        );
    }

    #[test]
    fn mistakes_of_the_maker_are_told() {
        let table = [
            ("let a = 3 //? 4\n", "`4` cannot become a hole"),
            ("let a = 33 //? 3\n", "`3` cannot become a hole"),
            ("let a = 3 //?\n", "a hole of nothing"),
            ("//? 3\n", "a hole without code"),
            ("//? begin\nlet a = 3\n", "`//? begin` is never ended"),
            (
                "//? begin\na\n// %%\nb\n//? end\n",
                "`//? begin` is never ended",
            ),
            (
                "//? begin\n//? solution\n//? end\n",
                "one part of a lab inside another",
            ),
            ("let a = 3\n//? end\n", "`//? end` ends nothing"),
            ("// %% [text]\n// a\n", "there are no cells `[text]`"),
        ];
        for (text, wanted) in table {
            let told = lab(&format!("// %%\n{text}")).expect_err("it is wrong");
            assert_eq!(told, [wanted], "{text}");
        }
    }
}
