// Turns notices on in this browser, and says where that stands: the browser's permission, its address, and what the server knows.
const card = document.querySelector("[data-push]");
const { key, known, proof } = card.dataset;
const said = card.querySelector("[data-push-said]");

function show(state) {
  for (const part of card.querySelectorAll("[data-push-state]")) part.hidden = part.dataset.pushState !== state;
}

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const sameKey = (subscription) => {
  const own = new Uint8Array(subscription.options.applicationServerKey ?? []);
  return own.length > 0 && own.every((byte, at) => byte === bytes(key)[at]);
};

function needsInstalling() {
  const isIos = /iPhone|iPad/.test(navigator.userAgent) || (navigator.userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1);
  return isIos && navigator.standalone !== true;
}

async function look() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
    return show(needsInstalling() ? "install" : "unsupported");
  }
  if (Notification.permission === "denied") return show("blocked");
  const worker = await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.getSubscription();
  const isOn = known === "yes" && subscription !== null && sameKey(subscription) && Notification.permission === "granted";
  // An address that the server does not know, or no longer, is of no use to anybody.
  if (!isOn) await subscription?.unsubscribe();
  show(isOn ? "on" : "off");
}

async function subscribed() {
  const worker = await navigator.serviceWorker.ready;
  return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
}

async function turnOn(button) {
  button.disabled = true;
  try {
    if ((await Notification.requestPermission()) !== "granted") return await look();
    const { endpoint, keys } = (await subscribed()).toJSON();
    const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
    const answer = await fetch("/settings/notifications", { method: "POST", credentials: "same-origin", body });
    if (answer.ok) location.assign("/settings/notifications?done=on");
    else if (answer.status === 401 || answer.status === 403) location.assign(proof);
    else said.textContent = "The server did not take it. Try again in a while.";
  } catch {
    said.textContent = "The browser could not reach its push service. Try again when you have a connection.";
  } finally {
    button.disabled = false;
  }
}

card.addEventListener("click", (event) => {
  const button = event.target.closest("[data-push-on]");
  if (button) turnOn(button);
});
navigator.permissions?.query({ name: "notifications" }).then((permission) => permission.addEventListener("change", look), () => {});
look();
