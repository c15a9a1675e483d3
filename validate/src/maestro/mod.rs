//! MAESTRO (2022-08): latencies of seven dataflows on whole networks.
//!
//! Two comparisons. The `maestro_noc` view reckons as MAESTRO does and carries the bars. The
//! default model reckons in its own way with the imported dataflow; its ratio is published without
//! a bar, and the notes say where it comes from.

pub mod default_model;
mod picture;
pub mod ratios;
pub mod rows;

use std::collections::BTreeMap;

use nasaic_cost::maestro::{Refetch, latency};

use crate::data::Folder;
use crate::point::Point;
use crate::report::{Line, Section, Table};
use default_model::DefaultModel;
use ratios::Ratios;
use rows::{DATAFLOWS, Row, Rows, directives};

/// Dataflows that carry a bar; the others have their ratio published.
const JUDGED: [&str; 5] = ["kcp_ws", "ckp_ws", "xp_ws", "rs", "nlr"];

/// Largest distance of the median ratio from 1.
const MEDIAN: f64 = 0.05;

/// Largest distance of a single ratio from 1, and the share of the rows that must keep it.
const NEAR: (f64, f64) = (0.15, 0.90);

/// Unreadable records that are listed one by one.
const LISTED: usize = 10;

/// Compares with every table `maestro-2022*.csv.gz` of the folder.
pub fn compare(folder: &Folder) -> Section {
    let Rows {
        files,
        rows,
        set_aside,
        unreadable,
    } = rows::read(folder);
    let mut section = Section::new(
        "MAESTRO",
        "MAESTRO (2022-08), run for this project: layers of AlexNet, VGG-16, ResNet-50 and ResNet-9 \
         on up to seven dataflows; Kwon et al., MICRO 2019",
    );
    if files.is_empty() {
        let why = format!("no maestro-2022*.csv.gz in {folder}");
        section.lines.push(Line::skipped("latencies", why));
        return section;
    }
    report_unreadable(&mut section, &unreadable);
    let timed = Timed::new(&rows);
    report_unreadable(&mut section, &timed.failed);
    for dataflow in DATAFLOWS {
        section.lines.push(timed.line(dataflow, &rows));
    }
    section.lines.extend(unknown(&rows));
    section.lines.push(timed.products(&rows));
    section.lines.push(timed.charged_line(&rows));
    section.lines.push(Line::info(
        "rows set aside",
        format!("{set_aside}: MAESTRO fails, or loses or invents multiplications"),
    ));
    let (default, refused) = default_cycles(&rows);
    section.lines.push(refused);
    let columns = ["rows", "10 %", "median", "90 %", "within ±15 %", "equal"];
    section.tables.push(table(
        "maestro_noc view ÷ MAESTRO, cycles",
        &columns,
        &rows,
        &timed.free,
    ));
    let columns = &columns[..4];
    section.tables.push(table(
        "default model ÷ MAESTRO, cycles",
        columns,
        &rows,
        &default,
    ));
    section.tables.push(extremes(&rows, &default));
    section.pictures.push(picture::picture(|dataflow, limited| {
        split(&rows, &default, (dataflow, limited))
    }));
    section.notes.extend(NOTES.map(str::to_owned));
    section
}

fn report_unreadable(section: &mut Section, unreadable: &[String]) {
    let line = |why: &String| Line::judged("record", why, "every record can be read", false);
    section
        .lines
        .extend(unreadable.iter().take(LISTED).map(line));
    if let Some(more) = unreadable.len().checked_sub(LISTED).filter(|&n| n > 0) {
        section.lines.push(line(&format!("{more} more records")));
    }
}

/// Every row that the default model can run, with the shared bandwidth of the row.
pub fn points(folder: &Folder) -> Vec<Point> {
    let mut model = DefaultModel::default();
    let rows = rows::read(folder).rows;
    rows.iter()
        .filter_map(|row| model.point(row).ok())
        .collect()
}

/// Rows of dataflows that nobody described.
fn unknown(rows: &[Row]) -> Vec<Line> {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        if !DATAFLOWS.contains(&row.dataflow.as_str()) {
            *found.entry(&row.dataflow).or_default() += 1;
        }
    }
    let line = |(name, count)| {
        let known = DATAFLOWS.join(", ");
        Line::skipped(
            format!("{name}: latency"),
            format!("{count} rows of an unknown dataflow; known are {known}"),
        )
    };
    found.into_iter().map(line).collect()
}

/// What the `maestro_noc` view says, by index of the row.
#[derive(Default)]
struct Timed {
    free: BTreeMap<usize, u64>,
    charged: BTreeMap<usize, u64>,
    products: BTreeMap<usize, u64>,
    failed: Vec<String>,
}

