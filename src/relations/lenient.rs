//! Deserializes JSON whose author may have put any value anywhere.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A value where a `T` is expected.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Given<T> {
    /// Nothing, or `null`.
    #[default]
    Absent,
    Value(T),
    /// A value of another type.
    Odd,
}

/// What a value is read from. A value of any other type is [`Given::Odd`].
pub(super) trait Shape<'de>: Sized {
    fn from_text(_text: &str) -> Option<Self> {
        None
    }

    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// A JSON object.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Object<T>(pub(super) T);

impl<T> Given<T> {
    /// The value, if it is of the expected type.
    pub(super) fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Odd => None,
        }
    }
}

impl Shape<'_> for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl<'de, T: Deserialize<'de>> Shape<'de> for Object<T> {
    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let value = T::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Some(Self(value)))
    }
}

impl<'de, T: Shape<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue(PhantomData))
    }
}

struct AnyValue<T>(PhantomData<T>);

impl<'de, T: Shape<'de>> Visitor<'de> for AnyValue<T> {
    type Value = Given<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Given<T>, E> {
        Ok(Given::Absent)
    }

    fn visit_bool<E>(self, _value: bool) -> Result<Given<T>, E> {
        Ok(Given::Odd)
    }

    fn visit_i64<E>(self, _value: i64) -> Result<Given<T>, E> {
        Ok(Given::Odd)
    }

    fn visit_u64<E>(self, _value: u64) -> Result<Given<T>, E> {
        Ok(Given::Odd)
    }

    fn visit_f64<E>(self, _value: f64) -> Result<Given<T>, E> {
        Ok(Given::Odd)
    }

    fn visit_str<E>(self, text: &str) -> Result<Given<T>, E> {
        Ok(given(T::from_text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Given<T>, A::Error> {
        T::from_list(list).map(given)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Given<T>, A::Error> {
        T::from_map(map).map(given)
    }
}

fn given<T>(value: Option<T>) -> Given<T> {
    value.map_or(Given::Odd, Given::Value)
}
