use nasaic_validate::maestro::*;
use std::collections::BTreeMap;
fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let rows = rows::read(std::path::Path::new(&folder));
    println!("{} rows, {} aside, {:?}", rows.rows.len(), rows.set_aside, rows.unreadable.iter().take(3).collect::<Vec<_>>());
    let mut m = default_model::DefaultModel::default();
    let mut by: BTreeMap<(String, u32), Vec<(f64, String)>> = BTreeMap::new();
    let t = std::time::Instant::now();
    for r in &rows.rows {
        match m.cost(r) { Ok(c) => by.entry((r.dataflow.clone(), r.noc_bw)).or_default().push((c.cycles as f64 / r.cycles as f64, format!("{} pes {} ours {} compute {} noc {} theirs {}", r.layer, r.pes, c.cycles, c.compute_cycles, c.noc_cycles, r.cycles))), Err(e) => println!("{} {e}", r.at) }
    }
    println!("{:?}", t.elapsed());
    for ((d, b), mut v) in by {
        v.sort_by(|a, b| a.0.total_cmp(&b.0));
        let q = |p: f64| &v[((v.len() - 1) as f64 * p) as usize];
        println!("{d} bw {b}: n {} p10 {:.3} median {:.3} p90 {:.3}\n    {:.3} {}\n    {:.3} {}\n    {:.3} {}", v.len(), q(0.1).0, q(0.5).0, q(0.9).0, q(0.0).0, q(0.0).1, q(0.5).0, q(0.5).1, q(1.0).0, q(1.0).1);
    }
}