impl Timed {
    fn new(rows: &[Row]) -> Timed {
        let mut timed = Timed::default();
        for (index, row) in rows.iter().enumerate() {
            let Some(directives) = directives(&row.dataflow, &row.shape) else {
                continue;
            };
            let at = |refetch| latency(&row.shape, &directives, row.pes, row.noc_bw, refetch);
            match at(Refetch::Free).and_then(|free| Ok((free, at(Refetch::Charged)?))) {
                Ok((free, charged)) => {
                    timed.free.insert(index, free.cycles);
                    timed.charged.insert(index, charged.cycles);
                    timed.products.insert(index, free.macs);
                }
                Err(why) => timed.failed.push(format!("{}: {}", row.at, why.cause)),
            }
        }
        timed
    }

    /// The latency of one dataflow.
    fn line(&self, dataflow: &str, rows: &[Row]) -> Line {
        let what = format!("{dataflow}: maestro_noc ÷ MAESTRO");
        let ratios = ratios_where(rows, &self.free, |row| row.dataflow == dataflow);
        let Some((median, _)) = ratios.quantile(0.5) else {
            return Line::skipped(what, "no usable rows");
        };
        if !JUDGED.contains(&dataflow) {
            return Line::info(what, figure(&ratios));
        }
        let met = (median - 1.0).abs() <= MEDIAN && ratios.within(NEAR.0) >= NEAR.1;
        let bar = "median 0.95–1.05, 90 % of the rows within ±15 %";
        Line::judged(what, figure(&ratios), bar, met)
    }

    /// Whether the view makes every multiplication once.
    fn products(&self, rows: &[Row]) -> Line {
        let what = "maestro_noc: multiplications";
        if self.products.is_empty() {
            return Line::skipped(what, "no usable rows");
        }
        let right = |(&index, &macs): (&usize, &u64)| {
            default_model::layer(&rows[index].shape).is_ok_and(|layer| layer.macs() == macs)
        };
        let all = self.products.len();
        let exact = self.products.iter().filter(|&pair| right(pair)).count();
        let figure = format!("those of the layer in {exact} of {all} rows");
        Line::judged(what, figure, "every row", exact == all)
    }

    /// The latency with the reads that MAESTRO drops.
    fn charged_line(&self, rows: &[Row]) -> Line {
        let what = "nlr: maestro_noc with all reads ÷ MAESTRO";
        let ratios = ratios_where(rows, &self.charged, |row| row.dataflow == "nlr");
        if ratios.is_empty() {
            return Line::skipped(what, "no usable rows");
        }
        Line::info(what, figure(&ratios))
    }
}

fn figure(ratios: &Ratios) -> String {
    format!(
        "median {:.3}, {:.1} % within ±15 %, {:.1} % equal, {} rows",
        ratios.quantile(0.5).map_or(f64::NAN, |q| q.0),
        100.0 * ratios.within(NEAR.0),
        100.0 * ratios.equal(),
        ratios.len(),
    )
}

/// What the default model says, by index of the row, and a line on those that it cannot run.
fn default_cycles(rows: &[Row]) -> (BTreeMap<usize, u64>, Line) {
    let mut model = DefaultModel::default();
    let mut cycles = BTreeMap::new();
    let mut refused = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        match model.cost(row) {
            Ok(cost) => {
                cycles.insert(index, cost.cycles);
            }
            Err(why) => refused.push(format!("{}: {why}", row.at)),
        }
    }
    let first = refused
        .first()
        .map_or_else(String::new, |f| format!(", first {f}"));
    let count = refused.len();
    let line = Line::info(
        "default model: rows it cannot run",
        format!("{count}{first}"),
    );
    (cycles, line)
}

fn ratios_where(
    rows: &[Row],
    ours: &BTreeMap<usize, u64>,
    wanted: impl Fn(&Row) -> bool,
) -> Ratios {
    let compared = ours.iter().filter(|&(&index, _)| wanted(&rows[index]));
    Ratios::new(compared.map(|(&index, &cycles)| (index, cycles, rows[index].cycles)))
}

/// The ratios of one dataflow where the bandwidth is limited, or where it is not.
fn split(rows: &[Row], ours: &BTreeMap<usize, u64>, (dataflow, limited): (&str, bool)) -> Ratios {
    let unlimited = unlimited(rows);
    ratios_where(rows, ours, |row| {
        row.dataflow == dataflow && (row.noc_bw < unlimited) == limited
    })
}

/// The largest bandwidth of the rows stands for an unlimited one.
fn unlimited(rows: &[Row]) -> u32 {
    rows.iter().map(|row| row.noc_bw).max().unwrap_or(0)
}

