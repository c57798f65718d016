//! The fields of a JSON object in the order in which they are written.

use super::{DEEPEST, Fields};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

pub(super) fn fields(text: &str) -> Option<Fields> {
    let mut fields = Fields::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let seed = Flatten { fields: &mut fields, path: String::new(), depth: 0 };
    seed.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(fields)
}

struct Flatten<'a> {
    fields: &'a mut Fields,
    path: String,
    depth: usize,
}

impl Flatten<'_> {
    fn below(&mut self, name: &str) -> Flatten<'_> {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Flatten { fields: self.fields, path, depth: self.depth + 1 }
    }

    fn put(self, value: String) {
        self.fields.push(self.path, value);
    }
}

impl<'de> DeserializeSeed<'de> for Flatten<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Flatten<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.put(value.to_string());
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.put(value.to_string());
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.put(value.to_string());
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.put(value.to_string());
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.put(value.to_owned());
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.put("null".to_owned());
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        if self.depth >= DEEPEST {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            self.put("{…}".to_owned());
            return Ok(());
        }
        let mut is_empty = true;
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(self.below(&name))?;
            is_empty = false;
        }
        // Nothing at all is not an object of a JSON line; within one it is a value.
        if is_empty && self.depth > 0 {
            self.put("{}".to_owned());
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        if self.depth >= DEEPEST {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            self.put("[…]".to_owned());
            return Ok(());
        }
        let mut at = 0_usize;
        while list.next_element_seed(self.below(&at.to_string()))?.is_some() {
            at += 1;
        }
        if at == 0 {
            self.put("[]".to_owned());
        }
        Ok(())
    }
}
