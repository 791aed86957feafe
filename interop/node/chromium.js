#!/usr/bin/env node
// Adapter of Chromium, a client: a page that does nothing but `new WebSocket`.
'use strict';
const fs = require('node:fs');
const { WebSocketServer } = require('ws');
const launchBrowser = require('./launch.js');
const { Failure, NotAvailable, main } = require('./lines.js');
const mapping = require('./mapping.js');
const homeThatTrusts = require('./trust.js');

// Chromium makes a WebSocket wait by how many failed in its process for each that succeeded: from no
// time to seconds (services/network/websocket_throttler.cc).  It forgets both after three to six
// minutes.  So a process begins with successes, and another one takes over before they are used up.
// One that is connecting counts as much as a failure for each success: those that dial again do so
// one after the other, PACE apart, and pass by one that hangs.
const SUCCESSES = 100;
const FAILURES = 3 * SUCCESSES;
const LASTS = 150000; // ms
const PACE = 5; // ms
const HANGS = 100; // ms
const live = new Map(); // what the page tells goes to its socket, by number
const outcomes = new Map(); // what waits for one to open or fail, by number
const host = new WebSocketServer({ host: '127.0.0.1', port: 0 }); // of the successes
let browser, page, failures, since;
let succeeded; // promises that the successes are there
let line = Promise.resolve(); // of those that dial again
let home; // a folder of our own, when the browser has to trust an authority
let trusted; // which one
let last = 0;

// Runs in the page.
function prepare() {
  const sockets = new Map();
  const dial = (id, url, protocol) => {
    const ws = new WebSocket(url, [protocol]);
    ws.binaryType = 'arraybuffer';
    sockets.set(id, ws);
    ws.onopen = () => window.tell(id, 'open');
    ws.onmessage = ({ data }) =>
      typeof data === 'string'
        ? window.tell(id, 'text', data)
        : window.tell(id, 'binary', new Uint8Array(data).toBase64());
    ws.onclose = () => {
      sockets.delete(id);
      window.tell(id, 'close');
    };
  };
  const send = (id, octets) => sockets.get(id)?.send(Uint8Array.fromBase64(octets));
  const close = (id) => sockets.get(id)?.close(1000);
  window.adapter = { dial, send, close };
}

// Runs in the page.
async function succeed([url, times]) {
  for (let i = 0; i < times; i++)
    await new Promise((resolve, reject) => {
      const ws = new WebSocket(url);
      ws.onopen = () => {
        ws.close();
        resolve();
      };
      ws.onerror = () => reject(new Error('a WebSocket to the adapter itself failed'));
    });
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function settle(id) {
  if (outcomes.has(id)) outcomes.get(id)();
  outcomes.delete(id);
}

function tell(id, event, data) {
  settle(id);
  if (event === 'close') failures++;
  if (event === 'open') failures--;
  if (live.has(id)) live.get(id)(event, data);
}

function crashed() {
  process.exit(1);
}

async function launch() {
  browser = await launchBrowser(home);
  browser.on('disconnected', crashed);
  await enter();
}

async function enter() {
  const before = page;
  const context = await browser.newContext();
  page = await context.newPage();
  await page.exposeFunction('tell', tell);
  await page.addInitScript(prepare);
  await renew();
  succeeded = page.evaluate(succeed, [`ws://127.0.0.1:${host.address().port}/`, SUCCESSES]);
  succeeded.catch(() => {}); // the next request says so
  failures = 0;
  since = Date.now();
  if (before) await before.context().close();
}

// Another document: what the one before had open is closed.
async function renew() {
  live.clear();
  for (const id of outcomes.keys()) settle(id);
  await page.goto('about:blank');
}

async function leave() {
  if (browser) await browser.off('disconnected', crashed).close();
  browser = page = undefined;
  if (home) fs.rmSync(home, { recursive: true, force: true });
  home = trusted = undefined;
}

// Another authority, another home, another browser.
async function trust(authority) {
  if (authority === trusted) return;
  await leave();
  try {
    home = homeThatTrusts(authority);
  } catch (e) {
    await launch();
    if (e.code === 'ENOENT') throw new NotAvailable(); // no certutil here
    throw new Failure('inval', e.message.split('\n')[0]);
  }
  trusted = authority;
  await launch();
}

class Socket extends mapping.Socket {
  numbers = ['reconnect-min'];
  ids = new Set();

  async set(option, value) {
    if (option === 'tls-ca') await trust(value);
    else super.set(option, value);
  }

  again(url) {
    line = line.then(async () => {
      if (this.ended) return;
      await super.again(url);
      await Promise.race([this.outcome, pause(HANGS)]);
      await pause(PACE);
    });
  }

  async connect(url) {
    const id = ++last;
    const connection = {
      send: (message) =>
        page.evaluate(([to, octets]) => window.adapter.send(to, octets), [id, message.toString('base64')]),
    };
    this.outcome = new Promise((resolve) => outcomes.set(id, resolve));
    this.ids.add(id);
    live.set(id, (event, data) => {
      if (event === 'open' && this.full()) page.evaluate((one) => window.adapter.close(one), id);
      else if (event === 'open') this.opened(connection);
      else if (event === 'text') this.came(Buffer.from(data));
      else if (event === 'binary') this.came(Buffer.from(data, 'base64'));
      else this.lost(id, connection, url);
    });
    try {
      await page.evaluate((words) => window.adapter.dial(...words), [id, url, this.asked]);
    } catch (e) {
      throw new Failure('inval', e.message.split('\n')[0]);
    }
  }

  lost(id, connection, url) {
    live.delete(id);
    this.ids.delete(id);
    this.gone(connection, url);
  }

  async close() {
    super.close();
    await page.evaluate((ids) => ids.forEach((id) => window.adapter.close(id)), [...this.ids]);
  }
}

const ready = launch();
ready.catch(() => {}); // each request that needs it says so

main({
  async hello() {
    await ready;
    return `chromium ${browser.version()} ws wss pipes reconnect-min subscribe unsubscribe tls-ca`;
  },
  async open(protocol, raw) {
    await ready;
    await succeeded;
    if (raw) throw new NotAvailable();
    return new Socket(protocol);
  },
  async reset() {
    await ready;
    await succeeded;
    await (failures > FAILURES || Date.now() - since > LASTS ? enter() : renew());
  },
  async end() {
    await ready;
    await leave();
  },
});
