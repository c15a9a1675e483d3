//! The rows of a sweep: decisions and metrics, in base units.

use super::super::Context;
use crate::fault::Fault;
use crate::item::{Evaluation, Refused};
use crate::sink::Target;
use crate::study::Study;
use nasaic_dsl::instance::INACTIVE;
use nasaic_dsl::value::Value;
use nasaic_store::{Cell, Column, Format, Kind, Sheet, sheet};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Begins the file of a sweep: its rows, and the file to be finished when they are.
pub fn create(
    columns: &[Column],
    path: &str,
    context: &mut Context<'_, '_>,
) -> Result<(Box<dyn Sheet>, File), Fault> {
    let not_written = |reason: String, hint: &str| {
        Fault::new("E0705", format!("`{path}` cannot be written"))
            .at(context.at)
            .label(reason)
            .hint(hint)
    };
    let Some(format) = Format::of(path) else {
        let hint = "let its name end in `.csv` or `.parquet`";
        return Err(not_written(
            "of no kind that rows can be written to".into(),
            hint,
        ));
    };
    let target = context.sink.create(path);
    let target = target.map_err(|e| not_written(e, "give a path below the output folder"))?;
    let file = File(Arc::new(Mutex::new(Some(target))));
    match sheet(format, columns, file.clone()) {
        Ok(sheet) => Ok((sheet, file)),
        Err(e) => Err(not_written(e.to_string(), "check the space on the disk")),
    }
}

/// A file that a sheet writes and its owner finishes.
#[derive(Clone)]
pub struct File(Arc<Mutex<Option<Box<dyn Target>>>>);

impl File {
    /// Makes the file appear.
    pub fn finish(self) -> io::Result<()> {
        let target = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        target.map_or(Ok(()), Target::finish)
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut target = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match target.as_mut() {
            Some(target) => target.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut target = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        target.as_mut().map_or(Ok(()), |target| target.flush())
    }
}

/// The columns: decisions, why a design cannot be built, metrics.
pub fn columns(study: &Study) -> Vec<Column> {
    let decisions = study.instance.decisions.iter().map(|d| {
        let (unit, kind) = match d.domain.get(0) {
            Value::Quantity(q) => (q.dim.base_unit(), Kind::Number),
            _ => (String::new(), Kind::Text),
        };
        Column::new(&d.path, unit, kind)
    });
    let number = |name: &str, unit: &str| Column::new(name, unit, Kind::Number);
    let energy = if study.in_joules() { "J" } else { "activity" };
    let mut out: Vec<Column> = decisions.collect();
    out.extend([
        Column::new("refused", "", Kind::Text),
        Column::new("cycles", "", Kind::Count),
        number("latency", "s"),
        number("energy", energy),
        number("area", "m^2"),
        number("utilization", ""),
    ]);
    out.extend((!study.specs.is_empty()).then(|| number("violation", "")));
    let tasks = study.tasks.iter().filter(|t| t.source.is_some());
    out.extend(tasks.map(|t| number(&format!("{}.accuracy", t.label), "")));
    out
}

/// The row of a design, `width` cells of it.
pub fn cells(
    study: &Study,
    choices: &[u32],
    evaluated: Result<&Evaluation, &Refused>,
    width: usize,
) -> Vec<Cell> {
    let decisions = study.instance.decisions.iter().zip(choices);
    let mut out: Vec<Cell> = decisions
        .map(|(d, choice)| match d.domain.get(*choice as usize) {
            _ if *choice == INACTIVE => Cell::Missing,
            Value::Quantity(q) => Cell::Number(q.value),
            other => Cell::Text(other.to_string()),
        })
        .collect();
    let e = match evaluated {
        Ok(e) => e,
        Err(Refused::Invalid(reason)) => {
            out.push(Cell::Text(reason.clone()));
            out.resize(width, Cell::Missing);
            return out;
        }
        Err(Refused::Fault(_)) => return out,
    };
    let m = &e.priced.metrics;
    let number = |x: Option<f64>| x.map_or(Cell::Missing, Cell::Number);
    out.extend([
        Cell::Missing,
        Cell::Count(m.cycles),
        Cell::Number(m.latency),
        number(m.energy),
        number(m.area),
        Cell::Number(m.utilization),
    ]);
    out.extend((!study.specs.is_empty()).then(|| Cell::Number(e.sight().violation())));
    let tasks = study.tasks.iter().zip(&e.accuracies);
    let measured = tasks.filter(|(task, _)| task.source.is_some());
    out.extend(measured.map(|(_, a)| number(a.as_ref().map(|a| a.value))));
    out
}
