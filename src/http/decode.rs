//! Content codings (RFC 9110, 8.4): gzip, deflate, brotli and zstd, decoded up to a limit.

use super::ResponseParts;
use bytes::Bytes;
use std::io::{self, Read};

/// What requests offer by default.
pub(super) const ACCEPTED: &str = "gzip, deflate, br, zstd";

/// More layers than any server applies; each one costs time and memory.
const MOST_LAYERS: usize = 4;

/// Why a body cannot be decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It decodes to more than the limit.
    TooLarge,
    /// It is not what its coding says, and why.
    Broken { coding: String, why: String },
}

/// Decodes a body by its `content-encoding`. One that is empty (an answer to HEAD) or in a coding that is not known
/// is left as it came.
pub(super) fn decode(
    headers: &[(String, String)],
    body: Vec<u8>,
    limit: usize,
) -> Result<Bytes, Failure> {
    let codings = codings(headers);
    if body.is_empty() || codings.is_empty() || codings.iter().any(|coding| !is_known(coding)) {
        return Ok(Bytes::from(body));
    }
    if codings.len() > MOST_LAYERS {
        return Err(Failure::Broken {
            coding: codings.join(", "),
            why: "that are too many layers".to_owned(),
        });
    }
    let mut body = body;
    // The last one named was applied last.
    for coding in codings.iter().rev() {
        body = decode_one(coding, &body, limit)?;
    }
    Ok(Bytes::from(body))
}

/// Whether a body was left encoded because its coding is not known.
pub(super) fn is_undecoded(parts: &ResponseParts) -> bool {
    codings(&parts.headers)
        .iter()
        .any(|coding| !is_known(coding))
}

fn codings(headers: &[(String, String)]) -> Vec<String> {
    headers
        .iter()
        .filter(|(name, _)| name == "content-encoding")
        .flat_map(|(_, value)| value.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != "identity")
        .collect()
}

fn is_known(coding: &str) -> bool {
    matches!(coding, "gzip" | "x-gzip" | "deflate" | "br" | "zstd")
}

fn decode_one(coding: &str, body: &[u8], limit: usize) -> Result<Vec<u8>, Failure> {
    let decoded = match coding {
        "br" => read_all(brotli_decompressor::Decompressor::new(body, 4096), limit),
        "zstd" => read_zstd(body, limit),
        "deflate" if is_zlib(body) => read_all(flate2::read::ZlibDecoder::new(body), limit),
        // Some servers send the bare stream; every client reads both.
        "deflate" => read_all(flate2::read::DeflateDecoder::new(body), limit),
        _ => read_all(flate2::read::MultiGzDecoder::new(body), limit),
    };
    let decoded = decoded.map_err(|error| Failure::Broken {
        coding: coding.to_owned(),
        why: error.to_string(),
    })?;
    if decoded.len() > limit {
        return Err(Failure::TooLarge);
    }
    Ok(decoded)
}

/// Whether there is a zlib header (RFC 1950, 2.2).
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [method, flags, ..]
        if method & 15 == 8 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0)
}

/// Reads all, but stops one byte past the limit.
fn read_all(source: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut decoded = Vec::new();
    source
        .take(u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1))
        .read_to_end(&mut decoded)?;
    Ok(decoded)
}

/// Zstandard: any number of frames, skippable ones among them (RFC 8878, 3.1).
fn read_zstd(mut body: &[u8], limit: usize) -> io::Result<Vec<u8>> {
    use ruzstd::decoding::StreamingDecoder;
    use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};

    // RFC 9659: for HTTP, a window is at most 8 MiB.
    const LARGEST_WINDOW: u64 = 8 << 20;
    let mut decoded = Vec::new();
    while !body.is_empty() && decoded.len() <= limit {
        match StreamingDecoder::new_with_max_window_size(&mut body, LARGEST_WINDOW) {
            Ok(frame) => decoded.append(&mut read_all(frame, limit - decoded.len())?),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                body = body.get(length..).ok_or(io::ErrorKind::UnexpectedEof)?;
            }
            Err(error) => return Err(io::Error::other(error)),
        }
    }
    Ok(decoded)
}
