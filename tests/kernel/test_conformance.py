"""The public conformance suite of Jupyter kernels, on this kernel."""

import unittest

import jupyter_kernel_test as jkt

LONG = """\
use std.nets.{resnet18}
use std.accel.{eyeriss_like}
"""


class NasaicKernelTests(jkt.KernelTests):
    kernel_name = "nasaic"
    language_name = "nasaic"
    file_extension = ".nasaic"
    code_execute_result = [
        {"code": "1 + 1", "result": "2\n"},
        {"code": "3 ms * 2", "result": "6 ms\n"},
    ]
    code_display_data = [
        {"code": "\"shown\"\n1 + 1", "mime": "text/plain"},
    ]
    completion_samples = [
        {"text": "netw", "matches": {"network "}},
        {"text": "network n { conv { filt", "matches": {"filters = "}},
    ]
    code_inspect_sample = "search"
    complete_code_samples = ["1 + 1", "let a = 3 ms\n", "network n {\n  input = [3, 8, 8]\n}\n"]
    incomplete_code_samples = ["network n {", "let a = (1 +", "let a ="]
    invalid_code_samples = ["let = = }"]
    code_generate_error = "bogus"
    code_history_pattern = "1 + *"
    supported_history_operations = ("tail", "range", "search")

    # What a cell writes is shown as values; only commands and Rust cells write to streams.
    code_stdout = ""
    code_stderr = ""

    def test_execute_stdout(self):
        self.flush_channels()
        reply, messages = self.execute_helper(code="%time\nlet a = 1")
        self.assertEqual(reply["content"]["status"], "ok")
        streams = [m["content"] for m in messages if m["msg_type"] == "stream"]
        self.assertEqual([s["name"] for s in streams], ["stdout"])
        self.assertRegex(streams[0]["text"], r"^took \d+\.\d{3} s\n$")


class NasaicWelcomeTests(jkt.IopubWelcomeTests):
    kernel_name = "nasaic"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main()
