//! Whether time tells strangers which addresses have an account: the same requests for known and unknown ones, in random order,
//! each from a network of its own.

use super::mann_whitney::p_value;
use super::{Measured, median};
use crate::clock;
use crate::commands::serve;
use crate::settings::Settings;
use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use glucose::Unit;
use sharing::Email;
use std::net::{Ipv4Addr, SocketAddr};
use store::{Clock, NewAccount, SeedAccount, SeedPlan};
use tower::ServiceExt as _;
use web::Web;

const SAMPLES: u32 = 200;
const HOST: &str = "127.0.0.1:8642";
const PASSWORD: &str = "seven grey herons stand still";
/// Medians of known and unknown may differ by so much.
const GOAL: f64 = 1.1;

/// A request that strangers can make about an address.
struct Asked {
    what: &'static str,
    path: &'static str,
    fields: &'static str,
    status: u16,
}

const ASKED: [Asked; 3] = [
    Asked { what: "sign-in, wrong password", path: "/sign-in", fields: "password=not+the+password", status: 401 },
    Asked {
        what: "sign-up",
        path: "/sign-up",
        fields: "password=nine+red+kites+over+a+hill&name=Nora+Vik&country=DE&unit=mg%2FdL&zone=Europe%2FBerlin&language=en",
        status: 303,
    },
    Asked { what: "link for a new device", path: "/sign-in/way", fields: "", status: 303 },
];

/// Known addresses have the account of this number; unknown ones none.
fn address(known: bool, number: u32) -> String {
    format!("{}{number:03}@example.org", if known { "known" } else { "other" })
}

fn account(number: u32) -> Result<SeedAccount> {
    let new = NewAccount {
        email: Email::parse(&address(true, number))?,
        password: PASSWORD.to_owned(),
        name: format!("Person {number}"),
        born_on: None,
        country: "DE".to_owned(),
        language: "en".to_owned(),
        unit: Unit::MgDl,
        zone: "Europe/Berlin".to_owned(),
        with_record: false,
    };
    Ok(SeedAccount { new, records: Vec::new() })
}

/// Medians, their ratio, and how likely such a difference is when there is none.
pub async fn sign_in(settings: &Settings) -> Result<Vec<Measured>> {
    let (store, _) = serve::open_quietly(settings)?;
    let accounts = (0..SAMPLES).map(account).collect::<Result<_>>()?;
    store.seed(SeedPlan { accounts, ..SeedPlan::default() }).await.context("the people were not kept")?;
    let router = web::router(Web::new(store, Clock::new(clock::now), settings.web(HOST.parse()?)?));
    let mut measured = Vec::new();
    for asked in &ASKED {
        measured.extend(compare(&router, asked).await?);
    }
    Ok(measured)
}

async fn compare(router: &Router, asked: &Asked) -> Result<Vec<Measured>> {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    // The first tell more of the program's start than of the address.
    for number in 0..20 {
        one(router, asked, &format!("warm{number}@example.org"), 1000 + number).await?;
    }
    for place in shuffled(2 * SAMPLES) {
        let (is_known, number) = (place % 2 == 0, place / 2);
        let took = one(router, asked, &address(is_known, number), place).await?;
        if is_known { known.push(took) } else { unknown.push(took) }
    }
    let p = p_value(&known, &unknown);
    let (known, unknown) = (median(known), median(unknown));
    let what = asked.what;
    Ok(vec![
        Measured::new(format!("{what}: known address, median"), known, "ms", None),
        Measured::new(format!("{what}: unknown address, median"), unknown, "ms", None),
        Measured::new(
            format!("{what}: the larger by the smaller"),
            known.max(unknown) / known.min(unknown),
            "",
            Some(GOAL),
        ),
        Measured::new(format!("{what}: Mann–Whitney p (below 0.01: told apart)"), p, "", None),
    ])
}

async fn one(router: &Router, asked: &Asked, email: &str, network: u32) -> Result<f64> {
    let body = format!("email={}&{}", email.replace('@', "%40"), asked.fields);
    let mut request = Request::post(asked.path)
        .header(header::HOST, HOST)
        .header(header::ORIGIN, format!("http://{HOST}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))?;
    let peer = Ipv4Addr::from_bits(Ipv4Addr::new(198, 18, 0, 0).to_bits() + network);
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer, 4000))));
    let begun = clock::instant();
    let answer = router.clone().oneshot(request).await?;
    let status = answer.status();
    to_bytes(answer.into_body(), usize::MAX).await?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    if status.as_u16() != asked.status {
        bail!("{}: {status} instead of {}", asked.what, asked.status);
    }
    Ok(took)
}

/// All numbers below `count`, each once, in an order that is the same every time and follows nothing.
fn shuffled(count: u32) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..count).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for at in (1..numbers.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        numbers.swap(at, (state >> 33) as usize % (at + 1));
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::shuffled;

    #[test]
    fn a_shuffled_list_has_every_number_once_and_not_in_order() {
        let mut numbers = shuffled(400);
        let falls = numbers.windows(2).filter(|pair| pair[0] > pair[1]).count();
        assert!((150..250).contains(&falls), "{falls}");
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..400));
    }
}
