use nasaic_cost::*;
use std::hint::black_box;
#[path = "../tests/templates/mod.rs"]
mod templates;
fn conv(filters: u32, channels: u32, size: u32, kernel: u32, stride: u32) -> ConvShape {
    ConvShape {
        stride: [stride; 2],
        ..ConvShape::new(filters, channels, [size; 2], [kernel; 2])
    }
}
fn resnet50() -> Result<Vec<Layer>, ShapeError> {
    let mut shapes = vec![conv(64, 3, 224, 7, 2)];
    let (mut channels, mut size) = (64, 56);
    for (filters, blocks, stride) in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)] {
        for block in 0..blocks {
            let stride = if block == 0 { stride } else { 1 };
            shapes.push(conv(filters, channels, size, 1, 1));
            shapes.push(conv(filters, filters, size, 3, stride));
            if block == 0 {
                shapes.push(conv(4 * filters, channels, size, 1, stride));
            }
            size /= stride;
            shapes.push(conv(4 * filters, filters, size, 1, 1));
            channels = 4 * filters;
        }
    }
    let convolutions = shapes.iter().map(Layer::conv);
    convolutions.chain([Layer::dense(1, 2048, 1000)]).collect()
}
#[inline(never)]
fn zzmeasure(layers: &[Layer], d: &Dataflow, sub: &SubAccelerator) {
    for layer in layers {
        let _ = black_box(fit(black_box(layer), d, sub));
    }
}
#[inline(never)]
fn zzmeasure_search(layer: &Layer, d: &Dataflow, sub: &SubAccelerator, t: &Technology) {
    let options = mapper::Options {
        limit: 1000,
        ..Default::default()
    };
    let _ = black_box(mapper::search(layer, d, sub, t, &options));
}
fn main() {
    let which = std::env::args().nth(1).unwrap();
    let layers = resnet50().unwrap();
    let sub = SubAccelerator::new(1024, 32.0, 1e9);
    let t = Technology::horowitz_28nm();
    if which == "search" {
        let layer = Layer::conv(&conv(256, 128, 28, 3, 1)).unwrap();
        let d = templates::nvdla();
        for i in 0..1 {
            zzmeasure_search(&layer, &d, &sub, &t);
            let _ = i;
        }
        let s = std::time::Instant::now();
        zzmeasure_search(&layer, &d, &sub, &t);
        println!("{:?}", s.elapsed());
        return;
    }
    for d in templates::all() {
        if d.name == which {
            for _ in 0..if std::env::args().nth(2).is_some() {
                1000
            } else {
                0
            } {
                zzmeasure(&layers, &d, &sub);
            }
            let s = std::time::Instant::now();
            zzmeasure(&layers, &d, &sub);
            println!("{} {:?}", d.name, s.elapsed());
        }
    }
}
