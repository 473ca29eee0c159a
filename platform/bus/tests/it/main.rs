//! The bus within one process and over RabbitMQ, on both engines.

#[cfg(test)]
mod embedded;
#[cfg(test)]
mod missing;
#[cfg(test)]
mod rabbitmq;
#[cfg(test)]
mod setup;