/// Quantiles by dataflow, bandwidth-limited rows and unlimited ones apart.
fn table(caption: &str, columns: &[&str], rows: &[Row], ours: &BTreeMap<usize, u64>) -> Table {
    let mut lines = Vec::new();
    for dataflow in DATAFLOWS {
        for (bandwidth, limited) in [("limited", true), ("unlimited", false)] {
            let ratios = split(rows, ours, (dataflow, limited));
            let quantile = |share| {
                let found = ratios.quantile(share);
                found.map_or_else(|| "–".into(), |(ratio, _)| format!("{ratio:.3}"))
            };
            let percent = |share: f64| format!("{:.1} %", 100.0 * share);
            let figures = [
                ratios.len().to_string(),
                quantile(0.1),
                quantile(0.5),
                quantile(0.9),
                percent(ratios.within(NEAR.0)),
                percent(ratios.equal()),
            ];
            let mut line = vec![dataflow.to_owned(), bandwidth.to_owned()];
            line.extend(figures.into_iter().take(columns.len()));
            lines.push(line);
        }
    }
    let head = ["dataflow", "bandwidth"].iter().chain(columns);
    Table {
        caption: caption.into(),
        columns: head.map(|&name| name.to_owned()).collect(),
        rows: lines,
    }
}

/// The rows in which the default model is furthest below and above MAESTRO.
fn extremes(rows: &[Row], ours: &BTreeMap<usize, u64>) -> Table {
    let mut lines = Vec::new();
    for dataflow in DATAFLOWS {
        let ratios = ratios_where(rows, ours, |row| row.dataflow == dataflow);
        for share in [0.0, 1.0] {
            let Some((ratio, index)) = ratios.quantile(share) else {
                continue;
            };
            let row = &rows[index];
            lines.push(vec![
                dataflow.into(),
                row.layer.clone(),
                row.pes.to_string(),
                row.noc_bw.to_string(),
                ours[&index].to_string(),
                row.cycles.to_string(),
                format!("{ratio:.3}"),
            ]);
        }
    }
    let columns = [
        "dataflow",
        "layer",
        "PEs",
        "elements per cycle",
        "default model, cycles",
        "MAESTRO, cycles",
        "ratio",
    ];
    Table {
        caption: "the default model's smallest and largest ratio of each dataflow".into(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: lines,
    }
}

const NOTES: [&str; 6] = [
    "maestro_noc is MAESTRO's reckoning written anew: the cycles are equal except where a stride \
     is larger than the filter (1×1 with stride 2). There MAESTRO spreads also the columns that no \
     window looks at and takes a step for them; the view does not.",
    "Rows whose multiplications MAESTRO loses or invents are set aside. The view makes each \
     multiplication once also there: it counts the windows of a piece at the layer's stride and \
     every busy cluster of a last, partly filled step.",
    "In nlr with more channels than PEs, MAESTRO charges a weight once per filter, for its first \
     pixel. The rows were made with unlimited buffers, so that an element may indeed keep the \
     weights of all the channels it works through, and the judged lines reckon so too. With a buffer \
     for one channel they would come again for each pixel: the line \"with all reads\" charges that, \
     which costs up to a third more with two blocks of channels.",
    "Default model, unlimited bandwidth: dataflows of one cluster level take as long as in MAESTRO \
     (ratio 1). With clusters, MAESTRO waits one cycle for the operands of every step of a \
     cluster, which cannot hide behind anything: R·S products take R·S + 1 cycles (kcp_ws, ckp_ws, \
     ykp_os, yxp_os: 0.5 for 1×1, 0.9 for 3×3 filters), in rs 16·S products 16·S + 1.",
    "Default model, limited bandwidth, ratios below 1 (kcp_ws, ckp_ws, ykp_os, rs with large \
     filters): MAESTRO sends both operands of every product again over the network inside each \
     cluster, 128 elements per cycle of a cluster of 64. In the default model weights and windows \
     stay in the element's store, and one network serves the whole array.",
    "Default model, limited bandwidth, ratios above 1: in xp_ws, yxp_os and rs, and in ckp_ws on \
     dense layers, the channels are walked outside the pixels or filters, so that partial sums go \
     out and come back for each channel; the default model sends them over the one network in \
     both directions, MAESTRO over a second one, beside the operands, and never back in. In xp_ws \
     and yxp_os neighbouring elements moreover have overlapping windows: MAESTRO sends the overlap \
     once to all, the default model multicasts only what is equal and sends S times as many \
     inputs. In nlr it is the dropped weights of the note above; below 1, MAESTRO waits for the \
     weights of each new filter, which the default model takes to arrive beforehand.",
];
