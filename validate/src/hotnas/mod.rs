//! Latencies of tiled convolution on an FPGA, as HotNAS published them.

mod networks;

use nasaic_cost::fpga::Tiled;

use crate::data::Folder;
use crate::report::{Line, Section, Table};
use crate::rows::{self, Row};
use networks::Network;

/// Columns `network`, `Tm`, `Tn`, `Tr`, `Tc`, `Wp`, `Ip`, `Op`, `latency_ms`.
pub const FILE: &str = "hotnas-fpga.csv";

/// Cycles per millisecond at 100 MHz.
const PER_MS: f64 = 1e5;

/// DSP slices of the device, each a multiplication of 16 bits per cycle.
const DSP: u32 = 2520;

/// Bits per cycle of the memory's interface, and of a word.
const INTERFACE: u64 = 512;
const WORD: u32 = 16;

/// The least latency in ms that an exhaustive search is known to reach, by network.
const REACHED: [(Network, f64); 2] = [(Network::AlexNet, 3.98175), (Network::Vgg16, 84.9654)];

/// One published design with both latencies, in ms.
struct Published {
    network: Network,
    tiled: Tiled,
    /// As printed.
    theirs: String,
    ours: f64,
}

impl Published {
    fn read(row: &Row) -> Result<Self, String> {
        let name = row.text("network")?;
        let network = Network::of(name).ok_or_else(|| format!("{name:?} is no known network"))?;
        let count = |column: &str| Ok::<_, String>(row.number(column, 1.0, 65_536.0)? as u32);
        let tiled = Tiled {
            tm: count("Tm")?,
            tn: count("Tn")?,
            tr: count("Tr")?,
            tc: count("Tc")?,
            ports: [count("Wp")?, count("Ip")?, count("Op")?],
        };
        row.number("latency_ms", 0.0, 1e9)?;
        Ok(Published {
            network,
            tiled,
            theirs: row.text("latency_ms")?.to_owned(),
            ours: latency(&tiled, network),
        })
    }

    fn name(&self) -> String {
        let Tiled { tm, tn, tr, tc, .. } = self.tiled;
        format!("{}, tiles {tm}, {tn}, {tr}, {tc}", self.network.name())
    }

    fn is_same(&self) -> bool {
        self.ours.to_string() == self.theirs
    }
}

/// Milliseconds of a network's convolutions at 100 MHz.
fn latency(tiled: &Tiled, network: Network) -> f64 {
    let layers = network.layers();
    let cycles: f64 = layers.iter().map(|layer| tiled.hotnas_cycles(layer)).sum();
    cycles / PER_MS
}

/// Compares the formula with every row of the folder's `hotnas-fpga.csv`.
pub fn compare(folder: &Folder) -> Section {
    let mut section = Section::new(
        "FPGA: HotNAS's tiled convolution",
        "HotNAS (Jiang et al., CODES+ISSS 2020), latencies at 100 MHz with at most 2520 DSP slices",
    );
    let rows = match rows::read(folder, FILE) {
        Ok(rows) => rows,
        Err(line) => {
            section.lines.push(line);
            return section;
        }
    };
    let mut all = Vec::new();
    for row in rows {
        let read =
            row.and_then(|row| Published::read(&row).map_err(|cause| row.broken(FILE, cause)));
        match read {
            Ok(published) => all.push(published),
            Err(line) => section.lines.push(line),
        }
    }
    for one in &all {
        let figure = format!("{} ms, published {}", one.ours, one.theirs);
        let line = Line::judged(one.name(), figure, "every printed digit", one.is_same());
        section.lines.push(line);
    }
    let best: Vec<(Network, f64, Tiled)> = REACHED
        .into_iter()
        .filter_map(|(network, _)| {
            let (latency, tiled) = exhaustive(network)?;
            Some((network, latency, tiled))
        })
        .collect();
    for ((network, bar), (_, found, _)) in REACHED.iter().zip(&best) {
        section.lines.push(Line::judged(
            format!("{}, best of all tiles and ports", network.name()),
            format!("{found} ms"),
            format!("at most {bar} ms"),
            found <= bar,
        ));
    }
    section.tables.push(table(&all, &best));
    section.notes = notes();
    section
}

