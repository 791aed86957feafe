// The patterns that need no header: what is left of them is which connection a message goes to.  For
// adapters of libraries that know WebSocket and nothing of SP.
'use strict';
const lines = require('./lines.js');

const { Failure, NotAvailable, decode, number } = lines;
const PEER = {
  pair: 'pair',
  pub: 'sub',
  sub: 'pub',
  push: 'pull',
  pull: 'push',
  bus: 'bus',
};

// A subclass has connect(address), which calls opened() or gone() later, and may have listen().
// A connection has send(octets) and close().
class Socket extends lines.Socket {
  constructor(protocol) {
    super();
    const name = protocol === 'pair0' ? 'pair' : protocol;
    if (!Object.hasOwn(PEER, name)) throw new NotAvailable();
    this.protocol = name;
    // A client asks for the protocol of the server.
    this.served = `${name}.sp.nanomsg.org`;
    this.asked = `${PEER[name]}.sp.nanomsg.org`;
    this.connections = [];
    this.subscriptions = [];
    this.options = { 'reconnect-min': 100 };
  }

  // A subclass says which of the options it knows take `numbers`, and which name `files`.
  numbers = [];
  files = [];

  set(option, value) {
    if (option.endsWith('subscribe') && this.protocol === 'sub') this.subscribe(option, value);
    else if (this.numbers.includes(option)) this.options[option] = number(value);
    else if (this.files.includes(option)) this.options[option] = value;
    else throw new NotAvailable();
  }

  subscribe(option, value) {
    const prefix = decode(value);
    const at = this.subscriptions.findIndex((one) => one.equals(prefix));
    if (option === 'subscribe') this.subscriptions.push(prefix);
    else if (at < 0) throw new Failure('inval', 'no such subscription');
    else this.subscriptions.splice(at, 1);
  }

  dial(url) {
    if (!/^wss?:/.test(url)) throw new NotAvailable();
    return this.connect(url);
  }

  // A pair has one peer.
  full() {
    return this.protocol === 'pair' && this.connections.length > 0;
  }

  opened(connection) {
    this.connections.push(connection);
    this.changed();
  }

  // The library does not dial again by itself; an SP socket does.
  gone(connection, address) {
    const at = this.connections.indexOf(connection);
    if (at >= 0) this.connections.splice(at, 1);
    this.changed();
    if (address && !this.ended)
      this.retry = setTimeout(() => this.again(address), this.options['reconnect-min']);
  }

  async again(address) {
    try {
      await this.connect(address);
    } catch (e) {
      console.error(e.message);
    }
  }

  came(message) {
    const wanted = (prefix) => message.subarray(0, prefix.length).equals(prefix);
    if (this.protocol === 'pub' || this.protocol === 'push') return;
    if (this.protocol !== 'sub' || this.subscriptions.some(wanted)) this.deliver(message);
  }

  async pipes(n, ms) {
    if (!(await this.wait(() => this.connections.length === n, ms))) throw new Failure('timedout');
  }

  async send(ms, message) {
    if (this.protocol === 'sub' || this.protocol === 'pull')
      throw new Failure('notsup', `a ${this.protocol} cannot send`);
    if (this.protocol === 'pub' || this.protocol === 'bus') {
      await Promise.all(this.connections.map((connection) => connection.send(message)));
      return;
    }
    if (!(await this.wait(() => this.connections.length, ms))) throw new Failure('timedout');
    const connection = this.connections.shift();
    this.connections.push(connection);
    await connection.send(message);
  }

  recv(ms) {
    if (this.protocol === 'pub' || this.protocol === 'push')
      throw new Failure('notsup', `a ${this.protocol} cannot receive`);
    return super.recv(ms);
  }

  close() {
    this.ended = true;
    clearTimeout(this.retry);
  }
}

module.exports = { Socket };
