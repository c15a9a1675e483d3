//! A figure in words, for terminals, screen readers and everyone who cannot see it.

use crate::PlotError;
use crate::axes::Ruler;
use crate::chart::{
    bars, boxes, chain, floorplan, gantt, heatmap, lines, motion, parallel, roofline, scatter,
};
use crate::figure::{
    Animation, Bars, Boxes, Chain, Chart, Figure, Floorplan, Gantt, Heatmap, Lines, Parallel,
    Roofline, Scatter,
};
use crate::number::{axis_text, grouped, shown};
use crate::scale::Extent;

/// What a figure shows, in a few lines: title, axes with their ranges, how many points of what.
pub fn summary(figure: &Figure) -> String {
    let mut lines = Vec::new();
    if !figure.title.trim().is_empty() {
        lines.push(figure.title.trim().to_owned());
    }
    match of_chart(&figure.chart) {
        Ok(said) => lines.extend(said.into_iter().map(|line| format!("  {line}"))),
        Err(error) => lines.push(format!("  {error}")),
    }
    let caption = figure.caption.iter().filter(|c| !c.trim().is_empty());
    lines.extend(caption.map(|c| format!("  {}", c.trim())));
    lines.join("\n") + "\n"
}

fn of_chart(chart: &Chart) -> Result<Vec<String>, PlotError> {
    let said = match chart {
        Chart::Scatter(chart) => of_scatter(chart),
        Chart::Lines(chart) => of_lines(chart),
        Chart::Heatmap(chart) => of_heatmap(chart)?,
        Chart::Bars(chart) => of_bars(chart)?,
        Chart::Boxes(chart) => of_boxes(chart)?,
        Chart::Roofline(chart) => of_roofline(chart),
        Chart::Gantt(chart) => of_gantt(chart)?,
        Chart::LoopNest(chart) => (!chart.lines.is_empty()).then(|| {
            chart
                .lines
                .iter()
                .map(|l| indented(l.depth, &l.text))
                .collect()
        }),
        Chart::Chain(chart) => of_chain(chart),
        Chart::Animation(chart) => of_animation(chart)?,
        Chart::Floorplan(chart) => of_floorplan(chart)?,
        Chart::Parallel(chart) => of_parallel(chart)?,
    };
    Ok(said.unwrap_or_else(|| vec!["nothing to show".to_owned()]))
}

fn indented(depth: usize, text: &str) -> String {
    format!("{}{text}", "  ".repeat(depth.min(40)))
}

/// What an axis measures, and from where to where the data go.
fn axis(which: &str, ruler: &Ruler<'_>, values: impl IntoIterator<Item = f64>) -> String {
    let name = ruler.name();
    let scale = if ruler.is_log() { ", logarithmic" } else { "" };
    let range = Extent::of(values).map_or(String::new(), |e| {
        format!(": {} to {}", ruler.short(e.lo), ruler.short(e.hi))
    });
    format!("{which} {name}{range}{scale}")
}

/// `3 curves: a (200 points), b (20 points)`.
fn listed<'a>(what: &str, part: &str, names: impl IntoIterator<Item = (&'a str, usize)>) -> String {
    let names: Vec<(&str, usize)> = names.into_iter().collect();
    let total: usize = names.iter().map(|n| n.1).sum();
    let named = |(name, count): &(&str, usize)| match *name {
        "" => format!("{count} {part}"),
        name => format!("{name} ({count} {part})"),
    };
    let all: Vec<String> = names.iter().map(named).collect();
    match all.as_slice() {
        [] => format!("no {what}"),
        [one] => one.clone(),
        _ => format!("{} {what} of {total} {part}: {}", all.len(), all.join(", ")),
    }
}

