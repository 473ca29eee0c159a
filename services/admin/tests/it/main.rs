//! The desk over a played API.

mod orders;
mod people;
mod played;
mod products;
mod running;
mod selling;
