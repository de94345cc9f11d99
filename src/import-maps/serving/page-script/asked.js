// What the page's URL names: tickets or a release, and whether they may be previewed here.
/* global config, document, location, self, sessionStorage */
// Not by a name that an element of the page may take (`<img name="currentScript">`).
export var me = ofDocument('currentScript');
var stored = 'stampline ' + config.base;
export var production = config.stages[config.stages.length - 1].name;
export var pageOrigin = self.origin || location.origin;
// `?stamp-release=7`: production as it was. A longer name than the map's own `?release=`, which a page may use itself.
export var RELEASE = 'stamp-release';
// Keys of tickets, and keys or ids.
var TICKETS = /^[A-Za-z]\w{0,49}-\d{1,16}(,[A-Za-z]\w{0,49}-\d{1,16}){0,19}$/;
var SHORT = /^([A-Za-z]\w{0,49}-)?\d{1,16}(,([A-Za-z]\w{0,49}-)?\d{1,16}){0,19}$/;
var names = config.stages
  .map(function (stage) {
    return stage.name;
  })
  .concat(RELEASE);

function ofDocument(name) {
  var proto = document.constructor.prototype;
  while (proto && !Object.getOwnPropertyDescriptor(proto, name)) proto = Object.getPrototypeOf(proto);
  var found = proto && Object.getOwnPropertyDescriptor(proto, name);
  return found && found.get ? found.get.call(document) : null;
}

// What the URL names: tickets by stage, { dev: 'TKT-1' }, or a release, { 'stamp-release': '7' }; else what this tab was at;
// undefined for production.
export function asked() {
  var named = namedIn(location.search) || namedInHash(location.hash);
  if (!named) return kept();
  if (production in named) return keep(undefined);
  var tickets;
  names.forEach(function (name) {
    var value = name === RELEASE ? named[name] : withKeys(named[name] || '');
    if (!value) return;
    tickets = tickets || {};
    tickets[name] = value;
  });
  return tickets ? keep(tickets) : kept();
}

// By stage, however it is spelled, the last of several, as the server reads it; undefined where a query names none.
function namedIn(text) {
  var named = Object.create(null);
  new URLSearchParams(text).forEach(function (value, name) {
    if (isOurs(name)) named[name.toLowerCase()] = value;
  });
  var any = names.some(function (name) {
    return named[name] || (name === production && name in named);
  });
  return any ? named : undefined;
}

function isOurs(name) {
  return names.indexOf(name.toLowerCase()) >= 0;
}

// Applications that route by the hash have a query of their own in it, `#/cart?dev=TKT-1`: what is no ticket there is theirs.
function namedInHash(hash) {
  var named = namedIn(hash.slice(hash.indexOf('?') + 1 || hash.length));
  var areTickets =
    named &&
    Object.keys(named).every(function (name) {
      return name === production ? named[name] === '' : TICKETS.test(bare(named[name]));
    });
  return areTickets ? named : undefined;
}

// `TKT-1~<key>`, as a link has it where previews are locked. A link within the application may have lost the key that the
// tab came with. No request has it in its URL, and nothing that the page shows.
function withKeys(named) {
  var known = keysOf(kept() || {});
  return named
    .split(',')
    .map(function (one) {
      return one.trim();
    })
    .filter(function (one, index, all) {
      return one && all.indexOf(one) === index;
    })
    .map(function (one) {
      var mine = known.filter(function (key) {
        return key.split('~')[0] === one;
      });
      return mine[0] || one;
    })
    .join(',');
}

export function keysOf(tickets) {
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

export function bareTickets(tickets) {
  var all = {};
  Object.keys(tickets).forEach(function (stage) {
    all[stage] = bare(tickets[stage]);
  });
  return all;
}

// A page in a sandbox has no storage; it goes without. What a page that is prerendered keeps is forgotten when it is shown.
function keep(tickets) {
  if (document.prerendering) document.addEventListener('prerenderingchange', keep.bind(null, tickets), { once: true });
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
export function isPreview(tickets) {
  if (/^https?:\/\/(([a-z0-9-]+\.)*localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(pageOrigin)) return true;
  return Object.keys(tickets).every(function (stage) {
    return originsOf(stage).some(function (origin) {
      return origin.toLowerCase() === pageOrigin.toLowerCase();
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

export function queryOf(tickets) {
  return Object.keys(tickets)
    .map(function (stage) {
      return (
        (stage === RELEASE ? 'release' : encodeURIComponent(stage)) + '=' + encodeURIComponent(bare(tickets[stage]))
      );
    })
    .join('&');
}

// Nothing that a link's author made up is shown on the page.
export function nameOf(tickets) {
  if (tickets[RELEASE]) return /^\d{1,9}$/.test(tickets[RELEASE]) ? 'Release ' + tickets[RELEASE] : 'The release';
  var keys = Object.keys(tickets).map(function (stage) {
    return bare(tickets[stage]);
  });
  return SHORT.test(keys.join(',')) ? keys.join(', ') : 'The ticket';
}

export function placeOf(tickets) {
  return tickets[RELEASE] ? 'production as it was' : Object.keys(tickets).join(', ');
}

// The page at another stage, or in production, of the same ticket.
export function linkTo(stage, tickets) {
  var url = new URL(location.href);
  var hash = url.hash;
  forget(url.searchParams);
  if (namedInHash(hash)) {
    var query = new URLSearchParams(hash.slice(hash.indexOf('?') + 1));
    forget(query);
    url.hash = hash.slice(0, hash.indexOf('?')) + (String(query) && '?' + query);
  }
  var first = tickets[Object.keys(tickets)[0]];
  url.searchParams.set(stage, stage === production ? '' : first);
  return url.href;
}

function forget(query) {
  Array.from(query.keys()).forEach(function (name) {
    if (isOurs(name)) query.delete(name);
  });
}
