//! Where things stand. By name in the languages we know, else by place: the order is the same in every language.

use crate::{columns::Columns, table::Row};
use glucose::Unit;

pub(super) struct Layout {
    names: Columns,
    pub time: usize,
    pub kind: usize,
    pub subtype: usize,
    pub person: usize,
    pub device: usize,
    pub source: usize,
    pub glucose: usize,
    pub insulin: usize,
    pub carbs: usize,
    pub duration: usize,
    pub ticks: usize,
    /// The clinic's form of 2018 has none.
    pub transmitter: Option<usize>,
    /// As the header names it; `None` when it does not.
    pub unit: Option<Unit>,
}

const TIME: &[&str] = &["timestamp", "zeitstempel", "marca temporal", "data e ora", "horodatage", "tijdstempel"];
const KIND: &[&str] = &["event type", "ereignisart", "ereignistyp", "tipo de evento", "tipo di evento"];
const SUBTYPE: &[&str] = &["event subtype", "ereignis-unterart", "subtipo de evento", "sottotipo di evento"];
const PERSON: &[&str] = &["patient info", "patienten-info", "información del paciente", "informazioni sul paziente"];
const DEVICE: &[&str] = &["device info", "geräteinfo", "información del dispositivo", "informazioni sul dispositivo"];
const SOURCE: &[&str] =
    &["source device id", "quellengerät-id", "id del dispositivo de origen", "id dispositivo di origine"];
const GLUCOSE: &[&str] =
    &["glucose value", "glukosewert", "nivel de glucosa", "valor de glucosa", "valore del glucosio"];
const INSULIN: &[&str] =
    &["insulin value", "insulinwert", "nivel de insulina", "valor de insulina", "valore dell'insulina"];
const CARBS: &[&str] =
    &["carb value", "kohlenh.-wert", "nivel de carbohidratos", "valor de carbohidratos", "valore dei carboidrati"];
const DURATION: &[&str] = &["duration", "dauer", "duración", "durata", "durée", "duur"];
const TICKS: &[&str] =
    &["transmitter time", "transmitterzeit", "hora del transmisor", "tiempo del transmisor", "ora trasmettitore"];
const TRANSMITTER: &[&str] = &["transmitter id", "transmitter-id", "id del transmisor", "id trasmettitore"];
const INDEX: &[&str] = &["index", "índice", "indice"];
/// Columns that hold nothing for us.
const RATE: &[&str] = &[
    "glucose rate of change",
    "glukose-änderungsgeschwindigkeit",
    "velocidad de cambio de glucosa",
    "velocità di variazione del glucosio",
];

/// How many columns a header must have to be read by place.
const WIDTHS: std::ops::RangeInclusive<usize> = 13..=14;

impl Layout {
    pub fn of(header: &Row<'_>) -> Option<Self> {
        if !WIDTHS.contains(&header.len()) || !is_time_column(header.get(1)) {
            return None;
        }
        let names = Columns::of(header);
        let at = |place: usize, keys: &[&str]| names.find_any(keys).unwrap_or(place);
        let glucose = at(7, GLUCOSE);
        Some(Self {
            time: at(1, TIME),
            kind: at(2, KIND),
            subtype: at(3, SUBTYPE),
            person: at(4, PERSON),
            device: at(5, DEVICE),
            source: at(6, SOURCE),
            glucose,
            insulin: at(8, INSULIN),
            carbs: at(9, CARBS),
            duration: at(10, DURATION),
            ticks: at(12, TICKS),
            transmitter: (header.len() > 13).then(|| at(13, TRANSMITTER)),
            unit: names.glucose_unit(glucose).or_else(|| names.glucose_unit(11)),
            names,
        })
    }

    pub fn name(&self, column: usize) -> &str {
        self.names.name(column)
    }

    /// Headers in a language that we do not know are read by place; that is said once.
    pub fn unknown(&self) -> Vec<&str> {
        let known = [
            INDEX,
            TIME,
            KIND,
            SUBTYPE,
            PERSON,
            DEVICE,
            SOURCE,
            GLUCOSE,
            INSULIN,
            CARBS,
            DURATION,
            RATE,
            TICKS,
            TRANSMITTER,
        ]
        .concat();
        let unknown = self.names.unknown(&known);
        let by_place = unknown.len() > 8;
        if by_place { Vec::new() } else { unknown.into_iter().filter(|name| !name.contains("ndex")).collect() }
    }
}

/// `Timestamp (YYYY-MM-DDThh:mm:ss)`, with any letters for the date's parts.
fn is_time_column(name: &str) -> bool {
    let Some((_, inside)) = name.trim_matches('"').rsplit_once('(') else { return false };
    let parts: Vec<&str> = inside.trim_end_matches(['"', ')']).split('-').collect();
    parts.len() == 3 && parts[2].to_ascii_lowercase().ends_with("hh:mm:ss")
}
