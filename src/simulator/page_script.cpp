#include "simulator/page.hpp"

namespace bizcomms::simulator {

const std::string_view k_page_script = R"js(
'use strict';
const byId = id => document.getElementById(id);
const make = (tag, cls, text) => { const e = document.createElement(tag); if (cls) e.className = cls; if (text !== undefined) e.textContent = text; return e; };
const moods = {
  own: ['as started', {}],
  throttling: ['throttling (429)', {throttle: 0.5, read_throttle: 0.3}],
  flaky: ['flaky', {error_before: 0.1, error_after: 0.1, reset_before: 0.05, reset_after: 0.05, hang_after: 0.03, throttle: 0.1}],
  down: ['down (503)', {error_before: 1, read_error: 1}],
  slow: ['slow', {slow: 1, slow_latency_min_ms: 1000, slow_latency_max_ms: 4000}],
  losing: ['losing callbacks', {callback_loss: 0.5, callback_duplication: 0.2, callback_reordering: 0.3}],
  lossy: ['losing messages', {undelivered: 0.4}]
};
const shown = {phones: '', phone: '', figures: ''};
const seen = new Map();
let chosen = decodeURIComponent(location.hash.slice(1));

const toast = text => { const t = byId('toast'); t.textContent = text; t.classList.add('on'); clearTimeout(toast.timer); toast.timer = setTimeout(() => t.classList.remove('on'), 4000); };

async function ask(method, path, body) {
  const answer = await fetch(path, {method, headers: body ? {'Content-Type': 'application/json'} : {}, body: body ? JSON.stringify(body) : undefined});
  const text = await answer.text();
  if (!answer.ok) { let why = 'The simulator answered ' + answer.status + '.'; try { why = JSON.parse(text).error || why; } catch (e) { } throw new Error(why); }
  return text;
}
const tell = (method, path, body) => ask(method, path, body).then(refresh, e => toast(e.message));
const phonePath = number => '/simulator/phones/' + encodeURIComponent(number);

const clock = iso => { const d = new Date(iso); return isNaN(d) || d.getTime() === 0 ? '' : d.toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', second: '2-digit'}); };
const pretty = n => n.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3');
const hue = n => { let h = 7; for (const c of n) h = (h * 137 + c.charCodeAt(0) * 61) % 360; return h; };
const minutes = iso => clock(iso).replace(/^(\d+:\d+):\d+/, '$1');

function choose(number) {
  chosen = number;
  history.replaceState(null, '', number ? '#' + encodeURIComponent(number) : location.pathname);
  document.body.classList.toggle('open', Boolean(number));
  shown.phones = shown.phone = '';
  refresh();
}

function phoneRow(phone) {
  const row = make('li'), button = make('button');
  button.setAttribute('aria-current', String(phone.number === chosen));
  button.onclick = () => choose(phone.number);
  const face = make('span', 'face', phone.number.slice(-2));
  face.style.background = 'hsl(' + hue(phone.number) + ' 52% 46%)';
  const count = phone.messages + phone.calls;
  if (phone.number === chosen || !seen.has(phone.number)) seen.set(phone.number, phone.number === chosen ? count : 0);
  const fresh = count - seen.get(phone.number);
  let badge = null;
  if (phone.on_call) badge = make('span', 'badge ring', '☎ on call');
  else if (phone.stopped) badge = make('span', 'badge stop', 'STOP');
  else if (fresh > 0) badge = make('span', 'badge new', String(fresh));
  button.append(face, make('span', 'number', pretty(phone.number)), make('span', 'when', minutes(phone.last_at)),
    make('span', 'last', phone.last || (phone.calls ? '☎ call' : '')));
  if (badge) { badge.style.gridColumn = '3'; button.append(badge); button.lastChild.style.gridRow = '2'; }
  row.append(button);
  return row;
}

function bubble(item) {
  const mine = item.direction === 'inbound';
  const lost = item.status === 'failed' || item.status === 'undelivered' || item.status === 'canceled';
  const box = make('div', 'bubble' + (mine ? ' mine' : '') + (lost ? ' lost' : '') + (!item.received && !lost ? ' away' : '') + (item.automatic ? ' auto' : ''), item.body);
  const state = lost ? 'not delivered: ' + item.status + (item.error_code ? ' (' + item.error_code + ')' : '') : item.received ? '' : item.status + '…';
  box.append(make('div', 'note', [clock(item.at), mine ? 'to ' + item.to : 'from ' + item.from, state].filter(Boolean).join(' · ')));
  return box;
}

function card(item) {
  const box = make('div', 'card'), head = make('h3', '', '☎ Call from ' + pretty(item.from));
  head.append(make('span', '', clock(item.at) + ' · ' + item.status));
  box.append(head);
  for (const line of item.lines) box.append(make('p', line.kind, line.kind === 'pressed' ? 'pressed ' + line.text : line.text));
  if (!item.lines.length) box.append(make('p', '', item.status === 'ringing' ? 'Ringing…' : item.received ? '' : 'Nobody heard it.'));
  return box;
}

function empty(title, text, sign) {
  const box = make('div', 'empty');
  box.append(make('div', 'big', sign), make('h2', '', title), make('p', '', text));
  return box;
}

function showPhones(list) {
  byId('phones').replaceChildren(...list.phones.map(phoneRow));
  if (list.total > list.phones.length) byId('phones').append(make('li', 'none', 'and ' + (list.total - list.phones.length) + ' more: search for a number'));
  if (!list.total) byId('phones').append(make('li', 'none', 'No phone has rung yet. Post an alert, and it shows up here.'));
  if (!chosen && !list.total) byId('talk').replaceChildren(empty('No phone has rung yet', 'Post an alert with the command that was printed at the start. It shows up here within a second.', '📱'));
  else if (!chosen) byId('talk').replaceChildren(empty('Choose a phone', 'On the left are all the phones that have been written to or called.', '👈'));
}

function showPhone(phone) {
  const talk = byId('talk'), atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 60;
  const title = byId('title');
  title.replaceChildren(pretty(phone.number), make('small', '', phone.stopped.length ? 'has stopped ' + phone.stopped.join(', ') : phone.total + (phone.total === 1 ? ' item' : ' items')));
  talk.replaceChildren(...phone.items.map(i => i.kind === 'call' ? card(i) : bubble(i)));
  byId('keypad').hidden = !phone.items.some(i => i.kind === 'call' && i.status === 'in-progress');
  if (atEnd || shown.last !== phone.number) talk.scrollTop = talk.scrollHeight;
  shown.last = phone.number;
}

function showFigures(s) {
  const chip = (name, value, bad) => { const c = make('span', 'chip' + (bad ? ' bad' : '')); c.append(make('b', '', value.toLocaleString()), ' ' + name); return c; };
  byId('figures').replaceChildren(chip(s.phones === 1 ? 'phone' : 'phones', s.phones), chip(s.messages_received === 1 ? 'message' : 'messages', s.messages_received), chip(s.calls === 1 ? 'call' : 'calls', s.calls),
    chip('duplicates', s.duplicates, s.duplicates > 0), chip('webhooks', s.webhooks.taken), chip('webhooks failed', s.webhooks.failed, s.webhooks.failed > 0));
}

async function update(name, path, show) {
  const text = await ask('GET', path);
  if (text === shown[name]) return;
  shown[name] = text;
  show(JSON.parse(text));
}

let busy = false;
async function refresh() {
  if (busy) return;
  busy = true;
  try {
    byId('write').hidden = !chosen;
    if (!chosen) { byId('keypad').hidden = true; byId('title').textContent = ''; }
    await update('phones', '/simulator/phones?search=' + encodeURIComponent(byId('search').value.replace(/\s/g, '')), showPhones);
    if (chosen) await update('phone', phonePath(chosen), showPhone).catch(e => {
      shown.phone = '';
      byId('title').textContent = pretty(chosen);
      byId('talk').replaceChildren(empty('Nothing here yet', e.message, '📭'));
    });
    await update('figures', '/simulator/statistics', showFigures);
  } catch (e) {
    shown.phones = shown.phone = shown.figures = '';
    byId('figures').replaceChildren(make('span', 'chip bad', 'The simulator does not answer.'));
  } finally { busy = false; }
}

for (const key of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']) {
  const button = make('button', '', key);
  button.onclick = () => tell('POST', phonePath(chosen) + '/press', {digits: key});
  byId('keys').append(button);
}
for (const word of ['STOP', 'START', 'HELP']) {
  const button = make('button', '', word);
  button.type = 'button';
  button.onclick = () => tell('POST', phonePath(chosen) + '/reply', {body: word});
  byId('quick').append(button);
}
for (const [name, [label]] of Object.entries(moods)) {
  if (name === 'own') continue;
  const option = make('option', '', label);
  option.value = name;
  byId('mood').append(option);
}
byId('mood').onchange = e => tell('PUT', '/simulator/faults', moods[e.target.value][1]).then(() => toast('Twilio is ' + moods[e.target.value][0] + ' now.'));
byId('write').onsubmit = e => {
  e.preventDefault();
  const text = byId('text');
  if (!text.value) return;
  tell('POST', phonePath(chosen) + '/reply', {body: text.value});
  text.value = '';
};
byId('back').onclick = () => choose('');
byId('search').oninput = () => { shown.phones = ''; refresh(); };
if (chosen) document.body.classList.add('open');
refresh();
setInterval(() => { if (!document.hidden) refresh(); }, 1000);
)js";

}  // namespace bizcomms::simulator
