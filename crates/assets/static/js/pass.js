// Counts a visit pass down, asks whether it still runs, and leaves nothing on the page when it does not.
import { left } from "./countdown.js";

const bar = document.querySelector("[data-pass]");
const tag = bar.dataset.pass;
const shown = bar.querySelector("[data-pass-left]");
const said = bar.querySelector("[data-pass-said]");
const ASK_EVERY = 3_000;

let ends = Date.now() + Number(bar.dataset.left) * 1000;
let askedAt = Date.now();
let over = false;

// First out of the document, then away; the page takes no place among those that Back leads to.
function leave() {
  if (over) return;
  over = true;
  document.body.replaceChildren();
  document.title = "Visit pass over · Kinsight";
  location.replace("/pass/over");
}

async function ask() {
  askedAt = Date.now();
  try {
    const answer = await fetch("/pass/state", { headers: { accept: "application/json" }, cache: "no-store", credentials: "same-origin" });
    if (!answer.ok) return;
    const { open, tag: running, left_s } = await answer.json();
    if (!open || running !== tag) return leave();
    ends = Date.now() + left_s * 1000;
  } catch {
    // Without a connection the page runs down by itself.
  }
}

function tick() {
  if (over) return;
  const now = Date.now();
  if (now >= ends) return leave();
  shown.textContent = left(ends - now);
  if (Math.ceil((ends - now) / 1000) === 60) said.textContent = "One minute left.";
  if (now - askedAt >= ASK_EVERY) ask();
}

// A page from the browser's memory may be older than the end.
addEventListener("pageshow", async (event) => {
  if (!event.persisted) return;
  document.body.hidden = true;
  await ask();
  document.body.hidden = false;
});
document.addEventListener("visibilitychange", () => document.hidden || ask());
tick();
setInterval(tick, 1_000);
