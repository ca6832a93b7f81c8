//! Which uploads delivered a datum: nearly always one.

/// A set of upload numbers, in order, never empty in a chunk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Uploads {
    /// By far the most.
    One(u32),
    /// Two or more, ascending.
    Many(Box<[u32]>),
}

impl Uploads {
    /// All of them, ascending.
    pub fn as_slice(&self) -> &[u32] {
        match self {
            Self::One(upload) => std::slice::from_ref(upload),
            Self::Many(all) => all,
        }
    }

    /// The upload that first brought it.
    pub fn first(&self) -> u32 {
        self.as_slice().first().copied().unwrap_or_default()
    }

    /// Whether `upload` brought it too.
    pub fn has(&self, upload: u32) -> bool {
        self.as_slice().binary_search(&upload).is_ok()
    }

    /// Whether no upload brought both.
    pub fn disjoint(&self, other: &Self) -> bool {
        !self.as_slice().iter().any(|&upload| other.has(upload))
    }

    pub(crate) fn from_sorted(mut all: Vec<u32>) -> Option<Self> {
        all.dedup();
        match *all.as_slice() {
            [] => None,
            [one] => Some(Self::One(one)),
            _ => Some(Self::Many(all.into_boxed_slice())),
        }
    }

    pub(crate) fn add(&mut self, upload: u32) {
        if let Err(at) = self.as_slice().binary_search(&upload) {
            let mut all = self.as_slice().to_vec();
            all.insert(at, upload);
            *self = Self::Many(all.into_boxed_slice());
        }
    }

    /// Takes `upload` out; `false` when nothing would be left, and then nothing is changed.
    pub(crate) fn remove(&mut self, upload: u32) -> bool {
        let rest: Vec<u32> = self.as_slice().iter().copied().filter(|&each| each != upload).collect();
        Self::from_sorted(rest).map(|rest| *self = rest).is_some()
    }
}
