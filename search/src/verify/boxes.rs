//! Boxes of designs, from the moves of a certificate.

use super::{Checked, Rejection, same, schedules};
use crate::joint::{Bounds, Certificate, Choices, Joint, Move, Price, Tolls};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Part of an order: which table, first place, place after the last.
type Part = (usize, usize, usize);

/// The least of everything in a part.
struct Least {
    prices: Vec<Price>,
    uses: Vec<u64>,
    leak: u64,
}

/// Checks moves, and remembers the minima of parts it has met.
pub(super) struct Boxes<'a> {
    joint: &'a Joint,
    bounds: &'a Bounds,
    tolls: &'a [Tolls],
    orders: &'a [Vec<usize>],
    tables: Vec<Arc<Choices>>,
    /// Table of each present sub-accelerator of each pattern.
    table_of: Vec<Vec<usize>>,
    least: BTreeMap<Part, Arc<Least>>,
    pub checked: Checked,
}

impl<'a> Boxes<'a> {
    pub fn new(joint: &'a Joint, certificate: &'a Certificate) -> Result<Self, Rejection> {
        let mut tables: Vec<Arc<Choices>> = Vec::new();
        let mut table_of = Vec::new();
        for pattern in &joint.patterns {
            let mut of = Vec::new();
            for (_, choices) in &pattern.present {
                let known = tables.iter().position(|table| Arc::ptr_eq(table, choices));
                of.push(known.unwrap_or(tables.len()));
                if known.is_none() {
                    tables.push(Arc::clone(choices));
                }
            }
            table_of.push(of);
        }
        let permutes = |(order, table): (&Vec<usize>, &Arc<Choices>)| {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            sorted.into_iter().eq(0..table.configs.len())
        };
        let orders = &certificate.orders;
        if orders.len() != tables.len() || !orders.iter().zip(&tables).all(permutes) {
            return Err(Rejection::Other("the ways to build a sub-accelerator"));
        }
        let fits = |tolls: &Tolls| {
            tolls.subs.len() == joint.subs && tolls.tasks.len() == joint.tasks.len()
        };
        if !certificate.tolls.iter().all(fits) {
            return Err(Rejection::Other("the numbers of sub-accelerators or tasks"));
        }
        Ok(Self {
            joint,
            bounds: &certificate.bounds,
            tolls: &certificate.tolls,
            orders,
            tables,
            table_of,
            least: BTreeMap::new(),
            checked: Checked::default(),
        })
    }

    /// Checks that the moves of a candidate exclude every box of every pattern.
    pub fn check(&mut self, candidate: usize, moves: &[Move]) -> Result<(), Rejection> {
        let work = self.joint.work(candidate);
        let mut at = 0;
        for pattern in 0..self.table_of.len() {
            // The same tables offer the same designs, whatever the sub-accelerators are called.
            if self.table_of[..pattern].contains(&self.table_of[pattern]) {
                continue;
            }
            let whole = |&table: &usize| (table, 0, self.orders[table].len());
            let mut open = vec![
                self.table_of[pattern]
                    .iter()
                    .map(whole)
                    .collect::<Vec<Part>>(),
            ];
            while let Some(mut parts) = open.pop() {
                let Some(&made) = moves.get(at) else {
                    return Err(Rejection::Moves { candidate });
                };
                if let Move::Halve(sub, cut) = made {
                    let sound =
                        (parts.get(sub)).is_some_and(|&(_, start, end)| start < cut && cut < end);
                    if !sound {
                        let why = "the cut is outside the box";
                        return Err(Rejection::Move { candidate, at, why });
                    }
                    let mut first = parts.clone();
                    first[sub].2 = cut;
                    parts[sub].1 = cut;
                    open.push(parts);
                    open.push(first);
                } else {
                    self.excluded(candidate, pattern, &work, &parts, made)
                        .map_err(|why| Rejection::Move { candidate, at, why })?;
                }
                at += 1;
            }
        }
        self.checked.candidates += 1;
        match at == moves.len() {
            true => Ok(()),
            false => Err(Rejection::Moves { candidate }),
        }
    }

