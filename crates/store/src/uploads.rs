//! Uploads: what came in one delivery, whole or not at all, and taken back exactly.

mod add;
mod familiar;
mod live;
mod move_over;
mod take_back;

pub use familiar::{Familiarity, Whose};
pub(crate) use move_over::STATEMENTS as MOVE_OVER;
pub use take_back::TakenBack;

use crate::{
    access::Access,
    db::{Row, params, statements},
    error::Error,
    keys::RecordKey,
    rights::Right,
};
use glucose::{NewEvent, NewReading};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sharing::Standing;

statements! {
    NEXT = "update records set next_upload = next_upload + 1 where id = $1 returning next_upload - 1";
    INSERT = "insert into uploads (record, number, at, sha256, sealed, taken_back_at) values ($1, $2, $3, $4, $5, null)";
    LINES = "select number, at, sealed, taken_back_at from uploads where record = $1 order by number desc";
    ONE = "select number, at, sealed, taken_back_at from uploads where record = $1 and number = $2";
    ANY = "select number from uploads where record = $1 and taken_back_at is null limit 1";
    TAKE_BACK = "update uploads set taken_back_at = $3 where record = $1 and number = $2 and taken_back_at is null";
    INSERT_ORIGINAL = "insert into originals (record, number, sealed) values ($1, $2, $3)";
    ORIGINAL = "select sealed from originals where record = $1 and number = $2";
    DELETE_ORIGINAL = "delete from originals where record = $1 and number = $2";
    DEVICE = "select number from devices where record = $1 and hash = $2";
    DEVICES = "select number, sealed from devices where record = $1 order by number";
    INSERT_DEVICE = "insert into devices (record, hash, number, sealed) values ($1, $2, $3, $4)";
    WHOSE = "select name, born_on from records where id = $1";
    DELETE_DEVICE = "delete from devices where record = $1 and number = $2";
}

/// Where an upload came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum SourceKind {
    CareLink,
    Clarity,
    LibreView,
    Nightscout,
    Tidepool,
    PlainCsv,
    /// Single values, sent by an app as they come.
    App,
    /// Typed in by hand.
    Typed,
    /// Made up, for the demo.
    Simulated,
}

impl SourceKind {
    /// As pages name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CareLink => "CareLink",
            Self::Clarity => "Dexcom Clarity",
            Self::LibreView => "LibreView",
            Self::Nightscout => "Nightscout",
            Self::Tidepool => "Tidepool",
            Self::PlainCsv => "CSV",
            Self::App => "App",
            Self::Typed => "Typed in",
            Self::Simulated => "Simulated",
        }
    }
}

/// What sort of device a delivery names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum DeviceKind {
    Pump,
    Sensor,
    Meter,
    App,
    Unknown,
}

/// A device that a delivery names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NewDevice {
    /// Make and model.
    pub name: String,
    /// By which a file of another person is suspected.
    pub serial: Option<String>,
    /// What sort.
    pub kind: DeviceKind,
}

/// A delivery: a file, read.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// Where it came from.
    pub source: SourceKind,
    /// As the person's computer called it.
    pub file_name: String,
    /// Of the file.
    pub sha256: [u8; 32],
    /// How long the file was.
    pub bytes: u64,
    /// The format's name.
    pub format: String,
    /// Its data name their devices by their place here.
    pub devices: Vec<NewDevice>,
    /// Glucose.
    pub readings: Vec<NewReading>,
    /// All else.
    pub events: Vec<NewEvent>,
    /// Rows that could not be read.
    pub problems: u64,
    /// The file itself, to be kept sealed.
    pub original: Option<Vec<u8>>,
}

/// What an upload brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadOutcome {
    /// The record's number for it.
    pub upload: u32,
    /// New readings.
    pub added_readings: u64,
    /// New events.
    pub added_events: u64,
    /// Readings that were here already.
    pub already_here_readings: u64,
    /// Events that were here already.
    pub already_here_events: u64,
    /// The first datum.
    pub first_at: Option<Timestamp>,
    /// The last datum.
    pub last_at: Option<Timestamp>,
}

