//! The master key: from a file, the environment or bytes; several at once, for rotation.

use super::seal::{open, random, ready, seal};
use crate::{error::Error, settings::MasterKeySource};
use aws_lc_rs::aead::RandomizedNonceKey;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    env,
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    num::NonZero,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};
use zeroize::Zeroizing;

/// All master keys by their number; the last one seals, each opens what it sealed.
pub(crate) struct MasterKeys(Vec<(u8, RandomizedNonceKey)>);

impl MasterKeys {
    /// Reads the keys; makes the file when there is none and `nothing_sealed` yet.
    pub(crate) fn load(source: &MasterKeySource, nothing_sealed: bool) -> Result<Self, Error> {
        match source {
            MasterKeySource::Bytes(bytes) => Ok(Self(vec![(1, ready(bytes)?)])),
            MasterKeySource::Env(name) => {
                let text = env::var(name).map_err(|_| Error::broken(format!("{name} holds no master key")))?;
                Self::parse(&Zeroizing::new(text))
            }
            MasterKeySource::File(path) => Self::parse(&read_or_make(path, nothing_sealed)?),
        }
    }

    fn parse(text: &str) -> Result<Self, Error> {
        let lines = text.split(['\n', ',']).map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let keys = lines.map(parse_line).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(Error::broken("there is no master key in it")) } else { Ok(Self(keys)) }
    }

    pub(super) fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let (id, key) = self.0.last().expect("a loaded list holds a key");
        seal(key, *id, place.as_bytes(), plain)
    }

    pub(super) fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let id = sealed.first().copied().unwrap_or_default();
        let key = self.0.iter().find(|(known, _)| *known == id);
        let (_, key) = key.ok_or_else(|| Error::broken(format!("master key {id} is not here")))?;
        open(key, place.as_bytes(), sealed)
    }
}

fn parse_line(line: &str) -> Result<(u8, RandomizedNonceKey), Error> {
    let wrong = || Error::broken("a master key is written as: 1, a space, 32 bytes in base64");
    let (id, key) = line.split_once(' ').ok_or_else(wrong)?;
    let bytes = Zeroizing::new(STANDARD.decode(key.trim()).map_err(|_| wrong())?);
    let id: NonZero<u8> = id.parse().map_err(|_| wrong())?;
    Ok((id.get(), ready(&bytes).map_err(|_| wrong())?))
}

fn read_or_make(path: &Path, nothing_sealed: bool) -> Result<Zeroizing<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => return Ok(Zeroizing::new(text)),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::broken(error)),
        Err(_) if !nothing_sealed => {
            return Err(Error::broken(format!(
                "the master key file {} is not there, and the data are sealed with it",
                path.display()
            )));
        }
        Err(_) => {}
    }
    let bytes = Zeroizing::new(random::<32>()?);
    let text = Zeroizing::new(format!("1 {}\n", STANDARD.encode(&bytes[..])));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::broken)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(Error::broken)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(Error::broken)?;
    tracing::warn!(
        path = %path.display(),
        "A NEW MASTER KEY WAS MADE. Keep a copy of this file away from the data: whoever loses it loses all data."
    );
    Ok(text)
}
