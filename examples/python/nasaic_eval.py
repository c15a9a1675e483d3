"""A client of `nasaic eval` (docs/eval.md): one process, one line of JSON for each request."""

import json
import os
import subprocess

WORST = 1e9  # stands for an objective of a design that cannot be built; constraints tell how bad it is


class Server:
    """A problem of a script; NASAIC names the program when it is not on the path."""

    def __init__(self, script, problem=None):
        program = os.environ.get("NASAIC", "nasaic")
        command = [program, "eval", script, *([problem] if problem else []), "--jsonl"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self.header = self._read()
        self.evaluations = 0  # distinct designs so far

    def ask(self, request):
        """The answer to a request, or the answers to a list of them, in order."""
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answers = self._read()
        for answer in answers if isinstance(answers, list) else [answers]:
            if "error" in answer:
                raise ValueError(answer["error"])
            self.evaluations = answer.get("counts", {}).get("hardware", self.evaluations)
        return answers

    def minimized(self, answer):
        """The objectives, each to be made smaller."""
        signs = [1 if o["direction"] == "minimize" else -1 for o in self.header["objectives"]]
        return [WORST if x is None else s * x for s, x in zip(signs, answer["objectives"])]

    def shown(self, minimized):
        """Objectives as text, each with its expression and unit."""
        signs = [1 if o["direction"] == "minimize" else -1 for o in self.header["objectives"]]
        texts = [f"{o['expression']} = {s * x:.6g} {o['unit']}".strip()
                 for o, s, x in zip(self.header["objectives"], signs, minimized)]
        return ", ".join(texts)

    @staticmethod
    def violations(answer):
        """By constraint, met at 0 and below; what was not judged counts as missed."""
        return {name: 1.0 if x is None else x for name, x in answer["constraints"].items()}

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("nasaic ended; what it said is above")
        return json.loads(line)
