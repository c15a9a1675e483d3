//! Energy and area reference tables in the layouts that Accelergy has written.

use nasaic_cost::Technology;
use nasaic_cost::accelergy::{Part, Role, Roles, technology};

/// Version 0.3 and later: lists of components and of actions.
const ERT: &str = "\
ERT:
  version: '0.4'
  tables:
  - name: top.DRAM[1..1]
    actions:
    - name: read
      arguments: {global_cycle_seconds: 1e-09}
      energy: 512.0
    - name: write
      arguments: {global_cycle_seconds: 1e-09}
      energy: 448
    - name: leak
      arguments: {}
      energy: 9000
  - name: top.buffer[0..0]
    actions:
    - {name: read, arguments: {address_delta: 0, data_delta: 1}, energy: 12}
    - {name: read, arguments: {address_delta: 1, data_delta: 1}, energy: 20}
    - {name: update, arguments: {}, energy: 12.0}
  - name: top.PE[0..15].weights_spad
    actions:
    - name: read
      energy: 2
    - name: write
      energy: 2
  - name: top.PE[0..15].psum_spad
    actions:
    - name: read
      energy: 1.0
  - name: top.PE[0..15].mac
    actions:
    - name: mac_random
      energy: 2.2
    - name: mac_gated
      energy: 0.1
    - name: leak
      energy: 3
  - name: top.column_noc[0..3]
    actions:
    - name: transfer
      energy: 0.5
  - name: top.dummy
    actions:
    - name: leak
      energy: 0
";

const ART: &str = "\
ART:
  version: '0.4'
  tables:
  - name: top.buffer[0..0]
    area: 217363.0
  - name: top.PE[0..15].weights_spad
    area: 5816.5
  - name: top.PE[0..15].psum_spad
    area: 123.5
  - name: top.PE[0..15].mac
    area: 191.0
";

fn part(component: &str, role: Role) -> Part {
    Part {
        component: component.into(),
        role,
        word_bits: None,
        bytes: None,
    }
}

#[test]
fn roles_are_guessed_and_actions_become_coefficients() {
    let t = technology(ERT, Some(ART), &Roles::guessed(16)).unwrap();
    let expected = Technology {
        name: "accelergy".into(),
        wide_partial_sums: false,
        mac_scales_with_bits: false,
        // (512 + 448) / 2 pJ per 2 bytes.
        dram_energy: 240.0,
        // The dearer read, 20, with the update, 12.
        sram_energy: 8.0,
        // Means of 2 and 1 pJ per access.
        rf_energy: 0.75,
        mac_energy: 2.2,
        noc_energy: 0.25,
        mac_area: 191.0,
        pe_area: 5940.0,
        sram_base_area: 217_363.0,
        ..Technology::default()
    };
    assert_eq!(t, expected);
}

#[test]
fn parts_say_width_and_size() {
    let mut roles = Roles::guessed(16);
    roles.parts = vec![
        Part {
            word_bits: Some(64),
            ..part("DRAM", Role::Dram)
        },
        Part {
            bytes: Some(65_536),
            ..part("top.buffer", Role::Shared)
        },
        Part {
            bytes: Some(400),
            ..part("weights_spad", Role::Element)
        },
    ];
    let t = technology(ERT, Some(ART), &roles).unwrap();
    assert_eq!(t.dram_energy, 60.0);
    // 8 pJ per byte from √65536 = 256 bytes.
    assert_eq!((t.sram_energy, t.sram_energy_sqrt), (0.0, 8.0 / 256.0));
    // The other store of an element is no longer guessed.
    assert_eq!((t.rf_energy, t.rf_energy_sqrt), (0.0, 1.0 / 20.0));
    assert_eq!(t.sram_area, 217_363.0 / 65_536.0);
    assert_eq!((t.rf_area, t.pe_area), (5816.5 / 400.0, 0.0));
}

