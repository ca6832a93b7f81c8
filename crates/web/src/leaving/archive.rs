//! Writes the ZIP, file by file and piece by piece, on a blocking thread. Memory holds one piece, or one original.

use super::pipe::Pipe;
use super::rows::{self, Line, Sources};
use super::{names, readme};
use crate::record::view_history::words::{page_words, role, what, who};
use serde_json::{Value, json};
use sharing::{Id, Purpose, RecordId};
use std::io::{Error, Write};
use store::{Access, Actor, Download, Export, HistoryLine, Own, Store, TakenAccount};
use tokio::runtime::Handle;
use words::Language;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime};

/// What the ZIP is written from: everything that was begun before the first byte went out.
pub struct Plan {
    /// What the file is called.
    pub name: String,
    pub store: Store,
    pub actor: Actor,
    pub account: TakenAccount,
    pub exports: Vec<Export>,
    pub handle: Handle,
}

/// The ZIP, as it is being written.
pub struct Archive<'p> {
    plan: &'p Plan,
    zip: ZipWriter<StreamWriter<Pipe>>,
}

type Done<T = ()> = std::io::Result<T>;

/// Writes everything; at the end each record's receipt learns the hash of the file.
pub fn write(plan: &Plan, pipe: Pipe) -> Done {
    let mut archive = Archive { plan, zip: ZipWriter::new_stream(pipe) };
    archive.whole("README.txt", readme::TEXT.as_bytes())?;
    archive.account()?;
    for (place, export) in plan.exports.iter().enumerate() {
        archive.record(&names::folder(place, &export.record.name), export)?;
    }
    let hash = archive.zip.finish()?.into_inner().finish()?;
    for export in &plan.exports {
        let (receipt, name) = (export.receipt.clone(), plan.name.clone());
        plan.patient(export.record.id, move |patient| patient.finish_export(&receipt, &name, &hash))?;
    }
    Ok(())
}

impl Plan {
    /// Through the gate, for one piece. Should somebody else have deleted the account meanwhile, here it ends.
    fn patient<T: Send + 'static>(
        &self,
        record: RecordId,
        job: impl for<'a> FnMut(&mut Access<'a, Download>) -> Result<T, store::Error> + Send + 'static,
    ) -> Done<T> {
        let piece = self.store.with_patient(&self.actor, record, Purpose::Export, job);
        self.handle.block_on(piece).map_err(Error::other)
    }

    fn own<T: Send + 'static>(
        &self,
        job: impl for<'a> FnMut(&mut Own<'a>) -> Result<T, store::Error> + Send + 'static,
    ) -> Done<T> {
        self.handle.block_on(self.store.with_account(&self.actor, job)).map_err(Error::other)
    }
}

