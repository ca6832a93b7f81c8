// A parent and a care partner, each at their own screen: invited, signed up, let in, looking, and out at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { demo } from "../kit/server.mjs";
import { signIn, tab } from "../kit/steps.mjs";

const partner = { name: "Nora Vik", email: "nora@example.org", password: "seven green bicycles in the rain" };
let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), demo()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the demo ends in good order");
});

const parent = () => server.people().find(({ who }) => who.includes("parent of two"));

// The link in a mail to her that leads to this kind of page.
async function linkTo(kind) {
  for (let tries = 0; tries < 100; tries += 1) {
    const mine = (await server.mails()).filter(({ to }) => to.includes(partner.email));
    const paths = mine.flatMap(({ links }) => links).map((link) => new URL(link).pathname);
    const found = paths.find((path) => path.startsWith(kind));
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no mail with a link to ${kind}`);
}

async function signsUp(visitor) {
  const { page } = visitor;
  await visitor.open(await linkTo("/invitations/"));
  await page.getByRole("heading", { level: 1, name: "Tobias Ahlers invites you" }).waitFor();
  await page.getByText("Could you keep an eye on Emil during practice?").waitFor();
  await visitor.looksRight("invitation");
  await page.getByRole("link", { name: "Create your free account" }).click();
  assert.equal(await page.getByLabel(/Make a record for me/).isChecked(), false, "whoever follows needs no record");
  await page.getByLabel("Your name").fill(partner.name);
  await page.getByLabel("E-mail").fill(partner.email);
  await page.getByLabel("Password", { exact: true }).fill(partner.password);
  await page.getByLabel("Country").selectOption({ label: "Germany" });
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.waitForURL("**/sign-up/sent");
  await visitor.open(await linkTo("/confirmations/"));
  await page.getByRole("button", { name: /this is my address/ }).click();
  await page.getByText("Your e-mail address is confirmed").waitFor();
  await signIn(visitor, partner.email, partner.password);
}

async function accepts(visitor) {
  const { page } = visitor;
  await page.getByRole("heading", { level: 1, name: "Following" }).waitFor();
  await visitor.looksRight("following-invited");
  await visitor.open(await linkTo("/invitations/"));
  await page.getByRole("button", { name: "Decline" }).waitFor();
  await visitor.looksRight("invitation-signed-in");
  await page.getByRole("button", { name: "Accept" }).click();
  await page.getByText("You follow somebody new").waitFor();
  await visitor.looksRight("following-accepted");
}

async function looks(visitor) {
  const { page } = visitor;
  await page.getByRole("link", { name: /Emil Ahlers/ }).first().click();
  await page.locator("[data-now-value]").first().waitFor();
  await visitor.looksRight("care-partner-home");
  assert.equal(await page.getByRole("link", { name: /^(Uploads|Settings|Share)$/ }).count(), 0);
  await tab(visitor, "Reports");
  await page.getByRole("heading", { level: 1, name: "Glucose profile" }).waitFor();
  await visitor.looksRight("care-partner-agp");
  await page.emulateMedia({ media: "print" });
  const paper = (await page.locator("body").innerText()).trim();
  assert.match(paper, /^This may be seen on screen and not printed\.[^\n]*$/, "one sentence is all there is on paper");
  await page.emulateMedia({ media: "screen" });
}

async function asks(visitor) {
  const { page } = visitor;
  await visitor.open("/following");
  await page.getByLabel("Their e-mail address").fill("somebody@example.org");
  await page.getByRole("button", { name: "Ask to follow" }).click();
  await page.getByText("If there is such an account").waitFor();
  await visitor.looksRight("following-asked");
  await page.getByRole("link", { name: /^Stop following/ }).click();
  await page.getByRole("heading", { level: 1, name: /^Stop following/ }).waitFor();
  await visitor.looksRight("stop-following");
}

test("a care partner signs up by mail, looks, and is out when the parent says so", { timeout: 240000 }, async () => {
  const his = await Visitor.to(browser, server, { width: 1280 });
  const hers = await Visitor.to(browser, server, { width: 320 });
  await his.telling(() => hers.telling(async () => {
    await signsUp(hers);
    await accepts(hers);
    await looks(hers);
    const home = new URL(hers.page.url()).pathname.replace("/reports/agp", "");
    await asks(hers);

    await signIn(his, parent().email, parent().password);
    await his.page.getByRole("navigation", { name: "Main" }).waitFor();
    await his.page.getByRole("link", { name: /Emil Ahlers/ }).click();
    await tab(his, "Share");
    const card = his.page.getByRole("article", { name: partner.name });
    await card.getByRole("link", { name: `See as ${partner.name}` }).click();
    await his.page.getByText(`You see this as ${partner.name} does: View only, glucose and carbs.`).waitFor();
    await his.looksRight("see-as");
    await his.page.getByRole("link", { name: "Back to Share" }).click();

    await hers.open(home);
    await hers.page.locator("[data-now-value]").first().waitFor();
    await card.getByRole("link", { name: "Remove" }).click();
    await his.page.getByRole("button", { name: `Remove ${partner.name}` }).click();
    await hers.page.getByRole("heading", { level: 1, name: "Your access to this has ended" }).waitFor();
    assert.equal(await hers.page.getByText("Emil").count(), 0, "nothing of it is left on her page");
    await hers.looksRight("access-ended");
    hers.expect("status of 404");
    assert.equal((await hers.page.reload()).status(), 404, "the next request is refused");
    await hers.open("/following");
    await hers.page.getByText("You follow nobody").waitFor();
    await hers.looksRight("following-removed");
    his.isQuiet("the parent");
  }));
});
