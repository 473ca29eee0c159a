//! What happens to a request: found in the policy, limited, admitted, identified, passed on.

mod authenticate;
mod limits;
mod pass;
mod shield;

pub(crate) use authenticate::Authenticator;
pub(crate) use limits::Limits;
pub(crate) use pass::{Admission, Gate, Service, pass};
