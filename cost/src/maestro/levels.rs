//! From directives to cluster levels: every directive with its numbers.

use super::directives::{Dimension, Directive, Extent, Map, Place, Problem, Shape};
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

/// MAESTRO knows four networks, one for each level.
const MOST_LEVELS: usize = 4;

/// Largest number of a directive: products of two stay within 64 bits.
const LARGEST: u64 = 1 << 30;

/// What the outermost level is handed: the layer, without the inputs that no window looks at
/// because the stride skips them.
pub(super) fn extents(shape: &Shape, place: Place) -> Result<Extents, Problem> {
    let mut extents = [0; Dimension::ALL.len()];
    for dim in Dimension::ALL.into_iter().filter(|d| *d == d.of_input()) {
        let size = u64::from(shape.input_size(dim).unwrap_or(0));
        extents[dim as usize] = match dim.filter() {
            Some(_) => size - skipped(shape, dim, size, place)?,
            None => size,
        };
    }
    Ok(extents)
}

/// Rows or columns between the windows, where the stride is larger than the filter.
fn skipped(shape: &Shape, dim: Dimension, size: u64, place: Place) -> Result<u64, Problem> {
    let (filter, stride) = window(shape, dim);
    if size > 0 && size < filter {
        return Err(Problem::new(
            place,
            format!(
                "a filter of {filter} does not fit an input of {size} {}",
                dim.name()
            ),
            "give input sizes with their padding",
        ));
    }
    if filter == 0 || stride <= filter {
        return Ok(0);
    }
    Ok(size - ((size - filter) / stride + 1) * filter)
}

/// Size and stride of the window that slides along a dimension.
fn window(shape: &Shape, dim: Dimension) -> (u64, u64) {
    let size = |filter: Dimension| u64::from(shape.size(filter).unwrap_or(0));
    let stride = |axis: usize| u64::from(shape.stride[axis].max(1));
    dim.filter()
        .map_or((1, 1), |(filter, axis)| (size(filter), stride(axis)))
}

/// Distance of neighbouring windows in the elements that are handed down.
fn pitch(shape: &Shape, dim: Dimension) -> u64 {
    let (filter, stride) = window(shape, dim);
    stride.min(filter).max(1)
}