fn of_scatter(chart: &Scatter) -> Option<Vec<String>> {
    let seen = scatter::Seen::of(chart).0?;
    let (x, y) = seen.rulers(chart);
    let all = || seen.series.iter().flatten();
    let mut said = vec![
        axis("x:", &x, all().map(|p| p.x)),
        axis("y:", &y, all().map(|p| p.y)),
    ];
    if let Some(color) = &seen.color {
        let known = |v: &f64| crate::scale::drawable(*v, color.is_log());
        said.push(axis(
            "colour:",
            color,
            all().filter_map(|p| p.color).filter(known),
        ));
    }
    let series = chart.series.iter().zip(&seen.series);
    said.push(listed(
        "series",
        "points",
        series.map(|(s, p)| (s.name.as_str(), p.len())),
    ));
    said.extend(seen.note.clone());
    if !seen.front.is_empty() {
        said.push(format!("Pareto front of {} points", seen.front.len()));
    }
    for (what, point) in [("best", seen.best), ("target", seen.target)] {
        if let Some(point) = point {
            let name = point.label.as_deref().unwrap_or_default();
            let at = format!("{}, {}", x.with_unit(point.x), y.with_unit(point.y));
            said.push(format!("{what}: {name} at {at}").replace(":  at", ": at"));
        }
    }
    said.extend(chart.limits.iter().map(|l| format!("limit: {}", l.label)));
    Some(said)
}

fn of_lines(chart: &Lines) -> Option<Vec<String>> {
    let seen = lines::Seen::of(chart).0?;
    let (x, y) = seen.rulers(chart);
    let all = || seen.lines.iter().flatten();
    let mut said = vec![
        axis("x:", &x, all().map(|p| p.x)),
        axis("y:", &y, all().map(|p| p.y)),
    ];
    for (line, points) in chart.lines.iter().zip(&seen.lines) {
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            let (from, to) = (y.with_unit(first.y), y.with_unit(last.y));
            let count = points.len();
            let text = format!("{}: {count} points, from {from} to {to}", line.name);
            said.push(text.trim_start_matches(": ").to_owned());
        }
    }
    said.extend(chart.limits.iter().map(|l| format!("limit: {}", l.label)));
    Some(said)
}

fn of_heatmap(chart: &Heatmap) -> Result<Option<Vec<String>>, PlotError> {
    let Some(seen) = heatmap::Seen::of(chart)?.0 else {
        return Ok(None);
    };
    let ends = |names: &[String]| match names {
        [] => String::new(),
        [one] => one.clone(),
        [first, .., last] => format!("{first} to {last} ({})", names.len()),
    };
    let named = |axis| axis_text(axis, &shown(axis, 1.0));
    let known = |v: &f64| crate::scale::drawable(*v, chart.value.log);
    let values = chart.values.iter().flatten().copied().filter(known);
    let mut said = vec![
        format!("columns {}: {}", named(&chart.x), ends(&chart.columns)),
        format!("rows {}: {}", named(&chart.y), ends(&chart.rows)),
        axis("colour", &seen.ruler(), values),
    ];
    said.extend(seen.notes.clone());
    Ok(Some(said))
}

fn of_bars(chart: &Bars) -> Result<Option<Vec<String>>, PlotError> {
    let Some(seen) = bars::Seen::of(chart)?.0 else {
        return Ok(None);
    };
    let (chart, ruler) = (seen.chart.as_ref(), seen.ruler());
    let count = chart.categories.len();
    let totals = bars::totals(count, &seen.pieces);
    let mut said = vec![
        format!("{count} bars by {}", chart.category.label),
        axis("value", &ruler, totals.iter().map(|t| t.2)),
    ];
    let largest = totals.iter().max_by(|a, b| a.2.total_cmp(&b.2));
    said.extend(largest.map(|(category, _, total)| {
        let name = &chart.categories[*category];
        format!("largest: {name} with {}", ruler.with_unit(*total))
    }));
    let segments: Vec<&str> = chart.segments.iter().map(|s| s.name.as_str()).collect();
    if segments.len() > 1 {
        said.push(format!("made of {}", segments.join(", ")));
    }
    said.extend(seen.note.clone());
    Ok(Some(said))
}

fn of_boxes(chart: &Boxes) -> Result<Option<Vec<String>>, PlotError> {
    let Some(seen) = boxes::Seen::of(chart)?.0 else {
        return Ok(None);
    };
    let mut said = vec![axis(
        "value",
        &seen.ruler,
        seen.boxes.iter().flat_map(|b| b.2.values()),
    )];
    for (category, group, q) in &seen.boxes {
        let name = format!(
            "{} {}",
            seen.categories[*category], chart.groups[*group].name
        );
        let [low, _, median, _, high] = q.values().map(|v| seen.ruler.short(v));
        said.push(format!("{}: median {median}, {low} to {high}", name.trim()));
    }
    said.extend(seen.note.clone());
    Ok(Some(said))
}

