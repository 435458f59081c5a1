// The number on the bell, kept current while somebody looks at the page.
//
// Polling, not server-sent events: the site runs under threads, and each open page would hold one.
// docs/decisions/0023-outbox.md.
import { toast } from "../ui/toast.js";
import { fill, gettext } from "../ui/words.js";

const SECONDS = 30;
const bell = document.getElementById("bell");
const count = bell?.querySelector(".bell__count");
let newest = null;
let timer = 0;

function label(unread, many) {
  if (unread === 0) return gettext("Notifications");
  if (many) return gettext("Notifications: more than 99 unread");
  return fill(gettext("Notifications: %(unread)s unread"), { unread });
}

function show({ unread }) {
  const many = unread > 99;
  count.textContent = many ? "99+" : String(unread);
  count.hidden = unread === 0;
  bell.setAttribute("aria-label", label(unread, many));
}

function tell(latest) {
  // The first answer only says where we stand; what comes later is news.
  const isNews = newest !== null && latest.id > newest;
  newest = Math.max(newest ?? 0, latest.id);
  if (!isNews) return;
  const action = { label: gettext("Show"), run: () => window.location.assign(latest.url || bell.href) };
  toast({ message: latest.title, action });
}

/** Ask how many are unread. Nothing is said where that fails: the next time may work. */
export async function look() {
  clearTimeout(timer);
  timer = setTimeout(look, SECONDS * 1000);
  if (document.visibilityState !== "visible") return;
  try {
    const headers = { Accept: "application/json", "X-Background": "1" };
    const response = await fetch(bell.dataset.url, { headers });
    if (response.status === 401) clearTimeout(timer);
    if (!response.ok) return;
    const answer = await response.json();
    show(answer);
    if (answer.newest) tell(answer.newest);
    else newest ??= 0;
  } catch {
    // No network.
  }
}

if (bell) {
  document.addEventListener("visibilitychange", look);
  document.addEventListener("notifications:changed", look);
  look();
}
