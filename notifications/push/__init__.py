"""Web Push: messages to browsers, also when the site is not open.

The page's side is static/js/push/. Of the three standards RFC 8030 is one POST
(notifications.channels.push), RFC 8291 is `encryption`, RFC 8292 is `vapid`.
"""
