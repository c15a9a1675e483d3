//! `attainment`: which combinations of two goals the runs of a strategy reach, and how often.
//!
//! The empirical attainment function of a point is the share of the runs that found a design at
//! least as good in both goals (Grunert da Fonseca, Fonseca and Hall, EMO 2001). A line joins the
//! points that half of the runs attain; the band lies between those that a quarter and those that
//! three quarters attain.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Entrant, Found, Item};
use crate::views::goal::Aim;
use crate::views::volume::{front, several};
use crate::views::{rows, units as suited};
use nasaic_dsl::units::{self, Scale};
use nasaic_plot::{Figure, Line, LinePoint, Lines};
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let Item::Race(race) = call.subject()? else {
        return Err(Fault::new("E0305", "only comparisons have an attainment"));
    };
    let runs: Vec<&Found> = rows::runs(race).collect();
    let aims = several(&race.study, &runs, "attainment")?;
    let [x, y] = aims.as_slice() else {
        let title = format!(
            "`attainment` shows two goals, and the problem has {}",
            aims.len()
        );
        return Err(Fault::new("E0305", title).hint("`hypervolume` compares any number of goals"));
    };
    let worst = runs.iter().flat_map(|run| front(run)).map(|p| p[0]);
    let Some(worst) = worst.reduce(f64::min) else {
        return Err(Fault::new(
            "E0805",
            "no run found a design that meets all specs",
        ));
    };
    let lines: Vec<Line> = race.entrants.iter().map(|e| line(e, worst)).collect();
    let (x_unit, x_scale) = unit(x, lines.iter().flat_map(|l| &l.points).map(|p| p.x));
    let (y_unit, y_scale) = unit(y, lines.iter().flat_map(|l| &l.points).map(|p| p.y));
    let shown = |point: &LinePoint| {
        let height = |value: f64| y_scale.from_base(y.turned(value));
        LinePoint {
            x: x_scale.from_base(x.turned(point.x)),
            y: height(point.y),
            band: point.band.map(|(a, b)| {
                let (a, b) = (height(a), height(b));
                (a.min(b), a.max(b))
            }),
        }
    };
    let drawn = |line: Line| Line {
        points: line.points.iter().map(shown).collect(),
        ..line
    };
    let chart = Lines {
        x: x.remarks.axis(&x.name, &x_unit),
        y: y.remarks.axis(&y.name, &y_unit),
        lines: lines.into_iter().map(drawn).collect(),
        limits: Vec::new(),
    };
    let title = format!("Attained: {}, {}", x.text, y.text);
    let figure = Figure::new(title, chart).caption(caption(race.seeds.len()));
    Ok(Item::Figure(Arc::new(figure)))
}

fn caption(seeds: usize) -> String {
    match seeds {
        1 => "The front of one seed.".to_owned(),
        n => format!(
            "What half of {n} seeds attain, and the band between what a quarter and three quarters attain."
        ),
    }
}

fn unit(aim: &Aim, values: impl Iterator<Item = f64>) -> (String, Scale) {
    match units::parse(&aim.unit).filter(|_| !aim.unit.is_empty()) {
        Some(scale) => (aim.unit.clone(), scale),
        None => suited::suiting(values, aim.dim),
    }
}

/// The line of a strategy, in objectives, from the best to the worst of the first.
fn line(entrant: &Entrant, worst: f64) -> Line {
    let fronts: Vec<Vec<&[f64]>> = entrant.runs.iter().map(|run| front(run)).collect();
    Line {
        name: entrant.strategy.clone(),
        points: surface(&fronts, worst),
        step: true,
        faint: false,
    }
}

/// The points at which what half of the fronts attain, or an edge of the band, changes.
fn surface(fronts: &[Vec<&[f64]>], worst: f64) -> Vec<LinePoint> {
    let mut places: Vec<f64> = fronts.iter().flatten().map(|p| p[0]).collect();
    places.push(worst);
    places.sort_by(|a, b| b.total_cmp(a));
    places.dedup();
    let mut points: Vec<LinePoint> = Vec::new();
    for x in places {
        let attained = Attained::at(x, fronts);
        let Some(y) = attained.by(0.5) else { continue };
        let (Some(few), most) = (attained.by(0.25), attained.by(0.75)) else {
            continue;
        };
        // An edge that too few attain ends at the line.
        let most = most.unwrap_or(y);
        let band = (fronts.len() > 1 && few > most).then_some((most, few));
        let same = points.last().is_some_and(|p| (p.y, p.band) == (y, band));
        if !same || x == worst {
            points.push(LinePoint { x, y, band });
        }
    }
    points
}

/// The best second objective of each front among designs at least as good in the first.
struct Attained {
    /// Best first; fronts without such a design are left out.
    best: Vec<f64>,
    fronts: usize,
}

impl Attained {
    fn at(x: f64, fronts: &[Vec<&[f64]>]) -> Self {
        let best_of = |front: &Vec<&[f64]>| {
            let good = front.iter().filter(|p| p[0] >= x).map(|p| p[1]);
            good.reduce(f64::max)
        };
        let mut best: Vec<f64> = fronts.iter().filter_map(best_of).collect();
        best.sort_by(|a, b| b.total_cmp(a));
        Self {
            best,
            fronts: fronts.len(),
        }
    }

    /// What at least this share of the fronts attain.
    fn by(&self, share: f64) -> Option<f64> {
        let needed = libm::ceil(share * self.fronts as f64).max(1.0) as usize;
        self.best.get(needed - 1).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(fronts: &[&[[f64; 2]]]) -> Vec<LinePoint> {
        let fronts: Vec<Vec<&[f64]>> = fronts
            .iter()
            .map(|front| front.iter().map(|p| p.as_slice()).collect())
            .collect();
        surface(&fronts, 0.0)
    }

    fn at(x: f64, y: f64, band: Option<(f64, f64)>) -> LinePoint {
        LinePoint { x, y, band }
    }

    #[test]
    fn one_front_is_its_own_attainment() {
        let got = points(&[&[[3.0, 1.0], [1.0, 2.0]]]);
        let wanted = [at(3.0, 1.0, None), at(1.0, 2.0, None), at(0.0, 2.0, None)];
        assert_eq!(got, wanted);
    }

    #[test]
    fn half_of_the_fronts_must_reach_a_point() {
        let (a, b, c) = ([[3.0, 1.0]], [[2.0, 2.0]], [[1.0, 3.0]]);
        // With three fronts half means two, a quarter one, and three quarters all of them.
        let wanted = [
            at(2.0, 1.0, Some((1.0, 2.0))),
            at(1.0, 2.0, Some((1.0, 3.0))),
            at(0.0, 2.0, Some((1.0, 3.0))),
        ];
        assert_eq!(points(&[&a, &b, &c]), wanted);
        assert_eq!(points(&[&a, &[], &[]]), []);
    }
}
