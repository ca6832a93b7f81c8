// A service is asked, on a phone and on a desktop: connected, brought up to date, paused, refused, mended and removed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { serve } from "../kit/server.mjs";
import { join } from "../kit/steps.mjs";

const password = "three storks over the wet meadow";
let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), serve("--allow-private-targets")]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends in good order");
});

/// A site of somebody else, on the same server, with a value of just now; the token that lets one read it.
async function site(width) {
  const visitor = await Visitor.to(browser, server, { width });
  let token;
  await visitor.telling(async () => {
    const { page } = visitor;
    await join(visitor, server, { name: "Olga Sample", email: `olga${width}@example.org`, password });
    await page.waitForURL("**/records/*");
    await visitor.open(`${new URL(page.url()).pathname}/tokens`);
    await page.getByLabel("App", { exact: true }).selectOption({ label: "Loop" });
    await page.getByLabel("Name", { exact: true }).fill("Another server");
    await page.getByRole("button", { name: "Make a token" }).click();
    token = await page.locator("section.note p", { hasText: "API secret" }).locator("code").innerText();
  });
  await send(token, 141, Date.now() - 360_000);
  return token;
}

async function send(token, sgv, date) {
  const headers = { "api-secret": token, "content-type": "application/json" };
  const list = [{ type: "sgv", sgv, direction: "Flat", date, dateString: new Date(date).toISOString() }];
  const brought = await fetch(`${server.address}/api/v1/entries`, { method: "POST", headers, body: JSON.stringify(list) });
  assert.equal(brought.status, 200, await brought.text());
}

async function until(page, visitor, sources, words) {
  for (let tries = 0; tries < 40; tries += 1) {
    await visitor.open(sources);
    if (await page.getByText(words).count()) return;
    await page.waitForTimeout(250);
  }
  assert.fail(`${sources} never says ${words}`);
}

for (const width of [320, 1280]) {
  test(`sources: another site is asked, at ${width} px`, async () => {
    const token = await site(width);
    const visitor = await Visitor.to(browser, server, { width });
    await visitor.telling(async () => {
      const { page } = visitor;
      await join(visitor, server, { name: "Nils Sample", email: `sources${width}@example.org`, password });
      await page.waitForURL("**/records/*");
      const home = new URL(page.url()).pathname;
      const sources = `${home}/sources`;
      await visitor.open(`${home}/uploads`);
      await page.getByRole("link", { name: "Services that are asked" }).click();
      await visitor.looksRight("sources-none");

      await page.getByRole("link", { name: "Connect Nightscout" }).click();
      await page.getByLabel("Address of the site").fill(server.address);
      await page.getByLabel("Token or API secret").fill("not-the-token-of-it-0123456789abcdef");
      await page.getByLabel("What you call it").fill("The old site");
      await visitor.looksRight("sources-add");
      await page.getByRole("button", { name: "Connect" }).click();
      await until(page, visitor, sources, "Stopped: the service refused the sign-in");
      await visitor.looksRight("sources-stopped");

      await page.getByRole("link", { name: "Change the sign-in of The old site" }).click();
      await page.getByLabel("Token or API secret").fill(token);
      await visitor.looksRight("sources-sign-in");
      await page.getByRole("button", { name: "Change" }).click();
      await until(page, visitor, sources, "Works.");
      await visitor.looksRight("sources-works");
      await visitor.open(home);
      await page.locator("[data-live=now] .value").getByText(/141|7[.,]8/).waitFor();

      // Upload now does not wait for its time, and the open page shows the value without being loaded again.
      await send(token, 152, Date.now() - 60_000);
      await page.locator("details.menu summary").click();
      await page.getByRole("button", { name: "Upload now" }).click();
      await page.getByText("Your source is being asked for what is new.").waitFor();
      await visitor.open(home);
      await page.locator("[data-live=now] .value").getByText(/152|8[.,]4/).waitFor();

      await visitor.open(sources);
      await page.getByRole("button", { name: "Pause The old site" }).click();
      await page.getByText("Paused: it is not asked.").waitFor();
      await visitor.looksRight("sources-paused");
      await page.getByRole("button", { name: "Remove The old site" }).click();
      await page.getByText("That source is gone").waitFor();
      assert.equal(await page.getByRole("button", { name: "Remove The old site" }).count(), 0);
      await visitor.open(home);
      await page.locator("[data-live=now] .value").getByText(/152|8[.,]4/).waitFor();
    });
  });
}
