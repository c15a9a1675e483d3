//! Energy and area tables of Accelergy as a technology block.

use super::laid_out;
use nasaic_cost::Technology;
use nasaic_cost::accelergy::{self, Origin, Problem, Role, Roles};
use std::fmt::Write as _;

/// Digits of a printed coefficient: more than any table has, and few enough that what is printed and
/// read back prints the same.
const DIGITS: usize = 12;

/// Most actions of a component that a comment names.
const MOST_ACTIONS: usize = 4;

/// A technology block called `name` with the coefficients of an energy table and, if there is one, an
/// area table; comments name the entries that each comes from.
pub fn technology(
    name: &str,
    ert: &str,
    art: Option<&str>,
    roles: &Roles,
) -> Result<String, Problem> {
    let technology = accelergy::technology(ert, art, roles)?;
    let origins = accelergy::origins(ert, art, roles)?;
    let mut out = format!(
        "//! Energies{} of Accelergy.\n\n\
         technology {name} {{\n  energy_unit = joule\n  \
         wide_partial_sums = {}\n  mac_scales_with_bits = {}\n",
        if art.is_some() { " and areas" } else { "" },
        technology.wide_partial_sums,
        technology.mac_scales_with_bits
    );
    for (field, role, value) in energies(&technology) {
        coefficient(&mut out, (field, value, "pJ"), &energy_of(&origins, role));
    }
    for (field, role, value) in areas(&technology) {
        coefficient(&mut out, (field, value, "um^2"), &area_of(&origins, role));
    }
    out.push_str("}\n");
    Ok(laid_out(out))
}

/// The energies that a table can give, each with the role of the components it comes from.
fn energies(t: &Technology) -> [(&'static str, Role, f64); 7] {
    [
        ("mac_energy", Role::Mac, t.mac_energy),
        ("rf_energy", Role::Element, t.rf_energy),
        ("rf_energy_sqrt", Role::Element, t.rf_energy_sqrt),
        ("sram_energy", Role::Shared, t.sram_energy),
        ("sram_energy_sqrt", Role::Shared, t.sram_energy_sqrt),
        ("dram_energy", Role::Dram, t.dram_energy),
        ("noc_energy", Role::Noc, t.noc_energy),
    ]
}

fn areas(t: &Technology) -> [(&'static str, Role, f64); 5] {
    [
        ("mac_area", Role::Mac, t.mac_area),
        ("pe_area", Role::Element, t.pe_area),
        ("rf_area", Role::Element, t.rf_area),
        ("sram_area", Role::Shared, t.sram_area),
        ("sram_base_area", Role::Shared, t.sram_base_area),
    ]
}

/// Writes a coefficient below the entries it comes from; what costs nothing is the default.
fn coefficient(out: &mut String, (field, value, unit): (&str, f64, &str), sources: &[String]) {
    if value == 0.0 {
        return;
    }
    for source in sources {
        let _ = writeln!(out, "  // {source}");
    }
    let _ = writeln!(out, "  {field} = {} {unit}", rounded(value));
}

/// The shortest number that agrees in all digits that count.
fn rounded(value: f64) -> f64 {
    let text = format!("{value:.*e}", DIGITS - 1);
    text.parse().unwrap_or(value)
}

fn energy_of(origins: &[Origin], role: Role) -> Vec<String> {
    let texts = origins.iter().filter(|o| o.role == role).map(|origin| {
        let acting = origin.actions.iter().filter(|(name, _)| name != "leak");
        let actions: Vec<String> = acting
            .take(MOST_ACTIONS)
            .map(|(name, energy)| format!("{name} {} pJ", rounded(*energy)))
            .collect();
        let word = match role {
            Role::Mac => String::new(),
            _ => format!(" for {} B", origin.word_bytes),
        };
        let (line, component) = (origin.line, &origin.component);
        format!(
            "ERT, line {line}: {component}, {}{word}",
            actions.join(", ")
        )
    });
    texts.collect()
}

fn area_of(origins: &[Origin], role: Role) -> Vec<String> {
    let with_area = origins.iter().filter(|o| o.role == role);
    let texts = with_area.filter_map(|origin| {
        let bytes = origin
            .bytes
            .map_or_else(String::new, |b| format!(" for {b} B"));
        let area = rounded(origin.area?);
        Some(format!("ART: {}, {area} um^2{bytes}", origin.component))
    });
    texts.collect()
}
