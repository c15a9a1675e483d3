//! Results as data: the same to the bit for the same plan, so without times.

use crate::exact::Proof;
use crate::generate::{Allowance, Answers, Asked, Contender};
use crate::item::{Designs, Evaluation, Found, Item, LayerRows, Race, Size};
use crate::study::Stages;
use crate::study::learned::Quality;
use nasaic_dsl::value::{Quantity, Value};
use serde_json::{Map, Value as Json, json};

/// Most designs of a set that are written out.
const MOST_DESIGNS: usize = 10_000;

/// A value as JSON.
pub fn of(item: &Item) -> Json {
    match item {
        Item::Value(v) => of_value(v),
        Item::Result(e) => of_evaluation(e),
        Item::Results(d) => of_designs(d),
        Item::Run(found) => of_found(found),
        Item::Race(race) => of_race(race),
        Item::Objectives(asked) => of_objectives(asked),
        Item::Answers(answers) => of_answers(answers),
        Item::Layers(rows) => of_layers(rows),
        Item::Space(size) => of_size(size),
        Item::Table(table) | Item::Volume(table, _) => {
            json!({ "kind": "table", "table": table.reproducible() })
        }
        Item::Figure(figure) => json!({ "kind": "figure", "figure": **figure }),
        Item::Explanation(explanation) => explanation.data.clone(),
        Item::List(items) => Json::Array(items.iter().map(of).collect()),
        Item::Written(path) => json!({ "kind": "file", "path": path }),
    }
}

/// A value of the language: numbers in base units.
pub fn of_value(value: &Value) -> Json {
    match value {
        Value::Quantity(q) if q.dim == nasaic_dsl::units::Dim::NONE => json!(q.value),
        Value::Quantity(q) => json!({ "value": q.value, "unit": q.dim.base_unit() }),
        Value::Bool(b) => json!(b),
        Value::Text(t) => json!(t),
        Value::List(items) => Json::Array(items.iter().map(of_value).collect()),
        other => json!(other.to_string()),
    }
}

/// An evaluated design with its specs, networks, arrays and schedule.
pub fn of_evaluation(e: &Evaluation) -> Json {
    let m = &e.priced.metrics;
    let sight = e.sight();
    let design: Map<String, Json> = e
        .study
        .chosen(&e.choices)
        .into_iter()
        .map(|(path, v)| (path, of_value(&v)))
        .collect();
    let specs: Vec<Json> = e
        .study
        .specs
        .iter()
        .map(|s| s.judge(&sight))
        .map(|r| {
            json!({
                "spec": r.text, "met": r.met, "violation": r.violation, "margin": r.margin,
                "value": r.value.as_ref().map(quantity), "limit": r.limit.as_ref().map(quantity),
            })
        })
        .collect();
    let tasks: Vec<Json> = e
        .study
        .tasks
        .iter()
        .zip(&e.priced.networks)
        .zip(&e.accuracies)
        .map(|((task, network), accuracy)| {
            json!({
                "task": task.label, "macs": network.macs, "params": network.params,
                "layers": network.computing.len(), "metric": task.metric,
                "accuracy": accuracy.as_ref().map(|a| json!({
                    "value": a.value, "uncertainty": a.uncertainty, "kind": a.kind,
                    "source": task.source.as_ref().map(|s| s.name()),
                })),
                "training": accuracy.as_ref().and_then(|a| a.training),
            })
        })
        .collect();
    let subs: Vec<Json> = e
        .study
        .subs
        .iter()
        .zip(&e.priced.arrays)
        .map(|(label, array)| match array {
            None => json!({ "sub": label, "absent": true }),
            Some(a) => json!({
                "sub": label, "dataflow": a.sub.dataflow_name, "pes": a.sub.array.pes,
                "bandwidth_bytes_per_s": a.sub.bandwidth, "area_m2": a.area * 1e-12,
            }),
        })
        .collect();
    let schedule: Vec<Json> = e
        .priced
        .schedule
        .entries
        .iter()
        .map(|x| {
            let network = &e.priced.networks[x.task];
            json!({
                "task": e.study.tasks[x.task].label,
                "layer": network.layers[network.computing[x.layer].0].path,
                "sub": e.study.subs[x.sub], "start": x.start, "end": x.end,
            })
        })
        .collect();
    let mut result = json!({
        "kind": "result", "design": design, "satisfied": sight.violation() == 0.0, "specs": specs,
        "latency_s": m.latency, "cycles": m.cycles, "energy_j": m.energy,
        "energy_is_activity": !e.study.in_joules(), "area_m2": m.area,
        "utilization": m.utilization, "macs": m.macs, "params": m.params,
        "tasks": tasks, "subs": subs, "schedule": schedule,
    });
    if let Some(known) = e.priced.certainty {
        result["schedule_proof"] = json!(known.to_string());
    }
    if let Some(stages) = &e.priced.stages {
        result["throughput_hz"] = json!(m.throughput(e.study.platform.clock));
        result["pipeline_utilization"] = json!(stages.pipeline.utilization());
        result["stages"] = of_stages(e, stages);
    }
    if let Some(used) = m.fpga {
        result["fpga"] = json!({
            "dsp": used.all.dsp, "bram_blocks": used.all.bram, "lut_ram": used.all.lut,
            "dsp_utilization": used.dsp, "bram_utilization": used.bram,
        });
    }
    result
}

