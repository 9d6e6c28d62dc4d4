//! The client against servers that answer, hang, hang up, and speak TLS.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::ConnectInfo,
    http::{StatusCode, Uri},
    routing::get,
};
use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use crate::aws::https::*;

const SOON: Duration = Duration::from_secs(5);
const AT_ONCE: Duration = Duration::from_millis(20);

/// Serves the router; gives the address, without a slash at its end.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    format!("http://{address}")
}

async fn never() -> StatusCode {
    std::future::pending().await
}

/// What the SDK would get through this client.
async fn call(client: &Https, url: &str) -> Result<HttpResponse, ConnectorError> {
    let request = Request::get(url).body(SdkBody::empty()).unwrap();
    client.call(request.try_into().unwrap()).await
}

#[tokio::test]
async fn a_document_comes_whole_or_not_at_all() {
    let router = Router::new()
        .route("/short", get(|| async { "four" }))
        .route("/never", get(never));
    let host = serve(router).await;
    let client = Https::system();
    let of = |path: &str| format!("{host}/{path}");
    assert_eq!(client.get(&of("short"), SOON, 4).await.unwrap(), "four");
    assert!(client.get(&of("short"), SOON, 3).await.is_err());
    assert!(client.get(&of("missing"), SOON, 4).await.is_err());
    assert!(client.get(&of("never"), AT_ONCE, 4).await.is_err());
    assert!(client.get("no address", SOON, 4).await.is_err());
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_call_and_shared_by_clones() {
    let from = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() };
    let host = serve(Router::new().route("/", get(from))).await;
    let client = Https::system();
    let first = client.get(&host, SOON, 100).await.unwrap();
    let second = client.clone().get(&host, SOON, 100).await.unwrap();
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_signed_address_is_sent_as_it_was_signed() {
    let echo = |uri: Uri| async move { uri.to_string() };
    let host = serve(Router::new().fallback(echo)).await;
    let path = "/a/../b%2Fc//d?x=%7E&y=~&z";
    let answer = call(&Https::system(), &format!("{host}{path}"))
        .await
        .unwrap();
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), path);
}

#[tokio::test]
async fn what_broke_on_the_way_is_worth_another_try() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Https::system();
    assert!(call(&client, &gone).await.unwrap_err().is_io());

    let hangs_up = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", hangs_up.local_addr().unwrap());
    tokio::spawn(async move { while hangs_up.accept().await.is_ok() {} });
    assert!(call(&client, &url).await.unwrap_err().is_io());
}

#[tokio::test]
async fn an_answer_that_is_late_is_a_timeout() {
    let host = serve(Router::new().route("/", get(never))).await;
    let hasty = Https {
        read_timeout: Some(AT_ONCE),
        ..Https::system()
    };
    assert!(call(&hasty, &host).await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn tls_is_spoken_with_those_alone_whom_somebody_trusted_vouches_for() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let greeted = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&greeted);
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            counted.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 1024];
            if matches!(stream.read(&mut request).await, Ok(read) if read > 0) {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                stream.write_all(answer).await.unwrap();
            }
        }
    });
    let url = format!("https://localhost:{port}/");
    assert!(call(&Https::system(), &url).await.unwrap_err().is_io());
    assert_eq!(greeted.load(Ordering::SeqCst), 0);

    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let trusting = Https::trusting(Arc::new(roots));
    assert_eq!(trusting.get(&url, SOON, 2).await.unwrap(), "ok");
}
