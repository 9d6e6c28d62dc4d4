//! Profiles, as who is not signed in sees them (MONEY 5).

use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use domain::money::social::{Network, Proof};
use http::{Request, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use shared::error::{Error, Unproved};

use super::{Networks, Place};

/// A profile is waited for this long.
const PATIENCE: Duration = Duration::from_secs(5);
/// And looked at so far, in bytes.
const LOOKED_AT: usize = 1 << 20;
/// All of a handle is encoded that could be anything but a part of a path (RFC 3986, section 2.3).
const HANDLE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Networks {
    /// Looks for a code on the profile that it is to be on.
    ///
    /// # Errors
    /// [`Error::Unproved`]; [`Error::NotFound`] where Spark is not known to the network.
    pub(crate) async fn look_for(&self, network: Network, proof: &Proof) -> Result<(), Error> {
        let place = self.place(network).ok_or(Error::NotFound)?;
        let request = Request::get(address(place, proof.handle.as_str()))
            .header(http::header::ACCEPT, "text/html")
            .body(SdkBody::empty());
        let request = request.map_err(|_no_address| Error::Unproved(Unproved::NotFound))?;
        let page = match self.https.glance(request, PATIENCE, LOOKED_AT).await {
            Ok(page) => page,
            Err(cause) => {
                tracing::info!(network = network.name(), %cause, "a profile was not reached");
                return Err(Error::Unproved(Unproved::Unreadable));
            }
        };
        match page.status() {
            status if status.is_success() && proof.is_on(page.body()) => Ok(()),
            // There is no such profile, or none with the code.
            status if status.is_success() => Err(Error::Unproved(Unproved::NotFound)),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(Error::Unproved(Unproved::NotFound)),
            // A redirect leads to where one signs in.
            _ => Err(Error::Unproved(Unproved::Unreadable)),
        }
    }
}

fn address(place: &Place, handle: &str) -> String {
    let handle = utf8_percent_encode(handle, HANDLE).to_string();
    place.profiles.replace("{handle}", &handle)
}

#[cfg(test)]
mod tests {
    use domain::money::social::SocialHandle;

    use super::*;

    #[test]
    fn no_handle_leads_to_another_host_or_page() {
        let networks = Networks::new(r#"{"twitter": {"client_id": "spark"}}"#, "", "");
        let place = networks.place(Network::Twitter).unwrap();
        for odd in [
            "a/../b",
            "a?b",
            "a#b",
            "x.test:80/",
            "a@x.test",
            "%2e%2e",
            "é",
            "a\\b",
        ] {
            let handle = SocialHandle::parse(odd).unwrap();
            let address = url::Url::parse(&address(place, handle.as_str())).unwrap();
            assert_eq!(address.host_str(), Some("x.com"), "{odd}");
            assert_eq!(address.path_segments().unwrap().count(), 1, "{odd}");
            assert_eq!((address.query(), address.fragment()), (None, None), "{odd}");
        }
    }
}
