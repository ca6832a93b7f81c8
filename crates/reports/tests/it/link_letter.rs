//! The letter with a clinic's code: everything on one page, read aloud in order, and the code as it is typed.

use crate::paper::{assert_tells, holds, page_count};
use jiff::civil::date;
use reports::{LinkLetter, Paper, link_letter};

fn letter(clinic: &str) -> LinkLetter {
    LinkLetter {
        clinic: clinic.to_owned(),
        patient: "Paul Winter".to_owned(),
        code: "7K3MQ-9TRW4".to_owned(),
        link: "https://kinsight.example.org/link/7K3MQ9TRW4".to_owned(),
        squares: (0..33).map(|y| (0..33).map(|x| (x * y + x / 3 + y / 5) % 3 != 0).collect()).collect(),
        address: "https://kinsight.example.org".to_owned(),
        sees: "glucose, insulin, carbs and device settings and alarms, until 31 Jan 2027, 23:59".to_owned(),
        until: "25 Mar 2026, 14:05".to_owned(),
        language: "en",
        made_on: date(2026, 3, 18),
    }
}

#[test]
fn it_holds_on_one_page_and_can_be_read_aloud() {
    for paper in [Paper::A4, Paper::Letter] {
        for clinic in
            ["Northside", "Centre for Diabetes, Endocrinology and Metabolism of the University Hospital of the North"]
        {
            let pdf = link_letter(&letter(clinic), paper).unwrap();
            assert_eq!(page_count(&pdf), 1);
            assert_tells(&pdf, &["7K3MQ-9TRW4", "Paul Winter", "25 Mar 2026, 14:05", "Then accept or decline"]);
            for part in ["pdfuaid:part", "/S/H1", "/S/H2", "/S/Figure", "/Lang(en)"] {
                assert!(holds(&pdf, part), "{part}");
            }
        }
    }
}
