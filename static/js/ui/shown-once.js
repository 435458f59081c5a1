// A page that a form made, with a secret that is shown once: loading it again must ask for the page,
// not send the form again, which would make another secret.
history.replaceState(null, "", location.href);
