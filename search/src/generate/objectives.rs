//! Objectives to ask generators and strategies: some that can be met, some that provably cannot.

use super::Model;
use super::lessons::is_held_out;
use crate::design::Design;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Draws for each wanted objective before a space is taken to hold no more.
const PATIENCE: usize = 10_000;

/// The random streams of objectives that can be met and of those that cannot.
const STREAMS: [u64; 2] = [101, 102];

/// Largest number of designs with given networks that are all priced for a proof.
pub const LARGEST: u128 = 50_000;

/// What is asked for: networks, and a bound on each value.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// The networks: a design whose hardware is left out.
    pub networks: Design,
    /// What is known of the networks.
    pub context: Vec<f64>,
    /// Bounds from above, as [`Model`] has them.
    pub wishes: Vec<f64>,
    /// Of all designs with these networks the share that meets the wishes; none where they are
    /// too many to be priced. It is 0 exactly when that is proven impossible.
    pub share: Option<f64>,
}

/// Objectives of one problem.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// Each is met by the held-out design that it was drawn from.
    pub met: Vec<Objective>,
    /// Each is met by no design at all.
    pub impossible: Vec<Objective>,
}

/// Draws `count` objectives from held-out designs, `slack` looser than what those cost, and
/// `impossible` more that ask for `slack` beyond what any design gives.
///
/// The second kind takes pricing all designs with the same networks: there is none where those
/// are more than [`LARGEST`]. Fewer are drawn where the space holds no more designs.
pub fn draw(
    model: &dyn Model,
    (count, impossible): (usize, usize),
    slack: f64,
    seed: u64,
) -> Drawn {
    let looser = libm::log(1.0 + slack);
    let mut met = held_out(model, count, seed, STREAMS[0]);
    for one in &mut met {
        one.wishes.iter_mut().for_each(|wish| *wish += looser);
    }
    met.par_iter_mut().for_each(|one| {
        one.share = scan(model, one).map(|seen| seen.share);
    });
    let mut beyond = held_out(model, impossible, seed, STREAMS[1]);
    let proven: Vec<bool> = beyond
        .par_iter_mut()
        .map(|one| {
            let Some(seen) = scan(model, one) else {
                return false;
            };
            // The nearest design misses by this much; now every one misses by the slack.
            let shift = seen.nearest - looser;
            one.wishes.iter_mut().for_each(|wish| *wish += shift);
            one.share = Some(0.0);
            looser > 0.0
        })
        .collect();
    let mut kept = proven.into_iter();
    beyond.retain(|_| kept.next().unwrap_or(false));
    Drawn {
        met,
        impossible: beyond,
    }
}

/// Objectives that ask for exactly what held-out designs cost.
fn held_out(model: &dyn Model, count: usize, seed: u64, stream: u64) -> Vec<Objective> {
    let space = model.space();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    let mut found = Vec::new();
    let mut left = PATIENCE.saturating_mul(count);
    while found.len() < count && left > 0 {
        left -= 1;
        let design = space.canonical(&space.sample(&mut rng));
        if !is_held_out(space, &design) {
            continue;
        }
        if let Some(wishes) = model.values(&design) {
            found.push(Objective {
                context: model.context(&design),
                networks: space.networks(&design),
                wishes,
                share: None,
            });
        }
    }
    found
}

/// What pricing all designs with the same networks shows.
struct Scan {
    share: f64,
    /// Least, over all designs, of the value that misses its wish by most; below 0 if all are met.
    nearest: f64,
}

fn scan(model: &dyn Model, one: &Objective) -> Option<Scan> {
    let space = model.space().given(&one.networks).ok()?;
    if space.within_limits().is_none_or(|all| all > LARGEST) {
        return None;
    }
    let (mut all, mut met, mut nearest) = (0u64, 0u64, f64::INFINITY);
    for design in space.enumerate() {
        let Some(values) = model.values(&space.canonical(&design)) else {
            continue;
        };
        let over = values.iter().zip(&one.wishes).map(|(v, wish)| v - wish);
        let miss = over.fold(f64::NEG_INFINITY, f64::max);
        all += 1;
        met += u64::from(miss <= 0.0);
        nearest = nearest.min(miss);
    }
    Some(Scan {
        share: met as f64 / all.max(1) as f64,
        nearest,
    })
}
