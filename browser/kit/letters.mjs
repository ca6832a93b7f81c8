// Mails as a mail program shows them: out of the outbox folder of the real program, the HTML part decoded.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

const headers = (head) =>
  Object.fromEntries(head.replace(/\r\n[ \t]+/g, " ").split("\r\n").map((line) => {
    const [name, ...rest] = line.split(":");
    return [name.toLowerCase(), rest.join(":").trim()];
  }));

function decoded(body, encoding) {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return body;
  const bytes = body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

const halves = (text) => {
  const end = text.indexOf("\r\n\r\n");
  return [headers(text.slice(0, end)), text.slice(end + 4)];
};

function parsed(mail) {
  const [head, body] = halves(mail);
  const boundary = /boundary="?([^";]+)/.exec(head["content-type"])[1];
  const parts = body.split(`--${boundary}`).slice(1, -1).map((part) => halves(part.replace(/^\r\n/, "")));
  const part = (kind) => {
    const [about, text] = parts.find(([about]) => about["content-type"].startsWith(kind));
    return decoded(text, about["content-transfer-encoding"]);
  };
  return { head, to: head.to, subject: head.subject, text: part("text/plain"), html: part("text/html") };
}

// The newest letter to somebody with these words in its subject; the worker writes it a moment after it is due.
export async function letter(data, email, words) {
  const folder = join(data, "outbox");
  for (let tries = 0; tries < 100; tries += 1) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml")).sort();
    const mails = await Promise.all(names.map(async (name) => parsed(await readFile(join(folder, name), "latin1"))));
    const found = mails.findLast(({ to, subject }) => to.includes(email) && subject.includes(words));
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no letter "${words}" to ${email}`);
}
