"""Rust cells, through a kernel as Jupyter starts it.

The kernel is the installed one, `nasaic` unless NASAIC_KERNEL names another; Rust cells need
`nasaic-rust-host` beside it, on the PATH, or named by NASAIC_RUST_HOST.
"""

import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import unittest

from jupyter_client.manager import KernelManager

KERNEL = os.environ.get("NASAIC_KERNEL", "nasaic")
# A first cell compiles; a busy machine takes its time.
PATIENCE = float(os.environ.get("NASAIC_PATIENCE", "300"))


def manager():
    return KernelManager(kernel_name=KERNEL)


def host():
    """The program for Rust cells, found as the kernel finds it."""
    named = os.environ.get("NASAIC_RUST_HOST")
    if named:
        return named
    beside = pathlib.Path(manager().kernel_spec.argv[0]).with_name("nasaic-rust-host")
    return str(beside) if beside.exists() else shutil.which("nasaic-rust-host")


MISSING = "nasaic-rust-host is not built: cargo install --locked --path kernel/rust-host"
if not host():
    print(f"RUST CELLS ARE NOT TESTED: {MISSING}", file=sys.stderr)


class Answer:
    """What a cell led to."""

    def __init__(self, reply, messages):
        self.reply = reply["content"]
        self.status = self.reply["status"]
        self.messages = [(m["msg_type"], m["content"]) for m in messages]

    def text(self, name="stdout"):
        streams = [c for kind, c in self.messages if kind == "stream" and c["name"] == name]
        return "".join(c["text"] for c in streams)

    def shown(self, kind="execute_result"):
        return [c["data"].get("text/plain") for k, c in self.messages if k == kind]

    def result(self):
        found = self.shown()
        return found[-1].strip() if found else None


class Notebook(unittest.TestCase):
    """A running kernel, one for all tests of a class."""

    env = {}

    @classmethod
    def setUpClass(cls):
        cls.manager = manager()
        cls.manager.start_kernel(env={**os.environ, **cls.env})
        cls.client = cls.manager.client()
        cls.client.start_channels()
        cls.client.wait_for_ready(timeout=PATIENCE)

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel(now=False)

    def send(self, code):
        return self.client.execute(code)

    def wait(self, sent):
        """Everything that the cell leads to, up to its idle status."""
        messages = []
        until = time.monotonic() + PATIENCE
        while True:
            message = self.client.get_iopub_msg(timeout=max(0.1, until - time.monotonic()))
            if message["parent_header"].get("msg_id") != sent:
                continue
            if message["content"].get("execution_state") == "idle":
                break
            messages.append(message)
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"]["msg_id"] == sent:
                return Answer(reply, messages)

    def run_cell(self, code):
        return self.wait(self.send(code))

    def good(self, code):
        answer = self.run_cell(code)
        self.assertEqual(answer.status, "ok", answer.reply)
        return answer

    def bad(self, code):
        answer = self.run_cell(code)
        self.assertEqual(answer.status, "error", answer.messages)
        errors = [content for kind, content in answer.messages if kind == "error"]
        self.assertEqual(len(errors), 1)
        return answer

    def wait_for_start(self, sent):
        """Returns when the cell has printed something."""
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            parent = message["parent_header"].get("msg_id")
            if parent == sent and message["msg_type"] == "stream":
                return

    def processes(self):
        """The host and the child that runs cells, if they are there."""
        kernel = self.manager.provisioner.pid
        return [(pid, children(pid)) for pid in children(kernel) if is_host(pid)]


def children(parent):
    """The processes that this one has started, the finished ones left out."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            state, above = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        if int(above) == parent and state != "Z":
            found.append(int(folder.name))
    return sorted(found)


def ends(pid):
    """Whether a process ends soon, if it has not; who has to bury it may be slow."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def is_host(pid):
    try:
        return b"nasaic-rust-host" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


