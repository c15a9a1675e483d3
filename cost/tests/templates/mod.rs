//! The project's templates as the language lowers them, for tests without the language.
#![allow(dead_code, reason = "each test uses some of them")]

use nasaic_cost::{Axis, Buffering, Dataflow, Dim, Step, Tensor, TensorSet, Tile};

use Axis::{Columns, Rows};
use Dim::{C, K, N, P, Q, R, S};
use Tensor::{I, O, W};

/// Bytes of a per-element and of a shared store from which NASAIC's areas follow.
pub const RF: u64 = 768;
pub const GLB: u64 = 32 * 1024;

pub fn store(name: &str, keep: &[Tensor], size: Option<u64>) -> Step {
    let keep = TensorSet::of(keep);
    Step::Store {
        name: name.into(),
        keep,
        size,
        buffering: Buffering::Double,
        bandwidth: None,
    }
}

pub fn fit(dim: Dim) -> Step {
    Step::Loop {
        dim,
        tile: Tile::Fit,
    }
}

pub fn by(dim: Dim, tile: u32) -> Step {
    Step::Loop {
        dim,
        tile: Tile::Fixed(tile),
    }
}

pub fn spread(dim: Dim, over: Axis) -> Step {
    Step::Spread {
        dim,
        over,
        size: None,
        reduce: dim.is_reduction(),
    }
}

pub fn flow(name: &str, steps: Vec<Step>) -> Dataflow {
    Dataflow {
        name: name.into(),
        kinds: Vec::new(),
        steps,
    }
}

pub fn nvdla() -> Dataflow {
    flow(
        "nvdla",
        vec![
            store("dram", &[W, I, O], None),
            fit(K),
            fit(C),
            by(N, 1),
            fit(P),
            fit(Q),
            store("glb", &[I, O], Some(GLB)),
            by(P, 1),
            by(Q, 1),
            spread(K, Columns),
            spread(C, Rows),
            store("rf", &[W, I, O], Some(RF)),
            fit(K),
            fit(C),
            fit(R),
            fit(S),
        ],
    )
}

pub fn shidiannao() -> Dataflow {
    flow(
        "shidiannao",
        vec![
            store("dram", &[W, I, O], None),
            by(N, 1),
            fit(K),
            fit(P),
            fit(Q),
            fit(C),
            store("glb", &[W, I, O], Some(GLB)),
            by(C, 1),
            spread(Q, Columns),
            spread(P, Rows),
            store("rf", &[W, I, O], Some(RF)),
            fit(K),
            fit(R),
            fit(S),
        ],
    )
}

pub fn eyeriss() -> Dataflow {
    flow(
        "eyeriss",
        vec![
            store("dram", &[W, I, O], None),
            fit(K),
            fit(C),
            by(N, 1),
            fit(P),
            store("glb", &[I, O], Some(GLB)),
            by(Q, 1),
            spread(P, Columns),
            spread(K, Columns),
            spread(R, Rows),
            spread(K, Rows),
            store("rf", &[W, I, O], Some(RF)),
            fit(K),
            fit(C),
            fit(S),
        ],
    )
}

pub fn systolic() -> Dataflow {
    flow(
        "systolic",
        vec![
            store("dram", &[W, I, O], None),
            by(N, 1),
            fit(K),
            fit(P),
            fit(C),
            store("glb", &[I, O], Some(512 * 1024)),
            by(R, 1),
            by(S, 1),
            spread(K, Columns),
            spread(C, Rows),
            by(K, 1),
            by(C, 1),
            store("rf", &[W], Some(8)),
            fit(P),
            fit(Q),
        ],
    )
}

pub fn im2col() -> Dataflow {
    flow(
        "im2col",
        vec![
            store("dram", &[W, I, O], None),
            fit(N),
            fit(P),
            fit(Q),
            fit(K),
            fit(C),
            store("glb", &[W, I, O], Some(256 * 1024)),
            by(C, 1),
            by(R, 1),
            by(S, 1),
            spread(K, Columns),
            spread(Q, Rows),
            spread(P, Rows),
            spread(N, Rows),
            store("rf", &[W, I, O], Some(64)),
        ],
    )
}

pub fn all() -> Vec<Dataflow> {
    vec![nvdla(), shidiannao(), eyeriss(), systolic(), im2col()]
}
