#!/usr/bin/env node
// Adapter of the npm package ws: WebSocket, client and server.
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { WebSocket, WebSocketServer } = require('ws');
const { version } = require('ws/package.json');
const { Failure, NotAvailable, main } = require('./lines.js');
const mapping = require('./mapping.js');

const FAREWELL = 1000; // ms that a Close waits for the peer's
const closing = []; // sockets whose connections are still saying farewell

class Socket extends mapping.Socket {
  numbers = ['max-recv', 'reconnect-min'];
  files = ['tls-ca', 'tls-cert', 'tls-key'];
  all = new Set(); // the connections, opened or not yet
  servers = [];

  tls() {
    const read = (option) => this.options[option] && fs.readFileSync(this.options[option]);
    const ca = read('tls-ca');
    return { ca, cert: read('tls-cert'), key: read('tls-key'), rejectUnauthorized: Boolean(ca) };
  }

  limits() {
    const maxPayload = this.options['max-recv'] || 0;
    return { maxPayload, perMessageDeflate: false, closeTimeout: FAREWELL };
  }

  connect(url) {
    let ws;
    try {
      ws = new WebSocket(url, [this.asked], { ...this.limits(), ...this.tls() });
    } catch (e) {
      throw new Failure('inval', e.message);
    }
    this.follow(ws, url);
    ws.on('open', () => this.admit(ws));
  }

  follow(ws, url) {
    this.all.add(ws);
    ws.on('message', (data) => this.came(data));
    ws.on('error', (e) => console.error(e.message)); // 'close' follows
    ws.on('close', () => {
      this.all.delete(ws);
      this.gone(ws.connection, url);
    });
  }

  admit(ws) {
    if (this.full()) {
      ws.close();
      return;
    }
    ws.connection = { send: (message) => void ws.send(message) };
    this.opened(ws.connection);
  }

  async listen(text) {
    if (!/^wss?:/.test(text)) throw new NotAvailable();
    const url = new URL(text);
    const secure = url.protocol === 'wss:';
    // What the library answers by itself where it has the port to itself.
    const refuse = (_, response) => response.writeHead(426).end(http.STATUS_CODES[426]);
    const server = secure ? https.createServer(this.tls(), refuse) : http.createServer(refuse);
    const sockets = new WebSocketServer({
      server,
      ...this.limits(),
      path: url.pathname === '/' ? undefined : url.pathname,
      handleProtocols: (offered) => offered.has(this.served) && this.served,
      // The library serves a client that asked for no sub-protocol, or for none that is known.
      verifyClient: ({ req }, answer) => answer(this.isAskedBy(req), 400),
    });
    sockets.on('connection', (ws) => {
      this.follow(ws);
      this.admit(ws);
    });
    this.servers.push(server);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port || (secure ? 443 : 80));
    await new Promise((resolve, reject) => {
      sockets.on('error', (e) =>
        reject(new Failure(e.code === 'EADDRINUSE' ? 'inuse' : 'inval', e.message)));
      server.listen({ host: host === '*' ? undefined : host, port }, resolve);
    });
    return text.replace(/^(wss?:\/\/(?:\[[^\]]*\]|[^:/]*)):0(?=\/|$)/, `$1:${server.address().port}`);
  }

  isAskedBy(request) {
    const offered = request.headers['sec-websocket-protocol'] || '';
    return offered.split(',').some((name) => name.trim() === this.served);
  }

  // Nobody new is let in; those that are there are told.
  close() {
    super.close();
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections(); // those that are no WebSockets yet
    }
    for (const ws of this.all)
      if (ws.readyState === WebSocket.OPEN) ws.close(1000);
      else ws.terminate();
    closing.push(this);
  }

  end() {
    for (const ws of this.all) ws.terminate();
  }
}

main({
  hello: () =>
    `npm-ws ${version} ws wss pipes max-recv reconnect-min subscribe unsubscribe` +
    ' tls-ca tls-cert tls-key',
  open(protocol, raw) {
    if (raw) throw new NotAvailable();
    return new Socket(protocol);
  },
  reset() {
    while (closing.length) closing.pop().end();
  },
});
