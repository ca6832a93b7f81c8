//! `status.json`: units, thresholds and features, from which apps learn how to show what they get.

use super::{VERSION, VERSION_NUMBER};
use crate::{Document, Permissions, document::json_number, times::iso};
use glucose::Unit;
use serde_json::{Value, json};

/// What a record's owner chose, as far as apps ask for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// As it stands at the top of apps.
    pub title: String,
    pub unit: Unit,
    /// mg/dL: urgent low, low, high, urgent high.
    pub thresholds: [f64; 4],
    /// 12 or 24.
    pub hours: u8,
    pub language: String,
}

/// Fields that are the same for everybody. Strangers may ask for the status and nothing else: with `status-only`, an app
/// that was given a wrong token reads a value to find out.
const SETTINGS: &str = r#"{
"units":"mg/dl","timeFormat":24,"dayStart":7,"dayEnd":21,"nightMode":false,"editMode":true,"showRawbg":"never",
"customTitle":"","theme":"default","alarmUrgentHigh":true,"alarmUrgentHighMins":[30,60,90,120],"alarmHigh":true,
"alarmHighMins":[30,60,90,120],"alarmLow":true,"alarmLowMins":[15,30,45,60],"alarmUrgentLow":true,
"alarmUrgentLowMins":[15,30,45],"alarmUrgentMins":[30,60,90,120],"alarmWarnMins":[30,60,90,120],
"alarmTimeagoWarn":true,"alarmTimeagoWarnMins":15,"alarmTimeagoUrgent":true,"alarmTimeagoUrgentMins":30,
"alarmPumpBatteryLow":false,"language":"en","scaleY":"log","showPlugins":"dbsize delta direction upbat",
"showForecast":"","focusHours":3,"heartbeat":60,"baseURL":"","authDefaultRoles":"status-only","thresholds":{},
"secureHstsHeader":true,"authFailDelay":5000,"adminNotifiesEnabled":false,"authenticationPromptOnLoad":true,
"DEFAULT_FEATURES":["bgnow","delta","direction","timeago","devicestatus","upbat","errorcodes","profile","bolus","dbsize",
"runtimestate","basal","careportal"],"alarmTypes":["simple"],
"enable":["careportal","boluscalc","food","rawbg","iob","cob","cage","sage","iage","bage","treatmentnotify","basal","pump",
"openaps","loop","bgnow","delta","direction","timeago","devicestatus","upbat","errorcodes","profile","bolus","dbsize",
"runtimestate"]}"#;

/// `unit` as apps write it.
pub(crate) fn unit_name(unit: Unit) -> &'static str {
    if unit == Unit::MmolL { "mmol" } else { "mg/dl" }
}

fn settings(site: &Site) -> Document {
    let mut settings: Document = serde_json::from_str(SETTINGS).expect("it is written above");
    let [urgent_low, low, high, urgent_high] = site.thresholds.map(json_number);
    let told = [
        ("units", unit_name(site.unit).into()),
        ("timeFormat", site.hours.into()),
        ("customTitle", site.title.as_str().into()),
        ("language", site.language.as_str().into()),
        ("thresholds", json!({"bgHigh": urgent_high, "bgTargetTop": high, "bgTargetBottom": low, "bgLow": urgent_low})),
    ];
    told.into_iter().for_each(|(name, value): (&str, Value)| drop(settings.insert(name.to_owned(), value)));
    settings
}

/// The whole of it. `authorized` is what [`authorized`] makes of a token that was shown.
pub fn status(site: &Site, now_ms: i64, authorized: Option<Value>) -> Value {
    json!({
        "status": "ok",
        "name": "nightscout",
        "version": VERSION,
        "versionNum": VERSION_NUMBER,
        "serverTime": iso(now_ms),
        "serverTimeEpoch": now_ms,
        "apiEnabled": true,
        "careportalEnabled": true,
        "boluscalcEnabled": true,
        "settings": settings(site),
        "extendedSettings": {"devicestatus": {"advanced": true, "days": 1}},
        "authorized": authorized,
        "runtimeState": "loaded",
    })
}

/// As a script that a page of old could load.
pub fn status_js(status: &Value) -> String {
    format!("this.serverSettings = {status};")
}

/// Of a token: what it becomes, whose it is, what it may, and until when. `issued_at` and `expires_at` are seconds.
pub fn authorized(token: &str, subject: &str, permissions: Permissions, issued_at: i64, expires_at: i64) -> Value {
    json!({
        "token": token,
        "sub": subject,
        "permissionGroups": permissions.groups(),
        "iat": issued_at,
        "exp": expires_at,
    })
}
