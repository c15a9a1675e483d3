//! `space`: exact sizes.

use super::{Args, Context, study};
use crate::fault::Fault;
use crate::item::{Item, Size};
use std::sync::Arc;

pub(super) fn space(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let study = study(args, context)?;
    let space = study.space().map_err(|f| f.at(context.at))?;
    let decisions = study
        .instance
        .decisions
        .iter()
        .map(|d| (d.path.clone(), d.domain.to_string(), d.domain.len()))
        .collect();
    let of = if study.name.is_empty() {
        context.what.to_owned()
    } else {
        study.name.clone()
    };
    Ok(Item::Space(Arc::new(Size {
        of,
        count: space.count(),
        decisions,
    })))
}
