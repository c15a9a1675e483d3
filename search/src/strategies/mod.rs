//! The strategies, one file each.

pub(crate) mod annealing;
pub(crate) mod bayesian;
pub(crate) mod es;
pub(crate) mod evolution;
pub(crate) mod exhaustive;
pub(crate) mod genetic;
pub(crate) mod local;
pub(crate) mod ppo;
pub(crate) mod random;
pub(crate) mod reinforce;
pub(crate) mod sobol;
pub(crate) mod successive;
pub(crate) mod two_level;
