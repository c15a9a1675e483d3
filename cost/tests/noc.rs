//! Closed forms of routes against walks to every destination.

use std::collections::BTreeSet;

use nasaic_cost::noc::Route;

type Place = (u32, u32);
type Links = BTreeSet<(Place, Place)>;

/// Adds the links from `from` to coordinate `to` on an axis and returns the place reached.
fn walk(links: &mut Links, mut from: Place, axis: usize, to: u32) -> Place {
    loop {
        let at = if axis == 0 { &mut from.0 } else { &mut from.1 };
        if *at == to {
            return from;
        }
        let before = *at;
        *at = if to > before { before + 1 } else { before - 1 };
        let after = from;
        let start = if axis == 0 {
            (before, after.1)
        } else {
            (after.0, before)
        };
        links.insert((start.min(after), start.max(after)));
    }
}

/// Groups of places that share a word: all that agree on the axes that are not shared.
fn groups(extent: [u32; 2], shared: [bool; 2]) -> Vec<Vec<Place>> {
    let firsts = |axis: usize| if shared[axis] { 1 } else { extent[axis] };
    let mut groups = Vec::new();
    for x in 0..firsts(0) {
        for y in 0..firsts(1) {
            let xs = if shared[0] { 0..extent[0] } else { x..x + 1 };
            let group = xs.flat_map(|x| {
                let ys = if shared[1] { 0..extent[1] } else { y..y + 1 };
                ys.map(move |y| (x, y))
            });
            groups.push(group.collect());
        }
    }
    groups
}

fn average(groups: &[Vec<Place>], links_of: impl Fn(&[Place]) -> usize) -> f64 {
    let total: usize = groups.iter().map(|g| links_of(g)).sum();
    total as f64 / groups.len() as f64
}

#[test]
fn closed_forms_equal_walks_to_every_place() {
    for columns in 1..=7 {
        for rows in 1..=7 {
            for bits in 0..4 {
                let axes = [bits & 1 == 1, bits & 2 == 2];
                let extent = [columns, rows];
                let route = Route {
                    multicast: axes,
                    reduce: axes,
                    extent,
                };
                let groups = groups(extent, axes);
                let delivered = average(&groups, |group| {
                    let mut links = Links::new();
                    for &(x, y) in group {
                        let head = walk(&mut links, (0, 0), 1, y);
                        walk(&mut links, head, 0, x);
                    }
                    links.len()
                });
                let collected = average(&groups, |group| {
                    let order = if axes == [false, true] {
                        [1, 0]
                    } else {
                        [0, 1]
                    };
                    let mut links = Links::new();
                    for &place in group {
                        let end = walk(&mut links, place, order[0], 0);
                        walk(&mut links, end, order[1], 0);
                    }
                    links.len()
                });
                assert_eq!(route.delivery(), delivered, "{route:?}");
                assert_eq!(route.collection(), collected, "{route:?}");
            }
        }
    }
}

#[test]
fn an_unused_axis_has_no_links() {
    let route = Route {
        multicast: [true, true],
        reduce: [true, true],
        extent: [0, 4],
    };
    assert_eq!(route.delivery(), 3.0);
    assert_eq!(route.collection(), 3.0);
}
