"""Writes the notebook of the browser test: notebook.py FILE."""

import pathlib
import sys

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = pathlib.Path(__file__).resolve().parents[3]
declarations, _ = (ROOT / "examples/w1.nasaic").read_text().split("let run = ")

CELLS = [
    new_markdown_cell("# Two networks, two accelerators"),
    new_code_cell("%store off\n" + declarations.strip()),
    new_code_cell("let run = search(w1, nasaic)\nrun.best"),
    new_code_cell("pareto(run, x = latency, y = accuracy)"),
    new_code_cell("run.best.latncy"),
    new_code_cell("strategy long {\n  algorithm = random\n  evaluations = 100000000\n  seed = 1\n}\nlet endless = search(w1, long)"),
    new_code_cell(""),
]

metadata = {
    "kernelspec": {"name": "nasaic", "display_name": "nasaic", "language": "nasaic"},
    "language_info": {"name": "nasaic", "file_extension": ".nasaic", "mimetype": "text/x-nasaic"},
}
nbformat.write(new_notebook(cells=CELLS, metadata=metadata), sys.argv[1])
