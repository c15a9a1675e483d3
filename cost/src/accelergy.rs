//! Technologies from Accelergy's energy and area reference tables.
//!
//! Accelergy (Wu, Emer, Sze, ICCAD 2019) estimates each component of an architecture and writes
//! `ERT.yaml` (pJ per action) and `ART.yaml` (µm² per instance). [`technology`] turns them into
//! coefficients. What a table does not say, the caller does with [`Roles`]: which component is what,
//! how wide its words are, and how large it is.
//!
//! # From actions to coefficients
//! * A store's access is the mean of its highest `read` and its highest `write`, `fill` or `update`,
//!   divided by the bytes of a word. Of an action with several arguments the highest energy counts, as
//!   in Timeloop. Components of the same role are averaged.
//! * If the size of a store is given, its energy is laid on `√bytes` so that other sizes cost other
//!   energies; otherwise it is the same for all sizes.
//! * The multiplier is the component's most expensive action except `leak` and `idle`; its width is
//!   that of the datapath, so narrower operands cost the same.
//! * Areas of stores with a size are per byte; areas without one are per store (shared) or per
//!   element.
//! * `leak` is not used: it is an energy per cycle of a clock that the table does not name.

mod casting;
mod table;

use crate::technology::Technology;
use casting::{Played, play};
use table::Component;

/// The part that a component plays in the cost model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Off-chip memory.
    Dram,
    /// A store on the chip that the whole array shares.
    Shared,
    /// A store inside an element.
    Element,
    /// The multiplier of an element.
    Mac,
    /// The network between shared store and array.
    Noc,
}

impl Role {
    const ALL: [Role; 5] = [
        Role::Dram,
        Role::Shared,
        Role::Element,
        Role::Mac,
        Role::Noc,
    ];

    fn is_on_chip_store(self) -> bool {
        matches!(self, Role::Shared | Role::Element)
    }
}

/// What the caller knows of one component.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its path in the table without ranges (`system.chip.buffer`), or the end of it (`buffer`).
    pub component: String,
    /// What it is.
    pub role: Role,
    /// Bits that one action moves; none is [`Roles::word_bits`].
    pub word_bits: Option<u32>,
    /// Capacity of one instance, for stores.
    pub bytes: Option<u64>,
}

/// Which component plays which part.
///
/// Roles without any part are guessed from names, actions and numbers of instances; a role that no
/// component plays costs nothing, except that there must be a multiplier and a store.
#[derive(Clone, Debug, PartialEq)]
pub struct Roles {
    /// Components that the caller names.
    pub parts: Vec<Part>,
    /// Bits that one action of a store or of the network moves where no part says otherwise.
    pub word_bits: u32,
}

impl Roles {
    /// Everything guessed, with words of this many bits.
    pub const fn guessed(word_bits: u32) -> Self {
        Roles {
            parts: Vec::new(),
            word_bits,
        }
    }
}

/// Why a table cannot be used, where, and what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `ERT` or `ART`.
    pub file: &'static str,
    /// Line, from 1; none if the roles and not the text are at fault.
    pub line: Option<usize>,
    /// What is wrong.
    pub cause: String,
    /// The way out.
    pub hint: String,
}

impl Problem {
    fn new(file: &'static str, line: usize, cause: impl Into<String>) -> Self {
        Problem {
            file,
            line: Some(line),
            cause: cause.into(),
            hint: String::new(),
        }
    }

    fn of_roles(cause: impl Into<String>) -> Self {
        Problem {
            file: "ERT",
            line: None,
            cause: cause.into(),
            hint: String::new(),
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(
                f,
                "{}, line {line}: {}; {}",
                self.file, self.cause, self.hint
            ),
            None => write!(f, "{}: {}; {}", self.file, self.cause, self.hint),
        }
    }
}

impl std::error::Error for Problem {}

/// A technology from the texts of `ERT.yaml` and, if there is one, `ART.yaml`.
///
/// All layouts since version 0.1 are read, the summaries as well. Energies are in pJ, areas in µm².
pub fn technology(ert: &str, art: Option<&str>, roles: &Roles) -> Result<Technology, Problem> {
    let cast = Cast::new(ert, art, roles)?;
    let mut technology = Technology {
        name: "accelergy".into(),
        wide_partial_sums: false,
        mac_scales_with_bits: false,
        ..Technology::default()
    };
    cast.set_energies(&mut technology)?;
    cast.set_areas(&mut technology);
    Ok(technology)
}

/// A component of the tables that plays a role, so that each coefficient can name its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// What it is.
    pub role: Role,
    /// Its path without ranges of instances.
    pub component: String,
    /// Its line in the energy table.
    pub line: usize,
    /// Energy of each action in pJ; of an action with several arguments, the highest.
    pub actions: Vec<(String, f64)>,
    /// Bytes that one action moves.
    pub word_bytes: f64,
    /// Capacity of one instance, where the roles give it.
    pub bytes: Option<f64>,
    /// Area of one instance in µm², where there is a table of areas.
    pub area: Option<f64>,
}

