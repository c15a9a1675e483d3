//! Files of other tools as texts of the language: what `use "flows.m"` reads, and what
//! `nasaic import` prints.
//!
//! An import is text, so that what is read is what is printed, and the checker has one way to
//! understand a block.

mod dataflows;
mod onnx;
mod technology;
mod workloads;

pub use dataflows::dataflows;
pub use onnx::network;
pub use technology::technology;
pub use workloads::{Workload, maestro, timeloop, zigzag};

use nasaic_dsl::source::Sources;
use nasaic_dsl::syntax;

/// A text in the canonical layout.
fn laid_out(text: String) -> String {
    let source = Sources::default().add("import", &text);
    syntax::format(source, &text).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use crate::study::hardware::{read_dataflow, read_technology};
    use nasaic_cost::accelergy::{self, Part, Role, Roles};
    use nasaic_cost::maestro;
    use nasaic_cost::{Dataflow, Technology};
    use nasaic_dsl::instance::Blocks;
    use nasaic_dsl::value::Value;
    use nasaic_dsl::world::Memory;

    /// A layer's sizes, and directives that use all there is: fixed, whole and halved pieces, a
    /// diagonal of rows and taps, clusters of a fixed size.
    const MAPPING: &str = "\
Network net {
  Layer a {
    Type: CONV
    Stride { X: 1, Y: 1 }
    Dimensions { K: 32, C: 16, R: 3, S: 3, Y: 18, X: 18 }
    Dataflow {
      TemporalMap(4,4) K;
      SpatialMap(Sz(R),1) Y;
      TemporalMap(Sz(S),1) X;
      TemporalMap(2,2) C;
      Cluster(Sz(R), P);
      SpatialMap(1,1) Y;
      SpatialMap(1,1) R;
      TemporalMap(Sz(S),Sz(S)) S;
    }
  }
  Layer b {
    Type: CONV
    Dimensions { K: 32, C: 16, R: 1, S: 1, Y: 8, X: 8 }
    Dataflow {
      SpatialMap(1,1) K;
      TemporalMap(8,8) C;
      TemporalMap(1,1) Y;
      TemporalMap(1,1) X;
      Cluster(8, P);
      SpatialMap(1,1) C;
    }
  }
  Layer c {
    Type: CONV
    Dimensions { K: 64, C: 16, R: 1, S: 1, Y: 8, X: 8 }
    Dataflow {
      SpatialMap(1,1) K;
      TemporalMap(8,8) C;
      TemporalMap(1,1) Y;
      TemporalMap(1,1) X;
      Cluster(8, P);
      SpatialMap(1,1) C;
    }
  }
}
";

    fn checked(text: &str) -> Engine {
        let mut engine = Engine::new(Box::new(Memory::default()));
        let checked = engine.check("imported.nasaic", text, &[]);
        let shown = nasaic_dsl::render::plain(engine.sources(), &checked.diagnostics);
        assert!(checked.diagnostics.is_empty(), "{text}\n{shown}");
        engine
    }

    fn dataflow_called(engine: &Engine, name: &str) -> Dataflow {
        let blocks = Blocks {
            blocks: &engine.program().blocks,
            choices: &engine.program().choices,
        };
        let instance = blocks.pair(None, Some(&Value::Block(name.into())));
        let instance = instance.expect("a dataflow can be written out");
        let node = instance.hardware.as_ref().expect("it is hardware");
        read_dataflow(&instance, node, &[])
    }

    #[test]
    fn printed_dataflows_are_read_as_those_that_were_imported() {
        let text = dataflows(MAPPING, "net").expect("it can be imported");
        let engine = checked(&text);
        let wanted = maestro::import(MAPPING, "net").expect("it can be imported");
        assert_eq!(wanted.len(), 2);
        for imported in wanted {
            let read = dataflow_called(&engine, &imported.dataflow.name);
            assert_eq!(read.steps, imported.dataflow.steps, "{text}");
        }
        assert!(text.contains("/// Of layers b, c."), "{text}");
        assert_eq!(laid_out(text.clone()), text);
    }

    #[test]
    fn a_file_without_layers_or_with_a_flaw_says_where() {
        let empty = dataflows("", "x").expect_err("nothing is in it");
        assert_eq!(empty.line, 0);
        let flaw = MAPPING.replacen("TemporalMap(8,8) C", "SpatialMap(8,8) C", 1);
        let fault = dataflows(&flaw, "x").expect_err("two spatial maps are no grid");
        assert_eq!((fault.line, fault.column), (21, 7), "{fault:?}");
    }

    const ERT: &str = "\
ERT:
  version: '0.4'
  tables:
  - name: top.DRAM
    actions: [{name: read, energy: 512.3}, {name: write, energy: 477.1}]
  - name: top.buffer
    actions: [{name: read, energy: 13.7}, {name: update, energy: 0.1}]
  - name: top.PE[0..15].spad
    actions: [{name: read, energy: 0.333333333333333}, {name: leak, energy: 1}]
  - name: top.PE[0..15].mac
    actions: [{name: mac_random, energy: 2.2}]
  - name: top.noc[0..3]
    actions: [{name: transfer, energy: 0.07}]
