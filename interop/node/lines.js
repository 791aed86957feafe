// What the adapters in this folder share: lines, payloads, failures, and waiting.
'use strict';
const readline = require('node:readline');

// `na`: the library lacks it, or the adapter does.
class NotAvailable extends Error {}

// `err CODE text`.
class Failure extends Error {
  constructor(code, text = '') {
    super(text);
    this.code = code;
  }
}

const MALFORMED = 'malformed request';

function number(word) {
  if (!/^\d{1,10}$/.test(word)) throw new Failure('inval', MALFORMED);
  return Number(word);
}

function decode(payload = '') {
  const [kind, length, octet] = payload.split(':');
  if (payload === '-') return Buffer.alloc(0);
  if (kind === 'fill' && /^[0-9a-f]{2}$/i.test(octet))
    return Buffer.alloc(number(length), parseInt(octet, 16));
  if (kind === 'seq' && octet === undefined) {
    const octets = Buffer.alloc(number(length));
    for (let i = 0; i < octets.length; i++) octets[i] = i ^ (i >> 8) ^ (i >> 16);
    return octets;
  }
  if (!/^([0-9a-f]{2})+$/i.test(payload)) throw new Failure('inval', 'malformed payload');
  return Buffer.from(payload, 'hex');
}

function encode(octets) {
  if (octets.length <= 1024) return octets.toString('hex') || '-';
  let fnv = 2166136261;
  for (const octet of octets) fnv = Math.imul(fnv ^ octet, 16777619) >>> 0;
  return `fnv:${octets.length}:${fnv.toString(16).padStart(8, '0')}`;
}

// A socket whose library calls back: a request waits until its condition holds, and changed() looks
// again.  One request waits at a time, as they are answered in order.
class Socket {
  look = null;
  arrived = []; // messages, for recv()

  changed() {
    if (this.look && this.look()) this.end(true);
  }

  deliver(message) {
    this.arrived.push(message);
    this.changed();
  }

  async recv(ms) {
    if (!(await this.wait(() => this.arrived.length, ms))) throw new Failure('timedout');
    return this.arrived.shift();
  }

  // Resolves to false when the condition did not come true in time.  0 ms: now or never.
  wait(condition, ms) {
    if (condition()) return Promise.resolve(true);
    return new Promise((resolve) => {
      // The event loop looks at its descriptors between a timer and what is set there and then.
      const timer = setTimeout(() => setImmediate(() => this.end(condition())), ms);
      this.look = condition;
      this.end = (come) => {
        clearTimeout(timer);
        this.look = null;
        this.end = () => {};
        resolve(come);
      };
    });
  }
}

// Ports that were free a moment ago are free no more: the library is asked for one after another,
// where it cannot tell which port 0 became.  `listen` throws Failure 'inuse' for one that is taken.
function onAnyPort(url, listen) {
  const [, before, path] = /^([a-z]+:\/\/(?:\[[^\]]*\]|[^:/]*):)0(\/.*)?$/.exec(url) || [];
  if (!before) return listen(url);
  for (let tries = 0; tries < 1000; tries++) {
    try {
      return listen(before + (20000 + Math.floor(Math.random() * 12001)) + (path || ''));
    } catch (e) {
      if (e.code !== 'inuse') throw e;
    }
  }
  throw new Failure('inuse', 'no free port found');
}

// How many words after the name of the socket each verb needs.
const WORDS = { set: 2, listen: 1, dial: 1, pipes: 2, send: 2, recv: 1, close: 0 };

// library: hello() returns words, open(protocol, raw) a Socket; it may have device(a, b), reset()
// and end().  A Socket has the verbs as methods; one that it lacks is `na`; once it has `ended`
// there is only `close`.  Any of them may be asynchronous.
async function serve(library, sockets, line) {
  const [verb, name, ...words] = line.split(' ').filter((word) => word);
  const open = (socket) => {
    const found = sockets.get(socket);
    if (!found || (found.ended && verb !== 'close')) throw new Failure('closed', 'no such socket');
    return found;
  };
  if (verb === 'hello') {
    if (name !== '1') throw new NotAvailable();
    return library.hello();
  }
  if (verb === 'reset') {
    const all = [...sockets.values()];
    sockets.clear();
    await Promise.all(all.map((socket) => socket.close()));
    return library.reset && library.reset();
  }
  if (verb === 'open') {
    if (!words.length) throw new Failure('inval', MALFORMED);
    sockets.set(name, await library.open(words[0], words[1] === 'raw'));
    return '';
  }
  if (verb === 'device' && library.device) return library.device(open(name), open(words[0]));
  if (!Object.hasOwn(WORDS, verb)) throw new NotAvailable();
  const socket = open(name);
  if (words.length < WORDS[verb]) throw new Failure('inval', MALFORMED);
  if (!socket[verb]) throw new NotAvailable();
  switch (verb) {
    case 'pipes':
      return socket.pipes(number(words[0]), number(words[1]));
    case 'send':
      if (words.some((word) => word.startsWith('pipe='))) throw new NotAvailable();
      return socket.send(number(words[0]), socket.raw ? words[1] : decode(words[1]));
    case 'recv':
      return encode(await socket.recv(number(words[0])));
    case 'close':
      sockets.delete(name);
      return socket.close();
    default:
      return socket[verb](...words.slice(0, WORDS[verb]));
  }
}

async function main(library) {
  const sockets = new Map();
  process.stdout.on('error', () => process.exit(0)); // the runner has gone
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer;
    try {
      answer = `ok ${(await serve(library, sockets, line)) || ''}`;
    } catch (e) {
      if (e instanceof NotAvailable) answer = 'na';
      else if (e instanceof Failure) answer = `err ${e.code} ${e.message}`;
      else answer = `err other ${String(e.message || e).split('\n')[0]}`;
    }
    process.stdout.write(`${answer.trim()}\n`);
  }
  await serve(library, sockets, 'reset');
  if (library.end) await library.end();
  process.exit(0);
}

module.exports = { Failure, NotAvailable, Socket, decode, main, number, onAnyPort };
