//! Layers of modern networks: shapes, multiplications counted one by one, parameters, and what is
//! said of shapes that do not fit.

use crate::prelude::{Session, codes};
use nasaic_dsl::instance::Blocks;
use nasaic_dsl::network::{self, Layer, Operation, Traffic};
use nasaic_dsl::value::Value;

/// The layers of a network without open fields.
fn layers(body: &str) -> Vec<Layer> {
    let mut session = Session::default();
    let text = format!("network net {{\n{body}\n}}\n");
    let (checked, shown) = session.cell("operators.nasaic", &text);
    assert!(!checked.has_errors(), "{shown}");
    let blocks = Blocks {
        blocks: &session.program.blocks,
        choices: &session.program.choices,
    };
    let instance = blocks
        .pair(Some(&Value::Block("net".into())), None)
        .unwrap();
    network::layers(&instance, &instance.tasks[0].children[0], &[]).unwrap()
}

fn last(body: &str) -> Layer {
    layers(body).pop().unwrap()
}

fn shape(layer: &Layer) -> [u64; 3] {
    let s = layer.output;
    [s.channels, s.rows, s.columns]
}

/// What is said of a wrong network.
fn refusal(body: &str) -> String {
    let mut session = Session::default();
    let text = format!("network net {{\n{body}\n}}\n");
    let (checked, shown) = session.cell("operators.nasaic", &text);
    assert_eq!(codes(&checked), ["E0504"], "{shown}");
    shown
}

#[test]
fn windows_stand_where_they_fit() {
    for size in 3..9 {
        for [before, after] in [[0, 0], [1, 1], [0, 2], [2, 1]] {
            for (kernel, stride, dilation) in
                [(1, 2, 1), (2, 2, 1), (3, 1, 1), (3, 2, 1), (2, 3, 2)]
            {
                for ceil in [false, true] {
                    let reach = dilation * (kernel - 1) + 1;
                    let padded = size + before + after;
                    let stands = |at: u64| {
                        let whole = at + reach <= padded;
                        let overhangs = at + reach < padded + stride && at < size + before;
                        whole || (ceil && overhangs)
                    };
                    let places = (0..padded).filter(|at| at % stride == 0 && stands(*at));
                    let pool = last(&format!(
                        "  input = [4, {size}, 7]\n  pool {{ kind = max, kernel = [{kernel}, 1], stride = [{stride}, 1], \
                         dilation = {dilation}, padding = [{before}, 0, {after}, 0], ceil = {ceil} }}"
                    ));
                    let text =
                        format!("{size} {before} {after} {kernel} {stride} {dilation} {ceil}");
                    assert_eq!(shape(&pool), [4, places.count() as u64, 7], "{text}");
                    assert_eq!(pool.padding, [before, 0], "{text}");
                }
            }
        }
    }
}

#[test]
fn grouped_convolutions_multiply_within_their_groups() {
    for (channels, filters, groups) in [(8, 4, 1), (8, 4, 2), (8, 8, 8), (6, 12, 3)] {
        let conv = last(&format!(
            "  input = [{channels}, 5, 6]\n  conv {{ filters = {filters}, kernel = 3, groups = {groups}, norm = none }}"
        ));
        let mut macs = 0;
        for k in 0..filters {
            for c in 0..channels {
                let together = k / (filters / groups) == c / (channels / groups);
                macs += if together { 5 * 6 * 9 } else { 0 };
            }
        }
        assert_eq!(conv.macs(), macs);
        assert_eq!(conv.params, macs / 30 + filters);
    }
}

#[test]
fn a_transposed_convolution_scatters_every_input() {
    for (kernel, stride, cut, extra, groups) in [
        (2, 2, 0, 0, 1),
        (3, 2, 1, 1, 1),
        (4, 2, 1, 0, 2),
        (3, 1, 0, 0, 4),
    ] {
        let up = last(&format!(
            "  input = [4, 5, 5]\n  transposed {{ filters = 8, kernel = {kernel}, stride = {stride}, \
             padding = {cut}, extra = {extra}, groups = {groups}, norm = bare }}"
        ));
        // The furthest place that a tap reaches tells the size.
        let reached = (0..5).flat_map(|at| (0..kernel).map(move |tap| at * stride + tap));
        let size = reached.max().unwrap() + 1 + extra - 2 * cut;
        assert_eq!(shape(&up), [8, size, size]);
        assert_eq!(up.macs(), 4 * 25 * (8 / groups) * kernel * kernel);
        assert_eq!(up.weights, 4 * (8 / groups) * kernel * kernel);
    }
    let doubled = last("  input = [4, 5, 7]\n  transposed { filters = 2, kernel = 3 }");
    assert_eq!(shape(&doubled), [2, 10, 14], "`same` without a word");
}

