//! A softmax for every open decision of the hardware, and the designs they make likely.

use crate::design::Design;
use crate::space::{Role, Space};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::{BTreeSet, BinaryHeap};

/// Combinations that are tried for each wanted design: several may make the same one, where
/// decisions take no part or limits move them.
const TRIES: usize = 32;

/// The decisions that a generator makes, each with its number of values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Heads(Vec<Head>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    decision: usize,
    name: String,
    values: usize,
}

impl Heads {
    /// Those of a space: its hardware with more than one value.
    pub(super) fn of(space: &Space) -> Self {
        let all = space.decisions().iter().enumerate();
        let open = all.filter(|(_, one)| one.role == Role::Hardware && one.values > 1);
        let head = |(decision, one): (usize, &crate::space::Decision)| Head {
            decision,
            name: one.name.clone(),
            values: one.values,
        };
        Self(open.map(head).collect())
    }

    /// Whether nothing is open.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many numbers they are together.
    pub(super) fn width(&self) -> usize {
        self.0.iter().map(|head| head.values).sum()
    }

    /// The probabilities of all values, head by head.
    pub(super) fn chances(&self, logits: &[f64]) -> Vec<f64> {
        let mut chances = logits.to_vec();
        for span in self.spans() {
            softmax(&mut chances[span]);
        }
        chances
    }

    /// A design as the probabilities that a sure generator would give: 1 for each of its values.
    pub(super) fn sure(&self, design: &Design) -> Vec<f64> {
        let mut chances = vec![0.0; self.width()];
        for (head, span) in self.0.iter().zip(self.spans()) {
            if let Some(value) = design.value(head.decision) {
                chances[span.start + value as usize] = 1.0;
            }
        }
        chances
    }

    /// The slopes of the cross-entropy with a design, at the logits; none where it decides nothing.
    pub(super) fn misses(&self, chances: &[f64], design: &Design) -> Vec<f64> {
        let mut slopes = chances.to_vec();
        for (head, span) in self.0.iter().zip(self.spans()) {
            match design.value(head.decision) {
                Some(value) => slopes[span.start + value as usize] -= 1.0,
                None => slopes[span].fill(0.0),
            }
        }
        slopes
    }

    /// Slopes at the probabilities as slopes at the logits.
    pub(super) fn through(&self, chances: &[f64], slopes: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; chances.len()];
        for span in self.spans() {
            let pairs = chances[span.clone()].iter().zip(&slopes[span.clone()]);
            let mean: f64 = pairs.map(|(p, s)| p * s).sum();
            for index in span {
                out[index] = chances[index] * (slopes[index] - mean);
            }
        }
        out
    }

    /// The likeliest design with these networks.
    pub(super) fn best(&self, space: &Space, networks: &Design, chances: &[f64]) -> Design {
        let ranked = self.ranked(chances);
        let first = vec![0; self.0.len()];
        self.design(space, networks, &ranked, &first)
    }

    /// Up to `count` distinct designs with these networks, by falling probability.
    pub(super) fn likeliest(
        &self,
        space: &Space,
        networks: &Design,
        chances: &[f64],
        count: usize,
    ) -> Vec<Design> {
        let ranked = self.ranked(chances);
        let (mut found, mut met) = (Vec::new(), BTreeSet::new());
        let mut queue = BinaryHeap::from([Combination::new(&ranked, vec![0; self.0.len()], 0)]);
        let mut left = count.saturating_mul(TRIES).saturating_add(TRIES);
        while let Some(next) = queue.pop() {
            left -= 1;
            let design = self.design(space, networks, &ranked, &next.places);
            if met.insert(design.clone()) {
                found.push(design);
            }
            if found.len() >= count || left == 0 {
                break;
            }
            // Each combination is reached once: by raising no place before the last one raised.
            for head in next.last..self.0.len() {
                let mut places = next.places.clone();
                places[head] += 1;
                if places[head] < self.0[head].values {
                    queue.push(Combination::new(&ranked, places, head));
                }
            }
        }
        found
    }

    /// The values of each head by falling probability, with its logarithm.
    fn ranked(&self, chances: &[f64]) -> Vec<Vec<(u32, f64)>> {
        let rank = |span: std::ops::Range<usize>| {
            let mut values: Vec<(u32, f64)> = (0..)
                .zip(&chances[span])
                .map(|(value, chance)| (value, libm::log(chance.max(f64::MIN_POSITIVE))))
                .collect();
            values.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            values
        };
        self.spans().map(rank).collect()
    }

    fn design(
        &self,
        space: &Space,
        networks: &Design,
        ranked: &[Vec<(u32, f64)>],
        places: &[usize],
    ) -> Design {
        let mut wanted = networks.clone();
        for ((head, values), place) in self.0.iter().zip(ranked).zip(places) {
            wanted.0[head.decision] = values[*place].0;
        }
        space.canonical(&space.nearest(|decision| wanted.value(decision)))
    }

    fn spans(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let mut start = 0;
        self.0.iter().map(move |head| {
            let span = start..start + head.values;
            start = span.end;
            span
        })
    }
}

