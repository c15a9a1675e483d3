//! Training the network of a generator, with a judge or without.
//!
//! Of each lesson the network is told the context and an objective that its design meets, and it
//! answers with probabilities for every decision. Without a judge it is taught that design
//! (cross-entropy). With a judge the likeliest design is priced: where it misses the objective,
//! the network is taught the lesson's design; the judge is taught the true verdict; and the
//! network climbs the judge's opinion of its probabilities, which are handed on as they are so
//! that there is a slope. After Feng et al. (arXiv 2208.00800), whose networks are larger.

use super::heads::Heads;
use super::lessons::{Lesson, Scale};
use super::{Model, Observer};
use crate::design::Design;
use crate::net::{Adam, Mlp, Trace};
use crate::options::{OptionError, Options};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Lessons between two steps of the weights.
const BATCH: usize = 64;

/// Random streams: first weights of the two networks; each epoch has one of its own after these.
const WEIGHTS_STREAM: u64 = 2;
const EPOCHS_STREAM: u64 = 16;

/// What a training depends on besides its lessons.
pub(super) struct Recipe {
    epochs: usize,
    hidden: usize,
    rate: f64,
    /// Largest logarithm by which an objective is looser than its design.
    slack: f64,
    /// Weight of the judge's verdict; none without a judge.
    verdict: Option<f64>,
}

impl Recipe {
    /// Reads a generator's options.
    pub(super) fn read(options: &Options) -> Result<Self, OptionError> {
        let judged = options.strategy().name == "gan";
        Ok(Self {
            epochs: options.count("epochs")?,
            hidden: options.count("hidden")?,
            rate: options.float("learning_rate")?,
            slack: libm::log(1.0 + options.float("slack")?),
            verdict: match judged {
                true => Some(options.float("verdict")?),
                false => None,
            },
        })
    }
}

/// A network in training.
struct Pupil {
    net: Mlp,
    adam: Adam,
    sum: Mlp,
}

impl Pupil {
    fn new(widths: &[usize], rate: f64, rng: &mut ChaCha8Rng) -> Self {
        let net = Mlp::new(widths, rng);
        Self {
            adam: Adam::new(&net, rate),
            sum: net.zeros(),
            net,
        }
    }

    fn learn(&mut self, trace: &Trace, slopes: &[f64]) -> Vec<f64> {
        self.net.learn(trace, slopes, &mut self.sum)
    }

    fn step(&mut self, samples: usize) {
        self.adam.step(&mut self.net, &mut self.sum, samples);
    }
}

/// What the network made of a lesson.
struct Answer<'l> {
    lesson: &'l Lesson,
    wishes: Vec<f64>,
    input: Vec<f64>,
    trace: Trace,
    chances: Vec<f64>,
}

/// Where a training takes place.
type Place<'p> = (&'p dyn Model, &'p Heads, &'p Scale);

/// The trained network, and how many designs were priced to judge it; none when it was broken off.
pub(super) fn train(
    (model, heads, scale): Place<'_>,
    lessons: &[Lesson],
    recipe: &Recipe,
    seed: u64,
    observer: Observer<'_>,
) -> Option<(Mlp, u64)> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(WEIGHTS_STREAM);
    let inputs = lessons.first()?.context.len() + lessons.first()?.values.len();
    let widths = |inputs, outputs| [inputs, recipe.hidden, recipe.hidden, outputs];
    let mut pupil = Pupil::new(&widths(inputs, heads.width()), recipe.rate, &mut rng);
    let mut judge = Pupil::new(&widths(inputs + heads.width(), 1), recipe.rate, &mut rng);
    let mut priced = 0;
    for epoch in 0..recipe.epochs {
        rng.set_stream(EPOCHS_STREAM + epoch as u64);
        rng.set_word_pos(0);
        for batch in shuffled(lessons.len(), &mut rng).chunks(BATCH) {
            let mut answer = |index: &usize| {
                let lesson = &lessons[*index];
                let looser = || recipe.slack * rng.random::<f64>();
                let slack: Vec<f64> = std::iter::repeat_with(looser)
                    .take(lesson.values.len())
                    .collect();
                let wishes = lesson.values.iter().zip(slack).map(|(v, slack)| v + slack);
                let wishes: Vec<f64> = wishes.collect();
                let input = scale.input(&lesson.context, &wishes);
                let trace = pupil.net.run(&input);
                Answer {
                    chances: heads.chances(trace.output()),
                    lesson,
                    wishes,
                    input,
                    trace,
                }
            };
            let answers: Vec<Answer<'_>> = batch.iter().map(&mut answer).collect();
            match recipe.verdict {
                None => answers.iter().for_each(|one| {
                    let slopes = heads.misses(&one.chances, &one.lesson.design);
                    pupil.learn(&one.trace, &slopes);
                }),
                Some(weight) => {
                    let met = verify(model, heads, &answers);
                    priced += answers.len() as u64;
                    teach_judge(&mut judge, heads, &answers, &met);
                    for (one, met) in answers.iter().zip(met) {
                        let slopes = pleasing(&mut judge, heads, one, met, weight);
                        pupil.learn(&one.trace, &slopes);
                    }
                    judge.sum = judge.net.zeros();
                }
            }
            pupil.step(answers.len());
        }
        if observer(epoch as u64 + 1, recipe.epochs as u64).is_break() {
            return None;
        }
    }
    Some((pupil.net, priced))
}

/// Whether the likeliest design of each answer meets the answer's objective, by the cost model.
fn verify(model: &dyn Model, heads: &Heads, answers: &[Answer<'_>]) -> Vec<bool> {
    let check = |one: &Answer<'_>| {
        let design: Design = heads.best(model.space(), &one.lesson.design, &one.chances);
        let values = model.values(&design);
        values.is_some_and(|values| values.iter().zip(&one.wishes).all(|(v, wish)| v <= wish))
    };
    answers.par_iter().map(check).collect()
}

/// Teaches the judge what the cost model said of the answers, and that the lessons keep their own.
fn teach_judge(judge: &mut Pupil, heads: &Heads, answers: &[Answer<'_>], met: &[bool]) {
    for (one, met) in answers.iter().zip(met) {
        let sure = heads.sure(&one.lesson.design);
        for (chances, truth) in [(&one.chances, *met), (&sure, true)] {
            let trace = judge.net.run(&[&one.input[..], chances].concat());
            let slope = sigmoid(trace.output()[0]) - f64::from(u8::from(truth));
            judge.learn(&trace, &[slope]);
        }
    }
    judge.step(2 * answers.len());
}

/// The slopes of an answer: towards the judge's favour, and to the lesson where it missed.
fn pleasing(
    judge: &mut Pupil,
    heads: &Heads,
    one: &Answer<'_>,
    met: bool,
    weight: f64,
) -> Vec<f64> {
    let trace = judge.net.run(&[&one.input[..], &one.chances].concat());
    // The slope of −log σ.
    let slope = sigmoid(trace.output()[0]) - 1.0;
    let before = judge.learn(&trace, &[slope]);
    let mut slopes = heads.through(&one.chances, &before[one.input.len()..]);
    slopes.iter_mut().for_each(|slope| *slope *= weight);
    if !met {
        let misses = heads.misses(&one.chances, &one.lesson.design);
        slopes
            .iter_mut()
            .zip(misses)
            .for_each(|(s, miss)| *s += miss);
    }
    slopes
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// The numbers below `count` in a random order (Fisher and Yates).
fn shuffled(count: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
    order
}
