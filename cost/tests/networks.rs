//! Whole networks on the templates: plausible figures, and the laws that every result obeys.

mod templates;

use nasaic_cost::{ConvShape, Layer, SubAccelerator, Technology, cost, fit, loop_nest};

pub fn resnet9() -> Vec<Layer> {
    let conv = |k, c, size, stride| {
        let shape = ConvShape { stride: [stride; 2], ..ConvShape::new(k, c, [size; 2], [3; 2]) };
        Layer::conv(&shape).unwrap()
    };
    vec![
        conv(64, 3, 32, 1), conv(128, 64, 32, 1), conv(128, 128, 16, 1), conv(128, 128, 16, 1),
        conv(256, 128, 16, 1), conv(512, 256, 8, 1), conv(512, 512, 4, 1), conv(512, 512, 4, 1),
        Layer::dense(1, 512, 10).unwrap(),
    ]
}

#[test]
fn print_resnet9() {
    for dataflow in templates::all() {
        let mut sub = SubAccelerator::new(4096, 32.0, 1e9);
        sub.dram_bandwidth = None;
        let tech = Technology::maestro_2020();
        let mut total = (0, 0.0, 0);
        for layer in resnet9() {
            let c = cost(&layer, &dataflow, &sub, Some(&tech)).unwrap();
            let e = c.energy.unwrap().total();
            println!("{} {:?} cycles {} compute {} noc {} util {:.3} e/mac {:.2} {:?} l2 {:?}", dataflow.name, layer.bounds, c.cycles, c.compute_cycles, c.noc_cycles, c.utilization, e / c.macs as f64, c.bound_by, c.access[1]);
            total = (total.0 + c.cycles, total.1 + e, total.2 + c.macs);
            let view = tech.view(&layer);
            if layer.bounds[1]==256 { for l in loop_nest(&view, &fit(&view, &dataflow, &sub).unwrap(), &dataflow) { println!("   {l:?}"); } }
        }
        println!("{} cycles {:e} energy {:e} per mac {:.2} macs {}", dataflow.name, total.0 as f64, total.1, total.1 / total.2 as f64, total.2);
    }
}
