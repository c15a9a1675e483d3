//! The search: draw candidates, take the most promising, believe in it, go on.
//!
//! The model is not of goals but of places: normal scores of the order of all designs known,
//! so that specs, violations and several goals enter as everywhere else, and a violation of
//! thousands does not hide a difference of 0.01 (warping by ranks; Salinas, Shen and Perrone,
//! ICML 2020). The most promising design is looked for among designs drawn at random and a
//! few steps from the best ones, and then by steps from the winner, so it is always one of
//! the space. A batch is chosen one by one, each design being taken to turn out as expected
//! (Kriging believer; Ginsbourger, Le Riche and Carraro 2010).

use super::INFO;
use super::acquisition::{Acquisition, normal_scores};
use super::model::{Chart, Model, Scales};
use crate::design::Design;
use crate::merit::Merit;
use crate::problem::Evaluated;
use crate::space::Space;
use crate::strategy::{Ask, SearchError, Strategy, Task, Train};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};

/// Best designs around which candidates are made.
const PARENTS: usize = 8;

/// Steps tried at a time from the most promising candidate, and how often at most.
const STEPS: usize = 32;
const CLIMBS: usize = 6;

/// Growth of the known designs after which the model's scales are found anew.
const STALE: f64 = 1.25;

struct Bayesian<'a> {
    space: &'a Space,
    chart: Chart,
    merit: Merit,
    acquisition: Acquisition,
    train: Train,
    init: usize,
    size: usize,
    candidates: usize,
    memory: usize,
    seed: u64,
    rounds: u64,
    /// Random designs proposed at first.
    begun: usize,
    /// All distinct designs so far by trial.
    known: BTreeMap<u64, Evaluated>,
    met: BTreeSet<Design>,
    /// The model's scales with the number of designs known when they were found.
    scales: Option<(Vec<f64>, usize)>,
}

pub(super) fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    let options = task.options;
    debug_assert_eq!(options.strategy().name, INFO.name);
    Ok(Box::new(Bayesian {
        space: task.space,
        chart: Chart::new(task.space),
        merit: Merit::from_options(options)?,
        acquisition: Acquisition::from_options(options)?,
        train: Train::from_options(options)?,
        init: options.count("init")?,
        size: options.count("batch")?,
        candidates: options.count("candidates")?,
        memory: options.count("memory")?,
        seed: task.seed,
        rounds: 0,
        begun: 0,
        known: BTreeMap::new(),
        met: BTreeSet::new(),
        scales: None,
    }))
}

/// What the model learns from: designs, best first, with their points and scores.
struct Lesson {
    best: Vec<Design>,
    points: Vec<Vec<f64>>,
    scores: Vec<f64>,
}

/// A design that may be proposed.
struct Candidate {
    design: Design,
    point: Vec<f64>,
}

