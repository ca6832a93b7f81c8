// One browser for a test file, and pages that tell on whatever goes wrong in them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });

// A person's browser: a context of its own at one width, which gathers every complaint.
export class Visitor {
  static async to(browser, server, { width = 1280, colours = "light", browser: called } = {}) {
    const context = await browser.newContext({
      viewport: { width, height: width < 600 ? 700 : 900 },
      colorScheme: colours,
      acceptDownloads: true,
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      ...(called && { userAgent: `Mozilla/5.0 (${called}; CPU OS 19_0 like Mac OS X) Version/19.0 Safari/604.1` }),
    });
    const visitor = new Visitor();
    Object.assign(visitor, { context, server, width, complaints: [], expected: [] });
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) =>
        console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI}`));
    });
    visitor.page = await context.newPage();
    visitor.page.setDefaultTimeout(15000);
    visitor.listen();
    return visitor;
  }

  listen() {
    const { page, complaints } = this;
    page.on("console", (message) => {
      if (message.type() === "error" && !this.isExpected(message.text())) complaints.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (["http:", "https:", "ws:", "wss:"].includes(url.protocol) && url.origin !== this.server.address)
        complaints.push(`another host: ${url.origin}`);
    });
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      if (!why.includes("ERR_ABORTED")) complaints.push(`failed: ${new URL(request.url()).pathname} ${why}`);
    });
  }

  // An answer of 403 or 422 is written to the console by the browser; a story that asks for one says so first.
  expect(part) {
    this.expected.push(part);
  }

  isExpected(text) {
    return this.expected.some((part) => text.includes(part));
  }

  open(path) {
    return this.page.goto(this.server.address + path);
  }

  // What must hold on every page, looked at in light and in dark.
  async looksRight(name) {
    const { page } = this;
    // A page that has just come may still be without its styles.
    await page.waitForLoadState("load");
    for (const colours of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: colours });
      await this.isAccessible(`${name} (${colours}, ${this.width} px)`);
      await this.picture(`${name}-${this.width}-${colours}`);
    }
    await page.emulateMedia({ colorScheme: "light" });
    const [content, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= seen, `${name} scrolls sideways at ${this.width} px: ${content} px wide`);
    assert.equal(await page.locator("h1").count(), 1, `${name} has one h1`);
    assert.ok((await page.title()).length > 0, `${name} has a title`);
    this.isQuiet(name);
  }

  isQuiet(name) {
    assert.deepEqual(this.complaints, [], name);
  }

  async isAccessible(name) {
    await this.page.evaluate(axe);
    const found = await this.page.evaluate((tags) => axe.run(document, { runOnly: tags }), wcag);
    const told = found.violations.map(
      ({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} (${node.failureSummary?.split("\n")[1]?.trim()})`).join("\n    ")}`,
    );
    assert.equal(told.length, 0, `${name}:\n  ${told.join("\n  ")}`);
  }

  // Pictures are kept only when asked for.
  async picture(name) {
    const folder = process.env.KEEP_SCREENSHOTS;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name.replace(/[^a-z0-9]+/gi, "-")}.png`), fullPage: true });
  }

  // On failure, a last look at the page, for whoever mends it.
  async telling(story) {
    try {
      return await story(this);
    } catch (error) {
      const folder = process.env.KEEP_SCREENSHOTS || join(process.env.TMPDIR || "/tmp", "kinsight-failures");
      await mkdir(folder, { recursive: true });
      const path = join(folder, `failed-${process.pid}-${this.width}.png`);
      await this.page.screenshot({ path, fullPage: true }).catch(() => {});
      error.message += `\n(at ${this.page.url()}; picture: ${path})${this.complaints.length ? `\n${this.complaints.join("\n")}` : ""}`;
      throw error;
    } finally {
      await this.context.close();
    }
  }
}
