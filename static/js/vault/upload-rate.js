// How fast something goes, smoothed: a figure that jumps about tells nobody anything.

const MEMORY = 6; // seconds
const SETTLED = 2;

export class Rate {
  constructor() {
    this.reset();
  }

  /** Begin anew, after a pause. */
  reset() {
    Object.assign(this, { speed: 0, at: 0, bytes: 0, since: 0 });
  }

  /** Take note that `bytes` have gone out in all. */
  note(bytes, now = performance.now() / 1000) {
    if (!this.at || bytes < this.bytes) {
      Object.assign(this, { speed: 0, at: now, bytes, since: now });
      return;
    }
    const passed = now - this.at;
    if (passed < 0.25) return;
    const lasted = now - this.since;
    // The mean to begin with; then what was lately counts for more.
    const share = Math.max(1 - Math.exp(-passed / MEMORY), passed / lasted);
    this.speed += share * ((bytes - this.bytes) / passed - this.speed);
    Object.assign(this, { at: now, bytes });
  }

  /** Whether enough has been seen to say something. */
  get known() {
    return this.speed > 0 && this.at - this.since >= SETTLED;
  }
}
