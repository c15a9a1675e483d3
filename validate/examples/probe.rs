use nasaic_cost::maestro::*;
use std::collections::BTreeMap;
fn text(name: &str, s: u32) -> String {
    match name {
        "kcp_ws" => "SpatialMap(1,1) K; TemporalMap(64,64) C; TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S; TemporalMap(Sz(R),1) Y; TemporalMap(Sz(S),1) X; Cluster(64, P); SpatialMap(1,1) C; TemporalMap(Sz(R),1) Y; TemporalMap(Sz(S),1) X; TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S;".into(),
        "ckp_ws" => "SpatialMap(1,1) C; TemporalMap(64,64) K; TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S; TemporalMap(1,1) Y'; TemporalMap(1,1) X'; Cluster(64, P); SpatialMap(1,1) K; TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S;".into(),
        "yxp_os" => format!("TemporalMap(1,1) K; TemporalMap(1,1) C; SpatialMap(Sz(R),1) Y; TemporalMap({},8) X; TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S; Cluster(8, P); SpatialMap(Sz(S),1) X; TemporalMap(Sz(S),Sz(S)) S;", s+7),
        "rs" => "SpatialMap(1,1) Y'; TemporalMap(1,1) X'; TemporalMap(1,1) C; TemporalMap(16,16) K; TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S; Cluster(Sz(R), P); SpatialMap(1,1) Y; SpatialMap(1,1) R; TemporalMap(Sz(S),Sz(S)) S;".into(),
        "xp_ws" => "TemporalMap(1,1) K; TemporalMap(1,1) C; TemporalMap(Sz(R),1) Y; SpatialMap(Sz(S),1) X; TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S;".into(),
        "ykp_os" => "TemporalMap(16,16) K; SpatialMap(Sz(R),1) Y; TemporalMap(Sz(S),1) X; TemporalMap(1,1) C; Cluster(16, P); SpatialMap(1,1) K; TemporalMap(Sz(R),1) Y; TemporalMap(Sz(S),1) X; TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S;".into(),
        _ => "TemporalMap(1,1) K; TemporalMap(Sz(R),1) Y; TemporalMap(Sz(S),1) X; TemporalMap(Sz(R),Sz(R)) R; TemporalMap(Sz(S),Sz(S)) S; SpatialMap(1,1) C;".into(),
    }
}
fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let name = std::env::args().nth(2).unwrap_or("maestro-2022.csv.gz".into());
    let data = nasaic_validate::data::text(std::path::Path::new(&folder), &name).unwrap();
    let mut reader = csv::Reader::from_reader(data.as_bytes());
    let head = reader.headers().unwrap().clone();
    let col = |n: &str| head.iter().position(|h| h == n).unwrap();
    let mut stat: BTreeMap<String, Vec<(f64, bool, bool, bool)>> = BTreeMap::new();
    let mut wrong: BTreeMap<String, u32> = BTreeMap::new(); let mut shown = BTreeMap::new();
    for rec in reader.records() {
        let r = rec.unwrap();
        let n = |c: &str| r[col(c)].parse::<u32>().unwrap_or(0);
        if r[col("maestro_macs")] != r[col("true_macs")] && std::env::var("ALL").is_err() { continue; }
        let op = if &r[col("type")] == "CONV" { Operation::Conv } else { Operation::Depthwise };
        let mut shape = Shape::new(op);
        for (d, c) in [(Dimension::K,"K"),(Dimension::C,"C"),(Dimension::R,"R"),(Dimension::S,"S"),(Dimension::Y,"Y_in"),(Dimension::X,"X_in")] { shape = shape.with(d, n(c)); }
        shape.stride = [n("stride"); 2];
        let dir = parse_directives(&text(&r[col("dataflow")], n("S"))).unwrap();
        let got = match latency(&shape, &dir, n("pes"), n("noc_bw"), if std::env::var("RE").is_ok() { Refetch::Charged } else { Refetch::Free }) { Ok(g) => g, Err(e) => { println!("{e} {:?}", r); continue } };
        let theirs: u64 = r[col("runtime_cycles")].parse().unwrap();
        let truth: u64 = r[col("true_macs")].parse().unwrap(); if got.macs != truth { *wrong.entry(r[col("dataflow")].to_string()).or_insert(0) += 1; if n("noc_bw") == 64 { println!("MACS {} {} {} pes {} ours {} theirs {} true {truth}", &r[0], &r[1], &r[col("dataflow")], n("pes"), got.macs, &r[col("maestro_macs")]);} } let macs: u64 = r[col("maestro_macs")].parse().unwrap();
        let act: f64 = r[col("avg_active_pes")].parse().unwrap();
        let ok = got.cycles == theirs;
        if !ok || got.macs != macs || (got.active_pes - act).abs() > 0.001 * act {
            let s = shown.entry(r[col("dataflow")].to_string()).or_insert(0);
            *s += 1;
            if *s <= 6 { println!("{} {} {} pes {} bw {} ours {:?} theirs {} {} {}", &r[0], &r[1], &r[col("dataflow")], n("pes"), n("noc_bw"), got, theirs, macs, act); }
        }
        stat.entry(r[col("dataflow")].to_string()).or_default().push((got.cycles as f64 / theirs as f64, ok, got.macs == macs, (got.active_pes - act).abs() <= 0.001 * act));
    }
    println!("{wrong:?}");
    for (k, mut v) in stat {
        v.sort_by(|a, b| a.0.total_cmp(&b.0));
        let n = v.len() as f64;
        let within = v.iter().filter(|x| (0.85..=1.15).contains(&x.0)).count() as f64 / n;
        println!("{k}: n {} median {:.4} min {:.4} max {:.4} within15 {:.4} exact {:.4} macs {:.4} active {:.4}", v.len(), v[v.len()/2].0, v[0].0, v[v.len()-1].0, within, v.iter().filter(|x| x.1).count() as f64 / n, v.iter().filter(|x| x.2).count() as f64 / n, v.iter().filter(|x| x.3).count() as f64 / n);
    }
}
