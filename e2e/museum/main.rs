//! The museum of faults: what hurt other shops, so that it never happens here.
//!
//! Each exhibit is one fault. It is played against a naive shop that has it and must be seen there, against the same naive
//! shop without it, and against Bodega on both databases: neither may show it. Where a fault was seen stands in its
//! comment; issue threads are their reporters' claims.

#[cfg(test)]
mod bodega;
#[cfg(test)]
mod coupons;
#[cfg(test)]
mod credit;
#[cfg(test)]
mod events;
#[cfg(test)]
mod naive;
#[cfg(test)]
mod payments;
#[cfg(test)]
mod prices;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod stock;
