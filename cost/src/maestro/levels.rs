//! From directives to cluster levels: every directive with its numbers.

use super::directives::{Dimension, Directive, Map, Place, Problem, Shape};
use super::piece::Piece;

/// One map of a level, on an input dimension.
#[derive(Clone, Copy, Debug)]
pub(super) struct LevelMap {
    pub dim: Dimension,
    pub spatial: bool,
    pub size: u64,
    pub offset: u64,
    /// Pieces of the dimension.
    pub input: Piece,
    /// Pieces in outputs, where a window slides along the dimension.
    pub output: Piece,
}

/// What one cluster level does with what the level above hands it.
#[derive(Clone, Debug)]
pub(super) struct Level {
    /// The maps, outermost first, one for each dimension of the layer.
    pub maps: Vec<LevelMap>,
    /// Clusters (or elements) side by side.
    pub clusters: u64,
    /// Those of them that the last step of the first spatial map keeps busy.
    pub edge_clusters: u64,
}

/// Elements of each dimension, by [`Dimension`]; 0 where the layer does not have it.
pub(super) type Extents = [u64; Dimension::ALL.len()];

/// The sizes of a layer in input dimensions; the first that is missing is a problem.
pub(super) fn extents(shape: &Shape, place: Place) -> Result<Extents, Problem> {
    let mut extents = [0; Dimension::ALL.len()];
    for dim in Dimension::ALL {
        if dim == dim.of_input() {
            extents[dim as usize] = u64::from(shape.input_size(dim).unwrap_or(0));
        }
    }
    for (input, filter) in [(Dimension::Y, Dimension::R), (Dimension::X, Dimension::S)] {
        if extents[input as usize] < extents[filter as usize] {
            return Err(Problem::new(
                place,
                format!(
                    "the filter has {} {} and the input {} {}",
                    extents[filter as usize],
                    filter.name(),
                    extents[input as usize],
                    input.name()
                ),
                "give input sizes with their padding",
            ));
        }
    }
    Ok(extents)
}

/// The cluster levels of an array of `pes` elements, outermost first.
pub(super) fn levels(
    shape: &Shape,
    directives: &[(Place, Directive)],
    pes: u32,
) -> Result<Vec<Level>, Problem> {
    let place = directives.first().map(|d| d.0).unwrap_or_default();
    let layer = extents(shape, place)?;
    let split = split(shape, directives)?;
    let mut extents = layer;
    let mut levels: Vec<Level> = Vec::new();
    let inner: u64 = split
        .iter()
        .skip(1)
        .fold(1, |n, part| n.saturating_mul(part.clusters));
    for (depth, part) in split.iter().enumerate() {
        let clusters = match depth {
            0 => u64::from(pes) / inner,
            _ => part.clusters,
        };
        if clusters == 0 {
            return Err(Problem::new(
                part.place,
                format!("one cluster takes {inner} PEs, and there are {pes}"),
                format!("give the array {inner} PEs or make the clusters smaller"),
            ));
        }
        let mut maps = complete(shape, part, levels.last(), &extents)?;
        for map in &mut maps {
            step_by_stride(map, shape, &layer, depth == 0);
        }
        levels.push(level(&maps, clusters, &extents, part.place)?);
        for map in maps {
            let extent = &mut extents[map.dim as usize];
            *extent = map.size.min(*extent);
        }
    }
    Ok(levels)
}

/// The directives between two `Cluster`s.
struct Part {
    place: Place,
    /// As the `Cluster` above says; 1 for the outermost.
    clusters: u64,
    maps: Vec<Plain>,
}

/// A map with its numbers.
#[derive(Clone, Copy)]
struct Plain {
    dim: Dimension,
    spatial: bool,
    size: u64,
    offset: u64,
}

fn split(shape: &Shape, directives: &[(Place, Directive)]) -> Result<Vec<Part>, Problem> {
    let mut parts = vec![Part {
        place: directives.first().map(|d| d.0).unwrap_or_default(),
        clusters: 1,
        maps: Vec::new(),
    }];
    for &(place, directive) in directives {
        let number = |extent: super::Extent| {
            extent.value(shape).map(u64::from).ok_or_else(|| {
                Problem::new(
                    place,
                    "Sz(…) names a dimension that the layer does not have",
                    "name one of the layer's Dimensions",
                )
            })
        };
        let plain = |map: Map, spatial: bool| {
            Ok(Plain {
                dim: map.dim,
                spatial,
                size: number(map.size)?,
                offset: number(map.offset)?,
            })
        };
        let mapped = match directive {
            Directive::Temporal(map) => plain(map, false)?,
            Directive::Spatial(map) => plain(map, true)?,
            Directive::Cluster(size) => {
                parts.push(Part {
                    place,
                    clusters: number(size)?,
                    maps: Vec::new(),
                });
                continue;
            }
        };
        let Some(part) = parts.last_mut() else {
            continue;
        };
        let known = shape.input_size(mapped.dim.of_input()).is_some();
        let twice = |m: &Plain| m.dim.of_input() == mapped.dim.of_input();
        if !known {
            return Err(Problem::new(
                place,
                format!("the layer has no {}", mapped.dim.name()),
                "add it to the Dimensions or remove the directive",
            ));
        }
        if part.maps.iter().any(twice) {
            return Err(Problem::new(
                place,
                format!("{} is mapped twice in one cluster", mapped.dim.name()),
                "remove one of the two, or put a Cluster between them",
            ));
        }
        part.maps.push(mapped);
    }
    Ok(parts)
}

