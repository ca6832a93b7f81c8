// Letters as their readers see them: on a phone and beside other mails, in light and in dark, with nothing from elsewhere.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { letter } from "../kit/letters.mjs";
import { demo } from "../kit/server.mjs";
import { pdfText, signIn, tab } from "../kit/steps.mjs";

let browser, server, data;
const person = (part) => server.people().find(({ who }) => who.includes(part));

before(async () => {
  [browser, server] = await Promise.all([launch(), demo()]);
  [, data] = /admin mail --data (\S+)/.exec(server.said);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the demo ends in good order");
});

// Opens a letter as a mail program does: alone, without scripts of ours and without a server.
async function read({ subject, html, text }, name) {
  for (const width of [320, 640]) {
    const visitor = await Visitor.to(browser, server, { width });
    await visitor.telling(async () => {
      await visitor.page.setContent(html);
      await visitor.looksRight(`letter-${name}`);
      assert.equal(await visitor.page.locator("h1").innerText(), subject);
      const shown = (await visitor.page.locator("body").innerText()).replace(/\s+/g, " ");
      for (const words of text.split(/\s+/)) assert.ok(shown.includes(words), `${words} is in both parts`);
      const links = await visitor.page.locator("a").evaluateAll((links) => links.map(({ href }) => new URL(href).origin));
      assert.deepEqual([...new Set(links)], [new URL(links[0]).origin], "every link leads to this server");
      const button = await visitor.page.locator("a").first().boundingBox();
      assert.ok(button.height >= 44, `a thumb finds the button: ${button.height} px`);
    });
  }
}

test("whoever takes a report away is named to the patient", { timeout: 180000 }, async () => {
  const mara = person("(patient)");
  const visitor = await Visitor.to(browser, server, { width: 1280 });
  await visitor.telling(async () => {
    const { email, password } = person("View and download");
    await signIn(visitor, email, password);
    await visitor.page.getByRole("navigation", { name: "Main" }).waitFor();
    await visitor.open("/following");
    await visitor.page.getByRole("link", { name: /^Mara Lind/ }).click();
    await tab(visitor, "Reports");
    await pdfText(visitor.page, visitor.page.getByRole("link", { name: "PDF, A4" }));
  });
  const told = await letter(data, mara.email, "was downloaded");
  assert.match(told.head["list-unsubscribe"], /\/settings\/notices>$/);
  assert.match(told.text, /downloaded the AGP report/);
  await read(told, "downloaded");
});

test("a link is a button with its address beneath it", { timeout: 180000 }, async () => {
  const mara = person("(patient)");
  const visitor = await Visitor.to(browser, server, { width: 320 });
  await visitor.telling(async () => {
    await visitor.open("/password-reset");
    await visitor.page.getByLabel("E-mail").fill(mara.email);
    await visitor.page.locator("main form").getByRole("button").click();
    await visitor.page.waitForURL("**/password-reset/sent");
  });
  await read(await letter(data, mara.email, "Choose a new password"), "reset");
});

test("a security letter can lock the account, and the choice of mails is a page", { timeout: 180000 }, async () => {
  const mara = person("(patient)");
  for (const width of [320, 1280]) {
    const visitor = await Visitor.to(browser, server, { width });
    await visitor.telling(async () => {
      const { page } = visitor;
      await signIn(visitor, mara.email, mara.password);
      await page.getByRole("navigation", { name: "Main" }).waitFor();
      await visitor.open("/settings");
      await page.getByRole("link", { name: /^Messages from us/ }).click();
      await visitor.looksRight("notices");
      await page.getByLabel(/When somebody else downloads/).selectOption(width === 320 ? "daily" : "at-once");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Your choice is kept.").waitFor();
      await visitor.looksRight("notices-kept");
    });
  }
  const told = await letter(data, mara.email, "Your notices were changed");
  assert.equal(told.head["list-unsubscribe"], undefined, "it cannot be turned off");
  await read(told, "notices-changed");
});