class WithoutHost(Notebook):
    env = {"NASAIC_RUST_HOST": "/nowhere/nasaic-rust-host"}

    def test_says_so_and_goes_on(self):
        answer = self.bad("%%rust\n1 + 1")
        self.assertEqual(answer.reply["ename"], "E0704")
        self.assertIn("/nowhere/nasaic-rust-host", answer.reply["evalue"])
        self.assertEqual(self.good("1 + 1").result(), "2")
        self.assertIn("E0704", self.good("%explain E0704").shown("display_data")[0])

    def test_wrong_options_are_told(self):
        answer = self.bad("%%rust --frsh\n1 + 1")
        self.assertEqual(answer.reply["ename"], "E0201")

    def test_rust_is_not_completed_as_nasaic(self):
        sent = self.client.complete("%%rust\nnetw", 11)
        content = self.client.get_shell_msg(timeout=PATIENCE)
        while content["parent_header"]["msg_id"] != sent:
            content = self.client.get_shell_msg(timeout=PATIENCE)
        self.assertEqual(content["content"]["matches"], [])


@unittest.skipUnless(host(), MISSING)
class Starting(Notebook):
    def test_only_a_rust_cell_starts_it_and_says_so(self):
        self.good("let a = 3 ms")
        self.assertEqual(self.processes(), [])
        first = self.good("%%rust\n1 + 1")
        self.assertEqual(first.result(), "2")
        self.assertIn("starting Rust", first.shown("display_data")[0])
        self.assertIn("Rust is ready", first.shown("update_display_data")[-1])
        second = self.good("%%rust\n2 + 2")
        self.assertEqual((second.result(), second.shown("display_data")), ("4", []))
        self.assertEqual(len(self.processes()), 1)


@unittest.skipUnless(host(), MISSING)
class Cells(Notebook):
    def test_dependencies(self):
        with tempfile.TemporaryDirectory() as folder:
            crate = pathlib.Path(folder)
            (crate / "src").mkdir()
            (crate / "Cargo.toml").write_text('[package]\nname = "greet"\nversion = "0.1.0"\nedition = "2024"\n')
            (crate / "src/lib.rs").write_text('pub fn hello() -> &\'static str { "hello" }\n')
            answer = self.good(f'%%rust\n:dep greet = {{ path = "{folder}" }}\ngreet::hello()')
            self.assertEqual(answer.result(), '"hello"')
            # Later cells of this kernel must not miss the folder.
            self.good("%%rust --fresh\n1")

    def test_variables_survive_a_panic(self):
        self.good("%%rust\nlet kept = 41;")
        answer = self.bad('%%rust\npanic!("too hot");')
        self.assertIn("too hot", answer.reply["evalue"])
        self.assertIn("too hot", answer.text("stderr"))
        self.assertEqual(self.good("%%rust\nkept + 1").result(), "42")

    def test_mistakes_have_a_place(self):
        answer = self.bad("%%rust\nlet x: i32 = \"no\";")
        self.assertIn("E0308", answer.reply["evalue"])
        self.assertIn("mismatched types", "\n".join(answer.reply["traceback"]))

    def test_both_streams_arrive_whole(self):
        answer = self.good('%%rust\nfor i in 0..3 { println!("o{i}"); eprintln!("e{i}"); }')
        self.assertEqual(answer.text(), "o0\no1\no2\n")
        self.assertEqual(answer.text("stderr"), "e0\ne1\ne2\n")

    def test_a_flood_ends(self):
        answer = self.good('%%rust\nfor i in 0..100_000 { println!("line {i}"); }')
        lines = answer.text().splitlines()
        self.assertEqual((len(lines), lines[-1]), (100_000, "line 99999"))

    def test_pictures_are_shown(self):
        code = 'println!("EVCXR_BEGIN_CONTENT image/svg+xml\\n<svg/>\\nEVCXR_END_CONTENT");'
        answer = self.good(f"%%rust\n{code}")
        results = [c["data"] for kind, c in answer.messages if kind == "execute_result"]
        self.assertEqual(results, [{"image/svg+xml": "<svg/>"}])

    def test_fresh_forgets(self):
        self.good("%%rust\nlet old = 1;")
        old = self.processes()
        self.bad("%%rust --fresh\nold")
        self.assertNotEqual(self.processes(), old)


