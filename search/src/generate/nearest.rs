//! The generator without a network: priced designs, those first that come nearest to the wish.

use super::lessons::{Lesson, Scale};
use crate::design::Design;
use crate::space::Space;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Lessons that are looked at for each wanted design: many have the same hardware.
const LOOKED_AT: usize = 8;

/// A lesson by how far it is from what is wanted.
#[derive(Clone, Copy)]
struct Near {
    /// Squared distance of the contexts, and of the values where they miss a wish, in deviations.
    far: f64,
    /// The least room that a wish leaves, negative; of equally near lessons more room is better.
    room: f64,
    lesson: usize,
}

impl Near {
    fn order(&self, other: &Self) -> Ordering {
        let nearer = self.far.total_cmp(&other.far);
        let roomier = nearer.then(self.room.total_cmp(&other.room));
        roomier.then(self.lesson.cmp(&other.lesson))
    }
}

/// Up to `count` distinct designs with the given networks and the hardware of the nearest lessons.
pub(super) fn propose(
    lessons: &[Lesson],
    scale: &Scale,
    (space, networks): (&Space, &Design),
    (context, wishes): (&[f64], &[f64]),
    count: usize,
) -> Vec<Design> {
    let (of_context, of_values) = scale.spreads();
    let (of_context, of_values): (Vec<f64>, Vec<f64>) = (of_context.collect(), of_values.collect());
    let near = |(index, lesson): (usize, &Lesson)| {
        let (mut far, mut room) = (0.0, f64::NEG_INFINITY);
        let apart = lesson.context.iter().zip(context).zip(&of_context);
        for ((a, b), spread) in apart {
            let apart = (a - b) / spread;
            far += apart * apart;
        }
        let over = lesson.values.iter().zip(wishes).zip(&of_values);
        for ((value, wish), spread) in over {
            let over = (value - wish) / spread;
            far += over.max(0.0) * over.max(0.0);
            room = room.max(over);
        }
        Near {
            far,
            room,
            lesson: index,
        }
    };
    let mut all: Vec<Near> = lessons.iter().enumerate().map(near).collect();
    let mut looked_at = count.saturating_mul(LOOKED_AT);
    loop {
        let found = first(&mut all, looked_at, count, |near| {
            let hardware = &lessons[near.lesson].design;
            space.canonical(&space.joined(networks, hardware))
        });
        if found.len() >= count || looked_at >= lessons.len() {
            return found;
        }
        looked_at = looked_at.saturating_mul(LOOKED_AT);
    }
}

/// The distinct designs of the nearest lessons, at most `count`.
fn first(
    all: &mut [Near],
    looked_at: usize,
    count: usize,
    design: impl Fn(&Near) -> Design,
) -> Vec<Design> {
    let looked_at = looked_at.min(all.len());
    if looked_at < all.len() {
        all.select_nth_unstable_by(looked_at, Near::order);
    }
    let nearest = &mut all[..looked_at];
    nearest.sort_unstable_by(Near::order);
    let (mut found, mut met) = (Vec::new(), BTreeSet::new());
    for near in nearest.iter() {
        let design = design(near);
        if found.len() < count && met.insert(design.clone()) {
            found.push(design);
        }
    }
    found
}
