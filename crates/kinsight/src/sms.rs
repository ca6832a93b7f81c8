//! The way out for text messages: the gateway that is named, or none.

use crate::settings::{Settings, Sms};
use anyhow::{Context, Result};
use worker::{SmsSettings, Texter};

pub fn texter(settings: &Settings) -> Result<Option<Texter>> {
    let Sms { sms, sms_secret, sms_from } = &settings.given.sms;
    let Some(gateway) = sms else { return Ok(None) };
    let from = sms_from.as_deref().context("--sms needs --sms-from, the number or name that messages come from")?;
    let secret = sms_secret.as_deref().unwrap_or_default();
    Texter::new(SmsSettings::parse(gateway, from, secret)?).map(Some)
}

#[cfg(test)]
mod tests {
    use super::texter;
    use crate::settings::{Given, Settings, Sms};

    fn said(sms: Option<&str>, from: Option<&str>) -> String {
        let (sms, sms_from) = (sms.map(str::to_owned), from.map(str::to_owned));
        let given = Given { sms: Sms { sms, sms_from, sms_secret: None }, ..Given::default() };
        match texter(&Settings::of(given)) {
            Ok(found) => format!("texts: {}", found.is_some()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_the_operator_is_told() {
        assert_eq!(said(None, None), "texts: false");
        assert_eq!(said(Some("twilio:AC1"), Some("+15005550006")), "texts: true");
        assert!(said(Some("twilio:AC1"), None).starts_with("--sms needs --sms-from"));
        assert!(said(Some("pigeon"), Some("x")).starts_with("--sms looks like"));
    }
}
