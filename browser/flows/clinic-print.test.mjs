// A clinician prints the reports of three patients as one file, merges two records, and undoes it.
import assert from "node:assert/strict";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { demo } from "../kit/server.mjs";
import { goTo, pdfText, signIn } from "../kit/steps.mjs";

let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), demo()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the demo ends in good order");
});

const place = (page, name) => page.getByRole("navigation", { name: "Clinic" }).getByRole("link", { name });

async function prints(visitor, page) {
  await place(page, "Print reports").click();
  await page.getByRole("heading", { level: 1, name: "Print reports" }).waitFor();
  await page.getByLabel(/^Search by name/).fill("albers");
  await page.getByRole("button", { name: "Search" }).click();
  for (const name of [/^Anna Albers/, /^Bruno Albers/, /^Clara Albers/]) await page.getByRole("checkbox", { name }).check();
  await page.getByLabel(/^Search by name/).fill("becker");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText("Chosen: 3").waitFor();
  await visitor.looksRight("print-choice");
  await page.getByLabel("Daily review").check();
  await page.getByRole("button", { name: "Make the reports" }).click();
  await page.getByRole("heading", { level: 1, name: "The reports are ready" }).waitFor({ timeout: 60000 });
  await visitor.looksRight("print-ready");
  page.once("download", async (download) => {
    const folder = process.env.KEEP_SCREENSHOTS;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await copyFile(await download.path(), join(folder, `reports-${visitor.width}.pdf`));
  });
  const { name, text } = await pdfText(page, page.getByRole("button", { name: /^Download reports_/ }));
  assert.match(name, /^reports_\d{4}-\d\d-\d\d\.pdf$/);
  for (const part of ["Anna Albers", "Bruno Albers", "Clara Albers", "Receipt ", "Page 1 of 1"]) assert.ok(text.includes(part), part);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "The file was downloaded" }).waitFor();
}

async function merges(visitor, page) {
  await goTo(visitor, "Riverside Diabetes Clinic");
  await place(page, "Print reports").click();
  const id = await page.getByRole("checkbox", { name: /^David Albers/ }).inputValue();
  const clinic = new URL(page.url()).pathname.split("/")[2];
  await visitor.open(`/clinics/${clinic}/patients/${id}/merge`);
  await page.getByLabel(/^Name, number or birth date/).fill("david becker");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("link", { name: /^David Becker/ }).click();
  await page.getByRole("heading", { level: 2, name: "Merge them" }).waitFor();
  await visitor.looksRight("merge");
  await page.getByRole("button", { name: "Merge", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Duplicates" }).waitFor();
  await page.getByText("was merged into").waitFor();
  await visitor.looksRight("merged");
  await page.getByRole("button", { name: /^Undo/ }).click();
  await page.getByText("was merged into").waitFor({ state: "detached" });
  await visitor.looksRight("parted");
  await visitor.open(`/clinics/${clinic}/patients/${id}/leaving`);
  await page.getByRole("heading", { level: 1, name: /leaves the clinic/ }).waitFor();
  await visitor.looksRight("leaving");
  await page.getByRole("button", { name: "Note that they left" }).click();
  await page.getByRole("button", { name: "Note that they are back" }).click();
  await page.getByRole("button", { name: "Note that they left" }).waitFor();
}

for (const [width, code] of [[320, 21], [1280, 22]]) {
  test(`a clinic day is printed, and two records are merged at ${width} px`, { timeout: 240000 }, async () => {
    const visitor = await Visitor.to(browser, server, { width });
    await visitor.telling(async () => {
      const { page } = visitor;
      const { email, password } = server.people().find(({ who }) => who.includes("clinic, admin"));
      await signIn(visitor, email, password);
      await page.getByRole("heading", { level: 1, name: "Second step" }).waitFor();
      await page.getByRole("textbox").last().fill(`DEMO-CODE-0000-00${code}`);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("navigation", { name: "Main" }).waitFor();
      await goTo(visitor, "Riverside Diabetes Clinic");
      await prints(visitor, page);
      await merges(visitor, page);
      visitor.isQuiet("the clinic's day");
    });
  });
}
