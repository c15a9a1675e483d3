//! What a strategy itself takes: runs of 1,000 distinct designs that cost nothing to price.
//!
//! A time divided by 1,000 is the overhead per evaluation, the run's own bookkeeping
//! included. The spaces are W1's, with its limits, and twelve free decisions.

use criterion::{Criterion, criterion_group, criterion_main};
use nasaic_search::{
    Budget, Decision, Design, Hardware, OptionValue, Options, Outcome, Problem, Progress, Role,
    Space, SpaceError, run, strategies,
};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

#[allow(clippy::unwrap_used)]
#[path = "../tests/common/mod.rs"]
mod common;

/// A problem whose objective is a sum, and whose specs always hold.
struct Free(Space);

impl Problem for Free {
    fn space(&self) -> &Space {
        &self.0
    }

    fn goals(&self) -> usize {
        1
    }

    fn hardware(&self, _design: &Design) -> Hardware {
        Hardware {
            valid: true,
            reason: None,
            penalty: 0.0,
            metrics: Vec::new(),
        }
    }

    fn complete(&self, design: &Design, _hardware: &Hardware) -> Outcome {
        let values = (0..design.0.len()).filter_map(|index| design.value(index));
        Outcome {
            objectives: vec![values.map(f64::from).sum()],
            penalty: 0.0,
            metrics: Vec::new(),
        }
    }
}

fn twelve() -> Result<Space, SpaceError> {
    let decisions = (0..12).map(|index| Decision {
        role: if index < 6 {
            Role::Network
        } else {
            Role::Hardware
        },
        ..common::decision(&format!("x{index}"), 100, Role::Network)
    });
    Space::new(decisions.collect(), Vec::new(), Vec::new())
}

fn overhead(c: &mut Criterion) {
    let spaces = [("w1", Ok(common::w1())), ("twelve", twelve())];
    let mut group = c.benchmark_group("1,000 evaluations");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_secs(1));
    let budget = Budget {
        evaluations: Some(1000),
    };
    for (name, space) in spaces {
        let Ok(space) = space else { continue };
        let problem = Free(space);
        // Enumeration refuses spaces as large as these.
        for info in strategies().iter().filter(|info| info.name != "exhaustive") {
            // The published recipe soon proposes known designs: 91 episodes are 1,001 proposals.
            let episodes = [("episodes", OptionValue::Int(91))];
            let given = match info.name {
                "reinforce" => &episodes[..],
                _ => &[],
            };
            let Ok(options) = Options::new(info, given) else {
                continue;
            };
            group.bench_function(format!("{name}/{}", info.name), |b| {
                b.iter(|| {
                    let observer = &mut |_: &Progress<'_>| ControlFlow::Continue(());
                    black_box(run(&problem, &options, budget, 1, observer))
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, overhead);
criterion_main!(benches);
