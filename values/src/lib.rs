//! Results of the nasaic language as Rust values, and back.
//!
//! In a notebook, a `%%rust` cell that names a `let` of the language finds it as a variable of one
//! of these types, [`give`] declares a Rust value as a `let` of the language, and
//! [`register`] lets cells of the language call a Rust function. Outside of
//! notebooks the types read what `nasaic run` writes into `result.json`:
//!
//! ```
//! use nasaic_values::{Quantity, Value};
//!
//! let lets = r#"{ "limit": { "value": 0.004, "unit": "s" }, "shares": [0.25, 0.75] }"#;
//! let lets: std::collections::BTreeMap<String, Value> = serde_json::from_str(lets)?;
//! assert_eq!(lets["limit"], Value::Quantity(Quantity::new(0.004, "s")));
//! assert_eq!(lets["shares"].to_string(), "[0.25, 0.75]");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Numbers are in base units (s, cycle, J, m, m², B, op), and field names say which. A number that
//! is not finite has no form in JSON; it is written as `null` and read as NaN.

mod design;
mod exchange;
#[cfg(unix)]
mod function;
mod number;
mod run;
mod table;
mod value;

pub use design::{Accuracy, Design, Designs, Evaluation, Slot, Spec, Sub, Task, Training};
pub use exchange::{GIVEN, give, take};
#[cfg(unix)]
pub use function::{FUNCTIONS, Function, NUMBER, PANIC, register, register_at};
pub use run::{Comparison, Contest, Decision, Entrant, Excluded, Proof, Run, Space};
pub use table::{Cell, Column, LayerRow, Layers, Table};
pub use value::{Quantity, Value, type_of};
