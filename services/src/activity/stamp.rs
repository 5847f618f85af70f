//! Where what somebody did came from, as it is written beside an event.

use crate::session::{Browser, system_in_words};
use std::net::IpAddr;
use std::path::Path;

/// Network address, operating system, device and place; all empty for what happens by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) address: String,
    /// Such as "Windows" or "iOS".
    pub(crate) os: String,
    /// Such as "Computer" or "iPhone".
    pub(crate) device: String,
    /// Such as "Hamburg, Germany".
    pub(crate) location: String,
}

impl Stamp {
    pub(crate) fn of(browser: &Browser, places: Option<&Places>) -> Self {
        let (os, device) = system_and_device(&browser.looked_at());
        let address = browser.address.to_canonical();
        let location = places.and_then(|places| places.name(address)).unwrap_or_default();
        // Where nobody knows the address, the edge says so with this one.
        let address = if address.is_unspecified() { String::new() } else { address.to_string() };
        Self { address, os, device, location }
    }
}

/// Operating system and device, as far as a browser tells them.
fn system_and_device(agent: &str) -> (String, String) {
    let Some(found) = woothee::parser::Parser::new().parse(agent) else { return Default::default() };
    let device = match (found.os, found.category) {
        ("iPhone" | "iPad" | "iPod", _) => found.os,
        (_, "pc") => "Computer",
        (_, "smartphone" | "mobilephone") => "Phone",
        (_, "appliance") => "Console",
        (_, "crawler") => "Program",
        _ => "",
    };
    let os = if found.os == "UNKNOWN" { "" } else { system_in_words(found.os) };
    (os.to_owned(), device.to_owned())
}

/// Which network address is at which place: a file in MaxMind's format, read into memory.
pub struct Places(maxminddb::Reader<Vec<u8>>);

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Places").field(&self.0.metadata().database_type).finish()
    }
}

/// A file of places that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the file of places cannot be read")]
pub struct UnreadablePlaces(#[from] maxminddb::MaxMindDbError);

impl Places {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// When there is none, or it is not in MaxMind's format.
    pub fn read(file: &Path) -> Result<Self, UnreadablePlaces> {
        Ok(Self(maxminddb::Reader::open_readfile(file)?))
    }

    /// City and country in English, or the country alone.
    fn name(&self, address: IpAddr) -> Option<String> {
        let found: maxminddb::geoip2::City<'_> = self.0.lookup(address).ok()?.decode().ok()??;
        let names = [found.city.names.english, found.country.names.english];
        let name = names.into_iter().flatten().collect::<Vec<_>>().join(", ");
        Some(name).filter(|name| !name.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_and_devices_have_the_names_people_use() {
        for (agent, os, device) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Windows", "Computer"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.0 Mobile/15E148 Safari/604.1",
                "iOS",
                "iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 \
                 Mobile Safari/537.36",
                "Android",
                "Phone",
            ),
            ("", "", ""),
            ("anything", "", ""),
        ] {
            assert_eq!(system_and_device(agent), (os.to_owned(), device.to_owned()), "{agent}");
        }
    }

    /// A file in MaxMind's format (<https://maxmind.github.io/MaxMind-DB/>) that knows one network: 192.0.2.0/24.
    fn file_of_places(place: &[(&str, &str)]) -> Vec<u8> {
        let short = |length: usize| u8::try_from(length).ok().filter(|length| *length < 29).expect("a short value");
        let text = |text: &str| [&[0x40 | short(text.len())], text.as_bytes()].concat();
        let map = |entries: &[(&str, Vec<u8>)]| {
            let entries_in_a_row = entries.iter().flat_map(|(name, value)| [text(name), value.clone()].concat());
            [0xe0 | short(entries.len())].into_iter().chain(entries_in_a_row).collect::<Vec<u8>>()
        };
        let place: Vec<_> =
            place.iter().map(|(what, name)| (*what, map(&[("names", map(&[("en", text(name))]))]))).collect();
        // A node for each bit of the network: two numbers of three bytes, of which one goes on and the other ends.
        let (nodes, network) = (24_u32, u32::from_be_bytes([192, 0, 2, 0]));
        let mut file = Vec::new();
        for node in 0..nodes {
            let on = if node + 1 < nodes { node + 1 } else { nodes + 16 };
            let both = if network >> (31 - node) & 1 == 0 { [on, nodes] } else { [nodes, on] };
            file.extend(both.iter().flat_map(|number| number.to_be_bytes()[1..].to_vec()));
        }
        file.extend([0; 16]);
        file.extend(map(&place));
        file.extend(b"\xab\xcd\xefMaxMind.com");
        let number = |number: u8| vec![0xa1, number];
        file.extend(map(&[
            ("binary_format_major_version", number(2)),
            ("binary_format_minor_version", number(0)),
            ("build_epoch", vec![0x01, 0x02, 1]),
            ("database_type", text("Test-City")),
            ("description", map(&[])),
            ("ip_version", number(4)),
            ("languages", vec![0x00, 0x04]),
            ("node_count", vec![0xc1, u8::try_from(nodes).expect("few nodes")]),
            ("record_size", number(24)),
        ]));
        file
    }

    #[test]
    fn a_file_of_places_says_where_an_address_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("places.mmdb");
        let location =
            |address: &str, places: &Places| Stamp::of(&Browser::at(address.parse().unwrap()), Some(places)).location;
        std::fs::write(&file, file_of_places(&[("city", "Hamburg"), ("country", "Germany")])).unwrap();
        let places = Places::read(&file).unwrap();
        assert_eq!(location("192.0.2.77", &places), "Hamburg, Germany");
        assert_eq!(location("::ffff:192.0.2.77", &places), "Hamburg, Germany");
        assert_eq!(location("192.0.3.1", &places), "", "of another network");
        assert_eq!(location("2001:db8::1", &places), "");
        std::fs::write(&file, file_of_places(&[("country", "Germany")])).unwrap();
        assert_eq!(location("192.0.2.77", &Places::read(&file).unwrap()), "Germany");
        std::fs::write(&file, "places").unwrap();
        assert!(Places::read(&file).is_err());
        assert!(Places::read(&folder.path().join("nowhere")).is_err());
    }

    #[test]
    fn an_address_nobody_knows_is_left_out() {
        assert_eq!(Stamp::of(&Browser::at(IpAddr::from([0, 0, 0, 0])), None), Stamp::default());
        assert_eq!(Stamp::of(&Browser::at("::ffff:192.0.2.1".parse().unwrap()), None).address, "192.0.2.1");
    }
}
