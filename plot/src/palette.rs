//! Colours that stay apart for colour-blind readers, and in print.

use crate::figure::Mark;

/// A colour with its opacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Color {
    pub rgb: (u8, u8, u8),
    /// 0 is invisible, 1 is opaque.
    pub alpha: f64,
}

impl Color {
    pub const fn new(r: u8, g: u8, b: u8) -> Self {
        Self {
            rgb: (r, g, b),
            alpha: 1.0,
        }
    }

    /// The same colour at another opacity.
    pub const fn alpha(self, alpha: f64) -> Self {
        Self {
            rgb: self.rgb,
            alpha,
        }
    }

    /// The colour moved towards white: 0 leaves it, 1 is white.
    pub fn tint(self, towards_white: f64) -> Self {
        self.mix(WHITE, towards_white)
    }

    /// The colour moved towards another by a part between 0 and 1.
    pub fn mix(self, other: Self, part: f64) -> Self {
        let channel =
            |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
        let (a, b) = (self.rgb, other.rgb);
        Self {
            rgb: (channel(a.0, b.0), channel(a.1, b.1), channel(a.2, b.2)),
            alpha: self.alpha,
        }
    }

    /// The colour of text that can be read on this one.
    pub fn ink(self) -> Self {
        let linear = |c: u8| libm::pow(f64::from(c) / 255.0, 2.2);
        let (r, g, b) = self.rgb;
        let luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        if luminance > 0.30 { INK } else { WHITE }
    }
}

pub(crate) const WHITE: Color = Color::new(255, 255, 255);
/// Text and axes.
pub(crate) const INK: Color = Color::new(34, 34, 34);
/// Text of less weight.
pub(crate) const GREY: Color = Color::new(100, 100, 100);
/// Where there is no value.
pub(crate) const LIGHT: Color = Color::new(225, 225, 225);
/// The grid behind the data.
pub(crate) const GRID: Color = Color::new(232, 232, 232);
/// Limits and deadlines.
pub(crate) const RED: Color = Color::new(176, 32, 32);

/// The palette of Okabe and Ito, darkest first and without black and yellow, which are last:
/// black is the colour of text and yellow hardly shows on white.
const OKABE_ITO: [Color; 8] = [
    Color::new(0, 114, 178),
    Color::new(213, 94, 0),
    Color::new(0, 158, 115),
    Color::new(204, 121, 167),
    Color::new(86, 180, 233),
    Color::new(230, 159, 0),
    Color::new(70, 70, 70),
    Color::new(240, 228, 66),
];

/// The colour of the i-th series; after a round the palette comes back darker, then lighter.
pub(crate) fn series(i: usize) -> Color {
    let color = OKABE_ITO[i % OKABE_ITO.len()];
    match (i / OKABE_ITO.len()) % 3 {
        0 => color,
        1 => color.mix(INK, 0.45),
        _ => color.tint(0.4),
    }
}

/// The mark of the i-th series; its period differs from the palette's, so pairs repeat late.
pub(crate) fn mark(i: usize) -> Mark {
    const MARKS: [Mark; 7] = [
        Mark::Circle,
        Mark::Square,
        Mark::Triangle,
        Mark::Diamond,
        Mark::Cross,
        Mark::Plus,
        Mark::Ring,
    ];
    MARKS[i % MARKS.len()]
}

/// Samples of the viridis map (van der Walt and Smith, matplotlib) at equal distances.
const VIRIDIS: [Color; 11] = [
    Color::new(68, 1, 84),
    Color::new(72, 36, 117),
    Color::new(65, 68, 135),
    Color::new(53, 95, 141),
    Color::new(42, 120, 142),
    Color::new(33, 145, 140),
    Color::new(34, 168, 132),
    Color::new(68, 191, 112),
    Color::new(122, 209, 81),
    Color::new(189, 223, 38),
    Color::new(253, 231, 37),
];

/// The colour of a part between 0 and 1 of a continuous scale.
pub(crate) fn continuous(part: f64) -> Color {
    let last = VIRIDIS.len() - 1;
    let position = part.clamp(0.0, 1.0) * last as f64;
    let below = (position.floor() as usize).min(last - 1);
    VIRIDIS[below].mix(VIRIDIS[below + 1], position - below as f64)
}
