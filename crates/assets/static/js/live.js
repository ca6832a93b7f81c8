// A new value appears by itself: while the page is seen it is fetched again every minute, and its live parts are changed.
import { enlivenAll } from "./chart.js";

const EVERY = 60_000;
// Nobody asked for it, so it does not count as use of the session.
const QUIETLY = { "kinsight-quiet": "1" };
let fetchedAt = Date.now();

async function refresh() {
  const now = Date.now();
  if (document.hidden || now - fetchedAt < EVERY) return;
  fetchedAt = now;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", headers: QUIETLY });
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
