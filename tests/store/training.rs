//! A search that trains, killed at any training, ends as one that never was.

use crate::scratch::Scratch;
use rusqlite::Connection;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

/// Eighteen networks, two seeds each, two rungs; the widest are too slow to be trained.
const TRAINED: &str = "
use std.data.{digits}
use std.technology.{horowitz_45nm}
use templates.{nvdla}
network small {
  input = [1, 8, 8]
  conv first { filters in {2, 4, 64}, kernel = 3 }
  pool { kind = max }
  conv next { filters in {2, 4, 8}, kernel = 3 }
  pool { kind = global_average }
  dense { units = 10 }
}
accelerator edge {
  technology = horowitz_45nm
  clock = 100 MHz
  sub core { dataflow = nvdla, pes in {8, 16}, bandwidth = 1 GB/s }
}
workload reading {
  task classify {
    network = small
    data = digits with { limit_train = 400, limit_test = 100 }
    accuracy = trained { epochs = 6, seeds = 2, rungs = [2], batch = 16 }
  }
}
problem reader {
  workload = reading
  on = edge
  require latency <= 40 us
  maximize classify.accuracy
  minimize energy
}
strategy evo { algorithm = evolution, population = 6, evaluations = 18, seed = 2 }
let run = search(reader, evo)
run
run.front
";

/// Starts the program with its stream in a pipe.
fn start(scratch: &Scratch, command: &str) -> Child {
    let args: Vec<&str> = command.split_whitespace().collect();
    let mut command = scratch.command(&args);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Reads the stream until so many trainings were told of; whether it lasted so long.
fn wait_for(child: &mut Child, trainings: usize, ended: bool) -> bool {
    let told = BufReader::new(child.stdout.take().unwrap()).lines();
    let told = told.map_while(Result::ok).filter(|line| {
        let object: Value = serde_json::from_str(line).unwrap_or_default();
        object["type"] == "training" && (object.get("ended").is_some() == ended)
    });
    told.take(trainings).count() == trainings
}

/// Trainings that the store holds: a row for each trial and rung.
fn kept(scratch: &Scratch, store: &str) -> usize {
    let store = Connection::open(scratch.path(store)).unwrap();
    let count = "SELECT count(*) FROM trainings";
    store
        .query_row(count, [], |row| row.get::<_, i64>(0))
        .unwrap() as usize
}

#[test]
fn a_search_that_trains_goes_on_after_every_kill() {
    let scratch = Scratch::new().with("trained.nasaic", TRAINED);
    let ran = scratch.run("run trained.nasaic --store whole.db --out whole");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let result = scratch.read("whole/result.json");
    let trained = kept(&scratch, "whole.db");
    let run: Value = serde_json::from_str(&result).unwrap();
    let run = &run["results"]["outputs"][0]["value"];
    assert!(run["stopped_early"].as_u64().unwrap() > 0, "{run}");
    assert!(run["networks_never_trained"].as_u64().unwrap() > 0, "{run}");
    // Killed in the first training, after some, and twice in a row.
    for (n, kills) in [
        vec![(1, false)],
        vec![(5, true)],
        vec![(3, true), (4, true)],
    ]
    .into_iter()
    .enumerate()
    {
        let store = format!("killed-{n}.db");
        let mut command = format!("run trained.nasaic --json-stream --store {store} --out killed");
        for (trainings, ended) in kills {
            let mut child = start(&scratch, &command);
            assert!(wait_for(&mut child, trainings, ended), "it ended before");
            // SIGKILL on Unix: nothing of the program runs after it.
            child.kill().unwrap();
            child.wait().unwrap();
            let kept = kept(&scratch, &store);
            assert!(kept < trained, "it was at its end when it was killed");
            assert!(
                !ended || kept >= trainings,
                "{trainings} were told of, {kept} are kept"
            );
            command = format!("runs resume 1 --json-stream --store {store} --out killed");
        }
        let ran = scratch.run(&command);
        assert_eq!(ran.code, 0, "{} {}", ran.stdout, ran.stderr);
        assert!(scratch.read("killed/result.json") == result, "{store}");
        assert_eq!(kept(&scratch, &store), trained, "{store}");
    }
}