@unittest.skipUnless(host(), MISSING)
class Values(Notebook):
    def test_results_are_variables(self):
        self.good(
            "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\n"
            "let r = evaluate(resnet18, eyeriss_like)\nlet limit = 4 ms\nlet sizes = [8, 16]"
        )
        answer = self.good("%%rust\nprintln!(\"{}\", r.cycles);\n(limit.value, sizes.len())")
        self.assertEqual(answer.result(), "(0.004, 2)")
        self.assertTrue(answer.text().strip().isdigit(), answer.text())
        self.assertEqual(self.good("%%rust\n:type r").result(), "r: nasaic_values::Evaluation")
        # A new value of the same name is handed over anew.
        self.good("let limit = 5 ms")
        self.assertEqual(self.good("%%rust\nlimit.value").result(), "0.005")
        # What a cell has moved away comes back.
        self.good("%%rust\ndrop(limit);")
        self.assertEqual(self.good("%%rust\nlimit.value").result(), "0.005")

    def test_values_are_given(self):
        self.good(
            "%%rust\nuse nasaic_values::{Quantity, give};\n"
            'give("budget", &Quantity::new(4.0, "ms"));\n'
            'give("shares", &[0.25, 0.75]);\ngive("word", "a \\"b\\"");'
        )
        self.assertEqual(self.good("budget * 2").result(), "8 ms")
        self.assertEqual(self.good("shares").result(), "[0.25, 0.75]")
        self.good("expect word == \"a \\\"b\\\"\"")
        # Given again, it is replaced.
        self.good('%%rust\nnasaic_values::give("budget", &3);')
        self.assertEqual(self.good("budget").result(), "3")

    def test_what_has_no_form_is_told(self):
        answer = self.bad('%%rust\nnasaic_values::give("nothing", &f64::NAN);')
        self.assertEqual(answer.reply["ename"], "E0821")
        answer = self.bad('%%rust\nnasaic_values::give("odd", &nasaic_values::Quantity::new(1.0, "furlong"));')
        self.assertTrue(answer.reply["ename"].startswith("E"), answer.reply)
        answer = self.bad('%%rust\nnasaic_values::give("let", &1);')
        self.assertTrue(answer.reply["ename"].startswith("E"), answer.reply)

    def test_names_of_cells_are_not_taken(self):
        self.good("let mine = 1")
        answer = self.bad('%%rust\nnasaic_values::give("mine", &2);')
        self.assertEqual(answer.reply["ename"], "E0822")
        self.assertEqual(self.good("mine").result(), "1")


PROBLEM = """
use std.nets.{resnet18}
use std.accel.{eyeriss_like}
problem p {
  workload = resnet18
  on = eyeriss_like with { core.pes in 32..256 step 32 }
  require price(latency as ms) <= 100
  minimize price(latency as ms)
}
strategy grid { algorithm = exhaustive }
"""


