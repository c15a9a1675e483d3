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
    """Microseconds from one call to the next: least, median, and nine in ten.

    A column over designs that are priced already calls 20,000 times; the function notes when.
    """
    notebook.good(
        "%store off\nuse std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\n"
        "let all = sweep(resnet18, eyeriss_like with { core.pes in 1..20000 })"
    )
    notebook.good(
        "%%rust\nuse std::{sync::{Arc, Mutex}, time::Instant};\n"
        "let seen = Arc::new(Mutex::new(Vec::new()));\nlet noted = Arc::clone(&seen);\n"
        'nasaic_values::register("twice", move |x: f64| { noted.lock().unwrap().push(Instant::now()); 2.0 * x });'
    )
    notebook.good("table(all, columns = [twice(core.pes)])")
    told = notebook.good(
        "%%rust\n{\nlet seen = seen.lock().unwrap();\n"
        "let mut gaps: Vec<f64> = seen.windows(2).map(|two| (two[1] - two[0]).as_secs_f64() * 1e6).collect();\n"
        "gaps.sort_by(f64::total_cmp);\n"
        'println!("{} {} {}", gaps[0], gaps[gaps.len() / 2], gaps[gaps.len() * 9 / 10]);\n}'
    )
    return [float(number) for number in told.text().split()]


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
        least, median, most = calls(notebook)
        print(f"a call of a Rust function: median {median:.1f} µs, least {least:.1f} µs, nine in ten {most:.1f} µs")
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
