//! Making the reports on a blocking thread, patient by patient, each through the gate: a receipt, a line of the view history
//! and the patient's notice come with it, as with a single download.

use super::choice::Ordered;
use super::file::{Growing, Made};
use super::jobs::{LeftOut, Printed, Source, State, Ticket};
use crate::Web;
use glucose::{Event, Period, Reading, local_day};
use reports::{AgpPage, DailyPages, Order, Pdf, PdfError, Person, Stack};
use sharing::{Purpose, RecordId};
use store::{Access, Actor, Download, Error, Prepared, Receipt, ToPrint};
use tokio::runtime::Handle;

const ENDED: &str = "Your access has ended, or does not include files.";
const NO_DATA: &str = "No data in these days.";

/// Which report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Agp,
    Daily,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Agp => "agp",
            Self::Daily => "daily",
        }
    }

    fn of_days(self, period: Period) -> store::Report {
        match self {
            Self::Agp => store::Report::Agp(period),
            Self::Daily => store::Report::Daily(period),
        }
    }
}

/// One report, ready to be drawn.
pub struct Report {
    pub kind: Kind,
    pub order: Order,
    pub receipt: Receipt,
    readings: Vec<Reading>,
    events: Vec<Event>,
}

impl Report {
    /// As the next of a file of many.
    pub fn onto(self, stack: &mut Stack) {
        match self.kind {
            Kind::Agp => stack.agp(AgpPage::of(self.order, &self.readings, &self.events)),
            Kind::Daily => stack.daily(DailyPages::of(self.order, &self.readings, &self.events)),
        }
    }

    /// As a file of its own.
    pub fn alone(self) -> Result<Pdf, PdfError> {
        match self.kind {
            Kind::Agp => reports::agp_page(&AgpPage::of(self.order, &self.readings, &self.events)),
            Kind::Daily => reports::daily_pages(&DailyPages::of(self.order, &self.readings, &self.events)),
        }
    }
}

/// What came of one patient.
enum Outcome {
    Reports(Source, RecordId, Vec<Report>),
    LeftOut(&'static str),
}

/// The work of one job.
pub struct Work {
    pub web: Web,
    pub actor: Actor,
    pub ticket: Ticket,
    pub ordered: Ordered,
    pub handle: Handle,
}

impl Work {
    /// Makes all of it and ends the job, unless it was ended from outside.
    pub fn run(self) {
        let (state, made) = match self.all() {
            Ok(Some(made)) => (State::Ready(made.name.clone()), Some(made)),
            Ok(None) => (State::Nothing, None),
            Err(error) => {
                tracing::error!(%error, "a batch of reports could not be made");
                (State::Failed, None)
            }
        };
        self.web.printing.end(&self.ticket.job, state, made, self.web.clock.now());
    }

    fn all(&self) -> std::io::Result<Option<Made>> {
        let ordered = &self.ordered;
        let mut growing = if ordered.as_zip { Growing::many()? } else { Growing::one(ordered.stack()) };
        let mut is_empty = true;
        for patient in &ordered.patients {
            if !self.web.printing.go_on(&self.ticket.job, |seen| seen.state = State::Making) {
                return Ok(None);
            }
            match self.one(patient).map_err(std::io::Error::other)? {
                Outcome::Reports(source, record, reports) => {
                    growing.add(patient, record, reports)?;
                    is_empty = false;
                    self.tell_printed(patient, source, record);
                }
                Outcome::LeftOut(why) => self.tell_left_out(patient, why),
            }
        }
        if is_empty { Ok(None) } else { self.finish(growing).map(Some) }
    }

    /// The hash of what leaves stands beside each receipt before it can leave.
    fn finish(&self, growing: Growing) -> std::io::Result<Made> {
        let (made, receipted) = growing.finish(&self.ordered.stem)?;
        for done in receipted {
            let (record, receipt, name) = (done.record, &done.receipt, done.name.as_str());
            let noted =
                self.web.store.finish_report(&self.actor, record, Purpose::BatchPrint, receipt, name, &done.sha256);
            self.handle.block_on(noted).map_err(std::io::Error::other)?;
        }
        Ok(made)
    }

    /// The personal record while the patient shows it, else what the clinic uploaded itself.
    fn one(&self, patient: &ToPrint) -> Result<Outcome, Error> {
        let linked = patient.linked.map(|record| (Source::Linked, record));
        for (source, record) in linked.into_iter().chain([(Source::Own, patient.profile)]) {
            match self.prepare(record) {
                Ok(reports) if reports.is_empty() => {}
                Ok(reports) => return Ok(Outcome::Reports(source, record, reports)),
                Err(Error::NotFound | Error::Forbidden(_)) => return Ok(Outcome::LeftOut(ENDED)),
                Err(error) => return Err(error),
            }
        }
        Ok(Outcome::LeftOut(NO_DATA))
    }

    /// Nothing when there is nothing to report: then there is no receipt and no notice either.
    fn prepare(&self, record: RecordId) -> Result<Vec<Report>, Error> {
        let (kinds, days, now) = (self.ordered.kinds.clone(), self.ordered.days, self.web.clock.now());
        let job = move |patient: &mut Access<'_, Download>| {
            let zone = patient.record()?.zone;
            let period = Period::ending(local_day(now, &zone), days);
            let (from, to) = period.instants(&zone);
            if patient.readings_within(from, to)?.is_empty() && patient.events_within(from, to)?.is_empty() {
                return Ok((period, Vec::new()));
            }
            let prepared = kinds.iter().map(|kind| Ok((*kind, patient.prepare_report(kind.of_days(period))?)));
            Ok((period, prepared.collect::<Result<Vec<_>, Error>>()?))
        };
        let asked = self.web.store.with_patient(&self.actor, record, Purpose::BatchPrint, job);
        let (period, prepared) = self.handle.block_on(asked)?;
        Ok(prepared.into_iter().map(|(kind, prepared)| self.report(kind, period, prepared)).collect())
    }

    fn report(&self, kind: Kind, period: Period, prepared: Prepared) -> Report {
        let record = prepared.record;
        let order = Order {
            person: Person { name: record.name, born_on: record.born_on },
            period,
            made_on: local_day(prepared.made_at, &record.zone),
            zone: record.zone,
            show: self.ordered.show,
            paper: self.ordered.paper,
            receipt: Some(format!("Receipt {}", prepared.receipt.number)),
        };
        Report { kind, order, receipt: prepared.receipt, readings: prepared.readings, events: prepared.events }
    }

    fn tell_printed(&self, patient: &ToPrint, source: Source, record: RecordId) {
        let (name, number) = (patient.name.clone(), patient.details.number.clone());
        let printed = Printed { profile: patient.profile, name, number, source, record, link: patient.link };
        self.web.printing.go_on(&self.ticket.job, |seen| seen.printed.push(printed));
    }

    fn tell_left_out(&self, patient: &ToPrint, why: &'static str) {
        let left_out = LeftOut { name: patient.name.clone(), number: patient.details.number.clone(), why };
        self.web.printing.go_on(&self.ticket.job, |seen| seen.left_out.push(left_out));
    }
}
