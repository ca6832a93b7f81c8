//! Answers of which nothing can be taken.

/// The whole answer was refused. The words hold nothing of it but a service's own short code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("The answer of {service} is larger than {limit_mb} MB.")]
    TooLarge { service: &'static str, limit_mb: usize },
    /// Services send these while they are being mended, or when the address is not theirs.
    #[error("{service} sent a web page instead of values. It may be down for a while, or the address is wrong.")]
    WebPage { service: &'static str },
    #[error("The answer of {service} ends in the middle.")]
    CutOff { service: &'static str },
    #[error("The answer of {service} is no JSON that can be read.")]
    NotJson { service: &'static str },
    /// The sign-in ran out, terms have to be accepted, and the like.
    #[error("{service} refused: {code}.")]
    Said { service: &'static str, code: String },
    #[error("The answer of {service} holds no values in any shape that we know.")]
    NoValues { service: &'static str },
}
