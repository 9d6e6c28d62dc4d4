//! The HTTP client of a function: to AWS, and to whoever issues the tokens.
//!
//! It is made of what the SDK's own is made of, but for HTTP/2: no endpoint that is called here
//! needs it, and every cold start would read it.

use std::{
    fmt,
    sync::{Arc, LazyLock},
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector as Tcp},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;

use crate::error::Cause;

/// How long a connection may take to be made, within a try.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Whom the system trusts, read once: there are a hundred and more.
static TRUSTED: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Arc::new(roots)
});

/// HTTP/1.1, with TLS where the address asks for it; clones share their connections. Redirects
/// are not followed, and proxies not asked.
#[derive(Clone)]
pub struct Https {
    client: Client<hyper_rustls::HttpsConnector<Tcp>, SdkBody>,
    read_timeout: Option<Duration>,
}

impl fmt::Debug for Https {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Https")
    }
}

impl Https {
    /// A client that trusts whom the system trusts: on a system that trusts nobody, it calls
    /// plain addresses alone.
    pub fn system() -> Self {
        Self::trusting(Arc::clone(&TRUSTED))
    }

    fn trusting(roots: Arc<RootCertStore>) -> Self {
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let tls = ClientConfig::builder().with_root_certificates(roots);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls.with_no_client_auth())
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let mut client = Client::builder(TokioExecutor::new());
        Self {
            client: client.pool_timer(TokioTimer::new()).build(connector),
            read_timeout: None,
        }
    }

    /// The body at `url`, all of it within a time and a length in bytes.
    ///
    /// # Errors
    /// No address, no connection, no success, too late or too long.
    pub async fn get(&self, url: &str, within: Duration, most: usize) -> Result<Bytes, Cause> {
        let request = Request::get(url).body(SdkBody::empty())?;
        self.exchange(request, within, most).await
    }

    /// The body that a request is answered with, likewise.
    ///
    /// # Errors
    /// As [`Https::get`].
    pub async fn exchange(
        &self,
        request: Request<SdkBody>,
        within: Duration,
        most: usize,
    ) -> Result<Bytes, Cause> {
        let answer = self.ask(request, within, most).await?;
        if !answer.status().is_success() {
            return Err(format!("answered with {}", answer.status()).into());
        }
        Ok(answer.into_body())
    }

    /// What a request is answered with, whatever its status, likewise.
    ///
    /// # Errors
    /// No address, no connection, too late or too long.
    pub async fn ask(
        &self,
        request: Request<SdkBody>,
        within: Duration,
        most: usize,
    ) -> Result<Response<Bytes>, Cause> {
        timeout(within, async {
            let (head, body) = self.client.request(request).await?.into_parts();
            let body = Limited::new(body, most).collect().await?;
            Ok(Response::from_parts(head, body.to_bytes()))
        })
        .await?
    }

    /// What a request is answered with, and of its body the first so many bytes.
    ///
    /// # Errors
    /// No address, no connection, or too late.
    pub async fn glance(
        &self,
        request: Request<SdkBody>,
        within: Duration,
        most: usize,
    ) -> Result<Response<Bytes>, Cause> {
        timeout(within, async {
            let (head, mut body) = self.client.request(request).await?.into_parts();
            let mut read = BytesMut::new();
            while let Some(frame) = body.frame().await {
                if let Ok(data) = frame?.into_data() {
                    read.extend_from_slice(&data);
                }
                if read.len() >= most {
                    read.truncate(most);
                    break;
                }
            }
            Ok(Response::from_parts(head, read.freeze()))
        })
        .await?
    }

    async fn send(self, request: Request<SdkBody>) -> Result<HttpResponse, ConnectorError> {
        let sent = self.client.request(request);
        let answer = match self.read_timeout {
            Some(most) => timeout(most, sent)
                .await
                .map_err(|late| ConnectorError::timeout(late.into()))?,
            None => sent.await,
        };
        // Whatever broke on the way may go well the next time.
        let answer = answer.map_err(|broken| ConnectorError::io(broken.into()))?;
        HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
            .map_err(|odd| ConnectorError::other(odd.into(), None))
    }
}

impl HttpClient for Https {
    /// The time to connect is this client's own.
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Self {
            read_timeout: settings.read_timeout(),
            ..self.clone()
        })
    }
}

impl HttpConnector for Https {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match request.try_into_http1x() {
            Ok(request) => HttpConnectorFuture::new(self.clone().send(request)),
            Err(odd) => HttpConnectorFuture::ready(Err(ConnectorError::user(odd.into()))),
        }
    }
}

#[cfg(test)]
#[path = "https_tests.rs"]
mod tests;
