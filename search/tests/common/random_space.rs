//! Random small spaces with conditions, limits and absences, for property tests.

use super::decision;
use nasaic_search::{Absence, Condition, Decision, Limit, Role};
use proptest::prelude::*;

/// The parts of a small space: conditions on any earlier decision, amounts of either sign.
pub fn parts() -> impl Strategy<Value = (Vec<Decision>, Vec<Limit>, Vec<Absence>)> {
    let sizes = prop::collection::vec((1usize..4, any::<bool>(), any::<u64>()), 1..6);
    let limits = prop::collection::vec((any::<u64>(), -2i64..3, 0i64..9), 0..3);
    let absences = prop::collection::vec(any::<u64>(), 0..3);
    (sizes, limits, absences).prop_map(|(sizes, limits, absences)| {
        let networks = sizes.iter().position(|size| size.1).unwrap_or(sizes.len());
        let mut decisions: Vec<Decision> = Vec::new();
        for (index, &(values, _, bits)) in sizes.iter().enumerate() {
            let role = if index < networks {
                Role::Network
            } else {
                Role::Hardware
            };
            let mut one = decision(&format!("d{index}"), values, role);
            one.ordered = bits >> 60 & 1 == 0;
            for earlier in (0..index).filter(|earlier| bits >> (4 * earlier) & 3 == 0) {
                let allowed = subset(bits >> (20 + 4 * earlier), sizes[earlier].0);
                one.active.push(Condition {
                    decision: earlier,
                    allowed,
                });
            }
            decisions.push(one);
        }
        let limits = (limits.iter())
            .map(|&(bits, constant, at_most)| {
                let members = subset(bits, decisions.len());
                let amount = |member: u32, value: usize| {
                    let shift = (8 + 7 * member as usize + 3 * value) % 60;
                    2 * ((bits >> shift & 7) as i64) - 3
                };
                let terms = members.iter().map(|&member| {
                    let values = 0..decisions[member as usize].values;
                    (
                        member as usize,
                        values.map(|value| amount(member, value)).collect(),
                    )
                });
                Limit {
                    name: "sum".to_string(),
                    terms: terms.collect(),
                    constant,
                    at_most,
                }
            })
            .collect();
        let absences = (absences.iter())
            .map(|&bits| {
                let when = subset(bits, decisions.len()).into_iter().map(|member| {
                    let values = decisions[member as usize].values;
                    (member as usize, subset(bits >> (8 + 4 * member), values))
                });
                let drops = subset(bits >> 40, decisions.len());
                Absence {
                    when: when.collect(),
                    drops: drops.into_iter().map(|member| member as usize).collect(),
                }
            })
            .collect();
        (decisions, limits, absences)
    })
}

/// The numbers below `size` whose bits are set.
fn subset(bits: u64, size: usize) -> Vec<u32> {
    (0..size as u32)
        .filter(|number| bits >> number & 1 == 1)
        .collect()
}
