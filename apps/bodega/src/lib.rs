//! Bodega as one binary: every service, the gateway in front, and the commands that run and prove a shop.

pub mod backup;
pub mod bench;
pub mod cli;
pub mod client;
mod commands;
pub mod demo;
mod operations;
pub mod replay;
mod shop;
pub mod verify;

pub use commands::admin;
pub use shop::{Shop, services};