/// The tiles and ports of least latency among those that the device holds.
fn exhaustive(network: Network) -> Option<(f64, Tiled)> {
    let ports = [2, 6, 10, 14, 18];
    let sizes = [32, 64, 256];
    let mut best: Option<(f64, Tiled)> = None;
    for tm in (10..=220).step_by(30) {
        for (tr, tc) in sizes.into_iter().flat_map(|tr| sizes.map(|tc| (tr, tc))) {
            for index in 0..ports.len().pow(3) {
                let tiled = Tiled {
                    tm,
                    tn: DSP / tm,
                    tr,
                    tc,
                    ports: [index / 25, index / 5 % 5, index % 5].map(|at| ports[at]),
                };
                if tiled.check(DSP, WORD, INTERFACE).is_err() {
                    continue;
                }
                let found = latency(&tiled, network);
                if best.is_none_or(|(least, _)| found < least) {
                    best = Some((found, tiled));
                }
            }
        }
    }
    best
}

fn table(all: &[Published], best: &[(Network, f64, Tiled)]) -> Table {
    let row = |network: Network, t: &Tiled, ours: f64, theirs: String| {
        let [wp, ip, op] = t.ports;
        let numbers = [t.tm, t.tn, t.tr, t.tc, wp, ip, op].map(|n| n.to_string());
        let mut cells = vec![network.name().to_owned()];
        cells.extend(numbers);
        cells.extend([ours.to_string(), theirs]);
        cells
    };
    let published = all
        .iter()
        .map(|one| row(one.network, &one.tiled, one.ours, one.theirs.clone()));
    let searched = best
        .iter()
        .map(|(network, latency, tiled)| row(*network, tiled, *latency, "(searched)".into()));
    Table {
        caption: "Designs with their latencies in ms".into(),
        columns: [
            "network", "Tm", "Tn", "Tr", "Tc", "Wp", "Ip", "Op", "ours", "HotNAS",
        ]
        .map(str::to_owned)
        .into(),
        rows: published.chain(searched).collect(),
    }
}

fn notes() -> Vec<String> {
    vec![
        "A reproduction, and no statement about FPGAs: the formula takes the size of the *output* for R \
         and C and divides it by the stride a second time, so that layers with a stride look faster than \
         they are. Only convolutions count. The model of this project has no such rule; \
         `cycles = nest` prices the same tiles with it."
            .into(),
        "ResNet-18 holds with the shapes of the original script only, which runs each 1×1 downsampling \
         on the output of the convolution before it and carries that size on: 112, 56, 28, 14, 7, 4, 2, 1. \
         With the network's own shapes the same design takes 23.72904 ms."
            .into(),
        "Searched are Tm in 10..220 step 30, Tn = ⌊2520 ÷ Tm⌋, Tr and Tc in {32, 64, 256}, and ports in \
         {2, 6, 10, 14, 18} of together at most 512 bits."
            .into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resnet18_with_its_own_shapes_takes_longer_than_upstream_says() {
        let tiled = Tiled {
            tm: 70,
            tn: 36,
            tr: 32,
            tc: 32,
            ports: [8, 4, 4],
        };
        assert_eq!(latency(&tiled, Network::ResNet18).to_string(), "23.72904");
    }

    #[test]
    fn a_design_that_the_device_cannot_hold_is_refused() {
        let tiled = Tiled {
            tm: 100,
            tn: 26,
            tr: 32,
            tc: 32,
            ports: [18, 14, 2],
        };
        assert!(tiled.check(DSP, WORD, INTERFACE).is_err());
        assert!(
            Tiled { tn: 25, ..tiled }
                .check(DSP, WORD, INTERFACE)
                .is_err()
        );
        let narrow = Tiled {
            tn: 25,
            ports: [18, 12, 2],
            ..tiled
        };
        assert!(narrow.check(DSP, WORD, INTERFACE).is_ok());
    }
}