/// The components that [`technology`] makes its coefficients of, in the order in which they are cast.
pub fn origins(ert: &str, art: Option<&str>, roles: &Roles) -> Result<Vec<Origin>, Problem> {
    let cast = Cast::new(ert, art, roles)?;
    let origin = |played: &Played| {
        let component = &cast.components[played.component];
        Origin {
            role: played.role,
            component: component.name.clone(),
            line: component.line,
            actions: component.actions.clone(),
            word_bytes: played.word_bytes,
            bytes: played.bytes,
            area: component.area,
        }
    };
    Ok(cast.played.iter().map(origin).collect())
}

/// Components and the roles they play.
struct Cast {
    components: Vec<Component>,
    played: Vec<Played>,
}

impl Cast {
    fn new(ert: &str, art: Option<&str>, roles: &Roles) -> Result<Self, Problem> {
        let mut components = table::energies(ert)?;
        let played = play(&components, roles)?;
        if let Some(art) = art {
            add_areas(&mut components, table::areas(art)?);
        }
        Ok(Cast { components, played })
    }

    fn of(&self, role: Role) -> impl Iterator<Item = (&Component, &Played)> {
        let plays = self.played.iter().filter(move |p| p.role == role);
        plays.map(|p| (&self.components[p.component], p))
    }

    fn set_energies(&self, t: &mut Technology) -> Result<(), Problem> {
        (t.dram_energy, _) = self.per_byte(Role::Dram)?;
        (t.sram_energy, t.sram_energy_sqrt) = self.per_byte(Role::Shared)?;
        (t.rf_energy, t.rf_energy_sqrt) = self.per_byte(Role::Element)?;
        t.noc_energy = self.mean(Role::Noc, |c, p| Ok(work(c)? / p.word_bytes))?;
        t.mac_energy = self.mean(Role::Mac, |c, _| work(c))?;
        Ok(())
    }

    /// Energy per byte: the part that is the same for all sizes, and the part per √byte.
    fn per_byte(&self, role: Role) -> Result<(f64, f64), Problem> {
        let sized = self.of(role).all(|(_, p)| p.bytes.is_some());
        let mean = self.mean(role, |c, p| {
            let root = p.bytes.filter(|_| sized).map_or(1.0, libm::sqrt);
            Ok(access(c)? / p.word_bytes / root)
        })?;
        let by_size = sized && role.is_on_chip_store();
        Ok(if by_size { (0.0, mean) } else { (mean, 0.0) })
    }

    /// Mean over the components of a role, 0 if there are none.
    fn mean(
        &self,
        role: Role,
        value: impl Fn(&Component, &Played) -> Result<f64, Problem>,
    ) -> Result<f64, Problem> {
        let (mut sum, mut count) = (0.0, 0.0);
        for (component, played) in self.of(role) {
            sum += value(component, played)?;
            count += 1.0;
        }
        Ok(if count > 0.0 { sum / count } else { 0.0 })
    }

    /// Sizes decide: area per byte where all stores of a role have one, per store otherwise. An
    /// element has one of each of its stores.
    fn set_areas(&self, t: &mut Technology) {
        let areas = |role| self.of(role).filter_map(|(c, _)| c.area);
        let total = |role| areas(role).fold(0.0, |sum, area| sum + area);
        let mean = |role| total(role) / self.of(role).count().max(1) as f64;
        let bytes = |role| -> Option<f64> { self.of(role).map(|(_, p)| p.bytes).sum() };
        let per_byte = |role| bytes(role).filter(|&b| b > 0.0).map(|b| total(role) / b);
        t.mac_area = mean(Role::Mac);
        match per_byte(Role::Shared) {
            Some(area) => t.sram_area = area,
            None => t.sram_base_area = mean(Role::Shared),
        }
        match per_byte(Role::Element) {
            Some(area) => t.rf_area = area,
            None => t.pe_area = total(Role::Element),
        }
    }
}

/// Energy of one access to a store: mean of reading and writing, or the one that there is.
fn access(component: &Component) -> Result<f64, Problem> {
    let read = component.highest(|a| a.contains("read") || a == "access");
    let write = component.highest(|a| ["write", "fill", "update"].iter().any(|w| a.contains(w)));
    match (read, write) {
        (Some(read), Some(write)) => Ok((read + write) / 2.0),
        (Some(only), None) | (None, Some(only)) => Ok(only),
        (None, None) => Err(without("read", component)),
    }
}

/// Energy of the most expensive action that does something.
fn work(component: &Component) -> Result<f64, Problem> {
    let energy = component.highest(|a| !matches!(a, "leak" | "idle"));
    energy.ok_or_else(|| without("compute", component))
}

fn without(action: &str, component: &Component) -> Problem {
    let cause = format!("`{}` has no action `{action}`", component.name);
    Problem::new("ERT", component.line, cause).hint("name another component for this role")
}

/// Adds the areas to the components of the same path.
fn add_areas(components: &mut [Component], areas: Vec<Component>) {
    for with_area in areas {
        for component in components.iter_mut().filter(|c| c.name == with_area.name) {
            component.area = with_area.area;
        }
    }
}
