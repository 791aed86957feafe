#!/usr/bin/env node
// Adapter of the npm package nanomsg: libnanomsg, built in, behind an interface of events.
'use strict';
const nanomsg = require('nanomsg');
const { version } = require('nanomsg/package.json');
const lines = require('./lines.js');
// Built by ci/node from pipes.c.
const pipes = require('./node_modules/pipes.node')(
  require.resolve('nanomsg/build/Release/node_nanomsg.node'),
);

const { Failure, NotAvailable, decode, number } = lines;
const nn = nanomsg._bindings; // numbers of errors, and the two options that have no method
const PROTOCOLS = 'pair pub sub req rep push pull surveyor respondent bus'.split(' ');
const METHODS = {
  ttl: 'maxttl',
  'max-recv': 'rcvmaxsize',
  'reconnect-min': 'reconn',
  'reconnect-max': 'maxreconn',
  linger: 'linger',
  'send-buf': 'sndbuf',
  'recv-buf': 'rcvbuf',
};
const CODES = {
  [nn.ETIMEDOUT]: 'timedout',
  [nn.EAGAIN]: 'timedout',
  [nn.EBADF]: 'closed',
  [nn.ETERM]: 'closed',
  [nn.ECONNREFUSED]: 'refused',
  [nn.ENOTSUP]: 'notsup',
  [nn.EFSM]: 'state',
  [nn.EPROTO]: 'proto',
  [nn.EMSGSIZE]: 'toolong',
  [nn.EADDRINUSE]: 'inuse',
  [nn.EINVAL]: 'inval',
  [nn.ENAMETOOLONG]: 'inval',
  [nn.ENODEV]: 'inval',
};

function failure() {
  const e = nn.Errno();
  if (e === nn.EPROTONOSUPPORT || e === nn.ENOPROTOOPT) return new NotAvailable();
  return new Failure(CODES[e] || 'other', nn.Err());
}

class Socket extends lines.Socket {
  constructor(type, raw) {
    super();
    this.raw = raw;
    // A sub without `chan` gets everything.
    this.nn = nanomsg.socket(type, type === 'sub' ? { raw, chan: [] } : { raw });
    this.nn.on('data', (message) => this.deliver(message));
    this.nn.on('error', () => {
      this.failed = failure();
      this.nn.queue.length = 0; // it would be sent again, and fail again, without end
      this.changed();
    });
    // Of all that happens in a send, this alone is told: the queue shrinks by one.
    this.nn.transform = (message) => {
      setImmediate(() => this.changed());
      return message;
    };
  }

  // What fails at once emits 'error' before it returns.
  attempt(call) {
    this.failed = null;
    call();
    if (this.failed) throw this.failed;
  }

  set(option, value) {
    const { type } = this.nn;
    if (option.endsWith('subscribe') && type === 'sub') {
      const octets = decode(value);
      const prefix = octets.toString();
      if (!octets.equals(Buffer.from(prefix))) throw new NotAvailable(); // it takes strings only
      this.attempt(() => (option === 'subscribe' ? this.nn.chan([prefix]) : this.nn.rmchan(prefix)));
    } else if (option === 'survey-deadline' && type === 'surveyor') {
      this.setNumber(nn.NN_SURVEYOR, nn.NN_SURVEYOR_DEADLINE, number(value));
    } else if (option === 'resend-ivl' && type === 'req') {
      this.setNumber(nn.NN_REQ, nn.NN_REQ_RESEND_IVL, number(value));
    } else if (option === 'ws-text') {
      this.nn.wsopt(number(value) ? 'text' : 'binary');
    } else if (Object.hasOwn(METHODS, option)) {
      const n = number(value);
      try {
        this.nn[METHODS[option]](option === 'max-recv' && n === 0 ? -1 : n);
      } catch {
        throw failure();
      }
    } else {
      throw new NotAvailable();
    }
  }

  setNumber(level, option, value) {
    if (nn.Setopt(this.nn.binding, level, option, value) < 0) throw failure();
  }

  listen(url) {
    if (url.includes('[')) this.nn.ipv6(true);
    return lines.onAnyPort(url, (actual) => {
      // A listener for WebSocket has no path: it takes none, and serves every one.
      this.attempt(() => this.nn.bind(actual.replace(/^(ws:\/\/[^/]*)\/.*/, '$1')));
      return actual;
    });
  }

  dial(url) {
    if (url.includes('[')) this.nn.ipv6(true);
    this.attempt(() => this.nn.connect(url));
  }

  // The library tells nobody of a change: its count is read again and again.
  async pipes(n, ms) {
    const look = setInterval(() => this.changed(), 1);
    const come = await this.wait(() => pipes(this.nn.binding) === n, ms);
    clearInterval(look);
    if (!come) throw new Failure('timedout');
  }

  async send(ms, message) {
    if (this.raw) throw new NotAvailable(); // there is no way to give a header
    if (!this.nn.sender) throw new Failure('notsup', `a ${this.nn.type} cannot send`);
    // What came until now answered the survey before, and the application has had it.
    if (this.nn.type === 'surveyor') this.arrived.length = 0;
    this.attempt(() => this.nn.send(message, nn.NN_DONTWAIT));
    const sent = await this.wait(() => this.failed || !this.nn.queue.length, ms);
    this.nn.queue.length = 0;
    if (this.failed) throw this.failed;
    if (!sent) throw new Failure('timedout');
  }

  recv(ms) {
    if (this.raw) throw new NotAvailable();
    if (!this.nn.receiver && this.nn.type !== 'surveyor')
      throw new Failure('notsup', `a ${this.nn.type} cannot receive`);
    return super.recv(ms);
  }

  // The library copies between the two until both are closed, and knows them by numbers that are
  // given to the next sockets at once: its thread has to end first.
  join(other) {
    const device = nanomsg.device(this.nn, other === this ? undefined : other.nn);
    const end = new Promise((resolve) => device.on('error', resolve));
    this.ends = other.ends = async () => {
      this.ended = other.ended = true;
      this.nn.close();
      if (other !== this) other.nn.close();
      await end;
    };
  }

  async close() {
    if (this.ended) return;
    if (this.ends) await this.ends();
    else this.nn.close();
  }
}

lines.main({
  hello: () =>
    `node-nanomsg ${version} tcp tcp6 ipc inproc ws device pipes subscribe unsubscribe survey-deadline` +
    ` resend-ivl ws-text ${Object.keys(METHODS).join(' ')}`,
  open(protocol, raw) {
    const type = protocol === 'pair0' ? 'pair' : protocol;
    if (!PROTOCOLS.includes(type)) throw new NotAvailable();
    return new Socket(type, raw);
  },
  device(a, b) {
    if (!a.raw || !b.raw) throw new Failure('inval', 'a device needs raw sockets');
    a.join(b);
  },
});
