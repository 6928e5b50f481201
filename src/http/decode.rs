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
            Ok(mut frame) => {
                decoded.append(&mut read_all(&mut frame, limit - decoded.len())?);
                let frame = frame.decoder;
                let sums = (
                    frame.get_checksum_from_data(),
                    frame.get_calculated_checksum(),
                );
                if frame.is_finished() && matches!(sums, (Some(sent), Some(real)) if sent != real) {
                    return Err(io::Error::other("the checksum does not match"));
                }
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    const LIMIT: usize = 1 << 20;
    const TEXT: &[u8] = b"{\"name\":\"Acme\",\"note\":\"ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab \
        ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab \"}";
    /// `TEXT`, as a reference encoder writes it.
    const BROTLI: &str = "1b9000f89d0776c372032dacf81784d522747b7d2b28ac58741a446cec0d6cc081074a716213e29d80041d3ca179128afb2be6";
    /// 64 MiB of zeros.
    const BROTLI_BOMB: &str = "cbffff3ff82700e2b14020f7fe8fffff7ff04f00c4611180eefd1fffffffe09f0088c30200ddfb3ffeffffc13f0110870500\
        baf77ffcffff837f02200e0b0074effff8ffff07ff04401c1600e8defff1ffff0ffe0980382c00d0bdffcbffff3ffc1300715800a07bff07";

    fn unhex(text: &str) -> Vec<u8> {
        let pairs = (0..text.len()).step_by(2);
        pairs
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
            .collect()
    }

    fn encode(coding: &str, plain: &[u8]) -> Vec<u8> {
        let mut encoded = Vec::new();
        let best = Compression::best();
        match coding {
            "deflate" => ZlibEncoder::new(plain, best)
                .read_to_end(&mut encoded)
                .unwrap(),
            "raw" => DeflateEncoder::new(plain, best)
                .read_to_end(&mut encoded)
                .unwrap(),
            "zstd" => {
                return ruzstd::encoding::compress_to_vec(
                    plain,
                    ruzstd::encoding::CompressionLevel::Fastest,
                );
            }
            _ => GzEncoder::new(plain, best)
                .read_to_end(&mut encoded)
                .unwrap(),
        };
        encoded
    }

    fn decode_as(codings: &[&str], body: Vec<u8>) -> Result<Bytes, Failure> {
        let headers: Vec<(String, String)> = codings
            .iter()
            .map(|coding| ("content-encoding".to_owned(), (*coding).to_owned()))
            .collect();
        decode(&headers, body, LIMIT)
    }

    #[test]
    fn every_coding_is_decoded() {
        for (coding, body) in [
            ("gzip", encode("gzip", TEXT)),
            ("X-GZip", encode("gzip", TEXT)),
            (
                "gzip",
                [encode("gzip", &TEXT[..50]), encode("gzip", &TEXT[50..])].concat(),
            ),
            ("deflate", encode("deflate", TEXT)),
            ("deflate", encode("raw", TEXT)),
            ("br", unhex(BROTLI)),
            ("zstd", encode("zstd", TEXT)),
            (
                "zstd",
                [encode("zstd", &TEXT[..50]), encode("zstd", &TEXT[50..])].concat(),
            ),
            (
                "zstd",
                [
                    b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec(),
                    encode("zstd", TEXT),
                ]
                .concat(),
            ),
            ("identity", TEXT.to_vec()),
            ("", TEXT.to_vec()),
            (
                "gzip, identity , zstd",
                encode("zstd", &encode("gzip", TEXT)),
            ),
        ] {
            assert_eq!(decode_as(&[coding], body).unwrap(), TEXT, "{coding}");
        }
        let layers = encode("deflate", &encode("gzip", TEXT));
        assert_eq!(decode_as(&["gzip", "deflate"], layers).unwrap(), TEXT);
    }

    #[test]
    fn what_is_not_known_or_empty_is_left_alone() {
        assert_eq!(decode_as(&["aws-chunked"], TEXT.to_vec()).unwrap(), TEXT);
        assert_eq!(decode_as(&["gzip"], Vec::new()).unwrap(), "");
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let zeros = vec![0; 4 << 20];
        for (coding, bomb) in [
            ("gzip", encode("gzip", &zeros)),
            ("deflate", encode("deflate", &zeros)),
            ("deflate", encode("raw", &zeros)),
            ("br", unhex(BROTLI_BOMB)),
            ("zstd", encode("zstd", &zeros)),
            ("gzip, gzip", encode("gzip", &encode("gzip", &zeros))),
        ] {
            assert_eq!(
                decode_as(&[coding], bomb),
                Err(Failure::TooLarge),
                "{coding}"
            );
        }
    }

    #[test]
    fn cut_or_garbled_bodies_are_broken() {
        for (coding, body) in [
            ("gzip", encode("gzip", TEXT)),
            ("deflate", encode("deflate", TEXT)),
            ("br", unhex(BROTLI)),
            ("zstd", encode("zstd", TEXT)),
        ] {
            let cut = body[..body.len() - 3].to_vec();
            for body in [
                cut,
                b"<html>no, this is not encoded</html>".to_vec(),
                vec![0xff; 40],
            ] {
                let decoded = decode_as(&[coding], body.clone());
                assert!(
                    matches!(decoded, Err(Failure::Broken { .. })),
                    "{coding} {body:?}: {decoded:?}"
                );
            }
        }
        let many = decode_as(&["gzip, gzip, gzip, gzip, gzip"], TEXT.to_vec());
        assert!(matches!(many, Err(Failure::Broken { .. })));
    }

    #[test]
    fn a_wrong_checksum_is_broken() {
        for (coding, from_end) in [("gzip", 6), ("deflate", 1), ("zstd", 1)] {
            let mut body = encode(coding, TEXT);
            let at = body.len() - from_end;
            body[at] ^= 1;
            assert!(
                matches!(decode_as(&[coding], body), Err(Failure::Broken { .. })),
                "{coding}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_exceed_the_limit(
            coding in prop::sample::select(vec!["gzip", "deflate", "br", "zstd"]),
            plain in prop::collection::vec(any::<u8>(), 0..400),
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        ) {
            let mut body = if coding == "br" { unhex(BROTLI) } else { encode(coding, &plain) };
            for (at, bits) in flips {
                let at = at.index(body.len());
                body[at] ^= bits;
            }
            if let Ok(decoded) = decode_as(&[coding], body) {
                prop_assert!(decoded.len() <= LIMIT);
            }
        }

        #[test]
        fn arbitrary_bytes_are_no_crash(
            coding in prop::sample::select(vec!["gzip", "deflate", "br", "zstd"]),
            body in prop::collection::vec(any::<u8>(), 0..400),
        ) {
            let _ = decode_as(&[coding], body);
        }
    }
}
