//! What an event is in the record: a leaf, in a batch under one root, in a chain of signed checkpoints.
//!
//! A leaf is a hash over four parts, each salted for itself: what host and guest both read, the event's number in the
//! host's own record, the one in the guest's, and where it came from. What a company may not read it gets as a hash, and
//! can still verify the whole. The hashes of a batch are a tree (RFC 6962, 2.1), so a company needs only its own events
//! and what stands between them. Pure: no clock, no database.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A number of bytes, written in base64 without padding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes<const N: usize>(pub(crate) [u8; N]);

/// SHA-256 of something.
pub type Hash = Bytes<32>;
/// What keeps others from guessing what is behind a hash.
pub(crate) type Salt = Bytes<16>;
/// The beginning of a public key's hash.
pub type KeyId = Bytes<8>;

impl<const N: usize> fmt::Display for Bytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<const N: usize> fmt::Debug for Bytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is not base64 of the right length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not base64 of the right length")]
pub struct NotBytes;

impl<const N: usize> FromStr for Bytes<N> {
    type Err = NotBytes;

    fn from_str(text: &str) -> Result<Self, NotBytes> {
        // The engine estimates by whole groups of three.
        let mut room = [0; 72];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut room).map_err(|_| NotBytes)?;
        room.get(..length).and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(NotBytes)
    }
}

impl<const N: usize> Serialize for Bytes<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut room = [0; 96];
        let length = URL_SAFE_NO_PAD.encode_slice(self.0, &mut room).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(str::from_utf8(&room[..length]).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Bytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<const N: usize>;
        impl<const N: usize> de::Visitor<'_> for Text<N> {
            type Value = Bytes<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{N} bytes in base64")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes<N>, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// What is hashed: a mark of what it is, then fields whose length is never in doubt.
struct Writing(Vec<u8>);

impl Writing {
    fn of(mark: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(1_024);
        bytes.extend_from_slice(mark);
        Self(bytes)
    }

    fn fixed(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn number(self, number: i64) -> Self {
        self.fixed(&number.to_be_bytes())
    }

    fn perhaps(self, number: Option<i64>) -> Self {
        match number {
            None => self.fixed(&[0]),
            Some(number) => self.fixed(&[1]).number(number),
        }
    }

    fn id(self, id: Option<Uuid>) -> Self {
        match id {
            None => self.fixed(&[0]),
            Some(id) => self.fixed(&[1]).fixed(id.as_bytes()),
        }
    }

    fn text(self, text: &str) -> Self {
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        self.fixed(&length.to_be_bytes()).fixed(text.as_bytes())
    }

    fn hash(self) -> Hash {
        Bytes(Sha256::digest(&self.0).into())
    }
}

// The first byte says what is hashed. 0 and 1 are those of RFC 6962.
const LEAF: &[u8] = &[0, 1];
const NODE: &[u8] = &[1];
const SHARED: &[u8] = &[16, 1];
const HOST: &[u8] = &[17, 1];
const GUEST: &[u8] = &[18, 1];
const STAMP: &[u8] = &[19, 1];
const SALTS: [&[u8]; 2] = [&[20, 1], &[21, 1]];

/// What both companies read of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shared<'a> {
    pub(crate) sequence: i64,
    /// Microseconds since 1970.
    pub(crate) at: i64,
    #[serde(borrow)]
    pub(crate) kind: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<Uuid>,
    pub(crate) host: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) partnership: Option<Uuid>,
    /// JSON, as it is stored.
    #[serde(borrow)]
    pub(crate) details: Cow<'a, str>,
}

impl Shared<'_> {
    pub(crate) fn hash(&self, salt: Salt) -> Hash {
        Writing::of(SHARED)
            .fixed(&salt.0)
            .number(self.sequence)
            .number(self.at)
            .text(&self.kind)
            .id(self.subject)
            .id(self.account)
            .id(Some(self.host))
            .id(self.request)
            .id(self.line)
            .id(self.partnership)
            .text(&self.details)
            .hash()
    }
}

/// Who did it, and where from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stamped<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) actor: Option<Uuid>,
    #[serde(borrow)]
    pub(crate) address: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) os: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) device: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) location: Cow<'a, str>,
}

impl Stamped<'_> {
    pub(crate) fn hash(&self, salt: Salt) -> Hash {
        let writing = Writing::of(STAMP).fixed(&salt.0).id(self.actor);
        writing.text(&self.address).text(&self.os).text(&self.device).text(&self.location).hash()
    }
}

