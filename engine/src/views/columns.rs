//! Columns: expressions over rows, each in one unit.

use crate::call::Call;
use crate::fault::Fault;
use crate::formula::{self, Names, Scripts};
use crate::item::Item;
use crate::study::Study;
use crate::table::{Cell, Head};
use crate::views::names::Remarks;
use crate::views::{rows, sense, units as suited};
use nasaic_dsl::plan::{Expr, ExprKind};
use nasaic_dsl::source::Span;
use nasaic_dsl::units::{self, Dim, Scale};
use nasaic_dsl::value::{Quantity, Value};
use nasaic_plot::Axis;
use std::borrow::Cow;
use std::sync::Arc;

/// The metrics that differ from run to run.
const TIMES: [&str; 4] = ["time", "overhead", "time_to_first", "training"];

/// A wanted column.
pub(super) struct Ask<'a> {
    /// Its name, without `as UNIT`.
    pub name: String,
    /// What it is worth in a row.
    pub expr: Cow<'a, Expr>,
}

impl<'a> Ask<'a> {
    /// A column that a call asks for, named as it was written.
    pub fn written(call: &Call<'_>, expr: &'a Expr) -> Self {
        Self {
            name: call.written(sense::without_unit(expr)),
            expr: Cow::Borrowed(expr),
        }
    }

    /// The column argument `name` of a call, which must be there.
    pub fn argument(call: &Call<'a>, name: &str) -> Result<Self, Fault> {
        let expr = call.column(name).ok_or_else(|| {
            Fault::new("E0209", format!("`{}` needs `{name}`", call.name)).at(call.at)
        })?;
        Ok(Self::written(call, expr))
    }

    /// A metric.
    pub fn metric(name: &str) -> Self {
        Self::made(name, ExprKind::Metric(name.to_owned()))
    }

    /// The standard error of what it asks for, where that is an accuracy.
    pub fn uncertainty(&self) -> Option<Self> {
        let ExprKind::Metric(name) = &sense::without_unit(&self.expr).kind else {
            return None;
        };
        match name.rsplit_once('.') {
            Some((task, "accuracy")) => Some(Self::metric(&format!("{task}.uncertainty"))),
            None if name == "accuracy" => Some(Self::metric("uncertainty")),
            _ => None,
        }
    }

    /// A decision, shown under another name than its path.
    pub fn path(name: &str, path: &str) -> Self {
        Self::made(name, ExprKind::Path(path.to_owned()))
    }

    fn made(name: &str, kind: ExprKind) -> Self {
        Self {
            name: name.to_owned(),
            expr: Cow::Owned(Expr {
                kind,
                at: Span::default(),
            }),
        }
    }
}

/// The wanted columns of all rows.
pub(super) struct Sheet {
    /// In the order in which they were asked for.
    pub columns: Vec<Column>,
    /// What to call each row in a picture; empty for designs.
    pub labels: Vec<String>,
    /// The space of the first row.
    pub study: Option<Arc<Study>>,
}

/// A column: a value for each row, numbers in one unit.
pub(super) struct Column {
    /// Its name, with what its accuracies and energies are worth.
    pub name: String,
    /// The unit of its numbers; empty for none.
    pub unit: String,
    /// A value per row, where the row has one.
    pub values: Vec<Option<Value>>,
    /// The standard error of each value, where it is an accuracy with one.
    errors: Vec<Option<Value>>,
    scale: Scale,
    /// Its name without remarks.
    plain: String,
    remarks: Remarks,
    /// Cycles per second of the first row.
    clock: f64,
    volatile: bool,
}

