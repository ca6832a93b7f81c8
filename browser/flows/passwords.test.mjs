// Choosing a password: told how it stands, shown, made, refused with a reason, and taken.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { serve } from "../kit/server.mjs";

const made = /^([bdfhjklmnprstv][aeiou]){3}(-([bdfhjklmnprstv][aeiou]){3}){3}$/;
const said = [
  ["short", "10 more characters needed."],
  ["Fourteen-char", "2 more characters needed."],
  ["Fourteen-char5", "Long enough. When"],
  ["abababababababab", "a few different characters"],
  ["bicycle bicyclet", "Long enough. When"],
  ["bicycle bicycle ", "again and again"],
  ["qwertyuiopasdfgh", "neighbours"],
  ["abcdefghijklmnop", "neighbours"],
  ["seven green bicycles in the rain", "Long and varied."],
];
let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends in good order");
});

async function isTold(page) {
  const field = page.getByLabel("Password", { exact: true });
  const words = page.locator("#password-strength");
  for (const [password, wanted] of said) {
    await field.fill(password);
    await words.filter({ hasText: wanted }).waitFor().catch(async () => assert.fail(`${password}: ${await words.innerText()}`));
  }
}

async function isMade(visitor) {
  const { page } = visitor;
  const field = page.getByLabel("Password", { exact: true });
  const button = page.getByRole("button", { name: "Make one for me" });
  const seen = new Set();
  for (let times = 0; times < 20; times += 1) {
    await button.click();
    seen.add(await field.inputValue());
  }
  assert.equal(seen.size, 20, "each is another");
  for (const password of seen) assert.match(password, made);
  assert.equal(await field.getAttribute("type"), "text", "it is shown");
  await page.getByText("Save it in your password manager").waitFor();
  await visitor.looksRight("password-made");
  await page.getByRole("button", { name: "Hide" }).click();
  assert.equal(await field.getAttribute("type"), "password");
  await page.getByRole("button", { name: "Show" }).waitFor();
}

async function fill(page, width) {
  await page.getByLabel("Your name").fill("Mika Example");
  await page.getByLabel("E-mail").fill(`mika-${width}@example.org`);
  await page.getByLabel("Country").selectOption({ label: "Germany" });
  assert.equal(await page.getByLabel("Time zone").inputValue(), "Europe/Berlin", "the browser knows its zone");
}

for (const width of [320, 1280]) {
  test(`a new password at ${width} px`, { timeout: 120000 }, async () => {
    const visitor = await Visitor.to(browser, server, { width });
    const { page } = visitor;
    await visitor.telling(async () => {
      await visitor.open("/sign-up");
      await isTold(page);
      await fill(page, width);
      visitor.expect("status of 4");
      await page.getByLabel("Password", { exact: true }).fill("passwordpassword1");
      await page.getByRole("button", { name: "Sign up" }).click();
      await page.getByText("on the list of breached passwords").first().waitFor();
      await visitor.looksRight("password-refused");
      await isMade(visitor);
      await page.getByRole("button", { name: "Sign up" }).click();
      await page.waitForURL("**/sign-up/sent");
      visitor.isQuiet("choosing a password");
    });
  });
}
