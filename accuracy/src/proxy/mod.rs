//! Zero-cost proxies.