#[test]
fn summaries_and_the_oldest_layout_say_the_same() {
    let summary = "\
ERT_summary:
  version: 0.3
  table_summary:
  - name: a.glb
    actions:
    - {name: read, average_energy: 1, max_energy: 3.0, min_energy: 0.5}
    - {name: write, energy: 5}
    primitive_estimation(s):
    - {name: a.glb, estimator: Cacti}
  - name: a.mac[0..7]
    actions:
    - {name: compute, energy: 1.5}
    primitive_estimation(s): Library
";
    let old_summary = "\
ERT_summary:
  ERT summaries:
    a.glb:
      read: {average energy: 1, max energy: 3.0, min energy: 0.5}
      write: {energy: 5}
    a.mac:
      compute: {energy: 1.5}
  version: null
";
    let old = "\
ERT:
  version: 0.2
  tables:
    a.glb:
      read:
      - {arguments: {data_delta: 0}, energy: 0.5}
      - {arguments: {data_delta: 1}, energy: 3}
      write: 5
      idle: 0.0
    a.mac:
      compute: 1.5
";
    let roles = Roles::guessed(8);
    let t = technology(summary, None, &roles).unwrap();
    assert_eq!((t.sram_energy, t.mac_energy), (4.0, 1.5));
    assert_eq!(technology(old_summary, None, &roles).unwrap(), t);
    assert_eq!(technology(old, None, &roles).unwrap(), t);

    let art = "ART_summary:\n  table_summary:\n  - {name: 'a.glb[1..1]', area: 7.0, primitive_estimations: x}\n";
    let with_area = technology(summary, Some(art), &roles).unwrap();
    assert_eq!(with_area.sram_base_area, 7.0);
}

#[test]
fn problems_name_place_cause_and_way_out() {
    let message = |ert: &str, roles: &Roles| technology(ert, None, roles).unwrap_err().to_string();
    let guessed = Roles::guessed(16);
    let broken = |from: &str, to: &str| message(&ERT.replacen(from, to, 1), &guessed);
    insta::assert_snapshot!(
        [
            broken("energy: 512.0", "energy: much"),
            broken("energy: 448", "energy: -448"),
            broken("energy: 448", "energy: .nan"),
            broken("energy: 448", "energie: 448"),
            broken("- name: top.buffer", "- label: top.buffer"),
            broken("{name: update", "{label: update"),
            broken("DRAM[1..1]", "DRAM[1..1"),
            broken("DRAM[1..1]", "DRAM[4..1]"),
            broken("  tables:", "  table:"),
            broken("ERT:", "EAT:"),
            broken("version: '0.4'", "version: '0.4"),
            broken("version: '0.4'", "version: &a 0.4\n  again: *a"),
            message("", &guessed),
            message(&"[".repeat(100), &guessed),
            message("ERT: {tables: [{name: a, actions: []}]}", &guessed),
            message("ERT: {tables: [{name: mac, actions: []}]}", &guessed),
            message(ERT, &Roles::guessed(0)),
            message(
                ERT,
                &Roles {
                    parts: vec![part("glb", Role::Shared)],
                    ..guessed.clone()
                }
            ),
            message(
                ERT,
                &Roles {
                    parts: vec![part("mac", Role::Shared)],
                    ..guessed.clone()
                }
            ),
            technology(ERT, Some("ART: {tables: [{name: top.buffer}]}"), &guessed)
                .unwrap_err()
                .to_string(),
        ]
        .join("\n")
    );
    let twice = ERT.replacen("psum_spad", "weights_spad", 1);
    let ambiguous = Roles {
        parts: vec![part("weights_spad", Role::Element)],
        ..guessed
    };
    assert!(message(&twice, &ambiguous).contains("more than one component `weights_spad`"));
}

/// Every truncation and every character replaced by a few awkward ones: a value or a problem.
#[test]
fn corrupt_tables_never_panic() {
    let roles = Roles::guessed(16);
    for (at, _) in ERT.char_indices() {
        let _ = technology(&ERT[..at], Some(&ERT[at..]), &roles);
        for awkward in [
            "\t", "*", "&", "- ", "\u{0}", "é", "|", "\"", "{", "]", ": ", "\n",
        ] {
            let _ = technology(
                &format!("{}{awkward}{}", &ERT[..at], &ERT[at + 1..]),
                None,
                &roles,
            );
        }
    }
}
