//! The kinds of documents that apps keep.

/// One kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Collection {
    Entries,
    Treatments,
    DeviceStatus,
    Profile,
    Food,
    Activity,
    Settings,
}

impl Collection {
    pub const ALL: [Self; 7] = [
        Self::Entries,
        Self::Treatments,
        Self::DeviceStatus,
        Self::Profile,
        Self::Food,
        Self::Activity,
        Self::Settings,
    ];

    /// Those of version 3, in the order in which it lists them.
    pub const OF_V3: [Self; 6] =
        [Self::DeviceStatus, Self::Entries, Self::Food, Self::Profile, Self::Settings, Self::Treatments];

    /// As it stands in addresses and permissions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Treatments => "treatments",
            Self::DeviceStatus => "devicestatus",
            Self::Profile => "profile",
            Self::Food => "food",
            Self::Activity => "activity",
            Self::Settings => "settings",
        }
    }

    /// By the name in an address. `profiles` and `foods` are names that apps use too.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "profiles" => Some(Self::Profile),
            "foods" => Some(Self::Food),
            _ => Self::ALL.into_iter().find(|collection| collection.name() == name),
        }
    }

    /// The field that says when a document is from.
    pub fn time_field(self) -> &'static str {
        match self {
            Self::Entries => "date",
            Self::Profile => "startDate",
            _ => "created_at",
        }
    }
}
