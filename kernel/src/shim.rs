use serde_json::*;
pub struct Bundle(pub Map<String, Value>);
pub trait Bundles {
    fn bundles(&self) -> Vec<Bundle>;
}
impl Bundles for nasaic_engine::Output {
    fn bundles(&self) -> Vec<Bundle> {
        self.parts
            .iter()
            .map(|p| {
                let t = match p {
                    nasaic_engine::Part::Text(t) => t.clone(),
                    nasaic_engine::Part::Table(t) => t.to_string(),
                    nasaic_engine::Part::Figure(f) => f.title.clone(),
                };
                let mut m = Map::new();
                m.insert("text/plain".into(), json!(t));
                m.insert("text/html".into(), json!(format!("<pre>{t}</pre>")));
                if let nasaic_engine::Part::Figure(f) = p {
                    m.insert(
                        "image/svg+xml".into(),
                        json!(nasaic_plot::svg(f).unwrap_or_default()),
                    );
                }
                Bundle(m)
            })
            .collect()
    }
}
pub trait Bar {
    fn bundle(&self, s: f64) -> Bundle;
}
impl Bar for nasaic_engine::Progress {
    fn bundle(&self, _s: f64) -> Bundle {
        let mut m = Map::new();
        m.insert(
            "text/plain".into(),
            json!(format!("{} {}", self.done, self.best)),
        );
        Bundle(m)
    }
}