#[test]
fn attention_multiplies_what_the_formula_says() {
    for (width, tokens, heads, shared, cached) in [
        (8, 5, 2, 2, 0),
        (12, 1, 3, 3, 7),
        (16, 4, 4, 2, 3),
        (16, 4, 4, 1, 0),
    ] {
        let all = layers(&format!(
            "  input = [{width}, {tokens}]\n  attention self {{ heads = {heads}, kv_heads = {shared}, cached = {cached} }}"
        ));
        let names: Vec<&str> = all.iter().map(|l| l.path.as_str()).collect();
        assert_eq!(
            names,
            [
                "query", "key", "value", "scores", "softmax", "weighted", "project"
            ]
            .map(|n| format!("self.{n}"))
        );
        let head = width / heads;
        let mut scores = 0;
        for _query_head in 0..heads {
            for _token in 0..tokens {
                for _seen in 0..tokens + cached {
                    scores += head;
                }
            }
        }
        let narrow = shared * head;
        let wanted = [
            tokens * width * width,
            tokens * width * narrow,
            tokens * width * narrow,
            scores,
            0,
            scores,
            tokens * width * width,
        ];
        assert_eq!(all.iter().map(Layer::macs).collect::<Vec<_>>(), wanted);
        let params: u64 = all.iter().map(|l| l.params).sum();
        let biases = 2 * width + 2 * narrow;
        assert_eq!(params, 2 * width * width + 2 * width * narrow + biases);
        assert!(
            all.iter()
                .filter(|l| l.operation == Operation::MatMul)
                .all(|l| l.weights == 0)
        );
        assert_eq!(all[3].inputs, [Some(0), Some(1)]);
        assert_eq!(all[5].inputs, [Some(4), Some(2)]);
        assert_eq!(shape(&all[6]), [width, tokens, 1]);
    }
}

#[test]
fn a_product_of_two_activations_has_no_weights() {
    let all = layers(
        "  input = [6, 4, 5]\n  cell {\n    node turned { edge input { reshape { shape = [6, 5, 4] } } }\n    \
         node product { merge = matmul, edge input, edge turned }\n  }",
    );
    let product = all.last().unwrap();
    assert_eq!(product.operation, Operation::MatMul);
    assert_eq!(shape(product), [6, 4, 4]);
    assert_eq!(
        (product.macs(), product.params, product.weights),
        (6 * 4 * 5 * 4, 0, 0)
    );
    assert_eq!(product.inputs, [None, Some(0)]);
}

#[test]
fn nodes_concatenate_and_multiply() {
    let node = |merge: &str| {
        last(&format!(
            "  input = [8, 4, 4]\n  cell {{\n    node small {{ edge input {{ pool {{ kind = global_average }} }} }}\n    \
             node met {{ {merge} }}\n  }}"
        ))
    };
    let gate = node("merge = multiply, edge input, edge small");
    assert_eq!((shape(&gate), gate.macs()), ([8, 4, 4], 0));
    assert_eq!(gate.inputs, [None, Some(0)]);
    let doubled =
        "edge input { conv { filters = 3, kernel = 1 } }, edge small { resize { size = [4, 4] } }";
    assert_eq!(
        shape(&node(&format!("merge = concat, {doubled}"))),
        [11, 4, 4]
    );
    let rows = "edge input, edge small { resize { size = [2, 4] } }";
    assert_eq!(
        shape(&node(&format!("merge = concat, along = rows, {rows}"))),
        [8, 6, 4]
    );
}

#[test]
fn a_gate_keeps_the_shape_of_what_it_multiplies() {
    let all = layers(
        "  input = [8, 4, 4]\n  skip gate {\n    join = multiply\n    pool { kind = global_average }\n    \
         conv a { filters = 2, kernel = 1, norm = none }\n    \
         conv b { filters = 8, kernel = 1, norm = none, activation = sigmoid }\n  }\n  dense { units = 2 }",
    );
    assert_eq!(all[3].operation, Operation::Multiply);
    assert_eq!((all[3].path.as_str(), shape(&all[3])), ("gate", [8, 4, 4]));
    assert_eq!(all[3].inputs, [Some(2), None]);
    assert_eq!(all[2].activation, "sigmoid");
    assert_eq!(all.iter().map(Layer::macs).sum::<u64>(), 16 + 16 + 256);
}

