//! Ids that know what they name: an order id cannot be passed where a cart id is meant.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt, str::FromStr, sync::Arc};

/// Declares id types over `UUIDv7`: `ids![OrderId, CartId];`
#[macro_export]
macro_rules! ids {
    ($($name:ident),+ $(,)?) => {$(
        #[doc = concat!("Names one thing: a ", stringify!($name), ", a `UUIDv7` in text form.")]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, $crate::serde::Serialize, $crate::serde::Deserialize)]
        #[serde(crate = "bodega_kernel::serde", transparent)]
        pub struct $name(pub $crate::uuid::Uuid);

        impl $name {
            /// A new id, later in order than every one made before it.
            pub fn new(world: &$crate::World) -> Self {
                Self(world.uuid())
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
        impl From<$name> for $crate::uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl $crate::utoipa::PartialSchema for $name {
            fn schema() -> $crate::utoipa::openapi::RefOr<$crate::utoipa::openapi::schema::Schema> {
                $crate::uuid_schema()
            }
        }
        impl $crate::utoipa::ToSchema for $name {}
    )+};
}

/// The schema of an id: a string in the format `uuid`.
#[doc(hidden)]
pub fn uuid_schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, schema::Type};
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).into()
}

/// A stock keeping unit: 1 to 64 characters without control characters or blanks at either end. Case matters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Sku(Arc<str>);

/// Why a text is no SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkuError;

impl Sku {
    /// The most characters a SKU may have.
    pub const MAX_CHARS: usize = 64;

    /// Checks `text` and makes a SKU of it.
    pub fn new(text: &str) -> Result<Self, SkuError> {
        let length = text.chars().count();
        let clean = text.trim() == text && !text.chars().any(char::is_control);
        if length == 0 || length > Self::MAX_CHARS || !clean {
            return Err(SkuError);
        }
        Ok(Self(text.into()))
    }

    /// The text of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SkuError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a SKU has 1 to 64 characters, none of them a control character, and no blanks at its ends")
    }
}
impl std::error::Error for SkuError {}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sku({})", self.0)
    }
}
impl FromStr for Sku {
    type Err = SkuError;
    fn from_str(text: &str) -> Result<Self, SkuError> {
        Self::new(text)
    }
}
impl AsRef<str> for Sku {
    fn as_ref(&self) -> &str {
        &self.0
    }
}
impl<'de> Deserialize<'de> for Sku {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}
impl utoipa::PartialSchema for Sku {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}
impl utoipa::ToSchema for Sku {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sku_is_kept_as_written_and_case_matters() {
        assert_eq!(Sku::new("85123A").unwrap().as_str(), "85123A");
        assert_ne!(Sku::new("85123A").unwrap(), Sku::new("85123a").unwrap());
    }

    #[test]
    fn what_is_no_sku_is_refused() {
        for text in ["", " ", " a", "a ", "a\nb", &"x".repeat(65)] {
            assert!(Sku::new(text).is_err(), "{text:?}");
        }
    }
}
