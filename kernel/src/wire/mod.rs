//! The Jupyter messaging protocol: sockets, signatures, and what is published.
//!
//! Libraries carry the bytes (`zeromq`) and check their signatures (`jupyter-zmq-client`);
//! what messages mean is the [`session`](crate::session)'s business.

mod message;
mod publisher;
mod sockets;

pub use message::{PROTOCOL, Parent, Request};
pub use publisher::{Publisher, Stream, publish};
pub use sockets::{Receiver, Replier, Sockets, log};
