// The service worker, and how to have Kinsight on the home screen: said once, until somebody says yes or no.
const KEY = "kinsight-install";
const hint = document.querySelector("[data-install]");
const isInstalled = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
const isIos = /iPhone|iPad/.test(navigator.userAgent) || (navigator.userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1);

// Where storage is refused the hint would come again and again: it does not come at all.
function answered(answer) {
  try {
    if (answer) localStorage.setItem(KEY, answer);
    return localStorage.getItem(KEY) !== null;
  } catch {
    return true;
  }
}

function offer(way) {
  if (!hint || isInstalled || answered()) return;
  hint.querySelector(`[data-install-by="${way}"]`).hidden = false;
  hint.hidden = false;
}

function done(answer) {
  answered(answer);
  hint.hidden = true;
}

navigator.serviceWorker?.register("/service-worker.js").catch(() => {});

if (isIos) offer("share");

let prompt = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  prompt = event;
  offer("prompt");
});
addEventListener("appinstalled", () => done("installed"));

hint?.addEventListener("click", async (event) => {
  if (event.target.closest("[data-install-not-now]")) return done("not now");
  if (!event.target.closest("[data-install-now]") || !prompt) return;
  done("asked");
  await prompt.prompt();
});
