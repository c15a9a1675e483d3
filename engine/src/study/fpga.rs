//! FPGAs: devices with a budget of slices and blocks, and tiled engines on them.

use super::hardware::{Sub, fixed, inner_block, name_of, whole};
use super::memo::{Array, Network};
use nasaic_cost::fpga::{BRAM_BITS, Resources, Tiled};
use nasaic_cost::{Dataflow, Dim as Loop, Layer, Precision, Step, SubAccelerator, Tile};
use nasaic_dsl::instance::{Instance, Node};
use nasaic_dsl::plan::Block;
use nasaic_dsl::units::{Dim, number, pretty};
use nasaic_dsl::value::Value;
use std::sync::Arc;

/// Bits of the words that the ports of a tiled engine are counted in.
const PORT_WORD: u32 = 16;

/// A device as a platform or one sub-accelerator has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// Cycles per second, where it says.
    pub clock: Option<f64>,
    /// Off-chip bytes per second; none is unlimited.
    pub dram: Option<f64>,
    /// What it has, if it is an FPGA.
    pub fpga: Option<Budget>,
}

/// What an FPGA has; what it does not say is unlimited.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Budget {
    /// DSP slices.
    pub dsp: Option<u64>,
    /// Blocks of RAM of 18 Kibit.
    pub bram: Option<u64>,
    /// Lookup tables.
    pub lut: Option<u64>,
}

/// What a design takes of its FPGAs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Use {
    /// Of all of them together.
    pub all: Resources,
    /// The largest share of the slices of one, where one says how many it has.
    pub dsp: Option<f64>,
    /// The largest share of the blocks of one.
    pub bram: Option<f64>,
}

/// An engine for tiled convolution in the place of stores and loops.
#[derive(Debug, Clone, PartialEq)]
pub struct Engine {
    /// Tiles and ports.
    pub tiled: Tiled,
    /// Whether the published formula tells its cycles, and not its loop nest.
    pub formula: bool,
    /// Why it cannot be built with the PEs and the bandwidth that it is given.
    pub flaw: Option<String>,
}

impl Device {
    /// Reads a device block.
    pub fn read(block: &Block) -> Self {
        let number = |name: &str| fixed(block, name).and_then(Value::as_f64);
        let count = |name: &str| number(name).map(|x| x as u64);
        let is_fpga = fixed(block, "kind").and_then(Value::as_name) == Some("fpga");
        let dram = inner_block(block, "dram").and_then(|d| fixed(d, "bandwidth")?.as_f64());
        Self {
            name: block.label.clone().unwrap_or_default(),
            clock: number("clock"),
            dram,
            fpga: is_fpga.then(|| Budget {
                dsp: count("dsp"),
                bram: number("bram").map(|bytes| (bytes * 8.0) as u64 / BRAM_BITS),
                lut: count("lut"),
            }),
        }
    }
}

impl Engine {
    /// The engine of a dataflow, if it is one, with the PEs and the bytes per cycle that it may take.
    pub fn read(
        instance: &Instance,
        dataflow: &Node,
        choices: &[u32],
        (pes, bandwidth): (u32, f64),
    ) -> Option<Self> {
        let node = dataflow.child("tiled")?;
        let size = |name: &str| instance.get(node, name, choices).and_then(|v| whole(&v));
        let tm = size("Tm")?.max(1);
        let tiled = Tiled {
            tm,
            // What is no number is `fit`.
            tn: size("Tn").unwrap_or((pes / tm).max(1)),
            tr: size("Tr")?,
            tc: size("Tc")?,
            ports: [size("Wp")?, size("Ip")?, size("Op")?],
        };
        let bits = (bandwidth * 8.0 + 1e-6) as u64;
        let flaw = tiled.check(pes, PORT_WORD, bits).err();
        Some(Self {
            tiled,
            formula: name_of(instance, node, "cycles", choices).as_deref() == Some("hotnas"),
            flaw: flaw.map(|flaw| flaw.to_string()),
        })
    }

    /// The loop nest of a dataflow by itself, without the PEs from which `Tn = fit` follows.
    pub fn template(instance: &Instance, dataflow: &Node, choices: &[u32]) -> Option<Dataflow> {
        let engine = Self::read(instance, dataflow, choices, (0, 0.0))?;
        let tiled = dataflow.child("tiled")?;
        let mut nest = engine.tiled.dataflow(&dataflow.label);
        if instance.number(tiled, "Tn", choices).is_none() {
            nest.steps.iter_mut().for_each(open_channels);
        }
        Some(nest)
    }

    /// Its loop nest under the name and the layer kinds of the dataflow that says it.
    pub fn dataflow(&self, said: Dataflow) -> Dataflow {
        let Dataflow { name, kinds, .. } = said;
        let steps = self.tiled.dataflow("").steps;
        Dataflow { name, kinds, steps }
    }

    /// The array that runs it.
    pub fn array(&self, clock: f64) -> SubAccelerator {
        self.tiled.array(PORT_WORD, clock)
    }

    /// Bytes per cycle that its ports take of off-chip memory.
    pub fn port_bytes(&self) -> f64 {
        let words: u32 = self.tiled.ports.iter().sum();
        f64::from(words) * f64::from(PORT_WORD) / 8.0
    }

