//! What a support call asks: is the patient linked, with which account, from when are the newest data, and how did links begin
//! and end.

use super::{
    ask::ASKED_EVERY,
    codes::{OpenCode, name},
    terms,
};
use crate::{
    access::Entered,
    actor::{Actor, Who},
    audit::{self, Chain},
    clinic::{Desk, DeskRight, PatientProfile, SeePatients},
    days::open_headline,
    db::{Row, Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    keys::place,
    records::{open_birth, open_name},
};
use jiff::{Timestamp, civil::Date};
use sharing::{AccountId, ClinicRole, LinkTerms, Purpose, RecordId, Standing};

statements! {
    TIE = "select l.record, l.insulin, l.carbs, l.notes, l.devices, l.until_at, l.since_at, l.suspended_at from links l \
        where l.profile = $1 and l.clinic = $2";
    HOLDER = "select a.id, a.name, a.email, r.name, r.born_on from records r join accounts a on a.id = r.account where r.id = $1";
    NEWEST = "select sealed from latest where record = $1";
}

/// A patient as the page of a support call shows them.
#[derive(Clone, Debug)]
pub struct Support {
    /// What the one who looks does in the clinic.
    pub role: ClinicRole,
    /// What the clinic is called.
    pub clinic_name: String,
    /// Who the patient is, as the clinic knows them.
    pub patient: PatientProfile,
    /// Whether there is a link, and how it stands.
    pub tie: Tie,
    /// A unique code that waits for the patient.
    pub code: Option<OpenCode>,
    /// From when the newest data are that the clinic uploaded itself.
    pub own_newest_at: Option<Timestamp>,
    /// When the patient may be asked to upload again; none when now.
    pub ask_again_at: Option<Timestamp>,
    /// How links were offered, made and ended, newest first.
    pub events: Vec<LinkEvent>,
}

/// Whether a patient is linked.
#[derive(Clone, Debug)]
pub enum Tie {
    /// To no personal record.
    NotLinked,
    /// Linked, and the clinic sees the personal record.
    Active(LinkedPatient),
    /// The link's time is over since then.
    Ended(Timestamp),
    /// Suspended by lockdown, until the patient lets the clinic in again.
    Suspended,
}

/// The personal record at the other end of a link.
#[derive(Clone, Debug)]
pub struct LinkedPatient {
    /// Which.
    pub record: RecordId,
    /// Since when.
    pub since_at: Timestamp,
    /// What the clinic sees, and until when.
    pub terms: LinkTerms,
    /// Whose account it is.
    pub holder: Holder,
    /// From when the newest data are.
    pub newest_at: Option<Timestamp>,
}

/// The account that is linked, as far as a clinic needs it to notice a mix-up.
#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    /// The name of its owner.
    pub name: String,
    /// The address, of which a stranger learns nothing: `a•••@e•••.org`.
    pub masked_email: String,
    /// The personal record has another name than the clinic's.
    pub other_name: bool,
    /// The personal record has another birth date than the clinic's.
    pub other_birth: bool,
}

impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Holder(…)")
    }
}

/// What happened to links of a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkAct {
    /// A unique code was made.
    Offered,
    /// A code was sent by e-mail.
    SentByEmail,
    /// A code was sent as a text message.
    SentBySms,
    /// A code was taken back.
    Withdrawn,
    /// Somebody declined the code.
    Declined,
    /// A link began.
    Linked,
    /// What the clinic sees was changed.
    Changed,
    /// The link was restored after a lockdown.
    Restored,
    /// The link ended.
    Ended,
    /// The link's time ends within days.
    EndsSoon,
    /// The link's time is over.
    TimeOver,
    /// The patient was asked to upload.
    AskedForUpload,
}

/// Words of the chain of a clinic's own record.
const ACTS: [(&str, LinkAct); 12] = [
    ("offered a link code", LinkAct::Offered),
    ("sent a link code by e-mail", LinkAct::SentByEmail),
    ("sent a link code by SMS", LinkAct::SentBySms),
    ("withdrew a link code", LinkAct::Withdrawn),
    ("link code declined", LinkAct::Declined),
    ("linked a clinic", LinkAct::Linked),
    ("changed what a clinic sees", LinkAct::Changed),
    ("restored a clinic", LinkAct::Restored),
    ("ended the link", LinkAct::Ended),
    ("link ends soon", LinkAct::EndsSoon),
    ("link ended", LinkAct::TimeOver),
    ("asked for an upload", LinkAct::AskedForUpload),
];

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkBy {
    /// The patient.
    Patient,
    /// A member of the clinic, by name; none when the account is gone.
    Member(Option<String>),
    /// Nobody: the time was over, or nothing is told of who it was.
    Nobody,
}

/// Something that happened to links of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: LinkAct,
    /// By whom.
    pub by: LinkBy,
}

/// Lines of the history that the page shows.
const MOST_EVENTS: u32 = 50;

impl Store {
    /// The page of a support call. Whoever reads there from when the newest data of a linked record are has looked.
    pub async fn support(&self, who: &Actor, clinic: sharing::ClinicId, profile: RecordId) -> Result<Support, Error> {
        let look = move |desk: &mut Desk<'_, SeePatients>| desk.support(profile);
        let (support, looked) = self.with_clinic(who, clinic, look).await?;
        if let Some(entered) = looked {
            self.write_looks(&[(entered, None)], &who.origin).await?;
        }
        Ok(support)
    }
}

