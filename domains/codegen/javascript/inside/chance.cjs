"use strict";
// Chance that repeats: mulberry32 by Tommy Ettinger, public domain.

class Chance {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** A number from 0 up to 1. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  share(part) {
    return this.next() < part;
  }

  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  shuffled(list) {
    const rows = [...list];
    for (let n = rows.length - 1; n > 0; n--) {
      const m = Math.floor(this.next() * (n + 1));
      [rows[n], rows[m]] = [rows[m], rows[n]];
    }
    return rows;
  }
}

module.exports = { Chance };
