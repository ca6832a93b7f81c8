// What people hold in their hands: an authenticator app, a device with passkeys, a phone that gets text messages.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";

function decoded(seed) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...seed].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

// RFC 6238: the code of this step, or of one before or after it.
export function appCode(seed, steps = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const tag = createHmac("sha1", decoded(seed)).update(counter).digest();
  const number = tag.readUInt32BE(tag[19] & 0xf) & 0x7fffffff;
  return String(number % 1000000).padStart(6, "0");
}

// A device that keeps passkeys and knows its owner. It answers only while `touch` runs.
export async function device(visitor) {
  const browser = await visitor.context.newCDPSession(visitor.page);
  await browser.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await browser.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: false,
    },
  });
  const answers = (enabled) => browser.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  return {
    async touch(act) {
      await answers(true);
      try {
        return await act();
      } finally {
        await answers(false);
      }
    },
    passkeys: async () => (await browser.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  };
}

// An SMS gateway that keeps what it is given.
export async function gateway() {
  const messages = [];
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      messages.push(JSON.parse(Buffer.concat(parts).toString()));
      response.writeHead(202).end();
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${server.address().port}/send`,
    close: () => server.close(),
    // The newest code to a number, out of as many messages as there should be.
    async code(number, many) {
      for (let tries = 0; tries < 100; tries += 1) {
        const to = messages.filter((message) => message.to === number);
        if (to.length >= many) return to.at(-1).text.slice(0, 6);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`no message to ${number}`);
    },
  };
}
