//! Enums that are stored and shown as one word each.

/// Declares an enum with the word of each variant; with `read` before its name, one that is also read back.
macro_rules! words {
    ($(#[$meta:meta])* read $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $crate::model::words::words! { $(#[$meta])* $name { $($(#[$doc])* $variant = $word),+ } }

        impl $name {
            /// The one that is stored as `word`.
            pub(crate) fn of(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name {
            $($(#[$doc])* $variant),+
        }

        impl $name {
            /// As it is stored.
            pub(crate) const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }
    };
}
pub(crate) use words;
