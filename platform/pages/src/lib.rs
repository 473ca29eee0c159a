//! What pages of the shop share, whoever they are for: one stylesheet and its parts, the document around them, who
//! visits, the languages, and the door to the public API.
//!
//! Pages can do nothing that the API cannot: whatever they show or change goes through [`Api`], with the visitor's own
//! token. They own no data; what a browser has to remember is in its cookies.

mod api;
mod assets;
mod cookies;
mod document;
mod guard;
pub mod orders;
pub mod parts;
mod session;
mod visit;
mod words;

pub use api::{Answer, Api, Ask, Door, Fault, FieldFault};
pub use assets::{address, assets};
pub use document::{Document, Page};
pub use guard::{Pages, guarded};
pub use session::Session;
pub use visit::{Flash, Visit};
pub use words::{Lang, Text};
