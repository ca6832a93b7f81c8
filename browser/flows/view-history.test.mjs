// A care partner looks and takes a report; the patient sees who, from where, which days, and the hash of the file.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { demo } from "../kit/server.mjs";
import { signIn, tab } from "../kit/steps.mjs";

let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), demo()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the demo ends in good order");
});

async function arrives(part, width) {
  const { email, password } = server.people().find(({ who }) => who.includes(part));
  const visitor = await Visitor.to(browser, server, { width });
  await signIn(visitor, email, password);
  await visitor.page.getByRole("navigation", { name: "Main" }).waitFor();
  return visitor;
}

async function takes(partner) {
  const { page } = partner;
  await partner.open("/following");
  await page.getByRole("link", { name: /^Mara Lind/ }).click();
  await tab(partner, "Reports");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "PDF, A4" }).click(),
  ]);
  return createHash("sha256").update(await readFile(await download.path())).digest("hex");
}

for (const width of [320, 1280]) {
  test(`the patient sees what others did at ${width} px`, { timeout: 240000 }, async () => {
    const partner = await arrives("View and download", width);
    const hash = await partner.telling(() => takes(partner));
    const mara = await arrives("(patient)", width);
    await mara.telling(async () => {
      const { page } = mara;
      await tab(mara, "View history");
      await page.getByRole("heading", { level: 1, name: "View history" }).waitFor();
      await mara.looksRight("view-history");
      const list = page.locator("ol.history");
      assert.match(await list.innerText(), /Chrome on Linux/);
      await page.getByText("Choose a person or days").click();
      await page.getByText("Find a receipt").click();
      await mara.looksRight("view-history-open");
      await page.getByRole("navigation", { name: "Shown" }).getByRole("link", { name: "Downloads" }).click();
      await page.getByText(hash).first().waitFor();
      await mara.looksRight("view-history-downloads");
      const number = await list.locator("li", { hasText: hash }).getByRole("link").innerText();
      await page.getByText("Find a receipt").click();
      await page.getByLabel("Receipt number").fill(number.toLowerCase());
      await page.getByRole("button", { name: "Find" }).click();
      await page.getByRole("heading", { level: 1, name: "Receipt" }).waitFor();
      assert.ok((await page.locator("main").innerText()).includes(hash));
      await mara.looksRight("receipt");
      mara.expect("status of 404");
      await mara.open(new URL(page.url()).pathname.replace(/[^/]+$/, "AAAA-BBBB-CCCC"));
      await mara.looksRight("receipt-unknown");
      await tab(mara, "View history");
      await page.getByRole("link", { name: "Changes" }).click();
      await mara.looksRight("view-history-changes");
    });
  });
}
