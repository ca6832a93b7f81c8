// Somebody leaves: takes everything along, deletes the account, comes back, deletes it again, and is gone at once.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Visitor, launch } from "../kit/browser.mjs";
import { plainCsv } from "../kit/files.mjs";
import { serve } from "../kit/server.mjs";
import { mailTo, signIn } from "../kit/steps.mjs";

const run = promisify(execFile);
const password = "four quiet lamps on a long table";
const now = new Date();
let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends in good order");
});

async function settle(visitor, email) {
  const { page } = visitor;
  await visitor.open("/sign-up");
  await page.getByLabel("Your name").fill("Lee Example");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel(/date of birth/).fill("1990-05-04");
  await page.getByLabel("Country").selectOption({ label: "Germany" });
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.waitForURL("**/sign-up/sent");
  await visitor.open(new URL((await mailTo(server, email)).links[0]).pathname);
  await page.getByRole("button", { name: /this is my address/ }).click();
  await signIn(visitor, email, password);
  await page.getByRole("link", { name: "Upload a file" }).click();
  const file = { name: "plain.csv", mimeType: "text/csv", buffer: plainCsv(3, now) };
  await page.locator("input[type=file]").setInputFiles([file]);
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("heading", { name: "What was found" }).waitFor({ timeout: 60000 });
}

async function takeAlong(visitor) {
  const { page } = visitor;
  await visitor.open("/settings");
  await page.getByRole("link", { name: /^Export everything/ }).click();
  await visitor.looksRight("export");
  const link = page.getByRole("link", { name: "Download the export" });
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  assert.match(download.suggestedFilename(), /^kinsight-export-\d{4}-\d\d-\d\d\.zip$/);
  const path = await download.path();
  await run("python3", ["-m", "zipfile", "-t", path]);
  const { stdout } = await run("python3", ["-m", "zipfile", "-l", path]);
  for (const name of ["README.txt", "account.json", "records/1-Lee-Example/readings.csv", "records/1-Lee-Example/uploads/001-plain.csv"])
    assert.ok(stdout.includes(name), `${name} in:\n${stdout}`);
}

async function remove(visitor, email) {
  const { page } = visitor;
  await visitor.open("/settings");
  await page.getByRole("link", { name: "Delete your account" }).click();
  await page.getByRole("heading", { name: "Delete your account", level: 1 }).waitFor();
  await visitor.looksRight("delete");
  visitor.expect("status of 422");
  await page.getByLabel("Your e-mail address").fill("somebody@example.org");
  await page.getByRole("button", { name: "Delete my account" }).click();
  await page.getByText("That is not the e-mail address of this account.").first().waitFor();
  await visitor.looksRight("delete-refused");
  await page.getByLabel("Your e-mail address").fill(email);
  await page.getByRole("button", { name: "Delete my account" }).click();
  await page.getByRole("heading", { name: "Your account is going to be deleted" }).waitFor();
  await visitor.looksRight("leaving");
}

async function seesOnlyLeaving(visitor, email) {
  const { page } = visitor;
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).first().waitFor();
  await signIn(visitor, email, password);
  await page.getByRole("heading", { name: "Your account is going to be deleted" }).waitFor();
  visitor.expect("status of 403");
  await visitor.open("/settings");
  await visitor.looksRight("leaving-refused");
  await page.getByRole("link", { name: "See what you can do" }).click();
}

async function comeBack(visitor) {
  const { page } = visitor;
  await page.getByRole("button", { name: "Restore my account" }).click();
  await page.locator("[data-now-value]").first().waitFor();
}

async function beGone(visitor, email) {
  const { page } = visitor;
  await page.getByLabel("Your e-mail address").fill(email);
  await page.getByRole("button", { name: "Delete everything now" }).click();
  await page.getByRole("heading", { name: "Your account is gone" }).waitFor();
  await visitor.looksRight("gone");
  visitor.expect("status of 401");
  await signIn(visitor, email, password);
  await page.getByText("That did not work").waitFor();
}

for (const width of [320, 1280]) {
  test(`leaving at ${width} px`, { timeout: 180000 }, async () => {
    const visitor = await Visitor.to(browser, server, { width });
    const email = `lee-${width}@example.org`;
    await visitor.telling(async () => {
      await settle(visitor, email);
      await takeAlong(visitor);
      await remove(visitor, email);
      await seesOnlyLeaving(visitor, email);
      await comeBack(visitor);
      await remove(visitor, email);
      await beGone(visitor, email);
      visitor.isQuiet("leaving");
    });
  });
}
