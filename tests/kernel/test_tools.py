"""The kernel with the tools around it: nbconvert, papermill, installing."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PYTHON = pathlib.Path(sys.executable).parent
SPEC = PYTHON.parent / "share/jupyter/kernels/nasaic"


def kernel_program():
    """The program of the kernel that is installed beside this Python."""
    program = json.loads((SPEC / "kernel.json").read_text())["argv"][0]
    return program.replace("{resource_dir}", str(SPEC))


def notebook(*cells):
    metadata = {"kernelspec": {"name": "nasaic", "display_name": "nasaic", "language": "nasaic"}}
    return new_notebook(cells=list(cells), metadata=metadata)


class Tools(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def save(self, file, *cells):
        nbformat.write(notebook(*cells), self.folder / file)

    def call(self, *args, **options):
        return subprocess.run(
            [str(arg) for arg in args],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **options,
        )

    def test_nbconvert_runs_a_notebook_into_a_page(self):
        self.save(
            "lab.ipynb",
            new_markdown_cell("# A lab"),
            new_code_cell("use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}"),
            new_code_cell("let r = evaluate(resnet18, eyeriss_like)\nroofline(r, label = layer)"),
        )
        done = self.call(PYTHON / "jupyter", "nbconvert", "--execute", "--to", "html", "lab.ipynb")
        self.assertEqual(done.returncode, 0, done.stderr)
        page = (self.folder / "lab.html").read_text()
        self.assertTrue("data:image/svg+xml;base64," in page, "there is no picture")

    @unittest.skipUnless(shutil.which("chromium"), "there is no Chromium")
    def test_a_page_becomes_a_pdf(self):
        self.save("lab.ipynb", new_code_cell("3 ms * 2"))
        page = self.call(PYTHON / "jupyter", "nbconvert", "--execute", "--to", "html", "lab.ipynb")
        self.assertEqual(page.returncode, 0, page.stderr)
        printed = self.call(
            "chromium",
            "--headless",
            "--no-sandbox",
            "--no-pdf-header-footer",
            "--print-to-pdf=lab.pdf",
            "lab.html",
            timeout=120,
        )
        self.assertEqual(printed.returncode, 0, printed.stderr)
        self.assertTrue((self.folder / "lab.pdf").read_bytes().startswith(b"%PDF"))

    def test_a_failed_expect_stops_nbconvert(self):
        self.save("lab.ipynb", new_code_cell('expect 1 > 2, "too small"'), new_code_cell("1"))
        done = self.call(PYTHON / "jupyter", "nbconvert", "--execute", "--to", "html", "lab.ipynb")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("too small", done.stderr)

    def test_papermill_replaces_parameters(self):
        self.save(
            "lab.ipynb",
            new_code_cell('let limit = 3 ms\nlet name = "a"', metadata={"tags": ["parameters"]}),
            new_code_cell("limit * 2"),
            new_code_cell("name"),
        )
        done = self.call(
            PYTHON / "papermill", "lab.ipynb", "out.ipynb", "-p", "limit", "5 us", "-p", "name", 'b"c',
        )
        if "No parameter translator" in done.stderr:
            self.skipTest("papermill knows the language only where the wheel is installed")
        self.assertEqual(done.returncode, 0, done.stderr)
        out = nbformat.read(self.folder / "out.ipynb", as_version=4)
        texts = [o["data"]["text/plain"] for c in out.cells if c.cell_type == "code" for o in c.outputs]
        self.assertIn("10 us\n", texts)

    def test_installing_and_uninstalling(self):
        program = kernel_program()
        data = self.folder / "data"
        env = {**os.environ, "JUPYTER_DATA_DIR": str(data)}
        done = self.call(program, "install", "--user", "--name", "mine", env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        spec = json.loads((data / "kernels/mine/kernel.json").read_text())
        self.assertEqual(spec["interrupt_mode"], "message")
        self.assertTrue(pathlib.Path(spec["argv"][0]).is_file())
        listed = self.call(PYTHON / "jupyter", "kernelspec", "list", env=env)
        self.assertIn("mine", listed.stdout)
        other = data / "kernels/other"
        other.mkdir()
        (other / "kernel.json").write_text('{"language": "python"}')
        refused = self.call(program, "uninstall", "--user", "--name", "other", env=env)
        self.assertEqual(refused.returncode, 1)
        self.assertTrue(other.exists())
        gone = self.call(program, "uninstall", "--user", "--name", "mine", env=env)
        self.assertEqual(gone.returncode, 0, gone.stderr)
        self.assertFalse((data / "kernels/mine").exists())
        bad = self.call(program, "install", "--user", "--name", "../x", env=env)
        self.assertEqual(bad.returncode, 1)
        self.assertIn("cannot be the name", bad.stderr)

    def test_a_connection_file_that_is_none(self):
        program = kernel_program()
        for file, text in [("missing.json", None), ("bad.json", "{"), ("empty.json", "{}")]:
            if text is not None:
                (self.folder / file).write_text(text)
            done = self.call(program, file)
            self.assertEqual(done.returncode, 1)
            self.assertIn(file, done.stderr)


if __name__ == "__main__":
    unittest.main()
