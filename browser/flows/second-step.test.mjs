// The second step: an app, a phone, a passkey, recovery codes; asked in a new browser, remembered, and signed in with alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { appCode, device, gateway } from "../kit/authenticator.mjs";
import { Visitor, launch } from "../kit/browser.mjs";
import { serve } from "../kit/server.mjs";
import { mailTo, signIn, signOut } from "../kit/steps.mjs";

const password = "seven green bicycles in the rain";
const list = "/security/second-step";
let browser, server, sms;

before(async () => {
  sms = await gateway();
  [browser, server] = await Promise.all([launch(), serve("--sms", sms.url, "--sms-from", "Kinsight")]);
});
after(async () => {
  await browser?.close();
  sms?.close();
  assert.equal(await server?.stop(), 0, "the server ends in good order");
});

const button = ({ page }, name) => page.getByRole("button", { name, exact: true });
const code = ({ page }) => page.getByRole("textbox", { name: "Code" });
const isIn = ({ page }) => page.getByRole("navigation", { name: "Main" }).locator("summary").waitFor();

async function newPerson(visitor, email) {
  const { page } = visitor;
  await visitor.open("/sign-up");
  await page.getByLabel("Your name").fill("Mika Example");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Country").selectOption({ label: "Germany" });
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await button(visitor, "Sign up").click();
  await page.waitForURL("**/sign-up/sent");
  const mail = await mailTo(server, email);
  await visitor.open(new URL(mail.links[0]).pathname);
  await page.getByRole("button", { name: /this is my address/ }).click();
  await signIn(visitor, email, password);
  await isIn(visitor);
}

// Each code is taken once, so the first is the one of now and the second the one of the next step: both are still good should
// half a minute end between typing and sending.
async function addApp(visitor) {
  const { page } = visitor;
  await visitor.open(list);
  await page.getByText("You have none yet").waitFor();
  await visitor.looksRight("second-step-none");
  await page.getByRole("link", { name: "Add an app" }).click();
  await visitor.looksRight("second-step-app");
  await page.getByLabel("Name").fill("Phone");
  await button(visitor, "Show the key").click();
  await page.getByRole("img", { name: /^Square code/ }).waitFor();
  await visitor.looksRight("second-step-app-key");
  const seed = (await page.locator("code.token").innerText()).replaceAll(" ", "");
  assert.equal(seed.length, 32);
  visitor.expect("status of 422");
  await code(visitor).fill("12");
  await button(visitor, "Confirm").click();
  await page.getByText("This code is wrong").first().waitFor();
  await visitor.looksRight("second-step-app-refused");
  visitor.expected = [];
  await code(visitor).fill(appCode(seed));
  await button(visitor, "Confirm").click();
  return [seed, await keepCodes(visitor)];
}

async function keepCodes(visitor) {
  const { page } = visitor;
  await page.getByRole("heading", { level: 1, name: "Your recovery codes" }).waitFor();
  await button(visitor, "Print").waitFor();
  await visitor.looksRight("recovery-codes-new");
  const codes = await page.locator("#codes code").allInnerTexts();
  assert.equal(new Set(codes).size, 10);
  await page.getByRole("link", { name: "I have kept them" }).click();
  await page.getByText("10 of ten are left").waitFor();
  await visitor.looksRight("second-step-list");
  return codes;
}

async function half(visitor, email) {
  const { page } = visitor;
  await signIn(visitor, email, password);
  await page.getByRole("heading", { level: 1, name: "Second step" }).waitFor();
}

async function withApp(visitor, email, seed) {
  const { page } = visitor;
  await half(visitor, email);
  await visitor.looksRight("sign-in-second-step");
  visitor.expect("status of 401");
  await code(visitor).fill("000000");
  await button(visitor, "Continue").click();
  await page.getByText("This code is wrong").first().waitFor();
  await visitor.looksRight("sign-in-second-step-refused");
  visitor.expected = [];
  await code(visitor).fill(appCode(seed, 1));
  await button(visitor, "Continue").click();
  await isIn(visitor);
}

async function withRecoveryCode(visitor, email, recovery) {
  await half(visitor, email);
  await code(visitor).fill(recovery.toLowerCase());
  await button(visitor, "Continue").click();
  await isIn(visitor);
  await visitor.open(list);
  await visitor.page.getByText("9 of ten are left").waitFor();
}

