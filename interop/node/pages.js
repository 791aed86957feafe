#!/usr/bin/env node
// Pages of a browser, for tests: a JSON object a line asks, in order, and one answers each.
//   {do: "open", context, page, url}        contexts and pages are named by the caller
//   {do: "type", page, selector, text}      and presses Enter
//   {do: "fill", page, selector, text}      in place of what is there
//   {do: "click", page, selector}
//   {do: "wait", page, selector, matches}   for a text: answers it
//   {do: "list", page, selector, least}     for so many elements: answers their texts
//   {do: "shot", page, file}                a picture of it
//   {do: "close", page} or {do: "close", context}
// Each waits up to `ms`, 10000 if not given; an answer is {answer} or {error}, with the `id` of the
// request.  The first line, {ready}, comes when the browser has started.  `pages.js FILE`: it trusts
// the authority whose certificate is in that file of PEM.
'use strict';
const fs = require('node:fs');
const readline = require('node:readline');
const launch = require('./launch.js');
const homeThatTrusts = require('./trust.js');

const WAIT_MS = 10000;
const LOOK_MS = 10;
const contexts = new Map();
const pages = new Map();
const [authority] = process.argv.slice(2);
const home = authority && homeThatTrusts(authority);
const browser = launch(home);

const verbs = {
  async open({ context, page, url, ms }) {
    if (!contexts.has(context)) contexts.set(context, await (await browser).newContext());
    const opened = await contexts.get(context).newPage();
    pages.set(page, opened);
    await opened.goto(url, { timeout: ms });
  },
  async type({ page, selector, text, ms }) {
    await pages.get(page).locator(selector).pressSequentially(text, { timeout: ms });
    await pages.get(page).locator(selector).press('Enter', { timeout: ms });
  },
  async fill({ page, selector, text, ms }) {
    await pages.get(page).fill(selector, text, { timeout: ms });
  },
  async click({ page, selector, ms }) {
    await pages.get(page).click(selector, { timeout: ms });
  },
  async wait({ page, selector, matches, ms }) {
    const look = ([where, what]) => {
      const text = document.querySelector(where)?.textContent ?? '';
      return new RegExp(what).test(text) && { text };
    };
    const found = await pages
      .get(page)
      .waitForFunction(look, [selector, matches], { timeout: ms, polling: LOOK_MS });
    return (await found.jsonValue()).text;
  },
  async list({ page, selector, least, ms }) {
    const look = ([where, n]) => {
      const all = Array.from(document.querySelectorAll(where), (e) => e.textContent);
      return all.length >= n && all;
    };
    const found = await pages
      .get(page)
      .waitForFunction(look, [selector, least], { timeout: ms, polling: LOOK_MS });
    return found.jsonValue();
  },
  async shot({ page, file, ms }) {
    await pages.get(page).screenshot({ path: file, fullPage: true, timeout: ms });
  },
  async close({ page, context }) {
    const named = page ? pages : contexts;
    const name = page || context;
    await named.get(name).close();
    named.delete(name);
  },
};

async function answer(request) {
  const { id } = request;
  try {
    return { id, answer: await verbs[request.do]({ ms: WAIT_MS, ...request }) };
  } catch (e) {
    return { id, error: e.message };
  }
}

function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

async function main() {
  tell({ ready: (await browser).version() });
  for await (const line of readline.createInterface({ input: process.stdin }))
    tell(await answer(JSON.parse(line)));
  await (await browser).close();
}

main()
  .catch((e) => {
    process.stderr.write(`${e.message}\n`);
    process.exitCode = 1;
  })
  .finally(() => {
    if (home) fs.rmSync(home, { recursive: true, force: true });
    process.exit();
  });
