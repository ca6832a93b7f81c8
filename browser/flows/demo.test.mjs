// The living demo: a care partner who may only look, one who may download, a parent, and the clinic.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { demo } from "../kit/server.mjs";
import { goTo, pdfText, signInAs, signOut, tab } from "../kit/steps.mjs";

let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), demo()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the demo ends in good order");
});

const person = (part) => server.people().find(({ who }) => who.includes(part));

// Somebody of the demo, signed in, at each width.
function story(name, part, tell) {
  for (const width of [320, 1280]) {
    test(`${name} at ${width} px`, { timeout: 180000 }, async () => {
      const visitor = await Visitor.to(browser, server, { width });
      await visitor.telling(async () => {
        await signInAs(visitor, person(part));
        await visitor.page.getByRole("navigation", { name: "Main" }).waitFor();
        await tell(visitor, visitor.page);
        await signOut(visitor);
        visitor.isQuiet(name);
      });
    });
  }
}

story("a care partner with View only sees and cannot take away", "View only", async (visitor, page) => {
  await visitor.open("/following");
  await visitor.looksRight("following");
  await page.getByRole("link", { name: /^Mara Lind/ }).click();
  await page.getByText(/View only/).first().waitFor();
  await page.locator("[data-now-value]").first().waitFor();
  await visitor.looksRight("following-home");
  const record = new URL(page.url()).pathname;
  assert.equal(await page.getByRole("link", { name: "Uploads" }).count(), 0);
  await tab(visitor, "Reports");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await visitor.looksRight("following-agp");
  assert.equal(await page.getByRole("link", { name: /^PDF/ }).count(), 0);
  assert.match(await page.locator("main").innerText(), /ask Mara Lind/);
  visitor.expect("status of 403");
  const answer = await visitor.open(`${record}/reports/agp.pdf?days=14`);
  assert.equal(answer.status(), 403, "refused by the server, not hidden by the page");
  await visitor.looksRight("following-refused");
  assert.equal((await visitor.open(`${record}/uploads`)).status(), 403);
  await visitor.open("/");
});

story("a care partner with View and download takes a report", "View and download", async (visitor, page) => {
  await visitor.open("/following");
  await page.getByRole("link", { name: /^Mara Lind/ }).click();
  await tab(visitor, "Reports");
  const agp = await pdfText(page, page.getByRole("link", { name: "PDF, A4" }));
  assert.match(agp.text, /Mara Lind/);
  await page.getByRole("link", { name: "Daily review" }).click();
  await visitor.looksRight("partner-daily");
});

story("a patient sees her own day", "(patient)", async (visitor, page) => {
  await page.locator("[data-now-value]").first().waitFor();
  await visitor.looksRight("mara-home");
  await tab(visitor, "Reports");
  await visitor.looksRight("mara-agp");
  await tab(visitor, "Uploads");
  await visitor.looksRight("mara-uploads");
  await tab(visitor, "Settings");
  await visitor.looksRight("mara-settings");
});

story("a parent has two children", "parent", async (visitor, page) => {
  await visitor.open("/records");
  await page.getByRole("link", { name: /Emil Ahlers/ }).waitFor();
  await visitor.looksRight("records");
  await page.getByRole("link", { name: /Ida Ahlers/ }).click();
  await page.locator("[data-now-value]", { hasText: "mmol/L" }).waitFor();
  await visitor.looksRight("child-home");
});

story("a clinic has forty patients", "clinician", async (visitor, page) => {
  await goTo(visitor, "Riverside Diabetes Clinic");
  await page.getByText("40 patients").waitFor();
  assert.equal(await page.locator("tbody tr").count(), 40);
  await visitor.looksRight("clinic");
  await page.getByRole("columnheader", { name: /below/i }).getByRole("link").click();
  await page.locator("[aria-sort=ascending], [aria-sort=descending]").first().waitFor();
  await page.locator("tbody").getByRole("link").first().click();
  await page.getByRole("heading", { name: "Uploaded here" }).waitFor();
  await visitor.looksRight("clinic-patient");
  await page.getByRole("link", { name: /^Glucose profile/ }).first().click();
  await page.getByRole("heading", { level: 1, name: /^Glucose profile/ }).waitFor();
  await visitor.looksRight("clinic-agp");
  await tab(visitor, "Home");
  await page.locator("[data-now-value]").first().waitFor();
});
