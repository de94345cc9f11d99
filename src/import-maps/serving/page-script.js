// stamp.js, as pages run it (import-maps.md, section 3): a classic script, the first in <head>. It puts one complete import
// map after itself: production's, which it carries, or that of the ticket in the URL, which it fetches.
// stamp-script.ts makes a function of it, whose argument `config` says what it carries, and leaves these comments out.
/* global config, document, location, sessionStorage, window, MutationObserver, XMLHttpRequest */
var me = document.currentScript;
var stored = 'stampline ' + config.base;
var production = config.stages[config.stages.length - 1].name;
var mapUrl = config.base + '/import-map.json';
// `?stamp-release=7`: production as it was. A longer name than the map's own `?release=`, which a page may use itself.
var RELEASE = 'stamp-release';
// With it the keys of tickets are sent.
var KEYS = 'X-Stamp-Preview-Key';
var names = config.stages
  .map(function (stage) {
    return stage.name;
  })
  .concat(RELEASE);

// What the URL names: tickets by stage, { dev: 'TKT-1' }, or a release, { 'stamp-release': '7' }; else what this tab was at;
// undefined for production.
function asked() {
  var query = new URLSearchParams(location.search);
  if (query.has(production)) return keep(undefined);
  var tickets;
  names.forEach(function (name) {
    var named = query.get(name);
    if (!named) return;
    tickets = tickets || {};
    tickets[name] = name === RELEASE ? named : withKeys(named);
  });
  return tickets ? keep(tickets) : kept();
}

// `TKT-1~<key>`, as a link has it where previews are locked. A link within the application may have lost the key that the
// tab came with. No request has it in its URL, and nothing that the page shows.
function withKeys(named) {
  var known = keysOf(kept() || {});
  return named
    .split(',')
    .map(function (one) {
      var mine = known.filter(function (key) {
        return key.split('~')[0] === one.trim();
      });
      return mine[0] || one;
    })
    .join(',');
}

function keysOf(tickets) {
  return Object.keys(tickets).reduce(function (all, stage) {
    var linked = stage === RELEASE ? [] : tickets[stage].split(',');
    return all.concat(
      linked
        .map(function (one) {
          return one.trim();
        })
        .filter(function (one) {
          return /^[\w-]+~[\w-]+$/.test(one);
        }),
    );
  }, []);
}

function bare(named) {
  return named.replace(/~[^,]*/g, '');
}

function bareTickets(tickets) {
  var all = {};
  Object.keys(tickets).forEach(function (stage) {
    all[stage] = bare(tickets[stage]);
  });
  return all;
}

// A page in a sandbox has no storage; it goes without.
function keep(tickets) {
  try {
    if (tickets && isPreview(tickets)) sessionStorage.setItem(stored, JSON.stringify(tickets));
    else if (!tickets) sessionStorage.removeItem(stored);
  } catch (_error) {
    return tickets;
  }
  return tickets;
}

function kept() {
  try {
    var tickets = JSON.parse(sessionStorage.getItem(stored) || 'null');
    var known = names.some(function (name) {
      return tickets && typeof tickets[name] === 'string';
    });
    return known ? tickets : undefined;
  } catch (_error) {
    return undefined;
  }
}

