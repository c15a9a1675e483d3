//! Reading MAESTRO's table, and the directives with which it was made.

use nasaic_cost::maestro::{Dimension, Directives, Operation, Shape, parse_directives};

use crate::data::Folder;

/// Beginnings and ends of the names of tables.
pub const FILES: [(&str, &str); 2] = [("maestro-2022", ".csv.gz"), ("maestro-2022", ".csv")];

/// One usable row: a layer on an array, and how long MAESTRO says it takes.
#[derive(Clone, Debug)]
pub struct Row {
    /// File and line.
    pub at: String,
    /// Network and layer.
    pub layer: String,
    /// The sizes of the layer.
    pub shape: Shape,
    /// Name of the directives.
    pub dataflow: String,
    /// Processing elements.
    pub pes: u32,
    /// Elements per cycle of each network.
    pub noc_bw: u32,
    /// MAESTRO's latency in cycles.
    pub cycles: u64,
}

/// What the folder holds.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Names of the files.
    pub files: Vec<String>,
    /// The rows to compare.
    pub rows: Vec<Row>,
    /// Rows that MAESTRO itself gives up on or whose multiplications it loses or invents.
    pub set_aside: usize,
    /// What could not be read: where and why.
    pub unreadable: Vec<String>,
}

/// The seven dataflows of the comparison, in the order of their description.
pub const DATAFLOWS: [&str; 7] = ["kcp_ws", "ckp_ws", "yxp_os", "rs", "xp_ws", "ykp_os", "nlr"];

/// The directives of a dataflow for a layer; none for an unknown name.
///
/// They stand as described in `maestro-dataflows.md` beside the table.
pub fn directives(dataflow: &str, shape: &Shape) -> Option<Directives> {
    let columns = shape.size(Dimension::S)?.checked_add(7)?;
    let text = match dataflow {
        "kcp_ws" => {
            "SpatialMap(1,1) K; TemporalMap(64,64) C; TemporalMap(Sz(R),Sz(R)) R; \
             TemporalMap(Sz(S),Sz(S)) S; TemporalMap(Sz(R),1) Y; TemporalMap(Sz(S),1) X; \
             Cluster(64, P); SpatialMap(1,1) C; TemporalMap(Sz(R),1) Y; TemporalMap(Sz(S),1) X; \
             TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S;"
        }
        "ckp_ws" => {
            "SpatialMap(1,1) C; TemporalMap(64,64) K; TemporalMap(Sz(R),Sz(R)) R; \
             TemporalMap(Sz(S),Sz(S)) S; TemporalMap(1,1) Y'; TemporalMap(1,1) X'; \
             Cluster(64, P); SpatialMap(1,1) K; TemporalMap(Sz(R),Sz(R)) R; \
             TemporalMap(Sz(S),Sz(S)) S;"
        }
        "yxp_os" => {
            "TemporalMap(1,1) K; TemporalMap(1,1) C; SpatialMap(Sz(R),1) Y; \
             TemporalMap(COLUMNS,8) X; TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S; \
             Cluster(8, P); SpatialMap(Sz(S),1) X; TemporalMap(Sz(S),Sz(S)) S;"
        }
        "rs" => {
            "SpatialMap(1,1) Y'; TemporalMap(1,1) X'; TemporalMap(1,1) C; TemporalMap(16,16) K; \
             TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S; Cluster(Sz(R), P); \
             SpatialMap(1,1) Y; SpatialMap(1,1) R; TemporalMap(Sz(S),Sz(S)) S;"
        }
        "xp_ws" => {
            "TemporalMap(1,1) K; TemporalMap(1,1) C; TemporalMap(Sz(R),1) Y; \
             SpatialMap(Sz(S),1) X; TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S;"
        }
        "ykp_os" => {
            "TemporalMap(16,16) K; SpatialMap(Sz(R),1) Y; TemporalMap(Sz(S),1) X; \
             TemporalMap(1,1) C; Cluster(16, P); SpatialMap(1,1) K; TemporalMap(Sz(R),1) Y; \
             TemporalMap(Sz(S),1) X; TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S;"
        }
        "nlr" => {
            "TemporalMap(1,1) K; TemporalMap(Sz(R),1) Y; TemporalMap(Sz(S),1) X; \
             TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S; SpatialMap(1,1) C;"
        }
        _ => return None,
    };
    parse_directives(&text.replace("COLUMNS", &columns.to_string())).ok()
}

