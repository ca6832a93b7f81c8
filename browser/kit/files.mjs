// Synthetic device files, made from nothing but arithmetic: a wave over the day with a dip each night.
const two = (number) => String(number).padStart(2, "0");

function* readings(days, lastDay) {
  const end = Date.UTC(lastDay.getUTCFullYear(), lastDay.getUTCMonth(), lastDay.getUTCDate());
  for (let at = end - (days - 1) * 86400000; at < end + 86400000; at += 300000) {
    const minute = (at / 60000) % 1440;
    const day = Math.floor(at / 86400000);
    const value = 135 + 45 * Math.sin((minute / 1440) * 4 * Math.PI + (day % 5)) + 12 * Math.sin(minute / 37 + day);
    if (at <= lastDay.getTime()) yield { at: new Date(at), mgDl: Math.round(Math.max(52, value)) };
  }
}

// A plain CSV: a time with its zone, and a glucose column.
export function plainCsv(days, lastDay) {
  const lines = ["time,glucose (mg/dL)"];
  for (const { at, mgDl } of readings(days, lastDay)) lines.push(`${at.toISOString()},${mgDl}`);
  return Buffer.from(`${lines.join("\n")}\n`);
}

const columns =
  "Index;Date;Time;New Device Time;BG Source;BG Reading (mg/dL);Linked BG Meter ID;Basal Rate (U/h);Temp Basal Amount;Temp Basal Type;Temp Basal Duration (h:mm:ss);Bolus Type;Bolus Volume Selected (U);Bolus Volume Delivered (U);Bolus Duration (h:mm:ss);Prime Type;Prime Volume Delivered (U);Estimated Reservoir Volume after Fill (U);Alert;User Cleared Alerts;Suspend;Rewind;BWZ Estimate (U);BWZ Target High BG (mg/dL);BWZ Target Low BG (mg/dL);BWZ Carb Ratio (g/U);BWZ Insulin Sensitivity (mg/dL/U);BWZ Carb Input (grams);BWZ BG/SG Input (mg/dL);BWZ Correction Estimate (U);BWZ Food Estimate (U);BWZ Active Insulin (U);BWZ Status;Sensor Calibration BG (mg/dL);Sensor Glucose (mg/dL);ISIG Value;Event Marker;Bolus Number;Bolus Cancellation Reason;BWZ Unabsorbed Insulin Total (U);Final Bolus Estimate;Scroll Step Size;Insulin Action Curve Time;Sensor Calibration Rejected Reason;Preset Bolus;Bolus Source;BLE Network Device;Device Update Event;Network Device Associated Reason;Network Device Disassociated Reason;Network Device Disconnected Reason;Sensor Exception;Preset Temp Basal Name;Sensor State".split(";");

function section(kind, rows) {
  const cells = rows.map(({ at, fields }, index) => {
    const day = `${at.getUTCFullYear()}/${two(at.getUTCMonth() + 1)}/${two(at.getUTCDate())}`;
    const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
    const named = { Index: `${index},00000`, Date: day, Time: time, ...fields };
    return columns.map((column) => named[column] ?? "").join(";");
  });
  return [`-------;MiniMed 780G MMT-1886;${kind};NG7654321H;------- `, columns.join(";"), ...cells, ""];
}

// A CareLink CSV with sections, newest row first, decimal commas; one sensor value is no number.
export function careLink(days, lastDay, { name = "Mika", surname = "Example" } = {}) {
  const sensor = [...readings(days, lastDay)].reverse();
  const day = (at) => `${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${at.getUTCFullYear()} 00:00:00`;
  const meals = sensor.filter(({ at }) => [8, 13, 19].includes(at.getUTCHours()) && at.getUTCMinutes() === 0);
  const bolus = {
    "Bolus Type": "Normal", "Bolus Volume Selected (U)": "4,5", "Bolus Volume Delivered (U)": "4,5", "Bolus Source": "BOLUS_WIZARD",
  };
  const wizard = {
    "BWZ Estimate (U)": "4,5", "BWZ Carb Ratio (g/U)": "10,00", "BWZ Carb Input (grams)": "45,00", "BWZ Status": "Delivered",
  };
  const lines = [
    "Last Name;First Name;Patient ID;System ID;Start Date;End Date;Device;MiniMed 780G MMT-1886;Hardware Version;A2.01",
    `"${surname}";"${name}";"";"";"${day(sensor.at(-1).at)}";"${day(lastDay)}";"Serial Number";NG7654321H;Software Version;`,
    "Patient DOB;;;;;;CGM;Guardian™ 4 Sensor",
    "Device data shown may exceed selected date range.",
    "",
    ...section("Pump", meals.flatMap(({ at }) => [{ at, fields: bolus }, { at, fields: wizard }])),
    ...section("Sensor", sensor.map(({ at, mgDl }, index) => ({
      at, fields: { "Sensor Glucose (mg/dL)": index === 7 ? "12x" : mgDl, "ISIG Value": "20,15" },
    }))),
  ];
  return Buffer.from(`\ufeff${lines.join("\r\n")}\r\n`);
}
