// Shows notices, and a page of its own where there is no connection. It keeps the shell and that page: nothing that was shown of
// anybody is ever kept. `SHELL` stands before this, from the server: the build, its files, and the pictures of a notice.
const CACHE = `kinsight-${SHELL.tree}`;

addEventListener("install", (event) => event.waitUntil(keepShell()));
addEventListener("activate", (event) => event.waitUntil(begin()));

async function keepShell() {
  const cache = await caches.open(CACHE);
  // Without cookies: what comes is the same for everybody.
  await cache.addAll(SHELL.files.map((file) => new Request(file, { credentials: "omit", cache: "reload" })));
  await skipWaiting();
}

async function begin() {
  const older = (await caches.keys()).filter((name) => name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
  await registration.navigationPreload?.enable();
  await clients.claim();
}

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (SHELL.files.includes(new URL(request.url).pathname)) event.respondWith(fromShell(request));
});

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(SHELL.offline)) ?? Response.error();
  }
}

// Their address changes with their content, so what is kept is right.
async function fromShell(request) {
  return (await caches.match(request)) ?? fetch(request);
}

addEventListener("push", (event) => event.waitUntil(show(event.data)));

function read(data) {
  try {
    return data.json().notification ?? {};
  } catch {
    return {};
  }
}

// Every push shows something: a browser that is sent what it does not show takes the permission away.
function show(data) {
  const { title = "Kinsight", body = "There is something new.", navigate = "/", tag = "kinsight", ...more } = read(data);
  const { timestamp, requireInteraction } = more;
  const { icon, badge } = SHELL;
  return registration.showNotification(title, {
    body, tag, icon, badge, timestamp, requireInteraction, renotify: true, data: { navigate },
  });
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.navigate));
});

// In the tab that shows it already; else in a new one, so that nothing that is being typed is lost.
async function open(navigate) {
  const place = new URL(navigate ?? "/", location.origin);
  const href = place.origin === location.origin ? place.href : `${location.origin}/`;
  const tabs = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = tabs.find((tab) => tab.url.split("#")[0] === href);
  return there ? there.focus() : clients.openWindow(href);
}

// The push service gave this browser another address: whoever knows the old one may tell the server the new one.
addEventListener("pushsubscriptionchange", (event) => event.waitUntil(moved(event)));

async function moved({ oldSubscription, newSubscription }) {
  if (!oldSubscription) return;
  const subscription = newSubscription ?? (await registration.pushManager.subscribe(oldSubscription.options));
  const { endpoint, keys } = subscription.toJSON();
  const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth, before: oldSubscription.endpoint });
  await fetch("/settings/notifications", { method: "POST", credentials: "same-origin", body });
}
