//! Exact search against enumeration, and certificates against tampering.

use nasaic_search::joint::{
    Aim, Bounds, Candidate, Certificate, Choices, Claim, Config, Effort, Joint, Move, Pattern,
    Point, Price, Proven, prove,
};
use nasaic_search::verify::{Rejection, verify};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;
use std::sync::Arc;

const PLENTY: Effort = Effort {
    boxes: u64::MAX,
    open: u64::MAX,
};

fn proven(joint: &Joint) -> Proven {
    prove(joint, PLENTY, &mut |_| ControlFlow::Continue(()))
}

/// A small problem with everything in it: absent arrays, alike arrays, leakage, layers that fit nowhere.
fn problem(seed: u64, aim: fn(&mut ChaCha8Rng) -> Aim) -> Joint {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let layers = rng.random_range(2..6usize);
    let task = |rng: &mut ChaCha8Rng| -> Vec<Vec<u32>> {
        let networks = rng.random_range(1..4);
        let chain = |rng: &mut ChaCha8Rng| {
            let length = rng.random_range(1..4);
            (0..length)
                .map(|_| rng.random_range(0..layers as u32))
                .collect()
        };
        (0..networks).map(|_| chain(rng)).collect()
    };
    let tasks: Vec<_> = (0..rng.random_range(1..3))
        .map(|_| task(&mut rng))
        .collect();
    let mut candidates = vec![Vec::new()];
    for networks in &tasks {
        candidates = candidates
            .into_iter()
            .flat_map(|known: Vec<u32>| {
                (0..networks.len() as u32).map(move |one| [known.clone(), vec![one]].concat())
            })
            .collect();
    }
    let mut candidates: Vec<Candidate> = candidates
        .into_iter()
        .map(|networks| Candidate {
            networks,
            score: f64::from(rng.random_range(0..5)),
        })
        .collect();
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let subs = rng.random_range(1..4);
    let table = |rng: &mut ChaCha8Rng| Arc::new(choices(rng, layers));
    let first = table(&mut rng);
    let tables: Vec<Arc<Choices>> = (0..subs)
        .map(|_| match rng.random_bool(0.5) {
            true => Arc::clone(&first),
            false => table(&mut rng),
        })
        .collect();
    let patterns = (1u32..1 << subs)
        .rev()
        .map(|mask| Pattern {
            present: (0..subs)
                .filter(|sub| mask >> sub & 1 == 1)
                .map(|sub| (sub, Arc::clone(&tables[sub])))
                .collect(),
        })
        .collect();
    Joint {
        layers,
        subs,
        tasks,
        candidates,
        patterns,
        bounds: Bounds {
            deadline: rng.random_range(5..60),
            energy: rng.random_range(20..300),
            limits: vec![rng.random_range(3..30), rng.random_range(3..30)],
        },
        aim: aim(&mut rng),
    }
}

fn choices(rng: &mut ChaCha8Rng, layers: usize) -> Choices {
    let values = [rng.random_range(1..4u32), rng.random_range(1..4u32)];
    let mut configs = Vec::new();
    let mut prices = Vec::new();
    for kind in 0..values[0] {
        for size in 0..values[1] {
            configs.push(Config {
                values: vec![kind, size],
                uses: vec![rng.random_range(0..15), rng.random_range(0..15)],
                leak: rng.random_range(0..3),
            });
            prices.extend((0..layers).map(|_| match rng.random_bool(0.1) {
                true => Price::NEVER,
                false => Price {
                    cycles: rng.random_range(1..20),
                    energy: rng.random_range(1..40),
                },
            }));
        }
    }
    Choices {
        ordered: vec![false, true],
        configs,
        prices,
    }
}

