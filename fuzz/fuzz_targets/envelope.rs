//! The envelope of a secret: what was sealed opens where it was sealed, as it was; nothing else opens anywhere.
#![no_main]

// From its source: nobody but `services` has to do with keys, and the targets are no exception to that.
#[allow(dead_code, unreachable_pub, reason = "`services` uses what is not used here")]
#[path = "../../services/src/vault/envelope.rs"]
mod envelope;

use envelope::{Broken, Key, KeyId, Place, key_of};
use libfuzzer_sys::fuzz_target;
use zeroize::Zeroizing;

/// Bytes before the ciphertext: layout, algorithm, id of the key and nonce.
const HEAD: usize = 42;
/// Bytes of the tag.
const TAG: usize = 16;

/// A key, the parts of a place, a secret, what is done to its envelope, and bytes that were never sealed.
type Input = ([u8; 16], [u8; 32], Vec<Vec<u8>>, Vec<u8>, Alteration, Vec<u8>);
/// Where, what, and how much.
type Alteration = (usize, u8, Vec<u8>);

fuzz_target!(|input: Input| {
    let (id, bits, parts, plain, (at, flipped, more), foreign) = input;
    let key = Key::new(KeyId(id), Zeroizing::new(bits));
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let place = Place::of(&parts);

    let sealed = key.seal(&place, &plain);
    assert_eq!(key_of(&sealed), Some(key.id()));
    assert!((sealed.len() - HEAD - TAG).is_multiple_of(64) && sealed.len() >= HEAD + TAG + plain.len());
    assert_eq!(key.open(&place, &sealed).expect("it is as it was").as_slice(), plain);

    // Altered in one place, cut off, and made longer.
    let at = at % sealed.len();
    let mut altered = sealed.clone();
    altered[at] ^= flipped.max(1);
    assert_eq!(key.open(&place, &altered), Err(Broken), "byte {at}");
    assert_eq!(key.open(&place, &sealed[..at]), Err(Broken), "the first {at} bytes");
    if !more.is_empty() {
        assert_eq!(key.open(&place, &[&sealed[..], &more].concat()), Err(Broken));
        assert_eq!(key.open(&place, &[&more[..], &sealed].concat()), Err(Broken));
    }

    // In another place, and with another key, under its own name and under this one.
    let elsewhere = Place::of(&[&parts[..], &[&more]].concat());
    assert_eq!(key.open(&elsewhere, &sealed), Err(Broken));
    if let [first, rest @ ..] = parts.as_slice()
        && !first.is_empty()
    {
        let (begins, ends) = first.split_at(first.len() / 2);
        let split = Place::of(&[&[begins, ends], rest].concat());
        assert_eq!(key.open(&split, &sealed), Err(Broken), "the same letters in other parts");
    }
    let (mut other_id, mut other_bits) = (id, bits);
    other_id[at % 16] ^= flipped.max(1);
    other_bits[at % 32] ^= flipped.max(1);
    for (id, bits) in [(other_id, bits), (id, other_bits), (other_id, other_bits)] {
        assert_eq!(Key::new(KeyId(id), Zeroizing::new(bits)).open(&place, &sealed), Err(Broken));
    }

    // What nobody has sealed, as it is and behind a head that is right.
    assert_eq!(key.open(&place, &foreign), Err(Broken));
    assert_eq!(key.open(&place, &[&sealed[..HEAD], &foreign].concat()), Err(Broken));
    assert_eq!(key_of(&foreign).map(|id| id.0.to_vec()), foreign.get(2..18).map(<[u8]>::to_vec));
});
