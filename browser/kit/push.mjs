// A push service on this computer, and a browser's half of RFC 8291: what was sent is read as a browser would read it.
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";

// What the browser would get from its own push service, which is not to be reached from a test.
export async function pushService() {
  const ecdh = createECDH("prime256v1");
  const [key, secret] = [ecdh.generateKeys(), randomBytes(16)];
  const deliveries = [];
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      deliveries.push({ headers: request.headers, body: Buffer.concat(parts) });
      response.writeHead(201).end();
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));

  function read({ body }) {
    const [salt, theirs, sealed] = [body.subarray(0, 16), body.subarray(21, 86), body.subarray(86)];
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), key, theirs]);
    const input = hkdfSync("sha256", ecdh.computeSecret(theirs), secret, info, 32);
    const part = (words, length) => Buffer.from(hkdfSync("sha256", input, salt, Buffer.from(`Content-Encoding: ${words}\0`), length));
    const opening = createDecipheriv("aes-128-gcm", part("aes128gcm", 16), part("nonce", 12));
    opening.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([opening.update(sealed.subarray(0, -16)), opening.final()]);
    return plain.subarray(0, plain.lastIndexOf(2)).toString();
  }

  return {
    subscription: {
      endpoint: `http://127.0.0.1:${server.address().port}/push/this-browser`,
      p256dh: key.toString("base64url"),
      auth: secret.toString("base64url"),
    },
    close: () => server.close(),
    many: () => deliveries.length,
    // The next notice that comes, as text.
    async next(seconds = 10) {
      for (let tries = 0; tries < seconds * 20; tries += 1) {
        const delivery = deliveries.shift();
        if (delivery) return read(delivery);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error("no notice came to the push service");
    },
  };
}

// In every page of the visitor, the browser's own way to its push service leads to ours.
export const leadTo = (visitor, { subscription }) =>
  visitor.context.addInitScript(({ endpoint, p256dh, auth }) => {
    const kept = "test-push-subscription";
    const made = (key) => ({
      endpoint,
      options: { applicationServerKey: Uint8Array.from(JSON.parse(key)).buffer },
      toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
      unsubscribe: async () => sessionStorage.removeItem(kept) ?? true,
    });
    PushManager.prototype.getSubscription = async () => {
      const key = sessionStorage.getItem(kept);
      return key && made(key);
    };
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
      sessionStorage.setItem(kept, JSON.stringify([...applicationServerKey]));
      return made(sessionStorage.getItem(kept));
    };
  }, subscription);

// The service worker of our pages, to hand it what its push service would hand it.
export async function serviceWorker(visitor) {
  const { context, page, server } = visitor;
  const browser = await context.newCDPSession(page);
  const registered = new Promise((found) => {
    browser.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const ours = registrations.find(({ scopeURL, isDeleted }) => !isDeleted && scopeURL === `${server.address}/`);
      if (ours) found(ours.registrationId);
    });
  });
  await browser.send("ServiceWorker.enable");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  const registrationId = await registered;
  return {
    push: (data) => browser.send("ServiceWorker.deliverPushMessage", { origin: server.address, registrationId, data }),
    // What is on the screen of the device.
    shown: () =>
      page.evaluate(async () => {
        const worker = await navigator.serviceWorker.ready;
        const shown = await worker.getNotifications();
        return shown.map(({ title, body, tag, timestamp, data }) => ({ title, body, tag, timestamp, ...data }));
      }),
    // A tap on the newest: where it leads.
    tapped: () =>
      (context.serviceWorkers()[0]).evaluate(async () => {
        const [notification] = await registration.getNotifications();
        let opened = "";
        clients.openWindow = async (place) => (opened = place);
        const event = new NotificationEvent("notificationclick", { notification });
        const done = [];
        event.waitUntil = (work) => done.push(work);
        dispatchEvent(event);
        await Promise.all(done);
        return opened;
      }),
  };
}
