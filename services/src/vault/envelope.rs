//! The envelope: what a secret is sealed in, so that it can be read by its key, in its place, unaltered, and not otherwise.
//!
//! ```text
//! byte 0        version of this layout: 1
//! byte 1        algorithm: 1 is XChaCha20-Poly1305
//! bytes 2..18   id of the key
//! bytes 18..42  nonce, random
//! bytes 42..    ciphertext and tag (16 bytes)
//! ```
//!
//! Sealed together with the secret is its place: what it is, and whose. The header is bound as well. So an envelope that was
//! altered, or put into another place, does not open. Before it is encrypted a secret is filled up to a multiple of 64 bytes:
//! its length says little about it.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key as CipherKey, XChaCha20Poly1305, XNonce};
use rand::RngCore;
use std::fmt;
use zeroize::Zeroizing;

const LAYOUT: u8 = 1;
const XCHACHA20_POLY1305: u8 = 1;
const KEY_ID: usize = 16;
const NONCE: usize = 24;
const HEADER: usize = 2 + KEY_ID;
/// A secret is filled up to a multiple of this.
const FILLED_TO: usize = 64;

/// Which key an envelope was sealed with. Says nothing about the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct KeyId(pub(crate) [u8; KEY_ID]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// 256 bits that seal and open. They are wiped when they are let go of, and are not printed.
#[derive(Clone)]
pub(crate) struct Key {
    id: KeyId,
    bytes: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

/// An envelope that does not open: it was altered, put elsewhere, or sealed with another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed secret does not open")]
pub struct Broken;

/// What a secret is and whose: sealed with it, so that it opens nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place(Vec<u8>);

impl Place {
    /// A place by its parts. Each is written with its length, so that no two places look alike.
    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        let mut bound = Vec::new();
        for part in parts {
            bound.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            bound.extend(*part);
        }
        Self(bound)
    }

    /// What is sealed with the secret: the place after the envelope's header.
    fn bound_to(&self, header: &[u8]) -> Vec<u8> {
        [header, &self.0].concat()
    }
}

impl Key {
    pub(crate) fn new(id: KeyId, bytes: Zeroizing<[u8; 32]>) -> Self {
        Self { id, bytes }
    }

    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Seals a secret in its place.
    pub(crate) fn seal(&self, place: &Place, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        self.seal_with(nonce, place, plain)
    }

    /// The same with a nonce that is known; for nothing but tests.
    fn seal_with(&self, nonce: [u8; NONCE], place: &Place, plain: &[u8]) -> Vec<u8> {
        let mut envelope = vec![LAYOUT, XCHACHA20_POLY1305];
        envelope.extend(self.id.0);
        let bound = place.bound_to(&envelope);
        let filled = filled_up(plain);
        let payload = Payload { msg: &filled, aad: &bound };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        envelope.extend(nonce);
        envelope.extend(sealed.expect("a secret of a few kilobytes is not too long to encrypt"));
        envelope
    }

    /// Opens what was sealed in this place with this key.
    ///
    /// # Errors
    ///
    /// [`Broken`].
    pub(crate) fn open(&self, place: &Place, envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, Broken> {
        let (header, rest) = envelope.split_at_checked(HEADER).ok_or(Broken)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or(Broken)?;
        if header[..2] != [LAYOUT, XCHACHA20_POLY1305] || header[2..] != self.id.0 {
            return Err(Broken);
        }
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| Broken)?;
        let bound = place.bound_to(header);
        let filled = self.cipher().decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: &bound });
        let filled = Zeroizing::new(filled.map_err(|_| Broken)?);
        let (length, rest) = filled.split_first_chunk::<4>().ok_or(Broken)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Broken)?;
        rest.get(..length).map(|plain| Zeroizing::new(plain.to_vec())).ok_or(Broken)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&CipherKey::from(*self.bytes))
    }
}

/// The key that an envelope says it was sealed with.
pub(crate) fn key_of(envelope: &[u8]) -> Option<KeyId> {
    envelope.get(2..HEADER)?.try_into().ok().map(KeyId)
}

