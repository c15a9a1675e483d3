//! The cases of a level: each map at its first, a middle or its last piece, and what then moves.

use super::directives::{Dimension, Operation};
use super::levels::{Extents, Level, LevelMap};
use super::piece::Piece;
use crate::layer::Tensor;

/// What the network is charged when an outer loop starts the loops of an operand anew, although it
/// does not concern that operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refetch {
    /// Nothing, as MAESTRO has it: in `nlr` the weights of all but the first pixel are free as soon
    /// as there are more channels than elements.
    Free,
    /// The operand once more: a buffer of one piece has nothing else left.
    Charged,
}

/// Which piece of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    First,
    Middle,
    Last,
}

/// One state of one map.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub position: Position,
    /// How often it occurs.
    pub times: u64,
    /// Whether the map covers the dimension at once.
    whole: bool,
    /// Whether the clusters (or the piece) are not filled.
    pub edge: bool,
    /// Whether the last busy cluster has a smaller piece than the others.
    pub ragged: bool,
}

/// The states of a map over `extent`; all clusters of a step count as one piece.
pub(super) fn states(map: &LevelMap, clusters: u64, extent: u64) -> Vec<State> {
    let together = if map.spatial { clusters } else { 1 };
    let step = map.offset * together;
    let reach = map.offset * (together - 1) + map.size;
    let mut states = vec![State {
        position: Position::First,
        times: 1,
        whole: extent <= reach,
        edge: extent < reach,
        ragged: map.spatial && extent < reach,
    }];
    if extent <= reach {
        return states;
    }
    let middle = ((extent - map.size) / map.offset + 1) / together - 1;
    let mut push = |position, times, ragged| {
        states.push(State {
            position,
            times,
            whole: false,
            edge: position == Position::Last,
            ragged,
        });
    };
    if middle > 0 {
        push(Position::Middle, middle, false);
    }
    if middle * step + reach < extent {
        let left = extent.saturating_sub((middle + 1) * step);
        let slack = left.saturating_sub(map.size);
        push(
            Position::Last,
            1,
            map.spatial && !slack.is_multiple_of(map.offset),
        );
    }
    states
}

/// Which cluster of a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cluster {
    /// The first, with a whole piece.
    First,
    /// One behind it, with a whole piece.
    Next,
    /// The last one of an edge, with a smaller piece.
    Ragged,
    /// The only one of an edge, with a smaller piece.
    Only,
}

impl Cluster {
    fn is_ragged(self) -> bool {
        matches!(self, Cluster::Ragged | Cluster::Only)
    }

    fn is_first(self) -> bool {
        matches!(self, Cluster::First | Cluster::Only)
    }
}

/// One combination of states.
pub(super) struct Case<'a> {
    pub refetch: Refetch,
    pub operation: Operation,
    pub level: &'a Level,
    /// By map.
    pub states: &'a [State],
}