/// Which side of an event a company is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    Host,
    Guest,
}

/// The hash of an event's number in a company's own record; the guest's is one of nothing where there is no guest.
pub(crate) fn number_hash(side: Side, salt: Salt, workspace: Option<Uuid>, number: Option<i64>) -> Hash {
    let mark = match side {
        Side::Host => HOST,
        Side::Guest => GUEST,
    };
    Writing::of(mark).fixed(&salt.0).id(workspace).perhaps(number).hash()
}

/// The salts of the four parts, made from an event's one. None of them says anything of another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Salts {
    pub(crate) shared: Salt,
    pub(crate) stamp: Salt,
    pub(crate) host: Salt,
    pub(crate) guest: Salt,
}

impl Salts {
    pub(crate) fn of(salt: Salt) -> Self {
        let halves = |mark: &[u8]| {
            let hash = Writing::of(mark).fixed(&salt.0).hash().0;
            let (mut one, mut two) = ([0; 16], [0; 16]);
            one.copy_from_slice(&hash[..16]);
            two.copy_from_slice(&hash[16..]);
            [Bytes(one), Bytes(two)]
        };
        let [[shared, stamp], [host, guest]] = SALTS.map(halves);
        Self { shared, stamp, host, guest }
    }
}

/// Everything of an event that is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sealed<'a> {
    pub(crate) position: i64,
    pub(crate) shared: Shared<'a>,
    pub(crate) stamped: Stamped<'a>,
    pub(crate) guest: Option<Uuid>,
    pub(crate) host_number: Option<i64>,
    pub(crate) guest_number: Option<i64>,
}

impl Sealed<'_> {
    pub(crate) fn host_hash(&self, salts: &Salts) -> Hash {
        number_hash(Side::Host, salts.host, Some(self.shared.host), self.host_number)
    }

    pub(crate) fn guest_hash(&self, salts: &Salts) -> Hash {
        number_hash(Side::Guest, salts.guest, self.guest, self.guest_number)
    }

    pub(crate) fn leaf(&self, salt: Salt) -> Hash {
        let salts = Salts::of(salt);
        let parts = Parts {
            shared: self.shared.hash(salts.shared),
            host: self.host_hash(&salts),
            guest: self.guest_hash(&salts),
            stamp: self.stamped.hash(salts.stamp),
        };
        parts.leaf(self.position)
    }
}

/// The hashes of an event's four parts.
pub(crate) struct Parts {
    pub(crate) shared: Hash,
    pub(crate) host: Hash,
    pub(crate) guest: Hash,
    pub(crate) stamp: Hash,
}

impl Parts {
    pub(crate) fn leaf(&self, position: i64) -> Hash {
        let parts = [self.shared, self.host, self.guest, self.stamp];
        parts.iter().fold(Writing::of(LEAF).number(position), |writing, part| writing.fixed(&part.0)).hash()
    }
}

