"""A small client for the tests of the kernel."""

import os
import pathlib
import queue
import tempfile
import time
import unittest
from contextlib import contextmanager

from jupyter_client.manager import start_new_kernel

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
KERNEL = os.environ.get("NASAIC_KERNEL_NAME", "nasaic")
TIMEOUT = 120


@contextmanager
def kernel(folder):
    """A kernel that runs in a folder, with its client."""
    manager, client = start_new_kernel(kernel_name=KERNEL, cwd=str(folder), startup_timeout=TIMEOUT)
    try:
        yield Talk(manager, client)
    finally:
        client.stop_channels()
        if manager.is_alive():
            manager.shutdown_kernel(now=True)


class Talk:
    """A conversation with one kernel."""

    def __init__(self, manager, client):
        self.manager = manager
        self.client = client

    @property
    def pid(self):
        return self.manager.provisioner.pid

    def ask(self, code, **options):
        """Sends a cell and returns the id of the message."""
        return self.client.execute(code, **options)

    def messages(self, ident, timeout=TIMEOUT):
        """What is published for a message, up to its idle."""
        end = time.monotonic() + timeout
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no idle after {timeout} s") from None
            if message["parent_header"].get("msg_id") != ident:
                continue
            yield message
            if message["content"].get("execution_state") == "idle":
                return

    def reply(self, ident, timeout=TIMEOUT):
        """The answer to a message on the shell."""
        while True:
            message = self.client.get_shell_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == ident:
                return message["content"]

    def run(self, code, **options):
        """Runs a cell: its answer and what it published."""
        ident = self.ask(code, **options)
        published = list(self.messages(ident))
        return self.reply(ident), published


class Conversation(unittest.TestCase):
    """Tests that talk to a kernel of their own, in a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        context = kernel(self.folder)
        self.talk = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)


def kinds(published):
    """The types of messages, in order."""
    return [message["msg_type"] for message in published]


def plain(published):
    """The plain text of all that was shown, in order."""
    shown = [m for m in published if m["msg_type"] in ("display_data", "execute_result")]
    return [m["content"]["data"]["text/plain"] for m in shown]


def example(name):
    """The text of an example."""
    return (EXAMPLES / name).read_text()
