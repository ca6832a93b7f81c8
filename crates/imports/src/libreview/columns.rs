//! Where things stand. By name in the languages we know; the nineteen places never change, so they tell in the others.

use crate::{columns::Columns, table::Row};
use glucose::Unit;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Device,
    Serial,
    Time,
    Kind,
    Historic,
    Scan,
    RapidTaken,
    Rapid,
    FoodTaken,
    Grams,
    Servings,
    LongTaken,
    Long,
    Notes,
    Strip,
    Ketone,
    Meal,
    Correction,
    Change,
    Previous,
    Updated,
}

/// In the order of the nineteen columns, with the names in English, German, Spanish and French.
const ROLES: &[(Role, &[&str])] = &[
    (Role::Device, &["device", "gerät", "dispositivo", "appareil"]),
    (Role::Serial, &["serial number", "seriennummer", "número de serial", "número de serie", "numéro de série"]),
    (
        Role::Time,
        &[
            "device timestamp",
            "gerätezeitstempel",
            "sello de tiempo del dispositivo",
            "horodatage de l'appareil",
            "meter timestamp",
            "time",
        ],
    ),
    (Role::Kind, &["record type", "aufzeichnungstyp", "tipo de registro", "type d'enregistrement"]),
    (Role::Historic, &["historic glucose", "glukosewert-verlauf", "historial de glucosa", "historique de la glycémie"]),
    (Role::Scan, &["scan glucose", "glukose-scan", "escaneo de glucosa", "numérisation de la glycémie"]),
    (
        Role::RapidTaken,
        &[
            "non-numeric rapid-acting insulin",
            "nicht numerisches schnellwirkendes insulin",
            "insulina de acción rápida no numérica",
        ],
    ),
    (
        Role::Rapid,
        &[
            "rapid-acting insulin",
            "rapid-acting insulin value",
            "schnellwirkendes insulin",
            "insulina de acción rápida",
        ],
    ),
    (Role::FoodTaken, &["non-numeric food", "nicht numerische nahrungsdaten", "alimento no numérico"]),
    (Role::Grams, &["carbohydrates", "kohlenhydrate", "carbohidratos", "glucides"]),
    (Role::Servings, &["carbohydrate servings"]),
    (
        Role::LongTaken,
        &["non-numeric long-acting insulin", "nicht numerisches depotinsulin", "insulina de acción larga no numérica"],
    ),
    (Role::Long, &["long-acting insulin", "long-acting insulin value", "depotinsulin", "insulina de acción larga"]),
    (Role::Notes, &["notes", "notizen", "notas", "remarques", "commentaires"]),
    (Role::Strip, &["strip glucose", "glukose-teststreifen", "tira reactiva para glucosa", "glycémie par bandelette"]),
    (Role::Ketone, &["ketone", "keton", "cuerpos cetónicos", "cétone"]),
    (Role::Meal, &["meal insulin", "mahlzeiteninsulin", "comida e insulina"]),
    (Role::Correction, &["correction insulin", "korrekturinsulin", "insulina de corrección"]),
    (Role::Change, &["user change insulin", "insulin-änderung durch anwender", "insulina del cambio de usuario"]),
    (Role::Previous, &["previous time"]),
    (Role::Updated, &["updated time"]),
];

/// Columns of the full form; the last two roles are the desktop program's.
const FULL: usize = 19;

pub(super) struct Layout {
    names: Columns,
    places: [Option<usize>; ROLES.len()],
    pub unit: Unit,
}

impl Layout {
    pub fn of(header: &Row<'_>) -> Option<Self> {
        if header.len() < 10 {
            return None;
        }
        let names = Columns::of(header);
        let mut places = [None; ROLES.len()];
        for index in 0..names.len() {
            if let Some(role) = role_of(&names, index) {
                places[role as usize].get_or_insert(index);
            }
        }
        let named = |role: Role| places[role as usize].is_some();
        let is_known = named(Role::Time) && named(Role::Kind) && (named(Role::Historic) || named(Role::Scan));
        let unit = (0..names.len()).find_map(|index| names.glucose_unit(index));
        let units_in_place = names.glucose_unit(4).is_some() && names.glucose_unit(5).is_some();
        let by_place = names.len() == FULL && units_in_place;
        if !is_known && !by_place {
            return None;
        }
        if by_place {
            (0..FULL).for_each(|place| {
                places[place].get_or_insert(place);
            });
        }
        let unit = places[Role::Historic as usize].and_then(|place| names.glucose_unit(place)).or(unit)?;
        Some(Self { names, places, unit })
    }

    pub fn at(&self, role: Role) -> Option<usize> {
        self.places[role as usize]
    }

    pub fn name(&self, role: Role) -> &str {
        self.at(role).map_or("", |index| self.names.name(index))
    }

    pub fn unknown(&self) -> Vec<&str> {
        let is_known = |index: &usize| self.places.contains(&Some(*index)) || self.names.key(*index) == "id";
        (0..self.names.len()).filter(|index| !is_known(index)).map(|index| self.names.name(index)).collect()
    }
}

fn role_of(names: &Columns, index: usize) -> Option<Role> {
    let key = names.key(index).replace('’', "'");
    let key = ["mg/dl", "mmol/l"].iter().find_map(|unit| key.strip_suffix(unit)).unwrap_or(&key).trim();
    let role = ROLES.iter().find(|(_, words)| words.contains(&key)).map(|(role, _)| *role)?;
    let unit = names.unit(index).unwrap_or_default().to_lowercase();
    // Two columns have one name and differ by the unit: grams and servings.
    let servings = ["servings", "portionen", "porciones", "portions"].contains(&unit.as_str());
    Some(if role == Role::Grams && servings { Role::Servings } else { role })
}
