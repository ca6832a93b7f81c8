//! The letters that tell a patient who took a report away.

use super::Letter;
use crate::{downloads::DownloadNotices, push::PushMessage};
use sharing::RecordId;

/// The kind of [`downloaded`].
pub(crate) const DOWNLOADED: &str = "report downloaded";
/// The kind of [`digest`].
pub(crate) const DIGEST: &str = "reports downloaded";

/// One download, as a letter tells of it.
pub(crate) struct Download {
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) of: String,
    pub(crate) at: String,
    pub(crate) receipt: String,
    pub(crate) record: RecordId,
}

impl Download {
    fn line(&self) -> String {
        let Self { who, what, of, at, receipt, .. } = self;
        format!("{who} downloaded {what} of {of}, on {at}. Receipt number {receipt}.")
    }

    /// The same for a lock screen: each download stands by itself, and the receipt number in the history.
    pub(crate) fn notice(&self) -> PushMessage {
        let Self { who, what, of, receipt, record, .. } = self;
        PushMessage {
            title: "A report of yours was downloaded".to_owned(),
            body: format!("{who} downloaded {what} of {of}."),
            path: self.history(),
            tag: format!("download {receipt}"),
            urgent: false,
            record: Some(*record),
        }
    }

    fn history(&self) -> String {
        format!("/records/{}/view-history", self.record)
    }
}

/// To the patient, when somebody else took a report away.
pub(crate) fn downloaded(download: &Download) -> Letter {
    Letter::plain(
        DOWNLOADED,
        "A report of yours was downloaded",
        download.line(),
        "If that was not meant to be, look at who can see your data: under Security, Care partners.",
    )
    .with_link(download.history(), None)
    .button("View history")
}

/// To the patient in the morning: what others took away since the last one, each record's by itself.
pub(crate) fn digest(records: &[Vec<Download>]) -> Letter {
    let lines: Vec<String> = records.iter().flatten().map(Download::line).collect();
    let subject = match lines.len() {
        1 => "A report of yours was downloaded".to_owned(),
        many => format!("{many} reports of yours were downloaded"),
    };
    let letter = Letter::plain(
        DIGEST,
        subject,
        "this is what others downloaded since the last mail of this kind:",
        "If that was not meant to be, look at who can see your data: under Security, Care partners.",
    )
    .with_lines(lines);
    let mut histories = records.iter().filter_map(|downloads| downloads.first());
    let letter = match histories.next() {
        Some(first) => letter.with_link(first.history(), None).button("View history"),
        None => letter,
    };
    histories.fold(letter, |letter, first| letter.also(format!("View history of {}:", first.of), first.history()))
}

/// After the choice how to hear of downloads.
pub(crate) fn notices_changed(chosen: DownloadNotices) -> Letter {
    let how = match chosen {
        DownloadNotices::AtOnce => {
            "From now on a mail comes at once, each time somebody else downloads a report of yours."
        }
        DownloadNotices::Push => {
            "From now on a notice comes to your phone or computer, each time somebody else downloads a report of yours. While none \
             of your browsers shows notices, a mail comes instead."
        }
        DownloadNotices::Daily => {
            "From now on one mail comes each morning, when somebody else downloaded reports of yours since the last."
        }
        DownloadNotices::InApp => {
            "From now on no mail comes when somebody else downloads a report of yours. The view history still has it."
        }
    };
    Letter::plain(
        "notices changed",
        "Your notices were changed",
        format!("you, most likely, chose how you hear of downloads. {how}"),
        "If it was you, there is nothing to do. Messages about the safety of your account always come at once.",
    )
    .security()
}
