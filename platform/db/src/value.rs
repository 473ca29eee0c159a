//! Values on their way into a statement and out of a row, the same for both engines.

use crate::DbError;
use bodega_kernel::{Sku, Time};
use std::borrow::Cow;
use uuid::Uuid;

/// A value of a statement. Nulls know their type, because PostgreSQL asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Value<'a> {
    Int(Option<i64>),
    Bool(Option<bool>),
    Text(Option<Cow<'a, str>>),
    Bytes(Option<Cow<'a, [u8]>>),
    Uuid(Option<Uuid>),
}

macro_rules! into_value {
    ($($from:ty => |$value:ident| $variant:ident($into:expr)),+ $(,)?) => {$(
        impl<'a> From<$from> for Value<'a> {
            fn from($value: $from) -> Self {
                Self::$variant(Some($into))
            }
        }
        impl<'a> From<Option<$from>> for Value<'a> {
            fn from(value: Option<$from>) -> Self {
                match value {
                    Some($value) => Self::$variant(Some($into)),
                    None => Self::$variant(None),
                }
            }
        }
    )+};
}

into_value! {
    i64 => |value| Int(value),
    Time => |value| Int(value.ms()),
    bool => |value| Bool(value),
    &'a str => |value| Text(Cow::Borrowed(value)),
    &'a String => |value| Text(Cow::Borrowed(value.as_str())),
    String => |value| Text(Cow::Owned(value)),
    &'a Sku => |value| Text(Cow::Borrowed(value.as_str())),
    &'a [u8] => |value| Bytes(Cow::Borrowed(value)),
    Vec<u8> => |value| Bytes(Cow::Owned(value)),
    Uuid => |value| Uuid(value),
}

/// A row that was read.
#[derive(Clone, Debug)]
pub struct Row(pub(crate) Vec<Value<'static>>);

impl Row {
    /// The value at `index`, counted from 0; refused where it is missing or of another type.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T, DbError> {
        let value = self.0.get(index).ok_or_else(|| DbError::refused(&format!("no column {index}")))?;
        T::from_value(value).ok_or_else(|| {
            DbError::refused(&format!("column {index} is {value:?}, not {}", std::any::type_name::<T>()))
        })
    }
}

/// What can be read from a row.
pub trait FromValue: Sized {
    /// `None` where the value is of another type.
    fn from_value(value: &Value<'static>) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: &Value<'static>) -> Option<Self> {
        match value {
            Value::Int(int) => *int,
            Value::Bool(_) | Value::Text(_) | Value::Bytes(_) | Value::Uuid(_) => None,
        }
    }
}

impl FromValue for Time {
    fn from_value(value: &Value<'static>) -> Option<Self> {
        i64::from_value(value).map(Time::from_ms)
    }
}

impl FromValue for bool {
    fn from_value(value: &Value<'static>) -> Option<Self> {
        match value {
            Value::Int(int) => int.map(|int| int != 0),
            Value::Bool(bool) => *bool,
            Value::Text(_) | Value::Bytes(_) | Value::Uuid(_) => None,
        }
    }
}

impl FromValue for String {
    fn from_value(value: &Value<'static>) -> Option<Self> {
        match value {
            Value::Text(text) => text.as_ref().map(|text| text.clone().into_owned()),
            Value::Int(_) | Value::Bool(_) | Value::Bytes(_) | Value::Uuid(_) => None,
        }
    }
}

impl FromValue for Sku {
    fn from_value(value: &Value<'static>) -> Option<Self> {
        String::from_value(value).and_then(|text| Sku::new(&text).ok())
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: &Value<'static>) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => bytes.as_ref().map(|bytes| bytes.clone().into_owned()),
            Value::Int(_) | Value::Bool(_) | Value::Text(_) | Value::Uuid(_) => None,
        }
    }
}

impl FromValue for Uuid {
    fn from_value(value: &Value<'static>) -> Option<Self> {
        match value {
            Value::Uuid(uuid) => *uuid,
            Value::Bytes(Some(bytes)) => Uuid::from_slice(bytes).ok(),
            Value::Int(_) | Value::Bool(_) | Value::Text(_) | Value::Bytes(None) => None,
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value<'static>) -> Option<Self> {
        match value {
            Value::Int(None) | Value::Bool(None) | Value::Text(None) | Value::Bytes(None) | Value::Uuid(None) => {
                Some(None)
            }
            Value::Int(_) | Value::Bool(_) | Value::Text(_) | Value::Bytes(_) | Value::Uuid(_) => {
                T::from_value(value).map(Some)
            }
        }
    }
}