/// The cluster levels of an array of `pes` elements, outermost first.
pub(super) fn levels(
    shape: &Shape,
    directives: &[(Place, Directive)],
    pes: u32,
) -> Result<Vec<Level>, Problem> {
    let place = directives.first().map(|d| d.0).unwrap_or_default();
    let mut extents = extents(shape, place)?;
    let split = split(shape, directives)?;
    let inside = split[1..].iter().map(|part| part.clusters);
    let inside = inside.fold(1, u64::saturating_mul);
    let mut levels: Vec<Level> = Vec::new();
    for part in &split {
        let clusters = match levels.len() {
            0 => u64::from(pes) / inside,
            _ => part.clusters,
        };
        if clusters == 0 {
            return Err(Problem::new(
                place,
                format!("one cluster takes {inside} PEs, and there are {pes}"),
                format!("give the array {inside} PEs or make the clusters smaller"),
            ));
        }
        let mut maps = complete(shape, part, levels.last(), &extents);
        for map in &mut maps {
            step_by_stride(map, shape);
        }
        let spread = spread(&maps, part.place)?;
        levels.push(level(shape, &maps, &spread, clusters, &extents));
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
    let part = |place: Place, clusters: u64| Part {
        place,
        clusters,
        maps: Vec::new(),
    };
    let mut parts = Vec::new();
    let mut current = part(directives.first().map(|d| d.0).unwrap_or_default(), 1);
    for &(place, directive) in directives {
        match directive {
            Directive::Temporal(map) => add(&mut current, plain(shape, place, map, false)?, place)?,
            Directive::Spatial(map) => add(&mut current, plain(shape, place, map, true)?, place)?,
            Directive::Cluster(size) => {
                let inner = part(place, number(shape, place, size)?);
                parts.push(std::mem::replace(&mut current, inner));
            }
        }
    }
    parts.push(current);
    if parts.len() > MOST_LEVELS {
        return Err(Problem::new(
            parts[MOST_LEVELS].place,
            format!("there are more than {MOST_LEVELS} levels of clusters"),
            "remove a Cluster directive",
        ));
    }
    Ok(parts)
}

fn plain(shape: &Shape, place: Place, map: Map, spatial: bool) -> Result<Plain, Problem> {
    if shape.input_size(map.dim.of_input()).is_none() {
        return Err(Problem::new(
            place,
            format!("the layer has no {}", map.dim.name()),
            "add it to the Dimensions or remove the directive",
        ));
    }
    Ok(Plain {
        dim: map.dim,
        spatial,
        size: number(shape, place, map.size)?,
        offset: number(shape, place, map.offset)?,
    })
}

fn number(shape: &Shape, place: Place, extent: Extent) -> Result<u64, Problem> {
    let value = extent.value(shape).map(u64::from);
    let value = value.ok_or_else(|| {
        Problem::new(
            place,
            "Sz(…) names a dimension that the layer does not have",
            "name one of the layer's Dimensions",
        )
    })?;
    if (1..=LARGEST).contains(&value) {
        return Ok(value);
    }
    Err(Problem::new(
        place,
        format!("{value} is no size of a piece or cluster"),
        format!("write a number from 1 to {LARGEST}"),
    ))
}

fn add(part: &mut Part, map: Plain, place: Place) -> Result<(), Problem> {
    let same = |m: &Plain| m.dim.of_input() == map.dim.of_input();
    if part.maps.iter().any(same) {
        return Err(Problem::new(
            place,
            format!("{} is mapped twice in one cluster", map.dim.name()),
            "remove one of the two, or put a Cluster between them",
        ));
    }
    part.maps.push(map);
    Ok(())
}

/// All maps of a level: what the level above maps and this one does not is held whole, outside
/// the level's own maps; what nobody maps is held whole inside them.
fn complete(shape: &Shape, part: &Part, above: Option<&Level>, extents: &Extents) -> Vec<Plain> {
    let own = |dim: Dimension| part.maps.iter().find(|m| m.dim.of_input() == dim);
    let above = above.map_or(&[][..], |level| &level.maps);
    let inherited = above.iter().rev().filter(|m| own(m.dim).is_none());
    let mut maps: Vec<Plain> = inherited
        .map(|m| Plain {
            dim: m.dim,
            spatial: false,
            size: m.size,
            offset: m.offset,
        })
        .collect();
    maps.extend(part.maps.iter().map(|map| {
        let dim = map.dim.of_input();
        let outputs = map.dim != dim;
        let filter = dim.filter().filter(|_| outputs).map_or(1, |(filter, _)| {
            own(filter).map_or(extents[filter as usize], |m| m.size)
        });
        Plain {
            dim,
            size: map.size + filter - 1,
            ..*map
        }
    }));
    for dim in Dimension::ALL.into_iter().filter(|d| *d == d.of_input()) {
        if shape.input_size(dim).is_some() && !maps.iter().any(|m| m.dim == dim) {
            let whole = extents[dim as usize];
            maps.push(Plain {
                dim,
                spatial: false,
                size: whole,
                offset: whole,
            });
        }
    }
    maps
}

/// The first spatial map of a level, which says how many of its clusters are busy.
fn spread(maps: &[Plain], place: Place) -> Result<Plain, Problem> {
    let mut spatial = maps.iter().filter(|m| m.spatial);
    match (spatial.next(), spatial.count()) {
        (Some(first), 0 | 1) => Ok(*first),
        (None, _) => Err(Problem::new(
            place,
            "this cluster has no SpatialMap: all in it would do the same",
            "map one dimension of the cluster with SpatialMap",
        )),
        _ => Err(Problem::new(
            place,
            "this cluster has more than two SpatialMaps",
            "split it with a Cluster directive",
        )),
    }
}

/// Maps over windows are written for stride 1: as many windows as fit the piece, at the stride.
fn step_by_stride(map: &mut Plain, shape: &Shape) {
    let (filter, stride) = window(shape, map.dim);
    if stride > 1 && map.size >= filter {
        let windows = (map.size - filter) / stride + 1;
        map.offset = windows * pitch(shape, map.dim);
        map.size = map.offset + filter.saturating_sub(stride);
    }
}

fn level(shape: &Shape, maps: &[Plain], spread: &Plain, clusters: u64, extents: &Extents) -> Level {
    let piece = |m: &Plain| Piece::of_map(m.size, m.offset, extents[m.dim as usize], m.spatial);
    let filter = |m: &Plain| {
        let (filter, _) = m.dim.filter()?;
        maps.iter().find(|other| other.dim == filter).map(&piece)
    };
    let numbered = maps.iter().map(|m| {
        let input = piece(m);
        let windows = |f: Piece| input.windows(f, pitch(shape, m.dim), m.offset);
        LevelMap {
            dim: m.dim,
            spatial: m.spatial,
            size: m.size,
            offset: m.offset,
            input,
            output: filter(m).map_or(input, windows),
        }
    });
    Level {
        maps: numbered.collect(),
        clusters,
        edge_clusters: edge_clusters(spread, clusters, extents[spread.dim as usize]),
    }
}

/// Clusters that have something to do in the last, partly filled step of a spatial map.
fn edge_clusters(map: &Plain, clusters: u64, extent: u64) -> u64 {
    let Plain { size, offset, .. } = *map;
    let busy = |left: u64| left.saturating_sub(size).div_ceil(offset) + 1;
    if extent <= offset * (clusters - 1) + size {
        return busy(extent);
    }
    let steps = ((extent - size) / offset + 1) / clusters;
    busy(extent.saturating_sub(steps * offset * clusters))
}
