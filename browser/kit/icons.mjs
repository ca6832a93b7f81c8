// Draws the pictures of the app from its sign, once, when the sign changes: `CHROMIUM=… node kit/icons.mjs`.
import { readFile, writeFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const folder = new URL("../../crates/assets/static/icons/", import.meta.url);
const sign = await readFile(new URL("kinsight.svg", folder), "utf8");
const [, ground, ...strokes] = /<svg[^>]*>(<rect[^>]*>)(.*)<\/svg>/s.exec(sign);
const drawing = strokes.join("");
const square = ground.replace(/ rx="[^"]*"/, "");
// Systems cut their own shape out of it: what must be seen stands in the middle four fifths.
const within = (part) => `<g transform="translate(${(32 - 32 * part) / 2} ${(32 - 32 * part) / 2}) scale(${part})">${drawing}</g>`;
const svg = (inner) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${inner}</svg>`;
// Android takes the shape of a badge and paints it in one colour.
const badge = svg(drawing.replaceAll("#f4b860", "#fff"));

const pictures = [
  ["kinsight-192.png", 192, sign],
  ["kinsight-512.png", 512, sign],
  ["kinsight-maskable.png", 512, svg(square + within(0.72))],
  ["kinsight-180.png", 180, svg(square + within(0.86))],
  ["kinsight-badge.png", 96, badge],
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const [name, size, picture] of pictures) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const source = `data:image/svg+xml;base64,${Buffer.from(picture).toString("base64")}`;
  await page.setContent(`<style>body { margin: 0 } img { display: block }</style><img width="${size}" height="${size}" src="${source}">`);
  await writeFile(new URL(name, folder), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
