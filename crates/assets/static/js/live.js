// A new value appears by itself: while the page is seen it is fetched again every minute, and its live parts are changed.
import { enlivenAll } from "./chart.js";

const EVERY = 60_000;
// Fetching counts as use of the session, so on a device that is not one's own it ends with the person's attention.
const ATTENTION = 2 * 60_000;
const isOwnDevice = document.querySelector("[data-own-device]") !== null;
let fetchedAt = Date.now();
let touchedAt = Date.now();

for (const kind of ["pointerdown", "pointermove", "keydown", "scroll"]) {
  addEventListener(kind, () => (touchedAt = Date.now()), { passive: true });
}

async function refresh() {
  const now = Date.now();
  const isAttended = isOwnDevice || now - touchedAt < ATTENTION;
  if (document.hidden || !isAttended || now - fetchedAt < EVERY) return;
  fetchedAt = now;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) change(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // Without a connection the page stays as it is; the age beside the value goes on counting.
  }
}

function change(fresh) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const part = fresh.querySelector(`[data-live="${old.dataset.live}"]`);
    if (!part || old.contains(document.activeElement) || old.matches(":hover:has([data-chart])")) continue;
    old.replaceChildren(...part.childNodes);
    enlivenAll(old);
  }
}

setInterval(refresh, 5_000);
document.addEventListener("visibilitychange", refresh);
