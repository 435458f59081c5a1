// A page that a form made, with a secret that is shown once: loading it again must ask for the
// webhook's own page, not send the form again, which would make another.
const shown = document.querySelector("[data-secret-page]");
if (shown) history.replaceState(null, "", shown.dataset.secretPage);
