//! Designs and numbers as bytes: compact, lossless, and checked when read.
//!
//! A number is its eight bytes, little end first, so every `f64` comes back to
//! the bit, NaN included. A blob of findings ends in four bytes of a hash over
//! it and its design: SQLite notices a broken tree, not a flipped bit in a value.

/// Bytes of the check at the end of a blob.
const CHECK: usize = 4;

/// A design as its key: each index in groups of seven bits; an inactive decision is one byte.
pub fn design(indices: &[u32]) -> Vec<u8> {
    let mut out = Vec::with_capacity(indices.len() + 4);
    for index in indices {
        // The inactive index is the largest: 0 stands for it, all others move up by one.
        let mut rest = index.wrapping_add(1);
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
    out
}

/// The indices of a design; none when the bytes are not those of one.
pub fn indices(bytes: &[u8]) -> Option<Vec<u32>> {
    let mut out = Vec::with_capacity(bytes.len());
    let (mut value, mut shift) = (0u64, 0);
    for byte in bytes {
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            out.push(u32::try_from(value).ok()?.wrapping_sub(1));
            (value, shift) = (0, 0);
        } else if shift > 28 {
            return None;
        }
    }
    (shift == 0).then_some(out)
}

/// Some numbers in two groups, and a text, sealed together with the key they belong to.
pub fn seal(key: &[u8], text: Option<&str>, first: &[f64], second: &[f64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + 8 * (first.len() + second.len()) + CHECK);
    out.push(u8::from(text.is_some()));
    let text = text.unwrap_or_default();
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
    out.extend((first.len() as u32).to_le_bytes());
    for number in first.iter().chain(second) {
        out.extend(number.to_le_bytes());
    }
    out.extend(check(key, &out));
    out
}

/// What was sealed.
#[derive(Debug, PartialEq)]
pub struct Opened {
    pub text: Option<String>,
    pub first: Vec<f64>,
    pub second: Vec<f64>,
}

/// Opens what was sealed with this key; none when a bit of it has changed.
pub fn open(key: &[u8], blob: &[u8]) -> Option<Opened> {
    let (body, seal) = blob.split_at_checked(blob.len().checked_sub(CHECK)?)?;
    if seal != check(key, body) {
        return None;
    }
    let (has_text, rest) = body.split_first()?;
    let (length, rest) = length(rest)?;
    let (text, rest) = rest.split_at_checked(length)?;
    let text = String::from_utf8(text.to_vec()).ok()?;
    let (count, rest) = self::length(rest)?;
    let (numbers, []) = rest.as_chunks::<8>() else {
        return None;
    };
    let numbers: Vec<f64> = numbers.iter().map(|b| f64::from_le_bytes(*b)).collect();
    let (first, second) = numbers.split_at_checked(count)?;
    Some(Opened {
        text: (*has_text == 1).then_some(text),
        first: first.to_vec(),
        second: second.to_vec(),
    })
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*head) as usize, rest))
}

fn check(key: &[u8], body: &[u8]) -> [u8; CHECK] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(key.len() as u64).to_le_bytes());
    hasher.update(key);
    hasher.update(body);
    let mut out = [0; CHECK];
    out.copy_from_slice(&hasher.finalize().as_bytes()[..CHECK]);
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn designs_come_back(all in prop::collection::vec(
            prop_oneof![0u32..300, Just(u32::MAX), any::<u32>()], 0..30,
        )) {
            prop_assert_eq!(indices(&design(&all)).unwrap(), all);
        }

        #[test]
        fn different_designs_have_different_keys(
            a in prop::collection::vec(any::<u32>(), 0..5),
            b in prop::collection::vec(any::<u32>(), 0..5),
        ) {
            prop_assert_eq!(a == b, design(&a) == design(&b));
        }

        #[test]
        fn numbers_come_back_to_the_bit(
            bits in prop::collection::vec(any::<u64>(), 0..20),
            cut in 0usize..20,
            text in prop::option::of(".*"),
        ) {
            let numbers: Vec<f64> = bits.iter().map(|b| f64::from_bits(*b)).collect();
            let (first, second) = numbers.split_at(cut.min(numbers.len()));
            let opened = open(b"key", &seal(b"key", text.as_deref(), first, second)).unwrap();
            let back: Vec<u64> = opened.first.iter().chain(&opened.second).map(|x| x.to_bits()).collect();
            prop_assert_eq!((back, opened.first.len(), opened.text), (bits, first.len(), text));
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            indices(&bytes);
            prop_assert_eq!(open(b"key", &bytes), None);
        }
    }

    #[test]
    fn a_flipped_bit_and_a_foreign_key_are_noticed() {
        let sealed = seal(b"key", Some("why"), &[1.5, -0.0], &[f64::NAN]);
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(b"key", &changed), None, "bit {bit}");
        }
        assert_eq!(open(b"other", &sealed), None);
    }
}