    /// The cycles of a layer, where the formula tells them.
    pub fn cycles(&self, layer: &Layer) -> Option<u64> {
        self.formula.then(|| self.tiled.hotnas_layer(layer))
    }
}

/// Leaves open how many input channels there are at a time.
fn open_channels(step: &mut Step) {
    match step {
        Step::Loop { dim: Loop::C, tile } => *tile = Tile::Fit,
        Step::Spread {
            dim: Loop::C, size, ..
        } => *size = None,
        _ => {}
    }
}

/// What a design takes of each FPGA; or of which one it takes too much.
///
/// Sub-accelerators without a device of their own share the accelerator's.
pub fn usage(
    shared: Option<&Device>,
    arrays: &[Option<Arc<Array>>],
    networks: &[Arc<Network>],
) -> Result<Option<Use>, String> {
    let mut own: Vec<(&Device, Resources)> = Vec::new();
    let mut together = Resources::default();
    for array in arrays.iter().flatten() {
        let takes = || taken(&array.sub, networks);
        match &array.sub.device {
            Some(device) if device.fpga.is_some() => own.push((device, takes())),
            Some(_) => {}
            None if shared.is_some_and(|d| d.fpga.is_some()) => together = together + takes(),
            None => {}
        }
    }
    own.extend(shared.map(|device| (device, together)));
    let mut found: Option<Use> = None;
    for (device, takes) in own {
        let Some(budget) = device.fpga else { continue };
        budget.holds(&device.name, &takes)?;
        let share = |taken: u64, most: Option<u64>| Some(taken as f64 / most?.max(1) as f64);
        let known = found.get_or_insert_default();
        known.all = known.all + takes;
        known.dsp = larger(known.dsp, share(takes.dsp, budget.dsp));
        known.bram = larger(known.bram, share(takes.bram, budget.bram));
    }
    Ok(found)
}

/// What a design takes of one FPGA.
pub struct Share<'a> {
    /// The name of the device.
    pub device: &'a str,
    /// What it has.
    pub budget: Budget,
    /// What each sub-accelerator on it takes, by its index.
    subs: Vec<(usize, Resources)>,
}

impl Share<'_> {
    /// What each sub-accelerator takes of one resource.
    pub fn taken(&self, of: impl Fn(&Resources) -> u64) -> Vec<(usize, u64)> {
        self.subs.iter().map(|(sub, all)| (*sub, of(all))).collect()
    }
}

/// What a design takes of each of its FPGAs, sub-accelerator by sub-accelerator.
pub fn shares<'a>(
    shared: Option<&'a Device>,
    arrays: &'a [Option<Arc<Array>>],
    networks: &[Arc<Network>],
) -> Vec<Share<'a>> {
    let mut own = Vec::new();
    let mut together = Vec::new();
    for (sub, array) in arrays.iter().enumerate() {
        let Some(array) = array else { continue };
        let takes = (sub, taken(&array.sub, networks));
        match &array.sub.device {
            Some(device) => own.push((device, vec![takes])),
            None => together.push(takes),
        }
    }
    own.extend(shared.map(|device| (device, together)));
    let share = |(device, subs): (&'a Device, Vec<(usize, Resources)>)| {
        Some(Share {
            device: &device.name,
            budget: device.fpga?,
            subs,
        })
    };
    own.into_iter()
        .filter(|d| !d.1.is_empty())
        .filter_map(share)
        .collect()
}

fn larger(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    a.into_iter().chain(b).reduce(f64::max)
}

/// What a sub-accelerator takes that is large enough for all layers of some networks.
fn taken(sub: &Sub, networks: &[Arc<Network>]) -> Resources {
    let layers = || {
        networks
            .iter()
            .flat_map(|n| n.computing.iter().map(|c| &c.1))
    };
    if let Some(engine) = &sub.engine {
        let runs = layers().filter(|layer| sub.dataflow.runs(layer.kind));
        return engine.tiled.resources(runs);
    }
    let widest = layers().fold(Precision::uniform(1), |w, layer| Precision {
        w: w.w.max(layer.precision.w),
        i: w.i.max(layer.precision.i),
        o: w.o.max(layer.precision.o),
        psum: w.psum.max(layer.precision.psum),
    });
    Resources::of(&sub.dataflow, &sub.array, &widest)
}

impl Budget {
    /// Whether it has what is taken.
    fn holds(&self, name: &str, takes: &Resources) -> Result<(), String> {
        let over = |taken: u64, most: Option<u64>| most.is_some_and(|most| taken > most);
        let of = |n: Option<u64>| number(n.unwrap_or(0) as f64);
        if over(takes.dsp, self.dsp) {
            let (taken, most) = (number(takes.dsp as f64), of(self.dsp));
            return Err(format!(
                "it takes {taken} DSP slices, and `{name}` has {most}"
            ));
        }
        if over(takes.bram, self.bram) {
            let data = |blocks: u64| pretty((blocks * BRAM_BITS / 8) as f64, Dim::DATA);
            let (taken, most) = (data(takes.bram), data(self.bram.unwrap_or(0)));
            return Err(format!(
                "it takes {taken} of block RAM, and `{name}` has {most}"
            ));
        }
        if over(takes.lut, self.lut) {
            let (taken, most) = (number(takes.lut as f64), of(self.lut));
            return Err(format!(
                "it takes {taken} LUTs as memory, and `{name}` has {most}"
            ));
        }
        Ok(())
    }
}