";

    const ART: &str = "\
ART:
  version: '0.4'
  tables:
  - {name: top.buffer, area: 217363.0}
  - {name: 'top.PE[0..15].spad', area: 5816.5}
  - {name: 'top.PE[0..15].mac', area: 191.7}
";

    fn sized(component: &str, role: Role, bytes: u64) -> Part {
        Part {
            component: component.into(),
            role,
            word_bits: Some(24),
            bytes: Some(bytes),
        }
    }

    /// The coefficients as data, to compare them one by one.
    fn coefficients(t: &Technology) -> serde_json::Map<String, serde_json::Value> {
        let data = serde_json::to_value(t).expect("plain data");
        data.as_object().expect("a struct").clone()
    }

    #[test]
    fn a_printed_technology_is_read_as_the_one_that_was_imported() {
        let guessed = Roles::guessed(16);
        let named = Roles {
            parts: vec![
                sized("buffer", Role::Shared, 110_592),
                sized("spad", Role::Element, 448),
            ],
            word_bits: 16,
        };
        for (roles, art) in [(&guessed, None), (&guessed, Some(ART)), (&named, Some(ART))] {
            let text = technology("mine", ERT, art, roles).expect("the tables can be used");
            let engine = checked(&text);
            let read = coefficients(&read_technology(&engine.program().blocks["mine"]));
            let wanted = accelergy::technology(ERT, art, roles).expect("the tables can be used");
            for (field, value) in coefficients(&wanted) {
                match value.as_f64() {
                    // All digits that are printed, less what reading units costs.
                    Some(number) => {
                        let got = read[&field].as_f64().expect("a number");
                        let close = (got - number).abs() <= 1e-11 * number.abs();
                        assert!(close, "{field}: {got} is not {number}\n{text}");
                    }
                    None if field == "name" => {}
                    None => assert_eq!(read[&field], value, "{field}"),
                }
            }
            assert_eq!(laid_out(text.clone()), text);
        }
    }

    #[test]
    fn every_coefficient_names_the_entries_it_comes_from() {
        let text = technology("mine", ERT, Some(ART), &Roles::guessed(16)).expect("it works");
        for comment in [
            "// ERT, line 4: top.DRAM, read 512.3 pJ, write 477.1 pJ for 2 B\n  dram_energy = 247.35 pJ",
            "// ERT, line 8: top.PE.spad, read 0.333333333333 pJ for 2 B\n  rf_energy",
            "// ART: top.PE.mac, 191.7 um^2\n  mac_area = 191.7 um^2",
        ] {
            assert!(text.contains(comment), "{text}");
        }
    }
}
