//! Where a webhook may go. An address book of others' making must not reach this installation's own network: the URL is looked at when it
//! is entered, and every resolved address again at the moment of connecting, since a name may point elsewhere by then.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use reqwest::Url;

/// A network, such as `10.8.0.0/16`; a bare address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |_error| format!("{text} is no network: write it as 10.8.0.0/16");
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let base: IpAddr = address.parse().map_err(|error: std::net::AddrParseError| wrong(error.to_string()))?;
        let whole = if base.is_ipv4() { 32 } else { 128 };
        let bits =
            bits.map_or(Ok(whole), |bits| bits.parse().map_err(|error: std::num::ParseIntError| wrong(error.to_string())))?;
        if bits > whole {
            return Err(format!("{text} is no network: at most /{whole}"));
        }
        Ok(Self { base, bits })
    }
}

impl Network {
    const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Self {
        Self { base: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits }
    }

    const fn v6(high: u16, next: u16, third: u16, last: u16, bits: u8) -> Self {
        Self { base: IpAddr::V6(Ipv6Addr::new(high, next, third, 0, 0, 0, 0, last)), bits }
    }

    /// Does the address lie in it?
    pub fn contains(&self, address: IpAddr) -> bool {
        let high = |bits: u128, width: u32| if self.bits == 0 { 0 } else { bits >> (width - u32::from(self.bits)) };
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                high(u128::from(u32::from(base)), 32) == high(u128::from(u32::from(address)), 32)
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => high(u128::from(base), 128) == high(u128::from(address), 128),
            _ => false,
        }
    }
}

/// What no setting opens: the clouds' metadata services, which hand out credentials.
const NEVER: &[Network] = &[
    Network::v4(169, 254, 0, 0, 16),
    Network::v4(100, 100, 100, 200, 32),
    Network::v6(0xfe80, 0, 0, 0, 10),
    Network::v6(0xfd00, 0xec2, 0, 0x254, 128),
];

/// IPv4 networks that aren't the public internet (IANA's special-purpose registry).
const INTERNAL: &[Network] = &[
    Network::v4(0, 0, 0, 0, 8),
    Network::v4(10, 0, 0, 0, 8),
    Network::v4(100, 64, 0, 0, 10),
    Network::v4(127, 0, 0, 0, 8),
    Network::v4(169, 254, 0, 0, 16),
    Network::v4(172, 16, 0, 0, 12),
    Network::v4(192, 0, 0, 0, 24),
    Network::v4(192, 0, 2, 0, 24),
    Network::v4(192, 88, 99, 0, 24),
    Network::v4(192, 168, 0, 0, 16),
    Network::v4(198, 18, 0, 0, 15),
    Network::v4(198, 51, 100, 0, 24),
    Network::v4(203, 0, 113, 0, 24),
    Network::v4(224, 0, 0, 0, 3),
];

/// The one part of IPv6 that is the public internet…
const GLOBAL_V6: Network = Network::v6(0x2000, 0, 0, 0, 3);
/// … and what lies in it and is not: Teredo and its neighbours, documentation, 6to4.
const INTERNAL_V6: &[Network] = &[
    Network::v6(0x2001, 0, 0, 0, 23),
    Network::v6(0x2001, 0x0db8, 0, 0, 32),
    Network::v6(0x2002, 0, 0, 0, 16),
    Network::v6(0x3fff, 0, 0, 0, 20),
];
/// NAT64: the IPv4 address stands in the last four bytes.
const NAT64: Network = Network::v6(0x64, 0xff9b, 0, 0, 96);

/// The address that is really meant: an IPv4 address written as IPv6 is that IPv4 address.
fn meant(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if NAT64.contains(IpAddr::V6(v6)) => {
            let [.., a, b, c, d] = v6.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        other => other,
    }
}

fn is_internal(address: IpAddr) -> bool {
    let inside = |networks: &[Network]| networks.iter().any(|network| network.contains(address));
    match address {
        IpAddr::V4(_) => inside(INTERNAL),
        IpAddr::V6(_) => !GLOBAL_V6.contains(address) || inside(INTERNAL_V6),
    }
}

