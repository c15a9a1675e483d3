//! An evaluated design and a search as a reader wants them: first whether it works.

use crate::effort::Effort;
use crate::item::{Designs, Evaluation, Found, Size};
use crate::study::accuracy::Source;
use crate::study::{SpecResult, Study};
use nasaic_accuracy::Measurement;
use nasaic_dsl::units::{self, Dim};
use nasaic_dsl::value::{Quantity, Value};
use nasaic_search::Stop;
use std::fmt::Write;

/// Layers of one sub-accelerator that a report lists; a picture shows them all.
const MOST_ENTRIES: usize = 8;

/// One evaluated design.
pub fn of_evaluation(e: &Evaluation) -> String {
    let mut out = String::new();
    specs(&mut out, e);
    metrics(&mut out, e);
    accuracies(&mut out, e);
    networks(&mut out, e);
    arrays(&mut out, e);
    schedule(&mut out, e);
    out
}

fn specs(out: &mut String, e: &Evaluation) {
    let results: Vec<SpecResult> = e.study.specs.iter().map(|s| s.judge(&e.sight())).collect();
    if results.is_empty() {
        return;
    }
    let missed = results.iter().filter(|r| !r.met).count();
    let verdict = if missed == 0 {
        "all specs met".to_owned()
    } else {
        format!("INFEASIBLE: {missed} of {} specs not met", results.len())
    };
    let _ = writeln!(out, "{verdict}");
    let width = results
        .iter()
        .map(|r| r.text.chars().count())
        .max()
        .unwrap_or(0);
    for r in &results {
        let sign = if r.met { "✓" } else { "✗" };
        let value = r
            .value
            .as_ref()
            .map_or_else(|| "no value".to_owned(), Quantity::to_string);
        let margin = match r.margin {
            Some(m) if m >= 0.0 => format!("{} % room", units::number(round1(100.0 * m))),
            Some(m) => format!("{} % over", units::number(round1(-100.0 * m))),
            None => String::new(),
        };
        let _ = writeln!(out, "  {sign} {:<width$}   {value:>18}   {margin}", r.text);
    }
}

fn round1(x: f64) -> f64 {
    libm::round(x * 10.0) / 10.0
}

fn metrics(out: &mut String, e: &Evaluation) {
    let m = &e.priced.metrics;
    let mut parts = vec![format!(
        "latency {} ({} cycles)",
        units::pretty(m.latency, Dim::TIME),
        units::number(m.cycles as f64)
    )];
    if let Some(energy) = m.energy {
        parts.push(format!("energy {}", energy_text(&e.study, energy)));
        let power = m.power(e.study.platform.clock);
        if let Some(power) = power.filter(|p| e.study.in_joules() && p.is_finite()) {
            parts.push(format!("power {}", units::pretty(power, Dim::POWER)));
        }
    }
    if let Some(area) = m.area {
        parts.push(format!("area {}", units::pretty(area, Dim::AREA)));
    }
    parts.push(format!(
        "utilization {} %",
        units::number(round1(100.0 * m.utilization))
    ));
    let _ = writeln!(out, "  {}", parts.join(" · "));
    pipeline(out, e);
    fpgas(out, e);
}

fn pipeline(out: &mut String, e: &Evaluation) {
    let m = &e.priced.metrics;
    let (Some(stages), Some(throughput)) = (&e.priced.stages, m.throughput(e.study.platform.clock))
    else {
        return;
    };
    let _ = writeln!(
        out,
        "  throughput {} (a result in {} cycles) · pipeline utilization {} % in {} stages",
        units::pretty(throughput, Dim::FREQUENCY),
        units::number(m.period as f64),
        units::number(round1(100.0 * stages.pipeline.utilization())),
        stages.pipeline.stages.len()
    );
}

fn fpgas(out: &mut String, e: &Evaluation) {
    let Some(used) = e.priced.metrics.fpga else {
        return;
    };
    let share = |share: Option<f64>| {
        let percent = |s: f64| format!(" ({} %)", units::number(round1(100.0 * s)));
        share.map_or(String::new(), percent)
    };
    let _ = writeln!(
        out,
        "  {} DSP slices{} · {} blocks of RAM{}",
        units::number(used.all.dsp as f64),
        share(used.dsp),
        units::number(used.all.bram as f64),
        share(used.bram)
    );
}

/// An energy in joules, or a count of activity in the unit that its source labels it with.
pub fn energy_text(study: &Study, energy: f64) -> String {
    if study.in_joules() {
        units::pretty(energy, Dim::ENERGY)
    } else {
        format!("{} nJ (activity count)", units::number(energy * 1e9))
    }
}

