//! A browser without a screen: keeps cookies, sends what browsers send, and reads what comes back.

use crate::events::OpenStream;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tower::ServiceExt as _;

/// The name by which tests call the server.
pub const HOST: &str = "localhost:8080";

/// One person's browser. Redirects are not followed unless asked for.
#[derive(Clone, Debug)]
pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    /// Sent with every request, over what a browser sends by itself.
    pub extra: Vec<(&'static str, String)>,
    /// Where it connects from, when that matters.
    pub peer: Option<SocketAddr>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The page, or whatever text it is.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where a redirect leads.
    pub fn place(&self) -> &str {
        self.header("location")
    }
}

impl Browser {
    pub fn new(router: Router) -> Self {
        Self { router, cookies: BTreeMap::new(), extra: Vec::new(), peer: None }
    }

    /// The value of a cookie that this browser holds.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    /// A form of our own pages.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encoded: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
        let kind = (header::CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded".to_owned());
        self.send(Method::POST, path, &[kind], Body::from(encoded.join("&"))).await
    }

    /// A form with files.
    pub async fn upload(&mut self, path: &str, files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, bytes) in files {
            let head = format!(
                "--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--edge--\r\n");
        let kind = (header::CONTENT_TYPE.as_str(), "multipart/form-data; boundary=edge".to_owned());
        self.send(Method::POST, path, &[kind], Body::from(body)).await
    }

    /// Goes where the answer says, as browsers do.
    pub async fn follow(&mut self, answer: Answer) -> Answer {
        if answer.status.is_redirection() {
            let place = answer.place().to_owned();
            self.get(&place).await
        } else {
            answer
        }
    }

    /// A stream of events, held open until dropped.
    pub async fn open(&self, path: &str) -> OpenStream {
        let request = self.request(Method::GET, path, &[], Body::empty());
        OpenStream::of(self.router.clone().oneshot(request).await.expect("the router never fails"))
    }

    pub async fn send(&mut self, method: Method, path: &str, headers: &[(&'static str, String)], body: Body) -> Answer {
        let request = self.request(method, path, headers, body);
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        self.keep_cookies(&parts.headers);
        // A stream of events has no end; its head is what there is to say.
        let is_stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if is_stream { Body::empty() } else { body };
        let body = to_bytes(body, usize::MAX).await.expect("bodies in memory can be read").to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    fn request(&self, method: Method, path: &str, headers: &[(&'static str, String)], body: Body) -> Request<Body> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request =
            Request::builder().method(method).uri(path).body(body).expect("tests ask for valid addresses");
        let sent =
            [("host", HOST.to_owned()), ("sec-fetch-site", "same-origin".to_owned()), ("cookie", cookies.join("; "))];
        for (name, value) in sent.iter().chain(headers).chain(&self.extra) {
            match value.as_str() {
                "" => drop(request.headers_mut().remove(*name)),
                value => drop(request.headers_mut().insert(*name, value.parse().expect("tests send valid headers"))),
            }
        }
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        request
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            let Some((name, rest)) = line.split_once('=') else { continue };
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// As forms write text.
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let written = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(written).collect()
}
