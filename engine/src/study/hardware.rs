//! From an accelerator's node to arrays the cost model can price.

use super::fpga::{Device, Engine};
use super::mapping::Mapper;
use nasaic_cost::mapper::{Objective, Options};
use nasaic_cost::sparsity::Saving;
use nasaic_cost::{
    Axis, Buffering, Dataflow, Dim as Loop, LayerKind, Step, SubAccelerator, Technology, Tensor,
    TensorSet, Tile,
};
use nasaic_dsl::instance::{Instance, Node};
use nasaic_dsl::plan::{Block, Entry, Slot};
use nasaic_dsl::value::Value;
use std::collections::BTreeMap;

/// What all designs of a space share.
#[derive(Debug, Clone)]
pub struct Platform {
    /// Cycles per second.
    pub clock: f64,
    /// Energy and area constants; without them only latency is known.
    pub technology: Option<Technology>,
    /// Off-chip bytes per second where the device gives them; none is unlimited.
    dram: Option<f64>,
    /// Where tensors are between two layers.
    pub between_layers: Between,
    /// Largest area in m², where the budget gives one.
    pub area_budget: Option<f64>,
    /// The device of all sub-accelerators that have none of their own.
    pub device: Option<Device>,
    /// The devices of sub-accelerators, by the names of their blocks.
    pub devices: BTreeMap<String, Device>,
}

/// Where tensors are between two layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// In off-chip memory.
    OffChip,
    /// On the chip where they fit.
    OnChip,
}

/// One sub-accelerator of one design.
#[derive(Debug, Clone, PartialEq)]
pub struct Sub {
    /// Its label.
    pub label: String,
    /// The dataflow's name.
    pub dataflow_name: String,
    /// The dataflow.
    pub dataflow: Dataflow,
    /// The array.
    pub array: SubAccelerator,
    /// What maps layers onto it.
    pub mapper: Mapper,
    /// Its bandwidth in bytes per second, as declared.
    pub bandwidth: f64,
    /// The device that it has for itself.
    pub device: Option<Device>,
    /// The tiled engine that its dataflow is, if it is one.
    pub engine: Option<Engine>,
    /// Cycles of the platform's clock in one of its own.
    pub pace: f64,
    /// Off-chip bytes per second of all sub-accelerators together; none is unlimited.
    dram: Option<f64>,
}

/// A clock for accelerators that give none: latencies are then in cycles of 1 GHz.
const DEFAULT_CLOCK: f64 = 1e9;

impl Platform {
    /// Reads an accelerator and the blocks it refers to.
    pub fn read(instance: &Instance, blocks: &BTreeMap<String, Block>) -> Self {
        let Some(hardware) = &instance.hardware else {
            return Self {
                clock: DEFAULT_CLOCK,
                technology: None,
                dram: None,
                between_layers: Between::OffChip,
                area_budget: None,
                device: None,
                devices: BTreeMap::new(),
            };
        };
        let referred = |name: &str| {
            let value = instance.get(hardware, name, &[])?;
            Some(blocks.get(value.as_block()?)?.changed())
        };
        let device = referred("device");
        let device = device.as_deref();
        let devices = devices_of(instance, hardware, blocks);
        // Cycles of a platform without a clock are those of its fastest device.
        let fastest = || devices.values().filter_map(|d| d.clock).reduce(f64::max);
        let clock = instance
            .number(hardware, "clock", &[])
            .or_else(|| fixed(device?, "clock")?.as_f64())
            .or_else(fastest)
            .unwrap_or(DEFAULT_CLOCK);
        let technology = referred("technology").or_else(|| {
            Some(
                blocks
                    .get(fixed(device?, "technology")?.as_block()?)?
                    .changed(),
            )
        });
        let dram = device.and_then(|device| {
            let inner = inner_block(device, "dram")?;
            fixed(inner, "bandwidth")?.as_f64()
        });
        let area_budget = hardware
            .child("budget")
            .and_then(|b| instance.number(b, "area", &[]))
            .or_else(|| fixed(device?, "area")?.as_f64());
        Self {
            clock,
            technology: technology.as_deref().map(read_technology),
            dram,
            between_layers: match instance.get(hardware, "between_layers", &[]) {
                Some(Value::Name(name)) if name == "on_chip" => Between::OnChip,
                _ => Between::OffChip,
            },
            area_budget,
            device: device.map(Device::read),
            devices,
        }
    }
}