async function withPhone(visitor, email, number) {
  const { page } = visitor;
  await visitor.open(list);
  await page.getByRole("link", { name: "Add a phone" }).click();
  await visitor.looksRight("second-step-phone");
  await page.getByRole("textbox", { name: "Phone number" }).fill(number);
  await button(visitor, "Send a code").click();
  await page.getByText("We have sent a code to").waitFor();
  await visitor.looksRight("second-step-phone-code");
  await code(visitor).fill(await sms.code(number, 1));
  await button(visitor, "Confirm").click();
  await page.getByText("The second step was added").waitFor();
  await signOut(visitor);
  await half(visitor, email);
  await button(visitor, "Send a code to my phone").click();
  await page.getByText("A code is on its way").waitFor();
  await visitor.looksRight("sign-in-second-step-sent");
  await code(visitor).fill(await sms.code(number, 2));
  await button(visitor, "Continue").click();
  await isIn(visitor);
}

async function makePasskey(visitor, held) {
  const { page } = visitor;
  await visitor.open(list);
  await page.getByRole("link", { name: "Make a passkey" }).click();
  await button(visitor, "Make a passkey").waitFor();
  await visitor.looksRight("second-step-passkey");
  await page.getByLabel("Name").fill("This computer");
  await held.touch(async () => {
    await button(visitor, "Make a passkey").click();
    await page.getByText("The second step was added").waitFor();
  });
  const [passkey] = await held.passkeys();
  assert.equal(passkey.rpId, "localhost");
  assert.equal(passkey.isResidentCredential, true);
  await visitor.looksRight("second-step-list-passkey");
}

async function withPasskeyAlone(visitor, held) {
  const { page } = visitor;
  await visitor.open("/sign-in");
  await button(visitor, "Use a passkey").waitFor();
  await visitor.looksRight("sign-in-passkey");
  await held.touch(async () => {
    await button(visitor, "Use a passkey").click();
    await isIn(visitor);
  });
  // A fresh proof by the same device.
  await visitor.open(`/proof?next=${list}`);
  await visitor.looksRight("proof");
  await held.touch(async () => {
    await button(visitor, "Use a passkey").click();
    await page.waitForURL(`**${list}`);
  });
}

async function remembered(visitor, email, held) {
  const { page } = visitor;
  await half(visitor, email);
  await visitor.looksRight("sign-in-second-step-passkey");
  await page.getByLabel(/Remember this browser/).check();
  await held.touch(async () => {
    await button(visitor, "Use a passkey").click();
    await isIn(visitor);
  });
  await signOut(visitor);
  await signIn(visitor, email, password);
  await isIn(visitor);
}

async function remove(visitor) {
  const { page } = visitor;
  await visitor.open(list);
  await page.getByRole("link", { name: "Remove Phone" }).click();
  await visitor.looksRight("second-step-removal");
  await button(visitor, "Remove it").click();
  await page.getByText("The second step was removed").waitFor();
  assert.equal(await page.getByRole("link", { name: "Remove Phone" }).count(), 0);
  await page.getByRole("link", { name: "Make new codes" }).click();
  await visitor.looksRight("recovery-codes");
}

for (const width of [320, 1280]) {
  test(`second step at ${width} px`, { timeout: 300000 }, async () => {
    const visitor = await Visitor.to(browser, server, { width });
    const email = `mika-${width}@example.org`;
    await visitor.telling(async () => {
      await newPerson(visitor, email);
      const [seed, codes] = await addApp(visitor);
      await signOut(visitor);
      await withApp(visitor, email, seed);
      await signOut(visitor);
      await withRecoveryCode(visitor, email, codes[3]);
      await withPhone(visitor, email, `+49151000${width}`);
      const held = await device(visitor);
      await makePasskey(visitor, held);
      await signOut(visitor);
      await withPasskeyAlone(visitor, held);
      await signOut(visitor);
      await remembered(visitor, email, held);
      await remove(visitor);
      await signOut(visitor);
      visitor.isQuiet("the second step");
    });
  });
}

test("second step by number: passkeys name the address where they work", { timeout: 60000 }, async () => {
  const number = { ...server, address: server.address.replace("localhost", "127.0.0.1") };
  const visitor = await Visitor.to(browser, number, { width: 320 });
  await visitor.telling(async () => {
    await visitor.open("/sign-in");
    await visitor.page.getByText("Passkeys work at this server’s name only").waitFor();
    assert.equal(await button(visitor, "Use a passkey").count(), 0);
    await visitor.looksRight("sign-in-by-number");
  });
});
