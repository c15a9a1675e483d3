//! Exhaustive search: every design within the limits, in lexicographic order.

use crate::options::{Kind, OptionInfo};
use crate::problem::Evaluated;
use crate::strategy::{Ask, SearchError, Strategy, StrategyInfo, TRAIN, Task, Train};
use crate::walk::Enumerate;

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "exhaustive",
    help: "every design within the limits, in order",
    options: &[
        OptionInfo {
            name: "limit",
            help: "largest number of designs it accepts",
            kind: Kind::Int {
                min: 1,
                max: i64::MAX,
            },
            default: Some("1000000"),
        },
        TRAIN,
    ],
    feature: None,
    make,
};

struct Exhaustive<'a> {
    designs: Enumerate<'a>,
    train: Train,
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    let limit = task.options.count("limit")? as u128;
    let designs = task.space.within_limits();
    if designs.is_none_or(|designs| designs > limit) {
        return Err(SearchError::TooLarge {
            strategy: INFO.name,
            designs,
            limit,
        });
    }
    let train = Train::from_options(task.options)?;
    Ok(Box::new(Exhaustive {
        designs: task.space.enumerate(),
        train,
    }))
}

impl Strategy for Exhaustive<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        let train = self.train;
        self.designs
            .by_ref()
            .take(most)
            .map(|design| Ask { design, train })
            .collect()
    }

    fn tell(&mut self, _evaluated: &[Evaluated]) {}

    fn batch(&self) -> usize {
        256
    }

    fn ends(&self) -> bool {
        true
    }
}
