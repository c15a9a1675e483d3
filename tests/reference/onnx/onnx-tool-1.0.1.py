#!/usr/bin/env python3
# MACs of the models beside this file as onnx-tool counts them, for onnx-tool-1.0.1.csv:
#   pip install onnx-tool==1.0.1 onnx==1.23.2 numpy && python3 onnx-tool-1.0.1.py > onnx-tool-1.0.1.csv
# It counts the addition of a bias as a MAC of each output, and a transposed convolution as if every
# output met every tap of all filters; the test reckons with both. Models that it cannot follow are not in the table.
import csv
import gzip
import os
import sys
import tempfile
import warnings

import numpy
import onnx
import onnx_tool

warnings.filterwarnings("ignore")
# Sizes of inputs as `with { … }` gives them, and the inputs that have them.
GIVEN = {
    "ppocr_v2_cls": ("x_0=1 x_2=48 x_3=192", {"x": (1, 3, 48, 192)}),
    "ppocr_v4_rec": (
        "p2o_DynamicDimension_0=1 x_2=48 p2o_DynamicDimension_1=320",
        {"x": (1, 3, 48, 320)},
    ),
    "ppocr_v4_det": (
        "p2o_DynamicDimension_0=1 p2o_DynamicDimension_1=640 p2o_DynamicDimension_2=640",
        {"x": (1, 3, 640, 640)},
    ),
    "centerface": ("input_1_0=1 input_1_2=640 input_1_3=640", {"input.1": (1, 3, 640, 640)}),
    "resnet18_t": ("batch=1", {"image": (1, 3, 224, 224)}),
    "efficientnet_b0_t": ("batch=1", {"image": (1, 3, 224, 224)}),
    "bert_d": ("batch=1 sequence=128", {"input_ids": (1, 128)}),
    "gpt2_d": ("batch=1 sequence=128", {"input_ids": (1, 128)}),
}


def number(macs):
    return int(sum(macs)) if hasattr(macs, "__len__") else int(macs)


def filled(path):
    """The model with zeros for the weights that were left out."""
    with gzip.open(path) as file:
        model = onnx.load_from_string(file.read())
    tensors = list(model.graph.initializer)
    tensors += [a.t for n in model.graph.node for a in n.attribute if a.HasField("t")]
    for tensor in tensors:
        kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
        count = int(numpy.prod(tensor.dims))
        if count > 64 and not tensor.raw_data:
            tensor.raw_data = bytes(count * kind.itemsize)
    with tempfile.NamedTemporaryFile(suffix=".onnx", delete=False) as out:
        out.write(model.SerializeToString())
    return out.name


def main():
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["model", "sizes", "conv", "transposed", "product", "params"])
    for file in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
        name = file.removesuffix(".onnx.gz")
        if name == file:
            continue
        sizes, inputs = GIVEN.get(name, ("", None))
        if inputs:
            kind = numpy.int64 if "input_ids" in inputs else numpy.float32
            inputs = {n: numpy.zeros(s, dtype=kind) for n, s in inputs.items()}
        path = filled(os.path.join(os.path.dirname(os.path.abspath(__file__)), file))
        try:
            graph = onnx_tool.Model(path, {"verbose": False, "constant_folding": True}).graph
            graph.graph_reorder_nodes()
            graph.shape_infer(inputs)
            graph.profile()
        except Exception as e:
            print(f"{name}: {e!r}"[:120], file=sys.stderr)
            continue
        finally:
            os.unlink(path)
        count = {}
        for node in graph.nodemap.values():
            count[node.op_type] = count.get(node.op_type, 0) + number(node.macs)
        product = sum(count.get(op, 0) for op in ("MatMul", "Gemm"))
        conv, transposed = count.get("Conv", 0), count.get("ConvTranspose", 0)
        out.writerow([name, sizes, conv, transposed, product, int(graph.params)])
        sys.stdout.flush()


main()