fn accuracies(out: &mut String, e: &Evaluation) {
    let known: Vec<_> = e
        .study
        .tasks
        .iter()
        .zip(&e.accuracies)
        .filter(|t| t.1.is_some())
        .collect();
    if known.is_empty() {
        return;
    }
    let _ = writeln!(out, "accuracy");
    let width = known.iter().map(|t| t.0.label.len()).max().unwrap_or(0);
    for (task, accuracy) in known {
        let (Some(a), Some(source)) = (accuracy, &task.source) else {
            continue;
        };
        let spread = a
            .uncertainty
            .map_or(String::new(), |u| format!(" ± {u:.4}"));
        let _ = writeln!(
            out,
            "  {:<width$}  {} {:.4}{spread}   {} · {}",
            task.label,
            task.metric,
            a.value,
            a.kind.label(),
            source.name()
        );
        trained(out, width, a, source);
    }
}

/// What more there is to know of an accuracy that was trained for.
fn trained(out: &mut String, width: usize, a: &Measurement, source: &Source) {
    let (Some(took), Some(training)) = (&a.training, source.training()) else {
        return;
    };
    let mut more = Vec::new();
    if took.epochs < took.of_epochs {
        more.push(format!("stopped after {} epochs", took.epochs));
    }
    if let Some(test) = took.test {
        more.push(format!("{test:.4} on the test samples"));
    }
    more.extend(Some(training.note()).filter(|note| !note.is_empty()));
    if !more.is_empty() {
        let _ = writeln!(out, "  {:<width$}  {}", "", more.join(" · "));
    }
}

fn networks(out: &mut String, e: &Evaluation) {
    let _ = writeln!(out, "networks");
    let width = e
        .study
        .tasks
        .iter()
        .map(|t| t.label.len())
        .max()
        .unwrap_or(0);
    let chosen = e.study.chosen(&e.choices);
    for (task, network) in e.study.tasks.iter().zip(&e.priced.networks) {
        let _ = writeln!(
            out,
            "  {:<width$}  {} layers, {} MACs, {} parameters",
            task.label,
            network.computing.len(),
            units::number(network.macs as f64),
            units::number(network.params as f64)
        );
        let prefix = if e.study.name.is_empty() {
            String::new()
        } else {
            format!("{}.{}.", e.study.name, task.label)
        };
        let own: Vec<String> = chosen
            .iter()
            .filter(|(path, _)| !prefix.is_empty() && path.starts_with(&prefix))
            .map(|(path, value)| format!("{} = {value}", &path[prefix.len()..]))
            .collect();
        for line in wrap(&own, 78) {
            let _ = writeln!(out, "  {:<width$}    {line}", "");
        }
    }
    // A decision of the file belongs to no task by its path.
    let shared: Vec<String> = chosen
        .iter()
        .filter(|(path, _)| !e.study.name.is_empty() && !path.contains('.'))
        .map(|(path, value)| format!("{path} = {value}"))
        .collect();
    for (n, line) in wrap(&shared, 78).iter().enumerate() {
        let head = if n == 0 { "shared" } else { "" };
        let _ = writeln!(out, "  {head:<width$}    {line}");
    }
}

