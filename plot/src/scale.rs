//! From values to pixels, and the ticks between.

use crate::number::{exponent, fixed, power_of_ten, ten_to};

/// The magnitudes beyond which a value is not drawn: their differences could overflow.
const LARGEST: f64 = 1e150;
const SMALLEST: f64 = 1e-150;

/// How many values could not be drawn.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub not_finite: usize,
    pub not_positive: usize,
}

impl Skipped {
    /// Whether a value can be drawn on an axis; counts it if not.
    pub fn keeps(&mut self, value: f64, log: bool) -> bool {
        let drawn = drawable(value, log);
        if !value.is_finite() || value.abs() > LARGEST {
            self.not_finite += 1;
        } else if !drawn {
            self.not_positive += 1;
        }
        drawn
    }

    /// What there is to say of them; nothing if every value could be drawn.
    pub fn sentences(self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.not_finite > 0 {
            let values = values_that_are(self.not_finite);
            sentences.push(format!("Left out: {values} not a finite number."));
        }
        if self.not_positive > 0 {
            let values = values_that_are(self.not_positive);
            sentences.push(format!(
                "Left out: {values} not positive, on a logarithmic axis."
            ));
        }
        sentences
    }
}

fn values_that_are(count: usize) -> String {
    if count == 1 {
        "1 value that is".to_owned()
    } else {
        format!("{count} values that are")
    }
}

/// Whether a value has a place on an axis.
pub(crate) fn drawable(value: f64, log: bool) -> bool {
    value.is_finite() && value.abs() <= LARGEST && (!log || value >= SMALLEST)
}

/// The smallest and the largest of the values met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extent {
    pub lo: f64,
    pub hi: f64,
}

impl Extent {
    /// The extent of some values, none if there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        values.into_iter().fold(None, |extent: Option<Self>, v| {
            Some(extent.map_or(Self { lo: v, hi: v }, |e| e.with(v)))
        })
    }

    pub fn with(self, value: f64) -> Self {
        Self {
            lo: self.lo.min(value),
            hi: self.hi.max(value),
        }
    }

    /// The extent with room around the data and some length even for a single value.
    ///
    /// A linear axis whose data come near zero starts there.
    pub fn padded(self, log: bool) -> Self {
        if log {
            let ratio = libm::log10(self.hi) - libm::log10(self.lo);
            let room = libm::pow(10.0, if ratio < 1e-9 { 0.3 } else { ratio * 0.05 });
            return Self {
                lo: self.lo / room,
                hi: self.hi * room,
            };
        }
        let span = self.hi - self.lo;
        let size = self.lo.abs().max(self.hi.abs());
        if size < SMALLEST {
            return Self { lo: 0.0, hi: 1.0 };
        }
        let room = if span < size * 1e-9 {
            size * 0.1
        } else {
            span * 0.06
        };
        let (mut lo, mut hi) = (self.lo - room, self.hi + room);
        if self.lo >= 0.0 && self.lo < 0.25 * self.hi {
            lo = 0.0;
        }
        if self.hi <= 0.0 && self.hi > 0.25 * self.lo {
            hi = 0.0;
        }
        Self { lo, hi }
    }

    /// The extent itself, or one with a little length around a single value.
    pub fn not_empty(self, log: bool) -> Self {
        let size = self.lo.abs().max(self.hi.abs());
        let flat = if log {
            self.hi / self.lo < 1.0 + 1e-9
        } else {
            self.hi - self.lo <= size * 1e-9
        };
        if flat { self.padded(log) } else { self }
    }

    /// The size by which the unit of the axis is chosen.
    pub fn magnitude(self, log: bool) -> f64 {
        if log {
            libm::sqrt(self.lo) * libm::sqrt(self.hi)
        } else {
            self.lo.abs().max(self.hi.abs())
        }
    }
}

/// A place on an axis: with a label it is major, without one it is minor.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// The position in pixels.
    pub at: f64,
    pub label: Option<String>,
}

/// The map from the values of one axis to pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    log: bool,
    /// The extent, of the logarithms if the axis is logarithmic.
    lo: f64,
    hi: f64,
    /// The pixels of `lo` and `hi`.
    from: f64,
    to: f64,
}

impl Scale {
    /// Makes the scale that maps `extent`, which has a length, to the pixels `from..to`.
    pub fn new(extent: Extent, log: bool, (from, to): (f64, f64)) -> Self {
        let axis = |v: f64| if log { libm::log10(v) } else { v };
        Self {
            log,
            lo: axis(extent.lo),
            hi: axis(extent.hi),
            from,
            to,
        }
    }

    /// The part of the axis below a value: 0 at its start, 1 at its end, clamped.
    pub fn part(&self, value: f64) -> f64 {
        let v = if self.log {
            libm::log10(value.max(SMALLEST))
        } else {
            value
        };
        ((v - self.lo) / (self.hi - self.lo)).clamp(0.0, 1.0)
    }

    /// The pixel of a value; what lies outside the extent comes to its edge.
    pub fn at(&self, value: f64) -> f64 {
        self.from + (self.to - self.from) * self.part(value)
    }

