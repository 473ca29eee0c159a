//! The shop as a whole, over HTTP, on both databases.

#[cfg(test)]
mod backup;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod corruptions;
#[cfg(test)]
mod costs;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod data;
#[cfg(test)]
mod durability;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod flow;
#[cfg(test)]
mod health;
#[cfg(test)]
mod import;
#[cfg(test)]
mod input;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod order_links;
#[cfg(test)]
mod outage;
#[cfg(test)]
mod poison;
#[cfg(test)]
mod rabbitmq;
#[cfg(test)]
mod races;
#[cfg(test)]
mod races_claims;
#[cfg(test)]
mod replicas;
