//! Shapes and folded constants of single operators, as the standard says them.

use nasaic_onnx::fact::{FLOAT, Fact, INT64};
use nasaic_onnx::infer::{Call, find};
use nasaic_onnx::model::{Attribute, Node};

fn ints<'a>(name: &'a str, list: &[i64]) -> Attribute<'a> {
    Attribute {
        name,
        ints: list.to_vec(),
        ..Attribute::default()
    }
}

fn int(name: &str, n: i64) -> Attribute<'_> {
    Attribute {
        name,
        int: Some(n),
        ..Attribute::default()
    }
}

fn text<'a>(name: &'a str, text: &'a str) -> Attribute<'a> {
    Attribute {
        name,
        text: Some(text),
        ..Attribute::default()
    }
}

fn x(shape: &[u64]) -> Fact {
    Fact::of(FLOAT, shape.to_vec())
}

fn known(list: &[i64]) -> Fact {
    let numbers = list.iter().map(|n| *n as f64).collect();
    Fact::of(INT64, vec![list.len() as u64]).holding(Some(numbers))
}

fn run(op: &str, attributes: Vec<Attribute<'_>>, inputs: &[&Fact]) -> Result<Vec<Fact>, String> {
    let node = Node {
        op,
        attributes,
        outputs: vec!["y"],
        ..Node::default()
    };
    let operator = find(&node).expect("it is known");
    let inputs = inputs.iter().map(|f| Some(*f)).collect();
    (operator.infer)(&Call::new(&node, inputs, 18))
}

fn shape(op: &str, attributes: Vec<Attribute<'_>>, inputs: &[&Fact]) -> Vec<u64> {
    let made = run(op, attributes, inputs);
    made.unwrap_or_else(|e| panic!("{op}: {e}"))[0]
        .shape
        .clone()
}

fn folded(op: &str, attributes: Vec<Attribute<'_>>, inputs: &[&Fact]) -> Vec<i64> {
    let made = run(op, attributes, inputs);
    let made = made.unwrap_or_else(|e| panic!("{op}: {e}"));
    made[0].ints().expect("it is a constant")
}

#[test]
fn windows_round_as_they_are_told() {
    let image = x(&[1, 3, 112, 113]);
    let pool = |more: Vec<Attribute<'static>>| {
        let all = [
            vec![ints("kernel_shape", &[3, 3]), ints("strides", &[2, 2])],
            more,
        ]
        .concat();
        shape("MaxPool", all, &[&image])
    };
    assert_eq!(pool(vec![]), [1, 3, 55, 56]);
    assert_eq!(pool(vec![int("ceil_mode", 1)]), [1, 3, 56, 56]);
    assert_eq!(pool(vec![ints("pads", &[1, 1, 1, 1])]), [1, 3, 56, 57]);
    assert_eq!(pool(vec![text("auto_pad", "SAME_UPPER")]), [1, 3, 56, 57]);
    // A window that would begin behind the input is none.
    let all = vec![
        ints("kernel_shape", &[1]),
        ints("strides", &[3]),
        int("ceil_mode", 1),
    ];
    assert_eq!(shape("AveragePool", all, &[&x(&[1, 1, 5])]), [1, 1, 2]);
}

#[test]
fn convolutions_have_groups_dilations_and_transposes() {
    let image = x(&[1, 8, 20, 20]);
    let grouped = vec![int("group", 4), ints("dilations", &[2, 2])];
    assert_eq!(
        shape("Conv", grouped, &[&image, &x(&[16, 2, 3, 3])]),
        [1, 16, 16, 16]
    );
    assert!(run("Conv", vec![], &[&image, &x(&[16, 2, 3, 3])]).is_err());
    let up = vec![
        ints("strides", &[2, 2]),
        ints("pads", &[1, 1, 1, 1]),
        ints("output_padding", &[1, 1]),
    ];
    assert_eq!(
        shape("ConvTranspose", up, &[&image, &x(&[8, 4, 3, 3])]),
        [1, 4, 40, 40]
    );
    let line = vec![ints("strides", &[2])];
    assert_eq!(
        shape("Conv", line, &[&x(&[1, 8, 100]), &x(&[4, 8, 5])]),
        [1, 4, 48]
    );
}

