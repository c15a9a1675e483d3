//! Ctrl-C: once to stop and keep what was found, twice to end at once.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

static STOP: AtomicBool = AtomicBool::new(false);

/// Whether the run should stop.
pub fn stop() -> bool {
    STOP.load(Ordering::Relaxed)
}

/// Listens from now on; without a listener Ctrl-C ends the program, which is safe, too.
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(3);
        }
        // Nobody may be there to read it.
        let _ = writeln!(
            std::io::stderr(),
            "\nstopping and keeping what was found; Ctrl-C again ends at once"
        );
    });
}
