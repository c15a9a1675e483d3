//! An evaluated design and a search as a reader wants them: first whether it works.

use crate::effort::Effort;
use crate::generate::Asked;
use crate::item::{Designs, Evaluation, Found, Size};
use crate::study::accuracy::Source;
use crate::study::learned::Quality;
use crate::study::{SpecResult, Study};
use crate::table::{Cell, Head, Table};
use nasaic_accuracy::Measurement;
use nasaic_dsl::units::{self, Dim};
use nasaic_dsl::value::{Quantity, Value};
use nasaic_search::Stop;
use std::fmt::Write;

mod sheets;

pub use sheets::{evaluation, search, size};

/// Layers of one sub-accelerator that a report lists; a picture shows them all.
const MOST_ENTRIES: usize = 8;

/// One evaluated design.
fn of_evaluation(e: &Evaluation) -> String {
    let mut out = String::new();
    specs(&mut out, e);
    metrics(&mut out, e);
    accuracies(&mut out, e);
    networks(&mut out, e);
    arrays(&mut out, e);
    schedule(&mut out, e);
    out
}

fn judged(e: &Evaluation) -> Vec<SpecResult> {
    e.study.specs.iter().map(|s| s.judge(&e.sight())).collect()
}

fn verdict(results: &[SpecResult]) -> String {
    match results.iter().filter(|r| !r.met).count() {
        0 => "all specs met".to_owned(),
        missed => format!("INFEASIBLE: {missed} of {} specs not met", results.len()),
    }
}

fn specs(out: &mut String, e: &Evaluation) {
    let results = judged(e);
    if results.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}", verdict(&results));
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
        let more = trained(a, source);
        if !more.is_empty() {
            let _ = writeln!(out, "  {:<width$}  {}", "", more.join(" · "));
        }
    }
}

/// What more there is to know of an accuracy that was trained for.
fn trained(a: &Measurement, source: &Source) -> Vec<String> {
    let mut more = Vec::new();
    let (Some(took), Some(training)) = (&a.training, source.training()) else {
        return more;
    };
    if took.epochs < took.of_epochs {
        more.push(format!("stopped after {} epochs", took.epochs));
    }
    if let Some(test) = took.test {
        more.push(format!("{test:.4} on the test samples"));
    }
    more.extend(Some(training.note()).filter(|note| !note.is_empty()));
    more
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
    for (task, network) in e.study.tasks.iter().zip(&e.priced.networks) {
        let _ = writeln!(
            out,
            "  {:<width$}  {} layers, {} MACs, {} parameters",
            task.label,
            network.computing.len(),
            units::number(network.macs as f64),
            units::number(network.params as f64)
        );
        for line in wrap(&decided(e, &task.label), 78) {
            let _ = writeln!(out, "  {:<width$}    {line}", "");
        }
    }
    for (n, line) in wrap(&shared(e), 78).iter().enumerate() {
        let head = if n == 0 { "shared" } else { "" };
        let _ = writeln!(out, "  {head:<width$}    {line}");
    }
}

/// What the network of a task decided.
fn decided(e: &Evaluation, task: &str) -> Vec<String> {
    if e.study.name.is_empty() {
        return Vec::new();
    }
    let prefix = format!("{}.{task}.", e.study.name);
    let chosen = e.study.chosen(&e.choices);
    let own = chosen.iter().filter_map(|(path, value)| {
        let path = path.strip_prefix(&prefix)?;
        Some(format!("{path} = {value}"))
    });
    own.collect()
}

