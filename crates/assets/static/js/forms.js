// The sign-up form: the browser knows its zone.
const zone = document.querySelector("#zone");
if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