fn of_stages(e: &Evaluation, stages: &Stages) -> Json {
    let all = stages.pipeline.stages.iter().zip(&stages.moved);
    let stage = |(stage, moved): (&nasaic_search::Stage, &u64)| {
        json!({
            "sub": e.study.subs[stage.device], "layers": stage.end - stage.first,
            "cycles": stage.cycles, "transfer_cycles": stage.transfer, "bytes_in": moved,
        })
    };
    all.map(stage).collect()
}

fn quantity(q: &Quantity) -> Json {
    json!({ "value": q.value, "unit": q.dim.base_unit() })
}

fn of_designs(designs: &Designs) -> Json {
    let mut rows = Vec::new();
    for design in designs.designs.iter().take(MOST_DESIGNS) {
        if let Ok(e) = Evaluation::of(&designs.study, design.clone()) {
            let m = &e.priced.metrics;
            let chosen: Map<String, Json> = e
                .study
                .chosen(&e.choices)
                .into_iter()
                .map(|(path, v)| (path, of_value(&v)))
                .collect();
            let accuracies: Vec<Option<f64>> = e
                .accuracies
                .iter()
                .map(|a| a.as_ref().map(|a| a.value))
                .collect();
            rows.push(json!({
                "design": chosen, "cycles": m.cycles, "latency_s": m.latency, "energy_j": m.energy,
                "area_m2": m.area, "utilization": m.utilization, "accuracies": accuracies,
                "violation": e.sight().violation(),
            }));
        }
    }
    json!({
        "kind": "results", "count": designs.designs.len(), "invalid": designs.invalid.0,
        "written": rows.len(), "designs": rows,
    })
}

fn of_found(found: &Found) -> Json {
    let c = &found.run.counts;
    let best = found.best().and_then(Result::ok).map(|e| of_evaluation(&e));
    json!({
        "kind": "run", "strategy": found.strategy, "algorithm": found.algorithm, "seed": found.seed,
        "stop": found.run.stop, "designs": c.hardware, "networks_with_accuracy": c.accuracy,
        "networks_never_trained": c.pruned, "stopped_early": found.run.stopped.len(), "duplicates": c.duplicates,
        "pre_run_designs": found.pre_run, "meet_hardware_specs": found.within_hardware_specs(),
        "front": found.undominated().len(), "best": best,
        "proof": found.proof.as_ref().map(of_proof),
        "learned": found.learned.as_ref().map(of_learned),
    })
}

