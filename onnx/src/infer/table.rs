//! The operators that are understood: one table for checks, counts, layers and the manual.

use super::call::{Call, Outcome};
use super::{constant, elementwise, moves, products, reduce, windows};
use crate::model::Node;

/// What a group of operators becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A convolution.
    Convolution,
    /// A transposed convolution.
    Transposed,
    /// A matrix product, of an activation with weights or with another.
    Product,
    /// A recurrent layer.
    Recurrent,
    /// Pooling, over windows or all rows and columns.
    Pooling,
    /// A normalisation.
    Norm,
    /// A function of each element.
    Activation,
    /// Arithmetic of several values, element by element.
    Elementwise,
    /// A reduction of axes, or something else that reads its input whole.
    Reduction,
    /// Rows of a table.
    Lookup,
    /// Values side by side.
    Concat,
    /// Elements in another order or another number.
    Move,
    /// The same elements under another shape or name.
    View,
    /// Numbers that are known before anything runs.
    Constant,
}

/// An operator that is understood.
#[derive(Debug)]
pub struct Operator {
    /// Its name.
    pub name: &'static str,
    /// What it becomes.
    pub family: Family,
    /// Finds the shapes of its outputs.
    pub infer: fn(&Call<'_>) -> Outcome,
}

impl PartialEq for Operator {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

macro_rules! operators {
    ($($family:ident $infer:path: $($name:literal)*;)*) => {
        /// All operators that are understood.
        pub static OPERATORS: &[Operator] = &[$($(
            Operator { name: $name, family: Family::$family, infer: $infer },
        )*)*];
    };
}

operators! {
    Convolution windows::conv: "Conv" "ConvInteger" "QLinearConv";
    Transposed windows::transposed: "ConvTranspose";
    Product products::gemm: "Gemm";
    Product products::matmul: "MatMul" "MatMulInteger" "QLinearMatMul";
    Product products::einsum: "Einsum";
    Recurrent products::recurrent: "LSTM" "GRU" "RNN";
    Pooling windows::pool: "MaxPool" "AveragePool" "LpPool";
    Pooling reduce::global: "GlobalAveragePool" "GlobalMaxPool" "GlobalLpPool" "QLinearGlobalAveragePool";
    Norm elementwise::same: "BatchNormalization" "InstanceNormalization" "LayerNormalization"
        "GroupNormalization" "RMSNormalization" "SimplifiedLayerNormalization" "LpNormalization"
        "MeanVarianceNormalization" "LRN" "Softmax" "LogSoftmax" "Hardmax";
    Activation elementwise::same: "Relu" "LeakyRelu" "PRelu" "Elu" "Selu" "Celu" "Gelu" "FastGelu" "Mish"
        "Sigmoid" "HardSigmoid" "HardSwish" "Swish" "Tanh" "Softplus" "Softsign" "ThresholdedRelu" "Shrink" "Clip"
        "Erf" "Exp" "Log" "Sqrt" "Reciprocal" "Neg" "Abs" "Floor" "Ceil" "Round" "Sign" "Not" "IsNaN"
        "IsInf" "Sin" "Cos" "Tan" "Asin" "Acos" "Atan" "Sinh" "Cosh" "Asinh" "Acosh" "Atanh" "BitwiseNot";
    Activation elementwise::cast: "Cast" "CastLike";
    Activation elementwise::scaled: "QuantizeLinear" "DequantizeLinear";
    Activation elementwise::quantized: "DynamicQuantizeLinear";
    Elementwise elementwise::joined: "Add" "Sub" "Mul" "Div" "Pow" "Mod" "Min" "Max" "Sum" "Mean" "And" "Or" "Xor"
        "Equal" "Less" "LessOrEqual" "Greater" "GreaterOrEqual" "Where" "BitwiseAnd" "BitwiseOr" "BitShift";
    Reduction reduce::reduce: "ReduceSum" "ReduceMean" "ReduceMax" "ReduceMin" "ReduceProd" "ReduceL1" "ReduceL2"
        "ReduceLogSum" "ReduceLogSumExp" "ReduceSumSquare";
    Reduction reduce::place_of: "ArgMax" "ArgMin";
    Reduction reduce::top: "TopK";
    Reduction elementwise::same: "CumSum";
    Lookup moves::gather: "Gather";
    Lookup moves::gather_elements: "GatherElements";
    Lookup moves::gather_nd: "GatherND";
    Concat moves::concat: "Concat";
    Move moves::transpose: "Transpose";
    Move moves::split: "Split";
    Move moves::slice: "Slice";
    Move moves::pad: "Pad";
    Move moves::expand: "Expand";
    Move moves::tile: "Tile";
    Move moves::depth_to_space: "DepthToSpace" "SpaceToDepth";
    Move moves::resize: "Resize" "Upsample";
    Move elementwise::same: "ScatterND" "ScatterElements" "Scatter" "ReverseSequence" "Trilu";
    View moves::reshape: "Reshape";
    View moves::flatten: "Flatten";
    View moves::squeeze: "Squeeze";
    View moves::unsqueeze: "Unsqueeze";
    View elementwise::same: "Identity" "Dropout";
    Constant constant::constant: "Constant";
    Constant constant::filled: "ConstantOfShape";
    Constant constant::range: "Range";
    Constant constant::one_hot: "OneHot";
    Constant constant::random: "RandomUniform" "RandomNormal" "RandomUniformLike" "RandomNormalLike";
    Constant elementwise::shape: "Shape" "Size";
}

/// Contributed operators that mean what those of the standard mean.
const CONTRIBUTED: [&str; 4] = [
    "FastGelu",
    "Gelu",
    "SimplifiedLayerNormalization",
    "QLinearGlobalAveragePool",
];

/// The operator of a node, if it is understood.
pub fn find(node: &Node<'_>) -> Option<&'static Operator> {
    let known = match node.domain {
        "" => true,
        "com.microsoft" => CONTRIBUTED.contains(&node.op),
        _ => false,
    };
    if !known {
        return None;
    }
    OPERATORS.iter().find(|o| o.name == node.op)
}
