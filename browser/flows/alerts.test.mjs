// Alerts: a care partner sees what was, chooses rules and ways, tests them; the owner says who is called.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { demo } from "../kit/server.mjs";
import { signIn, tab } from "../kit/steps.mjs";

let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), demo()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the demo ends in good order");
});

const person = (part) => server.people().find(({ who }) => who.includes(part));

async function sees(visitor) {
  const { page } = visitor;
  await visitor.open("/following");
  await page.locator("a.person", { hasText: "Mara Lind" }).click();
  await page.locator("[data-now-value]").first().waitFor();
  await tab(visitor, "Alerts");
  await page.getByRole("heading", { level: 1, name: "Alerts" }).waitFor();
  await page.getByText("Taken by you").first().waitFor();
  assert.equal(await page.getByRole("link", { name: "Who is called" }).count(), 0, "the order is the owner's");
  await visitor.looksRight("alerts");
}

async function chooses(visitor) {
  const { page } = visitor;
  await page.getByRole("link", { name: "What I am told of" }).click();
  await page.getByRole("heading", { level: 1, name: "What I am told of" }).waitFor();
  await visitor.looksRight("alerts-rules");
  const low = page.getByRole("group", { name: "Low", exact: true });
  await low.getByLabel("Below").fill("7");
  visitor.expect("422");
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.getByRole("heading", { name: "Please look at this again" }).waitFor();
  await visitor.looksRight("alerts-rules-refused");
  await low.getByLabel("Below").fill("75");
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.getByText("What you are told of is changed").waitFor();
}

async function tests(visitor) {
  const { page } = visitor;
  await page.getByRole("link", { name: "Ways to be told" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Ways to be told" }).waitFor();
  await page.getByRole("button", { name: "Test alert" }).click();
  await page.getByText("A test is on its way").waitFor();
  for (let tries = 0; tries < 100; tries += 1) {
    await visitor.open("/alerts/channels");
    if ((await page.getByText("E-mail: sent").count()) > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await page.getByText("E-mail: sent").waitFor();
  await page.getByLabel(/^Webhook/).check();
  await page.getByLabel(/^Address/).fill("https://127.0.0.1/hook");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("whsec_").waitFor();
  await visitor.looksRight("alerts-webhook-secret");
  await page.getByRole("button", { name: "Test alert" }).click();
  for (let tries = 0; tries < 100; tries += 1) {
    await visitor.open("/alerts/channels");
    if ((await page.getByText("Fails since").count()) > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await page.getByText("this server may not reach that address").first().waitFor();
  await visitor.looksRight("alerts-ways-failing");
}

async function puts(visitor) {
  const { page } = visitor;
  await tab(visitor, "Alerts");
  await page.getByText("Taken by Jonas Lind").first().waitFor();
  await visitor.looksRight("alerts-owner");
  await page.getByRole("link", { name: "Who is called" }).click();
  await page.getByRole("heading", { level: 1, name: "Who is called" }).waitFor();
  await page.getByLabel("First").selectOption({ label: "Petra Lind" });
  await page.getByLabel("Second").selectOption({ label: "Jonas Lind" });
  await visitor.looksRight("alerts-order");
  await page.getByRole("button", { name: "Keep this order" }).click();
  await page.getByText("The order in which people are called is changed").waitFor();
}

async function opensALink(visitor) {
  const { page } = visitor;
  visitor.expect("410");
  await visitor.open("/alerts/links/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  await page.getByRole("heading", { level: 1, name: "This link is over" }).waitFor();
  await visitor.looksRight("alerts-link-over");
}

test("alerts: a care partner chooses, tests, and sees what was; the owner says who is called", async () => {
  const jonas = await Visitor.to(browser, server);
  await jonas.telling(async () => {
    const { email, password } = person("her care partner, View only");
    await signIn(jonas, email, password);
    await sees(jonas);
    await chooses(jonas);
    await tests(jonas);
  });
  const mara = await Visitor.to(browser, server, { width: 320, colours: "dark" });
  await mara.telling(async () => {
    const { email, password } = person("(patient)");
    await signIn(mara, email, password);
    await puts(mara);
  });
  const nobody = await Visitor.to(browser, server);
  await nobody.telling(() => opensALink(nobody));
});
