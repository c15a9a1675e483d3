//! The cost model: cycles, energy, area and traffic of a layer on a sub-accelerator.