/// All maps of a level: what the level above maps and this one does not is held whole, outside
/// the level's own maps; what nobody maps is held whole inside them.
fn complete(
    shape: &Shape,
    part: &Part,
    above: Option<&Level>,
    extents: &Extents,
) -> Result<Vec<Plain>, Problem> {
    let mut maps: Vec<Plain> = Vec::new();
    let own = |dim: Dimension| part.maps.iter().find(|m| m.dim.of_input() == dim);
    if let Some(above) = above {
        let inherited = above.maps.iter().rev().filter(|m| own(m.dim).is_none());
        maps.extend(inherited.map(|m| Plain {
            dim: m.dim,
            spatial: false,
            size: m.size,
            offset: m.offset,
        }));
    }
    for map in &part.maps {
        let mut map = *map;
        if map.dim != map.dim.of_input() {
            map.dim = map.dim.of_input();
            let filter = map.dim.filter().map_or(1, |(filter, _)| {
                own(filter).map_or(extents[filter as usize], |m| m.size)
            });
            map.size = (map.size + filter).saturating_sub(1);
        }
        maps.push(map);
    }
    for dim in Dimension::ALL {
        let held = maps.iter().any(|m| m.dim == dim);
        if !held && dim == dim.of_input() && shape.input_size(dim).is_some() {
            let whole = extents[dim as usize];
            maps.push(Plain {
                dim,
                spatial: false,
                size: whole,
                offset: whole,
            });
        }
    }
    match maps.iter().filter(|m| m.spatial).count() {
        0 => Err(Problem::new(
            part.place,
            "this cluster has no SpatialMap: its elements would all do the same",
            "map one dimension of the cluster with SpatialMap",
        )),
        1 | 2 => Ok(maps),
        _ => Err(Problem::new(
            part.place,
            "this cluster has more than two SpatialMaps",
            "split it with a Cluster directive",
        )),
    }
}

/// Maps over windows are written for stride 1: as many windows as fit the piece, at the stride.
fn step_by_stride(map: &mut Plain, shape: &Shape, layer: &Extents, outermost: bool) {
    let Some((filter, axis)) = map.dim.filter() else {
        return;
    };
    let (stride, filter) = (u64::from(shape.stride[axis]), layer[filter as usize]);
    if stride == 1 || map.size < filter {
        return;
    }
    let windows = (map.size + stride - filter) / stride;
    map.size = windows * stride.min(filter) + filter.saturating_sub(stride);
    map.offset = windows
        * if outermost {
            stride
        } else {
            stride.min(filter)
        };
}

fn level(
    maps: &[Plain],
    clusters: u64,
    extents: &Extents,
    place: Place,
) -> Result<Level, Problem> {
    let extent = |dim: Dimension| extents[dim as usize];
    let piece = |m: &Plain| Piece::of_map(m.size, m.offset, extent(m.dim), m.spatial);
    let filter_piece = |filter: Dimension| maps.iter().find(|m| m.dim == filter).map(&piece);
    let full = |m: &Plain| {
        let input = piece(m);
        let filter = m.dim.filter().and_then(|(filter, _)| filter_piece(filter));
        LevelMap {
            dim: m.dim,
            spatial: m.spatial,
            size: m.size,
            offset: m.offset,
            input,
            output: filter.map_or(input, |f| input.outputs(f, m.size, m.offset)),
        }
    };
    let Some(first) = maps.iter().find(|m| m.spatial) else {
        return Err(Problem::new(place, "this cluster has no SpatialMap", "add one"));
    };
    Ok(Level {
        maps: maps.iter().map(full).collect(),
        clusters,
        edge_clusters: edge_clusters(first, clusters, extent(first.dim)),
    })
}

/// Clusters that have something to do in the last, partly filled step of a spatial map.
fn edge_clusters(map: &Plain, clusters: u64, extent: u64) -> u64 {
    let Plain { size, offset, .. } = *map;
    let Some(slack) = extent.checked_sub(size).filter(|&slack| slack > 0) else {
        return 1;
    };
    let covered = offset.saturating_mul(clusters - 1).saturating_add(size);
    if extent <= covered {
        return slack.div_ceil(offset) + 1;
    }
    let steps = (slack / offset + 1) / clusters;
    let left = extent.saturating_sub(steps * offset * clusters);
    left.checked_sub(size).map_or(1, |l| l / offset + 1)
}
