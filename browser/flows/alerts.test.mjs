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
  // Whatever the value is just now, one of the two finds it.
  await low.getByLabel("Below").fill("120");
  await low.getByLabel("Only when it lasts").fill("0");
  const high = page.getByRole("group", { name: "High", exact: true });
  await high.getByLabel("Tell me").check();
  await high.getByLabel("Above").fill("100");
  await high.getByLabel("Only when it lasts").fill("0");
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.getByText("What you are told of is changed").waitFor();
}

// Until a page shows what another part of the server does meanwhile.
async function until(visitor, path, words) {
  for (let tries = 0; tries < 100; tries += 1) {
    await visitor.open(path);
    if ((await visitor.page.getByText(words).count()) > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${path} never said ${words}`);
}

async function isAlerted(visitor) {
  const { page } = visitor;
  const alerts = new URL(page.url()).pathname;
  await until(visitor, alerts, /^Now: /);
  await visitor.looksRight("alerts-open");
  await visitor.open("/following");
  await page.getByText(/^Alert: /).waitFor();
  await visitor.looksRight("following-alert");
  await opensIt(visitor);
  await visitor.open(alerts);
}

// From the list to the one button.
async function opensIt(visitor) {
  const { page } = visitor;
  await page.getByRole("link", { name: /^Open the alert/ }).first().click();
  await page.getByRole("button", { name: "I have seen it" }).waitFor();
  await visitor.looksRight("alert");
}

// Where the newest alert in their mail leads.
async function linkTo(email) {
  for (let tries = 0; tries < 100; tries += 1) {
    const links = (await server.mails()).filter(({ to }) => to.includes(email)).flatMap(({ links }) => links);
    const found = links.map((link) => new URL(link).pathname).find((path) => path.startsWith("/alerts/links/"));
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no alert in the mail of ${email}`);
}

// The link of the mail, on a phone that nobody has signed in on.
async function takesIt(visitor) {
  const { page } = visitor;
  await visitor.open(await linkTo(person("her care partner, View only").email));
  await page.getByRole("heading", { level: 1, name: "An alert waits for you" }).waitFor();
  assert.doesNotMatch(await page.locator("body").innerText(), /Mara|mg\/dL/, "nothing of anybody stands there");
  await visitor.looksRight("alerts-link");
  await page.getByRole("button", { name: "I have seen it" }).click();
  await page.getByRole("heading", { level: 1, name: "Thank you" }).waitFor();
  await visitor.looksRight("alerts-link-taken");
}

async function tests(visitor) {
  const { page } = visitor;
  await page.getByRole("link", { name: "Ways to be told" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Ways to be told" }).waitFor();
  await page.getByRole("button", { name: "Test alert" }).click();
  await page.getByText("A test is on its way").waitFor();
  await until(visitor, "/alerts/channels", /E-mail: sent/);
  await page.getByRole("radio", { name: /Webhook/ }).check();
  await page.getByLabel("Address, for ntfy and webhook").fill("https://127.0.0.1/hook");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("whsec_").waitFor();
  await visitor.looksRight("alerts-webhook-secret");
  await page.getByRole("button", { name: "Test alert" }).click();
  await until(visitor, "/alerts/channels", /Fails since/);
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
  await page.getByLabel(/^First/).selectOption({ label: "Petra Lind" });
  await page.getByLabel(/^Second/).selectOption({ label: "Jonas Lind" });
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
    await isAlerted(jonas);
    const phone = await Visitor.to(browser, server, { width: 320 });
    await phone.telling(() => takesIt(phone));
    await until(jonas, new URL(jonas.page.url()).pathname, /^Taken by you/);
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
