// A new value appears by itself, and a page that may no longer be seen shows nothing any more. The server says over a stream that
// there is something new, never what: the page is fetched again, and its live parts are changed. Without the stream it is
// fetched every minute. A hidden tab holds no stream, and fetches when it is seen again.
import { enlivenAll } from "./chart.js";

const EVERY = 60_000;
const SOON = 200; // an upload brings many readings at once
// Nobody asked for it, so it does not count as use of the session.
const QUIETLY = { "kinsight-quiet": "1" };
const page = document.querySelector("template[data-stream]");
const parts = () => document.querySelectorAll("[data-live]");
const SOONEST = 5_000; // to try again where the server did not want a stream

let fetchedAt = Date.now();
let source = null;
let waiting = null;
let fetching = false;
let again = false; // whether something happened while a fetch was under way
let isOver = false;
let patience = SOONEST;
let listenAt = 0;
// What the server wrote into each part: a part that would stay the same is left alone, with whatever points at it.
const written = new Map([...parts()].map((part) => [part.dataset.live, part.innerHTML]));

function listen() {
  // Pages are taken out of the document when the session has ended.
  if (source || isOver || document.hidden || !page.isConnected || Date.now() < listenAt) return;
  source = new EventSource(page.dataset.stream);
  // Between the page and its stream, or between two streams, something may have come.
  source.addEventListener("ready", () => {
    patience = SOONEST;
    refresh();
  });
  source.addEventListener("readings", soon);
  source.addEventListener("access", soon);
  source.addEventListener("end", (event) => end(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    if (source?.readyState !== EventSource.CLOSED) return; // it comes back by itself
    stop();
    listenAt = Date.now() + patience;
    patience = Math.min(2 * patience, EVERY);
    refresh();
  });
}

function stop() {
  source?.close();
  source = null;
}

function soon() {
  waiting ??= setTimeout(refresh, SOON);
}

async function refresh() {
  clearTimeout(waiting);
  waiting = null;
  if (isOver || document.hidden || !page.isConnected) return;
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  fetchedAt = Date.now();
  await fetchPage();
  fetching = false;
  if (again) {
    again = false;
    soon();
  }
}

async function fetchPage() {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", headers: QUIETLY });
    if (answer.status === 401) return askAboutSession();
    if (answer.status === 403 || answer.status === 404) return hideAll("");
    if (answer.ok && !answer.redirected) change(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // Without a connection the page stays as it is; the age beside the value goes on counting.
  }
}

function change(fresh) {
  if (isOver) return;
  for (const old of parts()) {
    const part = fresh.querySelector(`[data-live="${old.dataset.live}"]`);
    if (!part && old.dataset.record) hidePerson(old, "");
    if (!part || old.matches(":hover:has([data-chart])")) continue;
    const html = part.innerHTML;
    if (written.get(old.dataset.live) === html) continue;
    written.set(old.dataset.live, html);
    replace(old, part);
    enlivenAll(old);
  }
}

// Whoever stands on a link in it stands on the same link afterwards.
function replace(old, part) {
  const stops = () => [...old.querySelectorAll("a[href], button, input, select, summary, [tabindex]")];
  const at = stops().indexOf(document.activeElement);
  old.replaceChildren(...part.childNodes);
  if (at >= 0) stops()[at]?.focus({ preventScroll: true });
}

function end({ record, reason }) {
  if (reason === "signed out") {
    stop();
    askAboutSession();
    return;
  }
  const person = document.querySelector(`[data-live][data-record="${record}"]`);
  if (person) hidePerson(person, reason);
  else hideAll(reason);
}

// The session's own script hides the page, and brings it back for its own person.
function askAboutSession() {
  dispatchEvent(new Event("kinsight-session"));
}

function notice(reason) {
  const words = page.content.cloneNode(true);
  const known = [...words.querySelectorAll("[data-reason]")];
  const shown = known.find((line) => line.dataset.reason === reason) ?? known.find((line) => line.dataset.reason === "");
  for (const line of known) if (line !== shown) line.remove();
  return words;
}

// Out of the document and not only out of sight, with the name in the bar and in the title.
function hideAll(reason) {
  stop();
  isOver = true;
  for (const about of document.querySelectorAll(".record-bar, aside.standing")) about.remove();
  const main = document.querySelector("main");
  main.classList.add("narrow");
  const title = document.createElement("h1");
  title.textContent = page.dataset.title;
  title.tabIndex = -1;
  main.replaceChildren(title, notice(reason));
  document.title = "Access ended · Kinsight";
  title.focus();
}

function hidePerson(line, reason) {
  const name = line.querySelector(".name")?.textContent ?? "";
  const words = notice(reason);
  words.querySelector("[data-name]")?.replaceChildren(name);
  line.replaceChildren(words);
  delete line.dataset.live;
}

function tick() {
  if (!page.isConnected) return stop();
  listen();
  if (Date.now() - fetchedAt < EVERY) return;
  if (parts().length > 0) refresh();
}

function seen() {
  if (document.hidden) return stop();
  listenAt = 0;
  if (!source) refresh();
  listen();
}

// Another network: the stream of the one before may be dead without knowing it.
function reconnect() {
  stop();
  seen();
}

if (page) {
  listen();
  setInterval(tick, 5_000);
  document.addEventListener("visibilitychange", seen);
  addEventListener("online", reconnect);
  // A page in the browser's memory is not seen, and would be kept out of it by an open stream.
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => {
    if (event.persisted) seen();
  });
}
