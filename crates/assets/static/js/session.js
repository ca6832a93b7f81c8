// Tells before a session ends, hides the page when it has ended, and loses nothing that was typed. The server knows when that
// is: asking it quietly keeps nothing open, and only what the person does counts as use.
const template = document.querySelector("template[data-session]");
const tag = template.dataset.session;
const [dialog, over] = [...template.content.cloneNode(true).children];
const ASK_EVERY = 60_000;
const ANNOUNCED_S = [60, 30, 10];

let ends = null; // { idle, whole, warn }: instants and a span in milliseconds
let hidden = null; // what the page was, while it is hidden
let askedAt = Date.now();
let usedAt = Date.now();
let asking = false;

document.body.append(dialog);

async function ask(method = "GET") {
  const headers = { accept: "application/json", ...(method === "GET" && { "kinsight-quiet": "1" }) };
  askedAt = Date.now();
  try {
    const answer = await fetch("/session", { method, headers, cache: "no-store", credentials: "same-origin" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // Without a connection, what was known stays true.
  }
}

// One question at a time; answers are taken in the order of the questions.
async function hear(method) {
  if (asking) return;
  asking = true;
  const said = await ask(method);
  asking = false;
  if (!said) return;
  const ours = said.signed_in && said.tag === tag;
  if (ours) {
    const now = Date.now();
    ends = { idle: now + said.idle_s * 1000, whole: now + said.whole_s * 1000, warn: said.warn_s * 1000 };
    if (hidden) comeBack();
  } else {
    hide();
    over.querySelector("[data-session-other]").hidden = !said.signed_in;
  }
}

const left = () => Math.min(ends.idle, ends.whole) - Date.now();

async function tick() {
  const now = Date.now();
  if (hidden) {
    if (!document.hidden && now - askedAt >= 5_000) await hear();
    return;
  }
  const isNear = ends && left() <= ends.warn;
  // Another tab may have used the session meanwhile, or ended it.
  if (!document.hidden && (now - askedAt >= ASK_EVERY || (isNear && (!dialog.open || now - askedAt >= 10_000)))) await hear();
  if (hidden || !ends) return;
  if (left() <= 0) return end();
  if (left() <= ends.warn) warn();
  else if (dialog.open) dialog.close();
}

// At the end the server has the last word; without an answer the page hides all the same.
async function end() {
  await hear();
  if (!hidden && left() <= 0) hide();
}

function warn() {
  const isWhole = ends.whole <= ends.idle;
  const seconds = Math.max(0, Math.ceil(left() / 1000));
  dialog.querySelector("[data-session-idle]").hidden = isWhole;
  dialog.querySelector("[data-session-whole]").hidden = !isWhole;
  dialog.querySelector("[data-session-stay]").textContent = isWhole ? "I understand" : "Stay signed in";
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  for (const element of dialog.querySelectorAll("[data-session-left]")) element.textContent = clock;
  // Read out when it opens and a few times after that, not every second.
  const said = dialog.querySelector("[data-session-said]");
  if (ANNOUNCED_S.includes(seconds)) said.textContent = `${seconds} seconds left.`;
  if (!dialog.open && !dialog.dataset.understood) dialog.showModal();
}

function hide() {
  if (hidden) return;
  if (dialog.open) dialog.close();
  hidden = { nodes: document.createDocumentFragment(), title: document.title, at: [scrollX, scrollY], focus: document.activeElement };
  // Out of the document and not only out of sight; fields keep what was typed, because they stay the same fields.
  hidden.nodes.append(...document.body.childNodes);
  document.body.append(over);
  document.title = "Signed out · Kinsight";
  over.focus();
}

function comeBack() {
  const { nodes, title, at, focus } = hidden;
  hidden = null;
  delete dialog.dataset.understood;
  document.body.replaceChildren(nodes);
  document.title = title;
  scrollTo(...at);
  focus?.focus?.({ preventScroll: true });
}

async function stay() {
  if (ends.whole <= ends.idle) {
    dialog.dataset.understood = "yes";
    dialog.close();
    return;
  }
  usedAt = Date.now();
  await hear("POST");
  await tick();
}

// Typing and pressing are use, even when nothing is sent for a long time.
function used(event) {
  if (!event.isTrusted || hidden || dialog.open || !ends) return;
  const now = Date.now();
  if (now - usedAt < Math.min(60_000, ends.warn / 2)) return;
  usedAt = now;
  hear("POST");
}

// After a sleep the page may learn of the end when a form is on its way; then it waits.
function hold(event) {
  if (hidden || (ends && left() <= 0)) {
    event.preventDefault();
    tick();
  }
}

function seen() {
  if (!document.hidden) hear().then(tick);
}

dialog.querySelector("[data-session-stay]").addEventListener("click", stay);
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  stay();
});
for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, used, { passive: true });
addEventListener("submit", hold, true);
addEventListener("focus", seen);
// The live stream hears of the end of a session at once.
addEventListener("kinsight-session", seen);
// A page from the browser's memory may be older than the session.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  hide();
  seen();
});
document.addEventListener("visibilitychange", seen);
setInterval(tick, 1_000);
hear();
