// Passkeys: the browser makes one or signs with one, and the form that asked for it takes the answer to the server.
//
//   <form data-passkey="make|use" data-question="/path" data-origin="https://…">
//     <input type="hidden" name="passkey">  <button type="button" data-passkey-go>  <p data-passkey-words role="status">
//
// data-passkey-offer: where a browser can, passkeys are also offered while an address is typed.

const CANNOT = "This browser cannot use passkeys here. Use another way, or a newer browser.";
const CANCELLED = "No passkey was used. Try again, or use another way.";
const KNOWN = "This device has a passkey for this account already.";
const UNREACHED = "The server was not reached. Try again in a moment.";
// A question is good for five minutes.
const FRESH = 4 * 60_000;

let offering = null;

async function question(form) {
  const answer = await fetch(form.dataset.question, { method: "POST", credentials: "same-origin", headers: { accept: "application/json" } });
  const body = await answer.json();
  if (!answer.ok) throw new Refused(body?.error?.text ?? UNREACHED);
  return body;
}

class Refused extends Error {}

async function credential(form, more = {}) {
  const asked = await question(form);
  const { credentials } = navigator;
  if (form.dataset.passkey === "make")
    return credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked), ...more });
  return credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked), ...more });
}

function send(form, found) {
  form.elements.passkey.value = JSON.stringify(found.toJSON());
  if (form.dataset.passkeyAction) {
    form.action = form.dataset.passkeyAction;
    form.elements.password.value = "";
  }
  // Not requestSubmit: what else the form asks for is not needed beside a passkey.
  form.submit();
}

function say(form, words) {
  form.querySelector("[data-passkey-words]").textContent = words;
}

function why(error) {
  if (error instanceof Refused) return error.message;
  if (error.name === "InvalidStateError") return KNOWN;
  if (error.name === "NotAllowedError" || error.name === "AbortError") return CANCELLED;
  return error instanceof TypeError ? UNREACHED : CANNOT;
}

async function go(form, button) {
  if (form.dataset.passkey === "make" && !form.reportValidity()) return;
  offering?.abort();
  button.disabled = true;
  say(form, "Look at your device …");
  try {
    send(form, await credential(form));
  } catch (error) {
    say(form, why(error));
    button.disabled = false;
  }
}

// Offered beside the passwords that the browser knows; asked anew before the question is too old.
async function offer(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  offering = new AbortController();
  const { signal } = offering;
  const renew = setTimeout(() => {
    offering.abort();
    offer(form);
  }, FRESH);
  try {
    send(form, await credential(form, { mediation: "conditional", signal }));
  } catch {
    // Nobody chose one; the page has other ways.
    if (signal.aborted) return;
    clearTimeout(renew);
  }
}

// A page on another of the server's names, by number say: passkeys are tied to one name.
function elsewhere(form) {
  const { origin } = form.dataset;
  if (!origin || origin === location.origin) return false;
  const link = document.createElement("a");
  link.href = origin + location.pathname + location.search;
  link.textContent = origin;
  form.querySelector("[data-passkey-words]").append("Passkeys work at this server’s name only: open ", link, ".");
  return true;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("[data-passkey-go]");
  const can = typeof PublicKeyCredential === "function" && "parseCreationOptionsFromJSON" in PublicKeyCredential;
  if (elsewhere(form)) continue;
  if (!can) {
    say(form, CANNOT);
    continue;
  }
  button.hidden = false;
  button.addEventListener("click", () => go(form, button));
  if ("passkeyOffer" in form.dataset) offer(form);
}