    /// Checks that a move excludes a box.
    fn excluded(
        &mut self,
        candidate: usize,
        pattern: usize,
        work: &[(u32, usize)],
        parts: &[Part],
        made: Move,
    ) -> Result<(), &'static str> {
        self.checked.boxes += 1;
        let least: Vec<Arc<Least>> = parts.iter().map(|&part| self.least(part)).collect();
        let (holds, why) = match made {
            Move::Limit(limit) => {
                let used = least
                    .iter()
                    .map(|one| one.uses.get(limit).copied().unwrap_or(0));
                let most = self.bounds.limits.get(limit).copied().unwrap_or(u64::MAX);
                (used.sum::<u64>() > most, "the limit is not exceeded")
            }
            Move::Tolls(index) => match self.tolls.get(index) {
                Some(tolls) => (
                    self.exceeds(pattern, work, &least, tolls),
                    "the bound is not exceeded",
                ),
                None => (false, "it names tolls that do not exist"),
            },
            Move::Mirrored => {
                let pairs = || (0..parts.len()).flat_map(|two| (0..two).map(move |one| (one, two)));
                let mirrored = pairs().any(|(one, two)| {
                    same(self.joint, pattern, one, two) && parts[one].1 >= parts[two].2
                });
                (mirrored, "the box mirrors none")
            }
            Move::Schedules => {
                let single = parts.iter().all(|&(_, start, end)| end - start == 1);
                self.checked.schedules += 1;
                (
                    single && self.is_hopeless(candidate, pattern, &least),
                    "it is no single design, or one of its schedules may keep to the bounds",
                )
            }
            Move::Halve(..) => (false, "a cut excludes nothing"),
        };
        if holds { Ok(()) } else { Err(why) }
    }

    /// `Σ min (e + toll·t) − L·max(Σ tolls − leak, 0) > E`, in whole numbers.
    fn exceeds(
        &self,
        pattern: usize,
        work: &[(u32, usize)],
        least: &[Arc<Least>],
        tolls: &Tolls,
    ) -> bool {
        let present = &self.joint.patterns[pattern].present;
        let mut sum = 0i128;
        for &(layer, task) in work {
            let mut cheapest: Option<i128> = None;
            for ((sub, _), one) in present.iter().zip(least) {
                let price = one.prices[layer as usize];
                if price.cycles <= self.bounds.deadline && price.energy <= self.bounds.energy {
                    let toll = i128::from(tolls.subs[*sub]) + i128::from(tolls.tasks[task]);
                    let cost = i128::from(price.energy) + toll * i128::from(price.cycles);
                    cheapest = Some(cheapest.map_or(cost, |known| known.min(cost)));
                }
            }
            match cheapest {
                Some(cost) => sum += cost,
                // A layer that can run nowhere in the box excludes it.
                None => return true,
            }
        }
        let all: i128 = tolls
            .subs
            .iter()
            .chain(&tolls.tasks)
            .map(|&t| i128::from(t))
            .sum();
        let leak: i128 = least.iter().map(|one| i128::from(one.leak)).sum();
        sum - i128::from(self.bounds.deadline) * (all - leak).max(0)
            > i128::from(self.bounds.energy)
    }

    /// Whether no schedule of a single design keeps to the bounds.
    fn is_hopeless(&self, candidate: usize, pattern: usize, least: &[Arc<Least>]) -> bool {
        let present = &self.joint.patterns[pattern].present;
        let networks = self.joint.candidates[candidate].networks.iter();
        let tasks: Vec<Vec<Vec<(usize, Price)>>> = networks
            .zip(&self.joint.tasks)
            .map(|(&network, all)| {
                let chain = all[network as usize].iter();
                let options = |&layer: &u32| {
                    let each = present.iter().zip(least).enumerate();
                    each.map(|(at, (_, one))| (at, one.prices[layer as usize]))
                        .collect()
                };
                chain.map(options).collect()
            })
            .collect();
        let leak = least.iter().map(|one| one.leak).sum();
        schedules::none_within(&tasks, present.len(), leak, self.bounds)
    }

    fn least(&mut self, part: Part) -> Arc<Least> {
        if let Some(known) = self.least.get(&part) {
            return Arc::clone(known);
        }
        let (table, start, end) = part;
        let (choices, layers) = (&self.tables[table], self.joint.layers);
        let mut least = Least {
            prices: vec![Price::NEVER; layers],
            uses: vec![u64::MAX; self.bounds.limits.len()],
            leak: u64::MAX,
        };
        for &config in &self.orders[table][start..end] {
            for (least, price) in least
                .prices
                .iter_mut()
                .zip(choices.prices_of(config, layers))
            {
                least.cycles = least.cycles.min(price.cycles);
                least.energy = least.energy.min(price.energy);
            }
            let way = &choices.configs[config];
            for (least, uses) in least.uses.iter_mut().zip(&way.uses) {
                *least = (*least).min(*uses);
            }
            least.leak = least.leak.min(way.leak);
        }
        let least = Arc::new(least);
        self.least.insert(part, Arc::clone(&least));
        least
    }
}