#[test]
fn products_broadcast_and_sums_run_over_letters() {
    let shapes = |a: &[u64], b: &[u64]| shape("MatMul", vec![], &[&x(a), &x(b)]);
    assert_eq!(shapes(&[2, 1, 5, 7], &[3, 7, 4]), [2, 3, 5, 4]);
    assert_eq!(shapes(&[7], &[7, 4]), [4]);
    assert!(run("MatMul", vec![], &[&x(&[5, 7]), &x(&[6, 4])]).is_err());
    let einsum = |equation, a: &[u64], b: &[u64]| {
        shape("Einsum", vec![text("equation", equation)], &[&x(a), &x(b)])
    };
    assert_eq!(
        einsum("bhqd,bhkd->bhqk", &[1, 8, 16, 64], &[1, 8, 32, 64]),
        [1, 8, 16, 32]
    );
    assert_eq!(einsum("ij,jk", &[2, 3], &[3, 4]), [2, 4]);
    let gemm = vec![int("transA", 1), int("transB", 1)];
    assert_eq!(shape("Gemm", gemm, &[&x(&[7, 5]), &x(&[4, 7])]), [5, 4]);
}

#[test]
fn shapes_are_computed_like_any_other_numbers() {
    let image = x(&[2, 3, 8, 9]);
    assert_eq!(folded("Shape", vec![], &[&image]), [2, 3, 8, 9]);
    assert_eq!(folded("Shape", vec![int("start", -2)], &[&image]), [8, 9]);
    let list = known(&[2, 3, 8, 9]);
    assert_eq!(folded("Gather", vec![], &[&list, &known(&[-1, 0])]), [9, 2]);
    assert_eq!(
        folded("Concat", vec![int("axis", 0)], &[&list, &known(&[-1])]),
        [2, 3, 8, 9, -1]
    );
    let reversed = [
        &list,
        &known(&[-1]),
        &known(&[i64::MIN + 1]),
        &known(&[0]),
        &known(&[-1]),
    ];
    assert_eq!(folded("Slice", vec![], &reversed), [9, 8, 3, 2]);
    assert_eq!(folded("ReduceProd", vec![], &[&list]), [432]);
    assert_eq!(folded("Div", vec![], &[&known(&[-7]), &known(&[2])]), [-3]);
    let scalar = |n: f64| Fact::of(INT64, vec![]).holding(Some(vec![n]));
    assert_eq!(
        folded("Range", vec![], &[&scalar(1.0), &scalar(8.0), &scalar(3.0)]),
        [1, 4, 7]
    );
    let square = Fact::of(INT64, vec![2, 2]).holding(Some(vec![1.0, 2.0, 3.0, 4.0]));
    assert_eq!(folded("Transpose", vec![], &[&square]), [1, 3, 2, 4]);
    assert_eq!(
        folded("Tile", vec![], &[&known(&[5, 6]), &known(&[2])]),
        [5, 6, 5, 6]
    );
}

#[test]
fn elements_are_moved_into_other_shapes() {
    let image = x(&[2, 3, 8, 9]);
    assert_eq!(
        shape("Reshape", vec![], &[&image, &known(&[0, -1, 9])]),
        [2, 24, 9]
    );
    assert!(run("Reshape", vec![], &[&image, &known(&[5, -1])]).is_err());
    assert_eq!(shape("Flatten", vec![int("axis", 2)], &[&image]), [6, 72]);
    assert_eq!(
        shape("Unsqueeze", vec![], &[&image, &known(&[0, -1])]),
        [1, 2, 3, 8, 9, 1]
    );
    assert_eq!(
        shape("Expand", vec![], &[&x(&[3, 1]), &known(&[2, 1, 4])]),
        [2, 3, 4]
    );
    assert_eq!(
        shape(
            "Pad",
            vec![ints("pads", &[0, 0, 1, 2, 0, 0, 1, -1])],
            &[&image]
        ),
        [2, 3, 10, 10]
    );
    assert_eq!(
        shape(
            "DepthToSpace",
            vec![int("blocksize", 2)],
            &[&x(&[1, 12, 4, 4])]
        ),
        [1, 3, 8, 8]
    );
    let scales = Fact::of(FLOAT, vec![4]).holding(Some(vec![1.0, 1.0, 2.0, 1.5]));
    let none = Fact::of(FLOAT, vec![0]);
    assert_eq!(
        shape("Resize", vec![], &[&image, &none, &scales]),
        [2, 3, 16, 13]
    );
    let open = run("Reshape", vec![], &[&image, &Fact::of(INT64, vec![2])]);
    assert_eq!(open, Err("its `shape` depends on the input".into()));
}
