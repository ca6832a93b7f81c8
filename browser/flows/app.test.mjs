// Kinsight as an app on a phone: installed, with notifications, and honest without a connection.
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { leadTo, pushService, serviceWorker } from "../kit/push.mjs";
import { serve } from "../kit/server.mjs";
import { join, signOut } from "../kit/steps.mjs";

const dora = { name: "Dora Sample", email: "dora@example.org", password: "the tram is late again today" };
const emil = { name: "Emil Sample", email: "emil@example.org", password: "seven geese on a frozen pond" };

let browser, server, service;
before(async () => {
  browser = await launch();
  service = await pushService();
  server = await serve("--allow-private-targets");
});
after(async () => {
  await browser?.close();
  service?.close();
  await server?.stop();
});

test("notifications are turned on, come encrypted, lead somewhere, and end with the sign-out", async () => {
  const visitor = await Visitor.to(browser, server, { width: 320 });
  await visitor.telling(async () => {
    const { page, context } = visitor;
    await leadTo(visitor, service);
    await join(visitor, server, dora);
    await visitor.open("/settings/notifications");
    await page.getByText("No notifications come to this device.").waitFor();
    await visitor.looksRight("notifications-off");

    await context.grantPermissions(["notifications"], { origin: server.address });
    await page.getByRole("button", { name: "Turn on notifications on this device" }).click();
    await page.getByText("On since").waitFor();
    await visitor.looksRight("notifications-on");

    const worker = await serviceWorker(visitor);
    await page.getByRole("button", { name: "Send a test notification" }).click();
    await page.getByText("A notification is on its way.").waitFor();
    const notice = await service.next();
    assert.equal(JSON.parse(notice).web_push, 8030);
    await worker.push(notice);
    await waitUntil(async () => (await worker.shown()).length === 1);
    const [shown] = await worker.shown();
    assert.equal(shown.title, "It works");
    assert.ok(Math.abs(Date.now() - shown.timestamp) < 60_000, "it says when it was written");
    assert.equal(await worker.tapped(), `${server.address}/settings/notifications`);

    await worker.push("no JSON at all");
    await waitUntil(async () => (await worker.shown()).some(({ title }) => title === "Kinsight"));

    await visitor.open("/security/devices");
    const devices = page.getByRole("region", { name: "Notifications" });
    await devices.getByText("this one").waitFor();
    await devices.getByText("Last sent").waitFor();
    await visitor.looksRight("devices-with-notifications");
    await devices.getByRole("button", { name: /^Turn off notifications in Chrome/ }).click();
    await devices.getByText("None.").waitFor();

    await visitor.open("/settings/notifications");
    await page.getByRole("button", { name: "Turn on notifications on this device" }).click();
    await page.getByText("On since").waitFor();
    await page.getByRole("button", { name: "Send a test notification" }).click();
    await service.next();
    await signOut(visitor);
    await join(visitor, server, emil);
    await visitor.open("/settings/notifications");
    await page.getByText("No notifications come to this device.").waitFor();
    visitor.isQuiet("the other person");
  });
});

test("a browser that blocks notifications says how to allow them", async () => {
  const visitor = await Visitor.to(browser, server);
  await visitor.telling(async () => {
    const { page, context } = visitor;
    await context.addInitScript(() => Object.defineProperty(Notification, "permission", { get: () => "denied" }));
    await join(visitor, server, { ...dora, email: "blocked@example.org" });
    await visitor.open("/settings/notifications");
    await page.getByText("The browser does not let Kinsight show notifications.").waitFor();
    await visitor.looksRight("notifications-blocked");
  });
});

test("without a connection there is a page, and nothing of anybody is kept", async () => {
  const visitor = await Visitor.to(browser, server, { width: 320 });
  await visitor.telling(async () => {
    const { page, context } = visitor;
    await join(visitor, server, { ...dora, email: "offline@example.org" });
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await page.goto(`${server.address}/records`);
    await page.waitForFunction(() => navigator.serviceWorker.controller);
    const kept = await page.evaluate(async () => {
      const paths = [];
      for (const name of await caches.keys()) {
        for (const request of await (await caches.open(name)).keys()) paths.push(new URL(request.url).pathname);
      }
      return paths;
    });
    assert.ok(kept.includes("/offline"), `${kept}`);
    assert.deepEqual(kept.filter((path) => !/^\/(offline$|static\/|charts\/)/.test(path)), []);

    visitor.expect("ERR_INTERNET_DISCONNECTED");
    await context.setOffline(true);
    await page.goto(`${server.address}/records`);
    await page.getByRole("heading", { level: 1, name: "No connection" }).waitFor();
    assert.ok(!(await page.content()).includes("Dora"), "the page knows nobody");
    visitor.complaints.length = 0; // the browser tells of requests that did not go out
    await visitor.picture("offline-320");
    await visitor.isAccessible("offline");
    await context.setOffline(false);
    await page.getByRole("link", { name: "Try again" }).click();
    await page.getByRole("navigation", { name: "Main" }).waitFor();
  });
});

test("it can be installed, and says so once", async () => {
  const visitor = await Visitor.to(browser, server, { width: 320 });
  await visitor.telling(async () => {
    const { page } = visitor;
    await join(visitor, server, { ...dora, email: "install@example.org" });
    const manifest = await page.evaluate(async () => (await fetch(document.querySelector("link[rel=manifest]").href)).json());
    assert.equal(manifest.display, "standalone");
    for (const { src, type, sizes } of manifest.icons) {
      const answer = await page.request.get(new URL(src, server.address).href);
      assert.equal(answer.headers()["content-type"], type, `${src} (${sizes})`);
    }
    assert.deepEqual(manifest.icons.map(({ purpose, sizes }) => `${purpose} ${sizes}`), [
      "any any", "any 192x192", "any 512x512", "maskable 512x512",
    ]);

    const offer = () =>
      page.evaluate(() => {
        const event = new Event("beforeinstallprompt", { cancelable: true });
        event.prompt = async () => (document.title = "asked to install");
        dispatchEvent(event);
      });
    const hint = page.getByRole("complementary", { name: "Install Kinsight" });
    await offer();
    await hint.getByText("Kinsight can be an app on this device.").first().waitFor();
    await visitor.looksRight("install-hint");
    await hint.getByRole("button", { name: "Install" }).click();
    await page.waitForFunction(() => document.title === "asked to install");
    await page.reload();
    await offer();
    assert.equal(await hint.isVisible(), false, "once");
  });

  const phone = await Visitor.to(browser, server, { width: 320, browser: "iPhone" });
  await phone.telling(async () => {
    await join(phone, server, { ...dora, email: "iphone@example.org" });
    const hint = phone.page.getByRole("complementary", { name: "Install Kinsight" });
    await hint.getByText("press Share, then Add to Home Screen").waitFor();
    await hint.getByRole("button", { name: "Not now" }).click();
    await phone.page.reload();
    assert.equal(await hint.isVisible(), false);
  });
});

async function waitUntil(holds) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it never came to hold");
}
