//! The templates that are searched, and MAESTRO's mappings of the same dataflows with fixed tiles.
//!
//! A baseline has the stores of its template, so that only the mapping differs, and a shared store
//! without limit, so that every tensor enters the chip once: whatever that changes, it favours
//! the baseline. Its lines follow the directives of `maestro-dataflows.md`, outermost first:
//! `TemporalMap(n, n)` is a loop with a tile of n, `SpatialMap(1, 1)` below p clusters a loop with a
//! tile of p and a spread, `Cluster(n)` a spread of n instances.

use nasaic_cost::{Axis, Buffering, Dataflow, Dim, Layer, Step, Tensor, TensorSet, Tile};

use Axis::{Columns, Rows};
use Dim::{C, K, N, P, Q, R, S};
use Tensor::{I, O, W};

/// A dataflow as a template and as a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// NASAIC's `dla`: the template nvdla, MAESTRO's kcp_ws.
    Dla,
    /// NASAIC's `shi`: the template shidiannao, MAESTRO's yxp_os.
    Shi,
    /// NASAIC's `rs`: the template eyeriss, MAESTRO's rs.
    Rs,
}

/// Bytes per element and of the shared store from which NASAIC's areas follow.
const RF: u64 = 768;
const GLB: u64 = 32 * 1024;

impl Style {
    /// All styles.
    pub(super) const ALL: [Style; 3] = [Style::Dla, Style::Shi, Style::Rs];

    /// The style of this name in NASAIC's tables.
    pub(super) fn named(name: &str) -> Option<Style> {
        match name {
            "dla" => Some(Style::Dla),
            "shi" => Some(Style::Shi),
            "rs" => Some(Style::Rs),
            _ => None,
        }
    }

    /// The template with open tiles.
    pub(super) fn template(self) -> Dataflow {
        match self {
            Style::Dla => {
                let outside = [fit(K), fit(C), by(N, 1), fit(P), fit(Q)];
                let array = [by(P, 1), by(Q, 1), spread(K, Columns), spread(C, Rows)];
                let inside = [fit(K), fit(C), fit(R), fit(S)];
                self.nest("nvdla", &outside, Some(GLB), &array, &inside)
            }
            Style::Shi => {
                let outside = [by(N, 1), fit(K), fit(P), fit(Q), fit(C)];
                let array = [by(C, 1), spread(Q, Columns), spread(P, Rows)];
                let inside = [fit(K), fit(R), fit(S)];
                self.nest("shidiannao", &outside, Some(GLB), &array, &inside)
            }
            Style::Rs => {
                let outside = [fit(K), fit(C), by(N, 1), fit(P)];
                let array = [
                    by(Q, 1),
                    spread(P, Columns),
                    spread(K, Columns),
                    spread(R, Rows),
                    spread(K, Rows),
                ];
                let inside = [fit(K), fit(C), fit(S)];
                self.nest("eyeriss", &outside, Some(GLB), &array, &inside)
            }
        }
    }

    /// MAESTRO's mapping on this many elements, with the columns × rows that its clusters are; none
    /// if there are fewer elements than one cluster has.
    pub(super) fn baseline(self, layer: &Layer, pes: u32) -> Option<(Dataflow, [u32; 2])> {
        let cluster = match self {
            Style::Dla => 64,
            Style::Shi => 8,
            Style::Rs => layer.bound(R),
        };
        let clusters = pes / cluster;
        if clusters == 0 {
            return None;
        }
        let outside = [by(N, 1)];
        let flow = match self {
            Style::Dla => {
                let array = [
                    by(K, clusters),
                    by(C, 64),
                    by(P, 1),
                    by(Q, 1),
                    spread(K, Columns),
                    spread(C, Rows),
                ];
                self.nest("kcp_ws", &outside, None, &array, &[fit(R), fit(S)])
            }
            Style::Shi => {
                let array = [
                    by(K, 1),
                    by(C, 1),
                    by(P, clusters),
                    by(Q, 8),
                    spread(P, Columns),
                    spread(Q, Rows),
                ];
                self.nest("yxp_os", &outside, None, &array, &[fit(R), fit(S)])
            }
            Style::Rs => {
                let array = [
                    by(P, clusters),
                    by(Q, 1),
                    by(C, 1),
                    by(K, 16),
                    spread(P, Columns),
                    spread(R, Rows),
                ];
                self.nest("rs", &outside, None, &array, &[fit(K), fit(S)])
            }
        };
        Some((flow, [clusters, cluster]))
    }

    fn nest(
        self,
        name: &str,
        outside: &[Step],
        shared: Option<u64>,
        array: &[Step],
        inside: &[Step],
    ) -> Dataflow {
        // Weights go past the shared store where they stay in the elements.
        let passing: &[Tensor] = match self {
            Style::Shi => &[W, I, O],
            Style::Dla | Style::Rs => &[I, O],
        };
        let mut steps = vec![store("dram", &Tensor::ALL, None)];
        steps.extend_from_slice(outside);
        steps.push(store("glb", passing, shared));
        steps.extend_from_slice(array);
        steps.push(store("rf", &Tensor::ALL, Some(RF)));
        steps.extend_from_slice(inside);
        Dataflow {
            name: name.into(),
            kinds: Vec::new(),
            steps,
        }
    }
}

fn store(name: &str, keep: &[Tensor], size: Option<u64>) -> Step {
    Step::Store {
        name: name.into(),
        keep: TensorSet::of(keep),
        size,
        buffering: Buffering::Double,
        bandwidth: None,
    }
}

const fn fit(dim: Dim) -> Step {
    Step::Loop {
        dim,
        tile: Tile::Fit,
    }
}

const fn by(dim: Dim, tile: u32) -> Step {
    Step::Loop {
        dim,
        tile: Tile::Fixed(tile),
    }
}

const fn spread(dim: Dim, over: Axis) -> Step {
    Step::Spread {
        dim,
        over,
        size: None,
        reduce: dim.is_reduction(),
    }
}
