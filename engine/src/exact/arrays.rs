//! The hardware of a study: every way to build each sub-accelerator, with all prices on it.

use super::assignments;
use super::question::refusal;
use super::tables::AREA_QUANTA;
use crate::fault::Fault;
use crate::study::hardware::{self, JOULES};
use crate::study::{Array, Study};
use nasaic_cost::Layer;
use nasaic_search::hap::MOST_SUBS;
use nasaic_search::joint::{Choices, Config, Pattern, Price};
use nasaic_search::{Design, Space};
use rayon::prelude::*;
use std::sync::Arc;

/// Most prices that are written out for one sub-accelerator.
const MOST_PRICES: usize = 50_000_000;

/// What it takes to write out the arrays.
pub(super) struct Hardware<'a> {
    pub study: &'a Study,
    pub space: &'a Space,
    pub decisions: &'a [Vec<usize>],
    pub layers: &'a [Layer],
    pub quantum: f64,
}

/// An array with its choices and what it uses of the limits of the space.
#[derive(Clone, PartialEq)]
struct Built {
    values: Vec<u32>,
    uses: Vec<u64>,
    sub: hardware::Sub,
}

/// A sub-accelerator's arrays, and whether it may be absent.
struct Arrays {
    built: Vec<Built>,
    may_be_absent: bool,
}

impl Hardware<'_> {
    /// All sets of present sub-accelerators, with their tables.
    pub fn patterns(&self) -> Result<Vec<Pattern>, Fault> {
        if self.decisions.len() > MOST_SUBS {
            return Err(refusal(format!(
                "there are more than {MOST_SUBS} sub-accelerators"
            )));
        }
        let subs: Vec<Arrays> = (0..self.decisions.len())
            .map(|sub| self.arrays(sub))
            .collect::<Result<_, _>>()?;
        let mut known: Vec<Made> = Vec::new();
        let mut patterns = Vec::new();
        // More present sub-accelerators first: the walk over them learns most.
        for mask in (1u32..1 << subs.len()).rev() {
            let is_present = |sub: usize| mask >> sub & 1 == 1;
            let possible = (subs.iter().enumerate()).all(|(sub, arrays)| match is_present(sub) {
                true => !arrays.built.is_empty(),
                false => arrays.may_be_absent,
            });
            if possible {
                let present: Vec<usize> = (0..subs.len()).filter(|&sub| is_present(sub)).collect();
                let count = present.len();
                let tables = present
                    .iter()
                    .map(|&sub| (sub, self.choices(sub, &subs, count, &mut known)));
                patterns.push(Pattern {
                    present: tables.collect(),
                });
            }
        }
        match patterns.is_empty() {
            true => Err(refusal("no sub-accelerator can be built")),
            false => Ok(patterns),
        }
    }

    fn arrays(&self, sub: usize) -> Result<Arrays, Fault> {
        let most = (MOST_PRICES / self.layers.len().max(1)).max(1);
        let decisions = &self.decisions[sub];
        let designs = assignments::all(self.space, decisions, most).ok_or_else(|| {
            let label = &self.study.subs[sub];
            refusal(format!("`{label}` can be built in more than {most} ways"))
        })?;
        let mut arrays = Arrays {
            built: Vec::new(),
            may_be_absent: false,
        };
        for design in designs {
            let all = hardware::subs(&self.study.instance, &self.study.platform, &design.0);
            match all.into_iter().nth(sub).flatten() {
                Some(sub) => arrays.built.push(Built {
                    values: decisions.iter().map(|&d| design.0[d]).collect(),
                    uses: self.uses(&design),
                    sub,
                }),
                None => arrays.may_be_absent = true,
            }
        }
        Ok(arrays)
    }

    /// What the choices of one sub-accelerator use of each limit of the space.
    fn uses(&self, design: &Design) -> Vec<u64> {
        let used = |limit: &nasaic_search::Limit| {
            u64::try_from(limit.used(design) - i128::from(limit.constant)).unwrap_or(0)
        };
        self.space.limits().iter().map(used).collect()
    }

    /// The table of a sub-accelerator among `count` present ones; alike ones share theirs.
    fn choices(
        &self,
        sub: usize,
        subs: &[Arrays],
        count: usize,
        known: &mut Vec<Made>,
    ) -> Arc<Choices> {
        let mut wanted = subs[sub].built.clone();
        for built in &mut wanted {
            built.sub.share_memory(count);
            // The label does not change what it costs.
            built.sub.label.clear();
        }
        if let Some(made) = known.iter().find(|made| made.arrays == wanted) {
            return Arc::clone(&made.choices);
        }
        let choices = Arc::new(self.price(sub, &wanted));
        known.push(Made {
            arrays: wanted,
            choices: Arc::clone(&choices),
        });
        choices
    }

    fn price(&self, sub: usize, arrays: &[Built]) -> Choices {
        let technology = self.study.platform.technology.as_ref();
        let quanta = |energy: f64| libm::round(energy * JOULES / self.quantum) as u64;
        let rows: Vec<(Config, Vec<Price>)> = arrays
            .par_iter()
            .map(|built| {
                let array = Array::new(built.sub.clone(), technology);
                let leak = technology.map_or(0.0, |t| {
                    t.static_energy(array.area, 1, self.study.platform.clock)
                });
                let price = |layer: &Layer| match array.price(layer, technology) {
                    Ok((cycles, energy)) => Price {
                        cycles,
                        energy: quanta(energy),
                    },
                    Err(_) => Price::NEVER,
                };
                let mut uses = built.uses.clone();
                uses.push((array.area * 1e-12 * AREA_QUANTA) as u64);
                let config = Config {
                    values: built.values.clone(),
                    uses,
                    leak: quanta(leak),
                };
                (config, self.layers.iter().map(price).collect())
            })
            .collect();
        let (configs, prices): (Vec<Config>, Vec<Vec<Price>>) = rows.into_iter().unzip();
        let ordered = |&index: &usize| self.space.decisions()[index].ordered;
        Choices {
            ordered: self.decisions[sub].iter().map(ordered).collect(),
            configs,
            prices: prices.into_iter().flatten().collect(),
        }
    }
}

/// A table with the arrays it was made for.
struct Made {
    arrays: Vec<Built>,
    choices: Arc<Choices>,
}
