// Programs that others wrote, as people install them: they bring values and follow without a change.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import axios from "axios";
import { io as io4 } from "socket.io-client";
import io2 from "socket.io-client-2";
import { Visitor, launch } from "../kit/browser.mjs";
import { serve } from "../kit/server.mjs";
import { join } from "../kit/steps.mjs";

const require = createRequire(import.meta.url);
const run = promisify(execFile);
const python = process.env.CLIENTS_PYTHON;
const MINUTE = 60_000;
let browser, server, home, page;

before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
  const visitor = await Visitor.to(browser, server, { width: 1280 });
  await join(visitor, server, { name: "Ole Sample", email: "clients@example.org", password: "four herons on the long pier" });
  ({ page } = visitor);
  await page.waitForURL("**/records/*");
  home = new URL(page.url()).pathname;
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends in good order");
});

// A new token for an app by that name, as the page shows it.
async function token(name, app, label) {
  await page.goto(`${server.address}${home}/tokens`);
  await page.getByLabel("App", { exact: true }).selectOption({ label: app });
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Make a token" }).click();
  return page.locator("section.note p", { hasText: label }).locator("code").first().innerText();
}

const toBring = (name) => token(name, "Loop", "API secret");
const toFollow = async (name) => new URL(await token(name, "LoopFollow", "Address with token")).searchParams.get("token");

async function revoke(name) {
  await page.goto(`${server.address}${home}/tokens`);
  await page.getByRole("button", { name: `Revoke ${name}`, exact: true }).click();
  await page.getByRole("button", { name: `Revoke ${name}`, exact: true }).waitFor({ state: "detached" });
}

const value = (minutes, sgv, more = {}) => {
  const date = Date.now() - minutes * MINUTE;
  return { type: "sgv", sgv, date, dateString: new Date(date).toISOString(), direction: "Flat", device: "test", ...more };
};

test("clients: uploaders bring, Home Assistant and the command line read", { timeout: 120_000 }, async () => {
  const secret = await toBring("Uploaders");

  // What Nightscout itself takes from other clouds with.
  const output = require("nightscout-connect/lib/outputs/nightscout.js");
  const record = await quietly(() => output({ url: server.address, apiSecret: secret }, axios));
  assert.deepEqual(await quietly(() => record.gap_for()), {});
  const meal = { eventType: "Meal Bolus", created_at: new Date(Date.now() - 20 * MINUTE).toISOString(), carbs: 30, insulin: 2.5 };
  const entries = [value(15, 140), value(20, 131)];
  const bookmark = await quietly(() => record({ entries, treatments: [meal] }));
  assert.equal(bookmark.entries.toISOString(), entries[0].dateString);

  const carelink = require("minimed-connect-to-nightscout/nightscout.js");
  await new Promise((done, failed) => {
    const sent = (error) => (error ? failed(error) : done());
    carelink.upload([value(10, 150, { device: "connect" })], `${server.address}/api/v1/entries.json`, secret, sent);
  });
  const status = [{ device: "connect", created_at: new Date().toISOString(), uploader: { battery: 71 } }];
  await new Promise((done, failed) => {
    const sent = (error) => (error ? failed(error) : done());
    carelink.upload(status, `${server.address}/api/v1/devicestatus.json`, secret, sent);
  });

  const profile = {
    defaultProfile: "Default", startDate: new Date(Date.now() - 60 * MINUTE).toISOString(), units: "mg/dl",
    store: { Default: { timezone: "Europe/Berlin", dia: 5, basal: [{ time: "00:00", timeAsSeconds: 0, value: 0.85 }], units: "mg/dl" } },
  };
  await axios.post(`${server.address}/api/v1/profile.json`, [profile], { headers: { "api-secret": secret } });

  const { port } = new URL(server.address);
  const line = async (...words) => {
    const env = { PATH: process.env.PATH, HOME: server.folder };
    const command = ["-m", "nightscout_cli.main", "--host", "localhost", "--port", port, "--api-secret", secret, ...words];
    return (await run(python, command, { env })).stdout.trim().split("\n");
  };
  await line("push", "163", "--minutes-ago", "5", "--direction", "FortyFiveUp");
  const shown = await line("get", "4");
  assert.deepEqual(shown.map((text) => text.split(" ")[1]), ["131", "140", "150", "163"], "oldest first");
  assert.match(shown[3], /FortyFiveUp/);
  const [, newest] = await line("list");
  const deleted = await line("delete", newest.split(",")[0]);
  assert.match(deleted.join(), /Deleted 1 entries, 0 failed/);

  const reader = `token=${await toFollow("Home Assistant")}`;
  const script = fileURLToPath(new URL("../kit/clients.py", import.meta.url));
  const seen = JSON.parse((await run(python, [script, server.address, reader])).stdout);
  assert.deepEqual(seen.values.map(([sgv]) => sgv), [150, 140, 131]);
  assert.deepEqual(seen.values.map(([, direction]) => direction), ["Flat", "Flat", "Flat"]);
  assert.deepEqual(seen.values.slice(0, 2).map(([, , delta]) => delta), [10, 9]);
  assert.deepEqual(seen.treatments, [["Meal Bolus", 30, 2.5]]);
  assert.deepEqual(seen.devices, { connect: 71 });
  assert.deepEqual(seen.profiles, [["Europe/Berlin", [0.85]]]);
  assert.deepEqual(seen.status, ["ok", true, "mg/dl"]);
});

const news = (socket, name, wanted = () => true) =>
  new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`no ${name}`)), 20_000);
    const hear = (data) => {
      if (!wanted(data)) return;
      clearTimeout(timer);
      socket.off(name, hear);
      done(data);
    };
    socket.on(name, hear);
  });
const has = (sgv) => (data) => (data.sgvs ?? []).some(({ mgdl }) => mgdl === sgv);

// Values of two phones that nearly agree within half a minute are one measurement: each of these is of its own.
let sgv = 100;
for (const [name, io] of [["4", io4], ["2", io2]]) {
  for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
    test(`clients: socket.io-client ${name} over ${transports} hears a value and its own end`, { timeout: 60_000 }, async () => {
      const follower = `Follower ${name} ${transports.join(" ")}`;
      const [bring, secret] = [await toBring(`Phone of ${follower}`), await toFollow(follower)];
      const socket = io(server.address, { transports, forceNew: true, reconnection: false });
      try {
        await news(socket, "connect");
        const first = news(socket, "dataUpdate");
        const allowed = await new Promise((done) => socket.emit("authorize", { client: "web", token: secret, history: 48 }, done));
        assert.equal(allowed.read, true);
        assert.equal(allowed.write, false);
        await first;
        sgv += 10;
        const heard = news(socket, "dataUpdate", has(sgv));
        const headers = { "api-secret": bring };
        await axios.post(`${server.address}/api/v1/entries`, [value(0, sgv)], { headers });
        await heard;
        const ended = news(socket, "disconnect");
        await revoke(follower);
        await ended;
      } finally {
        socket.close();
      }
    });
  }
}

// These programs print what they do, secrets included.
async function quietly(act) {
  const { log } = console;
  console.log = () => {};
  try {
    return await act();
  } finally {
    console.log = log;
  }
}
