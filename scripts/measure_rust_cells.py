#!/usr/bin/env python3
"""How long Rust cells take, and how much memory: the numbers of docs/performance.md.

    JUPYTER_PATH=… scripts/measure_rust_cells.py [KERNEL]

starts the installed kernel (`nasaic`) once, and prints one line for each measurement.
"""

import os
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests" / "kernel"))
if len(sys.argv) > 1:
    os.environ["NASAIC_KERNEL"] = sys.argv[1]
import test_rust  # noqa: E402


def memory(pid):
    """Resident megabytes."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def timed(notebook, code):
    begin = time.monotonic()
    notebook.good(code)
    return time.monotonic() - begin


def calls(notebook):
    """Microseconds of a call from a cell of the language: a column over designs that are priced already."""
    count = 20_000
    notebook.good(
        "%store off\nuse std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\n"
        f"let all = sweep(resnet18, eyeriss_like with {{ core.pes in 1..{count} }})"
    )
    notebook.good('%%rust\nnasaic_values::register("twice", |x: f64| 2.0 * x);')
    # The first table calls, the second knows the answers already, the third has a formula instead.
    tables = ["twice(core.pes)", "twice(core.pes)", "2 * core.pes"]
    called, known, formula = [timed(notebook, f"table(all, columns = [{column}])") for column in tables]
    return (called - known) * 1e6 / count, (known - formula) * 1e6 / count


def main():
    notebook = test_rust.Notebook("good")
    notebook.setUpClass()
    try:
        print(f"load {os.getloadavg()[0]:.1f}")
        kernel = notebook.manager.provisioner.pid
        print(f"kernel before Rust: {memory(kernel):.0f} MB")
        print(f"start and first cell (1 + 1): {timed(notebook, '%%rust' + chr(10) + '1 + 1'):.1f} s")
        for name, code in [("let y = 3;", "let y = 3;"), ("y + 1", "y + 1"), ("println!", 'println!("a");')]:
            times = [timed(notebook, f"%%rust\n{code}") for _ in range(11)]
            least, middle = min(times[1:]), statistics.median(times[1:])
            print(f"warm `{name}`: median {middle:.2f} s, least {least:.2f} s of 10")
        notebook.good("let limit = 4 ms")
        print(f"first cell that names a let: {timed(notebook, '%%rust' + chr(10) + 'limit.value'):.1f} s")
        notebook.good("let limit = 5 ms")
        print(f"a let that has changed: {timed(notebook, '%%rust' + chr(10) + 'limit.value'):.2f} s")
        flood = '%%rust\nfor i in 0..100_000 { println!("line {i}"); }'
        print(f"100,000 printed lines: {timed(notebook, flood):.2f} s")
        called, known = calls(notebook)
        print(f"a call of a Rust function: {called:.1f} µs; one whose answer is known: {known:.1f} µs")
        [(host, [child])] = notebook.processes()
        print(f"host {memory(host):.0f} MB, its child {memory(child):.0f} MB, kernel {memory(kernel):.0f} MB")
        again = timed(notebook, "%%rust --fresh\nlimit.value")
        print(f"a new process with values, dependencies compiled before: {again:.1f} s")
        sent = notebook.send('%%rust\nprintln!("on"); loop { std::hint::spin_loop(); }')
        notebook.wait_for_start(sent)
        begin = time.monotonic()
        notebook.manager.interrupt_kernel()
        notebook.wait(sent)
        print(f"interrupt: {1000 * (time.monotonic() - begin):.0f} ms")
    finally:
        notebook.tearDownClass()


if __name__ == "__main__":
    main()
