//! The `maestro_noc` view: how long a layer takes by MAESTRO's reckoning.

use std::collections::BTreeMap;

use super::case::{Case, Refetch, State, states};
use super::directives::{Directive, Operation, Place, Problem, Shape};
use super::levels::{Extents, Level, extents, levels};
use crate::layer::Tensor;

/// What the view says about a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    /// Cycles.
    pub cycles: u64,
    /// Multiplications.
    pub macs: u64,
    /// Elements at work, averaged over the steps of each level.
    pub active_pes: f64,
}

/// Times a layer as MAESTRO does.
///
/// Every cluster level has a network of its own that carries `noc_bw` elements per cycle, one hop
/// away. Each map of a level is at its first, a middle or its last piece; for every combination of
/// these the level's clusters are sent what is new of both operands, work, and return their
/// outputs. At the start sending and working add up, afterwards the slowest of the three counts
/// (double buffering); working is the same reckoning one level further in, and one multiplication
/// per cycle in the elements. The outputs of the last step are never waited for.
///
/// This equals MAESTRO (2022-08) to the cycle, except where MAESTRO loses or invents
/// multiplications and where a stride is larger than the filter: here every multiplication is made
/// once, and rows that no window looks at are neither sent nor walked. What the directives do not
/// map is held whole.
pub fn latency(
    shape: &Shape,
    directives: &[(Place, Directive)],
    pes: u32,
    noc_bw: u32,
    refetch: Refetch,
) -> Result<Latency, Problem> {
    if pes == 0 || noc_bw == 0 {
        return Err(Problem::new(
            Place::default(),
            format!("an array of {pes} PEs with {noc_bw} elements per cycle does nothing"),
            "give it at least one PE and one element per cycle",
        ));
    }
    let levels = levels(shape, directives, pes)?;
    let start = extents(shape, Place::default())?;
    let mut clock = Clock {
        operation: shape.operation,
        refetch,
        levels: &levels,
        bandwidth: u64::from(noc_bw),
        known: BTreeMap::new(),
    };
    Ok(clock.run(0, start))
}

struct Clock<'a> {
    operation: Operation,
    refetch: Refetch,
    levels: &'a [Level],
    bandwidth: u64,
    /// What a level takes for the extents that it was given.
    known: BTreeMap<(usize, Extents), Latency>,
}

impl Clock<'_> {
    fn run(&mut self, depth: usize, extents: Extents) -> Latency {
        if let Some(known) = self.known.get(&(depth, extents)) {
            return *known;
        }
        let level = &self.levels[depth];
        let choices: Vec<Vec<State>> = level
            .maps
            .iter()
            .map(|map| states(map, level.clusters, extents[map.dim as usize]))
            .collect();
        let mut total = Latency {
            cycles: 0,
            macs: 0,
            active_pes: 0.0,
        };
        let mut steps = 0;
        for states in combinations(&choices) {
            let case = Case {
                operation: self.operation,
                refetch: self.refetch,
                level,
                states: &states,
            };
            if case.critical_macs() == 0 {
                continue;
            }
            let times = case.times();
            let (cycles, active) = self.step(depth, &case);
            let add = |sum: u64, each: u64| sum.saturating_add(each.saturating_mul(times));
            total.cycles = add(total.cycles, cycles);
            total.macs = add(total.macs, case.macs());
            total.active_pes += active * times as f64;
            steps = add(steps, 1);
        }
        total.active_pes /= steps.max(1) as f64;
        self.known.insert((depth, extents), total);
        total
    }

    /// Cycles of one step of a case, and elements at work in it.
    fn step(&mut self, depth: usize, case: &Case) -> (u64, f64) {
        let (compute, active) = self.compute(depth, case);
        let send = |elements: u64| elements.div_ceil(self.bandwidth);
        let ingress = send(
            case.ingress(Tensor::I)
                .saturating_add(case.ingress(Tensor::W)),
        );
        if case.is_start() {
            return (compute.saturating_add(ingress), active);
        }
        (compute.max(ingress).max(send(case.egress())), active)
    }

    /// Cycles in which the clusters work on one step, and elements at work in it.
    fn compute(&mut self, depth: usize, case: &Case) -> (u64, f64) {
        let level = case.level;
        let (edge, ragged) = case.spread().map_or((false, false), |s| (s.edge, s.ragged));
        let busy = if edge {
            level.edge_clusters
        } else {
            level.clusters
        };
        if depth + 1 == self.levels.len() {
            return (case.critical_macs(), busy as f64);
        }
        let mut cycles = 0;
        let mut active = 0.0;
        let mut whole = busy;
        if edge && ragged {
            let last = self.run(depth + 1, case.inside(true));
            cycles = last.cycles;
            active = last.active_pes;
            whole -= 1;
        }
        if whole > 0 {
            let each = self.run(depth + 1, case.inside(false));
            cycles = cycles.max(each.cycles);
            active += each.active_pes * whole as f64;
        }
        (cycles, if active == 0.0 { busy as f64 } else { active })
    }
}

/// Every way to take one of each list, the last list fastest.
fn combinations(choices: &[Vec<State>]) -> impl Iterator<Item = Vec<State>> {
    let count: usize = choices.iter().map(Vec::len).product();
    (0..count).map(|number| {
        let mut rest = number;
        let mut picked: Vec<State> = choices
            .iter()
            .rev()
            .map(|list| {
                let state = list[rest % list.len()];
                rest /= list.len();
                state
            })
            .collect();
        picked.reverse();
        picked
    })
}
