//! Zeros: run-length compression, gated and skipped multiplications, as expected values.
//!
//! # Assumptions
//! Zeros are independent of each other and of their place (the encoder of a real image does better,
//! because zeros cluster), and zeros of weights are independent of those of inputs. Skipping finds the
//! next pair of non-zero operands at no cost in time. Everything here scales counts of the dense nest;
//! nothing is rounded, because an expectation is no whole number.

use serde::{Deserialize, Serialize};

use crate::layer::Tensor;

/// Shares of words that are not zero, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Density {
    /// Of weights.
    pub w: f64,
    /// Of inputs.
    pub i: f64,
    /// Of outputs, after the activation function.
    pub o: f64,
}

impl Density {
    /// No zeros at all.
    pub const DENSE: Density = Density {
        w: 1.0,
        i: 1.0,
        o: 1.0,
    };

    /// Share of multiplications with two operands that are not zero.
    pub fn effectual(&self) -> f64 {
        self.w * self.i
    }

    /// Share of words of one tensor that are not zero.
    pub const fn of(&self, tensor: Tensor) -> f64 {
        match tensor {
            Tensor::W => self.w,
            Tensor::I => self.i,
            Tensor::O => self.o,
        }
    }
}

/// What an element does about a multiplication by zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Saving {
    /// Multiplies all the same.
    #[default]
    None,
    /// Spends the cycle, but not the energy.
    ///
    /// The input is looked at first; if it is zero the weight is not read, and if either is zero
    /// neither the multiplier nor the partial sum moves. Eyeriss does this for inputs (JSSC 2017,
    /// section V-C): weights that nobody inspects have density 1.
    Gating,
    /// Spends neither: the element goes on to the next pair of operands that are not zero.
    Skipping,
}

impl Saving {
    /// Multiplications that cost energy, out of `macs`.
    pub fn macs(self, density: &Density, macs: u64) -> f64 {
        let share = match self {
            Saving::None => 1.0,
            Saving::Gating | Saving::Skipping => density.effectual(),
        };
        macs as f64 * share
    }

    /// Accesses of the multipliers to the store that feeds them (for O: reads and updates of
    /// partial sums), out of the `accesses` of the dense nest.
    pub fn operand_accesses(self, density: &Density, tensor: Tensor, accesses: u64) -> f64 {
        accesses as f64 * self.operand_share(density, tensor)
    }

    /// Share of these accesses that remains.
    pub fn operand_share(self, density: &Density, tensor: Tensor) -> f64 {
        match (self, tensor) {
            (Saving::None, _) | (Saving::Gating, Tensor::I) => 1.0,
            (Saving::Gating, Tensor::W) => density.i,
            (Saving::Gating, Tensor::O) | (Saving::Skipping, _) => density.effectual(),
        }
    }

    /// Steps in time, out of the `steps` of the dense nest.
    ///
    /// `together` multipliers advance in lock-step, so a step is skipped only if none of them has
    /// anything to multiply: `steps · (1 − (1 − w·i)^together)`. With 1 every multiplier runs on its
    /// own, which balances perfectly and is the lower bound.
    pub fn steps(self, density: &Density, steps: u64, together: u32) -> f64 {
        let share = match self {
            Saving::None | Saving::Gating => 1.0,
            Saving::Skipping => {
                let idle = 1.0 - density.effectual();
                1.0 - libm::pow(idle, f64::from(together))
            }
        };
        steps as f64 * share
    }
}

/// A run-length code: each pair says how many zeros there are and which word follows them.
///
/// A run has at most `2^run_bits − 1` zeros; the word after it is written out even if it is zero too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RunLength {
    /// Bits of the number of zeros, at most 16.
    pub run_bits: u32,
    /// Bits of a word.
    pub word_bits: u32,
    /// Pairs in one packet.
    pub pairs: u32,
    /// Bits of a packet, flags included.
    pub packet_bits: u32,
}

impl RunLength {
    /// Eyeriss's code: three pairs of a 5-bit run and a 16-bit word, with one flag, in 64 bits
    /// (Chen et al., JSSC 2017, section IV-B).
    pub const EYERISS: RunLength = RunLength {
        run_bits: 5,
        word_bits: 16,
        pairs: 3,
        packet_bits: 64,
    };

    /// Expected words that one pair stands for, if a share `density` of words is not zero.
    ///
    /// A pair has more than k words if the first k are zeros, which happens with probability z^k,
    /// z = 1 − density, up to the longest run: the expectation is `Σ z^k = (1 − zⁿ)/(1 − z)` over
    /// k = 0 … n − 1 with n = 2^run_bits. Summed term by term it is exact at density 0 as well.
    pub fn words_per_pair(&self, density: f64) -> f64 {
        let zero = 1.0 - density;
        let longest = 1_u32 << self.run_bits.min(16);
        (0..longest).fold(0.0, |sum, _| sum * zero + 1.0)
    }

    /// Expected bits per word of a long stream; the padding of its last packet is left out.
    pub fn bits_per_word(&self, density: f64) -> f64 {
        let bits_per_pair = f64::from(self.packet_bits) / f64::from(self.pairs);
        bits_per_pair / self.words_per_pair(density)
    }

    /// Compressed size over plain size; above 1 where there are too few zeros.
    pub fn ratio(&self, density: f64) -> f64 {
        self.bits_per_word(density) / f64::from(self.word_bits)
    }
}

/// Compressed size over plain size in Eyeriss's run-length code, see [`RunLength::ratio`].
pub fn rlc_ratio(density: f64) -> f64 {
    RunLength::EYERISS.ratio(density)
}