/// Decisions of the file, which belong to no task by their paths.
fn shared(e: &Evaluation) -> Vec<String> {
    let chosen = e.study.chosen(&e.choices);
    let own = chosen
        .iter()
        .filter(|(path, _)| !e.study.name.is_empty() && !path.contains('.'));
    own.map(|(path, value)| format!("{path} = {value}"))
        .collect()
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
        let (layers, share) = load(e, i);
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

/// How many layers run on a sub-accelerator, and the percentage of the time in which it is busy.
fn load(e: &Evaluation, sub: usize) -> (usize, f64) {
    let entries = e.priced.schedule.entries.iter().filter(|x| x.sub == sub);
    let busy: u64 = entries.clone().map(|x| x.end - x.start).sum();
    let share = 100.0 * busy as f64 / (e.priced.metrics.cycles.max(1)) as f64;
    (entries.count(), share)
}

/// Whether there is a choice of where and when layers run.
fn is_scheduled(e: &Evaluation) -> bool {
    e.study.subs.len() > 1 || e.study.tasks.len() > 1
}

/// What runs on a sub-accelerator, in order: first and last cycle, and the layer's path.
fn entries(e: &Evaluation, sub: usize) -> Vec<(u64, u64, String)> {
    let all = e.priced.schedule.entries.iter();
    let mut entries: Vec<_> = all.filter(|x| x.sub == sub).collect();
    entries.sort_by_key(|x| x.start);
    let named = entries.into_iter().map(|x| {
        let network = &e.priced.networks[x.task];
        let path = &network.layers[network.computing[x.layer].0].path;
        let task = &e.study.tasks[x.task].label;
        (x.start, x.end, format!("{task}.{path}"))
    });
    named.collect()
}

fn schedule(out: &mut String, e: &Evaluation) {
    if !is_scheduled(e) {
        return;
    }
    let known = e
        .priced
        .certainty
        .map_or(String::new(), |c| format!(", {c}"));
    let _ = writeln!(out, "schedule (cycles){known}");
    for (i, label) in e.study.subs.iter().enumerate() {
        let number = |cycle: u64| units::number(cycle as f64);
        let words = entries(e, i);
        let words = words
            .iter()
            .map(|(start, end, layer)| format!("{}–{} {layer}", number(*start), number(*end)));
        let words: Vec<String> = words.collect();
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

/// A search: what it did.
fn of_search(found: &Found) -> String {
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
    if let Some(line) = beforehand(found) {
        let _ = writeln!(out, "  {line}");
    }
    if let Some(learned) = &found.learned {
        out.push_str(&of_learned(learned));
    }
    let _ = writeln!(
        out,
        "  {} of them meet the hardware specs ({} %)",
        units::number(found.within_hardware_specs() as f64),
        units::number(round1(share_satisfied(found)))
    );
    if has_front(found) {
        let _ = writeln!(
            out,
            "  {} designs on the Pareto front",
            found.run.front.len()
        );
    }
    for line in remarks(found) {
        let _ = writeln!(out, "  {line}");
    }
    out
}

/// How a cost model was learned, how far it is off, and what it was used for.
fn of_learned(learned: &Quality) -> String {
    let number = |n: u64| units::number(n as f64);
    let mut out = format!(
        "  costs learned from {} designs; mean error and Spearman's rho on {} others:",
        number(learned.designs as u64),
        number(learned.holdout as u64)
    );
    for (index, off) in learned.errors.iter().enumerate() {
        let rho = off
            .spearman
            .map_or("–".to_owned(), |rho| format!("{rho:.4}"));
        let mark = if index == 0 { "" } else { "," };
        let _ = write!(out, "{mark} {} {:.2} % {rho}", off.of, 100.0 * off.relative);
    }
    let _ = writeln!(
        out,
        "\n  {} designs looked at with them; the best {} verified by the cost model",
        number(learned.looked_at),
        number(learned.verified)
    );
    out
}

/// What was done before a search, if anything.
fn beforehand(found: &Found) -> Option<String> {
    let designs = units::number(found.pre_run as f64);
    let line = || format!("{designs} random designs priced beforehand to scale the penalty");
    (found.pre_run > 0).then(line)
}

/// How many of the designs meet the hardware specs, in per cent.
fn share_satisfied(found: &Found) -> f64 {
    100.0 * found.within_hardware_specs() as f64 / found.run.evaluated.len().max(1) as f64
}

fn has_front(found: &Found) -> bool {
    found.study.goals.len() > 1 && !found.study.lexicographic
}

/// What training took, and why a search ended where that says something.
fn remarks(found: &Found) -> Vec<String> {
    let ended = match found.run.stop {
        Stop::Interrupted => Some("interrupted: this is the best so far"),
        Stop::Stalled => Some("stopped: the strategy proposed nothing but known designs"),
        Stop::Exhausted => Some("every distinct design of the space was evaluated"),
        Stop::Budget | Stop::Done => None,
    };
    let effort = Effort::of(found).map(|effort| effort.text());
    effort.into_iter().chain(ended.map(str::to_owned)).collect()
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

/// Objectives: how many, how hard, and what they ask for.
pub fn of_objectives(asked: &Asked) -> Table {
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let cell = |value: Option<f64>| value.map_or(Cell::Missing, Cell::Number);
    let specs = &asked.appraisal.study.specs;
    let mut columns = vec![
        Head::plain("objectives"),
        Head::plain("count"),
        Head::new("designs that meet it, median", "%"),
    ];
    let limit = |spec: usize, wish: f64| asked.appraisal.limit(spec, wish);
    columns.extend((0..specs.len()).map(|spec| {
        let name = specs[spec]
            .text
            .split(['<', '>'])
            .next()
            .unwrap_or_default();
        Head::new(
            format!("median limit: {}", name.trim()),
            limit(spec, 0.0).unit,
        )
    }));
    let drawn = &asked.drawn;
    let kinds = [
        ("met by a held-out design", &drawn.met),
        ("proven impossible", &drawn.impossible),
    ];
    let rows = kinds.map(|(name, objectives)| {
        let shares = objectives.iter().filter_map(|one| one.share).collect();
        let mut row = vec![
            Cell::text(name),
            Cell::Number(objectives.len() as f64),
            cell(median(shares).map(|share| round1(100.0 * share))),
        ];
        row.extend((0..specs.len()).map(|spec| {
            let wishes = objectives.iter().map(|one| one.wishes[spec]).collect();
            cell(median(wishes).map(|wish| limit(spec, wish).number()))
        }));
        row
    });
    let slack = units::number(round1(100.0 * asked.slack));
    let mut notes = vec![format!(
        "Limits are {slack} % looser than what the held-out design costs, or {slack} % tighter than what any design gives; seed {}.",
        asked.seed
    )];
    if drawn.impossible.len() < asked.wanted {
        notes.push(format!(
            "{} impossible ones were wanted; a proof takes a slack above 0 and at most {} designs with the same networks.",
            units::number(asked.wanted as f64),
            units::number(nasaic_search::generate::LARGEST as f64)
        ));
    }
    Table {
        title: String::new(),
        columns,
        rows: rows.into_iter().collect(),
        notes,
    }
}

/// The size of a space.
fn of_size(size: &Size) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}: {} decisions", size.of, size.decisions.len());
    for (what, count) in counts(size) {
        let _ = writeln!(out, "  {what:<17}  {count}");
    }
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

/// How many points, designs within the budget and distinct designs there are.
fn counts(size: &Size) -> [(&'static str, String); 3] {
    let number = |n: Option<u128>| match n {
        Some(n) if n >= 1_000_000 => format!("{} ({:.4e})", group(n), n as f64),
        Some(n) => group(n),
        None => "more than can be counted".to_owned(),
    };
    [
        ("points", number(size.count.raw)),
        ("within the budget", number(size.count.within_limits)),
        ("distinct designs", number(size.count.distinct)),
    ]
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
