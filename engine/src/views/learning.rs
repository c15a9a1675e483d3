//! `learning_curves`: how the score on what was held out grew with the epochs of training.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Evaluation, Item};
use crate::study::training::Training;
use crate::study::{Network, Study, Task};
use crate::views::trainings::trained_task;
use nasaic_dsl::units::number;
use nasaic_plot::{Axis, Direction, Figure, Limit, Line, LinePoint, Lines};
use nasaic_store::Epoch;
use std::sync::Arc;

/// How many networks are in colour when nothing else is said.
const MOST: usize = 6;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let of = call.subject()?;
    let wanted = call.text("task");
    let most = match call.item("most") {
        Some(Item::Value(most)) => most.as_u64().unwrap_or(0) as usize,
        _ => MOST,
    };
    let mut seen: Option<Seen> = None;
    of.each_design(&mut |e| {
        match &mut seen {
            Some(seen) => seen.meet(e),
            None => seen = Some(Seen::first(e, wanted)?),
        }
        Ok(())
    })?;
    let Some(seen) = seen else {
        return Err(Fault::new("E0805", "there is no design that was trained"));
    };
    seen.figure(most).map(|f| Item::Figure(Arc::new(f)))
}

/// The distinct networks of a task that some designs have.
struct Seen {
    study: Arc<Study>,
    task: usize,
    networks: Vec<Arc<Network>>,
}

/// The curves of one network.
struct Curves {
    network: Arc<Network>,
    seeds: Vec<Vec<Epoch>>,
}

impl Seen {
    /// The task of this label, or else the first one that is trained.
    fn first(e: &Evaluation, wanted: Option<&str>) -> Result<Self, Fault> {
        let task = trained_task(e, wanted)?;
        let mut seen = Self {
            study: Arc::clone(&e.study),
            task,
            networks: Vec::new(),
        };
        seen.meet(e);
        Ok(seen)
    }

    /// Designs of other spaces have other tasks.
    fn meet(&mut self, e: &Evaluation) {
        if !Arc::ptr_eq(&self.study, &e.study) {
            return;
        }
        let network = &e.priced.networks[self.task];
        if !self.networks.iter().any(|n| Arc::ptr_eq(n, network)) {
            self.networks.push(Arc::clone(network));
        }
    }

    fn training(&self) -> Option<(&Task, &Training)> {
        let (_, training) = self
            .study
            .trainings()
            .find(|(task, _)| *task == self.task)?;
        Some((&self.study.tasks[self.task], training))
    }

    /// The curves, those that were trained furthest first, and among these the best.
    fn curves(&self) -> Vec<Curves> {
        let trained = self.networks.iter().filter_map(|network| {
            let seeds = network.trials.curves();
            let reached = |seed: &Vec<Epoch>| !seed.is_empty();
            (!seeds.is_empty() && seeds.iter().all(reached)).then(|| Curves {
                network: Arc::clone(network),
                seeds,
            })
        });
        let mut curves: Vec<Curves> = trained.collect();
        // A stable sort: networks that are alike stay in the order in which they were met.
        curves.sort_by(|a, b| {
            let length = |c: &Curves| c.seeds[0].len();
            let last = |c: &Curves| c.points().last().map_or(0.0, |p| p.y);
            (length(b).cmp(&length(a))).then(last(b).total_cmp(&last(a)))
        });
        curves
    }

    fn figure(&self, most: usize) -> Result<Figure, Fault> {
        let curves = self.curves();
        let Some((task, training)) = self.training().filter(|_| !curves.is_empty()) else {
            return Err(Fault::new("E0805", "none of these designs was trained")
                .hint("only what meets the hardware specs is trained"));
        };
        let several = curves.len() > 1;
        let lines = curves.iter().enumerate().map(|(place, curve)| Line {
            name: match several {
                true => curve.name(place),
                false => String::new(),
            },
            points: curve.points(),
            step: false,
            faint: place >= most,
        });
        let rungs = &training.recipe.rungs;
        let stops = &rungs[..rungs.len().saturating_sub(1)];
        let chart = Lines {
            x: Axis::new("epoch"),
            y: Axis::new(format!("{} of what was held out", task.metric)),
            lines: lines.collect(),
            limits: stops.iter().map(|epochs| rung(*epochs)).collect(),
        };
        let title = format!("Learning curves of {}", task.label);
        Ok(Figure::new(title, chart).caption(caption(&curves, most, training)))
    }
}

impl Curves {
    /// The mean over the seeds after each epoch, with its standard error where there are several.
    fn points(&self) -> Vec<LinePoint> {
        let shortest = self.seeds.iter().map(Vec::len).min().unwrap_or(0);
        let count = self.seeds.len() as f64;
        (0..shortest)
            .map(|epoch| {
                let scores = self.seeds.iter().map(|seed| seed[epoch].validation);
                let mean = scores.clone().sum::<f64>() / count;
                let squares = scores.map(|x| (x - mean) * (x - mean)).sum::<f64>();
                let error = libm::sqrt(squares / (count - 1.0) / count);
                LinePoint {
                    x: f64::from(self.seeds[0][epoch].epoch),
                    y: mean,
                    band: (self.seeds.len() > 1).then_some((mean - error, mean + error)),
                }
            })
            .collect()
    }

    /// Its place among the others and its size: a network has no name.
    fn name(&self, place: usize) -> String {
        format!(
            "{}: {} parameters",
            place + 1,
            number(self.network.params as f64)
        )
    }
}

/// Where some were stopped.
fn rung(epochs: u32) -> Limit {
    Limit {
        axis: Direction::X,
        value: f64::from(epochs),
        label: format!("rung at {epochs}"),
        bound: None,
    }
}

fn caption(curves: &[Curves], most: usize, training: &Training) -> String {
    let mut said = match training.seeds {
        1 => "One training of each network.".to_owned(),
        seeds => format!("The mean over {seeds} seeds, in a band of one standard error."),
    };
    if curves.len() > most {
        said += &format!(
            " In colour the {} of {} networks that were trained furthest with the best score.",
            number(most as f64),
            number(curves.len() as f64)
        );
    }
    said
}
