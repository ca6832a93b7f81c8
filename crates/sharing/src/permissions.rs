//! How someone relates to a record, what they ask, and why.

use crate::grant::{Permission, Visibility};
use jiff::Timestamp;

/// What is asked. Each is a type in the store's gate; this is its name in the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RightKind {
    /// See figures and charts on screen.
    View,
    /// Get a report file, a print page or bulk data.
    Download,
    /// Bring data, and take uploads back.
    Upload,
    /// Change the record itself and who may see it.
    Manage,
}

impl RightKind {
    /// All of them, for tables.
    pub const ALL: [Self; 4] = [Self::View, Self::Download, Self::Upload, Self::Manage];
}

/// What a clinic member does there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClinicRole {
    /// Members and settings, and everything a clinician does.
    Admin,
    /// Reports and links.
    Clinician,
    /// Patient list, uploads and links; no reports.
    FrontDesk,
}

impl ClinicRole {
    /// All of them, for tables.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Clinician, Self::FrontDesk];
}

/// What a member asks of the clinic itself. Each is a type in the store's door to a clinic; this is its name in the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClinicRight {
    /// See who the patients are, whether they are linked and from when their newest data are.
    SeePatients,
    /// See figures in the list of patients.
    SeeFigures,
    /// Add patients and change what the clinic keeps of them: name, birth date, number, group and tags.
    KeepPatients,
    /// Link patients to their personal records, and end links.
    Link,
    /// Ask patients to upload.
    AskForUpload,
    /// Print the reports of many patients at once.
    PrintReports,
    /// Merge two records of one patient, and undo it.
    MergePatients,
    /// Note that a patient left the clinic or came back.
    LetPatientsGo,
    /// Delete a patient's record for good.
    DeletePatients,
    /// See what members did.
    SeeActivity,
    /// Invite, change and remove members.
    KeepMembers,
    /// Change what the clinic is called, and close it.
    ChangeClinic,
}

impl ClinicRight {
    /// All of them, for tables.
    pub const ALL: [Self; 12] = [
        Self::SeePatients,
        Self::SeeFigures,
        Self::KeepPatients,
        Self::Link,
        Self::AskForUpload,
        Self::PrintReports,
        Self::MergePatients,
        Self::LetPatientsGo,
        Self::DeletePatients,
        Self::SeeActivity,
        Self::KeepMembers,
        Self::ChangeClinic,
    ];
}

/// How far an app's token reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenScope {
    /// Brings data.
    Upload,
    /// Reads values.
    Follow,
    /// Brings data and reads them back, as apps that run a loop do.
    Both,
}

impl TokenScope {
    /// All of them, for forms and tables.
    pub const ALL: [Self; 3] = [Self::Upload, Self::Follow, Self::Both];

    /// Whether it lets data in.
    pub fn uploads(self) -> bool {
        matches!(self, Self::Upload | Self::Both)
    }

    /// Whether it lets values out.
    pub fn follows(self) -> bool {
        matches!(self, Self::Follow | Self::Both)
    }
}

/// Work that the server does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Duty {
    /// Sends what the outbox holds.
    Deliver,
    /// Evaluates alert rules.
    RaiseAlerts,
    /// Asks the services that people connected.
    Pull,
    /// Tidies what has expired.
    Expire,
    /// What the operator does at the command line: flags, and the audit without its details.
    Operate,
}

/// How someone relates to a record, as read in the transaction that uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The account that owns a personal record.
    Owner,
    /// An account that the patient let in.
    CarePartner {
        /// How far.
        permission: Permission,
        /// At what.
        visibility: Visibility,
        /// Until when.
        until_at: Option<Timestamp>,
        /// Paused until when, at once or by the week.
        paused_until_at: Option<Timestamp>,
        /// When the next weekly pause begins.
        pauses_at: Option<Timestamp>,
        /// Whether a second step is asked for that this person does not have.
        lacks_second_step: bool,
        /// Suspended by lockdown, until the owner restores it.
        suspended: bool,
    },
    /// A member of the clinic that keeps the record itself.
    ClinicOfRecord {
        /// What the member does there.
        role: ClinicRole,
        /// Whether the member has no second step, which every member must have.
        lacks_second_step: bool,
    },
    /// A member of a clinic that the personal record is linked to.
    LinkedClinic {
        /// What the member does there.
        role: ClinicRole,
        /// What the patient shows the clinic.
        visibility: Visibility,
        /// Until when.
        until_at: Option<Timestamp>,
        /// Whether the member has no second step, which every member must have.
        lacks_second_step: bool,
        /// Suspended by lockdown, until the owner restores it.
        suspended: bool,
    },
    /// A phone app or device with a token of this record.
    App {
        /// How far it reaches.
        scope: TokenScope,
        /// At what, when it reads.
        visibility: Visibility,
        /// Until when.
        until_at: Option<Timestamp>,
    },
    /// Somebody without an account who opened a visit pass, in the browser in which it was opened.
    Pass {
        /// At what.
        visibility: Visibility,
        /// The chosen days begin here.
        from_at: Timestamp,
        /// The chosen days are over here.
        to_at: Timestamp,
        /// Until when.
        until_at: Timestamp,
    },
    /// The server's own worker.
    OnDuty(Duty),
    /// Nobody this record knows.
    Stranger,
}

/// Why the data is wanted; stands in the audit and in the view history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// The home page and its chart.
    Home,
    /// The AGP page or file.
    AgpReport,
    /// The daily review page or file.
    DailyReport,
    /// The uploads page.
    Uploads,
    /// A file brought on a page or by `kinsight upload`.
    Import,
    /// Values sent by an app.
    DeviceUpload,
    /// Values and documents read by an app.
    App,
    /// An upload taken back.
    TakeBack,
    /// Settings of the record.
    Settings,
    /// App tokens.
    Tokens,
    /// Care partners and invitations.
    Sharing,
    /// The list of everybody who is followed, with the last values.
    Following,
    /// A clinic's list of its patients, with figures.
    PatientList,
    /// A link with a clinic: offered, made, changed, ended.
    ClinicLink,
    /// A request to upload.
    AskForUpload,
    /// Reports of many patients, printed for a clinic's day.
    BatchPrint,
    /// Two records of one patient, merged or parted again.
    Merge,
    /// What a care partner sees, shown to the owner.
    SeeAs,
    /// Who looked, and the receipts.
    ViewHistory,
    /// Everything, taken along.
    Export,
    /// The steps after a lockdown.
    Lockdown,
    /// Visit passes: making, opening and ending them.
    VisitPass,
    /// Alerts: rules, past alerts, and who is called.
    Alerts,
    /// A worker's duty.
    Duty,
}

impl Purpose {
    /// As written in the audit and shown in the view history.
    pub fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::AgpReport => "agp report",
            Self::DailyReport => "daily review",
            Self::Uploads => "uploads",
            Self::Import => "import",
            Self::DeviceUpload => "device upload",
            Self::App => "read by an app",
            Self::TakeBack => "upload taken back",
            Self::Settings => "settings",
            Self::Tokens => "app tokens",
            Self::Sharing => "sharing",
            Self::Following => "list of people followed",
            Self::PatientList => "list of patients",
            Self::ClinicLink => "link with a clinic",
            Self::AskForUpload => "request to upload",
            Self::BatchPrint => "batch of reports",
            Self::Merge => "records merged",
            Self::SeeAs => "seen as a care partner",
            Self::ViewHistory => "view history",
            Self::Export => "export of everything",
            Self::Lockdown => "lockdown",
            Self::VisitPass => "visit pass",
            Self::Alerts => "alerts",
            Self::Duty => "duty",
        }
    }
}