/// Reads every `maestro-2022*.csv.gz` (or `.csv`) of the folder, in the order of their names.
pub fn read(folder: &Folder) -> Rows {
    let mut all = Rows {
        files: files(folder),
        ..Rows::default()
    };
    for file in all.files.clone() {
        match folder.text(&file) {
            Ok(text) => read_table(&file, &text, &mut all),
            Err(why) => all.unreadable.push(why),
        }
    }
    all
}

fn files(folder: &Folder) -> Vec<String> {
    let mut names = folder.names();
    let table = |name: &str| {
        let mut patterns = FILES.iter();
        patterns.any(|(begins, ends)| name.starts_with(begins) && name.ends_with(ends))
    };
    names.retain(|name| table(name));
    names
}

fn read_table(file: &str, text: &str, all: &mut Rows) {
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let head = match table.headers() {
        Ok(head) => head.clone(),
        Err(why) => {
            all.unreadable.push(format!("{file}: {why}"));
            return;
        }
    };
    for record in table.records() {
        let line = match &record {
            Ok(record) => record.position().map_or(0, csv::Position::line),
            Err(why) => why.position().map_or(0, csv::Position::line),
        };
        let at = format!("{file}, line {line}");
        let row = record.map_err(|why| why.to_string());
        match row.and_then(|record| read_row(&at, &head, &record)) {
            Ok(Some(row)) => all.rows.push(row),
            Ok(None) => all.set_aside += 1,
            Err(why) => all.unreadable.push(format!("{at}: {why}")),
        }
    }
}

/// A row; none if it is set aside.
fn read_row(
    at: &str,
    head: &csv::StringRecord,
    record: &csv::StringRecord,
) -> Result<Option<Row>, String> {
    let text = |name: &str| {
        let column = head.iter().position(|h| h.trim() == name);
        let field = column.and_then(|c| record.get(c)).map(str::trim);
        field.ok_or_else(|| format!("there is no column {name}"))
    };
    let count = |name: &str| {
        let field = text(name)?;
        let parsed: Result<u64, _> = field.parse();
        parsed.map_err(|_| format!("{name} is `{field}`, which is no whole number"))
    };
    let size = |name: &str| {
        let value = count(name)?;
        let narrow = u32::try_from(value).ok().filter(|&v| v > 0);
        narrow.ok_or_else(|| format!("{name} is {value}, which is no size"))
    };
    // MAESTRO's own count of multiplications can be anything, negative numbers included.
    let conserved = text("status")? == "ok" && text("maestro_macs")? == text("true_macs")?;
    if !conserved {
        return Ok(None);
    }
    let operation = match text("type")? {
        "CONV" => Operation::Conv,
        "DSCONV" => Operation::Depthwise,
        other => return Err(format!("layers of type `{other}` are not compared")),
    };
    let stride = size("stride")?;
    let mut shape = Shape::new(operation);
    shape.stride = [stride, stride];
    for (dim, column) in [
        (Dimension::K, "K"),
        (Dimension::C, "C"),
        (Dimension::R, "R"),
        (Dimension::S, "S"),
        (Dimension::Y, "Y_in"),
        (Dimension::X, "X_in"),
    ] {
        shape = shape.with(dim, size(column)?);
    }
    if operation == Operation::Depthwise {
        shape = shape.with(Dimension::K, multiplier(&shape, count("true_macs")?)?);
    }
    if size("N")? > 1 {
        shape = shape.with(Dimension::N, size("N")?);
    }
    Ok(Some(Row {
        at: at.into(),
        layer: format!("{} {}", text("net")?, text("layer")?),
        shape,
        dataflow: text("dataflow")?.into(),
        pes: size("pes")?,
        noc_bw: size("noc_bw")?,
        cycles: Some(count("runtime_cycles")?)
            .filter(|&cycles| cycles > 0)
            .ok_or("runtime_cycles is 0")?,
    }))
}

/// Filters per channel of a depthwise layer, however the table counts its K.
fn multiplier(shape: &Shape, macs: u64) -> Result<u32, String> {
    let once = super::default_model::layer(&shape.with(Dimension::K, 1))?.macs();
    u32::try_from(macs / once.max(1))
        .ok()
        .filter(|&k| k > 0)
        .ok_or_else(|| format!("{macs} multiplications are less than one filter per channel"))
}
