// Shows what a push message says, and opens the site where it leads. No page passes through here.

const FALLBACK = { title: "Something happened", body: "Open the site to see what.", url: "" };

function read(data) {
  try {
    return { ...FALLBACK, ...data.json() };
  } catch {
    return FALLBACK;
  }
}

// Only on this site, whatever the message says.
function target(url) {
  const home = new URL(self.registration.scope);
  if (!url) return home.href;
  const wanted = new URL(url, home);
  return wanted.origin === self.location.origin ? wanted.href : home.href;
}

self.addEventListener("push", (event) => {
  const { title, body, url, tag, icon } = read(event.data);
  event.waitUntil(self.registration.showNotification(title, { body, tag, icon, data: { url } }));
});

async function open(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => page.url === url);
  if (there) return there.focus();
  return self.clients.openWindow(url);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(target(event.notification.data?.url)));
});