fn node(left: Hash, right: Hash) -> Hash {
    let mut bytes = [NODE[0]; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    Bytes(Sha256::digest(bytes).into())
}

/// Where a tree of this many leaves divides: the largest power of two that is smaller.
fn half(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// The root over leaves, of which there is at least one.
pub(crate) fn root(leaves: &[Hash]) -> Option<Hash> {
    match leaves {
        [] => None,
        [one] => Some(*one),
        more => {
            let (left, right) = more.split_at(half(more.len()));
            Some(node(root(left)?, root(right)?))
        }
    }
}

/// What somebody who knows the leaves marked with `known` needs beside them to make the root, from left to right.
pub(crate) fn rest(leaves: &[Hash], known: &[bool]) -> Vec<Hash> {
    fn walk(leaves: &[Hash], known: &[bool], rest: &mut Vec<Hash>) {
        if !known.contains(&true) {
            rest.extend(root(leaves));
        } else if leaves.len() > 1 {
            let middle = half(leaves.len());
            walk(&leaves[..middle], &known[..middle], rest);
            walk(&leaves[middle..], &known[middle..], rest);
        }
    }
    let mut found = Vec::new();
    if leaves.len() == known.len() {
        walk(leaves, known, &mut found);
    }
    found
}

/// The root of a tree of `count` leaves, from some of them (by their places, in order) and the rest. None when there is too
/// little or too much.
pub(crate) fn root_with(count: usize, known: &[(usize, Hash)], rest: &[Hash]) -> Option<Hash> {
    fn walk(from: usize, count: usize, known: &[(usize, Hash)], rest: &mut impl Iterator<Item = Hash>) -> Option<Hash> {
        match known {
            [] => rest.next(),
            [(place, leaf)] if count == 1 => (*place == from).then_some(*leaf),
            _ if count < 2 => None,
            _ => {
                let middle = half(count);
                let (left, right) = known.split_at(known.partition_point(|(place, _)| *place < from + middle));
                let left = walk(from, middle, left, rest)?;
                Some(node(left, walk(from + middle, count - middle, right, rest)?))
            }
        }
    }
    let mut rest = rest.iter().copied();
    let found = walk(0, count, known, &mut rest)?;
    rest.next().is_none().then_some(found)
}

/// What is signed over a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// 1, 2, 3, …
    #[serde(rename = "checkpoint")]
    pub number: i64,
    /// The first event's position in the record.
    pub first: i64,
    /// The last event's.
    pub last: i64,
    /// Microseconds since 1970.
    pub at: i64,
    /// Over the batch's leaves.
    pub root: Hash,
    /// [`Checkpoint::link`] of the one before; zeros in the first.
    pub previous: Hash,
    /// Which key has signed.
    pub key: KeyId,
    /// Ed25519 (RFC 8032).
    pub signature: Bytes<64>,
}

impl Checkpoint {
    fn writing(&self, mark: &[u8]) -> Writing {
        let numbers = [self.number, self.first, self.last, self.at];
        let writing = numbers.iter().fold(Writing::of(mark), |writing, number| writing.number(*number));
        writing.fixed(&self.root.0).fixed(&self.previous.0).fixed(&self.key.0)
    }

    /// Signs it.
    pub(crate) fn sign(self, key: &SealingKey) -> Self {
        let signed = Self { key: key.public().id(), ..self };
        let signature = Bytes(key.0.sign(&signed.writing(b"latchkey activity checkpoint 1").0).to_bytes());
        Self { signature, ..signed }
    }

    /// Whether this key has signed it as it is.
    pub(crate) fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.key == key.id() && key.verifies(&self.writing(b"latchkey activity checkpoint 1").0, &self.signature)
    }

    /// What the next one repeats of this one: everything, the signature too.
    pub fn link(&self) -> Hash {
        self.writing(b"latchkey activity link 1").fixed(&self.signature.0).hash()
    }

    /// How many events it seals; none where it contradicts itself.
    pub(crate) fn count(&self) -> Option<usize> {
        usize::try_from(self.last.checked_sub(self.first)?.checked_add(1)?).ok().filter(|count| *count > 0)
    }
}

/// That a company's record goes this far and no further, signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct End {
    /// The company's number of its last event; 0 before the first.
    pub(crate) end: i64,
    pub(crate) workspace: Uuid,
    /// [`Checkpoint::link`] of the last checkpoint; zeros before the first.
    pub(crate) checkpoint: Hash,
    pub(crate) at: i64,
    pub(crate) key: KeyId,
    pub(crate) signature: Bytes<64>,
}

impl End {
    fn writing(&self) -> Writing {
        Writing::of(b"latchkey activity end 1")
            .number(self.end)
            .fixed(self.workspace.as_bytes())
            .fixed(&self.checkpoint.0)
            .number(self.at)
            .fixed(&self.key.0)
    }

    pub(crate) fn sign(self, key: &SealingKey) -> Self {
        let signed = Self { key: key.public().id(), ..self };
        let signature = Bytes(key.0.sign(&signed.writing().0).to_bytes());
        Self { signature, ..signed }
    }

    pub(crate) fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.key == key.id() && key.verifies(&self.writing().0, &self.signature)
    }
}

/// What seals the record. Never printed.
#[derive(Clone)]
pub(crate) struct SealingKey(SigningKey);

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey")
    }
}