@unittest.skipUnless(host(), MISSING)
class Functions(Notebook):
    """Functions of Rust cells, called by cells of the language."""

    def register(self, name, function):
        return self.good(f'%%rust\nnasaic_values::register("{name}", {function});')

    def test_a_goal_and_a_spec_call_it(self):
        self.register("price", "|ms: f64| { eprintln!(\"asked {ms}\"); 2.0 * ms }")
        self.good("%store off" + PROBLEM)
        first = self.good("let run = search(p, grid)\nrun.best.latency as ms")
        best = float(first.result().split()[0])
        # What the last calls wrote may come with the next cell.
        asked = first.text("stderr") + self.good("%%rust\n0").text("stderr")
        self.assertEqual(asked.count("asked "), 8)
        self.good(f"expect price({best}) == {2 * best!r}")
        # The same source is the same function: nothing is asked for again.
        self.register("price", "|ms: f64| { eprintln!(\"asked {ms}\"); 2.0 * ms }")
        again = self.good("let same = search(p, grid)\nsame.best.latency as ms")
        self.assertEqual(float(again.result().split()[0]), best)
        asked = again.text("stderr") + self.good("%%rust\n1").text("stderr")
        self.assertNotIn("asked ", asked)
        # Another source is another function, and the first result is out of date.
        self.register("price", "|ms: f64| -ms")
        self.assertIn("W0901", str(self.good("run.best.latency").messages))
        other = self.good("let other = search(p, grid)\nother.best.latency as ms")
        self.assertGreater(float(other.result().split()[0]), best)

    def test_calls_are_checked(self):
        self.register("pair", "|a: f64, b: f64| a / b")
        self.assertEqual(self.good("pair(1, 4)").result(), "0.25")
        self.assertEqual(self.bad("pair(1)").reply["ename"], "E0802")
        self.assertEqual(self.bad("pair(1, 2 ms)").reply["ename"], "E0803")
        self.assertEqual(self.bad("pair(1, 0)").reply["ename"], "E0805")

    def test_names_are_not_taken(self):
        self.good("let ours = 1")
        for name, code in [("ours", "E0822"), ("max", "E0822"), ("let", "E0821")]:
            answer = self.bad(f'%%rust\nnasaic_values::register("{name}", |x: f64| x);')
            self.assertEqual(answer.reply["ename"], code)
        self.assertEqual(self.good("ours").result(), "1")

    def test_a_panic_is_told_and_nothing_is_lost(self):
        self.good("%%rust\nlet there = 3;")
        self.register("picky", '|x: f64| { assert!(x > 0.0, "too cold"); x }')
        answer = self.bad("picky(-1)")
        self.assertEqual(answer.reply["ename"], "E0824")
        self.assertIn("too cold", answer.reply["evalue"])
        self.assertEqual(self.good("picky(2)").result(), "2")
        self.assertEqual(self.good("%%rust\nthere").result(), "3")

    def test_a_function_that_does_not_end_is_interrupted(self):
        self.good("let kept = 3 ms")
        self.register("stuck", '|x: f64| { eprintln!("in"); loop { std::hint::black_box(x); } }')
        sent = self.send("stuck(1)")
        time.sleep(1)
        self.manager.interrupt_kernel()
        answer = self.wait(sent)
        self.assertEqual(answer.reply["ename"], "Interrupted")
        self.assertIn("all Rust variables are lost", answer.text("stderr"))
        self.assertEqual(self.good("kept").result(), "3 ms")
        answer = self.bad("stuck(1)")
        self.assertEqual(answer.reply["ename"], "E0823")
        self.assertIn("run the Rust cell", str(answer.reply["traceback"]))
        self.register("stuck", "|x: f64| x")
        self.assertEqual(self.good("stuck(1)").result(), "1")

    def test_a_function_that_ends_its_process_is_told(self):
        self.register("last", "|_: f64| -> f64 { std::process::exit(3) }")
        answer = self.bad("last(1)")
        self.assertEqual(answer.reply["ename"], "E0823")
        self.assertIn("the Rust process ended in `last`", answer.reply["evalue"])
        self.register("last", "|x: f64| x")
        self.assertEqual(self.good("last(1)").result(), "1")


