//! Design spaces, scheduling and search strategies.
