//! What a person is told of a record: for each kind a switch, a threshold, a delay and a repeat; and quiet hours.

use super::words::capital;
use crate::edge::problem::Problem;
use crate::forms::{Control, Field, Form, Tick};
use crate::page::{Frame, Tab, render};
use crate::record::visit::Visit;
use crate::sharing::{proving, words::DAYS};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use glucose::{AlertKind, AlertRule, Glucose, Threshold, Unit};
use jiff::civil::Time;
use reports::Show;
use sharing::{Purpose, QuietHours, WeeklyPause};
use std::collections::HashMap;
use store::{Access, AlertSettings, Record, View};

#[derive(Template)]
#[template(path = "alerts/rules.html")]
struct RulesPage {
    frame: Frame,
    base: String,
    /// All fields, for the list of what was refused.
    form: Form,
    sections: Vec<Section>,
}

/// The fields of one kind, or of quiet hours.
struct Section {
    id: &'static str,
    title: &'static str,
    form: Form,
}

type Filled = HashMap<String, String>;

/// Names of fields, for each kind: heading, switch, threshold, delay, repeat.
fn keys(kind: AlertKind) -> [&'static str; 5] {
    match kind {
        AlertKind::UrgentLow => {
            ["urgent_low", "urgent_low_on", "urgent_low_at", "urgent_low_delay", "urgent_low_repeat"]
        }
        AlertKind::Low => ["low", "low_on", "low_at", "low_delay", "low_repeat"],
        AlertKind::High => ["high", "high_on", "high_at", "high_delay", "high_repeat"],
        AlertKind::FallingFast => ["falling", "falling_on", "falling_at", "falling_delay", "falling_repeat"],
        AlertKind::RisingFast => ["rising", "rising_on", "rising_at", "rising_delay", "rising_repeat"],
        AlertKind::PredictedLow => ["soon", "soon_on", "soon_at", "soon_delay", "soon_repeat"],
        AlertKind::NoData => ["no_data", "no_data_on", "no_data_at", "no_data_delay", "no_data_repeat"],
    }
}

const RATES: [(&str, f64); 3] = [("15", 1.5), ("20", 2.0), ("30", 3.0)];
const REPEATS: [(&str, &str); 7] = [
    ("", "Say it once"),
    ("5", "Every 5 minutes"),
    ("10", "Every 10 minutes"),
    ("15", "Every 15 minutes"),
    ("30", "Every 30 minutes"),
    ("60", "Every hour"),
    ("120", "Every 2 hours"),
];
/// Names of fields of quiet hours: the days begin with this.
const QUIET: [(&str, &str, &str, &str, [&str; 7]); 2] = [
    ("quiet", "Quiet on", "quiet_from", "quiet_to", ["q_mon", "q_tue", "q_wed", "q_thu", "q_fri", "q_sat", "q_sun"]),
    ("quiet2", "And on", "quiet2_from", "quiet2_to", ["r_mon", "r_tue", "r_wed", "r_thu", "r_fri", "r_sat", "r_sun"]),
];

/// The settings as their fields hold them.
fn fields_of(settings: &AlertSettings, show: &Show) -> Filled {
    let mut filled = Filled::new();
    let mut put = |name: &str, value: String| filled.insert(name.to_owned(), value);
    let yes = |on: bool| if on { "yes".to_owned() } else { String::new() };
    for rule in &settings.rules {
        let [_, on, at, delay, repeat] = keys(rule.kind);
        put(on, yes(rule.on));
        put(at, threshold_text(rule.threshold, show));
        put(delay, rule.delay_min.to_string());
        put(repeat, rule.repeat_min.map_or(String::new(), |minutes| minutes.to_string()));
    }
    for ((_, _, from, to, days), hours) in QUIET.iter().zip(&settings.quiet.hours) {
        let (begins, ends) = hours.times();
        put(from, begins.strftime("%H:%M").to_string());
        put(to, ends.strftime("%H:%M").to_string());
        for (name, (day, ..)) in days.iter().zip(DAYS) {
            put(name, yes(hours.is_on(day)));
        }
    }
    put("urgent_waits", yes(settings.quiet.urgent_waits));
    put("says_value", yes(settings.says_value));
    filled
}

