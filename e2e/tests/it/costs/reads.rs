//! How many queries an answer takes.
