// The map of what the URL names, as the server answers it; why it isn't shown where it can't be; and whether it changes.
/* global config, document, location, window, XMLHttpRequest */
import { keysOf, linkTo, me, nameOf, production, queryOf, RELEASE } from './asked.js';

export var mapUrl = config.base + '/import-map.json';
// With it the keys of tickets are sent.
var KEYS = 'X-Stamp-Preview-Key';

// Synchronous: a module script further down must find the map. Only with a ticket, so production's pages never wait.
export function fetchMap(tickets) {
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
  var shows = request.getResponseHeader('X-Stamp-Shows');
  return { map: request.responseText, etag: request.getResponseHeader('ETag'), status: status, shows: shows };
}

// Something between, such as a service worker or a CDN that leaves the query out, may answer with another map.
function isOf(tickets, shows) {
  return queryOf(tickets).split('&').sort().join('&') === (shows || '').split('&').sort().join('&');
}

// Why a ticket isn't shown, with where to go instead; undefined where it is shown.
export function refusalOf(answer, tickets) {
  if (answer.failed) return { why: answer.failed };
  var at = /stage-mismatch; stage=([\w-]+)/.exec(answer.status);
  if (at && at[1] === production) return { why: 'is in production', isNews: true };
  if (at) return { why: 'is at the stage ' + at[1], to: at[1], href: linkTo(at[1], tickets) };
  if (/^closed/.test(answer.status)) return { why: 'is closed' };
  if (/^locked/.test(answer.status)) return { why: lockedText(tickets) };
  if (/^unknown; stale/.test(answer.status)) return { why: "couldn't be looked up" };
  if (/^unknown/.test(answer.status)) return { why: 'has no modules' };
  if (!isOf(tickets, answer.shows))
    return { why: "couldn't be loaded: a service worker, a proxy or a CDN answered with another map" };
  return undefined;
}

// Whoever may read the ticket has the link with its key.
function lockedText(tickets) {
  var key = /^\w[\w-]*$/.test(nameOf(tickets)) ? nameOf(tickets) : '<ticket>';
  var command = 'stamp preview <ticket>'.replace('<ticket>', key);
  var lacks = keysOf(tickets).length > 0 ? 'has a key that is not valid' : 'lacks its key';
  return "isn't shown: this link " + lacks + '. Ask a person who may read the ticket for one: ' + command;
}

// The map's ETag, asked while the tab is seen: every two seconds, and four times a second by a tab that reloads, whose
// owner waits for what was just saved. A release never changes. A stream would hold one of the few connections that a
// browser has to a host.
export function follow(tickets, etag, changed) {
  var reload = me && me.hasAttribute('data-reload');
  if (!window.fetch || !etag || tickets[RELEASE]) return;
  var timer = setInterval(
    function () {
      if (document.visibilityState === 'hidden') return;
      fetch(mapUrl + '?' + queryOf(tickets), { cache: 'no-cache', credentials: 'omit', headers: headersOf(tickets) })
        .then(function (answer) {
          var status = answer.headers.get('X-Stamp-Status');
          if (!status && !isOf(tickets, answer.headers.get('X-Stamp-Shows'))) return;
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
