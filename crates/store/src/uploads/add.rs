//! Taking a delivery in.

use super::{DEVICE, INSERT, INSERT_DEVICE, INSERT_ORIGINAL, Line, NewDevice, NewUpload, UploadOutcome};
use crate::{
    access::Access,
    chunk::{EventDatum, Merged, ReadingDatum},
    days::by_day,
    db::params,
    error::{Error, Invalid},
    news::What,
    rights::Upload,
};
use jiff::Timestamp;

/// More than this is no file name.
const MOST_NAME: usize = 255;

impl Access<'_, Upload> {
    /// Adds a delivery, whole or not at all: data, devices, the line that names it, and the file itself.
    /// What was here already is kept once, and remembers that this upload brought it too.
    pub fn add_upload(&mut self, new: &NewUpload) -> Result<UploadOutcome, Error> {
        if new.file_name.len() > MOST_NAME || new.format.len() > MOST_NAME {
            return Err(Error::Invalid(Invalid::TooLong));
        }
        let upload = self.next_upload()?;
        let devices = self.known_devices(&new.devices)?;
        let device = |place: Option<u16>| devices.get(usize::from(place?)).copied();
        let readings = by_day(new.readings.iter().map(|new| ReadingDatum::new(new, device(new.device))).collect());
        let readings = self.merge_days(upload, readings)?;
        let events = by_day(new.events.iter().map(|new| EventDatum::new(new, device(new.device))).collect());
        let events = self.merge_days(upload, events)?;
        let (first_at, last_at) = ends(new);
        self.write_line(upload, new, devices, readings, events)?;
        self.keep_original(upload, new.original.as_deref())?;
        self.refresh_headline()?;
        let added = readings.added + events.added;
        let hash = new.sha256.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
        self.audit("added an upload", &format!("{}, {hash}, {added} added", new.file_name))?;
        if readings.added > 0 {
            self.note_readings()?;
        } else if added > 0 {
            self.note(What::Events);
        }
        Ok(UploadOutcome {
            upload,
            added_readings: readings.added,
            added_events: events.added,
            already_here_readings: readings.already_here,
            already_here_events: events.already_here,
            first_at,
            last_at,
        })
    }

    fn write_line(
        &mut self,
        upload: u32,
        new: &NewUpload,
        devices: Vec<u16>,
        readings: Merged,
        events: Merged,
    ) -> Result<(), Error> {
        let (first_at, last_at) = ends(new);
        let line = Line {
            source: new.source,
            format: new.format.clone(),
            file_name: new.file_name.clone(),
            bytes: new.bytes,
            devices,
            added: [readings.added, events.added],
            already_here: [readings.already_here, events.already_here],
            problems: new.problems,
            first_ms: first_at.map(Timestamp::as_millisecond),
            last_ms: last_at.map(Timestamp::as_millisecond),
        };
        let sealed = line.seal(&self.key(), upload)?;
        let (record, now) = (self.record_id(), self.now());
        self.tx().execute(INSERT, params![record, upload, now, new.sha256, sealed]).map(drop)
    }

    /// The record's numbers of devices, in the delivery's order; new ones are kept.
    fn known_devices(&mut self, devices: &[NewDevice]) -> Result<Vec<u16>, Error> {
        devices.iter().map(|device| self.known_device(device)).collect()
    }

    pub(super) fn known_device(&mut self, device: &NewDevice) -> Result<u16, Error> {
        let hash = self.find_by("device", &format!("{}\n{}", device.serial.as_deref().unwrap_or(""), device.name));
        let record = self.record_id();
        if let Some(row) = self.tx().query_one(DEVICE, params![record, &hash[..]])? {
            return u16::try_from(row.int(0)?).map_err(Error::broken);
        }
        let number = self.devices()?.last().map_or(Some(0), |(number, _)| number.checked_add(1));
        let number = number.ok_or(Error::Invalid(Invalid::TooLong))?;
        let json = serde_json::to_vec(device).map_err(Error::broken)?;
        let sealed = self.seal("devices", i64::from(number), &json)?;
        self.tx().execute(INSERT_DEVICE, params![record, hash, i64::from(number), sealed])?;
        Ok(number)
    }

    fn keep_original(&mut self, upload: u32, original: Option<&[u8]>) -> Result<(), Error> {
        let Some(original) = original else { return Ok(()) };
        let packed = zstd::bulk::compress(original, 3).map_err(Error::broken)?;
        let sealed = self.seal("originals", i64::from(upload), &packed)?;
        let record = self.record_id();
        self.tx().execute(INSERT_ORIGINAL, params![record, upload, sealed]).map(drop)
    }
}

/// The first and the last instant of a delivery.
fn ends(new: &NewUpload) -> (Option<Timestamp>, Option<Timestamp>) {
    let at = || new.readings.iter().map(|new| new.at).chain(new.events.iter().map(|new| new.at));
    (at().min(), at().max())
}
