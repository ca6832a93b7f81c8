// Live pages: a value that comes is on the screen, an old one is never taken for the present, and a broken line loses nothing.
import assert from "node:assert/strict";
import test, { after, afterEach, before } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { serve } from "../kit/server.mjs";
import { join } from "../kit/steps.mjs";
import { wire } from "../kit/wire.mjs";

const password = "nine swans under the old bridge";

let browser, server, line, direct;
before(async () => {
  browser = await launch();
  line = await wire(() => Number(new URL(direct).port));
  server = await serve("--base-url", `http://localhost:${line.port}`);
  direct = server.address;
  // People come over the wire; the phone that uploads has another.
  server.address = `http://localhost:${line.port}`;
});
afterEach(() => line.mend());
after(async () => {
  await browser?.close();
  await server?.stop();
  line?.close();
});

// Somebody with a record, and a phone that brings values into it.
async function wearer(visitor, email) {
  const { page } = visitor;
  await join(visitor, server, { name: "Dora Sample", email, password });
  await page.waitForURL("**/records/*");
  const home = new URL(page.url()).pathname;
  await visitor.open(`${home}/tokens`);
  await page.getByLabel("App", { exact: true }).selectOption("computer");
  await page.getByLabel("Name", { exact: true }).fill("Phone");
  await page.locator("main").getByRole("button", { name: "Make a token" }).click();
  const token = await page.locator("section.note code.token").first().innerText();
  const sends = async (sgv, direction, at = Date.now()) => {
    const entry = { type: "sgv", sgv, direction, date: at, dateString: new Date(at).toISOString(), device: "phone" };
    const headers = { authorization: `Bearer ${token}`, "x-file-name": "entries.json", host: `localhost:${line.port}` };
    const answer = await page.request.post(`${direct}/api/v1/uploads`, { headers, data: Buffer.from(JSON.stringify([entry])) });
    assert.ok(answer.ok(), await answer.text());
  };
  return { home, sends };
}

const value = (page) => page.locator("[data-live=now] .value");

async function within(milliseconds, what, holds) {
  const until = performance.now() + milliseconds;
  while (!(await holds())) {
    assert.ok(performance.now() < until, `${what} within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("live: a value that comes is on the open page within a second, with arrow and change, and without a reload", async () => {
  const visitor = await Visitor.to(browser, server);
  await visitor.telling(async () => {
    const { page } = visitor;
    const { home, sends } = await wearer(visitor, "live@example.org");
    const streaming = page.waitForResponse((answer) => answer.url().endsWith("/stream"));
    await sends(112, "Flat", Date.now() - 300_000);
    await visitor.open(home);
    await streaming;
    await page.evaluate(() => (window.isTheSame = true));
    await page.getByRole("link", { name: "Look again" }).focus();
    await sends(127, "FortyFiveUp");
    await within(1000, "the value", async () => (await value(page).innerText()) === "127");
    const now = page.locator("[data-live=now]");
    await now.getByText("+15").waitFor();
    assert.ok(await now.locator(".arrow").isVisible());
    assert.equal(await page.evaluate(() => window.isTheSame), true, "no reload");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Look again", "the focus stays");
    visitor.isQuiet("live");
  });
});

test("live: ages count up, and an old value loses arrow and change without any word from the server", async () => {
  const visitor = await Visitor.to(browser, server);
  await visitor.telling(async () => {
    const { page } = visitor;
    const { home, sends } = await wearer(visitor, "ages@example.org");
    // All of this is over before a session that nobody uses would end.
    await sends(112, "Flat", Date.now() - 540_000);
    await sends(119, "FortyFiveUp", Date.now() - 240_000);
    await page.clock.install();
    await visitor.open(home);
    const now = page.locator("[data-live=now]");
    await now.getByText("4 minutes ago").waitFor();
    // Nothing is heard of the server from here on.
    line.cut();
    visitor.expect("ERR_");
    await page.clock.fastForward("07:00");
    await now.getByText("11 minutes ago").waitFor();
    assert.ok(await now.locator(".arrow").isVisible());
    assert.ok(await now.getByText("+7").isVisible());
    await page.clock.fastForward("05:00");
    await now.getByText("Not current: this value is old.").waitFor();
    assert.equal(await now.locator(".arrow").isVisible(), false);
    assert.equal(await now.getByText("+7").isVisible(), false);
  });
});

test("live: a line that breaks loses nothing", async () => {
  const visitor = await Visitor.to(browser, server);
  await visitor.telling(async () => {
    const { page } = visitor;
    const { home, sends } = await wearer(visitor, "line@example.org");
    await sends(112, "Flat", Date.now() - 300_000);
    const streaming = page.waitForResponse((answer) => answer.url().endsWith("/stream"));
    await visitor.open(home);
    await streaming;
    visitor.expect("ERR_");
    line.cut();
    await sends(143, "SingleUp");
    assert.equal(await value(page).innerText(), "112", "the line is cut");
    line.mend();
    await within(8000, "the value", async () => (await value(page).innerText()) === "143");
    // And the new stream is alive.
    await sends(151, "SingleUp", Date.now() + 1000);
    await within(1000, "the next", async () => (await value(page).innerText()) === "151");
  });
});
