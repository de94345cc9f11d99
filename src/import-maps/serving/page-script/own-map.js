// The map in the page: how it gets there, and whether the page's modules go by it.
/* global config, document, localStorage, window, MutationObserver */
import { me } from './asked.js';
import { whenParsed } from './told.js';

// What this script keeps of itself: no id, no global and no attribute of the page's is in its way.
export var RUN = Symbol.for('stampline');
var RESOLVED_WITHIN_MS = 10000;
// A browser answers some hundred in a millisecond.
var MOST_ASKED = 1000;
var policy;

// Why a map can't be known to count that is put into the page now; undefined where it does.
export function lateness() {
  if (!me || me.type === 'module') return 'runs as a module, after the others began: leave out type="module"';
  if (me.defer || me.async)
    return 'may run after modules began: leave out async and defer, and have it in the page itself';
  if (document.readyState !== 'loading') return 'came after the page was parsed: have it in the page itself';
  if (document.querySelector('script[data-stamp-fallback]')) return 'stands behind its fallback: swap the two';
  if (hasScript('importmap')) return 'stands behind another import map: put it first';
  if (hasScript('module')) return 'stands behind a module script: put it first';
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

// `refused` is called where the browser takes no map any more, such as Firefox after a `Link: rel=modulepreload`.
export function insert(map, refused) {
  var script = scriptOf((me && me.getAttribute('data-type')) || 'importmap', map);
  script.id = 'stamp-map';
  script.addEventListener('error', refused);
  if (me && me.parentNode) me.parentNode.insertBefore(script, me.nextSibling);
  else document.head.appendChild(script);
}

// Asks the browser where some of the keys lead that this map changes. `then` hears true, false, or undefined where the browser
// can't say, or nothing is changed.
export function whetherItCounts(map, then) {
  var expected = changesOf(JSON.parse(config.map).imports || {}, JSON.parse(map).imports || {});
  if (expected.length === 0) return then(undefined);
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

function questionOf(keys) {
  return (
    'window[Symbol.for("stampline")].resolved(import.meta.resolve && ' +
    JSON.stringify(keys) +
    '.map(function (key) { try { return import.meta.resolve(key) } catch (_) { return null } }))'
  );
}

// Keys that lead elsewhere, and those that lead nowhere any more. What the page's owner overrides isn't asked.
function changesOf(before, now) {
  var changed = Object.keys(now).filter(function (key) {
    return now[key] !== before[key];
  });
  var gone = Object.keys(before).filter(function (key) {
    return !(key in now);
  });
  return changed
    .map(function (key) {
      return { key: key, url: new URL(now[key], document.baseURI).href, leads: true };
    })
    .concat(
      gone.map(function (key) {
        return { key: key, url: new URL(before[key], document.baseURI).href, leads: false };
      }),
    )
    .filter(function (one) {
      return !/\/$/.test(one.key) && !isOverridden(one.key);
    })
    .slice(0, MOST_ASKED);
}

function isOverridden(key) {
  try {
    return isOverridable() && localStorage.getItem('import-map-override:' + key) !== null;
  } catch (_error) {
    return false;
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
