//! Presigned uploads: the app sends the file to S3 itself, which refuses any other file. And downloads, of what is for one
//! person alone.
//!
//! Signed by the signer beneath the SDK: its operation `PutObject` would bring a checksum's
//! tables for bodies that are never sent from here, a tenth of a function's binary.

use std::{collections::BTreeMap, time::SystemTime};

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::{
    http_request::{
        PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use aws_types::SdkConfig;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::posts::photo::{Photo, TICKET_LIFE};
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::upload_key;
use crate::{
    aws::endpoint::Service,
    error::{Cause, Error},
};

const S3: Service = Service {
    id: "S3",
    name: "s3",
};

/// A request that uploads one file: to be sent as it is, with the file as its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresignedUpload {
    /// `PUT`.
    pub method: String,
    /// Absolute, with the signature.
    pub url: String,
    /// Signed: all must be sent, with these values.
    pub headers: BTreeMap<String, String>,
}

/// Signs uploads to S3 and downloads, its buckets addressed by path, with the credentials of a function.
#[derive(Debug, Clone)]
pub struct Presigner {
    credentials: Option<SharedCredentialsProvider>,
    /// The region, and where its S3 is.
    at: Option<(String, String)>,
    bucket: String,
}

impl Presigner {
    /// Of this bucket, by the configuration's credentials, region and endpoint of S3, the
    /// region's own by default.
    pub fn new(sdk: &SdkConfig, bucket: impl Into<String>) -> Self {
        let region = sdk.region().map(ToString::to_string);
        Self {
            credentials: sdk.credentials_provider(),
            at: region.map(|region| {
                let endpoint = S3.endpoint(sdk, &region);
                (region, endpoint)
            }),
            bucket: bucket.into(),
        }
    }

    /// Signs the upload of a photo's file, of its type, length and SHA-256, good once, and for
    /// [`TICKET_LIFE`] from `now` on: by the real time, as S3 reads its own clock. Nothing is sent:
    /// the signature is worked out here.
    ///
    /// # Errors
    /// [`Error::Internal`] when the digest is none, or there is no region or are no
    /// credentials to sign with.
    pub async fn upload(&self, now: SystemTime, photo: &Photo) -> Result<PresignedUpload, Error> {
        let digest =
            from_hex(&photo.sha256).ok_or_else(|| Error::internal("a digest that is none"))?;
        let headers = BTreeMap::from([
            ("content-length".to_owned(), photo.bytes.to_string()),
            ("content-type".to_owned(), photo.content_type.clone()),
            // A ticket is good once: S3 answers 412 where an object is already.
            ("if-none-match".to_owned(), "*".to_owned()),
            ("x-amz-checksum-sha256".to_owned(), STANDARD.encode(digest)),
        ]);
        let path = format!("{}/{}?x-id=PutObject", self.bucket, upload_key(photo.id));
        let url = self.sign("PUT", now, &path, &headers).await;
        Ok(PresignedUpload {
            method: "PUT".to_owned(),
            url: url.map_err(Error::internal)?,
            headers,
        })
    }

    /// Signs the download of an object, good for [`TICKET_LIFE`] from `now` on.
    ///
    /// # Errors
    /// [`Error::Internal`] when there is no region or are no credentials to sign with.
    pub async fn download(&self, now: SystemTime, key: &str) -> Result<String, Error> {
        let path = format!("{}/{key}?x-id=GetObject", self.bucket);
        let url = self.sign("GET", now, &path, &BTreeMap::new()).await;
        url.map_err(Error::internal)
    }

    /// Signs the upload of an object, or of a part of one, likewise.
    ///
    /// # Errors
    /// As [`Presigner::download`].
    pub async fn put(
        &self,
        now: SystemTime,
        key: &str,
        part: Option<(&str, i32)>,
    ) -> Result<String, Error> {
        let what = match part {
            Some((upload, number)) => {
                let upload = utf8_percent_encode(upload, NON_ALPHANUMERIC);
                format!("x-id=UploadPart&partNumber={number}&uploadId={upload}")
            }
            None => "x-id=PutObject".to_owned(),
        };
        let path = format!("{}/{key}?{what}", self.bucket);
        let url = self.sign("PUT", now, &path, &BTreeMap::new()).await;
        url.map_err(Error::internal)
    }

    /// Signs a listing of the first key that begins so, likewise.
    ///
    /// # Errors
    /// As [`Presigner::download`].
    pub async fn listing(&self, now: SystemTime, prefix: &str) -> Result<String, Error> {
        let prefix = prefix.replace('/', "%2F");
        let path = format!("{}?list-type=2&max-keys=1&prefix={prefix}", self.bucket);
        let url = self.sign("GET", now, &path, &BTreeMap::new()).await;
        url.map_err(Error::internal)
    }

    /// The address with the signature in its query, as S3 wants it: the path as it is, the body
    /// unsigned.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
    async fn sign(
        &self,
        method: &str,
        now: SystemTime,
        path: &str,
        headers: &BTreeMap<String, String>,
    ) -> Result<String, Cause> {
        let (region, endpoint) = self.at.as_ref().ok_or("no region")?;
        let credentials = self.credentials.as_ref().ok_or("no credentials")?;
        let url = format!("{endpoint}/{path}");
        let identity = credentials.provide_credentials().await?.into();
        let mut settings = SigningSettings::default();
        settings.expires_in = Some(TICKET_LIFE.unsigned_abs());
        settings.signature_location = SignatureLocation::QueryParams;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(S3.name)
            .time(now)
            .settings(settings)
            .build()?
            .into();
        let signed = headers.iter().map(|(name, value)| (&**name, &**value));
        let request = SignableRequest::new(method, &url, signed, SignableBody::UnsignedPayload)?;
        let (signature, _) = sign(request, &params)?.into_parts();
        let mut request = Request::builder().uri(&url).body(())?;
        signature.apply_to_request_http1x(&mut request);
        Ok(request.uri().to_string())
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use aws_credential_types::Credentials;
    use aws_sdk_s3::{
        config::{BehaviorVersion, Region, ResponseChecksumValidation},
        presigning::PresigningConfig,
    };
    use jiff::Timestamp;
    use ulid::Ulid;

    use super::*;
    use domain::{
        ids::{PhotoId, UserId},
        posts::photo::PhotoStatus,
    };

    fn configured(region: &'static str, endpoint: Option<&str>) -> SdkConfig {
        let credentials = Credentials::new("AKID", "secret", Some("a/token".into()), None, "test");
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials));
        config.set_endpoint_url(endpoint.map(str::to_owned));
        config.build()
    }

    fn photo() -> Photo {
        Photo {
            id: PhotoId(Ulid::from_parts(1_700_000_000_000, 7)),
            owner: UserId::parse("ana").unwrap(),
            content_type: "image/jpeg".into(),
            bytes: 123_456,
            sha256: "0f".repeat(32),
            status: PhotoStatus::AwaitingUpload,
            reason: None,
            media: String::new(),
            image: None,
            original: None,
            post: None,
            avatar: false,
            created_at: Timestamp::UNIX_EPOCH,
            expires_at: None,
        }
    }

    /// The same request as the SDK itself presigns it.
    async fn by_the_sdk(sdk: &SdkConfig, now: SystemTime) -> PresignedUpload {
        let config = aws_sdk_s3::config::Builder::from(sdk).force_path_style(true);
        let client = aws_sdk_s3::Client::from_conf(config.build());
        let times = PresigningConfig::builder()
            .start_time(now)
            .expires_in(TICKET_LIFE.unsigned_abs());
        let put = client.put_object().bucket("photos");
        let put = put.key(upload_key(photo().id)).content_type("image/jpeg");
        let put = put.if_none_match("*");
        let put = put.content_length(123_456);
        let put = put.checksum_sha256(STANDARD.encode([0x0f; 32]));
        let signed = put.presigned(times.build().unwrap()).await.unwrap();
        let headers = signed.headers();
        PresignedUpload {
            method: signed.method().to_owned(),
            url: signed.uri().to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    #[tokio::test]
    async fn an_upload_is_signed_as_the_sdk_would_sign_it() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        for (region, endpoint) in [
            ("eu-central-1", None),
            ("us-east-1", None),
            ("cn-north-1", None),
            ("us-gov-west-1", None),
            ("eu-central-1", Some("http://127.0.0.1:4566")),
        ] {
            let sdk = configured(region, endpoint);
            let (presigner, photo) = (Presigner::new(&sdk, "photos"), photo());
            let ours = presigner.upload(now, &photo).await.unwrap();
            assert_eq!(ours, by_the_sdk(&sdk, now).await);
        }
    }

    #[tokio::test]
    async fn a_download_is_signed_as_the_sdk_would_sign_it() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let sdk = configured("eu-central-1", None);
        let config = aws_sdk_s3::config::Builder::from(&sdk).force_path_style(true);
        let config = config.response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        let client = aws_sdk_s3::Client::from_conf(config.build());
        let times = PresigningConfig::builder()
            .start_time(now)
            .expires_in(TICKET_LIFE.unsigned_abs());
        let get = client.get_object().bucket("photos").key("exports/a/b.json");
        let signed = get.presigned(times.build().unwrap()).await.unwrap();
        let presigner = Presigner::new(&sdk, "photos");
        let ours = presigner.download(now, "exports/a/b.json");
        assert_eq!(ours.await.unwrap(), signed.uri());
    }

    #[tokio::test]
    async fn nothing_is_signed_without_region_or_credentials() {
        let whole = || configured("eu-central-1", None).into_builder();
        let (mut nowhere, mut nobody) = (whole(), whole());
        nowhere.set_region(None);
        nobody.set_credentials_provider(None);
        for sdk in [nowhere.build(), nobody.build()] {
            let signed = Presigner::new(&sdk, "photos")
                .upload(UNIX_EPOCH, &photo())
                .await;
            assert!(matches!(signed, Err(Error::Internal(_))));
        }
    }
}
