//! The generator without a network: priced designs, those first that come nearest to the wish.

use super::lessons::{Lesson, Scale};
use crate::design::Design;
use crate::space::Space;
use std::collections::BTreeSet;

/// Up to `count` distinct designs with the given networks and the hardware of the nearest lessons.
///
/// A lesson is as far away as its context is, and as its values miss the wishes, both in
/// deviations; of equally near ones the one with more room comes first.
pub(super) fn propose(
    lessons: &[Lesson],
    scale: &Scale,
    (space, networks): (&Space, &Design),
    (context, wishes): (&[f64], &[f64]),
    count: usize,
) -> Vec<Design> {
    let (of_context, of_values) = scale.spreads();
    let (of_context, of_values): (Vec<f64>, Vec<f64>) = (of_context.collect(), of_values.collect());
    let far = |lesson: &Lesson| {
        let apart = lesson.context.iter().zip(context).zip(&of_context);
        let apart = apart.map(|((a, b), spread)| (a - b) / spread);
        let over = lesson.values.iter().zip(wishes).zip(&of_values);
        let over = over.map(|((value, wish), spread)| (value - wish) / spread);
        let missed: f64 = over.clone().map(|x| x.max(0.0) * x.max(0.0)).sum();
        let room = over.fold(f64::NEG_INFINITY, f64::max);
        (apart.map(|x| x * x).sum::<f64>() + missed, room)
    };
    let mut order: Vec<(f64, f64, usize)> = lessons
        .iter()
        .enumerate()
        .map(|(index, lesson)| {
            let (far, room) = far(lesson);
            (far, room, index)
        })
        .collect();
    order.sort_by(|a, b| {
        let nearer = a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1));
        nearer.then(a.2.cmp(&b.2))
    });
    let (mut found, mut met) = (Vec::new(), BTreeSet::new());
    for (_, _, index) in order {
        let design = space.canonical(&space.joined(networks, &lessons[index].design));
        if met.insert(design.clone()) {
            found.push(design);
        }
        if found.len() >= count {
            break;
        }
    }
    found
}