@unittest.skipUnless(host(), MISSING)
class Elsewhere(unittest.TestCase):
    """Kernels in a folder of their own with an empty cache, as after an installation."""

    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.place.name)
        self.marker = self.folder / "asked"

    def tearDown(self):
        self.place.cleanup()

    def test_the_store_answers_for_the_same_source_in_another_kernel(self):
        # The second asks only for the best design, to judge its spec.
        asked = [self.asked("ms"), self.asked("ms"), self.asked("-ms")]
        self.assertEqual(asked, [8, 1, 8])
        # The types of results come with the kernel, not from a repository.
        [crate] = (self.folder / "cache/nasaic").glob("values-*")
        self.assertIn("nasaic-values", (crate / "Cargo.toml").read_text())

    def asked(self, result):
        """How often a search in a new kernel calls a function with this result."""

        class Kernel(Notebook):
            env = {"XDG_CACHE_HOME": str(self.folder / "cache")}

            def runTest(self):
                pass

        self.marker.unlink(missing_ok=True)
        there = os.getcwd()
        os.chdir(self.folder)
        try:
            Kernel.setUpClass()
        finally:
            os.chdir(there)
        try:
            kernel = Kernel()
            # What a function writes is no part of what it computes.
            note = (
                "use std::io::Write; "
                f'let file = std::fs::File::options().create(true).append(true).open("{self.marker}"); '
                'write!(file.unwrap(), "x").unwrap();'
            )
            kernel.good(f'%%rust\nnasaic_values::register("price", |ms: f64| {{ {note} {result} }});')
            kernel.good(PROBLEM.strip())
            kernel.good("let run = search(p, grid)")
            return len(self.marker.read_text())
        finally:
            Kernel.tearDownClass()


@unittest.skipUnless(host(), MISSING)
class Ends(Notebook):
    def setUp(self):
        self.good("let kept = 3 ms")
        self.good("%%rust\nlet there = 1;")

    def tearDown(self):
        self.assertEqual(self.good("kept").result(), "3 ms")
        self.assertEqual(self.good("%%rust\n1 + 1").result(), "2")

    def busy(self):
        sent = self.send('%%rust\nprintln!("on"); loop { std::hint::spin_loop(); }')
        self.wait_for_start(sent)
        return sent

    def test_interrupt_says_what_is_lost(self):
        sent = self.busy()
        (_, [child]) = self.processes()[0]
        self.manager.interrupt_kernel()
        answer = self.wait(sent)
        self.assertEqual(answer.reply["ename"], "Interrupted")
        self.assertIn("all Rust variables", answer.reply["evalue"])
        self.assertEqual(self.processes(), [])
        self.assertTrue(ends(child))
        self.bad("%%rust\nthere")

    def test_killed_host_while_a_cell_runs(self):
        sent = self.busy()
        (pid, [child]) = self.processes()[0]
        os.kill(pid, signal.SIGKILL)
        answer = self.wait(sent)
        self.assertIn("the Rust process ended", answer.reply["evalue"])
        self.assertTrue(ends(child))

    def test_killed_host_between_cells(self):
        os.kill(self.processes()[0][0], signal.SIGKILL)
        self.assertEqual(self.good("kept").result(), "3 ms")
        self.assertIn("the Rust process ended", self.bad("%%rust\nthere").reply["evalue"])

    def test_killed_child_while_a_cell_runs(self):
        sent = self.busy()
        (_, [child]) = self.processes()[0]
        os.kill(child, signal.SIGKILL)
        answer = self.wait(sent)
        self.assertEqual(answer.status, "error")
        self.assertIn("lost", answer.reply["evalue"])

    def test_killed_child_between_cells(self):
        (_, [child]) = self.processes()[0]
        os.kill(child, signal.SIGKILL)
        self.assertIn("lost", self.bad("%%rust\nthere").reply["evalue"])


@unittest.skipUnless(host(), MISSING)
class Leaving(Notebook):
    def test_nothing_is_left_behind(self):
        sent = self.send('%%rust\nprintln!("on"); loop { std::hint::spin_loop(); }')
        self.wait_for_start(sent)
        (pid, [child]) = self.processes()[0]
        os.kill(self.manager.provisioner.pid, signal.SIGKILL)
        self.assertTrue(ends(pid) and ends(child))


if __name__ == "__main__":
    unittest.main()
