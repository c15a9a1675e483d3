//! Energy of shared stores as a function of capacity and word width.
//!
//! The form is that of CACTI 7 (Balasubramonian et al., TACO 2017), run for plain RAMs at 45 nm
//! (low operating power, 300 K, one port) over capacities of 1 KiB to 1 MiB and words of 2 to 32
//! bytes: the energy of a read is `√capacity · (fixed + word)` up to a constant, with `fixed` worth
//! 8.3 bytes. Over the 55 memories the median ratio of this form to CACTI is 1.00, the extremes are
//! 0.48 (1 KiB with words of 32 bytes) and 1.23.
//!
//! Two things that one might expect are not in the form, because CACTI does not show them. *Banks*:
//! 2 to 16 of them change the energy of an access by less than 40 % either way and the area by less
//! than 35 %, without a trend, since an unbanked memory is divided into subarrays all the same.
//! *Area* is proportional to capacity: 3.0 to 4.3 µm² per byte at 45 nm from 8 KiB on, whatever the
//! word width.

use crate::technology::Technology;

impl Technology {
    /// Energy of one access to a shared store of `bytes` that moves one word of `word` bytes.
    ///
    /// The energy per byte holds at words of [`sram_word`](Technology::sram_word) bytes, where this
    /// is simply their product. Narrower words pay the decoder, the word line and the precharged
    /// bit lines of an access ([`sram_fixed`](Technology::sram_fixed)) for fewer bytes.
    ///
    /// ```
    /// let t = nasaic_cost::Technology::horowitz_45nm();
    /// let per_byte = |word| t.sram_access(32 * 1024, word) / f64::from(word);
    /// assert!((t.sram_access(32 * 1024, 8) - 20.0).abs() < 0.1); // the figure's 20 pJ
    /// assert!(per_byte(2) > 2.5 * per_byte(8));
    /// ```
    pub fn sram_access(&self, bytes: u64, word: u32) -> f64 {
        let per_byte = self.sram_energy + self.sram_energy_sqrt * libm::sqrt(bytes as f64);
        self.energy_scale * per_byte * f64::from(word) * self.narrowness(Some(word))
    }

    /// Energy per byte of a shared store whose accesses move words of so many bytes, over that at
    /// [`sram_word`](Technology::sram_word); without a width it is 1.
    pub(crate) fn narrowness(&self, word: Option<u32>) -> f64 {
        let Some(word) = word.filter(|&word| word > 0).map(f64::from) else {
            return 1.0;
        };
        let reference = self.sram_word as f64;
        reference / word * (self.sram_fixed + word) / (self.sram_fixed + reference)
    }
}
