// The map in the page: how it gets there, and whether the page's modules go by it.
/* global document, localStorage, window, MutationObserver */
import { me } from './asked.js';
import { whenParsed } from './told.js';

// What this script keeps of itself: no id, no global and no attribute of the page's is in its way.
export var RUN = Symbol.for('stampline');
var RESOLVED_WITHIN_MS = 10000;
// A browser answers some hundred in a millisecond.
var MOST_ASKED = 1000;
// The key of our own, and where it leads; browsers load neither.
var MARK = 'stampline:map';
var MARK_URL = 'stampline:counts';
var WITHIN = 'stamp.js-asks';
var STOPPED =
  "the page's policy blocks the import map that stamp.js adds: give the stamp.js element the same nonce as the page's own scripts.";
var policy;

// Why a map can't be known to count that is put into the page now; undefined where it does.
export function lateness() {
  if (!me || me.type === 'module') return 'runs as a module, after other modules have begun: remove type="module"';
  if (me.defer || me.async)
    return 'may run after modules have begun: remove async and defer, and write it into the page itself';
  if (document.readyState !== 'loading') return 'ran after the page was parsed: write it into the page itself';
  if (document.querySelector('script[data-stamp-fallback]')) return 'comes after its fallback: swap the two';
  if (hasScript('importmap')) return 'comes after another import map: put it first';
  if (hasScript('module')) return 'comes after a module script: put it first';
  return undefined;
}

// Browsers take a type in any case, with blanks around it.
function hasScript(type) {
  return Array.from(document.querySelectorAll('script[type]')).some(function (script) {
    return script !== me && script.getAttribute('type').trim().toLowerCase() === type;
  });
}

// Where scripts must be trusted (Trusted Types), `trusted-types stampline` lets these be.
function trusted(text) {
  if (!window.trustedTypes) return text;
  policy = policy || window.trustedTypes.createPolicy('stampline', { createScript: String });
  return policy.createScript(text);
}

function scriptOf(type, text) {
  var script = document.createElement('script');
  script.type = type;
  if (me && me.nonce) script.nonce = me.nonce;
  script.textContent = trusted(text);
  return script;
}

function isOverridable() {
  return Boolean(me && me.getAttribute('data-type'));
}

// Puts the map into the page. `refused` is called where the browser takes no map any more, such as Firefox after a
// `Link: rel=modulepreload`. A map that the page's policy stops is dropped without an event or an exception (HTML, "prepare the
// script element"), so a script with the same nonce runs before it, or throws; the fallback may be allowed by a hash.
export function insert(map, refused) {
  if (!isOverridable()) {
    put(scriptOf('text/javascript', 'window[Symbol.for("stampline")].runs = true')).remove();
    if (!window[RUN].runs) throw new Error(STOPPED);
  }
  var script = scriptOf((me && me.getAttribute('data-type')) || 'importmap', map);
  script.id = 'stamp-map';
  script.addEventListener('error', refused);
  put(script);
  window[RUN].map = script;
}

function put(script) {
  if (me && me.parentNode) me.parentNode.insertBefore(script, me.nextSibling);
  else document.head.appendChild(script);
  return script;
}

// With a key of its own, by which it is seen whether the map counts that changes nothing that this page could be asked for.
export function marked(map) {
  var all = JSON.parse(map);
  all.imports = all.imports || {};
  all.imports[MARK] = MARK_URL;
  return JSON.stringify(all);
}

// Asks the browser where some of the keys lead that the map `now`, which is marked, has other than `before`. `then` hears true,
// false, or undefined where the browser can't say.
export function whetherItCounts(before, now, then) {
  var expected = changesOf(seenFrom(JSON.parse(before)), seenFrom(JSON.parse(now)));
  var timer = setTimeout(then, RESOLVED_WITHIN_MS, false);
  window[RUN].resolved = function (urls) {
    clearTimeout(timer);
    then(
      urls &&
        expected.every(function (one, index) {
          return one.leads ? urls[index] === one.url : urls[index] !== one.url;
        }),
    );
  };
  var keys = expected.map(function (one) {
    return one.key;
  });
  var ask = function () {
    document.documentElement.appendChild(scriptOf('module', questionOf(keys))).remove();
  };
  if (isOverridable()) whenParsed(ask);
  else ask();
}

// The keys as scripts of the page itself go by them: those of scopes that it is in come before those of all pages.
function seenFrom(map) {
  var here = document.baseURI;
  var scopes = Object.keys(map.scopes || {}).map(function (scope) {
    return { url: new URL(scope, here).href, imports: map.scopes[scope] };
  });
  var seen = Object.assign(Object.create(null), map.imports);
  scopes
    .filter(function (scope) {
      return scope.url === here || (/\/$/.test(scope.url) && here.indexOf(scope.url) === 0);
    })
    .sort(function (one, other) {
      return one.url.length - other.url.length;
    })
    .forEach(function (scope) {
      Object.keys(scope.imports).forEach(function (key) {
        if (/\/$/.test(key)) dropBelow(seen, key);
      });
      Object.assign(seen, scope.imports);
    });
  return seen;
}

function dropBelow(keys, folder) {
  Object.keys(keys).forEach(function (key) {
    if (key.indexOf(folder) === 0) delete keys[key];
  });
}

function questionOf(keys) {
  return (
    'window[Symbol.for("stampline")].resolved(import.meta.resolve && ' +
    JSON.stringify(keys) +
    '.map(function (key) { try { return import.meta.resolve(key) } catch (_) { return null } }))'
  );
}

// Keys that lead elsewhere, and those that lead nowhere any more; of folders a place within. What the page's owner overrides
// isn't asked.
function changesOf(before, now) {
  var changed = Object.keys(now).filter(function (key) {
    return now[key] !== before[key] && key !== MARK;
  });
  var gone = Object.keys(before).filter(function (key) {
    return !(key in now);
  });
  var question = function (leads, urls, key) {
    var below = /\/$/.test(key) ? WITHIN : '';
    return { key: key + below, url: new URL(urls[key], document.baseURI).href + below, leads: leads };
  };
  return [MARK]
    .concat(changed)
    .filter(isNotOverridden)
    .slice(0, MOST_ASKED)
    .map(question.bind(null, true, now))
    .concat(
      gone
        .filter(isNotOverridden)
        .slice(0, MOST_ASKED)
        .map(question.bind(null, false, before)),
    );
}

function isNotOverridden(key) {
  try {
    return !isOverridable() || localStorage.getItem('import-map-override:' + key) === null;
  } catch (_error) {
    return true;
  }
}

// The inline map further down is for pages that couldn't load this script. The parser lets observers run before it looks at
// a script's type (HTML, "An end tag whose tag name is script"), so what is renamed here never becomes a map: a key that
// the ticket deletes must not come back through it where documents may have several maps.
export function dropFallback() {
  var observer = new MutationObserver(function (records) {
    records.forEach(function (record) {
      record.addedNodes.forEach(function (node) {
        // In XHTML names are in lower case.
        if (/^script$/i.test(node.nodeName) && node.hasAttribute('data-stamp-fallback')) node.type = 'application/json';
      });
    });
  });
  observer.observe(document, { childList: true, subtree: true });
  whenParsed(function () {
    observer.disconnect();
  });
}
