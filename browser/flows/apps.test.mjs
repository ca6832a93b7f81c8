// An app is let in, on a phone and on a desktop: a token, where to type it, what it did, and its end.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { serve } from "../kit/server.mjs";
import { join } from "../kit/steps.mjs";

const password = "three storks over the wet meadow";
let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends in good order");
});

const shown = (page, label) => page.locator("section.note p", { hasText: label }).locator("code").innerText();

for (const width of [320, 1280]) {
  test(`apps: a phone brings values and a friend follows, at ${width} px`, async () => {
    const visitor = await Visitor.to(browser, server, { width });
    await visitor.telling(async () => {
      const { page } = visitor;
      await join(visitor, server, { name: "Nils Sample", email: `apps${width}@example.org`, password });
      await page.waitForURL("**/records/*");
      const home = new URL(page.url()).pathname;
      await visitor.open(`${home}/uploads`);
      await page.getByRole("link", { name: "Apps", exact: true }).click();
      await visitor.looksRight("apps-none");

      await page.getByLabel("App", { exact: true }).selectOption({ label: "Loop" });
      await page.getByLabel("Name", { exact: true }).fill("Nils’ phone");
      await page.getByRole("button", { name: "Make a token" }).click();
      await page.getByRole("heading", { name: "The new token" }).waitFor();
      await visitor.looksRight("apps-new");
      const secret = await shown(page, "API secret");
      const headers = { "api-secret": secret, accept: "application/json" };
      const now = Date.now();
      const list = [{ type: "sgv", sgv: 132, direction: "Flat", date: now, dateString: new Date(now).toISOString() }];
      const brought = await page.request.post(`${server.address}/api/v1/entries`, { headers, data: list });
      assert.equal(brought.status(), 200, await brought.text());

      await page.getByLabel("App", { exact: true }).selectOption({ label: "LoopFollow" });
      await page.getByLabel("Name", { exact: true }).fill("Grandma");
      await page.getByLabel("Insulin").uncheck();
      await page.getByRole("button", { name: "Make a token" }).click();
      await page.getByRole("img", { name: /square code/i }).waitFor();
      await visitor.looksRight("apps-square");
      const address = new URL(await shown(page, "Address with token"));
      const token = address.searchParams.get("token");
      const followed = await page.request.get(`${server.address}/api/v1/entries.json?count=1&token=${token}`);
      assert.equal((await followed.json())[0].sgv, 132);

      await visitor.open(`${home}/tokens`);
      assert.equal(await page.getByText(secret).count(), 0, "it is shown once");
      const line = page.locator("li.person", { hasText: "Grandma" });
      await line.getByText("May follow: glucose, carbs, notes and device", { exact: false }).waitFor();
      await line.getByRole("button", { name: "Revoke Grandma" }).click();
      await line.waitFor({ state: "detached" });
      const refused = await page.request.get(`${server.address}/api/v1/entries.json?count=1&token=${token}`);
      assert.equal(refused.status(), 401, "it ends at once");
      await visitor.open(home);
      await page.locator("[data-live=now] .value").getByText(/132|7[.,]3/).waitFor();
    });
  });
}