/// The best value of a problem by looking at every design and every schedule; larger is better.
fn enumerated(joint: &Joint) -> Option<f64> {
    let mut best: Option<f64> = None;
    for candidate in 0..joint.candidates.len() {
        for pattern in 0..joint.patterns.len() {
            let sizes: Vec<usize> = (joint.patterns[pattern].present.iter())
                .map(|(_, choices)| choices.configs.len())
                .collect();
            for number in 0..sizes.iter().product() {
                let mut rest = number;
                let digit = |size: &usize| {
                    let here = rest % size;
                    rest /= size;
                    here
                };
                let point = Point {
                    candidate,
                    pattern,
                    configs: sizes.iter().map(digit).collect(),
                };
                if let Some(value) = best_of(joint, &point) {
                    best = Some(best.map_or(value, |known| known.max(value)));
                }
            }
        }
    }
    best
}

/// The best value of one design.
fn best_of(joint: &Joint, point: &Point) -> Option<f64> {
    let used: Vec<u64> = (0..2).map(|limit| joint.uses(point, limit)).collect();
    if used
        .iter()
        .zip(&joint.bounds.limits)
        .any(|(used, most)| used > most)
    {
        return None;
    }
    let mut ends = Vec::new();
    let mut run = Run {
        joint,
        point,
        far: vec![0; joint.tasks.len()],
        chain: vec![0; joint.tasks.len()],
        busy: vec![0; point.configs.len()],
        energy: 0,
        ends: &mut ends,
    };
    run.place();
    let leak = joint.leak(point);
    let spent = |&(makespan, energy): &(u64, u64)| (makespan, energy + leak * makespan);
    ends.iter()
        .map(spent)
        .filter(|&(makespan, energy)| {
            makespan <= joint.bounds.deadline && energy <= joint.bounds.energy
        })
        .map(|(makespan, energy)| match joint.aim {
            Aim::Score => joint.candidates[point.candidate].score,
            Aim::Cycles => -(makespan as f64),
            Aim::Energy => -(energy as f64),
            Aim::Limit(limit) => -(used[limit] as f64),
        })
        .reduce(f64::max)
}

/// Places layers in every order on every sub-accelerator.
struct Run<'a> {
    joint: &'a Joint,
    point: &'a Point,
    far: Vec<usize>,
    chain: Vec<u64>,
    busy: Vec<u64>,
    energy: u64,
    ends: &'a mut Vec<(u64, u64)>,
}

impl Run<'_> {
    fn place(&mut self) {
        let networks = &self.joint.candidates[self.point.candidate].networks;
        let mut done = true;
        for (task, &network) in networks.iter().enumerate() {
            let chain = &self.joint.tasks[task][network as usize];
            let Some(&layer) = chain.get(self.far[task]) else {
                continue;
            };
            done = false;
            let present = &self.joint.patterns[self.point.pattern].present;
            for (at, (_, choices)) in present.iter().enumerate() {
                let config = self.point.configs[at];
                let price = choices.prices_of(config, self.joint.layers)[layer as usize];
                if price == Price::NEVER {
                    continue;
                }
                let before = (self.chain[task], self.busy[at], self.energy);
                let end = before.0.max(before.1) + price.cycles;
                (self.chain[task], self.busy[at]) = (end, end);
                self.energy += price.energy;
                self.far[task] += 1;
                self.place();
                self.far[task] -= 1;
                (self.chain[task], self.busy[at], self.energy) = before;
            }
        }
        if done {
            let makespan = self.chain.iter().copied().max().unwrap_or(0);
            self.ends.push((makespan, self.energy));
        }
    }
}

fn value(joint: &Joint, proven: &Proven) -> Option<f64> {
    let found = proven.best.as_ref()?;
    let schedule = &found.schedule;
    let leaked = joint.leak(&found.point) * schedule.makespan;
    Some(match joint.aim {
        Aim::Score => joint.candidates[found.point.candidate].score,
        Aim::Cycles => -(schedule.makespan as f64),
        Aim::Energy => -(schedule.energy + leaked as f64),
        Aim::Limit(limit) => -(joint.uses(&found.point, limit) as f64),
    })
}

fn any_aim(rng: &mut ChaCha8Rng) -> Aim {
    match rng.random_range(0..4) {
        0 => Aim::Score,
        1 => Aim::Cycles,
        2 => Aim::Energy,
        _ => Aim::Limit(rng.random_range(0..2)),
    }
}

