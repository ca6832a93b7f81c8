// A session's end: told before it comes, nothing typed is lost, and the page comes back for its own person alone. The server
// runs with the shortest sessions that an operator may choose, so that their ends can be waited for.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { serve } from "../kit/server.mjs";
import { goTo, mailTo, signIn } from "../kit/steps.mjs";

const password = "seven green bicycles in the rain";
const typed = "Mika, typed and not sent";
let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), serve("--session-idle", "1")]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends in good order");
});

async function newPerson(visitor, email) {
  const { page } = visitor;
  await visitor.open("/sign-up");
  await page.getByLabel("Your name").fill("Mika Example");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Country").selectOption({ label: "Germany" });
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.waitForURL("**/sign-up/sent");
  const mail = await mailTo(server, email);
  await visitor.open(new URL(mail.links[0]).pathname);
  await page.getByRole("button", { name: /this is my address/ }).click();
  await page.getByText("Your e-mail address is confirmed").waitFor();
}

async function comeIn(visitor, email) {
  await signIn(visitor, email, password);
  await visitor.page.getByText("Nothing here yet.").waitFor();
}

const warning = (page) => page.getByRole("alertdialog", { name: "Are you still there?" });

async function warnedAndStays(visitor) {
  const { page } = visitor;
  await goTo(visitor, "Your settings");
  await page.getByLabel("Your name").fill(typed);
  await warning(page).waitFor({ timeout: 60_000 });
  const left = () => warning(page).locator("[data-session-left]").filter({ visible: true }).innerText();
  const first = await left();
  assert.match(first, /^0:[0-5]\d$/);
  await page.waitForFunction((first) => document.querySelector("[data-session-left]").textContent !== first, first);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Stay signed in", "the way on has the focus");
  await visitor.looksRight("session-warning");
  await warning(page).getByRole("button", { name: "Stay signed in" }).click();
  await warning(page).waitFor({ state: "hidden" });
  assert.equal(await page.getByLabel("Your name").inputValue(), typed);
}

async function ends(visitor) {
  const { page } = visitor;
  await warning(page).waitFor({ timeout: 60_000 });
  await page.getByRole("heading", { name: "You were signed out" }).waitFor({ timeout: 60_000 });
  await visitor.looksRight("session-over");
  const everything = await page.evaluate(() => document.documentElement.textContent);
  assert.ok(!everything.includes("Mika"), "nothing of the person is left in the document");
  assert.equal(await page.title(), "Signed out · Kinsight");
}

async function inANewTab(visitor, email) {
  const { page } = visitor;
  const link = page.getByRole("link", { name: "Sign in in a new tab" });
  const [tab] = await Promise.all([page.context().waitForEvent("page"), link.click()]);
  await signIn({ ...visitor, page: tab, open: (path) => tab.goto(server.address + path) }, email, password);
  await tab.getByText("Nothing here yet.").waitFor();
  return tab;
}

async function comesBack(visitor, email, other) {
  const { page } = visitor;
  const strangers = await inANewTab(visitor, other);
  await page.getByText("Somebody else is signed in now").waitFor();
  assert.equal(await page.getByRole("textbox").count(), 0, "nobody else sees what was typed");
  await visitor.looksRight("session-of-somebody-else");
  await strangers.close();
  const tab = await inANewTab(visitor, email);
  await page.getByLabel("Your name").waitFor();
  assert.equal(await page.getByLabel("Your name").inputValue(), typed);
  await tab.close();
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("summary", { hasText: typed }).waitFor();
}

async function endsTheOther(visitor, phone, email) {
  const { page } = visitor;
  await comeIn(phone, email);
  await goTo(visitor, "Devices");
  await visitor.looksRight("devices");
  const open = page.getByRole("region", { name: "Signed in just now" });
  assert.equal(await open.getByText("this one").count(), 1);
  await open.getByRole("button", { name: "End all others" }).click();
  await page.waitForURL("**/security/devices");
  assert.equal(await open.getByRole("listitem").count(), 1);
  phone.expect("status of 401");
  await phone.open("/records");
  await phone.page.getByRole("heading", { name: "Please sign in" }).waitFor();
}

async function forgetsThisOne(visitor, email) {
  const { page } = visitor;
  const known = page.getByRole("region", { name: "Known devices" });
  await known.getByRole("listitem").filter({ hasText: "this one" }).getByRole("button", { name: /^Forget/ }).click();
  await page.waitForURL("**/sign-in");
  visitor.expect("status of 401");
  await page.goBack();
  await page.getByRole("heading", { name: /Please sign in|You were signed out/ }).waitFor();
  assert.ok(!(await page.locator("body").innerText()).includes(typed), "the back button shows nothing");
  visitor.expected = [];
  await comeIn(visitor, email);
  await goTo(visitor, "Activity");
  await page.getByText("A new device signed in").first().waitFor();
  await visitor.looksRight("activity");
  await page.getByRole("link", { name: "Sign-ins", exact: true }).click();
  await page.getByRole("link", { name: /^This wasn’t me/ }).first().waitFor();
  await visitor.looksRight("activity-sign-ins");
}

async function story(width) {
  const visitor = await Visitor.to(browser, server, { width });
  const phone = await Visitor.to(browser, server, { width: 320 });
  const [email, other] = [`mika-${width}@example.org`, `other-${width}@example.org`];
  await visitor.telling(async () => {
    await newPerson(visitor, other);
    await newPerson(visitor, email);
    await comeIn(visitor, email);
    await warnedAndStays(visitor);
    await ends(visitor);
    await comesBack(visitor, email, other);
    await endsTheOther(visitor, phone, email);
    await forgetsThisOne(visitor, email);
    visitor.isQuiet("the whole story");
  });
}

// Side by side, because most of the time is waiting.
test("a session ends and nothing is lost", { concurrency: 2, timeout: 300_000 }, async (all) => {
  await Promise.all([320, 1280].map((width) => all.test(`at ${width} px`, () => story(width))));
});