impl Case<'_> {
    /// How often the combination occurs.
    pub fn times(&self) -> u64 {
        product(self.states.iter().map(|s| s.times))
    }

    /// Whether nothing has moved yet: nothing can hide behind a computation.
    pub fn is_start(&self) -> bool {
        self.changing().is_none()
    }

    /// The state of the first spatial map.
    pub fn spread(&self) -> Option<State> {
        let mut pairs = self.pairs();
        pairs.find(|(map, _)| map.spatial).map(|(_, state)| state)
    }

    /// Multiplications of the busiest cluster.
    pub fn critical_macs(&self) -> u64 {
        let edge = self.spreads(|dim| self.operation.couples(Tensor::O, dim));
        let only = matches!(edge, Some((true, true))) && self.level.edge_clusters == 1;
        self.work(if only { Cluster::Only } else { Cluster::First })
    }

    /// Multiplications of all clusters.
    pub fn macs(&self) -> u64 {
        let whole = |cluster| match cluster {
            Cluster::Next => self.work(Cluster::First),
            other => self.work(other),
        };
        self.over_clusters(self.spreads(|_| true), whole)
    }

    /// Elements of the outputs that leave all clusters of this level.
    pub fn egress(&self) -> u64 {
        let written = |cluster| {
            let outputs = self.pairs().filter(|(map, _)| self.couples(Tensor::O, map));
            product(outputs.map(|(map, state)| self.held(map.output, map, state, cluster, true)))
        };
        let spreads = self.spreads(|dim| self.operation.couples(Tensor::O, dim));
        self.over_clusters(spreads, written)
    }

    /// Elements of an operand that enter the clusters of this level, each once for all that share
    /// it.
    pub fn ingress(&self, tensor: Tensor) -> u64 {
        let spreads = self.spreads(|dim| self.operation.couples(tensor, dim));
        self.over_clusters(spreads, |cluster| self.fetched(tensor, cluster))
    }

    /// What one cluster of this level sees; `ragged` asks for the last one of an edge.
    pub fn inside(&self, ragged: bool) -> Extents {
        let mut extents = [0; Dimension::ALL.len()];
        for (map, state) in self.pairs() {
            let small = state.edge && (!map.spatial || ragged || self.level.edge_clusters == 1);
            extents[map.dim as usize] = if small {
                map.input.last
            } else {
                map.input.tile
            };
        }
        extents
    }

    fn pairs(&self) -> impl Iterator<Item = (&LevelMap, State)> {
        self.level.maps.iter().zip(self.states.iter().copied())
    }

    fn couples(&self, tensor: Tensor, map: &LevelMap) -> bool {
        self.operation.couples(tensor, map.dim)
    }

    /// The innermost map that has moved; all inside it have started anew.
    fn changing(&self) -> Option<usize> {
        self.states
            .iter()
            .rposition(|s| s.position != Position::First)
    }

    /// The spatial maps that `concerns` selects: whether one is at an edge, and whether its last
    /// cluster is ragged; none if there are none.
    fn spreads(&self, concerns: impl Fn(Dimension) -> bool) -> Option<(bool, bool)> {
        let spatial = self.pairs().filter(|(m, _)| m.spatial && concerns(m.dim));
        spatial.fold(None, |found: Option<(bool, bool)>, (_, state)| {
            let edge = found.is_some_and(|f| f.0) || state.edge;
            Some((edge, state.ragged))
        })
    }

    /// Adds up over the clusters of a step; without a spread one transfer serves all of them.
    fn over_clusters(&self, spreads: Option<(bool, bool)>, of: impl Fn(Cluster) -> u64) -> u64 {
        let busy = self.level.edge_clusters;
        let sum = |next: u64, ragged: bool| {
            let whole = next.saturating_mul(of(Cluster::Next));
            let last = if ragged { of(Cluster::Ragged) } else { 0 };
            of(Cluster::First)
                .saturating_add(whole)
                .saturating_add(last)
        };
        match spreads {
            None => of(Cluster::First),
            Some((false, _)) => sum(self.level.clusters - 1, false),
            Some((true, true)) if busy == 1 => of(Cluster::Only),
            Some((true, ragged)) => sum(
                (busy - 1).saturating_sub(u64::from(ragged)),
                ragged && busy > 1,
            ),
        }
    }

    /// Multiplications of one cluster.
    fn work(&self, cluster: Cluster) -> u64 {
        product(self.pairs().map(|(map, state)| {
            let piece = if self.couples(Tensor::O, map) {
                map.output
            } else {
                map.input
            };
            self.held(piece, map, state, cluster, false)
        }))
    }

    /// Elements of a dimension that one cluster works on; `new` counts what its neighbour has not.
    fn held(&self, piece: Piece, map: &LevelMap, state: State, cluster: Cluster, new: bool) -> u64 {
        if !map.spatial {
            return if state.edge { piece.last } else { piece.tile };
        }
        let regular = if cluster.is_first() {
            piece.tile
        } else {
            piece.fresh.max(1)
        };
        if !state.edge || (state.position == Position::First && !cluster.is_ragged()) {
            return regular;
        }
        if self.level.edge_clusters == 1 {
            return piece.last;
        }
        match cluster.is_ragged() {
            true if new || state.position == Position::Last => piece.last_fresh,
            true => piece.last,
            false => regular,
        }
    }

    /// Elements of an operand that one cluster has to be sent.
    fn fetched(&self, tensor: Tensor, cluster: Cluster) -> u64 {
        let coupled = || {
            self.pairs()
                .enumerate()
                .filter(|(_, (map, _))| self.couples(tensor, map))
        };
        let Some(changing) = self.changing() else {
            return product(coupled().map(|(_, (map, state))| self.mapped(map, state, cluster)));
        };
        let anew = coupled().any(|(at, (_, s))| at > changing && !s.whole);
        let resent = anew && self.refetch == Refetch::Charged;
        if !resent && !self.couples(tensor, &self.level.maps[changing]) {
            return 0;
        }
        product(coupled().map(|(at, (map, state))| {
            let overlap = !anew && at == changing;
            if map.spatial {
                let piece = map.input;
                let overlap = overlap || (state.position == Position::First && at > changing);
                match (cluster.is_ragged(), overlap && !cluster.is_first()) {
                    (true, true) => piece.last_fresh,
                    (true, false) => piece.last,
                    (false, true) => piece.fresh,
                    (false, false) => piece.tile,
                }
            } else if state.position == Position::First && state.edge {
                map.input.last
            } else if overlap {
                map.input.fresh.max(1)
            } else {
                map.input.tile
            }
        }))
    }

    /// Elements of a dimension that one cluster is sent at the start.
    fn mapped(&self, map: &LevelMap, state: State, cluster: Cluster) -> u64 {
        let small =
            state.edge && (!map.spatial || cluster.is_ragged() || self.level.edge_clusters == 1);
        if small {
            map.input.last
        } else {
            map.input.tile
        }
    }
}

/// A product that stays at the largest number rather than overflow.
pub(super) fn product(factors: impl Iterator<Item = u64>) -> u64 {
    factors.fold(1, u64::saturating_mul)
}
