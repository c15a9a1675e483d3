//! From directives to the lines of a nest, cluster level by cluster level.

use super::directives::{
    Dimension, Directive, Directives, Extent, Map, Operation, Place, Problem, Shape,
};
use crate::dataflow::{Axis, Buffering, Step, TensorSet, Tile};
use crate::layer::Dim;

/// The stores, spreads and loops of a layer's directives, outermost first.
pub(super) fn lower(shape: &Shape, directives: &Directives) -> Result<Vec<Step>, Problem> {
    let mut nest = Nest {
        shape,
        steps: vec![store("dram"), store("glb")],
        reached: [Reached::Untouched; 7],
    };
    let is_cluster = |d: &(Place, Directive)| matches!(d.1, Directive::Cluster(_));
    let mut clusters = None;
    let mut rest = &directives[..];
    loop {
        let end = rest.iter().position(is_cluster).unwrap_or(rest.len());
        nest.level(&rest[..end], clusters)?;
        let Some(&(_, Directive::Cluster(size))) = rest.get(end) else {
            break;
        };
        clusters = Some(size);
        rest = &rest[end + 1..];
    }
    nest.steps.push(store("rf"));
    Ok(nest.steps)
}

fn store(name: &str) -> Step {
    Step::Store {
        name: name.into(),
        keep: TensorSet::ALL,
        size: None,
        buffering: Buffering::Double,
        bandwidth: None,
    }
}

/// What the loops so far have made of a dimension.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    /// No loop yet.
    Untouched,
    /// A loop over the whole.
    Full,
    /// Pieces of this many.
    Piece(u32),
}

struct Nest<'a> {
    shape: &'a Shape,
    steps: Vec<Step>,
    reached: [Reached; 7],
}

/// A map in the dimensions of this crate.
struct Loop {
    dim: Dim,
    tile: Tile,
}