fn of_roofline(chart: &Roofline) -> Option<Vec<String>> {
    let seen = roofline::Seen::of(chart).0?;
    let (x, y) = seen.rulers();
    let mut said = vec![
        axis("x:", &x, seen.points.iter().map(|p| p.intensity)),
        axis("y:", &y, seen.points.iter().map(|p| p.performance)),
    ];
    for machine in &seen.machines {
        let mut text = format!("{}: peak {}", machine.name, y.with_own_unit(machine.peak));
        for b in &machine.bandwidths {
            let ridge = x.with_own_unit(machine.peak / b.value);
            text += &format!(", {} with its ridge at {ridge}", b.label);
        }
        said.push(text.trim_start_matches(": ").to_owned());
    }
    let count = |group: &str| seen.points.iter().filter(|p| p.group == group).count();
    let groups = seen.groups.iter();
    said.push(listed("groups", "points", groups.map(|g| (*g, count(g)))));
    Some(said)
}

fn of_gantt(chart: &Gantt) -> Result<Option<Vec<String>>, PlotError> {
    let Some(seen) = gantt::Seen::of(chart)?.0 else {
        return Ok(None);
    };
    let ruler = seen.ruler();
    let times = seen
        .placed
        .iter()
        .flat_map(|p| [p.entry.start, p.entry.end]);
    let mut said = vec![axis("time:", &ruler, times)];
    for (lane, name) in chart.lanes.iter().enumerate() {
        let own = || seen.placed.iter().filter(move |p| p.entry.lane == lane);
        let busy: f64 = own().map(|p| (p.entry.end - p.entry.start).abs()).sum();
        let count = own().count();
        said.push(format!(
            "{name}: {count} pieces of work, {} in all",
            ruler.with_unit(busy)
        ));
    }
    said.extend(seen.deadline.map(|d| seen.deadline_name(d)));
    Ok(Some(said))
}

fn of_chain(chart: &Chain) -> Option<Vec<String>> {
    let (seen, _) = chain::Seen::of(chart);
    let ruler = Ruler::new(&seen.time, seen.extent?);
    let mut said: Vec<String> = seen
        .total
        .map(|t| chain::total_name(t, &ruler))
        .into_iter()
        .collect();
    for (row, parts) in chart.rows.iter().zip(&seen.rows) {
        let part = |p: &&crate::figure::ChainPart| {
            let hidden = if p.hidden { " hidden" } else { "" };
            format!("{} {}{hidden}", p.resource, ruler.with_unit(p.length))
        };
        let parts: Vec<String> = parts.iter().map(part).collect();
        let text = format!("{}: {} {}", row.name, parts.join(" + "), row.note);
        said.push(text.trim_end().to_owned());
    }
    let lines = chart.nest.lines.iter();
    said.extend(lines.map(|l| indented(l.depth, &l.text)));
    Some(said)
}

/// A table of the steps.
fn of_animation(chart: &Animation) -> Result<Option<Vec<String>>, PlotError> {
    let Some(seen) = motion::Seen::of(chart)? else {
        return Ok(None);
    };
    let mut said = Vec::new();
    for (i, step) in chart.steps.iter().enumerate() {
        said.push(seen.heading(i));
        let operands = chart.operands.iter().zip(&step.moves);
        said.extend(operands.map(|(operand, moves)| format!("  {} {moves}", operand.name)));
        said.push(format!("  so far: {}", motion::counts(chart, i)));
    }
    let totals = chart.counters.iter();
    let totals = totals.map(|c| format!("{} {}", c.name, grouped(c.total)));
    said.push(format!("in all: {}", totals.collect::<Vec<_>>().join(", ")));
    said.extend(seen.notes);
    Ok(Some(said))
}

fn of_floorplan(chart: &Floorplan) -> Result<Option<Vec<String>>, PlotError> {
    let Some(seen) = floorplan::Seen::of(chart)? else {
        return Ok(None);
    };
    let pieces = seen.pieces.iter().map(|piece| seen.label(piece));
    Ok(Some(pieces.chain(seen.notes.first().cloned()).collect()))
}

fn of_parallel(chart: &Parallel) -> Result<Option<Vec<String>>, PlotError> {
    let Some(seen) = parallel::Seen::of(chart)? else {
        return Ok(None);
    };
    let mut said: Vec<String> = seen.axes.iter().map(parallel::Side::in_words).collect();
    said.extend(seen.notes);
    Ok(Some(said))
}
