//! How far a long action is, as a bar.

use super::page::MUTED;
use super::{Bundle, HTML};
use crate::sink::Progress;
use nasaic_dsl::render::escape;
use nasaic_dsl::units;

const OUTER: &str = "height:6px;max-width:480px;margin:.3em 0;border-radius:3px;overflow:hidden;\
                     background:var(--jp-layout-color3,rgba(128,128,128,.3))";
const INNER: &str = "height:100%;background:var(--jp-brand-color1,#2b88c4)";
const TEXT: &str = "font-size:13px;font-variant-numeric:tabular-nums";

impl Progress {
    /// The progress as a line of text and as a bar, so many seconds after the action began.
    ///
    /// Speed and time left are those of the whole action so far: evaluations cost much the same,
    /// and a mean does not jump about.
    pub fn bundle(&self, seconds: f64) -> Bundle {
        let far = self.far(seconds);
        let mut plain = format!("{}: {far}", self.what);
        if !self.best.is_empty() {
            plain += &format!("; {}", self.best);
        }
        Bundle::new(plain).with(HTML, self.html(&far))
    }

    /// Which part is done, in per cent; none when the whole is not known.
    fn percent(&self) -> Option<f64> {
        let total = self.total.filter(|total| *total > 0)?;
        Some((100.0 * self.done as f64 / total as f64).min(100.0))
    }

    /// What is done, how fast it goes and how long the rest takes.
    fn far(&self, seconds: f64) -> String {
        let done = units::number(self.done as f64);
        let mut parts = vec![match (self.total, self.percent()) {
            (Some(total), Some(percent)) => {
                let total = units::number(total as f64);
                format!("{done} of {total} ({} %)", libm::floor(percent))
            }
            _ => format!("{done} evaluations"),
        }];
        let rate = self.done as f64 / seconds;
        if rate.is_finite() && rate > 0.0 {
            parts.push(format!("{}/s", units::number(three_digits(rate))));
            if self.finished {
                let whole = self.total.is_none_or(|total| self.done >= total);
                let ended = if whole { "done in" } else { "ended after" };
                parts.push(format!("{ended} {}", span(seconds)));
            } else if let Some(total) = self.total {
                let left = total.saturating_sub(self.done) as f64 / rate;
                parts.push(format!("{} left", span(left)));
            }
        }
        parts.join(" · ")
    }

    fn html(&self, far: &str) -> String {
        let bar = self.percent().map_or(String::new(), |percent| {
            let width = libm::round(percent * 10.0) / 10.0;
            format!(
                "<div role=\"progressbar\" aria-valuenow=\"{width}\" style=\"{OUTER}\">\
                 <div style=\"{INNER};width:{width}%\"></div></div>"
            )
        });
        let best = if self.best.is_empty() {
            String::new()
        } else {
            let best = escape(&self.best);
            format!("<div style=\"{MUTED}\">{best}</div>")
        };
        let what = escape(&self.what);
        let far = escape(far);
        format!("<div style=\"{TEXT}\"><b>{what}</b> {far}{bar}{best}</div>\n")
    }
}

/// The number with three significant digits.
fn three_digits(x: f64) -> f64 {
    format!("{x:.2e}").parse().unwrap_or(x)
}

/// A length of time as people say it.
fn span(seconds: f64) -> String {
    let whole = libm::round(seconds.clamp(0.0, 1e9)) as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(done: u64, total: Option<u64>) -> Progress {
        Progress {
            what: "search(w1, nasaic)".to_owned(),
            done,
            total,
            best: "best latency <7 ms".to_owned(),
            finished: false,
        }
    }

    #[test]
    fn it_says_how_far_how_fast_and_how_long() {
        let bundle = at(1250, Some(5000)).bundle(10.0);
        let plain = bundle.text("text/plain").unwrap();
        assert_eq!(
            plain,
            "search(w1, nasaic): 1,250 of 5,000 (25 %) · 125/s · 30 s left; best latency <7 ms"
        );
        let html = bundle.text("text/html").unwrap();
        assert!(html.contains("width:25%") && html.contains("&lt;7 ms"));
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        let start = at(0, Some(10)).bundle(0.0);
        let plain = start.text("text/plain").unwrap();
        assert_eq!(
            plain,
            "search(w1, nasaic): 0 of 10 (0 %); best latency <7 ms"
        );
        for total in [None, Some(0)] {
            let bundle = at(30, total).bundle(2.0);
            let html = bundle.text("text/html").unwrap();
            assert!(!html.contains("progressbar"), "{html}");
            assert!(html.contains("30 evaluations · 15/s"), "{html}");
        }
    }

    #[test]
    fn times_are_said_as_people_do() {
        let said = [0.4, 59.0, 61.0, 7384.0, f64::INFINITY].map(span);
        assert_eq!(
            said,
            ["0 s", "59 s", "1 min 01 s", "2 h 03 min", "277777 h 46 min"]
        );
    }
}