impl Nest<'_> {
    /// One cluster level: its spreads, then its loops. `clusters` is the size of the cluster, none
    /// at the outermost level.
    fn level(
        &mut self,
        directives: &[(Place, Directive)],
        clusters: Option<Extent>,
    ) -> Result<(), Problem> {
        let spatial: Vec<(Place, Map)> = directives
            .iter()
            .filter_map(|&(place, d)| match d {
                Directive::Spatial(map) => Some((place, map)),
                _ => None,
            })
            .collect();
        let diagonal = self.diagonal(&spatial)?;
        let mut dealt = Vec::new();
        for &(place, map) in &spatial {
            if diagonal != Some(map.dim) {
                dealt.extend(self.spread(place, map, clusters, directives)?);
            }
        }
        for &(place, directive) in directives {
            match directive {
                Directive::Temporal(map) => {
                    if let Some(next) = self.translate(place, map, directives)? {
                        self.walk(&next);
                    }
                }
                Directive::Spatial(map) => {
                    let own = dealt.iter().position(|&(dim, _)| dim == map.dim);
                    if let Some(at) = own {
                        let (_, next) = dealt.swap_remove(at);
                        self.walk(&next);
                    }
                }
                Directive::Cluster(_) => {}
            }
        }
        Ok(())
    }

    /// The input dimension that only follows its filter dimension along a diagonal, if there is
    /// one. Any other pair of spatial maps is a problem.
    fn diagonal(&self, spatial: &[(Place, Map)]) -> Result<Option<Dimension>, Problem> {
        let &[(place, first), (_, second)] = spatial else {
            return match spatial {
                [] | [_] => Ok(None),
                [.., (place, _)] => Err(Problem::new(
                    *place,
                    "more than two SpatialMaps in one cluster walk together",
                    "split the cluster, one SpatialMap in each",
                )),
            };
        };
        let pair = |window: Map, filter: Map| {
            window.dim.filter().is_some_and(|(f, _)| f == filter.dim)
                && (window.size, window.offset) == (filter.size, filter.offset)
        };
        let window = match () {
            () if pair(first, second) => first,
            () if pair(second, first) => second,
            () => {
                return Err(Problem::new(
                    place,
                    "two SpatialMaps in one cluster walk together: element i gets piece i of both, \
                     which is a diagonal and no grid",
                    "put a Cluster between them; only equal maps of Y and R, or of X and S, stand \
                     together",
                ));
            }
        };
        let out = if window.dim == Dimension::Y {
            Dim::P
        } else {
            Dim::Q
        };
        if self.reached[out.index()] == Reached::Piece(1) {
            return Ok(Some(window.dim));
        }
        Err(Problem::new(
            place,
            format!(
                "along this diagonal there is one output of {}, and the level above hands down more",
                window.dim.name()
            ),
            format!("map {}' with (1, 1) above the Cluster", window.dim.name()),
        ))
    }

    /// Adds the spread of a spatial map; what each cluster is dealt is left to walk if it is more
    /// than one piece.
    fn spread(
        &mut self,
        place: Place,
        map: Map,
        clusters: Option<Extent>,
        level: &[(Place, Directive)],
    ) -> Result<Option<(Dimension, Loop)>, Problem> {
        let Some(next) = self.translate(place, map, level)? else {
            return Err(Problem::new(
                place,
                "groups are walked one after the other and cannot be spread",
                "map this dimension with TemporalMap(1,1), outermost",
            ));
        };
        let size = match clusters {
            Some(Extent::Number(number)) => Some(number),
            Some(Extent::SizeOf(_)) | None => None,
        };
        self.steps.push(Step::Spread {
            dim: next.dim,
            over: if clusters.is_some() {
                Axis::Rows
            } else {
                Axis::Columns
            },
            size,
            reduce: next.dim.is_reduction(),
        });
        let instances = clusters.and_then(|size| size.value(self.shape));
        let before = match self.reached[next.dim.index()] {
            Reached::Piece(piece) => Some(piece),
            Reached::Full | Reached::Untouched => self.whole(next.dim),
        };
        let at_once = match (instances, next.tile) {
            (Some(n), Tile::Fixed(tile)) => n.checked_mul(tile),
            _ => None,
        };
        if before
            .zip(at_once)
            .is_some_and(|(before, at_once)| before <= at_once)
        {
            if let Tile::Fixed(tile) = next.tile {
                self.reached[next.dim.index()] = Reached::Piece(tile);
            }
            return Ok(None);
        }
        Ok(Some((map.dim, next)))
    }

    /// Adds a loop unless it runs once.
    fn walk(&mut self, next: &Loop) {
        let reached = &mut self.reached[next.dim.index()];
        let now = match next.tile {
            Tile::Fixed(size) => Reached::Piece(size),
            Tile::Fit | Tile::Full => Reached::Full,
        };
        let runs = match (*reached, now) {
            (Reached::Untouched, _) | (Reached::Full, Reached::Piece(_)) => true,
            (Reached::Piece(before), Reached::Piece(size)) => size < before,
            _ => false,
        };
        if runs {
            *reached = now;
            self.steps.push(Step::Loop {
                dim: next.dim,
                tile: next.tile,
            });
        }
    }

    /// Elements of a dimension of this crate in the whole layer.
    fn whole(&self, dim: Dim) -> Option<u32> {
        let named = Dimension::ALL.into_iter();
        let source = named
            .filter(|&d| self.meaning(d) == Some(dim))
            .find_map(|d| self.shape.size(d).map(|size| (d, size)));
        let (source, size) = source?;
        match source.filter() {
            Some((filter, axis)) => {
                let slack = size.checked_sub(self.shape.size(filter)?)?;
                Some(slack / self.shape.stride[axis].max(1) + 1)
            }
            None => Some(size),
        }
    }

    /// What this crate calls a dimension; none for groups.
    fn meaning(&self, dim: Dimension) -> Option<Dim> {
        let gemm = self.shape.operation == Operation::Gemm;
        let depthwise = self.shape.operation == Operation::Depthwise;
        match dim {
            Dimension::G => None,
            Dimension::C if depthwise => None,
            Dimension::N if gemm => Some(Dim::K),
            Dimension::K if gemm => Some(Dim::C),
            Dimension::M | Dimension::N => Some(Dim::N),
            Dimension::K => Some(Dim::K),
            Dimension::C => Some(Dim::C),
            Dimension::R => Some(Dim::R),
            Dimension::S => Some(Dim::S),
            Dimension::Y | Dimension::OutY => Some(Dim::P),
            Dimension::X | Dimension::OutX => Some(Dim::Q),
        }
    }

    /// A map as a loop of this crate; none for the groups, which are walked outermost anyway.
    fn translate(
        &self,
        place: Place,
        map: Map,
        level: &[(Place, Directive)],
    ) -> Result<Option<Loop>, Problem> {
        let value = |extent: Extent| {
            extent.value(self.shape).ok_or_else(|| {
                Problem::new(
                    place,
                    "Sz(…) names a dimension that the layer does not have",
                    "name one of the layer's Dimensions",
                )
            })
        };
        let (size, offset) = (value(map.size)?, value(map.offset)?);
        let Some(dim) = self.meaning(map.dim) else {
            return self.groups(place, map, size).map(|()| None);
        };
        let tile = match map.dim.filter() {
            _ if map.size == Extent::SizeOf(map.dim) => Tile::Full,
            Some((filter, axis)) => {
                let tap = self.tap(filter, level);
                Tile::Fixed(windows(
                    place,
                    map.dim,
                    [size, offset],
                    tap,
                    self.shape.stride[axis],
                )?)
            }
            None if size == offset => Tile::Fixed(size),
            None => return Err(apart(place, map.dim, size, offset)),
        };
        Ok(Some(Loop { dim, tile }))
    }

    /// Filter rows or columns that a level works on at a time.
    fn tap(&self, filter: Dimension, level: &[(Place, Directive)]) -> u32 {
        let own = level.iter().find_map(|&(_, d)| match d {
            Directive::Temporal(map) | Directive::Spatial(map) if map.dim == filter => {
                map.size.value(self.shape)
            }
            _ => None,
        });
        own.or(self.shape.size(filter)).unwrap_or(1)
    }

    fn groups(&self, place: Place, map: Map, size: u32) -> Result<(), Problem> {
        let groups = self.shape.size(map.dim).unwrap_or(1);
        let runs_once = |step: &Step| match *step {
            Step::Loop {
                dim,
                tile: Tile::Fixed(size),
            } => self.whole(dim).is_some_and(|whole| whole <= size),
            Step::Loop { .. } | Step::Spread { .. } | Step::Store { .. } => true,
        };
        let outermost = self.steps.iter().all(runs_once);
        if groups == 1 || (size == 1 && outermost) {
            return Ok(());
        }
        Err(Problem::new(
            place,
            format!(
                "{} counts independent groups, which are walked one by one outside all other loops",
                map.dim.name()
            ),
            format!(
                "write TemporalMap(1,1) {} as the first directive",
                map.dim.name()
            ),
        ))
    }
}

