//! Views: tables and figures of results. They compute nothing that a result does not hold.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::Item;

/// Draws the view that a call names.
pub fn call(call: &Call<'_>) -> Result<Item, Fault> {
    Err(Fault::new("E0704", format!("`{}` is not in this build", call.name)).at(call.at))
}