impl SealingKey {
    pub(crate) fn of(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs that events of a company up to a number were removed, and of all up to a position.
    pub(super) fn sign_removal(&self, workspace: Uuid, through: i64, position: i64) -> Bytes<64> {
        Bytes(self.0.sign(&removal(workspace, through, position).0).to_bytes())
    }
}

fn removal(workspace: Uuid, through: i64, position: i64) -> Writing {
    Writing::of(b"latchkey activity removal 1").fixed(workspace.as_bytes()).number(through).number(position)
}

/// What verifies the record. Written as `latchkey-activity-key:` and base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

const KEY_MARK: &str = "latchkey-activity-key:";

impl PublicKey {
    /// The beginning of its hash.
    pub fn id(&self) -> KeyId {
        let hash = Writing::of(b"latchkey activity key 1").fixed(self.0.as_bytes()).hash().0;
        let mut id = [0; 8];
        id.copy_from_slice(&hash[..8]);
        Bytes(id)
    }

    /// Whether the program itself said that these events were removed.
    pub(super) fn verifies_removal(&self, workspace: Uuid, through: i64, position: i64, proof: &Bytes<64>) -> bool {
        self.verifies(&removal(workspace, through, position).0, proof)
    }

    fn verifies(&self, message: &[u8], signature: &Bytes<64>) -> bool {
        self.0.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KEY_MARK}{}", Bytes(self.0.to_bytes()))
    }
}

/// Text that is no key of the activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no key of the activity: it begins with {KEY_MARK}")]
pub struct NoKey;

impl FromStr for PublicKey {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let bytes: Bytes<32> = text.trim().strip_prefix(KEY_MARK).ok_or(NoKey)?.parse().map_err(|_| NoKey)?;
        VerifyingKey::from_bytes(&bytes.0).map(Self).map_err(|_| NoKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|n| Writing::of(b"test").number(i64::try_from(n).unwrap()).hash()).collect()
    }

    #[test]
    fn a_root_is_made_from_any_leaves_and_the_rest() {
        for count in 1..=9 {
            let leaves = leaves(count);
            let whole = root(&leaves).unwrap();
            for mask in 0..1_usize << count {
                let known: Vec<bool> = (0..count).map(|place| mask >> place & 1 == 1).collect();
                let rest = rest(&leaves, &known);
                let mine: Vec<_> =
                    (0..count).filter(|place| known[*place]).map(|place| (place, leaves[place])).collect();
                assert_eq!(root_with(count, &mine, &rest), Some(whole), "{count} {mask:b}");
                for n in 0..rest.len() {
                    let mut fewer = rest.clone();
                    fewer.remove(n);
                    assert_ne!(root_with(count, &mine, &fewer), Some(whole));
                }
            }
        }
    }

    /// RFC 6962 divides a tree at the largest power of two below its size.
    #[test]
    fn the_tree_is_that_of_rfc_6962() {
        let [a, b, c] = <[Hash; 3]>::try_from(leaves(3)).unwrap();
        assert_eq!(root(&[a, b, c]), Some(node(node(a, b), c)));
        assert_eq!(node(a, b).0, <[u8; 32]>::from(Sha256::digest([&[1][..], &a.0, &b.0].concat())));
    }

    /// What has been sealed has to be verified by every later version: this changes with the version byte alone.
    #[test]
    fn the_leaf_of_a_known_event_is_known() {
        let id = |n: u128| Uuid::from_u128(n);
        let sealed = Sealed {
            position: 7,
            shared: Shared {
                sequence: 9,
                at: 1_772_443_800_000_000,
                kind: "logged_in".into(),
                subject: None,
                account: Some(id(3)),
                host: id(1),
                request: None,
                line: None,
                partnership: Some(id(5)),
                details: r#"{"actor":"Ann"}"#.into(),
            },
            stamped: Stamped {
                actor: Some(id(4)),
                address: "192.0.2.1".into(),
                os: "Windows".into(),
                device: "Computer".into(),
                location: "".into(),
            },
            guest: Some(id(2)),
            host_number: Some(5),
            guest_number: Some(1),
        };
        assert_eq!(sealed.leaf(Bytes([42; 16])).to_string(), KNOWN_LEAF);
    }

    const KNOWN_LEAF: &str = "AGConROMhY8FsbJ1QSODyIZOFjEfV8uet13DT3GtCSE";

    #[test]
    fn a_key_is_read_as_it_was_written_and_nothing_else_is() {
        let key = SealingKey::of(&[7; 32]).public();
        assert_eq!(key.to_string().parse(), Ok(key));
        for text in ["", "latchkey-activity-key:", "latchkey-activity-key:AAAA", &key.to_string()[1..]] {
            assert_eq!(text.parse::<PublicKey>(), Err(NoKey), "{text}");
        }
    }
}
