//! Another Nightscout site: lists of its collections are read as files of the same are.

use super::{Refused, gather::Gather, node::Node};
use crate::{Context, Import, nightscout, text::head};
use serde_json::Value;

pub(super) fn read(text: &str, gather: &mut Gather<'_>) -> Result<(), Refused> {
    let Some(format) = nightscout::recognises_json(head(text)) else { return read_nothing(text, gather) };
    let mut told = |_| true;
    let mut cx = Context::new(gather.zone, text.len(), &mut told);
    let service = gather.service.name();
    let import = nightscout::read(text, format, &mut cx).map_err(|refused| match refused {
        crate::Refused::Truncated { .. } => Refused::CutOff { service },
        _ => Refused::NotJson { service },
    })?;
    take(import.finished(), gather);
    Ok(())
}

/// An empty list, or a refusal.
fn read_nothing(text: &str, gather: &Gather<'_>) -> Result<(), Refused> {
    let answer = gather.json(text)?;
    let node = Node(&answer);
    let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    if is_empty(&answer) || node.get("result").is_some_and(|result| is_empty(result.0)) {
        return Ok(());
    }
    let code = node.number("status").filter(|status| *status >= 400.0).and_then(|_| node.code("status"));
    Err(code.map_or_else(|| gather.no_values(), |code| gather.said(code)))
}

fn take(import: Import, gather: &mut Gather<'_>) {
    gather.pulled.devices = import.devices;
    import.readings.into_iter().for_each(|reading| gather.reading(reading));
    import.events.into_iter().for_each(|event| gather.event(event));
    import.remarks.into_iter().for_each(|words| gather.remark(words));
    if let Some(first) = import.problems.first() {
        gather.remark(format!("Documents not taken: {}. The first: {}", import.problem_count, first.why));
    }
}