#[test]
fn the_optimum_equals_enumeration_and_its_certificate_holds() {
    let mut feasible = 0;
    for seed in 0..1500 {
        let joint = problem(seed, any_aim);
        let proven = proven(&joint);
        let value = value(&joint, &proven);
        assert_eq!(value, enumerated(&joint), "seed {seed}: {:?}", joint.aim);
        feasible += u32::from(value.is_some());
        let certificate = proven.certificate.expect("nothing stays open");
        assert_eq!(verify(&joint, &certificate).err(), None, "seed {seed}");
    }
    assert!(
        (300..1400).contains(&feasible),
        "{feasible} of 1500 are feasible"
    );
}

/// A problem whose certificate has cuts, tolls, limits and mirrored boxes, and an optimum.
fn rich() -> (Joint, Certificate) {
    let has = |certificate: &Certificate, wanted: fn(&Move) -> bool| {
        certificate
            .covers
            .iter()
            .flat_map(|cover| &cover.moves)
            .any(wanted)
    };
    for seed in 0..10_000 {
        let joint = problem(seed, |_| Aim::Score);
        let Some(certificate) = proven(&joint).certificate else {
            continue;
        };
        let complete = matches!(certificate.claim, Claim::Optimal { .. })
            && certificate.covers.len() > 1
            && has(&certificate, |made| matches!(made, Move::Halve(..)))
            && has(&certificate, |made| matches!(made, Move::Limit(_)))
            && has(&certificate, |made| matches!(made, Move::Mirrored))
            && has(
                &certificate,
                |made| matches!(made, Move::Tolls(index) if *index > 0),
            );
        if !complete {
            continue;
        }
        let best = enumerated(&joint);
        let hopeful = Joint {
            candidates: joint
                .candidates
                .iter()
                .filter(|one| Some(one.score) < best)
                .cloned()
                .collect(),
            ..joint.clone()
        };
        if enumerated(&hopeful).is_some() {
            return (joint, certificate);
        }
    }
    panic!("no seed gives such a certificate");
}

/// The first move of a kind.
fn first(certificate: &mut Certificate, wanted: fn(&Move) -> bool) -> &mut Move {
    let moves = certificate
        .covers
        .iter_mut()
        .flat_map(|cover| &mut cover.moves);
    moves
        .into_iter()
        .find(|made| wanted(made))
        .expect("there is one")
}

fn optimum(certificate: &mut Certificate) -> (&mut Point, &mut nasaic_search::Schedule) {
    match &mut certificate.claim {
        Claim::Optimal { point, schedule } => (point, schedule),
        Claim::Infeasible => panic!("it has an optimum"),
    }
}