impl Archive<'_> {
    fn begin(&mut self, name: &str, method: CompressionMethod) -> Done {
        // No time of day: the same data give the same bytes but for what changed. Sizes are not known before the end.
        let options = SimpleFileOptions::default().compression_method(method).last_modified_time(DateTime::default());
        self.zip.start_file(name, options.large_file(true)).map_err(Error::other)
    }

    fn file(&mut self, name: &str) -> Done {
        self.begin(name, CompressionMethod::Deflated)
    }

    fn whole(&mut self, name: &str, content: &[u8]) -> Done {
        self.file(name)?;
        self.zip.write_all(content)
    }

    fn json(&mut self, name: &str, value: &Value) -> Done {
        self.whole(name, format!("{value:#}\n").as_bytes())
    }

    fn table(&mut self, name: &str, header: &str) -> Done {
        self.whole(name, format!("{header}\r\n").as_bytes())
    }

    fn put(&mut self, line: &str) -> Done {
        self.zip.write_all(line.as_bytes())
    }

    fn account(&mut self) -> Done {
        self.json("account.json", &account_json(&self.plan.account))?;
        self.table("activity.csv", rows::ACTIVITY)?;
        let mut after = 0;
        loop {
            let lines = self.plan.own(move |own| own.export_activity(after))?;
            let Some((last, _)) = lines.last() else { break };
            after = *last;
            for (number, line) in &lines {
                let row = Line::default().plain(number).plain(line.at).text(&line.what).plain(line.count);
                self.put(&row.text(&line.detail).end())?;
            }
        }
        self.table("messages.csv", rows::MESSAGES)?;
        let mut after: Option<Id> = None;
        loop {
            let lines = self.plan.own(move |own| own.export_messages(after))?;
            let Some((last, _)) = lines.last() else { return Ok(()) };
            after = Some(*last);
            for (_, line) in &lines {
                self.put(&Line::default().plain(line.made_at).maybe(line.sent_at).text(&line.subject).end())?;
            }
        }
    }

    fn record(&mut self, folder: &str, export: &Export) -> Done {
        self.json(&format!("{folder}/record.json"), &record_json(export))?;
        self.json(&format!("{folder}/uploads.json"), &uploads_json(export))?;
        let sources = Sources::of(export);
        self.table(&format!("{folder}/readings.csv"), rows::READINGS)?;
        self.readings(export, |taken| rows::reading_csv(taken, &sources))?;
        self.file(&format!("{folder}/readings.ndjson"))?;
        self.readings(export, |taken| rows::reading_json(taken, &sources))?;
        self.table(&format!("{folder}/events.csv"), rows::EVENTS)?;
        self.events(export, |taken| rows::event_csv(taken, &sources))?;
        self.file(&format!("{folder}/events.ndjson"))?;
        self.events(export, |taken| rows::event_json(taken, &sources))?;
        self.file(&format!("{folder}/documents.ndjson"))?;
        self.documents(export)?;
        self.originals(folder, export)?;
        self.history(folder, export.record.id)
    }

    fn readings(&mut self, export: &Export, line: impl Fn(&store::Taken<glucose::Reading>) -> String) -> Done {
        for span in export.readings.iter().copied() {
            let piece = self.plan.patient(export.record.id, move |patient| patient.export_readings(span))?;
            for taken in piece.open().map_err(Error::other)? {
                self.put(&line(&taken))?;
            }
        }
        Ok(())
    }

    fn events(&mut self, export: &Export, line: impl Fn(&store::Taken<glucose::Event>) -> String) -> Done {
        for span in export.events.iter().copied() {
            let piece = self.plan.patient(export.record.id, move |patient| patient.export_events(span))?;
            for taken in piece.open().map_err(Error::other)? {
                self.put(&line(&taken))?;
            }
        }
        Ok(())
    }

    /// What apps sent, to the last field.
    fn documents(&mut self, export: &Export) -> Done {
        for span in export.documents.iter().copied() {
            let all = self.plan.patient(export.record.id, move |patient| patient.export_documents(span))?;
            all.iter().try_for_each(|document| self.put(&rows::document_json(document)))?;
        }
        for span in export.statuses.iter().copied() {
            let all = self.plan.patient(export.record.id, move |patient| patient.export_statuses(span))?;
            all.iter().try_for_each(|document| self.put(&rows::document_json(document)))?;
        }
        Ok(())
    }

    fn originals(&mut self, folder: &str, export: &Export) -> Done {
        for upload in export.uploads.iter().filter(|upload| upload.has_original) {
            let number = upload.line.number;
            let original = self.plan.patient(export.record.id, move |patient| patient.export_original(number))?;
            // Taken back meanwhile: then it is not the person's wish to keep it.
            let Some(original) = original else { continue };
            let name = names::original(number, &upload.line.file_name);
            let packed = [".zip", ".gz", ".xlsx", ".pdf"].iter().any(|end| name.to_lowercase().ends_with(end));
            let method = if packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
            self.begin(&format!("{folder}/uploads/{name}"), method)?;
            original.copy_to(&mut self.zip).map_err(Error::other)?;
        }
        Ok(())
    }

    fn history(&mut self, folder: &str, record: RecordId) -> Done {
        self.table(&format!("{folder}/view-history.csv"), rows::HISTORY)?;
        let mut after = 0;
        loop {
            let lines = self.plan.patient(record, move |patient| patient.export_history(after))?;
            let Some(last) = lines.last() else { break };
            after = last.number;
            for line in &lines {
                self.put(&history_row(line))?;
            }
        }
        self.table(&format!("{folder}/receipts.csv"), rows::RECEIPTS)?;
        for line in self.plan.patient(record, |patient| patient.export_receipts())? {
            let row = Line::default().plain(line.entry.first_at).plain(&line.number).text(&who(&line.entry.who));
            let row = row.text(&what(&line.entry, LANGUAGE)).maybe_text(line.entry.file.as_deref());
            self.put(&row.maybe(line.entry.sha256).end())?;
        }
        Ok(())
    }
}

