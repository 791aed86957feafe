// What the pages share.  None of it is about SP: that is in each page.
'use strict';

const $ = (id) => document.getElementById(id);

// Where the story's socket is: ?url=ws://HOST:PORT in the address of this page, or else what
// `spconform serve` tells.
async function socketOf(story) {
  const asked = new URLSearchParams(location.search).get('url');
  if (asked) return asked;
  const { peer, stories } = await (await fetch('/api/stories')).json();
  const found = stories.find(({ name }) => name === story);
  if (!found) throw new Error(`the story ${story} is not served`);
  $('peer').textContent = `The other side: ${peer}, ${found.url}`;
  const url = new URL(found.url);
  url.hostname = location.hostname;
  return url.href;
}

function state(text) {
  $('state').textContent = text;
}

function line(list, text) {
  const item = document.createElement('li');
  item.textContent = text;
  $(list).append(item);
  item.scrollIntoView({ block: 'nearest' });
}

const hex = (octets) => Array.from(octets, (o) => o.toString(16).padStart(2, '0')).join(' ');

// What a person typed, for each time the form is sent.
function onSay(say) {
  $('form').onsubmit = (event) => {
    event.preventDefault();
    const text = $('text').value;
    if (!text) return;
    $('text').value = '';
    say(text);
  };
}

window.onerror = window.onunhandledrejection = (event) =>
  state(`error: ${event.reason || event.message || event}`);
