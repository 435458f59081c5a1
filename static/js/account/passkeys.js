// Passkeys (WebAuthn Level 3). A form marked data-passkey="sign-in|verify|add" names in data-begin
// where its options come from; the answer goes into its hidden field, and the form is sent.
import { gettext } from "../ui/words.js";

const csrf = document.querySelector("meta[name=csrf-token]").content;
let waiting; // the ceremony under way: the browser allows one

const missing = !window.PublicKeyCredential?.parseRequestOptionsFromJSON;

async function options(form) {
  const answer = await fetch(form.dataset.begin, {
    method: "POST",
    headers: { "x-csrftoken": csrf, accept: "application/json" },
  });
  if (!answer.ok) throw new Error(gettext("The site did not answer. Reload the page and try again."));
  return answer.json();
}

async function ceremony(form, mediation) {
  waiting?.abort();
  const own = (waiting = new AbortController());
  const json = await options(form);
  const { signal } = own;
  const credential =
    form.dataset.passkey === "add"
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(json), signal,
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(json), signal, mediation,
        });
  form.elements.passkey.value = JSON.stringify(credential.toJSON());
  form.submit();
}

function explain(error) {
  if (error.name === "NotAllowedError") return gettext("Nothing was chosen, or it took too long. Try again.");
  if (error.name === "InvalidStateError") return gettext("This device has a passkey for your account already.");
  if (error.name === "SecurityError") return gettext("Passkeys need the site's own name in the address bar.");
  return error.message;
}

function prepare(form) {
  const status = form.querySelector("[data-status]");
  const button = form.querySelector("button:not([type=button])");
  // On the sign-in page it is one way more, shown where it can be used.
  if (form.dataset.passkey === "sign-in") form.hidden = missing;
  if (missing) {
    button.disabled = true;
    status.textContent = gettext("This browser cannot use passkeys here.");
    return;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    status.textContent = gettext("Follow your browser…");
    try {
      await ceremony(form);
    } catch (error) {
      status.textContent = explain(error);
    } finally {
      button.disabled = false;
    }
  });
}

// The browser offers passkeys where the name is typed, as it offers passwords.
async function offerInField(form) {
  if (missing || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  try {
    await ceremony(form, "conditional");
  } catch {
    // Typed instead, or the button was pressed: nothing to tell.
  }
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  prepare(form);
  if (form.dataset.passkey === "sign-in") offerInField(form);
}