#[test]
fn dense_per_token_embeddings_and_norms_count_their_parameters() {
    let all = layers(
        "  input = [1, 6]\n  embedding word { entries = 50, width = 8 }\n  embedding place { entries = 9, join = add }\n  \
         tokens class { count = 2 }\n  norm a { kind = layer }\n  norm b { kind = rms }\n  \
         norm c { kind = group, affine = false }\n  dense up { units = 5, per = token }\n  \
         slice first { shape = [5, 1] }\n  dense end { units = 3, tied = true }",
    );
    let of = |n: usize| (shape(&all[n]), all[n].macs(), all[n].params);
    assert_eq!(of(0), ([8, 6, 1], 0, 400));
    assert_eq!(of(1), ([8, 6, 1], 0, 72));
    assert_eq!(of(2), ([8, 8, 1], 0, 16));
    assert_eq!(of(3), ([8, 8, 1], 0, 16));
    assert_eq!(of(4), ([8, 8, 1], 0, 8));
    assert_eq!(of(5), ([8, 8, 1], 0, 0));
    assert_eq!(of(6), ([5, 8, 1], 8 * 8 * 5, 8 * 5 + 5));
    assert_eq!(of(7), ([5, 1, 1], 0, 0));
    assert_eq!(of(8), ([3, 1, 1], 15, 3), "tied weights are no parameters");
    let moves = [0, 1, 3, 4, 5].map(|n| all[n].traffic);
    assert_eq!(moves, [Traffic::Memory; 5]);
    assert_eq!([all[2].traffic, all[7].traffic], [Traffic::Fused; 2]);
}

#[test]
fn a_space_follows_open_heads_and_widths() {
    let mut session = Session::default();
    let (checked, shown) = session.cell(
        "space.nasaic",
        "network net {\n  input = [3, 8, 8]\n  conv a { filters in {8, 16}, kernel = 4, stride = 4 }\n  \
         skip { attention self { heads in {2, 4} } }\n  skip {\n    dense up { units in {32, 64}, per = token, activation = gelu }\n    \
         dense down { units = a.filters, per = token }\n  }\n  pool { kind = global_average }\n  dense { units = 10 }\n}\n",
    );
    assert!(!checked.has_errors(), "{shown}");
}

#[test]
fn shapes_that_do_not_fit_are_both_shown() {
    for (body, said) in [
        (
            "  input = [10, 4]\n  attention { heads = 3 }",
            "10 channels do not split into 3 heads (the input is 10×4×1)",
        ),
        (
            "  input = [12, 4]\n  attention { heads = 4, kv_heads = 3 }",
            "4 heads of queries cannot share 3 heads of keys and values evenly",
        ),
        (
            "  input = [2, 4, 5]\n  cell {\n    node a { edge input }\n    node n { merge = matmul, edge input, edge a }\n  }",
            "there is no matrix product of these: 2×4×5 and 2×4×5",
        ),
        (
            "  input = [2, 4, 5]\n  cell {\n    node a { edge input }\n    node b { edge a }\n    node n { merge = matmul, edge input, edge a, edge b }\n  }",
            "a matrix product has two factors, not 3",
        ),
        (
            "  input = [2, 4, 5]\n  cell {\n    node a { edge input { slice { shape = [2, 3, 5] } } }\n    node n { merge = multiply, edge input, edge a }\n  }",
            "a node cannot multiply two shapes: 2×4×5 and 2×3×5",
        ),
        (
            "  input = [2, 4, 5]\n  cell {\n    node a { edge input { slice { shape = [2, 3, 5] } } }\n    node n { merge = concat, edge input, edge a }\n  }",
            "a node cannot concatenate these along channels: 2×4×5 and 2×3×5",
        ),
        (
            "  input = [2, 4, 5]\n  skip { join = multiply, slice { shape = [1, 2, 5] } }",
            "`skip` cannot multiply two shapes: 1×2×5 and 2×4×5",
        ),
        (
            "  input = [2, 4, 5]\n  reshape { shape = [2, 4, 6] }",
            "2×4×5 has 40 elements, 2×4×6 has 48",
        ),
        (
            "  input = [2, 4, 5]\n  slice { shape = [3, 4, 5] }",
            "3×4×5 is no part of 2×4×5",
        ),
        (
            "  input = [2, 4, 5]\n  resize { size = 0 }",
            "a size is 0: nothing is left",
        ),
        (
            "  input = [2, 9]\n  embedding { entries = 10, width = 4 }",
            "an embedding takes one number per token, not 2×9×1",
        ),
        (
            "  input = [2, 9]\n  embedding { entries = 10, width = 4, join = add }",
            "an embedding cannot be added to other channels: 2×9×1 and 4×9×1",
        ),
        (
            "  input = [2, 3, 3]\n  transposed { filters = 2, kernel = 2, stride = 1, padding = 2 }",
            "cutting 2 and 2 off 4 leaves nothing (the input is 2×3×3)",
        ),
    ] {
        let shown = refusal(body);
        assert!(shown.contains(said), "{said}\n{shown}");
    }
}
