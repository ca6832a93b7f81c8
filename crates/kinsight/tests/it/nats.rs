//! A NATS server that can be killed, plain or guarded.

use crate::houses::PASSWORD;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A NATS server on a port of its own.
pub struct Nats {
    port: u16,
    /// As nodes are told of it.
    pub url: String,
    /// The file of who vouches for it, when it speaks TLS.
    pub authority: Option<String>,
    arguments: Vec<String>,
    child: Option<Child>,
}

impl Nats {
    pub fn plain(_folder: &Path) -> Self {
        let port = free_port();
        let url = format!("nats://127.0.0.1:{port}");
        Self { port, url, authority: None, arguments: Vec::new(), child: None }
    }

    /// Speaks TLS, and wants a password.
    pub fn guarded(folder: &Path) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&key).unwrap().pem();
        let own_key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let server = server.signed_by(&own_key, &Issuer::new(params, key)).unwrap().pem();
        let file = |name: &str, text: String| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let [cert, key] = [file("nats.pem", server), file("nats.key", own_key.serialize_pem())];
        let port = free_port();
        let flags = ["--tls", "--tlscert", &cert, "--tlskey", &key, "--user", "kinsight", "--pass", PASSWORD];
        Self {
            port,
            url: format!("tls://kinsight:{}@localhost:{port}", PASSWORD.replace(' ', "%20")),
            authority: Some(file("nats-ca.pem", authority)),
            arguments: flags.map(str::to_owned).to_vec(),
            child: None,
        }
    }

    /// Once it answers.
    pub fn start(&mut self) {
        let program = std::env::var("NATS_SERVER").unwrap_or_else(|_| "nats-server".to_owned());
        let mut command = Command::new(&program);
        command
            .args(["-a", "127.0.0.1", "-p", &self.port.to_string()])
            .args(&self.arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap_or_else(|why| panic!("{program}: {why}; scripts/need.sh nats")));
        let greeted = (0..1_000_000).find_map(|_| {
            let mut greeting = [0; 4];
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
            stream.read_exact(&mut greeting).ok()?;
            Some(greeting)
        });
        assert_eq!(greeted.as_ref().map(|greeting| &greeting[..]), Some(&b"INFO"[..]));
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