/// Why a URL is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It isn't a URL.
    #[error("is not a URL")]
    NoUrl,
    /// Another scheme than https.
    #[error("must begin with https://")]
    Scheme,
    /// It carries a name or password.
    #[error("must not carry a name or password")]
    Credentials,
    /// Longer than 500 characters.
    #[error("is longer than 500 characters")]
    TooLong,
    /// Its host can't be resolved.
    #[error("its host can't be found")]
    Unknown,
    /// It leads into a network that isn't the public internet.
    #[error("leads to an address that is not public")]
    Internal,
}

/// What is let through.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard {
    /// Is `http://` taken? On demo and test installations only.
    pub(super) plain_http: bool,
    /// Private networks that the operator opened, such as the street's own.
    pub(super) networks: Vec<Network>,
}

impl Guard {
    /// May a connection go to this address?
    pub(super) fn permits(&self, address: IpAddr) -> bool {
        let address = meant(address);
        if NEVER.iter().any(|network| network.contains(address)) {
            return false;
        }
        !is_internal(address) || self.networks.iter().any(|network| network.contains(address))
    }

    /// Looks at all that can be judged without asking a name server. A host in decimal, octal or hexadecimal form is an address here,
    /// since the parser has made one of it.
    pub(super) fn check(&self, text: &str) -> Result<Url, Refused> {
        if text.len() > 500 {
            return Err(Refused::TooLong);
        }
        let url = Url::parse(text).map_err(|_error| Refused::NoUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if self.plain_http => {}
            _ => return Err(Refused::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        match literal(&url) {
            Some(address) if !self.permits(address) => Err(Refused::Internal),
            _ => Ok(url),
        }
    }
}

/// The address, if the host is one.
pub(super) fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_let_through() {
        let guard = Guard::default();
        for inside in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.100.100.200",
            "192.0.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "203.0.113.7",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "100::1",
            "3fff::1",
        ] {
            assert!(!guard.permits(inside.parse().unwrap()), "{inside} got through");
        }
        for outside in [
            "1.1.1.1",
            "172.32.0.1",
            "172.15.255.255",
            "192.167.1.1",
            "100.128.0.1",
            "198.20.0.1",
            "223.255.255.1",
            "2400:3200::1",
            "64:ff9b::101:101",
            "::ffff:1.1.1.1",
        ] {
            assert!(guard.permits(outside.parse().unwrap()), "{outside} was refused");
        }
    }

    #[test]
    fn a_street_may_open_its_own_network_but_never_the_metadata_service() {
        let guard = Guard { networks: vec!["10.8.0.0/16".parse().unwrap(), "0.0.0.0/0".parse().unwrap()], ..Guard::default() };
        assert!(guard.permits("10.8.3.4".parse().unwrap()));
        assert!(guard.permits("::ffff:10.8.3.4".parse().unwrap()));
        for never in ["169.254.169.254", "100.100.100.200", "::ffff:169.254.169.254", "fd00:ec2::254"] {
            assert!(!guard.permits(never.parse().unwrap()), "{never}");
        }
        for wrong in ["10.8.0.0/33", "10.8.0/16", "x", "10.8.0.0/", "::/129"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_url_is_judged_by_what_it_means_not_by_how_it_is_written() {
        let guard = Guard { plain_http: true, ..Guard::default() };
        for (text, why) in [
            ("http://2130706433/", Refused::Internal),
            ("http://0177.0.0.1/", Refused::Internal),
            ("http://0x7f.1/", Refused::Internal),
            ("http://127.1/", Refused::Internal),
            ("http://[::1]:80/", Refused::Internal),
            ("http://[::ffff:7f00:1]/", Refused::Internal),
            ("http://１２７.０.０.１/", Refused::Internal),
            ("https://0/", Refused::Internal),
            ("file:///etc/passwd", Refused::Scheme),
            ("gopher://1.1.1.1/", Refused::Scheme),
            ("ftp://1.1.1.1/", Refused::Scheme),
            ("https://name:word@1.1.1.1/", Refused::Credentials),
            ("not a url", Refused::NoUrl),
            ("https://", Refused::NoUrl),
        ] {
            assert_eq!(guard.check(text).err(), Some(why), "{text}");
        }
        assert_eq!(guard.check(&format!("https://1.1.1.1/{}", "x".repeat(500))).err(), Some(Refused::TooLong));
        assert_eq!(Guard::default().check("http://1.1.1.1/").err(), Some(Refused::Scheme));
        assert!(Guard::default().check("https://hooks.example.org/palm?x=1").is_ok());
    }
}
