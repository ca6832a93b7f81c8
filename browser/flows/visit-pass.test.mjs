// A visit pass from both sides: the patient makes it on a phone, the doctor opens it on a desktop, either ends it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { plainCsv } from "../kit/files.mjs";
import { serve } from "../kit/server.mjs";
import { mailTo, signIn, tab } from "../kit/steps.mjs";

const password = "seven green bicycles in the rain";
const clock = /\d+:\d\d left/;
let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends in good order");
});

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
  const { links } = await mailTo(server, email);
  await visitor.open(new URL(links.find((link) => link.includes("/confirmations/"))).pathname);
  await page.getByRole("button", { name: /this is my address/ }).click();
  await page.getByText("Your e-mail address is confirmed").waitFor();
  await signIn(visitor, email, password);
  await page.getByText("Nothing here yet.").waitFor();
  await tab(visitor, "Uploads");
  const file = { name: "values.csv", mimeType: "text/csv", buffer: plainCsv(15, new Date()) };
  await page.locator("input[type=file]").setInputFiles([file]);
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("heading", { name: "What was found" }).waitFor({ timeout: 60000 });
}

// By the keyboard alone, as far as the form goes.
async function make(patient) {
  const { page } = patient;
  await tab(patient, "Settings");
  await page.getByRole("link", { name: "Visit passes" }).click();
  await page.getByText("Nobody sees anything with a visit pass just now.").waitFor();
  await patient.looksRight("passes-none");
  await page.getByLabel("For whom").fill("Dr Wolf");
  await page.getByLabel("Which days").selectOption({ label: "The last 7 days" });
  await page.getByLabel("For how long").selectOption({ label: "10 minutes" });
  await page.getByRole("button", { name: "Make a visit pass" }).press("Enter");
  await page.getByText("Your new visit pass").waitFor();
  await page.getByRole("img", { name: /Square code/ }).waitFor();
  await page.getByText(clock).waitFor();
  await patient.looksRight("passes-new");
  return page.locator(".pass-code").textContent();
}

async function openByCode(doctor, code) {
  const { page } = doctor;
  await doctor.open("/pass");
  await doctor.looksRight("pass-code");
  await page.getByRole("textbox", { name: "Code" }).fill(code.toLowerCase().replaceAll("-", " "));
  await page.getByRole("textbox", { name: "Code" }).press("Enter");
  await page.getByRole("heading", { level: 1, name: "Glucose profile of Nora Example" }).waitFor();
  await page.getByText(clock).waitFor();
  await doctor.looksRight("pass-profile");
  await page.getByRole("link", { name: "Daily review" }).click();
  await page.getByRole("heading", { level: 1, name: "Daily review of Nora Example" }).waitFor();
  await doctor.looksRight("pass-daily");
}

const seconds = async (page) => {
  const [, minutes, rest] = /(\d+):(\d\d) left/.exec(await page.getByText(clock).first().textContent());
  return 60 * Number(minutes) + Number(rest);
};

async function countsDown(page) {
  const first = await seconds(page);
  assert.ok(first > 400 && first <= 600, `${first} seconds are left`);
  await page.waitForFunction((first) => {
    const text = /(\d+):(\d\d) left/.exec(document.body.textContent);
    return text && 60 * Number(text[1]) + Number(text[2]) < first;
  }, first);
}

// Nothing is on the page, and Back leads to nothing either.
async function isOver(doctor) {
  const { page } = doctor;
  await page.waitForURL("**/pass/over");
  await page.getByRole("heading", { name: "The visit pass is over" }).waitFor();
  await doctor.looksRight("pass-over");
  doctor.expect("status of 404");
  await page.goBack();
  await page.getByRole("heading", { name: /No visit pass is open here|The visit pass is over|Open a visit pass/ }).waitFor();
  assert.equal(await page.getByText("Nora Example").count(), 0);
}

test("visit pass, opened by code, ended by the patient", { timeout: 240000 }, async () => {
  const patient = await Visitor.to(browser, server, { width: 320 });
  const doctor = await Visitor.to(browser, server, { width: 1280 });
  await patient.telling(() => doctor.telling(async () => {
    await join(patient, "nora@example.org");
    await openByCode(doctor, await make(patient));
    // The patient's page learns of it by itself, and square and code go.
    await patient.page.getByText(/Opened at \d\d:\d\d in Chrome/).waitFor();
    assert.equal(await patient.page.locator(".pass-code").count(), 0);
    await Promise.all([countsDown(patient.page), countsDown(doctor.page)]);
    await patient.looksRight("passes-opened");
    await patient.page.getByRole("button", { name: "End now" }).click();
    await patient.page.getByText("Nobody sees anything with a visit pass just now.").waitFor();
    await isOver(doctor);
    await doctor.page.goto(`${server.address}/pass/look`);
    await doctor.page.getByRole("heading", { name: "No visit pass is open here" }).waitFor();
    await doctor.looksRight("pass-none");
    patient.isQuiet("the patient's side");
    doctor.isQuiet("the doctor's side");
  }));
});

test("visit pass, opened by link on a phone, ended by the doctor", { timeout: 240000 }, async () => {
  const patient = await Visitor.to(browser, server, { width: 1280 });
  const doctor = await Visitor.to(browser, server, { width: 320 });
  await patient.telling(() => doctor.telling(async () => {
    await join(patient, "nora-2@example.org");
    await make(patient);
    await patient.page.getByText("Link to send").click();
    const link = await patient.page.locator(".new-pass .token").textContent();
    await doctor.open(new URL(link).pathname);
    await doctor.looksRight("pass-link");
    await doctor.page.getByRole("button", { name: "Look now" }).press("Enter");
    await doctor.page.getByRole("heading", { level: 1, name: "Glucose profile of Nora Example" }).waitFor();
    await doctor.looksRight("pass-profile-narrow");
    await patient.page.getByText(/Opened at \d\d:\d\d in Chrome/).waitFor();
    await doctor.page.getByRole("button", { name: "I am done" }).press("Enter");
    await isOver(doctor);
    await patient.page.getByText("Nobody sees anything with a visit pass just now.").waitFor();
    patient.isQuiet("the patient's side");
    doctor.isQuiet("the doctor's side");
  }));
});
