//! The run store as a shell sees it: kept, killed, resumed, exported, refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crash;
mod runs;
#[path = "../cli/scratch.rs"]
#[allow(dead_code, reason = "shared with the tests of the command line")]
mod scratch;
mod sweep;
mod training;
mod trouble;

use scratch::Scratch;

/// Several searches of several strategies on one problem; some hundredths of a second in all.
pub const SEARCHES: &str = "
problem wide {
  workload = resnet18
  on = eyeriss_like with { core.pes in 16..256 step 4, core.bandwidth in 1..16 GB/s }
  require latency <= 1 s
  require area <= 20 mm^2
  minimize energy
}
strategy evo { algorithm = evolution, population = 12, evaluations = 100, seed = 3 }
strategy rnd { algorithm = random, evaluations = 90, seed = 2 }
strategy rl {
  algorithm = reinforce
  episodes = 12
  hardware_steps = 4
  penalty { weight = 10, bound = worst_of(30) }
  controller { kind = lstm, hidden = 8 }
  seed = 5
}
let found = search(wide, evo)
found.best
compare(wide, [rnd, evo], evaluations = 60, seeds = 7..9)
search(wide, rl)
search(frugal, every)
";

/// A folder with a `frugal.nasaic` of these searches.
pub fn searches() -> Scratch {
    Scratch::frugal(SEARCHES)
}

/// The trials of all searches of a run, as lines.
pub fn trials(scratch: &Scratch, store: &str, run: i64) -> String {
    let mut out = String::new();
    for search in 1..=9 {
        let file = format!("{store}-{run}-{search}.csv");
        let ran = scratch.run(&format!(
            "runs export {run} --format csv --search {search} --store {store} -o {file}"
        ));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        out.push_str(&scratch.read(&file));
    }
    out
}
