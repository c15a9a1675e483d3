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

/// How far a step fills the clusters along the spatial maps of a tensor.
#[derive(Clone, Copy)]
struct Filling {
    /// Not all clusters are busy.
    edge: bool,
    /// The last busy one has a smaller piece.
    ragged: bool,
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
        let filling = self.filling(|dim| self.operation.couples(Tensor::O, dim));
        let ragged = filling.is_some_and(|f| f.edge && f.ragged);
        if ragged && self.level.edge_clusters == 1 {
            self.work(Cluster::Only)
        } else {
            self.work(Cluster::First)
        }
    }

    /// Multiplications of all clusters.
    pub fn macs(&self) -> u64 {
        let whole = |cluster| match cluster {
            Cluster::Next => self.work(Cluster::First),
            other => self.work(other),
        };
        self.over_clusters(self.filling(|_| true), whole)
    }

    /// Elements of the outputs that leave all clusters of this level.
    pub fn egress(&self) -> u64 {
        let written = |cluster| {
            let outputs = self.pairs().filter(|(map, _)| self.couples(Tensor::O, map));
            product(outputs.map(|(map, state)| self.held(map.output, map, state, cluster, true)))
        };
        let filling = self.filling(|dim| self.operation.couples(Tensor::O, dim));
        self.over_clusters(filling, written)
    }

    /// Elements of an operand that enter the clusters of this level, each once for all that share
    /// it.
    pub fn ingress(&self, tensor: Tensor) -> u64 {
        let filling = self.filling(|dim| self.operation.couples(tensor, dim));
        self.over_clusters(filling, |cluster| self.fetched(tensor, cluster))
    }

    /// What one cluster of this level sees; `ragged` asks for the last one of an edge.
    pub fn inside(&self, ragged: bool) -> Extents {
        let mut extents = [0; Dimension::ALL.len()];
        for (map, state) in self.pairs() {
            extents[map.dim as usize] = self.whole_piece(map, state, ragged);
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

    /// How the spatial maps that `concerns` selects fill the clusters; none if there are none.
    fn filling(&self, concerns: impl Fn(Dimension) -> bool) -> Option<Filling> {
        let spatial = self.pairs().filter(|(m, _)| m.spatial && concerns(m.dim));
        spatial.fold(None, |found: Option<Filling>, (_, state)| {
            Some(Filling {
                edge: state.edge || found.is_some_and(|f| f.edge),
                ragged: state.ragged,
            })
        })
    }

    /// Adds up over the clusters of a step; without a spatial map one transfer serves all of them.
    fn over_clusters(&self, filling: Option<Filling>, of: impl Fn(Cluster) -> u64) -> u64 {
        let Some(Filling { edge, ragged }) = filling else {
            return of(Cluster::First);
        };
        let busy = if edge {
            self.level.edge_clusters
        } else {
            self.level.clusters
        };
        if !(edge && ragged) {
            let next = of(Cluster::Next).saturating_mul(busy - 1);
            return of(Cluster::First).saturating_add(next);
        }
        if busy == 1 {
            return of(Cluster::Only);
        }
        let next = of(Cluster::Next).saturating_mul(busy - 2);
        let ends = of(Cluster::First).saturating_add(of(Cluster::Ragged));
        ends.saturating_add(next)
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
        if !cluster.is_ragged() {
            regular
        } else if new || state.position == Position::Last {
            piece.last_fresh
        } else {
            piece.last
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
            let ragged = cluster.is_ragged();
            return product(coupled().map(|(_, (map, s))| self.whole_piece(map, s, ragged)));
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

    /// Elements of a dimension in the piece of one cluster; `ragged` asks for the last one of an
    /// edge.
    fn whole_piece(&self, map: &LevelMap, state: State, ragged: bool) -> u64 {
        let alone = self.level.edge_clusters == 1;
        if state.edge && (!map.spatial || ragged || alone) {
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
