//! Reads query parameters into a type with serde, keeping the name of the parameter under work for refusals.

use crate::Paging;
use serde::{
    Deserializer,
    de::{self, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor},
    forward_to_deserialize_any,
};
use std::fmt;

/// Each parameter with all of its values.
pub(crate) type Pairs = Vec<(String, Vec<String>)>;

/// Which parameter is wrong, and why.
#[derive(Debug)]
pub(crate) struct QueryError {
    pub(crate) name: Option<String>,
    pub(crate) reason: String,
}

impl QueryError {
    fn because(reason: &str) -> Self {
        Self { name: None, reason: reason.to_owned() }
    }

    fn at(self, name: &str) -> Self {
        Self { name: self.name.or_else(|| Some(name.chars().take(100).collect())), ..self }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
impl std::error::Error for QueryError {}

impl de::Error for QueryError {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self { name: None, reason: reason.to_string().chars().take(200).collect() }
    }

    fn unknown_field(name: &str, _: &'static [&'static str]) -> Self {
        Self::because("is not known").at(name)
    }

    fn missing_field(name: &'static str) -> Self {
        Self::because("is required").at(name)
    }
}

/// A whole query.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a>(pub(crate) &'a Pairs);

impl<'de> Deserializer<'de> for Values<'_> {
    type Error = QueryError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        visitor.visit_map(Members { pairs: self.0.iter().collect(), next: 0 })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, QueryError> {
        let leave = |name: &str| Paging::NAMES.contains(&name) && !fields.contains(&name);
        visitor.visit_map(Members { pairs: self.0.iter().filter(|(name, _)| !leave(name)).collect(), next: 0 })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, QueryError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

struct Members<'a> {
    pairs: Vec<&'a (String, Vec<String>)>,
    next: usize,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = QueryError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, QueryError> {
        let Some((name, _)) = self.pairs.get(self.next) else { return Ok(None) };
        let key: de::value::StrDeserializer<'_, QueryError> = name.as_str().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|error| error.at(name))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, QueryError> {
        let Some((name, values)) = self.pairs.get(self.next) else {
            return Err(QueryError::because("has no value"));
        };
        self.next += 1;
        seed.deserialize(Parameter(values)).map_err(|error| error.at(name))
    }
}

/// The values of one parameter.
#[derive(Clone, Copy)]
struct Parameter<'a>(&'a [String]);

impl<'a> Parameter<'a> {
    fn single(self) -> Result<&'a str, QueryError> {
        match self.0 {
            [value] => Ok(value),
            _ => Err(QueryError::because("is given more than once")),
        }
    }

    fn parsed<T: std::str::FromStr>(self, kind: &str) -> Result<T, QueryError> {
        self.single()?.parse().map_err(|_| QueryError { name: None, reason: format!("is not {kind}") })
    }
}

macro_rules! numbers {
    ($($deserialize:ident $visit:ident $kind:literal),+ $(,)?) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
            visitor.$visit(self.parsed($kind)?)
        }
    )+};
}

impl<'de> Deserializer<'de> for Parameter<'_> {
    type Error = QueryError;

    numbers! {
        deserialize_bool visit_bool "true or false",
        deserialize_i8 visit_i8 "a whole number in range", deserialize_u8 visit_u8 "a whole number in range",
        deserialize_i16 visit_i16 "a whole number in range", deserialize_u16 visit_u16 "a whole number in range",
        deserialize_i32 visit_i32 "a whole number in range", deserialize_u32 visit_u32 "a whole number in range",
        deserialize_i64 visit_i64 "a whole number in range", deserialize_u64 visit_u64 "a whole number in range",
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        let number: f64 = self.parsed("a number")?;
        if !number.is_finite() {
            return Err(QueryError::because("is not a number"));
        }
        visitor.visit_f64(number)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        visitor.visit_str(self.single()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        match self.0 {
            [value] if value.is_empty() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, QueryError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        visitor.visit_seq(Each(self.0))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, QueryError> {
        visitor.visit_enum(self.single()?.into_deserializer())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier
    }
}

/// The values of a parameter that is a list.
struct Each<'a>(&'a [String]);

impl<'de> SeqAccess<'de> for Each<'_> {
    type Error = QueryError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, QueryError> {
        loop {
            let Some((value, rest)) = self.0.split_first() else { return Ok(None) };
            self.0 = rest;
            if !value.is_empty() {
                return seed.deserialize(Parameter(std::slice::from_ref(value))).map(Some);
            }
        }
    }
}
