// Somebody else may be in the account: the button, the mail, a new password, and every step to the end.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { plainCsv } from "../kit/files.mjs";
import { serve } from "../kit/server.mjs";
import { pdfText, signIn, tab } from "../kit/steps.mjs";

const password = "seven green bicycles in the rain";
const another = "purple lanterns over the quiet bay";
let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends in good order");
});

// The path of a link in the newest mail of that subject; the worker writes mails a moment after they are due.
async function linkIn(email, subject, path) {
  for (let tries = 0; tries < 100; tries += 1) {
    const mails = (await server.mails()).filter((mail) => mail.to.includes(email) && mail.subject === subject);
    const link = mails.at(-1)?.links.find((link) => link.includes(path));
    if (link) return new URL(link).pathname;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no mail "${subject}" to ${email}`);
}

async function join(visitor, email) {
  const { page } = visitor;
  await visitor.open("/sign-up");
  await page.getByLabel("Your name").fill("Nora Example");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Country").selectOption({ label: "Norway" });
  await page.getByLabel("Time zone").fill("Europe/Oslo");
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.waitForURL("**/sign-up/sent");
  await visitor.open(await linkIn(email, "Confirm your e-mail address", "/confirmations/"));
  await page.getByRole("button", { name: /this is my address/ }).click();
  await page.getByText("Your e-mail address is confirmed").waitFor();
  await signIn(visitor, email, password);
  await page.getByText("Nothing here yet.").waitFor();
  await tab(visitor, "Uploads");
  const file = { name: "values.csv", mimeType: "text/csv", buffer: plainCsv(2, new Date()) };
  await page.locator("input[type=file]").setInputFiles([file]);
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("heading", { name: "What was found" }).waitFor({ timeout: 60000 });
}

async function press(visitor, email) {
  const { page } = visitor;
  await page.getByRole("navigation", { name: "Main" }).locator("summary").click();
  await page.getByRole("link", { name: "Lock my account" }).click();
  await visitor.looksRight("lockdown-button");
  await page.getByRole("button", { name: "Lock my account now" }).click();
  await page.getByRole("heading", { name: "Your account is locked" }).waitFor();
  await visitor.looksRight("lockdown-locked");
  await visitor.open("/lockdown");
  await visitor.looksRight("lockdown-ways");
  await page.getByRole("link", { name: "Use a recovery code" }).click();
  await visitor.looksRight("lockdown-code");
  visitor.expect("status of 403");
  await signIn(visitor, email, password);
  await page.getByText("We have sent a link to your e-mail").waitFor();
  await visitor.looksRight("lockdown-sign-in");
}

async function comeBack(visitor, email) {
  const { page } = visitor;
  await visitor.open(await linkIn(email, "Open your account again", "/lockdown/unlock/"));
  await visitor.looksRight("lockdown-unlock");
  await page.getByLabel("New password", { exact: true }).fill(another);
  await page.getByRole("button", { name: "Set password and go on" }).click();
  await page.getByText("Lockdown: 1 of 9 steps done.").waitFor();
  await visitor.looksRight("lockdown-steps");
}

// One step: what stands there, and the button that goes on.
async function step(visitor, title, button) {
  const { page } = visitor;
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await visitor.looksRight(`lockdown-${title}`);
  await page.getByRole("button", { name: button }).click();
}

async function goThrough(visitor) {
  const { page } = visitor;
  await page.getByRole("link", { name: "Go on with the next step" }).click();
  await step(visitor, "Set up a new second step", "Skip");
  await page.getByText("Locked the account").first().waitFor();
  await step(visitor, "See what changed and what was looked at", "Done, go on");
  await step(visitor, "Let people in again", "Done, go on");
  await step(visitor, "Tell your clinics", "Done, go on");
  const report = await pdfText(page, page.getByRole("link", { name: "Report as PDF" }));
  assert.match(report.text, /Report of a lockdown/);
  assert.doesNotMatch(report.text, /mg\/dL|Nora Example/, "no health data and no names");
  await step(visitor, "Contact support", "Done, go on");
  await page.getByText("values.csv").waitFor();
  await step(visitor, "Look for data that does not fit", "Done, go on");
  await page.getByText("https://www.politiet.no").waitFor();
  await step(visitor, "Get help with identity theft", "Done, go on");
  await page.getByText("Nobody is shut out any more.").waitFor();
  await visitor.open("/records");
  await page.getByText("Lockdown: 8 of 9 steps done.").waitFor();
  await page.getByRole("link", { name: "Continue" }).click();
  await page.getByRole("link", { name: "Go on with the next step" }).click();
  await step(visitor, "End the lockdown", "End lockdown");
  await page.waitForURL("**/activity");
  assert.equal(await page.getByText("steps done").count(), 0);
}

for (const width of [320, 1280]) {
  test(`lockdown from the button to the end at ${width} px`, { timeout: 300000 }, async () => {
    const visitor = await Visitor.to(browser, server, { width });
    const email = `nora-${width}@example.org`;
    await visitor.telling(async () => {
      await join(visitor, email);
      await press(visitor, email);
      await comeBack(visitor, email);
      await goThrough(visitor);
      visitor.isQuiet("the whole lockdown");
    });
  });
}
