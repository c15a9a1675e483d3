//! All values of some decisions, one after the other.

use nasaic_dsl::instance::INACTIVE;
use nasaic_search::{Design, Space};
use std::ops::ControlFlow;

/// Visits all values of some decisions in order, each decision after those it depends on.
pub(super) fn each<B>(
    space: &Space,
    decisions: &[usize],
    visit: &mut dyn FnMut(&Design) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let mut design = Design(vec![INACTIVE; space.decisions().len()]);
    each_below(space, decisions, &mut design, visit)
}

/// The same below a design in which the decisions before these have their values.
pub(super) fn each_below<B>(
    space: &Space,
    decisions: &[usize],
    design: &mut Design,
    visit: &mut dyn FnMut(&Design) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let Some((&index, rest)) = decisions.split_first() else {
        return visit(design);
    };
    let decision = &space.decisions()[index];
    if !decision.is_active(design) {
        return each_below(space, rest, design, visit);
    }
    for value in 0..decision.values as u32 {
        design.0[index] = value;
        each_below(space, rest, design, visit)?;
    }
    design.0[index] = INACTIVE;
    ControlFlow::Continue(())
}

/// All of them; none where there are more than `most`.
pub(super) fn all(space: &Space, decisions: &[usize], most: usize) -> Option<Vec<Design>> {
    let mut all = Vec::new();
    let ended = each(space, decisions, &mut |design| {
        if all.len() == most {
            return ControlFlow::Break(());
        }
        all.push(design.clone());
        ControlFlow::Continue(())
    });
    ended.is_continue().then_some(all)
}

/// How many there are.
pub(super) fn count(space: &Space, decisions: &[usize]) -> u64 {
    let mut count = 0;
    let _ = each(space, decisions, &mut |_| {
        count += 1;
        ControlFlow::<()>::Continue(())
    });
    count
}
