//! Files of other tools: what is imported from them, and what is exported for them.

use crate::scratch::Scratch;

const MAPPING: &str = "\
Network two {
  Layer first {
    Type: CONV
    Dimensions { K: 16, C: 8, R: 3, S: 3, Y: 10, X: 10 }
    Dataflow {
      SpatialMap(1,1) K;
      TemporalMap(4,4) C;
      TemporalMap(Sz(R),1) Y;
      TemporalMap(Sz(S),1) X;
      Cluster(4, P);
      SpatialMap(1,1) C;
      TemporalMap(Sz(R),Sz(R)) R;
      TemporalMap(Sz(S),Sz(S)) S;
    }
  }
}
";

const ERT: &str = "\
ERT:
  version: '0.4'
  tables:
  - name: chip.DRAM
    actions:
    - {name: read, energy: 512}
    - {name: write, energy: 512}
  - name: chip.buffer
    actions:
    - {name: read, energy: 12.5}
  - name: chip.PE[0..15].spad
    actions:
    - {name: read, energy: 0.7}
  - name: chip.PE[0..15].mac
    actions:
    - {name: compute, energy: 2.2}
";

const SCRIPT: &str = "\
use \"maps/first-cut.m\".{first_cut}
use std.technology.{horowitz_28nm}
accelerator mine {
  technology = horowitz_28nm
  clock = 1 GHz
  sub core { dataflow = first_cut, pes = 64, bandwidth = 16 GB/s, glb.size = 64 KiB, rf.size = 512 B }
}
// With more than 8 channels two loops over C stand between the same stores.
dataflow twice {
  store dram { keep = [W, I, O] }
  store glb { keep = [W, I, O], size = 64 KiB }
  loop C { tile = 8 }
  loop K { tile = 1 }
  loop C { tile = 2 }
  store rf { keep = [W, I, O], size = 512 B }
}
network small {
  input = [8, 8, 8]
  conv a { filters = 16, kernel = 3 }
  conv b { filters = 16, kernel = 1 }
}
let two = mine with { core.dataflow = twice }
";

fn scratch() -> Scratch {
    Scratch::new()
        .with("maps/first-cut.m", MAPPING)
        .with("ERT.yaml", ERT)
        .with("lab.nasaic", SCRIPT)
}

#[test]
fn a_mapping_file_is_printed_as_dataflows_and_used_as_a_module() {
    let scratch = scratch();
    let ran = scratch.run("import maps/first-cut.m");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout);
    // What is printed is a script by itself.
    let again = scratch.with("printed.nasaic", &ran.stdout);
    for command in ["check printed.nasaic", "fmt --check printed.nasaic"] {
        let ran = again.run(command);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{command}");
    }
    let used = again.run("evaluate lab.nasaic small mine");
    assert_eq!(used.code, 0, "{}", used.stderr);
    let named = again.run("import maps/first-cut.m --name mine");
    assert!(named.stdout.contains("dataflow mine {"), "{}", named.stdout);
}

#[test]
fn an_energy_table_is_printed_as_a_technology() {
    let scratch = scratch();
    let ran =
        scratch.run("import ERT.yaml --name chip --role buffer=shared,size=128KiB,word=64bit");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout);
    let again = scratch.with("chip.nasaic", &ran.stdout);
    assert_eq!(again.run("check chip.nasaic").code, 0);
}

#[test]
fn what_cannot_be_imported_has_a_place_and_a_way_out() {
    let scratch = scratch()
        .with(
            "odd.m",
            MAPPING.replace("TemporalMap(4,4) C", "TemporalMap(4,2) C"),
        )
        .with("script.m", "use odd\n")
        .with(
            "broken.yaml",
            "ERT:\n  tables:\n  - name: a\n    actions: [{name: read, energy: much}]\n",
        )
        .with("uses.nasaic", "use \"odd.m\" as odd\n");
    let mut out = String::new();
    for args in [
        "import odd.m",
        "check uses.nasaic",
        "import script.m",
        "import broken.yaml",
        "import lab.nasaic",
        "import none.m",
        "import ERT.yaml --role buffer",
        "import ERT.yaml --role buffer=cache",
        "import ERT.yaml --role buffer=shared,size=3ms",
        "import ERT.yaml --role nothing=shared",
    ] {
        let ran = scratch.run(args);
        assert_eq!(ran.code, 1, "{args}");
        out += &format!("$ nasaic {args}\n{}{}\n", ran.stdout, ran.stderr);
    }
    insta::assert_snapshot!(out);
}

#[test]
fn the_nests_of_a_design_are_written_for_timeloop() {
    let scratch = scratch();
    let ran = scratch.run("export lab.nasaic small mine --timeloop -o nests");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stderr);
    assert_eq!(
        scratch.list("nests"),
        ["001-a", "002-b", "result.json", "timing.json"]
    );
    assert_eq!(
        scratch.list("nests/001-a"),
        ["architecture.yaml", "mapping.yaml", "problem.yaml"]
    );
    assert!(
        scratch
            .read("nests/001-a/problem.yaml")
            .contains("  K: 16\n")
    );
    assert!(
        scratch
            .read("nests/001-a/mapping.yaml")
            .contains("target: \"glb\"")
    );
}

#[test]
fn one_layer_can_be_chosen_and_a_wrong_one_is_told() {
    let scratch = scratch();
    let ran = scratch.run("export lab.nasaic small mine --timeloop --layer b");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stderr);
    assert_eq!(scratch.list("timeloop"), ["002-b"]);
    let wrong = scratch.run("export lab.nasaic small mine --timeloop --layer c");
    assert_eq!(wrong.code, 1);
    assert!(wrong.stderr.contains("E0201"), "{}", wrong.stderr);
    assert_eq!(scratch.run("export lab.nasaic small mine").code, 1);
}

#[test]
fn a_nest_without_a_counterpart_is_told_with_the_reason() {
    let scratch = scratch();
    let some = scratch.run("export lab.nasaic small two --timeloop");
    assert_eq!(some.code, 0, "{}", some.stderr);
    let none = scratch.run("export lab.nasaic small two --timeloop --layer b");
    assert_eq!(none.code, 1, "{}", none.stdout);
    insta::assert_snapshot!(format!("{}{}\n{}", some.stdout, some.stderr, none.stderr));
    assert_eq!(scratch.list("timeloop"), ["001-a"]);
}