/// Evaluates columns over the rows of a value, in one pass.
pub(super) fn read(of: &Item, asks: &[Ask<'_>], scripts: &Scripts) -> Result<Sheet, Fault> {
    let uncertainties: Vec<Option<Ask<'_>>> = asks.iter().map(Ask::uncertainty).collect();
    let mut values: Vec<Vec<[Option<Value>; 2]>> = asks.iter().map(|_| Vec::new()).collect();
    let mut remarks: Vec<Remarks> = asks.iter().map(|_| Remarks::default()).collect();
    let mut labels = Vec::new();
    let mut first: Option<Arc<Study>> = None;
    let mut last: Option<Arc<Study>> = None;
    let mut clock = 1.0;
    rows::each(of, &mut |row| {
        if labels.is_empty() {
            clock = row.names.clock();
        }
        labels.push(row.label.to_owned());
        let known = last
            .as_ref()
            .zip(row.study)
            .is_some_and(|(a, b)| Arc::ptr_eq(a, b));
        for (i, ask) in asks.iter().enumerate() {
            let error = match &uncertainties[i] {
                Some(uncertainty) => value(&uncertainty.expr, row.names, scripts)?,
                None => None,
            };
            values[i].push([value(&ask.expr, row.names, scripts)?, error]);
            if let (Some(study), false) = (row.study, known) {
                remarks[i].see(&ask.expr, study);
            }
        }
        if let (Some(study), false) = (row.study, known) {
            first.get_or_insert_with(|| Arc::clone(study));
            last = Some(Arc::clone(study));
        }
        Ok(())
    })?;
    let columns = asks.iter().zip(values).zip(remarks);
    let columns = columns
        .map(|((ask, v), r)| Column::new(ask, v, r, clock))
        .collect();
    Ok(Sheet {
        columns,
        labels,
        study: first,
    })
}

/// The value of an expression in a row; none where a name in it has none, such as a decision
/// that takes no part in a design.
fn value(expr: &Expr, names: &dyn Names, scripts: &Scripts) -> Result<Option<Value>, Fault> {
    let mut known = true;
    expr.walk(&mut |e| match &e.kind {
        ExprKind::Metric(name) => known &= names.metric(name).is_some(),
        ExprKind::Path(path) => known &= names.path(path).is_some(),
        _ => {}
    });
    if known {
        formula::value(expr, names, scripts).map(Some)
    } else {
        Ok(None)
    }
}

impl Sheet {
    /// Takes the columns apart, as many as were asked for.
    pub fn take<const N: usize>(&mut self) -> Result<[Column; N], Fault> {
        let columns = std::mem::take(&mut self.columns);
        columns
            .try_into()
            .map_err(|_| Fault::new("E0805", "the columns could not be read"))
    }
}

impl Column {
    fn new(ask: &Ask<'_>, rows: Vec<[Option<Value>; 2]>, remarks: Remarks, clock: f64) -> Self {
        let (values, errors): (Vec<_>, Vec<_>) = rows.into_iter().map(|[v, e]| (v, e)).unzip();
        let (unit, scale) = unit(&values, remarks.is_activity());
        let mut volatile = false;
        ask.expr.walk(&mut |e| {
            volatile |= matches!(&e.kind, ExprKind::Metric(m) if TIMES.contains(&m.as_str()));
        });
        Self {
            name: remarks.on(&ask.name),
            unit,
            values,
            errors,
            scale,
            plain: ask.name.clone(),
            remarks,
            clock,
            volatile,
        }
    }

    /// The number of a row in the column's unit; a truth counts 0 or 1.
    pub fn number(&self, row: usize) -> Option<f64> {
        let number = match self.values.get(row)?.as_ref()? {
            Value::Quantity(q) => self.scale.from_base(q.value),
            Value::Bool(truth) => f64::from(u8::from(*truth)),
            _ => return None,
        };
        number.is_finite().then_some(number)
    }

    /// How far the number of a row is uncertain, in the column's unit.
    pub fn error(&self, row: usize) -> Option<f64> {
        match self.errors.get(row)?.as_ref()? {
            Value::Quantity(q) => Some(self.convert(q)),
            _ => None,
        }
    }

    /// A quantity in the column's unit; times and cycles convert through the clock.
    pub fn convert(&self, q: &Quantity) -> f64 {
        formula::shown(q.clone(), &self.unit, self.clock).number()
    }

    /// Whether every value is a number or missing, and at least one is there.
    pub fn is_numeric(&self) -> bool {
        let mut known = self.values.iter().flatten().peekable();
        known.peek().is_some() && known.all(|v| matches!(v, Value::Quantity(_)))
    }

    /// The cell of a row.
    pub fn cell(&self, row: usize) -> Cell {
        match self.values.get(row).and_then(Option::as_ref) {
            None => Cell::Missing,
            Some(Value::Quantity(_)) => self.number(row).map_or(Cell::Missing, Cell::Number),
            Some(Value::Bool(truth)) => Cell::Truth(*truth),
            Some(Value::Text(text)) => Cell::text(text),
            Some(other) => Cell::text(other.to_string()),
        }
    }

    /// The head of the column in a table.
    pub fn head(&self) -> Head {
        // `cycles (cycles)` would say it twice.
        let unit = if self.unit == self.name {
            ""
        } else {
            &self.unit
        };
        Head {
            volatile: self.volatile,
            ..Head::new(&self.name, unit)
        }
    }

    /// The axis on which its numbers stand, logarithmic when they span more than two decades.
    pub fn axis(&self) -> Axis {
        Axis {
            log: self.is_wide(),
            ..self.remarks.axis(&self.plain, &self.unit)
        }
    }

    fn is_wide(&self) -> bool {
        let numbers = (0..self.values.len()).filter_map(|row| self.number(row));
        let ends = numbers.fold(None, |ends: Option<(f64, f64)>, x| {
            Some(ends.map_or((x, x), |(low, high)| (low.min(x), high.max(x))))
        });
        ends.is_some_and(|(low, high)| low > 0.0 && high > 100.0 * low)
    }

    /// A fault unless the column has numbers.
    pub fn require_numbers(&self) -> Result<(), Fault> {
        if self.is_numeric() || self.values.is_empty() {
            return Ok(());
        }
        let known = self.values.iter().flatten().next();
        Err(match known {
            None => Fault::new(
                "E0805",
                format!("`{}` has no value in any of these rows", self.name),
            ),
            Some(_) => Fault::new("E0305", format!("`{}` is not a number", self.name))
                .hint("use it in a `table`, as `color`, or as an axis of a `heatmap`"),
        })
    }
}

/// One unit for a column: the one it is written in, nJ for activity, else one that suits the median.
fn unit(values: &[Option<Value>], activity: bool) -> (String, Scale) {
    let quantities = || {
        values.iter().filter_map(|v| match v {
            Some(Value::Quantity(q)) => Some(q),
            _ => None,
        })
    };
    let Some(first) = quantities().next() else {
        return (String::new(), Scale::ONE);
    };
    let same = !first.unit.is_empty() && quantities().all(|q| q.unit == first.unit);
    let wanted = match (same, activity && first.dim == Dim::ENERGY) {
        (true, _) => Some(first.unit.as_str()),
        (false, true) => Some("nJ"),
        _ => None,
    };
    match wanted.and_then(|unit| Some((unit.to_owned(), units::parse(unit)?))) {
        Some(found) => found,
        None => suited::suiting(quantities().map(|q| q.value), first.dim),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantities(unit: &str, values: &[f64], dim: Dim) -> Vec<Option<Value>> {
        let quantity = |v: &f64| Quantity {
            value: *v,
            dim,
            unit: unit.into(),
        };
        values
            .iter()
            .map(|v| Some(Value::Quantity(quantity(v))))
            .collect()
    }

    fn column(values: Vec<Option<Value>>) -> Column {
        let rows = values.into_iter().map(|v| [v, None]).collect();
        Column::new(&Ask::metric("latency"), rows, Remarks::default(), 1e9)
    }

    #[test]
    fn a_column_has_one_unit() {
        let written = quantities("GB/s", &[4e9, 32e9], Dim::BANDWIDTH);
        assert_eq!(unit(&written, false).0, "GB/s");
        let mixed = [
            quantities("KiB", &[1024.0], Dim::DATA),
            quantities("MiB", &[1048576.0], Dim::DATA),
        ];
        assert_eq!(unit(&mixed.concat(), false).0, "MB");
        assert_eq!(
            unit(&quantities("", &[2e-3, 4e-3], Dim::TIME), false).0,
            "ms"
        );
        assert_eq!(
            unit(&quantities("", &[5.0, 8.0], Dim::ENERGY), true).0,
            "nJ"
        );
        assert_eq!(
            unit(&quantities("", &[5.0, 8.0], Dim::ENERGY), false).0,
            "J"
        );
    }

    #[test]
    fn limits_in_cycles_stand_on_an_axis_in_time() {
        let c = column(quantities("", &[2e-3, 4e-3], Dim::TIME));
        let limit = Quantity {
            value: 8e5,
            dim: Dim::CYCLES,
            unit: "cycles".into(),
        };
        assert!((c.convert(&limit) - 0.8).abs() < 1e-12);
        let c = column(quantities("cycles", &[2e5, 4e5], Dim::CYCLES));
        let limit = Quantity {
            value: 3e-4,
            dim: Dim::TIME,
            unit: "ms".into(),
        };
        assert_eq!(c.convert(&limit), 3e5);
    }

    #[test]
    fn an_axis_over_decades_is_logarithmic() {
        assert!(column(quantities("", &[1e-5, 2e-2], Dim::TIME)).axis().log);
        assert!(!column(quantities("", &[1e-3, 2e-2], Dim::TIME)).axis().log);
        assert!(!column(quantities("", &[0.0, 2e-2], Dim::TIME)).axis().log);
        assert_eq!(
            column(quantities("", &[2e-6, 3e-6], Dim::TIME))
                .axis()
                .unit
                .as_deref(),
            Some("µs")
        );
    }

    #[test]
    fn names_are_not_numbers() {
        let c = column(vec![None, Some(Value::Name("same".into()))]);
        assert!(c.require_numbers().is_err());
        assert_eq!((c.cell(0), c.cell(1)), (Cell::Missing, Cell::text("same")));
    }
}
