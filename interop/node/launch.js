'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');

// The first is the same browser without what draws windows: it takes half of the time.
const NAMES = ['chromium-headless-shell', 'chromium'];

function executable() {
  if (process.env.SPCONFORM_CHROMIUM) return process.env.SPCONFORM_CHROMIUM;
  const folders = (process.env.PATH || '').split(':');
  const found = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) =>
    fs.existsSync(file)
  );
  if (!found) throw new Error('no chromium on the PATH, and SPCONFORM_CHROMIUM names none');
  return found;
}

// The Chromium of $SPCONFORM_CHROMIUM, or of the PATH, without a window; in a home of trust.js.
module.exports = async (home) =>
  chromium.launch({
    executablePath: executable(),
    chromiumSandbox: process.getuid() !== 0, // root has none
    // A page of no origin could not be granted the permission to reach this machine.
    args: ['--disable-features=LocalNetworkAccessChecks'],
    env: home ? { ...process.env, HOME: home, XDG_DATA_HOME: '' } : process.env,
  });