fn threshold_text(threshold: Threshold, show: &Show) -> String {
    match threshold {
        Threshold::Glucose(glucose) => show.glucose(glucose),
        Threshold::Rate(tenths) => tenths.to_string(),
        Threshold::Minutes(minutes) => minutes.to_string(),
    }
}

fn form(filled: &Filled, show: &Show, zone: &str) -> Form {
    let mut fields = Vec::new();
    for kind in AlertKind::ALL {
        fields.extend(kind_fields(kind, filled, show));
    }
    fields.push(Field::heading("quiet_hours", "Quiet hours"));
    for (name, label, from, to, days) in QUIET {
        let tick = |(name, (_, _, label)): (&'static str, (_, _, &'static str))| Tick {
            name,
            label,
            on: on(filled, name),
            fixed: false,
        };
        let ticks = days.into_iter().zip(DAYS).map(tick).collect();
        let hint = if name == "quiet" {
            format!("By the clock of {zone}. An end before its beginning is on the next day.")
        } else {
            String::new()
        };
        fields.push(Field::new(name, label, Control::Ticks { ticks }).hint(hint).optional());
        fields.push(Field::input(from, "From", "time", "off", text(filled, from)).optional());
        fields.push(Field::input(to, "Until", "time", "off", text(filled, to)).optional());
    }
    fields.push(
        Field::tick("urgent_waits", "Hold back even an urgent low", on(filled, "urgent_waits"))
            .hint("Usually an urgent low comes through at any hour."),
    );
    fields.push(Field::heading("messages", "Messages"));
    fields.push(
        Field::tick("says_value", "Messages hold the value", on(filled, "says_value"))
            .hint("Else they say whose alert it is and of which kind, and Kinsight shows the rest. A message may be read on a locked screen."),
    );
    Form::of(fields)
}

fn kind_fields(kind: AlertKind, filled: &Filled, show: &Show) -> Vec<Field> {
    let [id, switch, at, delay, repeat] = keys(kind);
    let unit = show.unit_symbol();
    let threshold = match kind {
        AlertKind::UrgentLow | AlertKind::Low => number(at, "Below", filled).hint(format!("In {unit}.")),
        AlertKind::High => number(at, "Above", filled).hint(format!("In {unit}.")),
        AlertKind::PredictedLow => number(at, "Below, within 20 minutes", filled)
            .hint(format!("In {unit}, by a line through the last 20 minutes.")),
        AlertKind::NoData => number(at, "After so many minutes without a value", filled),
        AlertKind::FallingFast | AlertKind::RisingFast => {
            let words =
                RATES.map(|(value, mg_dl)| (value, format!("{} {unit} a minute", rate_words(mg_dl, show.unit))));
            let options: Vec<(&str, &str)> = words.iter().map(|(value, words)| (*value, words.as_str())).collect();
            Field::choose(at, "At least", &options, text(filled, at))
        }
    };
    let mut fields =
        vec![Field::heading(id, capital(kind)), Field::tick(switch, "Tell me", on(filled, switch)), threshold];
    if kind != AlertKind::NoData {
        fields.push(number(delay, "Only when it lasts for so many minutes", filled));
    }
    fields.push(Field::choose(repeat, "While nobody takes it", &REPEATS, text(filled, repeat)));
    fields
}

/// Rates of mmol/L need their hundredths.
fn rate_words(mg_dl: f64, unit: Unit) -> String {
    match unit {
        Unit::MgDl => format!("{mg_dl}"),
        Unit::MmolL => format!("{:.2}", mg_dl / glucose::MG_DL_PER_MMOL_L),
    }
}

