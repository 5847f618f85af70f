//! What a browser can decompress: RFC 9110, 12.5.3.

use http::HeaderValue;

/// How the bytes of an answer are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    Identity,
    /// RFC 7932.
    Brotli,
    /// RFC 1952.
    Gzip,
}

impl Encoding {
    /// The word in headers.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// Whether these headers `Accept-Encoding` allow it: by its name, else by `*`, with a weight above zero.
    pub fn is_accepted<'h>(self, headers: impl Iterator<Item = &'h HeaderValue>) -> bool {
        let mut by_star = false;
        for item in headers.filter_map(|header| header.to_str().ok()).flat_map(|header| header.split(',')) {
            let mut parts = item.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let refused = parts.any(|part| {
                part.strip_prefix("q=").is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0))
            });
            if name.eq_ignore_ascii_case(self.token()) {
                return !refused;
            }
            by_star |= name == "*" && !refused;
        }
        by_star
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_what_it_can_read() {
        for (header, brotli, gzip) in [
            ("gzip, deflate, br, zstd", true, true),
            ("gzip", false, true),
            ("BR", true, false),
            ("br;q=0, gzip;q=0.5", false, true),
            ("*", true, true),
            ("*;q=0", false, false),
            ("br;q=0, *", false, true),
            ("identity", false, false),
            ("", false, false),
        ] {
            let header = HeaderValue::from_static(header);
            assert_eq!(Encoding::Brotli.is_accepted([&header].into_iter()), brotli, "br of {header:?}");
            assert_eq!(Encoding::Gzip.is_accepted([&header].into_iter()), gzip, "gzip of {header:?}");
        }
    }
}