impl Desk<'_, SeePatients> {
    fn support(&mut self, profile: RecordId) -> Result<(Support, Option<Entered>), Error> {
        let patient = self.patient(profile)?;
        let now = self.at.now;
        let tie = self.tie(&patient)?;
        let looked = match &tie {
            Tie::Active(linked) => Some(self.entered(linked)),
            _ => None,
        };
        let again = patient.asked_at.and_then(|at| at.saturating_add(ASKED_EVERY).ok());
        let support = Support {
            role: self.at.role,
            clinic_name: self.clinic_name()?,
            tie,
            code: self.open_code(profile)?,
            own_newest_at: newest(self.tx, self.inside, profile)?,
            ask_again_at: again.filter(|at| *at > now),
            events: self.link_events(profile)?,
            patient,
        };
        Ok((support, looked))
    }

    fn tie(&mut self, patient: &PatientProfile) -> Result<Tie, Error> {
        let Some(row) = self.tx.query_one(TIE, params![patient.id, self.at.clinic])? else { return Ok(Tie::NotLinked) };
        let (record, terms) = (RecordId(row.id(0)?), terms(&row, 1)?);
        if let Some(until) = terms.until_at.filter(|until| *until <= self.at.now) {
            return Ok(Tie::Ended(until));
        }
        if row.opt_instant(7)?.is_some() {
            return Ok(Tie::Suspended);
        }
        let holder = holder(self.tx, self.inside, record, patient)?;
        let newest_at = newest(self.tx, self.inside, record)?;
        Ok(Tie::Active(LinkedPatient { record, since_at: row.instant(6)?, terms, holder, newest_at }))
    }

    /// The look through this clinic's link, also of a member who relates in another way as well.
    fn entered(&self, linked: &LinkedPatient) -> Entered {
        let (at, LinkTerms { visibility, until_at }) = (self.at, linked.terms);
        let (role, lacks_second_step, suspended) = (at.role, false, false);
        Entered {
            who: Who::Account { id: at.member },
            record: linked.record,
            purpose: Purpose::ClinicLink,
            standing: Standing::LinkedClinic { role, visibility, until_at, lacks_second_step, suspended },
            clinic: Some(at.clinic),
            visibility,
            proved_at: None,
            now: at.now,
        }
    }
}

impl<R: DeskRight> Desk<'_, R> {
    /// How links of a patient were offered, made and ended, newest first.
    pub fn link_events(&mut self, profile: RecordId) -> Result<Vec<LinkEvent>, Error> {
        self.keeps(profile)?;
        let purposes = [Purpose::ClinicLink, Purpose::AskForUpload];
        let lines = audit::of_purposes(self.tx, self.inside, Chain::Record(profile), purposes, MOST_EVENTS)?;
        let mut events = Vec::new();
        for line in lines {
            let Some((_, act)) = ACTS.iter().find(|(word, _)| *word == line.act) else { continue };
            let account = line.who.strip_prefix("account ").and_then(AccountId::parse);
            let by = match account {
                None => LinkBy::Nobody,
                Some(_) if line.detail.role.is_empty() => LinkBy::Patient,
                Some(member) => LinkBy::Member(name(self.tx, self.inside, member)?),
            };
            events.push(LinkEvent { at: line.at, act: *act, by });
        }
        Ok(events)
    }
}

fn holder(tx: &mut Tx, inside: &Inside, record: RecordId, patient: &PatientProfile) -> Result<Holder, Error> {
    let row: Row = tx.query_one(HOLDER, params![record])?.ok_or(Error::NotFound)?;
    let account = row.id(0)?;
    let open = |column, at| inside.keys.open_text(place("accounts", column, account), row.bytes(at)?);
    let personal = open_name(inside, record, row.bytes(3)?)?;
    let born_on = open_birth(inside, record, row.opt_bytes(4)?)?;
    Ok(Holder {
        name: open("name", 1)?,
        masked_email: masked(&open("email", 2)?),
        other_name: key(&personal) != key(&patient.name),
        other_birth: differ(born_on, patient.born_on),
    })
}

/// Of a date that one side does not know nothing can be said.
fn differ(one: Option<Date>, other: Option<Date>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

/// Capitals and spaces make no other person.
fn key(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

fn newest(tx: &mut Tx, inside: &Inside, record: RecordId) -> Result<Option<Timestamp>, Error> {
    let Some(row) = tx.query_one(NEWEST, params![record])? else { return Ok(None) };
    Ok(open_headline(&*inside.keys.record(record)?, row.bytes(0)?)?.summary.figures().newest_at)
}

/// The first letter of each side and the ending; as many dots for every address.
fn masked(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let first = |text: &str| text.chars().next().map_or(String::new(), String::from);
    let ending = domain.rsplit_once('.').map_or("", |(_, ending)| ending);
    format!("{}•••@{}•••.{ending}", first(local), first(domain))
}

#[cfg(test)]
mod tests {
    use super::{key, masked};

    #[test]
    fn an_address_is_told_as_far_as_its_owner_knows_it_again() {
        for (email, told) in [
            ("anna@example.org", "a•••@e•••.org"),
            ("a@b.co", "a•••@b•••.co"),
            ("ana.maria+x@mail.example.co.uk", "a•••@m•••.uk"),
        ] {
            assert_eq!(masked(email), told);
        }
        assert_eq!(key("  Mia  BERG "), key("mia berg"));
        assert_ne!(key("Mia Berg"), key("Mia Borg"));
    }
}
