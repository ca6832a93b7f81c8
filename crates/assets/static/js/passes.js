// The patient's visit passes: counted down, and shown anew when one is opened or over. Asking keeps no session open.
import { left } from "./countdown.js";

const section = document.querySelector("[data-passes]");
const { passes: path } = section.dataset;
const list = section.querySelector("[data-list]");
const said = section.querySelector("[data-said]");
const QUIETLY = { "kinsight-quiet": "1" };
const ASK_EVERY = 3_000;

let state = section.dataset.state;
let seenAt = Date.now();
let asking = false;

async function ask() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    const headers = { accept: "application/json", ...QUIETLY };
    const answer = await fetch(`${path}/state`, { headers, cache: "no-store", credentials: "same-origin" });
    if (answer.ok) {
      const now = (await answer.json()).state;
      if (now !== state) await change(now);
    }
  } catch {
    // Without a connection the page stays as it is, and counts on.
  }
  asking = false;
}

async function change(now) {
  const answer = await fetch(path, { headers: QUIETLY, cache: "no-store", credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-passes]");
  const focused = document.activeElement?.dataset?.end;
  list.replaceChildren(...fresh.querySelector("[data-list]").childNodes);
  seenAt = Date.now();
  if (focused) (document.querySelector(`[data-end="${focused}"]`) ?? said).focus?.();
  const opened = now.split(" ").some((pass) => pass.endsWith(":opened") && !state.includes(pass));
  said.textContent = opened ? "A visit pass was opened." : "The list of visit passes has changed.";
  state = fresh.dataset.state;
  hideNew();
  count();
}

// Square and code are of no use any more once they were used or are too old.
function hideNew() {
  const made = document.querySelector("[data-new]");
  if (made && !state.includes(`${made.dataset.new}:waiting`)) made.remove();
}

function count() {
  for (const element of list.querySelectorAll("[data-left]")) {
    element.textContent = left(Number(element.dataset.left) * 1000 - (Date.now() - seenAt));
  }
}

count();
setInterval(count, 1_000);
setInterval(ask, ASK_EVERY);
document.addEventListener("visibilitychange", ask);
