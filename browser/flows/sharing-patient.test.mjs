// A patient decides who may look: invites, changes, pauses and removes care partners, on a phone and on a desk.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { demo } from "../kit/server.mjs";
import { signIn, signInAs, signOut, tab } from "../kit/steps.mjs";

let browser, server;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const person = (part) => server.people().find(({ who }) => who.includes(part));
const card = (page, name) => page.getByRole("article", { name });
const said = (page, words) => page.getByRole("status").filter({ hasText: words }).waitFor();

async function invite(visitor, page) {
  await tab(visitor, "Share");
  await page.getByRole("heading", { level: 1, name: "Share" }).waitFor();
  await visitor.looksRight("sharing-record");
  await page.getByRole("link", { name: "Invite a care partner" }).click();
  await page.getByRole("heading", { level: 1, name: "Invite a care partner" }).waitFor();
  assert.ok(await page.getByLabel(/View only/).isChecked(), "the least is chosen");
  await visitor.looksRight("sharing-invite");
  await page.getByLabel("Their e-mail address").fill("nora@big-clinic.com");
  await page.getByLabel("Insulin").check();
  await page.getByLabel("Message").fill("Please look at night.");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByRole("heading", { name: "Is nora@big-clinic.com an address at work?" }).waitFor();
  assert.ok(await page.getByLabel("Insulin").isChecked(), "what was ticked stays");
  await visitor.looksRight("sharing-invite-work");
  await page.getByLabel("Their e-mail address").fill("nora@gmail.com");
  await page.getByLabel("Last day").fill("2020-01-01");
  await page.getByLabel("Mon").check();
  visitor.expect("status of 422");
  await page.locator("main form").getByRole("button", { name: /^Invite/ }).click();
  await page.getByRole("alert").getByRole("link", { name: /hours and minutes/ }).first().waitFor();
  await visitor.looksRight("sharing-invite-refused");
  await page.getByLabel("Last day").fill("");
  await page.getByLabel("From").fill("08:00");
  await page.getByLabel("To", { exact: false }).last().fill("13:00");
  await page.locator("main form").getByRole("button", { name: /^Invite/ }).click();
  await said(page, "A mail with a link is on its way to nora@gmail.com.");
  await card(page, "nora@gmail.com").getByText("not on Mon, 08:00 to 13:00").waitFor();
  await visitor.looksRight("sharing-invited");
  await card(page, "nora@gmail.com").getByRole("button", { name: "Send again" }).click();
  await said(page, "on its way to nora@gmail.com");
  await card(page, "nora@gmail.com").getByRole("button", { name: "Withdraw" }).click();
  await said(page, "The invitation is withdrawn");
}

async function change(visitor, page) {
  await card(page, "Petra Lind").getByRole("link", { name: "Edit" }).click();
  await page.getByRole("heading", { level: 1, name: "Petra Lind" }).waitFor();
  await visitor.looksRight("sharing-edit");
  await page.getByLabel(/View only/).check();
  await page.getByLabel("Notes").uncheck();
  await page.getByLabel("They must have a second step").check();
  await page.getByRole("button", { name: "Save" }).click();
  await said(page, "From now on Petra Lind sees glucose");
  await card(page, "Petra Lind").getByText("Waiting for a second step").waitFor();
  await visitor.looksRight("sharing-changed");
  await card(page, "Jonas Lind").getByRole("link", { name: "Pause" }).click();
  await visitor.looksRight("sharing-pause");
  await page.getByLabel(/Until the next morning/).check();
  await page.getByRole("button", { name: "Pause" }).click();
  await said(page, "Jonas Lind sees nothing until");
  await visitor.looksRight("sharing-paused");
  await card(page, "Jonas Lind").getByRole("button", { name: "End the pause" }).click();
  await said(page, "The pause is over");
}

async function remove(visitor, page) {
  await card(page, "Petra Lind").getByRole("link", { name: "Remove" }).click();
  await page.getByRole("heading", { level: 1, name: "Remove Petra Lind?" }).waitFor();
  await visitor.looksRight("sharing-removal");
  await page.getByRole("button", { name: "Remove Petra Lind" }).click();
  await said(page, "Removed.");
  assert.equal(await card(page, "Petra Lind").count(), 0);
  await page.getByRole("button", { name: "Reviewed: this is right" }).click();
  await said(page, "Thank you.");
}

// Somebody else, in a browser of their own, asks to be let in.
async function ask(part) {
  const visitor = await Visitor.to(browser, server);
  await visitor.telling(async () => {
    const { page } = visitor;
    await signInAs(visitor, person(part));
    await page.getByRole("navigation", { name: "Main" }).waitFor();
    await visitor.open("/following");
    await page.getByLabel("Their e-mail address").fill(person("Mara Lind").email);
    await page.getByRole("button", { name: "Ask to follow" }).click();
    await page.getByRole("heading", { name: "You asked" }).waitFor();
  });
}

async function answer(visitor, page) {
  await ask("Tobias Ahlers");
  await ask("Sam Okafor");
  await page.getByRole("navigation", { name: "Main" }).locator("summary").click();
  await page.getByRole("link", { name: "Data sharing", exact: true }).click();
  await card(page, "Tobias Ahlers asks to follow you").waitFor();
  await visitor.looksRight("data-sharing");
  await card(page, "Tobias Ahlers asks").getByRole("link", { name: "Answer" }).click();
  await page.getByRole("heading", { level: 1, name: "Tobias Ahlers asks to follow you" }).waitFor();
  await visitor.looksRight("data-sharing-request");
  await page.getByLabel("Carbs").check();
  await page.getByRole("button", { name: "Let Tobias Ahlers in" }).click();
  await said(page, "Tobias Ahlers is let in and sees glucose and carbs");
  await visitor.open("/sharing");
  await card(page, "Sam Okafor asks").getByRole("link", { name: "Answer" }).click();
  await page.getByRole("button", { name: "Decline" }).click();
  await said(page, "Declined.");
}

for (const width of [320, 1280]) {
  test(`a patient shares at ${width} px`, { timeout: 300000 }, async () => {
    server = await demo();
    const visitor = await Visitor.to(browser, server, { width });
    await visitor.telling(async () => {
      const { page } = visitor;
      const { email, password } = person("Mara Lind");
      await signIn(visitor, email, password);
      await page.getByRole("navigation", { name: /^Record of/ }).waitFor();
      await invite(visitor, page);
      await change(visitor, page);
      await remove(visitor, page);
      await answer(visitor, page);
      await visitor.open("/security/review");
      await visitor.looksRight("review-cards");
      await signOut(visitor);
      visitor.isQuiet("the whole story");
    });
    assert.equal(await server.stop(), 0, "the demo ends in good order");
  });
}
