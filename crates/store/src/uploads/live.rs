//! The upload that single values of one app, or typed in by one person, belong to.

use super::{INSERT, Line, SourceKind};
use crate::{
    access::Access,
    actor::Who,
    chunk::{Headline, Live},
    db::params,
    error::Error,
    rights::Upload,
};

impl Access<'_, Upload> {
    /// The open upload of whoever sends; the first value opens it, and taking it back ends it.
    pub(crate) fn live_upload(&mut self, headline: &mut Headline) -> Result<Live, Error> {
        let (source, kind) = self.sender()?;
        if let Some(live) = headline.live.iter().find(|live| live.source == source) {
            return Ok(live.clone());
        }
        let live = Live { source, upload: self.open_stream(kind)?, added: [0; 2] };
        headline.live.push(live.clone());
        Ok(live)
    }

    /// The number of that upload, where it is open.
    pub(crate) fn own_upload(&self, headline: &Headline) -> Result<Option<u32>, Error> {
        let (source, _) = self.sender()?;
        Ok(headline.live.iter().find(|live| live.source == source).map(|live| live.upload))
    }

    fn sender(&self) -> Result<(u64, SourceKind), Error> {
        let (id, kind) = match self.entered().who {
            Who::App { token, .. } => (token.0, SourceKind::App),
            Who::Account { id, .. } => (id.0.0, SourceKind::Typed),
            // The policy lets no pass bring data.
            Who::Pass { .. } => return Err(Error::NotFound),
            Who::Duty(_) => (0, SourceKind::Simulated),
        };
        // The low half of a time-ordered id is its random half.
        Ok((id as u64, kind))
    }

    fn open_stream(&mut self, source: SourceKind) -> Result<u32, Error> {
        let upload = self.next_upload()?;
        let line = Line {
            source,
            format: String::new(),
            file_name: String::new(),
            bytes: 0,
            devices: Vec::new(),
            added: [0; 2],
            already_here: [0; 2],
            problems: 0,
            first_ms: None,
            last_ms: None,
        };
        let sealed = line.seal(&self.key(), upload)?;
        let (record, now) = (self.record_id(), self.now());
        self.tx().execute(INSERT, params![record, upload, now, Vec::new(), sealed])?;
        Ok(upload)
    }

    /// Counts what came and keeps the row of last values; made anew when something came that it could not take in.
    pub(crate) fn end_live(
        &mut self,
        mut headline: Headline,
        source: u64,
        added: [u64; 2],
        at_end: bool,
    ) -> Result<(), Error> {
        if let Some(live) = headline.live.iter_mut().find(|live| live.source == source) {
            live.added = [live.added[0] + added[0], live.added[1] + added[1]];
        }
        let headline = if at_end { headline } else { self.made_anew(headline)? };
        self.set_headline(&headline)
    }
}
