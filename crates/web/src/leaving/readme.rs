//! What stands in an export beside the data: how to read them.

/// In short lines, for any editor.
pub const TEXT: &str = "\
Everything that Kinsight keeps for you
======================================

account.json           your account: name, address, settings, records, open sessions
activity.csv           what happened to the account
messages.csv           the messages that were sent to you: when, and their subjects
records/N-Name/        one folder for each of your records:
  record.json          whose data these are, with whom they are shared, the devices
  readings.csv         every glucose value; Kinsight reads this file again
  readings.ndjson      the same for programs: one JSON object a line
  events.csv           insulin, carbohydrate, notes, alarms and all else
  events.ndjson        the same for programs: one JSON object a line
  documents.ndjson     what phone apps sent, to the last field: one JSON object a line
  uploads.json         what came when and from where
  uploads/             the files you brought, as they came
  view-history.csv     who saw, took away or changed what, and when
  receipts.csv         reports and exports that were taken away

Times have the offset of the device's clock behind them: 2026-03-18T20:00:00+01:00. Times without a device's
clock are in UTC (Z).

readings.csv
  time      when
  glucose   how much, in the unit it came in: nothing is converted and nothing is rounded
  unit      mg/dL or mmol/L
  kind      sensor, scan (a sensor read by hand) or meter (a finger's drop)
  limit     below or above, when the device was at the end of its scale; else empty
  trend     the device's arrow, when it gave one
  source    where it came from
  uploads   the numbers of all uploads that brought it, as in uploads.json
  device, serial   of which device
  id, app, fields  what an app gave beside it
Each measurement stands here once, also when several uploads brought it. The files in uploads/ have all of them.

events.csv
  time      when
  what      bolus, basal, carbs, note, alarm, and so on
  amount, unit     the main amount: U of insulin, U/h, g, mg/dL, mmol/L
  minutes   how long it lasted
  text      in the person's or the device's words
  details   further amounts as JSON; each name ends in its unit
  source … fields  as above

A cell that begins with = + - @ (or a tab or line break) has an apostrophe put before it, so that no table program takes
what somebody wrote for a formula. Numbers are never changed.

Not in here, because they would let somebody in: your password, second-step secrets, codes, tokens and your phrase.
They are kept as hashes or sealed, and nobody needs them elsewhere.
";
