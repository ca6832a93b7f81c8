// A clinic's list of patients: who needs a call first, searched, filtered and sorted; a patient is added, and pointed out when added twice.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { demo } from "../kit/server.mjs";
import { goTo, signIn, signOut } from "../kit/steps.mjs";

let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), demo()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the demo ends in good order");
});

const person = (part) => server.people().find(({ who }) => who.includes(part));

// Members of a clinic have a second step; each printed code works once.
async function signInMember(visitor, code) {
  const { page } = visitor;
  const { email, password } = person("clinician");
  await signIn(visitor, email, password);
  await page.getByRole("textbox", { name: "Code" }).fill(code);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

async function find(page, words) {
  await page.getByRole("searchbox").fill(words);
  await page.getByRole("button", { name: "Find" }).click();
}

async function looksThrough(visitor, page) {
  await goTo(visitor, "Riverside Diabetes Clinic");
  await page.getByText(/^4\d patients$/).waitFor();
  const first = page.locator("tbody tr").first();
  assert.match(await first.textContent(), /below 54 mg\/dL|below 70 mg\/dL/, "who needs a call stands on top and the row says why");
  await visitor.looksRight("clinic-list");
  await page.getByRole("columnheader", { name: /Time in range/ }).getByRole("link").click();
  await page.locator("[aria-sort=ascending]").waitFor();
  await page.getByText("Filter and sort").click();
  await page.getByLabel("No data").selectOption("7");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByText(/^\d of 4\d patients$/).waitFor();
  assert.match(page.url(), /no_data=7/);
  assert.match(await page.locator("tbody").textContent(), /no data for 9 days/);
  await visitor.looksRight("clinic-list-filtered");
  await page.getByRole("link", { name: "Show all patients" }).click();
}

async function searches(visitor, page) {
  await find(page, "irina becker");
  await page.getByText(/^1 of 4\d patients$/).waitFor();
  assert.equal(await page.locator("tbody tr").count(), 1);
  assert.doesNotMatch(page.url(), /irina/i, "no name stands in an address");
  await page.getByRole("columnheader", { name: /Mean/ }).getByRole("button").click();
  await page.locator("[aria-sort=descending]").waitFor();
  assert.equal(await page.locator("tbody tr").count(), 1, "the search goes along");
  await visitor.looksRight("clinic-list-search");
  await find(page, "nobody at all");
  await page.getByText("No patient is like that.").waitFor();
  await visitor.looksRight("clinic-list-nobody");
}

async function adds(visitor, page, name) {
  await page.getByRole("link", { name: "Show all patients" }).last().click();
  const fill = async () => {
    await page.getByRole("link", { name: "Add a patient" }).click();
    await page.getByRole("heading", { level: 1, name: "Add a patient" }).waitFor();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Date of birth").fill("1950-02-01");
    await page.getByLabel("Group").fill("Pump");
    await page.getByLabel("Tags").fill("tuesday, study a");
  };
  await fill();
  await visitor.looksRight("clinic-patient-new");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await goTo(visitor, "Riverside Diabetes Clinic");
  await find(page, "1.2.1950");
  await page.getByRole("rowheader", { name }).getByText("tuesday").waitFor();
  await visitor.looksRight("clinic-list-tags");
  visitor.expect("status of 409");
  await page.getByRole("link", { name: "Change details" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Change a patient" }).waitFor();
  await page.getByRole("link", { name: "Cancel" }).click();
  await goTo(visitor, "Riverside Diabetes Clinic");
  await fill();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("heading", { name: "There is already a patient of this name and date of birth" }).waitFor();
  await visitor.looksRight("clinic-patient-twice");
  await page.getByRole("link", { name: "Cancel" }).click();
}

for (const [width, code, name] of [[320, "DEMO-CODE-0000-0021", "Vera Small"], [1280, "DEMO-CODE-0000-0022", "Vera Wide"]]) {
  test(`a clinic's list of patients at ${width} px`, { timeout: 240000 }, async () => {
    const visitor = await Visitor.to(browser, server, { width });
    await visitor.telling(async () => {
      await signInMember(visitor, code);
      await looksThrough(visitor, visitor.page);
      await searches(visitor, visitor.page);
      await adds(visitor, visitor.page, name);
      await signOut(visitor);
      visitor.isQuiet("clinic list");
    });
  });
}