    /// The ticks of the axis, at most about `count` of them with a label.
    ///
    /// Labels are the values divided by `factor`.
    pub fn ticks(&self, count: usize, factor: f64) -> Vec<Tick> {
        let scaled = if self.log {
            let shift = libm::log10(factor);
            Self {
                lo: self.lo - shift,
                hi: self.hi - shift,
                ..*self
            }
        } else {
            Self {
                lo: self.lo / factor,
                hi: self.hi / factor,
                ..*self
            }
        };
        let count = count.max(2);
        if !scaled.log {
            return scaled.linear_ticks(scaled.lo, scaled.hi, count);
        }
        let decades = scaled.hi - scaled.lo;
        if decades < 0.8 {
            let (lo, hi) = (libm::pow(10.0, scaled.lo), libm::pow(10.0, scaled.hi));
            return scaled.linear_ticks(lo, hi, count);
        }
        scaled.log_ticks(count)
    }

    /// Ticks at multiples of 1, 2 or 5 times a power of ten.
    fn linear_ticks(&self, lo: f64, hi: f64, count: usize) -> Vec<Tick> {
        let (step, decimals) = nice_step((hi - lo) / count as f64);
        let first = (lo / step - 1e-6).ceil();
        let last = (hi / step + 1e-6).floor();
        let steps = (last - first).clamp(0.0, 100.0) as usize;
        (0..=steps)
            .map(|i| {
                let value = (first + i as f64) * step;
                Tick {
                    at: self.at(value),
                    label: Some(fixed(value, decimals)),
                }
            })
            .collect()
    }

    /// Ticks at powers of ten, with their multiples labelled too when there are few powers.
    fn log_ticks(&self, count: usize) -> Vec<Tick> {
        let (first, last) = (self.lo.floor() as i32, self.hi.floor() as i32);
        let decades = self.hi - self.lo;
        let every = (decades / count as f64).ceil().max(1.0) as i32;
        let labelled: &[u32] = if decades * 3.0 <= count as f64 {
            &[1, 2, 5]
        } else {
            &[1]
        };
        let plain = first >= -3 && last <= 4;
        let mut ticks = Vec::new();
        for decade in first..=last {
            for digit in 1..=9u32 {
                let place = f64::from(decade) + libm::log10(f64::from(digit));
                let shown = digit == 1 || decades <= 8.0;
                if place < self.lo - 1e-9 || place > self.hi + 1e-9 || !shown {
                    continue;
                }
                let label = (labelled.contains(&digit) && decade.rem_euclid(every) == 0)
                    .then(|| log_label(digit, decade, plain));
                let part = (place - self.lo) / (self.hi - self.lo);
                let at = self.from + (self.to - self.from) * part.clamp(0.0, 1.0);
                ticks.push(Tick { at, label });
            }
        }
        ticks
    }
}

fn log_label(digit: u32, decade: i32, plain: bool) -> String {
    if plain || decade == 0 || (decade == 1 && digit == 1) {
        fixed(
            f64::from(digit) * power_of_ten(decade),
            (-decade).max(0) as usize,
        )
    } else if digit == 1 {
        ten_to(decade)
    } else {
        format!("{digit}·{}", ten_to(decade))
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `raw`, and its decimals.
fn nice_step(raw: f64) -> (f64, usize) {
    let power = exponent(raw);
    let base = power_of_ten(power);
    let (step, power) = match raw / base {
        m if m <= 1.0 => (base, power),
        m if m <= 2.0 => (2.0 * base, power),
        m if m <= 5.0 => (5.0 * base, power),
        _ => (10.0 * base, power + 1),
    };
    (step, (-power).clamp(0, 12) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(lo: f64, hi: f64, log: bool, factor: f64) -> Vec<String> {
        Scale::new(Extent { lo, hi }, log, (0.0, 500.0))
            .ticks(6, factor)
            .into_iter()
            .filter_map(|t| t.label)
            .collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(
            labels(0.0, 1.0, false, 1.0),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            labels(0.0, 12e6, false, 1e6),
            ["0", "2", "4", "6", "8", "10", "12"]
        );
    }

    #[test]
    fn log_ticks_are_powers_and_their_multiples_when_those_are_few() {
        assert_eq!(
            labels(1.0, 1e4, true, 1.0),
            ["1", "10", "100", "1000", "10,000"]
        );
        assert_eq!(labels(1e9, 1e12, true, 1e9), ["1", "10", "100", "1000"]);
        assert_eq!(
            labels(1.0, 1e12, true, 1.0),
            ["1", "10²", "10⁴", "10⁶", "10⁸", "10¹⁰", "10¹²"]
        );
        assert_eq!(
            labels(0.9, 60.0, true, 1.0),
            ["1", "2", "5", "10", "20", "50"]
        );
    }

    #[test]
    fn a_single_value_still_gets_an_axis() {
        for (value, log) in [(0.0, false), (7.0, false), (-7.0, false), (1e-9, true)] {
            let extent = Extent::of([value]).unwrap().padded(log);
            assert!(extent.lo < extent.hi, "{value}: {extent:?}");
            assert!(
                extent.lo <= value && value <= extent.hi,
                "{value}: {extent:?}"
            );
        }
    }

    #[test]
    fn values_without_a_place_are_counted() {
        let mut skipped = Skipped::default();
        let kept = [1.0, 0.0, -1.0, f64::NAN, f64::INFINITY, 1e200]
            .into_iter()
            .filter(|v| skipped.keeps(*v, true))
            .count();
        assert_eq!(
            (kept, skipped),
            (
                1,
                Skipped {
                    not_finite: 3,
                    not_positive: 2
                }
            )
        );
    }
}
