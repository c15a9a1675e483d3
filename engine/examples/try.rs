//! Scratch driver.
#![allow(clippy::unwrap_used)]
use nasaic_engine::*;
struct Disk;
impl nasaic_dsl::world::World for Disk {
    fn read(&self, p: &str) -> Result<Vec<u8>, nasaic_dsl::world::ReadError> {
        std::fs::read(p).map_err(|_| nasaic_dsl::world::ReadError::NotFound)
    }
}
struct Out;
impl Sink for Out {
    fn show(&mut self, o: &Output) {
        println!(">>> {}", o.source);
        for p in &o.parts {
            match p {
                Part::Text(t) => println!("{t}"),
                Part::Table(t) => println!("{t}"),
                Part::Figure(f) => println!("[figure {}]", f.title),
            }
        }
    }
    fn progress(&mut self, _: &Progress) {}
    fn tell(&mut self, d: &nasaic_dsl::diagnostic::Diagnostic) {
        eprintln!("{d:#?}");
    }
    fn file(&mut self, _: &str, _: &[u8]) -> Result<(), String> {
        Ok(())
    }
    fn stop(&self) -> bool {
        false
    }
}
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let mut e = Engine::new(Box::new(Disk));
    let t = std::time::Instant::now();
    let c = e.check(&path, &text, &[]);
    eprintln!("check {:?}", t.elapsed());
    for d in &c.diagnostics {
        eprintln!(
            "{} {} {:?} at {} '{}' notes {:?} hint {:?}",
            d.code,
            d.title,
            d.labels.first().map(|l| l.text.clone()),
            d.span().map(|s| e.sources().place(s)).unwrap_or_default(),
            d.span()
                .map(|s| e.sources().slice(s).to_owned())
                .unwrap_or_default(),
            d.notes,
            d.hint
        );
    }
    let plan = e.plan(c.steps);
    let t = std::time::Instant::now();
    let r = e.run(&plan, &mut Out);
    eprintln!("run {:?} {:?}", r.ended, t.elapsed());
}
