// Clinics as organisations: registered after a second step; a colleague is invited, works there, and is removed while
// a patient's page stands open.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { appCode } from "../kit/authenticator.mjs";
import { Visitor, launch } from "../kit/browser.mjs";
import { demo } from "../kit/server.mjs";
import { join, signInAs, signOut, tab } from "../kit/steps.mjs";

const password = "seven green bicycles in the rain";
let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), demo()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the demo ends in good order");
});

const card = (page, name) => page.getByRole("article", { name });
const said = (page, words) => page.getByRole("status").filter({ hasText: words }).waitFor();
const press = (page, name) => page.locator("main").getByRole("button", { name, exact: true }).click();

async function addApp(page) {
  await page.getByRole("link", { name: "Add an app" }).click();
  await page.getByLabel("Name").fill("Phone");
  await press(page, "Show the key");
  await page.getByRole("img", { name: /^Square code/ }).waitFor();
  const seed = (await page.locator("code.token").innerText()).replaceAll(" ", "");
  await page.getByRole("textbox", { name: "Code" }).fill(appCode(seed));
  await press(page, "Confirm");
  await page.getByRole("heading", { level: 1, name: "Your recovery codes" }).waitFor();
}

async function register(visitor, name) {
  const { page } = visitor;
  await visitor.open("/settings");
  await page.getByRole("link", { name: /^Clinics/ }).click();
  await visitor.looksRight("clinics-none");
  await page.getByRole("link", { name: "Register a clinic" }).click();
  await page.getByRole("heading", { name: "First: a second step" }).waitFor();
  await visitor.looksRight("clinic-register-second-step");
  await page.getByRole("link", { name: "Set up a second step" }).click();
  await addApp(page);
  await visitor.open("/clinics/new");
  await visitor.looksRight("clinic-register");
  visitor.expect("status of 422");
  await page.getByLabel("Name of the clinic").fill("Call evil.com");
  await page.getByLabel("Address and phone").fill("2 High Street\nPhone 0199");
  await press(page, "Register");
  await page.getByRole("alert").waitFor();
  await visitor.looksRight("clinic-register-refused");
  visitor.expected = [];
  await page.getByLabel("Name of the clinic").fill(name);
  await press(page, "Register");
  await said(page, "Your clinic is registered");
  await card(page, "Kim Example").waitFor();
  await visitor.looksRight("clinic-members-first");
}

async function invite(visitor, email) {
  const { page } = visitor;
  await page.getByRole("navigation", { name: "Clinic" }).getByRole("link", { name: "Members" }).click();
  await page.getByRole("link", { name: "Invite a colleague" }).click();
  await page.getByRole("heading", { level: 1, name: "Invite a colleague" }).waitFor();
  await visitor.looksRight("clinic-invite");
  await page.getByLabel("Their e-mail address").fill(email);
  await page.getByLabel(/Clinician:/).check();
  await press(page, "Invite");
  await said(page, "The invitation is on its way");
  await card(page, email).waitFor();
  await visitor.looksRight("clinic-members-invited");
}

for (const width of [320, 1280]) {
  test(`a clinic and its members at ${width} px`, { timeout: 300000 }, async () => {
    const email = `kim${width}@example.org`;
    const kim = await Visitor.to(browser, server, { width });
    const ines = await Visitor.to(browser, server, { width });
    const tell = async () => {
    {
      await join(kim, server, { name: "Kim Example", email, password });
      await register(kim, `Eastside ${width}`);
    }
    {
      await signInAs(ines, server.people().find(({ who }) => who.includes("clinic, admin")));
      await ines.open("/clinics");
      await ines.page.getByRole("link", { name: /^Patients/ }).click();
      await invite(ines, email);
    }
    {
      const { page } = kim;
      await kim.open("/clinics");
      await page.getByRole("region", { name: /^Invitation of Riverside/ }).waitFor();
      await kim.looksRight("clinics-invited");
      await page.getByRole("button", { name: /^Accept/ }).click();
      await page.locator("tbody").getByRole("link").first().click();
      await page.getByRole("link", { name: /^Glucose profile/ }).first().click();
      await tab(kim, "Home");
      await page.locator("[data-now-value]").first().waitFor();
    }
    {
      const { page } = ines;
      await page.getByRole("navigation", { name: "Clinic" }).getByRole("link", { name: "Members" }).click();
      await card(page, "Kim Example").getByRole("link", { name: "Change role" }).click();
      await ines.looksRight("clinic-member");
      await page.getByLabel(/Admin:/).check();
      await press(page, "Save");
      await said(page, "The role was changed");
      await card(page, "Kim Example").getByRole("link", { name: "Remove" }).click();
      await page.getByRole("heading", { level: 1, name: "Remove Kim Example?" }).waitFor();
      await ines.looksRight("clinic-member-removal");
      await press(page, "Remove Kim Example");
      await said(page, "The member was removed");
      assert.equal(await card(page, "Kim Example").count(), 0);
    }
    {
      const { page } = kim;
      await page.getByRole("heading", { level: 1, name: "Your access to this has ended" }).waitFor();
      assert.equal(await page.locator("[data-now-value]").count(), 0, "nothing of the patient is left");
      await kim.looksRight("clinic-access-ended");
      await kim.open("/clinics");
      assert.equal(await page.getByText("Riverside").count(), 0);
    }
    {
      const { page } = ines;
      await page.getByRole("navigation", { name: "Clinic" }).getByRole("link", { name: "Activity" }).click();
      await page.getByRole("row", { name: /Removed a member/ }).first().waitFor();
      await ines.looksRight("clinic-activity");
      await page.getByRole("navigation", { name: "Clinic" }).getByRole("link", { name: "Settings" }).click();
      await ines.looksRight("clinic-settings");
      await page.getByRole("link", { name: "Close this clinic" }).click();
      await page.getByRole("heading", { level: 1, name: /^Close Riverside/ }).waitFor();
      await ines.looksRight("clinic-closing");
      await ines.open("/");
      await signOut(ines);
      ines.isQuiet("the admin's story");
    }
    };
    await kim.telling(() => ines.telling(tell));
  });
}
