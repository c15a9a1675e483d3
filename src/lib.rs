//! The `nasaic` library: re-exports of the public crates for Rust users.
//!
//! The command line is a thin layer over [`engine`]; what it does can be done
//! from Rust with the same calls.
//!
//! ```
//! use nasaic::dsl::world::Memory;
//! use nasaic::engine::{Ended, Engine, Silent};
//!
//! let mut engine = Engine::new(Box::new(Memory::default()));
//! let checked = engine.check("sum.nasaic", "1 GHz * 3 ms\n", &[]);
//! let plan = engine.plan(checked.steps);
//! assert_eq!(engine.run(&plan, &mut Silent).ended, Ended::Done);
//! ```

pub use nasaic_accuracy as accuracy;
pub use nasaic_cost as cost;
pub use nasaic_dsl as dsl;
pub use nasaic_engine as engine;
pub use nasaic_plot as plot;
pub use nasaic_search as search;
pub use nasaic_store as store;
pub use nasaic_validate as validate;