#[test]
fn a_tampered_certificate_is_rejected() {
    let (joint, sound) = rich();
    assert_eq!(verify(&joint, &sound).err(), None);
    type Tamper = fn(&mut Certificate);
    let tampers: [(&str, Tamper); 16] = [
        ("claims that nothing is possible", |c| {
            c.claim = Claim::Infeasible
        }),
        ("forgets a choice of networks", |c| {
            c.covers[0].candidates -= 1
        }),
        ("covers more choices than there are", |c| {
            c.covers[0].candidates += 1_000
        }),
        ("forgets a box", |c| {
            c.covers.last_mut().expect("some").moves.pop();
        }),
        ("adds a box", |c| c.covers[0].moves.push(Move::Mirrored)),
        ("loosens the deadline", |c| c.bounds.deadline += 1),
        ("tightens the energy", |c| c.bounds.energy -= 1),
        ("raises a limit", |c| c.bounds.limits[0] += 1),
        ("takes the tolls away", |c| {
            for tolls in &mut c.tolls {
                tolls.subs.fill(0);
                tolls.tasks.fill(0);
            }
        }),
        ("names tolls that do not exist", |c| {
            *first(c, |made| matches!(made, Move::Tolls(_))) = Move::Tolls(1_000);
        }),
        ("claims a limit that is kept", |c| {
            *first(c, |made| matches!(made, Move::Tolls(_))) = Move::Limit(0);
        }),
        ("calls a box mirrored that is not", |c| {
            *first(c, |made| matches!(made, Move::Tolls(_))) = Move::Mirrored;
        }),
        ("cuts outside of a set", |c| {
            *first(c, |made| matches!(made, Move::Halve(..))) = Move::Halve(0, 1_000);
        }),
        ("uses an order twice for one way", |c| {
            let order = c
                .orders
                .iter_mut()
                .find(|order| order.len() > 1)
                .expect("some");
            order[0] = order[1];
        }),
        ("lets the schedule end earlier", |c| {
            optimum(c).1.makespan -= 1
        }),
        ("hides energy", |c| {
            let schedule = optimum(c).1;
            schedule.entries[0].energy -= 1.0;
            schedule.energy -= 1.0;
        }),
    ];
    for (what, tamper) in tampers {
        let mut tampered = sound.clone();
        tamper(&mut tampered);
        assert!(
            verify(&joint, &tampered).is_err(),
            "accepted one that {what}"
        );
    }
}

#[test]
fn a_worse_design_is_not_accepted_as_the_optimum() {
    let (joint, mut certificate) = rich();
    let best = optimum(&mut certificate).0.candidate;
    let score = joint.candidates[best].score;
    let first = joint.candidates.partition_point(|one| one.score >= score);
    let rest = Joint {
        candidates: joint.candidates[first..].to_vec(),
        ..joint.clone()
    };
    // A design with a schedule that keeps to the bounds, but not the best.
    let mut worse = proven(&rest).best.expect("some worse choice is feasible");
    worse.point.candidate += first;
    certificate.claim = Claim::Optimal {
        point: worse.point,
        schedule: worse.schedule,
    };
    let verdict = verify(&joint, &certificate);
    assert!(
        matches!(verdict, Err(Rejection::Uncovered { .. })),
        "{verdict:?}"
    );
}

#[test]
fn the_proof_does_not_depend_on_the_number_of_threads() {
    for seed in 0..30 {
        let joint = problem(seed, any_aim);
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads").install(|| proven(&joint))
        };
        let one = with(1);
        assert_eq!(one, with(2));
        assert_eq!(one, with(4));
    }
}

#[test]
fn a_proof_is_whole_or_there_is_none_wherever_the_boxes_run_out() {
    for seed in 0..60 {
        let joint = problem(seed, any_aim);
        for boxes in 1..30 {
            let effort = Effort { boxes, open: 64 };
            let found = prove(&joint, effort, &mut |_| ControlFlow::Continue(()));
            assert_eq!(found.certificate.is_none(), found.open.is_some());
            if let Some(certificate) = found.certificate {
                let verdict = verify(&joint, &certificate);
                assert_eq!(verdict.err(), None, "seed {seed}, {boxes} boxes");
            }
        }
    }
}

#[test]
fn a_search_that_is_stopped_says_what_stayed_open() {
    for seed in 0..60 {
        let joint = problem(seed, any_aim);
        let found = prove(&joint, PLENTY, &mut |_| ControlFlow::Break(()));
        // All candidates of so small a problem are settled before the observer is asked.
        assert_eq!(found.open, None);
        let certificate = found.certificate.expect("a proof");
        assert_eq!(verify(&joint, &certificate).err(), None);
    }
}

#[test]
fn too_little_effort_leaves_choices_open_and_says_so() {
    let (joint, _) = rich();
    let hasty = Effort { boxes: 2, open: 0 };
    let found = prove(&joint, hasty, &mut |_| ControlFlow::Continue(()));
    assert!(found.certificate.is_none());
    let bound = joint.candidates[found.open.expect("some stay open")].score;
    let best = enumerated(&joint).expect("it has an optimum");
    assert!(bound >= best, "{bound} is no bound on {best}");
}
