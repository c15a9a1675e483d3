//! A genetic algorithm for one goal: generations that replace each other, but for an elite.
//!
//! It shares tournaments, crossover and mutation with `evolution`; other than there, a
//! child need not beat its parents to survive (Holland 1975; elitism after De Jong 1975).

use super::evolution::{Evolution, Survival};
use crate::breeding::{CROSSOVER, MUTATION, POPULATION, TOURNAMENT};
use crate::merit::SPECS;
use crate::options::{Kind, OptionInfo};
use crate::reward::PENALTY;
use crate::strategy::{SearchError, Strategy, StrategyInfo, TRAIN, Task};

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "genetic",
    help: "a genetic algorithm: each generation replaces the one before, but for an elite",
    options: &[
        POPULATION,
        OptionInfo {
            name: "elite",
            help: "designs that survive a generation unchanged",
            kind: Kind::Int {
                min: 0,
                max: 100_000,
            },
            default: Some("2"),
        },
        MUTATION,
        CROSSOVER,
        TOURNAMENT,
        SPECS,
        PENALTY,
        TRAIN,
    ],
    feature: None,
    make,
};

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    task.one_goal(INFO.name)?;
    let elite = task.options.count("elite")?;
    Ok(Box::new(Evolution::new(task, Survival::Elite(elite))?))
}