/// An export is in English, whatever the pages are in.
const LANGUAGE: Language = Language::English;

fn history_row(line: &HistoryLine) -> String {
    let row = Line::default().plain(line.number).plain(line.at).text(&who(&line.who)).text(&role(&line.role));
    let row = row.text(&line.act).text(&line.purpose).plain(line.count).text(&line.origin);
    let pages: Vec<String> = line.pages.iter().map(|page| page_words(page, LANGUAGE)).collect();
    row.text(&pages.join("; ")).plain(&line.receipt).plain(&line.sha256).text(&line.detail).end()
}

fn account_json(taken: &TakenAccount) -> Value {
    let account = &taken.account;
    json!({
        "id": account.id.to_string(),
        "name": account.name,
        "email": account.email,
        "country": account.country,
        "language": account.language,
        "unit": account.unit.symbol(),
        "time_zone": account.zone,
        "made": account.made_at.to_string(),
        "address_confirmed": account.verified_at.map(|at| at.to_string()),
        "records": taken.records.iter().map(|(id, name)| json!({ "id": id.to_string(), "name": name })).collect::<Vec<_>>(),
        "let_in_to": taken.memberships.iter().map(|member| json!({
            "name": member.name,
            "how": member.how,
            "since": member.since_at.to_string(),
            "until": member.until_at.map(|at| at.to_string()),
        })).collect::<Vec<_>>(),
        "open_sessions": taken.sessions.iter().map(|session| json!({
            "began": session.began_at.to_string(),
            "last_used": session.seen_at.to_string(),
            "own_device": session.own_device,
            "from": session.origin,
        })).collect::<Vec<_>>(),
    })
}

fn record_json(export: &Export) -> Value {
    let record = &export.record;
    json!({
        "id": record.id.to_string(),
        "name": record.name,
        "born_on": record.born_on.map(|day| day.to_string()),
        "unit_shown": record.unit.symbol(),
        "time_zone": record.zone.iana_name(),
        "exported": export.made_at.to_string(),
        "receipt": export.receipt.number,
        "shared_with": export.shared_with.iter().map(|with| json!({
            "name": with.name,
            "how": with.how,
            "since": with.since_at.to_string(),
            "until": with.until_at.map(|at| at.to_string()),
        })).collect::<Vec<_>>(),
        "sources": export.sources.iter().map(|source| json!({
            "name": source.name,
            "service": source.service,
            "address": source.address,
            "since": source.made_at.to_string(),
            "last_answer": source.worked_at.map(|at| at.to_string()),
        })).collect::<Vec<_>>(),
        "devices": export.devices.iter().map(|(_, device)| json!({
            "name": device.name,
            "serial": device.serial,
        })).collect::<Vec<_>>(),
    })
}

fn uploads_json(export: &Export) -> Value {
    let upload = |taken: &store::TakenUpload| {
        let line = &taken.line;
        json!({
            "number": line.number,
            "came": line.at.to_string(),
            "source": line.source.name(),
            "format": line.format,
            "file_name": line.file_name,
            "file": taken.has_original.then(|| format!("uploads/{}", names::original(line.number, &line.file_name))),
            "bytes": line.bytes,
            "sha256": taken.sha256.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
            "added": line.added,
            "already_here": line.already_here,
            "rows_not_read": line.problems,
            "first": line.first_at.map(|at| at.to_string()),
            "last": line.last_at.map(|at| at.to_string()),
            "devices": line.devices.iter().map(|device| device.name.as_str()).collect::<Vec<_>>(),
            "taken_back": line.taken_back_at.map(|at| at.to_string()),
        })
    };
    Value::Array(export.uploads.iter().map(upload).collect())
}
