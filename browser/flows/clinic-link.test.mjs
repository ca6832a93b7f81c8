// A clinic and a patient at once, each in a browser of their own: a unique code is made, sent, printed, followed and accepted; then
// the clinic asks for an upload, and the patient ends the link.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Visitor, launch } from "../kit/browser.mjs";
import { demo } from "../kit/server.mjs";
import { mailTo, signIn } from "../kit/steps.mjs";

const run = promisify(execFile);
let browser, server;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const person = (part) => server.people().find(({ who }) => who.includes(part));
const said = (page, words) => page.getByRole("status").filter({ hasText: words }).waitFor();
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

// A member of the clinic, on the page of one patient.
async function atTheClinic(part, code, width) {
  const visitor = await Visitor.to(browser, server, { width });
  const { page } = visitor;
  const { email, password } = person(part);
  await signIn(visitor, email, password);
  await heading(page, "Second step");
  await page.getByRole("textbox").first().fill(code);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  const list = await page.locator("nav a[href^='/clinics/']").first().getAttribute("href");
  await visitor.open(list);
  const row = await page.getByRole("link", { name: "Anna Albers" }).first().getAttribute("href");
  const [id] = row.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g).slice(-1);
  visitor.patient = `${list.split("?")[0]}/${id}`;
  await visitor.open(visitor.patient);
  await heading(page, "Anna Albers");
  return visitor;
}

async function make(clinic) {
  const { page } = clinic;
  await clinic.looksRight("clinic-patient-not-linked");
  await page.getByRole("link", { name: "Unique code", exact: true }).click();
  await heading(page, "Unique code for Anna Albers");
  await page.getByLabel("Notes").check();
  await clinic.looksRight("clinic-code");
  await page.getByRole("button", { name: "Make the code" }).click();
  const code = await page.locator(".pass-code").innerText();
  assert.match(code, /^[2-9A-Z]{5}-[2-9A-Z]{5}$/);
  await clinic.looksRight("clinic-code-made");
  return code;
}

// The letter, as a reader of the PDF reads it.
async function print(clinic, code) {
  const { page } = clinic;
  const bytes = await page.evaluate(async (code) => {
    const form = document.querySelector("form[action$='/code/letter']");
    const body = new URLSearchParams({ code, paper: "a4" });
    const answer = await fetch(form.action, { method: "POST", body });
    return Array.from(new Uint8Array(await answer.arrayBuffer()));
  }, code);
  const folder = process.env.KEEP_SCREENSHOTS ?? server.folder;
  await mkdir(folder, { recursive: true });
  const path = join(folder, "link-letter.pdf");
  await writeFile(path, Buffer.from(bytes));
  const { stdout } = await run("pdftotext", ["-layout", path, "-"]);
  assert.ok(stdout.includes(code) && /Anna Albers/.test(stdout) && /Riverside/.test(stdout), stdout);
}

// What is followed is the link of the mail; the code stays over signing in.
async function follow(patient, code) {
  const { page } = patient;
  const { links } = await mailTo(server, "mara@example.org");
  const path = links.map((link) => new URL(link).pathname).find((path) => path.startsWith("/link/"));
  assert.ok(path.endsWith(code.replace("-", "")));
  await patient.open(path);
  await heading(page, "A code from your clinic");
  assert.ok(!(await page.content()).includes("Riverside"), "nothing is told before signing in");
  await patient.looksRight("link-signed-out");
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  const { email, password } = person("Mara Lind");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.locator("form[action='/sign-in']").getByRole("button", { name: "Sign in" }).click();
  await heading(page, "Riverside Diabetes Clinic asks to see your data");
  assert.ok(!page.url().includes(code.replace("-", "")), "the code is in no other address");
  await page.getByText("A. A., born in 1942").waitFor();
  await patient.looksRight("link-offer");
  await page.getByLabel("Notes").uncheck();
  await page.getByRole("button", { name: "Link with Riverside Diabetes Clinic" }).click();
  await said(page, "From now on Riverside Diabetes Clinic sees glucose, insulin, carbs and device settings and alarms.");
  await patient.looksRight("sharing-with-clinic");
}

async function support(clinic) {
  const { page } = clinic;
  await clinic.open(clinic.patient);
  await page.getByText("Is this the right account?").waitFor();
  await page.getByText("m•••@e•••.org").waitFor();
  await clinic.looksRight("clinic-patient-linked");
  await page.getByRole("button", { name: "Ask for upload" }).click();
  await said(page, "Asked: a mail is on its way to the patient.");
  await clinic.looksRight("clinic-patient-asked");
}

async function end(clinic, patient) {
  const { page } = patient;
  // What the clinic has open when the patient ends the link ends by itself.
  await clinic.page.getByRole("link", { name: "Home", exact: true }).click();
  await clinic.page.locator("[data-now-value]").first().waitFor();
  await page.getByRole("article", { name: "Riverside Diabetes Clinic" }).getByRole("link", { name: "Edit" }).click();
  await heading(page, "Riverside Diabetes Clinic");
  await patient.looksRight("sharing-clinic-edit");
  await page.getByRole("link", { name: "End the link" }).click();
  await heading(page, "End the link with Riverside Diabetes Clinic?");
  await patient.looksRight("sharing-clinic-removal");
  await page.getByRole("button", { name: "End the link" }).click();
  await said(page, "The link has ended.");
  await clinic.page.locator("[data-now-value]").first().waitFor({ state: "detached" });
  await clinic.open(clinic.patient);
  await clinic.page.getByText("Link ended, by the patient").waitFor();
  await patient.open("/sharing");
  await page.getByRole("heading", { name: "A clinic gave you a code" }).waitFor();
  await patient.looksRight("data-sharing-code");
  await page.getByRole("textbox", { name: "Code" }).fill("22222-22222");
  patient.expect("status of 422");
  await page.getByRole("button", { name: "See what is asked" }).click();
  await page.getByRole("alert").waitFor();
  await patient.looksRight("link-code-refused");
}

for (const width of [320, 1280]) {
  test(`a clinic links a patient by a unique code at ${width} px`, { timeout: 300000 }, async () => {
    server = await demo();
    const clinic = await atTheClinic("Sam Okafor", "DEMO-CODE-0000-0011", width);
    await clinic.telling(async () => {
      const code = await make(clinic);
      await print(clinic, code);
      await clinic.page.getByLabel("E-mail address").fill("mara@example.org");
      await clinic.page.getByRole("button", { name: "Send by e-mail" }).click();
      await said(clinic.page, "The code is on its way to mara@example.org.");
      const patient = await Visitor.to(browser, server, { width });
      await patient.telling(async () => {
        await follow(patient, code);
        await support(clinic);
        await end(clinic, patient);
        patient.isQuiet("the patient's side");
      });
      clinic.isQuiet("the clinic's side");
    });
    assert.equal(await server.stop(), 0, "the demo ends in good order");
  });
}
