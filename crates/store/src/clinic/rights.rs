//! Rights in a clinic as types: what a job may do is what its desk has methods for.

use sharing::ClinicRight;

mod sealed {
    pub trait Sealed {}
}

/// A right that can be asked for at a clinic's door; nobody outside can make another.
pub trait DeskRight: sealed::Sealed + Send + 'static {
    /// Its name in the policy.
    const KIND: ClinicRight;
    /// Whether its jobs run in a write transaction.
    const WRITES: bool;
}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident is $kind:ident writes $writes:literal;)*) => {
        $($(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl sealed::Sealed for $name {}
        impl DeskRight for $name {
            const KIND: ClinicRight = ClinicRight::$kind;
            const WRITES: bool = $writes;
        })*
    };
}

rights! {
    /// See who the patients are, whether they are linked and from when their newest data are.
    SeePatients is SeePatients writes false;
    /// See figures in the list of patients.
    SeeFigures is SeeFigures writes false;
    /// Add patients and change what the clinic keeps of them.
    KeepPatients is KeepPatients writes true;
    /// Link patients to their personal records, and end links.
    Link is Link writes true;
    /// Ask patients to upload.
    AskForUpload is AskForUpload writes true;
    /// Print the reports of many patients at once.
    PrintReports is PrintReports writes false;
    /// Look at two records before they are merged, and for the other one.
    CompareRecords is MergePatients writes false;
    /// Merge two records of one patient, and undo it.
    MergePatients is MergePatients writes true;
    /// Note that a patient left the clinic or came back.
    LetPatientsGo is LetPatientsGo writes true;
    /// Delete a patient's record for good.
    DeletePatients is DeletePatients writes true;
    /// See what members did.
    SeeActivity is SeeActivity writes false;
    /// Invite, change and remove members.
    KeepMembers is KeepMembers writes true;
    /// Change what the clinic is called, and close it.
    ChangeClinic is ChangeClinic writes true;
}
