//! The page about ONNX says what the table of operators says; `NASAIC_UPDATE=1` writes it.

use nasaic_onnx::{Family, OPERATORS};
use std::collections::BTreeMap;
use std::path::Path;

/// What each family becomes in the language.
fn becomes(family: Family) -> &'static str {
    match family {
        Family::Convolution => {
            "`conv`, or `depthwise` where every channel is a group; one or two dimensions"
        }
        Family::Transposed => "`transposed`",
        Family::Product => "`dense` with weights, `join { merge = matmul }` of two activations",
        Family::Recurrent => "two `dense` per token: over inputs and over hidden states",
        Family::Pooling => "`pool`",
        Family::Norm => {
            "`norm` or `softmax`; a batch normalisation belongs to the convolution before it"
        }
        Family::Activation => {
            "the activation of the layer before it, or `activation`; nothing where only words change"
        }
        Family::Elementwise => {
            "`join { merge = add }` or `{ merge = multiply }`; a bias, an `embedding { join = add }` or nothing with a constant"
        }
        Family::Reduction => "`pool` over what is reduced",
        Family::Lookup => "`embedding` of a constant table, otherwise `slice`",
        Family::Concat => "`join { merge = concat }`; `tokens` for constants in front",
        Family::Move => "`slice`, `resize`, or nothing",
        Family::View => "nothing; `reshape` where a layer needs its input otherwise than it lies",
        Family::Constant => "a constant",
    }
}

fn table() -> String {
    let mut rows: BTreeMap<Family, Vec<String>> = BTreeMap::new();
    for operator in OPERATORS {
        rows.entry(operator.family)
            .or_default()
            .push(format!("`{}`", operator.name));
    }
    let mut out = String::from("| operators | become |\n|---|---|\n");
    for (family, names) in rows {
        out += &format!("| {} | {} |\n", names.join(" "), becomes(family));
    }
    out
}

#[test]
fn the_page_has_the_table_of_operators() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/onnx.md");
    let page = std::fs::read_to_string(&path).expect("the page is there");
    let (start, end) = ("<!-- operators -->\n", "<!-- end -->");
    let (before, rest) = page.split_once(start).expect("it has the mark");
    let (_, after) = rest.split_once(end).expect("it has the end");
    let wanted = format!("{before}{start}{}{end}{after}", table());
    if std::env::var_os("NASAIC_UPDATE").is_some() {
        std::fs::write(&path, wanted).expect("it can be written");
    } else {
        assert!(
            page == wanted,
            "docs/onnx.md is old: run this test with NASAIC_UPDATE=1"
        );
    }
}
