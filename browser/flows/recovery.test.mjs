// Ways back in and what one looks after: a forgotten password, a phrase, the check-up, another address and the way back.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { serve } from "../kit/server.mjs";
import { goTo, mailTo, signIn, signOut } from "../kit/steps.mjs";

const password = "seven green bicycles in the rain";
const another = "nine slow barges under the moon";
let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends in good order");
});

// Looks again until there is something: the worker writes mails a moment after they are due.
async function until(what, look) {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`never came: ${what}`);
}

async function linkIn(email, subject, path) {
  const mail = await until(`${subject} to ${email}`, async () =>
    (await server.mails()).findLast((mail) => mail.to.includes(email) && mail.subject === subject));
  const link = mail.links.find((link) => link.startsWith(server.address + path));
  assert.ok(link, `${subject} leads to ${path}`);
  return new URL(link).pathname;
}

// The words of a mail, with its soft line breaks taken out.
async function mailSays(words) {
  const folder = join(server.folder, "data", "outbox");
  await until(words, async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".eml"));
    const mails = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    return mails.some((mail) => mail.replaceAll("=\r\n", "").includes(words));
  });
}

async function begin(visitor, email) {
  const { page } = visitor;
  await visitor.open("/sign-up");
  await page.getByLabel("Your name").fill("Mika Example");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Country").selectOption({ label: "Germany" });
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.waitForURL("**/sign-up/sent");
  await visitor.open(new URL((await mailTo(server, email)).links[0]).pathname);
  await page.getByRole("button", { name: /this is my address/ }).click();
  await page.getByText("Your e-mail address is confirmed").waitFor();
}

async function forgets(visitor, email) {
  const { page } = visitor;
  await page.getByRole("link", { name: "Forgotten your password?" }).click();
  await visitor.looksRight("password-reset");
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await page.waitForURL("**/password-reset/sent");
  await visitor.looksRight("password-reset-sent");
  const link = await linkIn(email, "Choose a new password", "/password-reset/");
  await visitor.open(link);
  await visitor.looksRight("password-reset-new");
  visitor.expect("status of 422");
  await page.getByRole("textbox", { name: "New password" }).fill("too short");
  await page.getByRole("button", { name: "Set the new password" }).click();
  await page.getByText("Please look at this again").waitFor();
  await visitor.looksRight("password-reset-refused");
  await page.getByRole("textbox", { name: "New password" }).fill(another);
  await page.getByRole("button", { name: "Set the new password" }).click();
  await page.getByText("Your new password is set").waitFor();
  await visitor.open(link);
  await page.getByRole("link", { name: "Ask for a new link" }).waitFor();
  await visitor.looksRight("password-reset-used");
  visitor.expected = [];
  await signIn(visitor, email, another);
  await page.getByText("Nothing here yet.").waitFor();
}

const scoreOn = async (page) => Number(/Check-up: (\d+) of 100/.exec(await page.locator("main").innerText())[1]);

async function choosesAPhrase(visitor) {
  const { page } = visitor;
  const words = `a blue heron ${visitor.width}`;
  await goTo(visitor, "Security");
  await page.getByRole("heading", { level: 1, name: "Security" }).waitFor();
  await visitor.looksRight("security");
  const before = await scoreOn(page);
  await page.getByRole("link", { name: /^Choose a phrase/ }).click();
  await visitor.looksRight("phrase");
  await page.getByRole("textbox", { name: /Your phrase/ }).fill(words);
  await page.getByRole("button", { name: "Keep this phrase" }).click();
  await page.getByText("Your phrase is kept").waitFor();
  assert.ok((await scoreOn(page)) > before, "a remedy raises the score");
  await visitor.looksRight("security-better");
  await mailSays(`Your phrase: ${words}.`);
  await page.getByRole("link", { name: "Messages we sent you" }).click();
  await page.getByText(/^Your phrase was changed/).first().click();
  await page.getByText(`Your phrase: ${words}.`).first().waitFor();
  await visitor.looksRight("messages");
}

async function movesAndComesBack(visitor, email) {
  const { page } = visitor;
  const moved = `elsewhere-${visitor.width}@example.org`;
  await visitor.open("/security");
  await page.getByRole("link", { name: "E-mail address" }).click();
  await visitor.looksRight("e-mail");
  await page.getByRole("textbox", { name: "New e-mail address" }).fill(moved);
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByText("A link is on its way").waitFor();
  await visitor.looksRight("e-mail-sent");
  await visitor.open(await linkIn(moved, "Confirm your new e-mail address", "/new-addresses/"));
  await visitor.looksRight("new-address");
  await page.getByRole("button", { name: "Yes, use this address" }).click();
  await page.getByRole("heading", { name: "Your address was changed" }).waitFor();
  await visitor.looksRight("new-address-done");
  await visitor.open("/security/e-mail");
  await page.getByText(moved).first().waitFor();
  await visitor.open(await linkIn(email, "Your e-mail address was changed", "/changes/undo/"));
  await visitor.looksRight("undo-change");
  await page.getByRole("button", { name: "Yes, undo it" }).click();
  await page.getByRole("link", { name: "Lock my account" }).waitFor();
  await visitor.looksRight("undone-change");
  await signIn(visitor, email, another);
  await page.getByText("Nothing here yet.").waitFor();
}

for (const width of [320, 1280]) {
  test(`ways back in at ${width} px`, { timeout: 300000 }, async () => {
    const visitor = await Visitor.to(browser, server, { width });
    const email = `mika-${width}@example.org`;
    await visitor.telling(async () => {
      await begin(visitor, email);
      await forgets(visitor, email);
      await choosesAPhrase(visitor);
      await movesAndComesBack(visitor, email);
      await visitor.open("/security/review");
      await visitor.looksRight("review");
      await signOut(visitor);
      visitor.isQuiet("all of it");
    });
  });
}
