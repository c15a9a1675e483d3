use nasaic_cost::maestro::*;
fn main() {
    for f in std::env::args().skip(1) {
        let t = std::fs::read_to_string(&f).unwrap();
        match parse(&t) { Ok(s) => print!("{f}: {} networks {} layers {} settings", s.networks.len(), s.networks.iter().map(|n| n.layers.len()).sum::<usize>(), s.settings.len()), Err(e) => { println!("{f}: PARSE {e}"); continue } }
        match import(&t, "x") { Ok(v) => { println!("  imports {}", v.len()); if v.len() < 4 { for i in &v { println!("   {:?} {}", i.dataflow.steps.iter().filter(|s| !matches!(s, nasaic_cost::Step::Store{..})).collect::<Vec<_>>(), i.layers.len()); } } }, Err(e) => println!("  IMPORT {e}") }
    }
}
