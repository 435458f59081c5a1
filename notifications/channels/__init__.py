"""Ways to reach people, one module each, all behind notifications.channels.base.Channel."""
