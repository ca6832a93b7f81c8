//! The program against clients that mean harm, over a real socket.

use crate::serving::Server;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

fn said(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    stream.write_all(request.replace("{host}", &server.address).as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A connection that is cut with something unread is reset; what came before counts. Waiting in vain does not.
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "the server left the connection open");
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[test]
fn requests_that_two_servers_could_read_differently_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let post = "POST /theme HTTP/1.1\r\nhost: {host}\r\nsec-fetch-site: same-origin\r\n";
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    for (what, rest) in [
        ("two lengths", "content-length: 5\r\ncontent-length: 6\r\n\r\ntheme="),
        ("a length that is none", "content-length: +5\r\n\r\ntheme"),
        ("a folded line", "x-a: b\r\n c\r\ncontent-length: 0\r\n\r\n"),
        ("a space before the colon", "content-length : 5\r\n\r\ntheme"),
        ("an encoding that is not known", "transfer-encoding: xchunked\r\n\r\n5\r\ntheme\r\n0\r\n\r\n"),
    ] {
        let answer = said(&server, &format!("{post}{form}{rest}"));
        assert_eq!(status(&answer), "400", "{what}: {answer}");
    }
    let long =
        format!("GET / HTTP/1.1\r\nhost: {{host}}\r\nconnection: close\r\nx-long: {}\r\n\r\n", "a".repeat(100_000));
    assert_eq!(status(&said(&server, &long)), "431");
    assert_eq!(status(&server.get("/healthz")), "200", "others are answered meanwhile");
    assert!(server.end().0.success());
}

#[test]
fn nothing_lies_around_and_nothing_says_what_it_runs_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    for path in [
        "/.git/config",
        "/.env",
        "/metrics",
        "/debug",
        "/debug/pprof",
        "/admin",
        "/server-status",
        "/actuator",
        "/swagger.json",
        "/openapi.json",
        "/kinsight.sqlite",
        "/keys.sqlite",
        "/master.key",
        "/kinsight.toml",
        "/backup.zip",
        "/api",
        "/api/v1",
        "/static/now/../../../etc/passwd",
        "/static/now/%2e%2e/%2e%2e/etc/passwd",
        "/static/now/css/app.css~",
        "/wp-login.php",
    ] {
        let answer = server.get(path);
        assert_eq!(status(&answer), "404", "{path}: {answer}");
        let head = answer.split("\r\n\r\n").next().unwrap().to_ascii_lowercase();
        assert!(!head.contains("\nserver:") && !head.contains("\nx-powered-by:"), "{head}");
    }
    assert!(server.end().0.success());
}

#[test]
fn what_people_type_stands_in_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &["--log-format", "json"]);
    let form = |path: &str, fields: &str| {
        let length = fields.len();
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: {{host}}\r\nsec-fetch-site: same-origin\r\nconnection: close\r\n");
        let more =
            "user-agent: marked-agent\\x1b[31m\r\ncookie: kinsight=marked-session; kinsight-device=marked-device\r\n";
        let body =
            format!("content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{fields}");
        said(&server, &format!("{head}{more}{body}"))
    };
    let up = "email=marked-mail%40example.org&password=marked+password+of+many+words&name=Marked+Name&country=DE&language=en&\
              unit=mg%2FdL&zone=Europe%2FBerlin&born_on=1984-03-12&with_record=yes";
    assert_eq!(status(&form("/sign-up", up)), "303");
    let enter = "email=marked-mail%40example.org&password=marked+wrong%0d%0a%5bINFO%5d+forged";
    assert_eq!(status(&form("/sign-in", enter)), "401");
    assert_eq!(status(&server.get("/confirmations/marked-token")), "200");
    let log = server.end().1;
    for secret in ["marked", "Marked", "forged", "\u{1b}"] {
        assert!(!log.contains(secret), "{secret:?} stands in the log: {log}");
    }
    let lines: Vec<&str> = log.lines().filter(|line| line.starts_with('{')).collect();
    assert!(lines.iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log}");
}

#[test]
#[ignore = "waits for the server's patience: twenty seconds"]
fn whoever_takes_too_long_over_a_head_is_cut_off_and_others_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let answer = said(&server, "GET / HTTP/1.1\r\nhost: {host}\r\nx-slow: ");
    assert!(answer.is_empty() || status(&answer) == "408", "{answer}");
    assert_eq!(status(&server.get("/healthz")), "200");
}
