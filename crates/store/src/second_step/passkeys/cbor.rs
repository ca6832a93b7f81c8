//! The little of CBOR (RFC 8949) that passkeys speak: definite lengths, no tags, no floats, a few levels deep.

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item<'a> {
    Int(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(Vec<Item<'a>>),
    Map(Vec<(Item<'a>, Item<'a>)>),
    /// `true`, `false`, `null` and their like.
    Simple(u8),
}

const DEEPEST: u8 = 8;

impl<'a> Item<'a> {
    /// The first value, and what stands behind it.
    pub(super) fn first(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut reader = Reader(bytes);
        let item = reader.item(DEEPEST)?;
        Some((item, reader.0))
    }

    /// The only value: nothing stands behind it.
    pub(super) fn only(bytes: &'a [u8]) -> Option<Self> {
        Self::first(bytes).and_then(|(item, rest)| rest.is_empty().then_some(item))
    }

    /// The value of a map under a number; none when it stands there twice.
    pub(super) fn at(&self, key: i64) -> Option<&Self> {
        self.under(&Item::Int(key))
    }

    /// The value of a map under a word.
    pub(super) fn named(&self, key: &str) -> Option<&Self> {
        self.under(&Item::Text(key))
    }

    fn under(&self, key: &Item<'_>) -> Option<&Self> {
        let Self::Map(pairs) = self else { return None };
        let mut found = pairs.iter().filter(|(name, _)| name == key).map(|(_, value)| value);
        found.next().filter(|_| found.next().is_none())
    }

    pub(super) fn int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    pub(super) fn bytes(&self) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, info: u8) -> Option<u64> {
        let size = match info {
            0..=23 => return Some(u64::from(info)),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return None,
        };
        Some(self.take(size)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn item(&mut self, depth: u8) -> Option<Item<'a>> {
        let deeper = depth.checked_sub(1)?;
        let head = *self.take(1)?.first()?;
        let (major, number) = (head >> 5, self.number(head & 31)?);
        match major {
            0 => i64::try_from(number).ok().map(Item::Int),
            1 => i64::try_from(number).ok().map(|number| Item::Int(-1 - number)),
            2 => self.take(usize::try_from(number).ok()?).map(Item::Bytes),
            3 => std::str::from_utf8(self.take(usize::try_from(number).ok()?)?).ok().map(Item::Text),
            4 => self.many(number, |reader| reader.item(deeper)).map(Item::Array),
            5 => self.many(number, |reader| Some((reader.item(deeper)?, reader.item(deeper)?))).map(Item::Map),
            7 if head & 31 < 24 => Some(Item::Simple(head & 31)),
            _ => None,
        }
    }

    fn many<T>(&mut self, count: u64, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        // Each value takes a byte at least, so that a short text cannot ask for much memory.
        let count = usize::try_from(count).ok().filter(|count| *count <= self.0.len())?;
        (0..count).map(|_| one(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Item;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some((_, rest)) = Item::first(&bytes) {
                prop_assert!(bytes.ends_with(rest) && rest.len() < bytes.len());
            }
        }
    }

    #[test]
    fn values_and_refusals() {
        let map = [0xa2, 0x01, 0x26, 0x63, b'f', b'm', b't', 0x41, 0x07];
        let item = Item::only(&map).unwrap();
        assert_eq!(item.at(1).and_then(Item::int), Some(-7));
        assert_eq!(item.named("fmt").and_then(Item::bytes), Some(&[7][..]));
        let refused: [&[u8]; 8] = [
            &[],
            &[0x42, 0x01],                                           // shorter than it says
            &[0x00, 0x00],                                           // something behind it
            &[0x5f, 0x41, 0x01, 0xff],                               // of indefinite length
            &[0xc0, 0x00],                                           // tagged
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], // a list longer than its text
            &[0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x00], // too deep
            &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], // too large a number
        ];
        for bytes in refused {
            assert_eq!(Item::only(bytes), None, "{bytes:?}");
        }
        assert_eq!(Item::only(&[0xa2, 0x01, 0x00, 0x01, 0x01]).unwrap().at(1), None, "the same key twice");
    }
}
