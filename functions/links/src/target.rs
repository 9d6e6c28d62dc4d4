//! Where a link leads: to the store, and to nobody else (MONEY 12).

use url::{Host, Url};

/// By what the store knows a click.
const CLICK: &str = "spark_click";

/// The store's own hosts.
#[derive(Debug, Clone)]
pub(crate) struct Hosts(Vec<String>);

impl Hosts {
    /// Those that are named, parted by commas, each with a port where it has one of its own.
    pub(crate) fn read(text: &str) -> Self {
        let hosts = text.split(',').map(|host| host.trim().to_ascii_lowercase());
        Self(hosts.filter(|host| !host.is_empty()).collect())
    }

    /// The address, if it is one of the store's: by https, or, on this machine alone, by http.
    pub(crate) fn admit(&self, address: &str) -> Option<Url> {
        let url = Url::parse(address).ok()?;
        let host = url.host_str()?;
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let loopback = match url.host()? {
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
            Host::Domain(name) => name == "localhost",
        };
        let scheme = url.scheme() == "https" || (url.scheme() == "http" && loopback);
        let anonymous = url.username().is_empty() && url.password().is_none();
        let known = self.0.contains(&authority);
        (scheme && anonymous && known).then_some(url)
    }
}

/// The address with a click's id; what else stands in it stays as it is.
pub(crate) fn with_click(mut url: Url, id: &str) -> Url {
    let other = |pair: &&str| pair.split('=').next() != Some(CLICK);
    let kept = url.query().unwrap_or_default();
    let kept = kept
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter(other);
    let query = kept.map(str::to_owned).chain([format!("{CLICK}={id}")]);
    let query = query.collect::<Vec<_>>().join("&");
    url.set_query(Some(&query));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_stores_own_hosts_are_led_to() {
        let hosts = Hosts::read("shop.example, Other.example:8443,127.0.0.1:8080,shop.example:80");
        for good in [
            "https://shop.example/p/1",
            "https://SHOP.example:443/p/1",
            "https://other.example:8443/",
            "http://127.0.0.1:8080/store/p/1",
        ] {
            assert!(hosts.admit(good).is_some(), "{good}");
        }
        for bad in [
            "http://shop.example/p/1",
            "http://shop.example:80/p/1",
            "https://shop.example.evil.test/",
            "https://evil.test/shop.example",
            "https://shop.example@evil.test/",
            "https://user@shop.example/",
            "https://other.example/",
            "http://127.0.0.1:8081/",
            "https://sub.shop.example/",
            "javascript:alert(1)",
            "//shop.example/",
            "",
        ] {
            assert!(hosts.admit(bad).is_none(), "{bad}");
        }
        assert!(Hosts::read("").admit("https://shop.example/").is_none());
    }

    #[test]
    fn a_clicks_id_is_set_and_all_else_stays() {
        let set = |address: &str| with_click(Url::parse(address).unwrap(), "ID").to_string();
        for (before, after) in [
            ("https://s.test/p", "https://s.test/p?spark_click=ID"),
            (
                "https://s.test/p?a=b%20c&flag#top",
                "https://s.test/p?a=b%20c&flag&spark_click=ID#top",
            ),
            (
                "https://s.test/p?spark_click=old&b=1&spark_click",
                "https://s.test/p?b=1&spark_click=ID",
            ),
        ] {
            assert_eq!(set(before), after);
        }
    }
}