/// Outputs in a piece of an input dimension whose neighbour starts `offset` further.
fn windows(
    place: Place,
    dim: Dimension,
    [size, offset]: [u32; 2],
    tap: u32,
    stride: u32,
) -> Result<u32, Problem> {
    let Some(slack) = size.checked_sub(tap) else {
        return Err(Problem::new(
            place,
            format!("{size} of {} hold no window of {tap}", dim.name()),
            format!("map at least {tap} of {}, or fewer taps", dim.name()),
        ));
    };
    let windows = slack / stride.max(1) + 1;
    // Files are written for stride 1 and reused for others: all three say the same.
    let seamless = [windows, windows.saturating_mul(stride), slack + 1];
    if seamless.contains(&offset) {
        Ok(windows)
    } else {
        Err(apart(place, dim, windows, offset))
    }
}

/// Pieces that overlap or leave gaps.
fn apart(place: Place, dim: Dimension, size: u32, offset: u32) -> Problem {
    let cause = if size > offset {
        format!(
            "pieces of {size} that start {offset} apart do work of {} twice",
            dim.name()
        )
    } else {
        format!(
            "pieces of {size} that start {offset} apart leave work of {} undone",
            dim.name()
        )
    };
    Problem::new(place, cause, format!("write the offset as {size}"))
}
