// Link to Personal here and now: the member hands over the screen, the patient signs on it, and nothing of them stays there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, launch } from "../kit/browser.mjs";
import { demo } from "../kit/server.mjs";
import { signInAtClinic } from "../kit/steps.mjs";

let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), demo()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the demo ends in good order");
});

const person = (part) => server.people().find(({ who }) => who.includes(part));

async function addPatient(visitor, name) {
  const { page } = visitor;
  await page.getByRole("link", { name: "Add a patient" }).click();
  await page.getByLabel("Name").first().fill(name);
  await page.getByRole("button", { name: /Add/ }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

for (const [width, number] of [[320, 25], [1280, 26]]) {
  test(`a patient links on the clinic's screen at ${width} px`, { timeout: 180000 }, async () => {
    const visitor = await Visitor.to(browser, server, { width });
    await visitor.telling(async () => {
      const { page } = visitor;
      const [sam, mara] = [person("clinician"), person("patient")];
      await signInAtClinic(visitor, sam.email, sam.password, `DEMO-CODE-0000-00${number}`);
      await visitor.open("/");
      await addPatient(visitor, `Mara Lind ${width}`);
      await page.getByRole("link", { name: /here and now/i }).first().click();
      await page.getByRole("heading", { level: 1, name: /here and now/ }).waitFor();
      await visitor.looksRight("here-offer");
      await page.getByRole("button", { name: "Hand over the screen" }).click();
      await page.getByRole("heading", { level: 1, name: "Link your data with this clinic" }).waitFor();
      assert.equal(await page.getByRole("navigation").count(), 0, "there is nowhere else to go");
      const cookies = await visitor.context.cookies();
      await visitor.looksRight("here-begin");
      await page.getByLabel("Your e-mail address").fill(mara.email);
      await page.getByLabel("Your password").fill("not her password");
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByText(/do not belong together/).first().waitFor();
      assert.equal(await page.getByLabel("Your e-mail address").inputValue(), "", "what was typed is gone");
      await visitor.looksRight("here-wrong");
      await page.getByLabel("Your e-mail address").fill(mara.email);
      await page.getByLabel("Your password").fill(mara.password);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("heading", { level: 1, name: /^Share with/ }).waitFor();
      await visitor.looksRight("here-choose");
      await page.getByRole("button", { name: "Do not share: give the screen back" }).click();
      await page.getByRole("heading", { level: 1, name: "Nothing was linked" }).waitFor();
      await visitor.looksRight("here-done");
      assert.deepEqual(await visitor.context.cookies(), cookies, "no cookie stays");
      const stored = await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)]);
      assert.deepEqual(stored, [[], []], "nothing is stored");
      // Back leads to a page that is over, and to nothing that was typed.
      visitor.expect("status of 404");
      visitor.expect("status of 401");
      const sent = [];
      page.on("request", (request) => sent.push(request.postData() ?? ""));
      for (let steps = 0; steps < 4; steps += 1) {
        await page.goBack();
        await page.reload();
        assert.equal(await page.getByText(mara.email).count(), 0);
        assert.ok(!sent.some((body) => body.includes("password") || body.includes("mara")), "nothing typed is sent again");
      }
      visitor.isQuiet("here");
    });
  });
}
