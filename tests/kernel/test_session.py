"""What cells do: results, progress, interrupts, warnings, the end of the parent."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from talk import EXAMPLES, Conversation, example, kernel, kinds, plain

# More than anyone waits for: the tests interrupt it.
LONG = example("w1.nasaic").replace("episodes = 500", "episodes = 500000")


class Cells(Conversation):
    def test_the_last_value_is_the_result_and_the_others_are_shown(self):
        reply, published = self.talk.run("1 + 1\n2 + 2")
        self.assertEqual(reply["status"], "ok")
        self.assertEqual(
            kinds(published),
            ["status", "execute_input", "display_data", "execute_result", "status"],
        )
        self.assertEqual(plain(published), ["2\n", "4\n"])

    def test_an_error_says_where_and_changes_nothing(self):
        self.talk.run("let a = 1")
        reply, published = self.talk.run("let a = 2\nlet b = bogus")
        self.assertEqual((reply["status"], reply["ename"]), ("error", "E0201"))
        text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(reply["traceback"]))
        self.assertIn("cell [2]:2:9", text)
        self.assertIn("error", kinds(published))
        self.assertEqual(plain(self.talk.run("a")[1]), ["1\n"])

    def test_a_result_from_before_a_change_says_so(self):
        network = "network n {\n  input = [3, 8, 8]\n  conv { filters = %d, kernel = 3 }\n}\n"
        self.talk.run("use std.accel.{eyeriss_like}\n" + network % 8)
        self.talk.run("let r = evaluate(n, eyeriss_like)")
        self.talk.run(network % 16)
        reply, published = self.talk.run("r.latency")
        self.assertEqual(reply["status"], "ok")
        warning = [m["content"]["data"] for m in published if m["msg_type"] == "display_data"]
        self.assertIn("W0901", warning[0]["text/plain"])
        self.assertIn("W0901", warning[0]["text/html"])

    def test_a_failed_expect_is_an_error(self):
        reply, _ = self.talk.run("expect 1 > 2\nexpect 2 > 3\n")
        self.assertEqual((reply["status"], reply["ename"]), ("error", "E0610"))
        self.assertIn("1 more", reply["evalue"])

    def test_progress_changes_in_place_and_ends(self):
        text = example("w1.nasaic")
        reply, published = self.talk.run(text)
        self.assertEqual(reply["status"], "ok", reply)
        updates = [m for m in published if m["msg_type"] == "update_display_data"]
        ids = {m["content"]["transient"]["display_id"] for m in updates}
        first = [m for m in published if m["content"].get("transient", {}).get("display_id") in ids]
        self.assertEqual(first[0]["msg_type"], "display_data")
        self.assertLessEqual(len(ids), 1)

    def test_an_interrupt_keeps_the_best_so_far_and_drops_what_waits(self):
        ident = self.talk.ask(LONG)
        waiting = self.talk.ask("1 + 1")
        messages = self.talk.messages(ident)
        for message in messages:
            if message["msg_type"] in ("update_display_data", "display_data"):
                break
        start = time.monotonic()
        self.talk.manager.interrupt_kernel()
        rest = list(messages)
        self.assertLess(time.monotonic() - start, 10)
        self.assertIn("error", kinds(rest))
        self.assertTrue(any("best" in text for text in plain(rest)), plain(rest))
        self.assertEqual(self.talk.reply(ident)["ename"], "Interrupted")
        self.assertEqual(self.talk.reply(waiting)["status"], "aborted")
        # Declarations and the partial result are there.
        reply, published = self.talk.run("run.best.latency")
        self.assertEqual(reply["status"], "ok", reply)
        self.assertTrue(plain(published))

    def test_completion_and_inspection_are_answered_while_a_cell_runs(self):
        ident = self.talk.ask(LONG)
        messages = self.talk.messages(ident)
        for message in messages:
            if message["msg_type"] in ("update_display_data", "display_data"):
                break
        asked = time.monotonic()
        complete = self.talk.client.complete("netwo", 5)
        self.assertIn("network ", self.talk.reply(complete)["matches"])
        inspect = self.talk.client.inspect("search", 3)
        self.assertTrue(self.talk.reply(inspect)["found"])
        self.assertLess(time.monotonic() - asked, 5)
        self.talk.manager.interrupt_kernel()
        list(messages)

    def test_places_are_counted_in_characters(self):
        code = "// µ𝄞✕\nnetwo"
        complete = self.talk.client.complete(code, len(code))
        content = self.talk.reply(complete)
        self.assertEqual(content["cursor_end"], len(code))
        self.assertEqual(content["cursor_start"], len(code) - 5)

    def test_commands_are_completed_and_leave_the_rest_to_the_language(self):
        def matches(code):
            return self.talk.reply(self.talk.client.complete(code, len(code)))["matches"]

        self.assertEqual(matches("%ex"), ["%explain"])
        self.assertEqual(matches("%explain e040"), [f"E040{n}" for n in range(1, 10) if n in self.codes()])
        self.assertIn("network ", matches("%time\nnetwo"))
        for code, status in [("%help", "complete"), ("%time\nlet a =", "incomplete"), ("%%rust\n(", "unknown")]:
            asked = self.talk.client.is_complete(code)
            self.assertEqual(self.talk.reply(asked)["status"], status, code)

    @staticmethod
    def codes():
        """The numbers of the pages E040x."""
        pages = (EXAMPLES.parent / "docs/errors").glob("E040?.md")
        return {int(page.stem[-1]) for page in pages}

    def test_expressions_of_a_request_are_answered(self):
        reply, _ = self.talk.run("let a = 3 ms", user_expressions={"twice": "a * 2", "bad": "b"})
        self.assertEqual(reply["user_expressions"]["twice"]["data"]["text/plain"], "6 ms\n")
        self.assertEqual(reply["user_expressions"]["bad"]["ename"], "E0201")

    def test_silent_cells_show_nothing_and_do_not_count(self):
        reply, published = self.talk.run("1 + 1", silent=True)
        self.assertEqual(kinds(published), ["status", "status"])
        self.assertEqual(reply["execution_count"], 0)

    def test_commands(self):
        published = self.talk.run("%help")[1]
        self.assertIn("%explain CODE", plain(published)[0])
        self.assertIn("E0403", plain(self.talk.run("%explain E0403")[1])[0])
        reply, _ = self.talk.run("%explian E0403")
        self.assertIn("%explain", "".join(reply["traceback"]))
        self.talk.run("let a = 1")
        self.talk.run("%reset")
        self.assertEqual(self.talk.run("a")[0]["ename"], "E0201")

    def test_searches_are_kept_and_can_be_kept_nowhere(self):
        self.talk.run("%store off\n" + example("w1.nasaic"))
        self.assertFalse((self.folder / ".nasaic").exists())
        self.talk.run("%store on\n")
        self.talk.run(example("w1.nasaic"))
        self.assertTrue((self.folder / ".nasaic" / "runs.db").exists())

    def test_a_comm_that_nobody_serves_is_closed(self):
        message = self.talk.client.session.msg(
            "comm_open", {"comm_id": "c", "target_name": "jupyter.widget", "data": {}}
        )
        self.talk.client.shell_channel.send(message)
        published = list(self.talk.messages(message["header"]["msg_id"]))
        self.assertIn("comm_close", kinds(published))


class Ends(unittest.TestCase):
    def test_it_ends_with_its_parent(self):
        script = (
            "import sys, time\n"
            "from jupyter_client.manager import start_new_kernel\n"
            "from talk import KERNEL\n"
            "manager, client = start_new_kernel(kernel_name=KERNEL)\n"
            "print(manager.provisioner.pid, flush=True)\n"
            "time.sleep(600)\n"
        )
        folder = pathlib.Path(__file__).parent
        parent = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=folder
        )
        self.addCleanup(parent.stdout.close)
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        for _ in range(100):
            if not os.path.exists(f"/proc/{pid}"):
                return
            time.sleep(0.1)
        self.fail("the kernel outlived its parent by 10 s")

    def test_ctrl_c_does_not_end_it(self):
        with tempfile.TemporaryDirectory() as folder, kernel(folder) as talk:
            os.kill(talk.pid, signal.SIGINT)
            self.assertEqual(talk.run("1 + 1")[0]["status"], "ok")

    def test_a_restart_forgets(self):
        with tempfile.TemporaryDirectory() as folder, kernel(folder) as talk:
            talk.run("let a = 1")
            talk.manager.restart_kernel()
            talk.client.wait_for_ready(timeout=60)
            self.assertEqual(talk.run("a")[0]["ename"], "E0201")


class Scripts(unittest.TestCase):
    """Cells and a script are the same program."""

    def test_twenty_cells_and_the_same_text_as_a_script(self):
        program = os.environ.get("NASAIC", "nasaic")
        cells = twenty()
        self.assertEqual(len(cells), 20)
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "all.nasaic"
            script.write_text("\n".join(cells))
            out = pathlib.Path(folder) / "out"
            done = subprocess.run(
                [program, "run", "--no-store", "--out", str(out), "--json-stream", str(script)],
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual(done.returncode, 0, done.stderr + done.stdout[-2000:])
            stream = [json.loads(line) for line in done.stdout.splitlines()]
            results = [one for one in stream if one["type"] == "result"]
            wanted = [part for one in results for part in one["parts"]]
            figures = [one["svg"] for one in stream if one["type"] == "figure"]
            with kernel(folder) as talk:
                talk.run("%store off")
                shown, pictures = [], []
                for cell in cells:
                    reply, published = talk.run(cell)
                    self.assertEqual(reply["status"], "ok", (cell, reply))
                    for message in published:
                        if message["msg_type"] in ("display_data", "execute_result"):
                            data = message["content"]["data"]
                            if message["content"].get("transient", {}).get("display_id"):
                                continue
                            if "image/svg+xml" in data:
                                pictures.append(data["image/svg+xml"])
                            else:
                                shown.append(data["text/plain"])
        texts = [part["value"] for part in wanted if part["kind"] == "text"]
        written = "".join(shown)
        for text in texts:
            self.assertIn(text.strip(), written)
        self.assertEqual(pictures, figures)


def twenty():
    """Twenty cells: values, evaluations, pictures, a search."""
    declarations, rest = example("w1.nasaic").split("let run = ")
    return [
        "use std.nets.{resnet18}",
        "use std.accel.{eyeriss_like, simba_like}",
        "let clock = 1 GHz",
        "clock * 3 ms",
        "let one = evaluate(resnet18, eyeriss_like)",
        "one",
        "one.latency",
        "let two = evaluate(resnet18, simba_like)",
        "two.energy",
        "one.latency / two.latency",
        "one.layers.top(5, by = energy)",
        "compare(one, two)",
        "roofline(one, label = layer)",
        "energy_breakdown(one, by = level, per = layer)",
        "expect one.latency > 1 us",
        "let ratio = one.energy / two.energy\nratio",
        declarations,
        "let run = search(w1, nasaic)",
        "run.best",
        "pareto(run, x = latency, y = accuracy)",
    ]


if __name__ == "__main__":
    unittest.main()
