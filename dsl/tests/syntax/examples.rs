//! The examples are read without a message.