// A link must not be a way to run a ticket's code on production's users, nor what a release had to be replaced for.
function isPreview(tickets) {
  if (/^https?:\/\/(([a-z0-9-]+\.)*localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(location.origin)) return true;
  return Object.keys(tickets).every(function (stage) {
    return originsOf(stage).some(function (origin) {
      return origin.toLowerCase() === location.origin.toLowerCase();
    });
  });
}

// A release is shown wherever any ticket is.
function originsOf(stage) {
  if (Array.isArray(config.previews)) return config.previews;
  if (stage !== RELEASE) return config.previews[stage] || [];
  return Object.keys(config.previews).reduce(function (all, one) {
    return all.concat(config.previews[one]);
  }, []);
}

function queryOf(tickets) {
  return Object.keys(tickets)
    .map(function (stage) {
      return (
        (stage === RELEASE ? 'release' : encodeURIComponent(stage)) + '=' + encodeURIComponent(bare(tickets[stage]))
      );
    })
    .join('&');
}

// Nothing that a link's author made up is shown on the page.
function nameOf(tickets) {
  if (tickets[RELEASE]) return /^\d{1,9}$/.test(tickets[RELEASE]) ? 'Release ' + tickets[RELEASE] : 'The release';
  var keys = Object.keys(tickets).map(function (stage) {
    return bare(tickets[stage]);
  });
  return /^([A-Za-z]\w{0,49}-)?\d{1,16}(,([A-Za-z]\w{0,49}-)?\d{1,16}){0,19}$/.test(keys.join(','))
    ? keys.join(', ')
    : 'The ticket';
}

function placeOf(tickets) {
  return tickets[RELEASE] ? 'production as it was' : Object.keys(tickets).join(', ');
}

// The page at another stage, or in production, of the same ticket.
function linkTo(stage, tickets) {
  var url = new URL(location.href);
  names.forEach(function (name) {
    url.searchParams.delete(name);
  });
  var first = tickets[Object.keys(tickets)[0]];
  url.searchParams.set(stage, stage === production ? '' : first);
  return url.href;
}

// Synchronous: a module script further down must find the map. Only with a ticket, so production's pages never wait.
function fetchMap(tickets) {
  if (tickets[RELEASE] && Object.keys(tickets).length > 1) return { failed: "isn't shown together with a ticket" };
  var request = new XMLHttpRequest();
  try {
    request.open('GET', mapUrl + '?' + queryOf(tickets), false);
    if (keysOf(tickets).length > 0) request.setRequestHeader(KEYS, keysOf(tickets).join(','));
    request.send();
  } catch (_error) {
    return { failed: "couldn't be loaded" };
  }
  if (request.status === 404) return { failed: "isn't there" };
  if (request.status === 409) return { failed: "can't be shown: they change the same module" };
  if (request.status !== 200) return { failed: "couldn't be loaded (" + request.status + ')' };
  var status = request.getResponseHeader('X-Stamp-Status') || '';
  return { map: request.responseText, etag: request.getResponseHeader('ETag'), status: status };
}

// Why a ticket isn't shown, with where to go instead; undefined where it is shown.
function refusalOf(answer, tickets) {
  if (answer.failed) return { why: answer.failed };
  var at = /stage-mismatch; stage=([\w-]+)/.exec(answer.status);
  if (at && at[1] === production) return { why: 'is in production', to: production, href: linkTo(production, tickets) };
  if (at) return { why: 'is at the stage ' + at[1], to: at[1], href: linkTo(at[1], tickets) };
  if (/^closed/.test(answer.status)) return { why: 'is closed' };
  if (/^locked/.test(answer.status)) return { why: lockedText(tickets) };
  if (/^unknown; stale/.test(answer.status)) return { why: "couldn't be looked up" };
  if (/^unknown/.test(answer.status)) return { why: 'is no ticket with modules' };
  return undefined;
}

// Whoever may read the ticket has the link with its key.
function lockedText(tickets) {
  var key = /^\w[\w-]*$/.test(nameOf(tickets)) ? nameOf(tickets) : '<ticket>';
  var command = 'stamp preview <ticket>'.replace('<ticket>', key);
  var lacks = keysOf(tickets).length > 0 ? 'has a key that is not valid' : 'lacks its key';
  return "isn't shown: this link " + lacks + '. Whoever may read the ticket can give you one: ' + command;
}

function insert(map) {
  var script = document.createElement('script');
  script.type = (me && me.getAttribute('data-type')) || 'importmap';
  script.id = 'stamp-map';
  if (me && me.nonce) script.nonce = me.nonce;
  script.textContent = map;
  if (me && me.parentNode) me.parentNode.insertBefore(script, me.nextSibling);
  else document.head.appendChild(script);
}

// The inline map further down is for pages that couldn't load this script. The parser lets observers run before it looks at
// a script's type (HTML, "An end tag whose tag name is script"), so what is renamed here never becomes a map: a key that
// the ticket deletes must not come back through it where documents may have several maps.
function dropFallback() {
  var observer = new MutationObserver(function (records) {
    records.forEach(function (record) {
      record.addedNodes.forEach(function (node) {
        if (node.nodeName === 'SCRIPT' && node.hasAttribute('data-stamp-fallback')) node.type = 'application/json';
      });
    });
  });
  observer.observe(document, { childList: true, subtree: true });
  whenParsed(function () {
    observer.disconnect();
  });
}

function whenParsed(then) {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', then);
  else then();
}

// Style by script: a policy against inline styles allows it.
function box(id, styles) {
  var element = document.createElement('div');
  element.id = id;
  var all = 'all:initial;position:fixed;z-index:2147483647;font:13px/1.4 system-ui,sans-serif;color:#fff;' + styles;
  all.split(';').forEach(function (style) {
    var colon = style.indexOf(':');
    if (colon > 0) element.style.setProperty(style.slice(0, colon), style.slice(colon + 1));
  });
  return element;
}

function addLink(element, label, href) {
  var link = document.createElement('a');
  link.textContent = label;
  link.href = href;
  link.style.setProperty('color', 'inherit');
  link.style.setProperty('text-decoration', 'underline');
  link.style.setProperty('margin-left', '8px');
  element.appendChild(link);
}

// Nobody may test production by mistake, so no attribute turns this off.
function warn(text, refusal, tickets) {
  if (window.console) window.console.warn('stamp.js: ' + text);
  whenParsed(function () {
    var line = box(
      'stamp-warning',
      'top:0;left:0;right:0;padding:6px 12px;background:#b71c1c;text-align:center;display:block',
    );
    line.setAttribute('role', 'alert');
    line.appendChild(document.createTextNode(text));
    if (refusal.href) addLink(line, 'Open it in ' + refusal.to, refusal.href);
    if (refusal.to !== production) addLink(line, 'Leave it', linkTo(production, tickets));
    document.body.appendChild(line);
  });
}

function showBadge(tickets, stale) {
  if (me && me.getAttribute('data-badge') === 'off') return function () {};
  var badge = box(
    'stamp-badge',
    'right:8px;bottom:8px;padding:4px 10px;border-radius:12px;background:#0d47a1;display:block',
  );
  var text = document.createTextNode(nameOf(tickets) + ' · ' + placeOf(tickets) + (stale ? ' · may be old' : ''));
  badge.setAttribute('role', 'status');
  badge.appendChild(text);
  addLink(badge, 'leave', linkTo(production, tickets));
  whenParsed(function () {
    document.body.appendChild(badge);
  });
  return function (line) {
    text.textContent = nameOf(tickets) + ' · ' + line;
    badge.setAttribute('data-changed', '');
    badge.style.setProperty('background', '#e65100');
    addLink(badge, 'reload', location.href);
  };
}

// The map's ETag, asked while the tab is seen: every two seconds, and four times a second by a tab that reloads, whose
// owner waits for what was just saved. A release never changes. A stream would hold one of the few connections that a
// browser has to a host.
function follow(tickets, etag, changed) {
  var reload = me && me.hasAttribute('data-reload');
  if (!window.fetch || !etag || tickets[RELEASE]) return;
  var timer = setInterval(
    function () {
      if (document.visibilityState === 'hidden') return;
      fetch(mapUrl + '?' + queryOf(tickets), { cache: 'no-cache', credentials: 'omit', headers: headersOf(tickets) })
        .then(function (answer) {
          var status = answer.headers.get('X-Stamp-Status');
          if (!answer.ok || /stale/.test(status || '') || (!status && answer.headers.get('ETag') === etag)) return;
          clearInterval(timer);
          if (reload) location.reload();
          else changed('changed');
        })
        .catch(function () {});
    },
    reload ? 250 : 2000,
  );
}

function headersOf(tickets) {
  var headers = {};
  if (keysOf(tickets).length > 0) headers[KEYS] = keysOf(tickets).join(',');
  return headers;
}

function run() {
  var tickets = asked();
  var release = (tickets && tickets[RELEASE]) || null;
  window.stamp = {
    project: config.project,
    tickets: release || !tickets ? null : bareTickets(tickets),
    release: release,
    shown: false,
    url: mapUrl,
  };
  if (!tickets) return config.map;
  if (!isPreview(tickets)) {
    warn(
      (release ? 'Releases' : 'Tickets') + ' are not previewed on ' + location.origin + '. This page shows production.',
      {},
      tickets,
    );
    return config.map;
  }
  var answer = fetchMap(tickets);
  var refusal = refusalOf(answer, tickets);
  if (refusal) {
    warn(nameOf(tickets) + ' ' + refusal.why + '. This page shows production.', refusal, tickets);
    return config.map;
  }
  window.stamp.shown = true;
  follow(tickets, answer.etag, showBadge(tickets, /stale/.test(answer.status)));
  return answer.map;
}

// Whatever this browser lacks, the page runs production.
function start() {
  var map = config.map;
  try {
    map = run();
  } catch (error) {
    if (window.console) window.console.error('stamp.js: ' + error);
  }
  dropFallback();
  insert(map);
}

if (!window.stamp) start();
