// A new person's first day: sign up, confirm, sign in, bring files, look, print, take back, sign out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { careLink, plainCsv } from "../kit/files.mjs";
import { serve } from "../kit/server.mjs";
import { drop, mailTo, pdfText, signIn, signOut, tab } from "../kit/steps.mjs";

const password = "seven green bicycles in the rain";
const now = new Date();
let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends in good order");
});

async function signUp(visitor, email) {
  const { page } = visitor;
  await visitor.open("/");
  await visitor.looksRight("start");
  assert.match(await page.locator("main").innerText(), /change a treatment/i, "the safety notice is on the first page");
  await page.getByRole("link", { name: "Sign up" }).first().click();
  await visitor.looksRight("sign-up");
  await page.getByLabel("Your name").fill("Mika Example");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel(/date of birth/).fill("1990-05-04");
  await page.getByLabel("Country").selectOption({ label: "Germany" });
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.waitForURL("**/sign-up/sent");
  await visitor.looksRight("sign-up-sent");
}

async function confirm(visitor, email) {
  const { page } = visitor;
  const mail = await mailTo(server, email);
  await visitor.open(new URL(mail.links[0]).pathname);
  await visitor.looksRight("confirm");
  await page.getByRole("button", { name: /this is my address/ }).click();
  await page.getByText("Your e-mail address is confirmed").waitFor();
}

async function comeIn(visitor, email) {
  const { page } = visitor;
  visitor.expect("status of 4");
  await signIn(visitor, email, "not the password at all");
  await page.getByText("That did not work").waitFor();
  await visitor.looksRight("sign-in-refused");
  visitor.expected = [];
  await signIn(visitor, email, password);
  await page.getByText("Nothing here yet.").waitFor();
  await visitor.looksRight("home-empty");
}

async function bring(visitor) {
  const { page } = visitor;
  await page.getByRole("link", { name: "Upload a file" }).click();
  await visitor.looksRight("uploads-empty");
  const files = [
    { name: "carelink.csv", mimeType: "text/csv", buffer: careLink(15, now) },
    { name: "plain.csv", mimeType: "text/csv", buffer: plainCsv(15, now) },
  ];
  if (visitor.width > 600) {
    await drop(page, files);
  } else {
    await page.locator("input[type=file]").setInputFiles(files);
    await page.getByRole("button", { name: "Upload" }).click();
  }
  await page.getByRole("heading", { name: "What was found" }).waitFor({ timeout: 60000 });
  await visitor.looksRight("found");
}

async function whatWasFound(visitor) {
  const { page } = visitor;
  const told = (name) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name }) });
  const careLinkTold = await told("carelink.csv").innerText();
  assert.match(careLinkTold, /CareLink CSV \(sections\)/);
  assert.match(careLinkTold, /MiniMed 780G/);
  assert.match(careLinkTold, /Rows that were not read, and why \(1\)/);
  assert.match(careLinkTold, /Sensor Glucose \(mg\/dL\)/, "the column of the row that was not read");
  assert.match(await told("plain.csv").innerText(), /CSV with a time and a glucose column/);
}

async function bringAgain(visitor) {
  const { page } = visitor;
  await page.getByRole("link", { name: "More files" }).click();
  const same = { name: "plain.csv", mimeType: "text/csv", buffer: plainCsv(15, now) };
  const another = { name: "other.csv", mimeType: "text/csv", buffer: careLink(2, now, { name: "Kim", surname: "Stranger" }) };
  await page.locator("input[type=file]").setInputFiles([same, another]);
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("heading", { name: "What was found" }).waitFor({ timeout: 60000 });
  await visitor.looksRight("asked");
  assert.match(await page.locator("main").innerText(), /\b0 readings? (was|were )?added|nothing new|already here/i);
  await page.getByRole("button", { name: "No, throw it away" }).click();
  await page.getByText("Nothing of it was kept").waitFor();
  await visitor.looksRight("declined");
}

async function lookHome(visitor) {
  const { page } = visitor;
  await tab(visitor, "Home");
  await page.locator("[data-now-value]").first().waitFor();
  await visitor.looksRight("home");
  await page.getByRole("navigation", { name: "Hours shown" }).getByRole("link", { name: "3 h", exact: true }).click();
  const shown = page.getByRole("navigation", { name: "Hours shown" }).locator("[aria-current]");
  assert.equal((await shown.innerText()).trim(), "3 h");
  await page.getByRole("link", { name: /Day before/ }).click();
  await page.getByRole("link", { name: /Day before/ }).click();
  await page.getByRole("link", { name: /Day after/ }).waitFor();
  await visitor.looksRight("home-day-before");
}

async function lookAtReports(visitor) {
  const { page } = visitor;
  await tab(visitor, "Reports");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await visitor.looksRight("agp");
  const agp = await pdfText(page, page.getByRole("link", { name: "PDF, A4" }));
  assert.match(agp.text, /Mika Example/);
  assert.match(agp.text, /change a treatment/i, "the safety notice is on the report");
  await page.getByRole("link", { name: "Daily review" }).click();
  await page.getByRole("heading", { level: 1, name: "Daily review" }).waitFor();
  await visitor.looksRight("daily");
  const daily = await pdfText(page, page.getByRole("link", { name: "PDF, Letter" }));
  assert.match(daily.text, /Mika Example/);
  assert.match(daily.name, /\.pdf$/);
}

async function changeUnit(visitor) {
  const { page } = visitor;
  await tab(visitor, "Home");
  await page.getByRole("navigation", { name: "Main" }).locator("summary").click();
  await page.getByRole("button", { name: "Show mmol/L" }).click();
  await page.locator("[data-now-value]", { hasText: "mmol/L" }).waitFor();
  await visitor.looksRight("home-mmol");
}

async function takeBack(visitor) {
  const { page } = visitor;
  await tab(visitor, "Uploads");
  await visitor.looksRight("uploads");
  for (let left = 3; left > 0; left -= 1) {
    await page.getByRole("link", { name: /^Take back/ }).first().click();
    if (left === 3) await visitor.looksRight("take-back");
    await page.getByRole("button", { name: "Take it back" }).click();
    await page.waitForURL("**/uploads");
  }
  assert.equal(await page.getByRole("link", { name: /^Take back/ }).count(), 0);
  await visitor.looksRight("uploads-taken-back");
  await tab(visitor, "Home");
  await page.getByText("Nothing here yet.").waitFor();
}

for (const width of [320, 1280]) {
  test(`a first day at ${width} px`, { timeout: 300000 }, async () => {
    const visitor = await Visitor.to(browser, server, { width });
    const email = `mika-${width}@example.org`;
    await visitor.telling(async () => {
      await signUp(visitor, email);
      await confirm(visitor, email);
      await comeIn(visitor, email);
      await bring(visitor);
      await whatWasFound(visitor);
      await bringAgain(visitor);
      await lookHome(visitor);
      await lookAtReports(visitor);
      await changeUnit(visitor);
      await takeBack(visitor);
      for (const page of ["/settings", "/activity", "/records", "/records/new", "/following"]) {
        await visitor.open(page);
        await visitor.looksRight(page);
      }
      await signOut(visitor);
      visitor.isQuiet("the whole day");
    });
  });
}
