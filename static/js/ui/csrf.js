// The cookie is HttpOnly, so the page hands the token over in a meta element.
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}