/// A secret with its length before it and zeros after it.
fn filled_up(plain: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = (4 + plain.len()).next_multiple_of(FILLED_TO);
    // In one piece: growing would leave copies behind.
    let mut filled = Zeroizing::new(Vec::with_capacity(length));
    filled.extend(u32::try_from(plain.len()).unwrap_or(u32::MAX).to_be_bytes());
    filled.extend(plain);
    filled.resize(length, 0);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Key {
        Key::new(KeyId([byte; KEY_ID]), Zeroizing::new([byte; 32]))
    }

    fn place(what: &str) -> Place {
        Place::of(&[what.as_bytes(), b"harbor"])
    }

    #[test]
    fn what_was_sealed_opens_in_its_place() {
        for plain in [&b""[..], b"a", b"correct horse battery staple", &[7; 5_000]] {
            let sealed = key(1).seal(&place("password"), plain);
            assert_eq!(key(1).open(&place("password"), &sealed).expect("it is as it was").as_slice(), plain);
            assert_eq!(key_of(&sealed), Some(key(1).id()));
        }
    }

    #[test]
    fn nothing_opens_elsewhere() {
        let sealed = key(1).seal(&place("password"), b"secret");
        assert_eq!(key(1).open(&place("note"), &sealed), Err(Broken));
        assert_eq!(key(2).open(&place("password"), &sealed), Err(Broken));
        // The same letters in other parts are another place.
        assert_ne!(Place::of(&[b"ab", b"c"]), Place::of(&[b"a", b"bc"]));
        assert_ne!(Place::of(&[b"ab"]), Place::of(&[b"ab", b""]));
        // The same key under another name.
        let renamed = Key::new(KeyId([9; KEY_ID]), Zeroizing::new([1; 32]));
        assert_eq!(renamed.open(&place("password"), &sealed), Err(Broken));
    }

    #[test]
    fn no_bit_can_be_flipped_and_no_byte_cut_off() {
        let sealed = key(1).seal(&place("password"), b"secret");
        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key(1).open(&place("password"), &altered), Err(Broken), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert_eq!(key(1).open(&place("password"), &sealed[..length]), Err(Broken), "{length} bytes");
        }
        assert_eq!(key(1).open(&place("password"), &[&sealed[..], &[0]].concat()), Err(Broken));
    }

    #[test]
    fn the_length_says_little() {
        let length = |plain: &[u8]| key(1).seal(&place("password"), plain).len();
        assert_eq!(length(b"1234"), length(b"a password of thirty characters"));
        assert_eq!(length(b""), HEADER + NONCE + FILLED_TO + 16);
    }

    #[test]
    fn the_same_secret_never_looks_the_same() {
        assert_ne!(key(1).seal(&place("password"), b"secret"), key(1).seal(&place("password"), b"secret"));
    }

    #[test]
    fn an_envelope_is_laid_out_as_it_always_was() {
        let sealed = key(1).seal_with([2; NONCE], &place("password"), b"secret");
        let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, KNOWN);
    }

    /// Made once by an independent implementation (libsodium's `crypto_aead_xchacha20poly1305_ietf_encrypt`).
    const KNOWN: &str = "010101010101010101010101010101010101020202020202020202020202020202020202020202020202cc6636e9d9129f3f\
        c51561917250799ecdd5f1a835e62b174067bc6e71d1ff989078c5d166044d0d5b6197e88fba383843cf614c2d2713fbcb91\
        2e784f95638193e7dc6d94ba5fcfeb865dfa74c851ed";

    /// draft-irtf-cfrg-xchacha-03, A.3.1.
    #[test]
    fn the_cipher_is_the_published_one() {
        let bytes: [u8; 32] = std::array::from_fn(|i| 0x80 + u8::try_from(i).expect("32 is small"));
        let nonce: [u8; 24] = std::array::from_fn(|i| 0x40 + u8::try_from(i).expect("24 is small"));
        let aad = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let msg = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
            sunscreen would be it.";
        let cipher = XChaCha20Poly1305::new(&CipherKey::from(bytes));
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg, aad: &aad }).expect("it is short");
        let (text, tag) = sealed.split_at(msg.len());
        assert_eq!(
            text[..16],
            [0xbd, 0x6d, 0x17, 0x9d, 0x3e, 0x83, 0xd4, 0x3b, 0x95, 0x76, 0x57, 0x94, 0x93, 0xc0, 0xe9, 0x39]
        );
        assert_eq!(
            tag,
            [0xc0, 0x87, 0x59, 0x24, 0xc1, 0xc7, 0x98, 0x79, 0x47, 0xde, 0xaf, 0xd8, 0x78, 0x0a, 0xcf, 0x49]
        );
    }
}
