//! Comparing points with several objectives, each to be maximised.
//!
//! A point dominates another when it is nowhere worse and somewhere better.
//! Points have the same length and no NaN; a point with a NaN is never on a
//! front and adds no volume.

/// Whether the first point dominates the second.
pub fn dominates(one: &[f64], other: &[f64]) -> bool {
    let pairs = || one.iter().zip(other);
    pairs().all(|(a, b)| a >= b) && pairs().any(|(a, b)| a > b)
}

/// Indices of the points that no other dominates, ascending; of equal points the first.
pub fn front<P: AsRef<[f64]>>(points: &[P]) -> Vec<usize> {
    let point = |index: usize| points[index].as_ref();
    let mut order: Vec<usize> = (0..points.len())
        .filter(|&index| !point(index).iter().any(|v| v.is_nan()))
        .collect();
    // In descending lexicographic order nothing is dominated by a later point.
    order.sort_by(|&a, &b| descending(point(a), point(b)));
    let mut kept: Vec<usize> = Vec::new();
    for index in order {
        let covered = |&other: &usize| {
            point(other)
                .iter()
                .zip(point(index))
                .all(|(kept, value)| kept >= value)
        };
        if !kept.iter().any(covered) {
            kept.push(index);
        }
    }
    kept.sort_unstable();
    kept
}

/// Points sorted into fronts: the first is undominated, the next once that is taken away.
///
/// Equal points share a front. Returns the number of the front of each point, from 0.
pub fn ranks<P: AsRef<[f64]>>(points: &[P]) -> Vec<usize> {
    let dominators = |index: usize| {
        let here = points[index].as_ref();
        points
            .iter()
            .filter(|other| dominates(other.as_ref(), here))
            .count()
    };
    let mut left: Vec<usize> = (0..points.len()).map(dominators).collect();
    let mut ranks = vec![usize::MAX; points.len()];
    let mut rank = 0;
    loop {
        let current: Vec<usize> = (0..points.len())
            .filter(|&index| ranks[index] == usize::MAX && left[index] == 0)
            .collect();
        if current.is_empty() {
            return ranks;
        }
        for &index in &current {
            ranks[index] = rank;
        }
        for (index, count) in left.iter_mut().enumerate() {
            let here = points[index].as_ref();
            *count -= current
                .iter()
                .filter(|&&c| dominates(points[c].as_ref(), here))
                .count();
        }
        rank += 1;
    }
}

/// Crowding distance of each point among others of its front (Deb et al. 2002).
///
/// The sum over objectives of the distance between its two neighbours, relative
/// to the range; infinite for the ends.
pub fn crowding<P: AsRef<[f64]>>(points: &[P]) -> Vec<f64> {
    let goals = points.first().map_or(0, |point| point.as_ref().len());
    let mut distance = vec![0.0; points.len()];
    for goal in 0..goals {
        let value = |index: usize| points[index].as_ref()[goal];
        let mut order: Vec<usize> = (0..points.len()).collect();
        order.sort_by(|&a, &b| value(a).total_cmp(&value(b)));
        let (Some(&low), Some(&high)) = (order.first(), order.last()) else {
            continue;
        };
        let range = value(high) - value(low);
        distance[low] = f64::INFINITY;
        distance[high] = f64::INFINITY;
        for three in order.windows(3).filter(|_| range > 0.0) {
            distance[three[1]] += (value(three[2]) - value(three[0])) / range;
        }
    }
    distance
}

/// The volume dominated by the points and above the reference point, exactly.
///
/// Points that are not above the reference in every objective add nothing. Two
/// objectives take a sweep; more take the exclusive volumes of WFG (While,
/// Bradstreet and Barone, IEEE TEC 16(1), 2012), which is exponential at worst
/// and fast for fronts of hundreds of points in up to five objectives.
pub fn hypervolume<P: AsRef<[f64]>>(points: &[P], reference: &[f64]) -> f64 {
    let above: Vec<Vec<f64>> = (points.iter().map(AsRef::as_ref))
        .filter(|point| {
            point
                .iter()
                .zip(reference)
                .all(|(value, floor)| value > floor)
        })
        .map(|point| {
            point
                .iter()
                .zip(reference)
                .map(|(value, floor)| value - floor)
                .collect()
        })
        .collect();
    volume(&above)
}

/// The volume between the origin and some points with positive coordinates.
fn volume(points: &[Vec<f64>]) -> f64 {
    let mut best: Vec<Vec<f64>> = front(points)
        .into_iter()
        .map(|index| points[index].clone())
        .collect();
    best.sort_by(|a, b| descending(a, b));
    match best.first().map_or(0, Vec::len) {
        0 => 0.0,
        1 => best[0][0],
        2 => sweep(&best),
        // The exclusive volume of a point: its box without what the later ones share with it.
        _ => (0..best.len())
            .map(|i| box_of(&best[i]) - volume(&shared(&best[i + 1..], &best[i])))
            .sum(),
    }
}

/// The area under a front of two objectives, sorted by descending first objective.
fn sweep(points: &[Vec<f64>]) -> f64 {
    let mut covered = 0.0;
    let mut area = 0.0;
    for point in points {
        area += point[0] * (point[1] - covered);
        covered = point[1];
    }
    area
}

/// What several runs reach: points that at least a share of their fronts attain.
///
/// A front attains a point when one of its points is nowhere worse. The points returned
/// are undominated, sorted in descending lexicographic order, and their region is exactly
/// what at least `⌈share · fronts⌉` fronts attain: with a share of a half the median
/// attainment surface (Fonseca and Fleming, PPSN 1996; Grunert da Fonseca, Fonseca and
/// Hall, EMO 2001). Its corners are meets of points of that many fronts; they are found
/// front by front, which is exact for any number of objectives and meant for tens of
/// fronts of hundreds of points in two of them.
pub fn attainment<P: AsRef<[f64]>>(fronts: &[Vec<P>], share: f64) -> Vec<Vec<f64>> {
    let needed = (share * fronts.len() as f64).ceil().max(1.0) as usize;
    // What at least so many of the fronts so far attain, by that number.
    let mut reached: Vec<Vec<Vec<f64>>> = vec![Vec::new(); needed];
    for points in fronts {
        let here: Vec<Vec<f64>> = points.iter().map(|one| one.as_ref().to_vec()).collect();
        for number in (0..needed).rev() {
            let mut corners = std::mem::take(&mut reached[number]);
            match number.checked_sub(1) {
                None => corners.extend(here.iter().cloned()),
                Some(fewer) => {
                    let meets = reached[fewer].iter().flat_map(|one| shared(&here, one));
                    corners.extend(meets);
                }
            }
            let kept = front(&corners);
            reached[number] = kept
                .into_iter()
                .map(|index| corners[index].clone())
                .collect();
        }
    }
    let mut corners = reached.pop().unwrap_or_default();
    corners.sort_by(|a, b| descending(a, b));
    corners
}

fn box_of(point: &[f64]) -> f64 {
    point.iter().product()
}

/// The parts of the boxes of points that lie in the box of another.
fn shared(points: &[Vec<f64>], within: &[f64]) -> Vec<Vec<f64>> {
    let clip = |point: &Vec<f64>| point.iter().zip(within).map(|(a, b)| a.min(*b)).collect();
    points.iter().map(clip).collect()
}

fn descending(one: &[f64], other: &[f64]) -> std::cmp::Ordering {
    let pairs = other.iter().zip(one);
    pairs
        .map(|(b, a)| b.total_cmp(a))
        .find(|order| order.is_ne())
        .unwrap_or(std::cmp::Ordering::Equal)
}
