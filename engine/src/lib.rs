//! Runs a plan: values, actions, views, cache.