/// Words joined by commas, broken into lines.
fn wrap(words: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() + 2 <= width => {
                line.push_str(", ");
                line.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines
}

fn arrays(out: &mut String, e: &Evaluation) {
    let _ = writeln!(out, "accelerator");
    let width = e.study.subs.iter().map(String::len).max().unwrap_or(0);
    for (i, (label, array)) in e.study.subs.iter().zip(&e.priced.arrays).enumerate() {
        let Some(array) = array else {
            let _ = writeln!(out, "  {label:<width$}  absent");
            continue;
        };
        let busy: u64 = e
            .priced
            .schedule
            .entries
            .iter()
            .filter(|x| x.sub == i)
            .map(|x| x.end - x.start)
            .sum();
        let layers = e
            .priced
            .schedule
            .entries
            .iter()
            .filter(|x| x.sub == i)
            .count();
        let share = 100.0 * busy as f64 / (e.priced.metrics.cycles.max(1)) as f64;
        let area = if e.priced.metrics.area.is_some() {
            format!("  {}", units::pretty(array.area * 1e-12, Dim::AREA))
        } else {
            String::new()
        };
        let _ = writeln!(
            out,
            "  {label:<width$}  {:<12} {:>6} PEs  {:>9}{area}  {layers} layers, busy {} %",
            array.sub.dataflow_name,
            units::number(f64::from(array.sub.array.pes)),
            units::pretty(array.sub.bandwidth, Dim::BANDWIDTH),
            units::number(libm::round(share))
        );
    }
}

fn schedule(out: &mut String, e: &Evaluation) {
    if e.study.subs.len() < 2 && e.study.tasks.len() < 2 {
        return;
    }
    let known = e
        .priced
        .certainty
        .map_or(String::new(), |c| format!(", {c}"));
    let _ = writeln!(out, "schedule (cycles){known}");
    for (i, label) in e.study.subs.iter().enumerate() {
        let mut entries: Vec<_> = e
            .priced
            .schedule
            .entries
            .iter()
            .filter(|x| x.sub == i)
            .collect();
        entries.sort_by_key(|x| x.start);
        let words: Vec<String> = entries
            .iter()
            .map(|x| {
                let network = &e.priced.networks[x.task];
                let path = &network.layers[network.computing[x.layer].0].path;
                format!(
                    "{}–{} {}.{path}",
                    units::number(x.start as f64),
                    units::number(x.end as f64),
                    e.study.tasks[x.task].label
                )
            })
            .collect();
        for (n, line) in wrap(&words[..words.len().min(MOST_ENTRIES)], 86)
            .into_iter()
            .enumerate()
        {
            let head = if n == 0 { label.as_str() } else { "" };
            let _ = writeln!(out, "  {head:<6} {line}");
        }
        if let more @ 1.. = words.len().saturating_sub(MOST_ENTRIES) {
            let _ = writeln!(
                out,
                "  {:<6} and {more} more layers; `schedule(…)` draws all",
                ""
            );
        }
    }
}

/// A search: what it did, then its best design.
pub fn of_search(found: &Found) -> String {
    let c = &found.run.counts;
    let mut out = String::new();
    if let Some(proof) = &found.proof {
        let _ = writeln!(out, "{} ({})", found.strategy, found.algorithm);
        out.push_str(&proof.text());
        return out;
    }
    let _ = writeln!(
        out,
        "{} ({}, seed {}): {} designs, {} networks with accuracy, {} never trained, {} repeated proposals",
        found.strategy,
        found.algorithm,
        found.seed,
        units::number(c.hardware as f64),
        units::number(c.accuracy as f64),
        units::number(c.pruned as f64),
        units::number(c.duplicates as f64)
    );
    if found.pre_run > 0 {
        let _ = writeln!(
            out,
            "  {} random designs priced beforehand to scale the penalty",
            units::number(found.pre_run as f64)
        );
    }
    let share = 100.0 * found.satisfied() as f64 / found.run.evaluated.len().max(1) as f64;
    let _ = writeln!(
        out,
        "  {} of them meet the hardware specs ({} %)",
        units::number(found.satisfied() as f64),
        units::number(round1(share))
    );
    if found.study.goals.len() > 1 && !found.study.lexicographic {
        let _ = writeln!(
            out,
            "  {} designs on the Pareto front",
            found.run.front.len()
        );
    }
    if let Some(effort) = Effort::of(found) {
        let _ = writeln!(out, "  {}", effort.text());
    }
    let _ = match found.run.stop {
        Stop::Interrupted => writeln!(out, "  interrupted: this is the best so far"),
        Stop::Stalled => writeln!(
            out,
            "  stopped: the strategy proposed nothing but known designs"
        ),
        Stop::Exhausted => writeln!(out, "  every distinct design of the space was evaluated"),
        Stop::Budget | Stop::Done => Ok(()),
    };
    out
}

/// A set of designs in one line.
pub fn of_designs(designs: &Designs) -> String {
    let mut out = format!(
        "{} designs: {}",
        units::number(designs.designs.len() as f64),
        designs.how
    );
    if let (n @ 1.., Some(reason)) = (designs.invalid.0, &designs.invalid.1) {
        let _ = write!(
            out,
            "\n  {} more cannot be built; the first because {reason}",
            units::number(n as f64)
        );
    }
    out.push('\n');
    out
}

/// The size of a space.
pub fn of_size(size: &Size) -> String {
    let number = |n: Option<u128>| match n {
        Some(n) if n >= 1_000_000 => format!("{} ({:.4e})", group(n), n as f64),
        Some(n) => group(n),
        None => "more than can be counted".to_owned(),
    };
    let mut out = String::new();
    let _ = writeln!(out, "{}: {} decisions", size.of, size.decisions.len());
    let _ = writeln!(out, "  points             {}", number(size.count.raw));
    let _ = writeln!(
        out,
        "  within the budget  {}",
        number(size.count.within_limits)
    );
    let _ = writeln!(out, "  distinct designs   {}", number(size.count.distinct));
    let width = size
        .decisions
        .iter()
        .map(|d| d.0.chars().count())
        .max()
        .unwrap_or(0);
    for (path, domain, count) in &size.decisions {
        let _ = writeln!(out, "  {path:<width$}  {count:>5}  {domain}");
    }
    out
}

fn group(n: u128) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A value of the language on one line.
pub fn of_value(value: &Value) -> String {
    format!("{value}\n")
}