fn number(name: &'static str, label: &'static str, filled: &Filled) -> Field {
    Field::input(name, label, "text", "off", text(filled, name))
}

fn text<'a>(filled: &'a Filled, name: &str) -> &'a str {
    filled.get(name).map_or("", |text| text.trim())
}

fn on(filled: &Filled, name: &str) -> bool {
    text(filled, name) == "yes"
}

/// The settings, or `None` with each error at its field. A threshold that nobody touched stays as it was kept.
fn settings(filled: &Filled, old: &AlertSettings, show: &Show, form: &mut Form) -> Option<AlertSettings> {
    let rules: Vec<Option<AlertRule>> = AlertKind::ALL.map(|kind| rule(kind, filled, old, show, form)).to_vec();
    let mut hours = Vec::new();
    let mut refused = false;
    for (name, _, from, to, days) in QUIET {
        match quiet(filled, (from, to), days) {
            Ok(found) => hours.extend(found),
            Err(why) => {
                form.refuse(name, why);
                refused = true;
            }
        }
    }
    let rules = rules.into_iter().collect::<Option<Vec<_>>>().filter(|_| !refused)?;
    let quiet = QuietHours { hours, urgent_waits: on(filled, "urgent_waits") };
    Some(AlertSettings { rules, quiet, says_value: on(filled, "says_value") })
}

fn rule(kind: AlertKind, filled: &Filled, old: &AlertSettings, show: &Show, form: &mut Form) -> Option<AlertRule> {
    let [_, switch, at, delay, repeat] = keys(kind);
    let before = old.rule(kind);
    let typed = text(filled, at);
    let threshold = if typed == threshold_text(before.threshold, show) {
        Some(before.threshold)
    } else {
        typed_threshold(kind, typed, show.unit)
    };
    let delay_min = if kind == AlertKind::NoData { Some(0) } else { text(filled, delay).parse::<u16>().ok() };
    let repeat_min = Some(text(filled, repeat)).filter(|text| !text.is_empty()).map(|text| text.parse().unwrap_or(0));
    let rule = threshold.zip(delay_min).map(|(threshold, delay_min)| AlertRule {
        kind,
        on: on(filled, switch),
        threshold,
        delay_min,
        repeat_min,
    });
    if let Some(rule) = rule.filter(AlertRule::is_sensible) {
        return Some(rule);
    }
    let wrong_delay = delay_min.is_none_or(|minutes| minutes > 240);
    if wrong_delay {
        form.refuse(delay, "Write a number of minutes from 0 to 240.");
    } else {
        form.refuse(at, range_words(kind, show.unit));
    }
    None
}

fn typed_threshold(kind: AlertKind, typed: &str, unit: Unit) -> Option<Threshold> {
    match kind {
        AlertKind::FallingFast | AlertKind::RisingFast => typed.parse().ok().map(Threshold::Rate),
        AlertKind::NoData => typed.parse().ok().map(Threshold::Minutes),
        _ => {
            let value: f64 = typed.replace(',', ".").parse().ok()?;
            let tenths = (value * 10.0).round() / 10.0;
            Glucose::new(if unit == Unit::MmolL { tenths } else { value.round() }, unit).map(Threshold::Glucose)
        }
    }
}

fn range_words(kind: AlertKind, unit: Unit) -> &'static str {
    match (kind, unit) {
        (AlertKind::UrgentLow, Unit::MgDl) => "An urgent low lies between 40 and 70 mg/dL.",
        (AlertKind::UrgentLow, Unit::MmolL) => "An urgent low lies between 2.3 and 3.9 mmol/L.",
        (AlertKind::Low | AlertKind::PredictedLow, Unit::MgDl) => "A low lies between 50 and 120 mg/dL.",
        (AlertKind::Low | AlertKind::PredictedLow, Unit::MmolL) => "A low lies between 2.8 and 6.6 mmol/L.",
        (AlertKind::High, Unit::MgDl) => "A high lies between 100 and 400 mg/dL.",
        (AlertKind::High, Unit::MmolL) => "A high lies between 5.6 and 22.2 mmol/L.",
        (AlertKind::NoData, _) => "Write a number of minutes from 20 to 720.",
        (AlertKind::FallingFast | AlertKind::RisingFast, _) => "Choose how fast.",
    }
}

