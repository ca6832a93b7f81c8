// What people do again and again, in the words that stand on the pages.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export async function signIn(visitor, email, password) {
  const { page } = visitor;
  await visitor.open("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.locator("form[action='/sign-in']").getByRole("button", { name: "Sign in" }).click();
}

// Members of the demo's clinic have a second step. Each recovery code opens once, so a story takes the next one.
let codesUsed = 0;
const nextCode = () => `DEMO-CODE-0000-${String((codesUsed += 1)).padStart(4, "0")}`;

export async function signInAtClinic(visitor, email, password, code = nextCode()) {
  const { page } = visitor;
  await signIn(visitor, email, password);
  await page.getByRole("heading", { level: 1, name: "Second step" }).waitFor();
  await page.getByRole("textbox", { name: "Code" }).fill(code);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

// Whoever is of the demo, by the way that they have.
export const signInAs = (visitor, { who, email, password }) =>
  (who.includes("clinic") ? signInAtClinic : signIn)(visitor, email, password);

// Somebody new, with a confirmed address, signed in.
export async function join(visitor, server, { name, email, password }) {
  const { page } = visitor;
  await visitor.open("/sign-up");
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Country").selectOption({ label: "Germany" });
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByRole("button", { name: "Sign up", exact: true }).click();
  await page.waitForURL("**/sign-up/sent");
  const mail = await mailTo(server, email);
  await visitor.open(new URL(mail.links[0]).pathname);
  await page.getByRole("button", { name: /this is my address/ }).click();
  await signIn(visitor, email, password);
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

// On a narrow page the places stand in the menu.
export async function goTo(visitor, place) {
  const main = visitor.page.getByRole("navigation", { name: "Main" });
  const link = main.getByRole("link", { name: place }).filter({ visible: true });
  if ((await link.count()) === 0) await main.locator("summary").click();
  await link.click();
}

export async function signOut(visitor) {
  const { page } = visitor;
  await page.getByRole("navigation", { name: "Main" }).locator("summary").click();
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await page.getByRole("button", { name: "Sign in" }).first().waitFor();
}

export const tab = (visitor, name) =>
  visitor.page.getByRole("navigation", { name: /^Record of/ }).getByRole("link", { name }).click();

// The worker writes mails a moment after they are due.
export async function mailTo(server, email) {
  for (let tries = 0; tries < 100; tries += 1) {
    const mail = (await server.mails()).find(({ to }) => to.includes(email));
    if (mail) return mail;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no mail to ${email}`);
}

// Drops files where they are to be dropped, as from the desktop.
export async function drop(page, files) {
  const bare = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString("base64") }));
  const transfer = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, mimeType, base64 } of files) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: mimeType }));
    }
    return transfer;
  }, bare);
  await page.dispatchEvent("[data-drop]", "drop", { dataTransfer: transfer });
}

// Follows a link to a PDF and yields what a reader of it reads.
export async function pdfText(page, link) {
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const path = await download.path();
  const bytes = await readFile(path);
  assert.equal(bytes.subarray(0, 5).toString("latin1"), "%PDF-");
  const { stdout } = await run("pdftotext", ["-layout", path, "-"]);
  return { name: download.suggestedFilename(), text: stdout };
}
