"""Clients that do not mean well, and clients that ask for much."""

import random
import socket
import struct
import time
import unittest

import zmq
from jupyter_client.session import Session

from talk import Conversation, kinds, plain


class Hostile(Conversation):
    def still_there(self):
        """The kernel works, and its idle comes."""
        reply, published = self.talk.run("20 + 22")
        self.assertEqual(reply["status"], "ok")
        self.assertEqual(plain(published), ["42\n"])

    def raw(self, channel="shell"):
        """A socket of one's own to the kernel."""
        info = self.talk.manager.get_connection_info()
        link = zmq.Context.instance().socket(zmq.DEALER)
        link.linger = 0
        link.connect(f"tcp://{info['ip']}:{info[channel + '_port']}")
        self.addCleanup(link.close)
        return link

    def marked(self, name):
        """A cell that leaves a file if it is run."""
        return (
            "use std.accel.{eyeriss_like}\nuse std.nets.{resnet18}\n"
            f'export(evaluate(resnet18, eyeriss_like), "{name}.json")\n'
        )

    def message(self, session, code):
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
        return session.serialize(session.msg("execute_request", content))

    def test_a_message_with_a_wrong_signature_is_not_honoured(self):
        link = self.raw()
        link.send_multipart(self.message(Session(key=b"wrong"), self.marked("wrong")))
        unsigned = self.message(Session(key=b""), self.marked("unsigned"))
        link.send_multipart(unsigned)
        good = self.message(self.talk.client.session, self.marked("changed"))
        good[-1] = good[-1].replace(b"changed", b"hacked!")
        link.send_multipart(good)
        self.still_there()
        time.sleep(0.5)
        self.assertEqual([f.name for f in self.folder.glob("*.json")], [])
        self.assertEqual(link.poll(200), 0)

    def test_the_same_message_with_its_signature_is_honoured(self):
        link = self.raw()
        link.send_multipart(self.message(self.talk.client.session, self.marked("right")))
        self.assertNotEqual(link.poll(30_000), 0)
        self.assertEqual([f.name for f in self.folder.glob("*.json")], ["right.json"])

    def test_truncated_messages_are_dropped(self):
        link = self.raw()
        whole = self.message(self.talk.client.session, "1 + 1")
        for length in range(len(whole)):
            if whole[:length]:
                link.send_multipart(whole[:length])
        link.send_multipart([b"<IDS|MSG>"])
        link.send_multipart([b"", b"", b""])
        link.send_multipart([b"<IDS|MSG>", b"zz", b"{", b"{", b"{", b"{"])
        # The last one is whole: when it is answered, all have been read.
        link.send_multipart(whole)
        self.assertNotEqual(link.poll(30_000), 0)
        self.still_there()

    def test_signed_nonsense_is_dropped_or_refused(self):
        session = self.talk.client.session
        link = self.raw()
        for header, content in [
            (b"{", b"{}"),
            (b"[]", b"{}"),
            (b'{"msg_type": "execute_request"}', b"{}"),
            (b"\xff\xfe", b"\xff"),
        ]:
            parts = [header, b"{}", b"{}", content]
            link.send_multipart([b"<IDS|MSG>", session.sign(parts), *parts])
        link.send_multipart(self.message(session, "1 + 1"))
        self.assertNotEqual(link.poll(30_000), 0)
        ident = self.talk.client.session.msg("execute_request", {"code": 3})
        self.talk.client.shell_channel.send(ident)
        self.assertEqual(self.talk.reply(ident["header"]["msg_id"])["status"], "error")
        self.still_there()

    def test_unknown_messages_are_refused_and_end_idle(self):
        ident = self.talk.client.session.msg("make_coffee_request", {"sugar": True})
        self.talk.client.shell_channel.send(ident)
        self.assertEqual(self.talk.reply(ident["header"]["msg_id"])["status"], "error")
        self.assertEqual(kinds(self.talk.messages(ident["header"]["msg_id"])), ["status", "status"])
        silent = self.talk.client.session.msg("coffee", {})
        self.talk.client.shell_channel.send(silent)
        self.still_there()

    def test_bytes_that_are_no_zmq_are_survived(self):
        info = self.talk.manager.get_connection_info()
        draw = random.Random(1)
        for channel in ["shell", "control", "iopub", "stdin", "hb"]:
            for length in [1, 64, 5000]:
                with socket.create_connection((info["ip"], info[f"{channel}_port"])) as link:
                    link.sendall(draw.randbytes(length))
            # A good greeting, and then a frame that is cut off.
            with socket.create_connection((info["ip"], info[f"{channel}_port"])) as link:
                greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16) + bytes(32)
                link.sendall(greeting[:64] + struct.pack(">BQ", 2, 1 << 20) + b"abc")
        self.still_there()

    def test_a_cell_of_ten_megabytes(self):
        for cell in ["// " + "x" * 10_000_000 + "\n1 + 1", "1 +\n" * 2_500_000]:
            reply, _ = self.talk.run(cell)
            self.assertEqual((reply["status"], reply["ename"]), ("error", "E0110"))
        complete = self.talk.client.complete("a" * 10_000_000, 5)
        self.assertEqual(self.talk.reply(complete)["status"], "ok")
        self.still_there()

    def test_a_hundred_thousand_lines_of_output(self):
        reply, published = self.talk.run("7\n" * 100_000)
        self.assertEqual(reply["status"], "ok", reply)
        self.assertEqual("".join(plain(published)).split(), ["7"] * 100_000)
        self.assertLess(len(published), 2000)
        self.still_there()

    def test_fifty_requests_at_once(self):
        client = self.talk.client
        runs = [client.execute(f"{n} + {n}") for n in range(50)]
        asks = [client.complete("netwo", 5) for _ in range(50)]
        waiting = set(runs) | set(asks)
        idle, replies, values = set(), {}, {}
        end = time.monotonic() + 60
        while time.monotonic() < end and (len(idle) < 100 or len(replies) < 100):
            if client.shell_channel.socket.poll(10):
                message = client.get_shell_msg(timeout=5)
                replies[message["parent_header"]["msg_id"]] = message["content"]
            while client.iopub_channel.socket.poll(0):
                message = client.get_iopub_msg(timeout=5)
                ident = message["parent_header"].get("msg_id")
                if message["content"].get("execution_state") == "idle":
                    idle.add(ident)
                if message["msg_type"] == "execute_result":
                    values[ident] = message["content"]["data"]["text/plain"]
        self.assertEqual(idle & waiting, waiting)
        self.assertEqual(set(replies) & waiting, waiting)
        self.assertEqual([values[ident] for ident in runs], [f"{2 * n}\n" for n in range(50)])

    def test_a_reader_that_does_not_read_holds_up_nobody_for_ever(self):
        info = self.talk.manager.get_connection_info()
        lazy = zmq.Context.instance().socket(zmq.SUB)
        lazy.linger = 0
        lazy.setsockopt(zmq.RCVHWM, 1)
        lazy.connect(f"tcp://{info['ip']}:{info['iopub_port']}")
        lazy.subscribe(b"")
        time.sleep(0.3)
        for _ in range(5):
            self.talk.run("7\n" * 5_000)
        lazy.close()
        self.still_there()

    def test_a_client_that_leaves_in_the_middle(self):
        for _ in range(20):
            link = self.raw()
            link.send_multipart(self.message(self.talk.client.session, "1 + 1"))
            link.close()
        self.still_there()


if __name__ == "__main__":
    unittest.main()
