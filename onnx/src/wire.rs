//! The wire format of protocol buffers, as far as a model needs it.
//!
//! A message is walked where it lies: nothing is copied and nothing is allocated, so weights cost
//! neither time nor memory, and a file that lies about its lengths costs no more than its size.

/// A message that ends too early or uses what the format does not have, with the byte where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged {
    /// Offset in the file.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

/// The bytes of a message, and where in the file they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes<'a> {
    /// The content.
    pub content: &'a [u8],
    /// Offset of its first byte in the file.
    pub start: usize,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// A number of variable length, or one of eight bytes.
    Number(u64),
    /// A number of four bytes.
    Four([u8; 4]),
    /// A text, a message, or packed numbers.
    Bytes(Bytes<'a>),
}

impl<'a> Bytes<'a> {
    /// A whole file.
    pub fn of_file(content: &'a [u8]) -> Self {
        Self { content, start: 0 }
    }

    /// The fields of the message in their order, each with its number.
    pub fn fields(self) -> Fields<'a> {
        Fields {
            rest: self.content,
            at: self.start,
        }
    }

    /// The content as text.
    pub fn text(self) -> Result<&'a str, Damaged> {
        std::str::from_utf8(self.content).map_err(|e| Damaged {
            at: self.start + e.valid_up_to(),
            what: "a name that is not UTF-8",
        })
    }

    /// The numbers of variable length that are packed here.
    pub fn numbers(self) -> impl Iterator<Item = Result<u64, Damaged>> + 'a {
        let mut fields = self.fields();
        std::iter::from_fn(move || (!fields.rest.is_empty()).then(|| fields.number()))
    }
}

/// Walks the fields of a message.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    fn damaged<T>(&self, what: &'static str) -> Result<T, Damaged> {
        Err(Damaged { at: self.at, what })
    }

    fn take(&mut self, length: usize) -> Result<Bytes<'a>, Damaged> {
        let Some((content, rest)) = self.rest.split_at_checked(length) else {
            return self.damaged("an end before what is announced");
        };
        let start = self.at;
        self.rest = rest;
        self.at += length;
        Ok(Bytes { content, start })
    }

    fn number(&mut self) -> Result<u64, Damaged> {
        let mut value = 0u64;
        for place in 0..10 {
            let byte = self.take(1)?.content[0];
            value |= u64::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        self.damaged("a number of more than ten bytes")
    }

    fn field(&mut self) -> Result<(u64, Content<'a>), Damaged> {
        let key = self.number()?;
        let content = match key & 7 {
            0 => Content::Number(self.number()?),
            1 => {
                let bytes = self.take(8)?.content;
                let eight = bytes.try_into().unwrap_or_default();
                Content::Number(u64::from_le_bytes(eight))
            }
            2 => {
                let length = usize::try_from(self.number()?).unwrap_or(usize::MAX);
                Content::Bytes(self.take(length)?)
            }
            5 => Content::Four(self.take(4)?.content.try_into().unwrap_or_default()),
            _ => return self.damaged("a kind of field that models do not have"),
        };
        Ok((key >> 3, content))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Content<'a>), Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Result<Vec<(u64, Content<'_>)>, Damaged> {
        Bytes::of_file(bytes).fields().collect()
    }

    #[test]
    fn the_kinds_of_fields_are_told_apart() {
        let bytes = [8, 0x96, 1, 18, 2, b'h', b'i', 29, 0, 0, 128, 63];
        let hi = Bytes {
            content: b"hi",
            start: 5,
        };
        let wanted = vec![
            (1, Content::Number(150)),
            (2, Content::Bytes(hi)),
            (3, Content::Four(1.0f32.to_le_bytes())),
        ];
        assert_eq!(all(&bytes), Ok(wanted));
        assert_eq!(hi.text(), Ok("hi"));
    }

    #[test]
    fn what_is_cut_off_or_unknown_says_where() {
        assert_eq!(all(&[18, 200, 1, 0]).map_err(|d| d.at), Err(3));
        assert_eq!(all(&[8, 1, 11]).map_err(|d| d.at), Err(3));
        assert_eq!(all(&[0xff; 12]).map_err(|d| d.at), Err(10));
        assert_eq!(
            Bytes::of_file(&[b'a', 0xff]).text().map_err(|d| d.at),
            Err(1)
        );
    }
}