/// One line of *Sources and uploads*.
#[derive(Clone, Debug, PartialEq)]
pub struct UploadLine {
    /// The record's number for it.
    pub number: u32,
    /// When it came.
    pub at: Timestamp,
    /// Where from.
    pub source: SourceKind,
    /// The format's name.
    pub format: String,
    /// As the person's computer called it.
    pub file_name: String,
    /// How long the file was.
    pub bytes: u64,
    /// New readings and events.
    pub added: u64,
    /// What was here already.
    pub already_here: u64,
    /// Rows that could not be read.
    pub problems: u64,
    /// The first datum.
    pub first_at: Option<Timestamp>,
    /// The last datum.
    pub last_at: Option<Timestamp>,
    /// The devices it names.
    pub devices: Vec<NewDevice>,
    /// When it was taken back.
    pub taken_back_at: Option<Timestamp>,
}

/// The part of an upload's row that is sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    source: SourceKind,
    format: String,
    file_name: String,
    bytes: u64,
    devices: Vec<u16>,
    added: [u64; 2],
    already_here: [u64; 2],
    problems: u64,
    first_ms: Option<i64>,
    last_ms: Option<i64>,
}

impl Line {
    fn seal(&self, key: &RecordKey, number: u32) -> Result<Vec<u8>, Error> {
        key.seal("uploads", i64::from(number), &serde_json::to_vec(self).map_err(Error::broken)?)
    }

    fn open(key: &RecordKey, row: &Row) -> Result<Self, Error> {
        serde_json::from_slice(&key.open("uploads", row.int(0)?, row.bytes(2)?)?).map_err(Error::broken)
    }
}

impl<R: Right> Access<'_, R> {
    /// All uploads, newest first. Only the owner and the record's own clinic see them.
    pub fn uploads(&mut self) -> Result<Vec<UploadLine>, Error> {
        if !matches!(self.entered().standing, Standing::Owner | Standing::ClinicOfRecord { .. }) {
            return Err(Error::Forbidden(sharing::Refusal::NotYours));
        }
        let (record, key) = (self.record_id(), self.key());
        let devices = self.devices()?;
        let live = self.headline()?.live;
        let rows = self.tx().query(LINES, params![record])?;
        rows.iter()
            .map(|row| {
                let mut line = upload_line(row, Line::open(&key, row)?, &devices)?;
                let stream = live.iter().find(|live| live.upload == line.number);
                line.added += stream.map_or(0, |live| live.added.iter().sum());
                Ok(line)
            })
            .collect()
    }
}

fn upload_line(row: &Row, line: Line, devices: &[(u16, NewDevice)]) -> Result<UploadLine, Error> {
    let at = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let device = |number: &u16| devices.iter().find(|(known, _)| known == number).map(|(_, device)| device.clone());
    Ok(UploadLine {
        number: row.count(0)?,
        at: row.instant(1)?,
        source: line.source,
        format: line.format,
        file_name: line.file_name,
        bytes: line.bytes,
        added: line.added.iter().sum(),
        already_here: line.already_here.iter().sum(),
        problems: line.problems,
        first_at: at(line.first_ms),
        last_at: at(line.last_ms),
        devices: line.devices.iter().filter_map(device).collect(),
        taken_back_at: row.opt_instant(3)?,
    })
}

impl<R> Access<'_, R> {
    /// The record's devices by number.
    pub(crate) fn devices(&mut self) -> Result<Vec<(u16, NewDevice)>, Error> {
        let (record, key) = (self.record_id(), self.key());
        let rows = self.tx().query(DEVICES, params![record])?;
        let device = |row: &Row| {
            let device =
                serde_json::from_slice(&key.open("devices", row.int(0)?, row.bytes(1)?)?).map_err(Error::broken)?;
            Ok((u16::try_from(row.int(0)?).map_err(Error::broken)?, device))
        };
        rows.iter().map(device).collect()
    }

    fn next_upload(&mut self) -> Result<u32, Error> {
        let record = self.record_id();
        self.tx().query_one(NEXT, params![record])?.ok_or(Error::NotFound)?.count(0)
    }
}
