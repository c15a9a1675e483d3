//! One submission: its cells, then the checks.

use super::checks::{Check, Checks, Statement};
use super::folder_of;
use super::kernel::{Death, Kernel, Limits, memory_is_watched};
use super::sheet::{Found, Graded, Sheet, Trouble};
use crate::cli::Refusal;
use crate::cli::files::Text;
use crate::cli::notebook;
use nasaic_dsl::diagnostic::Diagnostic;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

/// How often a notebook is begun again without the cells that ended its kernel.
const ATTEMPTS: usize = 4;
/// What the checks have in any case, even if the cells took all the time there is.
const FOR_CHECKS: Duration = Duration::from_secs(10);

/// Grades a notebook; one that cannot be read is an entry of its own.
pub fn submission(path: &Path, checks: &Checks, limits: &Limits) -> Result<Sheet, Refusal> {
    let mut sheet = Sheet::new(path, checks);
    let read = Text::read(path).and_then(|text| notebook::cells::read(&text));
    let cells = match read {
        Ok(cells) => cells,
        Err(refusal) => {
            sheet.refused = Some(told(&refusal));
            return Ok(sheet);
        }
    };
    let code: Vec<String> = cells
        .into_iter()
        .filter(|cell| !cell.markdown)
        .map(|cell| cell.source)
        .collect();
    let out = tempfile::tempdir().map_err(|e| super::cannot("a temporary folder", &e))?;
    let mut deadly: BTreeMap<usize, Death> = BTreeMap::new();
    for _ in 0..ATTEMPTS {
        let kernel = Kernel::start(&folder_of(path), out.path(), limits)?;
        let mut run = Run {
            kernel,
            deadline: Instant::now() + limits.time,
            sheet: sheet.clone(),
            limits,
        };
        match run.cells(&code, &deadly) {
            Ok(()) => {
                run.checks(checks);
                sheet = run.sheet;
                break;
            }
            Err((cell, death)) => {
                deadly.insert(cell, death);
            }
        }
    }
    if sheet.checks.is_empty() {
        sheet.refused = Some(format!(
            "its kernel ended {ATTEMPTS} times: {}",
            lost(
                *deadly.values().next_back().unwrap_or(&Death::Ended),
                limits
            )
        ));
    }
    if !memory_is_watched() {
        sheet.notes.push("this system does not tell how much memory a process takes, so the memory limit was not watched".into());
    }
    Ok(sheet)
}

/// A notebook in its kernel.
struct Run<'a> {
    kernel: Kernel,
    deadline: Instant,
    sheet: Sheet,
    limits: &'a Limits,
}