/// The devices that sub-accelerators have for themselves.
fn devices_of(
    instance: &Instance,
    hardware: &Node,
    blocks: &BTreeMap<String, Block>,
) -> BTreeMap<String, Device> {
    let named = hardware.children_of("sub").filter_map(|sub| {
        let value = instance.get(sub, "device", &[])?;
        let name = value.as_block()?;
        Some((name.to_owned(), Device::read(&blocks.get(name)?.changed())))
    });
    named.collect()
}

/// The sub-accelerators of a design; absent ones are `None`, so that indices keep their meaning.
pub fn subs(instance: &Instance, platform: &Platform, choices: &[u32]) -> Vec<Option<Sub>> {
    let Some(hardware) = &instance.hardware else {
        return Vec::new();
    };
    let mut out: Vec<Option<Sub>> = hardware
        .children_of("sub")
        .map(|node| read_sub(instance, platform, node, choices))
        .collect();
    let present = out.iter().flatten().filter(|s| s.device.is_none()).count();
    for sub in out.iter_mut().flatten() {
        sub.share_memory(present);
    }
    out
}

impl Sub {
    /// Gives it its part of the off-chip bandwidth, as one of several that are present.
    ///
    /// Sub-accelerators that run in parallel get equal parts: a conservative rule,
    /// exact when all of them are always busy.
    /// A tiled engine takes no more than its ports carry.
    pub fn share_memory(&mut self, present: usize) {
        // A device of its own has its own memory.
        let parts = match &self.device {
            Some(_) => 1.0,
            None => present.max(1) as f64,
        };
        let bytes = self.dram.map(|d| d / self.array.clock / parts);
        let ports = self.engine.as_ref().map(Engine::port_bytes);
        self.array.dram_bandwidth = bytes.into_iter().chain(ports).reduce(f64::min);
    }

    /// Its own cycles as cycles of the platform's clock.
    pub fn paced(&self, cycles: u64) -> u64 {
        if self.pace == 1.0 {
            return cycles;
        }
        libm::ceil(cycles as f64 * self.pace) as u64
    }
}

fn read_sub(instance: &Instance, platform: &Platform, node: &Node, choices: &[u32]) -> Option<Sub> {
    let count = |name: &str| instance.get(node, name, choices)?.as_u64();
    let pes = u32::try_from(count("pes")?).ok()?;
    let bandwidth = instance.number(node, "bandwidth", choices)?;
    if pes == 0 || bandwidth <= 0.0 {
        return None;
    }
    let wanted = instance.get(node, "dataflow", choices)?;
    let name = wanted.as_block()?;
    let label = nasaic_dsl::instance::display_name(name);
    let flow = node.children_of("dataflow").find(|d| d.label == label)?;
    let device = instance.get(node, "device", choices);
    let device = device.and_then(|d| platform.devices.get(d.as_block()?).cloned());
    let own_clock = device.as_ref().and_then(|d| d.clock);
    let clock = own_clock.unwrap_or(platform.clock);
    let mut dataflow = read_dataflow(instance, flow, choices);
    let mut array = SubAccelerator::new(pes, bandwidth / clock, clock);
    let engine = Engine::read(instance, flow, choices, (pes, bandwidth / clock));
    if let Some(engine) = &engine {
        dataflow = engine.dataflow(dataflow);
        array = engine.array(clock);
    }
    array.simd = count("simd")
        .and_then(|n| u32::try_from(n).ok())
        .unwrap_or(1);
    array.hop_cycles = instance
        .number(node, "hop_latency", choices)
        .map_or(0, |cycles| cycles as u32);
    array.accumulate_cycles = instance
        .number(node, "accumulate_latency", choices)
        .map_or(0, |cycles| cycles as u32);
    array.saving = match name_of(instance, node, "zeros", choices).as_deref() {
        Some("gated") => Saving::Gating,
        Some("skipped") => Saving::Skipping,
        _ => Saving::None,
    };
    array.compressed = instance.get(node, "compressed", choices) == Some(Value::Bool(true));
    if let Some(Value::List(sizes)) = instance.get(node, "shape", choices)
        && let [columns, rows] = sizes.as_slice()
        && engine.is_none()
    {
        let size = |v: &Value| v.as_u64().and_then(|n| u32::try_from(n).ok());
        array.shape = size(columns).zip(size(rows)).map(|(c, r)| [c, r]);
    }
    for (field, bound) in &node.fields {
        let size = instance.value(bound, choices).and_then(|v| v.as_f64());
        let (Some(part), Some(size)) = (field.strip_suffix(".size"), size) else {
            continue;
        };
        if let Some(level) = dataflow.stores().position(|s| s == part) {
            array.store_sizes[level] = Some(size as u64);
        } else {
            widen(&mut dataflow, part, size as u32);
        }
    }
    let dram = instance.hardware.as_ref().and_then(|hardware| {
        let own = hardware.child("dram")?;
        instance.number(own, "bandwidth", choices)
    });
    Some(Sub {
        label: node.label.clone(),
        dataflow_name: label,
        dataflow,
        array,
        mapper: read_mapper(instance.get(node, "mapper", choices).as_ref()),
        bandwidth,
        dram: match &device {
            Some(device) => device.dram,
            None => dram.or(platform.dram),
        },
        pace: platform.clock / clock,
        device,
        engine,
    })
}