fn quiet(filled: &Filled, (from, to): (&str, &str), days: [&str; 7]) -> Result<Option<WeeklyPause>, &'static str> {
    let ticked = days.iter().enumerate().fold(0, |bits, (place, name)| bits | (u8::from(on(filled, name)) << place));
    let (begins, ends) = (text(filled, from), text(filled, to));
    if ticked == 0 && begins.is_empty() && ends.is_empty() {
        return Ok(None);
    }
    let (begins, ends) = (minute(begins), minute(ends));
    let (Some(begins), Some(ends)) = (begins, ends) else {
        return Err("Write both times as hours and minutes, such as 22:00 and 06:30, or leave both empty.");
    };
    if ticked == 0 {
        return Err("Tick the days, or leave the times empty.");
    }
    let hours = WeeklyPause::new(ticked, begins, ends);
    hours.map(Some).map_err(|_| "Quiet hours leave some time of the week in which you can be told.")
}

fn minute(text: &str) -> Option<u16> {
    let time: Time = text.parse().ok()?;
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).ok()
}

/// The form in parts, one for each heading.
fn sections(form: &Form) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for field in &form.fields {
        if field.is_heading() {
            sections.push(Section { id: field.name, title: field.label, form: Form::default() });
        } else if let Some(section) = sections.last_mut() {
            section.form.fields.push(field.clone());
        }
    }
    sections
}

/// What was chosen so far, and the record, to those who can be told of it.
async fn read(visit: &Visit) -> Result<(AlertSettings, Record), Problem> {
    let look = |patient: &mut Access<'_, View>| {
        patient.alerts()?;
        patient.record()
    };
    let record = visit.with(Purpose::Alerts, look).await?;
    let id = visit.record;
    let kept = visit.web.store.with_account(visit.me.actor(), move |own| own.alert_settings(id)).await?;
    Ok((kept.unwrap_or_else(AlertSettings::usual), record))
}

async fn shown(visit: &Visit, record: &Record, form: Form) -> Result<Response, Problem> {
    let frame = visit.frame(&format!("{}: what I am told of", record.name), record, Tab::Alerts).await?;
    let sections = sections(&form);
    Ok(render(&RulesPage { frame, base: visit.url(""), form, sections }))
}

fn zone(visit: &Visit) -> String {
    visit.me.session.zone.iana_name().unwrap_or("UTC").to_owned()
}

pub async fn page(visit: Visit) -> Result<Response, Problem> {
    let (kept, record) = read(&visit).await?;
    let show = visit.show();
    shown(&visit, &record, form(&fields_of(&kept, &show), &show, &zone(&visit))).await
}

pub async fn change(visit: Visit, axum::Form(filled): axum::Form<Filled>) -> Result<Response, Problem> {
    let (kept, record) = read(&visit).await?;
    let show = visit.show();
    let mut form = form(&filled, &show, &zone(&visit));
    let status = match settings(&filled, &kept, &show, &mut form) {
        None => StatusCode::UNPROCESSABLE_ENTITY,
        Some(new) => {
            let id = visit.record;
            match visit.web.store.with_account(visit.me.actor(), move |own| own.choose_alerts(id, &new)).await {
                Ok(()) => return Ok(Redirect::to(&visit.url("/alerts?done=rules")).into_response()),
                Err(why) => proving::refuse(&mut form, why, proving::NEEDED, None)?,
            }
        }
    };
    Ok((status, shown(&visit, &record, form).await?).into_response())
}
