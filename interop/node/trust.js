'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

// The browser trusts whom the user's store says, and reads that as it starts: a folder to be its home,
// with the authority of this file of PEM in its store.  The caller's to remove.  Throws what certutil
// does, ENOENT where there is none.
module.exports = (authority) => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'spconform-chromium-'));
  const store = path.join(home, '.pki', 'nssdb');
  const say = (...words) => execFileSync('certutil', ['-d', `sql:${store}`, ...words]);
  fs.mkdirSync(store, { recursive: true });
  try {
    say('-N', '--empty-password');
    say('-A', '-t', 'C,,', '-n', 'authority', '-i', authority);
  } catch (e) {
    fs.rmSync(home, { recursive: true, force: true });
    throw e;
  }
  return home;
};