/// Writes down how many instances the outermost spread over a dimension has.
fn widen(dataflow: &mut Dataflow, letter: &str, instances: u32) {
    let wanted = letter.chars().next().and_then(loop_dim);
    let spread = dataflow.steps.iter_mut().find_map(|step| match step {
        Step::Spread { dim, size, .. } if Some(*dim) == wanted => Some(size),
        _ => None,
    });
    if let Some(size) = spread {
        *size = Some(instances);
    }
}

/// The mapper that a field holds; what it does not say is filled in by the checker.
fn read_mapper(value: Option<&Value>) -> Mapper {
    let Some(Value::Form { fields, .. }) = value else {
        return Mapper::Fit;
    };
    let field = |name: &str| fields.iter().find(|f| f.0 == name).map(|f| &f.1);
    let truth = |name: &str| field(name) == Some(&Value::Bool(true));
    let default = Options::default();
    Mapper::Search(Options {
        objective: match field("objective").and_then(Value::as_name) {
            Some("latency") => Objective::Latency,
            Some("energy") => Objective::Energy,
            _ => Objective::Edp,
        },
        limit: field("evaluations")
            .and_then(Value::as_u64)
            .unwrap_or(default.limit),
        open_order: truth("open_order"),
        open_shape: truth("open_shape"),
        ..default
    })
}

/// The template of a dataflow block.
pub fn read_dataflow(instance: &Instance, node: &Node, choices: &[u32]) -> Dataflow {
    let mut steps = Vec::new();
    for child in &node.children {
        // A label may carry a number to tell two loops over one dimension apart.
        let dim = child.label.chars().next().and_then(loop_dim);
        let step = match (child.kind.as_str(), dim) {
            ("store", _) => Some(Step::Store {
                name: child.label.clone(),
                keep: tensors(instance.get(child, "keep", choices).as_ref()),
                size: instance.number(child, "size", choices).map(|b| b as u64),
                bandwidth: instance
                    .number(child, "bandwidth", choices)
                    .map(|bytes| (bytes * 8.0).ceil() as u32),
                buffering: match name_of(instance, child, "buffering", choices).as_deref() {
                    Some("single") => Buffering::Single,
                    _ => Buffering::Double,
                },
            }),
            ("loop", Some(dim)) => Some(Step::Loop {
                dim,
                tile: match instance.get(child, "tile", choices) {
                    Some(Value::Name(n)) if n == "full" => Tile::Full,
                    Some(Value::Name(_)) => Tile::Fit,
                    Some(v) => Tile::Fixed(whole(&v).unwrap_or(1)),
                    None => Tile::Fixed(1),
                },
            }),
            ("spread", Some(dim)) => Some(Step::Spread {
                dim,
                over: match name_of(instance, child, "over", choices).as_deref() {
                    Some("rows") => Axis::Rows,
                    _ => Axis::Columns,
                },
                size: instance.get(child, "size", choices).and_then(|v| whole(&v)),
                reduce: instance.get(child, "reduce", choices) == Some(Value::Bool(true)),
            }),
            _ => None,
        };
        steps.extend(step);
    }
    let kinds = match instance.get(node, "layer", choices) {
        Some(Value::List(names)) => names
            .iter()
            .filter_map(|n| layer_kind(n.as_name()?))
            .collect(),
        _ => Vec::new(),
    };
    Dataflow {
        name: node.label.clone(),
        kinds,
        steps,
    }
}

/// A value as a whole number.
pub(super) fn whole(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|n| u32::try_from(n).ok())
}

