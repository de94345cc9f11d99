// What the page says of itself: a badge where a ticket is shown, a red line where it isn't. Nobody may test production by
// mistake, so no attribute turns the line off.
/* global document, location, window */
import { linkTo, me, nameOf, production } from './asked.js';

var AGAIN_MS = 500;

export function whenParsed(then) {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', then, { once: true });
  else then();
}

// Beside the body, which applications replace; and again where the whole document was replaced.
function show(element) {
  var timer;
  whenParsed(function () {
    var put = function () {
      if (!element.isConnected && document.documentElement) document.documentElement.appendChild(element);
    };
    put();
    timer = setInterval(put, AGAIN_MS);
  });
  return function () {
    clearInterval(timer);
    element.remove();
  };
}

// Style by script: a policy against inline styles allows it.
function box(id, role, styles) {
  var element = document.createElement('div');
  element.id = id;
  element.setAttribute('role', role);
  style(
    element,
    'all:initial;position:fixed;z-index:2147483647;font:13px/1.4 system-ui,sans-serif;color:#fff;display:block',
  );
  style(element, styles);
  return element;
}

function style(element, styles) {
  styles.split(';').forEach(function (one) {
    var colon = one.indexOf(':');
    element.style.setProperty(one.slice(0, colon), one.slice(colon + 1));
  });
}

function addLink(element, label, href) {
  var link = document.createElement('a');
  link.textContent = label;
  link.href = href;
  style(link, 'color:inherit;text-decoration:underline;margin-left:8px');
  element.appendChild(link);
}

var WIDE =
  'top:0;left:0;right:0;bottom:auto;padding:6px 12px;border-radius:0;background:#b71c1c;text-align:center;cursor:pointer';
var SMALL = 'top:auto;left:auto;right:8px;bottom:8px;padding:4px 10px;border-radius:12px';

// A click, or Enter, makes a small badge of the line, and a line of the badge. What it says may change.
export function warn(text, refusal, tickets) {
  if (window.console) window.console.warn('stamp.js: ' + text);
  var line = box('stamp-warning', 'alert', WIDE);
  var whole = document.createElement('span');
  var words = document.createTextNode(text);
  whole.appendChild(words);
  if (refusal.href) addLink(whole, 'Open it in ' + refusal.to, refusal.href);
  addLink(whole, 'Leave it', linkTo(production, tickets));
  var short = document.createTextNode('Not ' + nameOf(tickets));
  var isSmall = false;
  var turn = function (event) {
    if (event.target.href || (event.key && event.key !== 'Enter' && event.key !== ' ')) return;
    isSmall = !isSmall;
    style(line, isSmall ? SMALL : WIDE);
    line.title = isSmall ? words.data : 'Make this small';
    line.replaceChild(isSmall ? short : whole, line.firstChild);
  };
  line.title = 'Make this small';
  line.tabIndex = 0;
  line.addEventListener('click', turn);
  line.addEventListener('keydown', turn);
  line.appendChild(whole);
  show(line);
  return {
    tell: function (more) {
      words.data = more;
      if (isSmall) line.title = more;
    },
  };
}

// Tells on it what changes meanwhile.
export function showBadge(tickets, says) {
  if (me && me.getAttribute('data-badge') === 'off') return { tell: function () {}, hide: function () {} };
  var badge = box(
    'stamp-badge',
    'status',
    'right:8px;bottom:8px;padding:4px 10px;border-radius:12px;background:#0d47a1',
  );
  var text = document.createTextNode(nameOf(tickets) + ' · ' + says);
  badge.appendChild(text);
  addLink(badge, 'leave', linkTo(production, tickets));
  var hide = show(badge);
  var tell = function (line) {
    text.textContent = nameOf(tickets) + ' · ' + line;
    badge.setAttribute('data-changed', '');
    style(badge, 'background:#e65100');
    addLink(badge, 'reload', location.href);
  };
  return { tell: tell, hide: hide };
}
