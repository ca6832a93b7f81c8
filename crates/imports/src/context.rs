//! What every reader of a format is handed: the record's zone, and the way to tell how far it is.

use crate::{Progress, Refused};
use jiff::tz::TimeZone;

/// How many bytes go by between two tellings.
const STEP: usize = 256 * 1024;

pub(crate) struct Context<'a> {
    /// The record's zone.
    pub zone: &'a TimeZone,
    progress: &'a mut dyn FnMut(Progress) -> bool,
    total: usize,
    next: usize,
}

impl<'a> Context<'a> {
    pub fn new(zone: &'a TimeZone, total: usize, progress: &'a mut dyn FnMut(Progress) -> bool) -> Self {
        Self { zone, progress, total, next: 0 }
    }

    /// To be called once a row with the place in the text; cheap unless a step is full.
    #[inline]
    pub fn tick(&mut self, bytes_read: usize) -> Result<(), Refused> {
        if bytes_read < self.next {
            return Ok(());
        }
        self.tell(bytes_read)
    }

    fn tell(&mut self, bytes_read: usize) -> Result<(), Refused> {
        self.next = bytes_read + STEP;
        let now = Progress { bytes_read: bytes_read.min(self.total), bytes_total: self.total };
        if (self.progress)(now) { Ok(()) } else { Err(Refused::Stopped) }
    }

    /// Another text begins (the next member of an archive), of `total` bytes.
    pub fn restart(&mut self, total: usize) {
        self.total = total;
        self.next = 0;
    }

    /// All was read.
    pub fn done(&mut self) -> Result<(), Refused> {
        self.tell(self.total)
    }
}