/// The name that a field of a node has in a design.
pub(super) fn name_of(
    instance: &Instance,
    node: &Node,
    field: &str,
    choices: &[u32],
) -> Option<String> {
    instance
        .get(node, field, choices)?
        .as_name()
        .map(str::to_owned)
}

fn loop_dim(letter: char) -> Option<Loop> {
    Loop::ALL.into_iter().find(|d| d.letter() == letter)
}

fn tensors(keep: Option<&Value>) -> TensorSet {
    let Some(Value::List(names)) = keep else {
        return TensorSet::of(&[]);
    };
    let all: Vec<Tensor> = names
        .iter()
        .filter_map(|n| match n.as_name()? {
            "W" => Some(Tensor::W),
            "I" => Some(Tensor::I),
            "O" => Some(Tensor::O),
            _ => None,
        })
        .collect();
    TensorSet::of(&all)
}

fn layer_kind(name: &str) -> Option<LayerKind> {
    Some(match name {
        "conv" => LayerKind::Conv,
        "depthwise" => LayerKind::Depthwise,
        "transposed" => LayerKind::Transposed,
        "dense" => LayerKind::Dense,
        "pool" => LayerKind::Pool,
        "elementwise" => LayerKind::Elementwise,
        _ => return None,
    })
}

/// The constants of a technology block, in the cost model's units: pJ (or activity) and µm².
pub fn read_technology(block: &Block) -> Technology {
    let name_is = |field: &str, name: &str| {
        fixed(block, field)
            .and_then(Value::as_name)
            .is_some_and(|n| n == name)
    };
    let truth = |field: &str| fixed(block, field) == Some(&Value::Bool(true));
    let number = |field: &str| fixed(block, field).and_then(Value::as_f64).unwrap_or(0.0);
    // An activity count is written in the nJ that MAESTRO labels it with: no case apart.
    let energy = |field: &str| number(field) * 1e12;
    let area = |field: &str| number(field) * 1e12;
    Technology {
        name: block.label.clone().unwrap_or_default(),
        energy_unit: if name_is("energy_unit", "activity") {
            nasaic_cost::EnergyUnit::Activity
        } else {
            nasaic_cost::EnergyUnit::Joule
        },
        counting: if name_is("counting", "operands") {
            nasaic_cost::Counting::Operands
        } else {
            nasaic_cost::Counting::Native
        },
        wide_partial_sums: truth("wide_partial_sums"),
        mac_scales_with_bits: truth("mac_scales_with_bits"),
        energy_scale: number("energy_scale"),
        mac_energy: energy("mac_energy"),
        rf_energy: energy("rf_energy"),
        rf_energy_sqrt: energy("rf_energy_sqrt"),
        sram_energy: energy("sram_energy"),
        sram_energy_sqrt: energy("sram_energy_sqrt"),
        sram_word: (number("sram_word") as u64).max(1),
        sram_fixed: number("sram_fixed"),
        dram_energy: energy("dram_energy"),
        noc_energy: energy("noc_energy"),
        hop_energy: energy("hop_energy"),
        mac_area: area("mac_area"),
        pe_area: area("pe_area"),
        rf_cell: (number("rf_cell") as u64).max(1),
        rf_area: area("rf_area"),
        sram_cell: (number("sram_cell") as u64).max(1),
        sram_area: area("sram_area"),
        sram_base_area: area("sram_base_area"),
        bus_area_per_pe: area("bus_area_per_pe"),
        bus_area: area("bus_area"),
        arbiter_area_quadratic: area("arbiter_area_quadratic"),
        arbiter_area_linear: area("arbiter_area_linear"),
        arbiter_area_constant: area("arbiter_area_constant"),
        overhead: number("overhead"),
        leakage: number("leakage"),
    }
}

/// Joules in one unit of the cost model's energies.
pub const JOULES: f64 = 1e-12;

/// The value a field of a block is fixed to.
pub fn fixed<'b>(block: &'b Block, name: &str) -> Option<&'b Value> {
    block.items.iter().find_map(|e| match e {
        Entry::Field(f) if f.name == name => match &f.slot {
            Slot::Fixed(v) => Some(v),
            _ => None,
        },
        _ => None,
    })
}

/// The first inner block of a kind.
pub fn inner_block<'b>(block: &'b Block, kind: &str) -> Option<&'b Block> {
    block.items.iter().find_map(|e| match e {
        Entry::Block(b) if b.kind == kind => Some(b),
        _ => None,
    })
}