impl Run<'_> {
    /// Runs the cells, except those that are known to end a kernel; answers the one that did.
    fn cells(
        &mut self,
        code: &[String],
        deadly: &BTreeMap<usize, Death>,
    ) -> Result<(), (usize, Death)> {
        for (index, source) in code.iter().enumerate() {
            let number = index + 1;
            if let Some(death) = deadly.get(&index) {
                self.trouble(number, lost(*death, self.limits));
                // Cells keep their numbers.
                let asked = self.kernel.ask(&json!({ "run": "" }), self.deadline);
                asked.map_err(|death| (index, death))?;
                continue;
            }
            let asked = self.kernel.ask(&json!({ "run": source }), self.deadline);
            let answer = asked.map_err(|death| (index, death))?;
            if answer.late {
                let limit = self.limits.time.as_secs_f64();
                self.trouble(
                    number,
                    format!("it was stopped: the notebook may take {limit} s"),
                );
                let left = code.len() - number;
                if left > 0 {
                    self.sheet.notes.push(format!(
                        "the {left} cells after cell [{number}] were not run, for lack of time"
                    ));
                }
                break;
            }
            let error = &answer.content["error"];
            if error.is_object() {
                self.sheet.cells.push(Trouble {
                    cell: number,
                    code: text(&error["code"]),
                    title: text(&error["title"]),
                    text: text(&error["text"]),
                });
            }
        }
        Ok(())
    }

    fn trouble(&mut self, cell: usize, title: String) {
        self.sheet.cells.push(Trouble {
            cell,
            code: String::new(),
            text: title.clone(),
            title,
        });
    }

    /// Makes every check; what cannot be checked gets no points, and the reason.
    fn checks(&mut self, checks: &Checks) {
        let by = self.deadline.max(Instant::now() + FOR_CHECKS);
        let forget = json!({ "forget": checks.declares() });
        let declared = match self.kernel.ask(&forget, by) {
            Ok(answer) => answer.content["declared"].clone(),
            Err(_) => Value::Null,
        };
        let declared = declared.as_array().into_iter().flatten().map(text);
        for name in declared.filter(|name| checks.makes(name)) {
            self.sheet.notes.push(format!(
                "the notebook declares `{name}`, and so does the check file: the check file's counts"
            ));
        }
        let mut lost_names: BTreeMap<String, String> = BTreeMap::new();
        let mut dead = None;
        for statement in &checks.statements {
            let (verdict, failure) = match dead {
                Some(death) => (None, Some(lost(death, self.limits))),
                None => match self.statement(&checks.name, statement, by) {
                    Ok(done) => done,
                    Err(death) => {
                        dead = Some(death);
                        (None, Some(lost(death, self.limits)))
                    }
                },
            };
            // What fails only because a helper did has that one's reason.
            let root = statement.words.iter().find_map(|w| lost_names.get(w));
            let reason = failure.map(|own| root.cloned().unwrap_or(own));
            match &statement.check {
                Some(check) => self.sheet.checks.push(graded(check, verdict, reason)),
                None => {
                    if let Some(reason) = reason {
                        let names = statement.declares.iter();
                        lost_names.extend(names.map(|name| (name.clone(), reason.clone())));
                    }
                }
            }
        }
    }

    /// The verdict of a statement, if it has one, and why not.
    #[allow(clippy::type_complexity, reason = "two answers to one question")]
    fn statement(
        &mut self,
        name: &str,
        statement: &Statement,
        by: Instant,
    ) -> Result<(Option<(bool, Option<Found>)>, Option<String>), Death> {
        let request = json!({ "check": { "name": name, "code": statement.code } });
        let answer = self.kernel.ask(&request, by)?;
        if answer.late {
            return Ok((
                None,
                Some("it takes too long with what the notebook declares".into()),
            ));
        }
        let verdict = answer.content["verdicts"].get(0);
        let verdict = verdict.map(|v| (v["holds"] == true, found(&v["found"])));
        let error = &answer.content["error"];
        let failed = error.is_object() && verdict.is_none();
        Ok((verdict, failed.then(|| self.reason(error))))
    }

    /// Why a check could not be made, as a student understands it.
    fn reason(&self, error: &Value) -> String {
        let title = text(&error["title"]);
        if error["code"] != "E0201" {
            return title;
        }
        let holes: BTreeSet<usize> = self
            .sheet
            .cells
            .iter()
            .filter(|c| c.code == "E0310")
            .map(|c| c.cell)
            .collect();
        let name = title.split('`').nth(1).unwrap_or_default();
        let missing = format!("no cell declares `{name}`");
        match holes.first() {
            Some(cell) => format!("{missing}; a `?` is left in cell [{cell}]"),
            None => missing,
        }
    }
}

fn graded(check: &Check, verdict: Option<(bool, Option<Found>)>, reason: Option<String>) -> Graded {
    let (passed, found) = verdict.unwrap_or((false, None));
    Graded {
        check: check.clone(),
        passed,
        found,
        reason,
    }
}

fn found(sides: &Value) -> Option<Found> {
    Some(Found {
        left: sides.get(0)?.as_str()?.to_owned(),
        operator: sides.get(1)?.as_str()?.to_owned(),
        right: sides.get(2)?.as_str()?.to_owned(),
    })
}

fn lost(death: Death, limits: &Limits) -> String {
    match death {
        Death::Time => format!(
            "the kernel was ended: it took more than {} s and could not be interrupted",
            limits.time.as_secs_f64()
        ),
        Death::Memory => format!(
            "the kernel was ended: it took more than {} MB of memory",
            limits.memory / 1_000_000
        ),
        Death::Ended => "the kernel has ended by itself".into(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn told(refusal: &Refusal) -> String {
    let mut errors = refusal
        .diagnostics
        .iter()
        .filter(|d| Diagnostic::is_error(d));
    errors.next().map_or_else(String::new, |d| d.title.clone())
}