fn of_learned(learned: &Quality) -> Json {
    let errors = learned.errors.iter();
    let errors: Vec<Json> = errors
        .map(|e| json!({ "of": e.of, "mean_relative_error": e.relative, "spearman": e.spearman }))
        .collect();
    json!({
        "designs": learned.designs, "holdout": learned.holdout, "errors": errors,
        "looked_at": learned.looked_at, "verified": learned.verified,
    })
}

fn of_proof(proof: &Proof) -> Json {
    json!({
        "complete": proof.is_complete(), "at_most": proof.at_most, "choices": proof.choices, "written": proof.written,
        "layers": proof.tabulated.0, "arrays": proof.tabulated.1,
        "excluded": proof.excluded, "boxes": proof.boxes,
    })
}

fn of_race(race: &Race) -> Json {
    let entrants: Vec<Json> = race
        .entrants
        .iter()
        .map(|e| {
            let runs: Vec<Json> = e
                .runs
                .iter()
                .map(|r| {
                    json!({
                        "seed": r.seed, "best": r.run.best.map(|b| &r.run.evaluated[b])
                            .and_then(|b| b.outcome.as_ref()).map(|o| o.objectives.clone()),
                        "feasible": r.run.is_feasible(), "first_feasible": r.first_feasible(),
                        "hardware_evaluations": r.run.counts.hardware,
                        "accuracy_evaluations": r.run.counts.accuracy,
                    })
                })
                .collect();
            json!({ "strategy": e.strategy, "runs": runs })
        })
        .collect();
    json!({
        "kind": "comparison", "hardware_evaluations": race.evaluations, "seeds": race.seeds,
        "entrants": entrants,
    })
}

fn of_objectives(asked: &Asked) -> Json {
    json!({
        "kind": "objectives", "count": asked.drawn.met.len(),
        "impossible": asked.drawn.impossible.len(), "slack": asked.slack, "seed": asked.seed,
        "share_that_meets": asked.drawn.met.iter().map(|one| one.share).collect::<Vec<_>>(),
    })
}

/// Within a time the answers depend on the machine, so only what was asked is told.
fn of_answers(answers: &Answers) -> Json {
    let contender = |one: &Contender| {
        let firsts: Vec<Option<u64>> = one.answers.iter().map(|answer| answer.first).collect();
        let mut contender = json!({
            "strategy": one.strategy, "algorithm": one.algorithm, "seed": one.seed,
            "trained_on": one.trained.as_ref().map(|t| t.generator.evaluations),
        });
        if !answers.timed() {
            contender["satisfied"] = json!(one.satisfied());
            contender["impossible_satisfied"] = json!(one.wonders());
            contender["first_satisfied"] = json!(firsts);
        }
        contender
    };
    json!({
        "kind": "answers", "objectives": of_objectives(&answers.asked),
        "evaluations": match answers.allowance {
            Allowance::Evaluations(most) => Some(most),
            Allowance::Seconds(_) => None,
        },
        "contenders": answers.contenders.iter().map(contender).collect::<Vec<_>>(),
    })
}

fn of_layers(layers: &LayerRows) -> Json {
    let rows: Vec<Json> = layers
        .rows
        .iter()
        .map(|r| {
            json!({
                "task": r.task, "layer": r.path, "kind": r.kind, "shape": r.shape,
                "macs": r.macs, "params": r.params, "sub": r.sub,
                "cycles": r.cost.map(|c| c.cycles),
                "energy_j": r.cost.and_then(|c| c.energy).map(|e| e.total() * r.unit),
            })
        })
        .collect();
    json!({ "kind": "layers", "rows": rows })
}

fn of_size(size: &Size) -> Json {
    // Counts beyond 2^53 keep their digits as text.
    let text = |n: Option<u128>| n.map(|n| n.to_string());
    json!({
        "kind": "space", "of": size.of, "points": text(size.count.raw),
        "within_budget": text(size.count.within_limits), "distinct": text(size.count.distinct),
        "decisions": size.decisions.iter().map(|(p, d, n)| json!({"path": p, "domain": d, "values": n})).collect::<Vec<_>>(),
    })
}
