//! What happens to a request: traced to its client, found in the policy, limited, admitted, identified, passed on.

mod authenticate;
mod inside;
mod limits;
mod origin;
mod pass;
mod shield;

pub(crate) use authenticate::Authenticator;
pub use inside::Inside;
pub(crate) use limits::Limits;
pub(crate) use origin::Origins;
pub(crate) use pass::{Admission, Gate, Service, at_once, pass};
