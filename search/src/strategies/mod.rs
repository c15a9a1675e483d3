//! The strategies, one file each.

pub(crate) mod evolution;
pub(crate) mod exhaustive;
pub(crate) mod random;
pub(crate) mod reinforce;
