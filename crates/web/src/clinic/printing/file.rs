//! The file that grows report by report, without a name on the disk: one PDF, or a ZIP of PDFs.

use super::make::Report;
use crate::record::pdf::plain_name;
use aws_lc_rs::digest;
use reports::{Pdf, Stack};
use sharing::RecordId;
use std::collections::HashSet;
use std::fs::File;
use std::io::{Error, Result, Seek as _, SeekFrom, Write as _};
use store::{Receipt, ToPrint};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A finished file, to be read once.
#[derive(Debug)]
pub struct Made {
    pub name: String,
    pub kind: &'static str,
    pub length: u64,
    pub file: File,
}

/// Which receipt learns which name and hash, before the file leaves.
#[derive(Debug)]
pub struct Receipted {
    pub record: RecordId,
    pub receipt: Receipt,
    pub name: String,
    pub sha256: [u8; 32],
}

/// A file being written.
pub enum Growing {
    One { stack: Box<Stack>, receipts: Vec<(RecordId, Receipt)> },
    Many { zip: Box<ZipWriter<File>>, names: HashSet<String>, receipted: Vec<Receipted> },
}

impl Growing {
    pub fn one(stack: Stack) -> Self {
        Self::One { stack: Box::new(stack), receipts: Vec::new() }
    }

    pub fn many() -> Result<Self> {
        let zip = Box::new(ZipWriter::new(tempfile::tempfile()?));
        Ok(Self::Many { zip, names: HashSet::new(), receipted: Vec::new() })
    }

    /// Adds the reports of one patient.
    pub fn add(&mut self, patient: &ToPrint, record: RecordId, reports: Vec<Report>) -> Result<()> {
        match self {
            Self::One { stack, receipts } => {
                stack.person(&patient.name);
                for report in reports {
                    receipts.push((record, report.receipt.clone()));
                    report.onto(stack);
                }
            }
            Self::Many { zip, names, receipted } => {
                for report in reports {
                    let name = unused(names, &stem(patient, &report));
                    let receipt = report.receipt.clone();
                    let pdf = report.alone().map_err(Error::other)?;
                    put(zip, &name, &pdf)?;
                    receipted.push(Receipted { record, receipt, name, sha256: hash(pdf.bytes()) });
                }
            }
        }
        Ok(())
    }

    /// The whole file, called `stem` and what it ends in.
    pub fn finish(self, stem: &str) -> Result<(Made, Vec<Receipted>)> {
        match self {
            Self::One { stack, receipts } => {
                let (name, pdf) = (format!("{stem}.pdf"), stack.finish().map_err(Error::other)?);
                let sha256 = hash(pdf.bytes());
                let receipted = receipts.into_iter().map(|(record, receipt)| Receipted {
                    record,
                    receipt,
                    name: name.clone(),
                    sha256,
                });
                let receipted = receipted.collect();
                let mut file = tempfile::tempfile()?;
                file.write_all(pdf.bytes())?;
                Ok((made(file, name, "application/pdf")?, receipted))
            }
            Self::Many { zip, receipted, .. } => {
                let file = zip.finish().map_err(Error::other)?;
                Ok((made(file, format!("{stem}.zip"), "application/zip")?, receipted))
            }
        }
    }
}

fn made(mut file: File, name: String, kind: &'static str) -> Result<Made> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(0))?;
    Ok(Made { name, kind, length, file })
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    digest::digest(&digest::SHA256, bytes).as_ref().try_into().expect("SHA-256 gives 32 bytes")
}

/// No time of day, and not packed once more: a PDF is packed inside.
fn put(zip: &mut ZipWriter<File>, name: &str, pdf: &Pdf) -> Result<()> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file(name, options.last_modified_time(DateTime::default())).map_err(Error::other)?;
    zip.write_all(pdf.bytes())
}

/// Whose, which and which days, in letters that every system takes.
fn stem(patient: &ToPrint, report: &Report) -> String {
    let number = patient.details.number.trim();
    let number = if number.is_empty() { String::new() } else { format!("_{}", plain_name(number)) };
    let period = report.order.period;
    format!("{}{number}_{}_{}_{}", plain_name(&patient.name), report.kind.name(), period.first, period.last)
}

/// A name that no other file has, also where capitals make no difference.
fn unused(names: &mut HashSet<String>, stem: &str) -> String {
    let numbered = (2..).map(|number: u32| format!("{stem}-{number}.pdf"));
    let mut all = std::iter::once(format!("{stem}.pdf")).chain(numbered);
    all.find(|name| names.insert(name.to_lowercase())).expect("there is always another number")
}

#[cfg(test)]
mod tests {
    use super::unused;
    use std::collections::HashSet;

    #[test]
    fn names_are_told_apart() {
        let mut names = HashSet::new();
        let made = ["Paul", "PAUL", "Ida", "Paul"].map(|stem| unused(&mut names, stem));
        assert_eq!(made, ["Paul.pdf", "PAUL-2.pdf", "Ida.pdf", "Paul-3.pdf"]);
    }
}
