"""How fast the kernel answers, beside ipykernel in the same run: medians of a hundred cells."""

import pathlib
import statistics
import tempfile
import time

from jupyter_client.manager import start_new_kernel

from talk import example, kernel

CELLS = {
    "nasaic": ["1 + 1", "let a = 3 ms\na * 2"],
    "python3": ["1 + 1", "a = 3\na * 2"],
}
ROUNDS = 100


def idle(client, ident):
    while True:
        message = client.get_iopub_msg(timeout=60)
        if (
            message["parent_header"].get("msg_id") == ident
            and message["content"].get("execution_state") == "idle"
        ):
            return


def trip(client, code):
    """Seconds from sending a cell to its answer and its idle."""
    start = time.perf_counter()
    ident = client.execute(code)
    client.get_shell_msg(timeout=60)
    idle(client, ident)
    return time.perf_counter() - start


def interrupt(folder):
    """Seconds from an interrupt of a search to the idle of its cell."""
    text = example("w1.nasaic").replace("episodes = 500", "episodes = 500000")
    with kernel(folder) as talk:
        talk.run("%store off")
        messages = talk.messages(talk.ask(text))
        next(m for m in messages if m["msg_type"] == "display_data")
        start = time.perf_counter()
        talk.manager.interrupt_kernel()
        list(messages)
        return time.perf_counter() - start


def memory(pid):
    """Resident MB of a process."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def measure(name, folder):
    start = time.perf_counter()
    manager, client = start_new_kernel(kernel_name=name, cwd=folder)
    ready = time.perf_counter() - start
    try:
        resident = memory(manager.provisioner.pid)
        trips = []
        for code in CELLS[name]:
            trip(client, code)
            trips.append(statistics.median(trip(client, code) for _ in range(ROUNDS)) * 1e3)
        return [ready, *trips, resident, memory(manager.provisioner.pid)]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main():
    heads = ["ready s", "value ms", "declaration ms", "idle MB", "after MB"]
    with tempfile.TemporaryDirectory() as folder:
        stops = [interrupt(folder) for _ in range(5)]
        rows = {name: [measure(name, folder) for _ in range(3)] for name in CELLS}
    print(f"{'kernel':10}" + "".join(f"{head:>16}" for head in heads))
    best = {}
    for name, runs in rows.items():
        best[name] = [min(column) for column in zip(*runs)]
        print(f"{name:10}" + "".join(f"{value:16.3f}" for value in best[name]))
    ratios = [p / n for n, p in zip(best["nasaic"], best["python3"])]
    print(f"interrupt of the W1 search: {statistics.median(stops) * 1e3:.0f} ms to the idle")
    print(f"{'ratio':10}" + "".join(f"{value:16.2f}" for value in ratios))


if __name__ == "__main__":
    main()
