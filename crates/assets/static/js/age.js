// How long ago, in the same words as the server's.
const MINUTE = 60_000;
const OLD_AFTER = 15 * MINUTE;

export function isOld(at, now) {
  return now - at > OLD_AFTER;
}

export function age(at, now) {
  const passed = now - at;
  if (Math.abs(passed) < MINUTE) return "just now";
  const words = span(Math.abs(passed));
  return passed > 0 ? `${words} ago` : `in ${words}`;
}

function span(milliseconds) {
  const minutes = Math.floor(milliseconds / MINUTE);
  if (minutes < 60) return count(minutes, "minute");
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? count(hours, "hour") : count(Math.floor(hours / 24), "day");
}

function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