impl Bayesian<'_> {
    /// The places of the known designs, as many as the memory holds.
    fn lesson(&self) -> Lesson {
        let all: Vec<&Evaluated> = self.known.values().collect();
        let order = self.merit.order(&all);
        let equal = |a: &usize, b: &usize| !self.merit.is_better(all[*a], all[*b]);
        let classes: Vec<usize> = order.chunk_by(equal).map(<[usize]>::len).collect();
        let scores = (classes.iter().zip(normal_scores(&classes)))
            .flat_map(|(&size, score)| std::iter::repeat_n(score, size));
        let half = self.memory / 2;
        let all_fit = all.len() <= self.memory;
        let kept = (order.iter().zip(scores).enumerate())
            .filter(|(place, (index, _))| all_fit || *place < half || *index + half >= all.len());
        let (points, scores) = kept
            .map(|(_, (&index, score))| (self.chart.point(&all[index].design), score))
            .unzip();
        let best = order.iter().take(PARENTS);
        Lesson {
            best: best.map(|&index| all[index].design.clone()).collect(),
            points,
            scores,
        }
    }

    /// The model of a lesson, with new scales where the old ones are stale.
    fn model(&mut self, lesson: &Lesson) -> Option<Model> {
        let known = self.known.len();
        let scales = match &self.scales {
            None => Scales::Unknown,
            Some((scales, then)) if known as f64 >= STALE * *then as f64 => {
                Scales::Tuned(scales.clone())
            }
            Some((scales, _)) => Scales::Kept(scales.clone()),
        };
        let tuned = !matches!(scales, Scales::Kept(_));
        let model = Model::fit(&lesson.points, &lesson.scores, scales)?;
        if tuned {
            self.scales = Some((model.scales(), known));
        }
        Some(model)
    }

    /// The designs that some proposals come to, without those already met or taken.
    fn fresh(&self, proposals: Vec<Design>, taken: &BTreeSet<Design>) -> Vec<Candidate> {
        let mut here = BTreeSet::new();
        let mut fresh = Vec::new();
        for design in proposals {
            let canonical = self.space.canonical(&design);
            let known = self.met.contains(&canonical) || taken.contains(&canonical);
            if !known && here.insert(canonical.clone()) {
                let point = self.chart.point(&canonical);
                fresh.push(Candidate { design, point });
            }
        }
        fresh
    }

    /// Designs drawn anywhere, and as many a few steps from the best.
    fn draw(&self, lesson: &Lesson, rng: &mut ChaCha8Rng) -> Vec<Design> {
        let near = |at: usize, rng: &mut ChaCha8Rng| {
            let parent = lesson.best[at % lesson.best.len()].clone();
            let steps = rng.random_range(1..=3);
            (0..steps).fold(parent, |one, _| self.space.random_step(&one, None, rng))
        };
        (0..self.candidates)
            .map(|at| match at % 2 {
                0 => self.space.sample(rng),
                _ => near(at / 2, rng),
            })
            .collect()
    }

    /// The most promising of some candidates, with how promising it is.
    fn choose(&self, model: &Model, best: f64, from: Vec<Candidate>) -> Option<(f64, Candidate)> {
        let points: Vec<Vec<f64>> = from.iter().map(|one| one.point.clone()).collect();
        let promises = (model.predict(&points).into_iter())
            .map(|prediction| self.acquisition.of(prediction, best));
        // Of equals the first.
        promises
            .zip(from)
            .reduce(|one, other| match other.0 > one.0 {
                true => other,
                false => one,
            })
    }

    /// The most promising design near and far.
    fn promising(
        &self,
        model: &Model,
        lesson: &Lesson,
        taken: &BTreeSet<Design>,
        rng: &mut ChaCha8Rng,
    ) -> Option<Candidate> {
        let best = lesson
            .scores
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        let drawn = self.fresh(self.draw(lesson, rng), taken);
        let (mut promise, mut found) = self.choose(model, best, drawn)?;
        for _ in 0..CLIMBS {
            let step = |_| self.space.random_step(&found.design, None, rng);
            let around = self.fresh((0..STEPS).map(step).collect(), taken);
            match self.choose(model, best, around) {
                Some((more, next)) if more > promise => (promise, found) = (more, next),
                _ => break,
            }
        }
        Some(found)
    }

    /// A batch by the model; shorter where the model or the space has no more to offer.
    fn batch_of(&mut self, count: usize, rng: &mut ChaCha8Rng) -> Vec<Design> {
        let mut lesson = self.lesson();
        let Some(mut model) = self.model(&lesson) else {
            return Vec::new();
        };
        let mut taken = BTreeSet::new();
        let mut batch = Vec::new();
        loop {
            let Some(found) = self.promising(&model, &lesson, &taken, rng) else {
                return batch;
            };
            taken.insert(self.space.canonical(&found.design));
            batch.push(found.design);
            if batch.len() == count {
                return batch;
            }
            let expected = model.predict(std::slice::from_ref(&found.point));
            lesson.scores.extend(expected.first().map(|one| one.0));
            lesson.points.push(found.point);
            match Model::fit(&lesson.points, &lesson.scores, Scales::Kept(model.scales())) {
                Some(next) => model = next,
                None => return batch,
            }
        }
    }
}

impl Strategy for Bayesian<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(self.rounds);
        self.rounds += 1;
        let first = self.init.saturating_sub(self.begun).min(most);
        self.begun += first;
        let mut designs = match first {
            0 => self.batch_of(most.min(self.size), &mut rng),
            _ => (0..first).map(|_| self.space.sample(&mut rng)).collect(),
        };
        if designs.is_empty() {
            designs.push(self.space.sample(&mut rng));
        }
        Ask::all(&designs, self.train)
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        self.merit.see(evaluated);
        for one in evaluated {
            self.met.insert(one.design.clone());
            self.known.insert(one.trial, one.clone());
        }
    }

    fn batch(&self) -> usize {
        match self.init.saturating_sub(self.begun) {
            0 => self.size,
            first => first,
        }
    }
}
