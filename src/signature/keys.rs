//! Keys: secrets of HMAC-SHA256, and the halves of Ed25519 key pairs, in the forms in which providers write them.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::Sha256;

use super::Scheme;

/// What the DER form of a public key has before its 32 bytes (RFC 8410).
const PUBLIC_DER: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// What the DER form of a private key has before its 32 bytes (RFC 8410).
const PRIVATE_DER: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// What signs.
pub enum SigningKey {
    Secret(Vec<u8>),
    Pair(Box<Ed25519KeyPair>),
}

/// What verifies.
pub enum VerifyingKey {
    Secret(Vec<u8>),
    Public(PublicKey),
}

/// The public half of an Ed25519 key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl SigningKey {
    /// Reads a key: for HMAC its text is the secret, whole and as it is.
    ///
    /// # Errors
    /// The text is not a private key.
    pub fn parse(scheme: Scheme, text: &str) -> Result<Self, String> {
        match scheme {
            Scheme::HmacSha256 => Ok(Self::Secret(secret(text)?)),
            Scheme::Ed25519 => {
                let seed = key_bytes(text, &PRIVATE_DER).ok_or_else(|| not_a_key("private"))?;
                Ed25519KeyPair::from_seed_unchecked(&seed)
                    .map(|pair| Self::Pair(Box::new(pair)))
                    .map_err(|_| not_a_key("private"))
            }
        }
    }

    /// What verifies that which this signs.
    #[must_use]
    pub fn verifying(&self) -> VerifyingKey {
        match self {
            Self::Secret(secret) => VerifyingKey::Secret(secret.clone()),
            Self::Pair(pair) => {
                let mut bytes = [0; 32];
                bytes.copy_from_slice(pair.public_key().as_ref());
                VerifyingKey::Public(PublicKey(bytes))
            }
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Secret(secret) => mac(secret, message)
                .map(|mac| mac.finalize().into_bytes().to_vec())
                .unwrap_or_default(),
            Self::Pair(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}

impl VerifyingKey {
    /// Reads a key: for HMAC its text is the secret, whole and as it is.
    ///
    /// # Errors
    /// The text is not a public key.
    pub fn parse(scheme: Scheme, text: &str) -> Result<Self, String> {
        match scheme {
            Scheme::HmacSha256 => Ok(Self::Secret(secret(text)?)),
            Scheme::Ed25519 => key_bytes(text, &PUBLIC_DER)
                .map(|bytes| Self::Public(PublicKey(bytes)))
                .ok_or_else(|| not_a_key("public")),
        }
    }

    /// Whether the signature is this key's. Secrets are compared in constant time.
    pub(super) fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Secret(secret) => {
                mac(secret, message).is_some_and(|mac| mac.verify_slice(signature).is_ok())
            }
            Self::Public(PublicKey(bytes)) => UnparsedPublicKey::new(&ED25519, bytes)
                .verify(message, signature)
                .is_ok(),
        }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyingKey(…)")
    }
}

/// A key of any length will do, so that this never is `None`.
fn mac(secret: &[u8], message: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).ok()?;
    mac.update(message);
    Some(mac)
}

/// A key without a character would make every signature anybody's.
fn secret(text: &str) -> Result<Vec<u8>, String> {
    if text.is_empty() {
        return Err("the secret is empty".to_owned());
    }
    Ok(text.as_bytes().to_vec())
}

fn not_a_key(half: &str) -> String {
    format!("this is not the {half} half of an Ed25519 key: it has 32 bytes in hex, base64 or PEM")
}

/// The 32 bytes of a key in hex or base64, bare, as DER or as PEM.
fn key_bytes(text: &str, der: &[u8]) -> Option<[u8; 32]> {
    let text: String = text
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace())
        .collect();
    let bytes = from_hex(&text).or_else(|| STANDARD.decode(&text).ok())?;
    let bytes = bytes.strip_prefix(der).unwrap_or(&bytes);
    bytes.try_into().ok()
}

/// The bytes of hexadecimal digits, in either case.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    Some(pairs.map(|pair| pair[0] << 4 | pair[1]).collect())
}
