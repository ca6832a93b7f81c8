//! A patient of the list in words: whom, why they stand where they stand, and the figures of the last fourteen days.

use crate::routes::leads_somewhere;
use crate::show::moment;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use reports::Show;
use sharing::ClinicId;
use store::{BoardRow, CallReason, LinkWord, Summary14};

/// How whoever looks reads the list.
pub struct Reader<'a> {
    pub clinic: ClinicId,
    pub show: &'a Show,
    pub zone: &'a TimeZone,
    pub now: Timestamp,
    pub figures: bool,
}

pub struct Row {
    pub address: String,
    /// Where name, number and the rest are changed.
    pub details: String,
    pub name: String,
    /// Birth date, number, group.
    pub about: String,
    /// Each with whether it is about low glucose.
    pub reasons: Vec<(String, bool)>,
    pub tags: Vec<String>,
    pub link: &'static str,
    pub newest: String,
    /// When they were asked to upload and nothing came since.
    pub asked: Option<String>,
    pub days: String,
    pub mean: String,
    pub gmi: String,
    pub in_range: String,
    pub below: String,
}

const NOTHING: &str = "–";

impl Reader<'_> {
    pub fn row(&self, row: &BoardRow) -> Row {
        let language = self.show.language;
        let figures = row.figures();
        let percent = |of: fn(&Summary14) -> f64| {
            figures.map_or_else(|| NOTHING.to_owned(), |summary| language.percent(of(summary), 0))
        };
        let mean = figures.and_then(|summary| summary.mean_mg_dl);
        let number = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
        Row {
            address: self.address(row),
            details: format!("/clinics/{}/patients/{}/details", self.clinic, row.profile),
            name: row.name().to_owned(),
            about: self.about(row),
            reasons: row.reasons.iter().map(|reason| self.reason(*reason)).collect(),
            tags: row.tags().to_vec(),
            link: match row.link {
                LinkWord::None => "Not linked",
                LinkWord::Active { .. } => "Linked",
                LinkWord::Ended => "Link has ended",
                LinkWord::Suspended => "Link is suspended",
            },
            newest: row.newest_at.map_or_else(|| "none yet".to_owned(), |at| language.ago(at, self.now)),
            asked: self.asked(row),
            days: number(figures.map(|summary| language.count(u64::from(summary.days_with_data)))),
            mean: number(mean.map(|mean| self.show.mg_dl(mean))),
            // By the mean alone, so it needs no more than the summary (Bergenstal 2018, metrics 1.2).
            gmi: number(mean.map(|mean| language.percent(glucose::gmi_of_mean(mean), 1))),
            in_range: percent(|summary| summary.in_range),
            below: percent(|summary| summary.very_low + summary.low),
        }
    }

    fn address(&self, row: &BoardRow) -> String {
        if leads_somewhere("/clinics/{clinic}/patients/{record}") {
            return format!("/clinics/{}/patients/{}", self.clinic, row.profile);
        }
        // Whoever sees no figures brings data.
        format!("/records/{}{}", row.profile, if self.figures { "" } else { "/uploads" })
    }

    fn about(&self, row: &BoardRow) -> String {
        let born = row.born_on().map(|day| format!("born {}", self.show.language.short_date(day)));
        let number = Some(row.number()).filter(|number| !number.is_empty()).map(|number| format!("no. {number}"));
        let group = Some(row.group()).filter(|group| !group.is_empty()).map(str::to_owned);
        let left = row.left_at.map(|at| format!("left {}", moment(at, self.zone, self.show.language)));
        [born, number, group, left].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn asked(&self, row: &BoardRow) -> Option<String> {
        let asked_at = row.asked_at.filter(|asked| row.newest_at.is_none_or(|newest| newest < *asked))?;
        Some(format!("asked to upload {}, nothing came", self.show.language.ago(asked_at, self.now)))
    }

    fn reason(&self, reason: CallReason) -> (String, bool) {
        let (language, show) = (self.show.language, self.show);
        let below = |limit: f64, percent: f64| {
            format!("below {} {} {}", show.mg_dl(limit), show.unit_symbol(), language.percent(percent, 1))
        };
        match reason {
            CallReason::VeryLow(percent) => (below(54.0, percent), true),
            CallReason::Low(percent) => (below(70.0, percent), true),
            CallReason::NoData(days) => (format!("no data for {} days", language.count(days.unsigned_abs())), false),
            CallReason::InRange(percent) => (format!("in range {}", language.percent(percent, 0)), false),
            CallReason::NoDataYet => ("no data yet".to_owned(), false),
        }
    }
}
