//! The two precisions: training runs in `f32`; gradients are proven in `f64`.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// A floating-point number that a network can be computed in.
///
/// Nothing here is fused or approximated, so every machine gives the same bits.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + 'static
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// The nearest number.
    fn of(value: f64) -> Self;
    /// The same number in double precision.
    fn double(self) -> f64;
    /// e to this power.
    fn exp(self) -> Self;
    /// ln(1 + this).
    fn ln_1p(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// The square root, correctly rounded.
    fn sqrt(self) -> Self;
}

macro_rules! real {
    ($type:ty, $exp:path, $log:path, $log1p:path) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            #[inline(always)]
            fn of(value: f64) -> Self {
                value as Self
            }

            #[inline(always)]
            fn double(self) -> f64 {
                f64::from(self)
            }

            fn exp(self) -> Self {
                $exp(self)
            }

            fn ln_1p(self) -> Self {
                $log1p(self)
            }

            fn ln(self) -> Self {
                $log(self)
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                <$type>::sqrt(self)
            }
        }
    };
}

real!(f32, libm::expf, libm::logf, libm::log1pf);
real!(f64, libm::exp, libm::log, libm::log1p);