/// A place in the ranking of each head, and how likely they are together.
struct Combination {
    chance: f64,
    places: Vec<usize>,
    last: usize,
}

impl Combination {
    fn new(ranked: &[Vec<(u32, f64)>], places: Vec<usize>, last: usize) -> Self {
        let chances = ranked.iter().zip(&places).map(|(all, place)| all[*place].1);
        Self {
            chance: chances.sum(),
            places,
            last,
        }
    }
}

impl Ord for Combination {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.chance.total_cmp(&other.chance);
        order.then_with(|| other.places.cmp(&self.places))
    }
}

impl PartialOrd for Combination {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Combination {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Combination {}

fn softmax(values: &mut [f64]) {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for value in values.iter_mut() {
        *value = libm::exp(*value - most);
        sum += *value;
    }
    values.iter_mut().for_each(|value| *value /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Decision;

    fn space(values: &[usize]) -> Space {
        let decision = |(index, values): (usize, &usize)| Decision {
            name: format!("d{index}"),
            values: *values,
            numbers: None,
            ordered: true,
            role: Role::Hardware,
            active: vec![],
        };
        let decisions = values.iter().enumerate().map(decision).collect();
        Space::new(decisions, vec![], vec![]).unwrap()
    }

    #[test]
    fn designs_come_by_falling_probability_and_all_of_them() {
        let space = space(&[3, 2, 4]);
        let heads = Heads::of(&space);
        let logits = [0.1, 1.3, -0.4, 0.2, 0.9, 2.0, -1.0, 0.3, 0.35];
        let chances = heads.chances(&logits);
        let none = Design(vec![Design::INACTIVE; 3]);
        let found = heads.likeliest(&space, &none, &chances, 24);
        let chance = |design: &Design| {
            let sure = heads.sure(design);
            let logs = chances.iter().zip(&sure);
            logs.map(|(p, s)| s * libm::log(*p)).sum::<f64>()
        };
        let all: Vec<f64> = found.iter().map(chance).collect();
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 24);
        assert!(all.windows(2).all(|pair| pair[0] >= pair[1] - 1e-12));
        assert_eq!(heads.best(&space, &none, &chances), found[0]);
    }

    #[test]
    fn slopes_at_the_logits_are_those_of_finite_differences() {
        let space = space(&[3, 2]);
        let heads = Heads::of(&space);
        let (mut logits, factors) = ([0.5, -0.2, 0.1, 0.7, 0.0], [1.0, -2.0, 0.5, 0.3, 0.9]);
        let design = Design(vec![2, 0]);
        let mean = |logits: &[f64]| {
            let pairs = heads.chances(logits).into_iter().zip(factors);
            pairs.map(|(p, f)| p * f).sum::<f64>()
        };
        let entropy = |logits: &[f64]| {
            let pairs = heads.chances(logits).into_iter().zip(heads.sure(&design));
            -pairs.map(|(p, s)| s * libm::log(p)).sum::<f64>()
        };
        let chances = heads.chances(&logits);
        let through = heads.through(&chances, &factors);
        let misses = heads.misses(&chances, &design);
        for index in 0..logits.len() {
            let mut at = |change: f64, of: &dyn Fn(&[f64]) -> f64| {
                logits[index] += change;
                let value = of(&logits);
                logits[index] -= change;
                value
            };
            let mut slope = |of: &dyn Fn(&[f64]) -> f64| (at(1e-6, of) - at(-1e-6, of)) / 2e-6;
            assert!((slope(&mean) - through[index]).abs() < 1e-6);
            assert!((slope(&entropy) - misses[index]).abs() < 1e-6);
        }
    }
}
