// stamp.js, as pages run it (import-maps.md, section 3): a classic script, the first in <head>. It puts one complete import
// map after itself: production's, which it carries, or that of the ticket in the URL, which it fetches. stamp-script.ts makes
// one function of these files, whose argument `config` says what it carries, and leaves comments, imports and exports out.
/* global config, document, window */
import { fetchMap, follow, mapUrl, refusalOf } from './answer.js';
import { asked, bareTickets, isPreview, nameOf, pageOrigin, placeOf, RELEASE } from './asked.js';
import { dropFallback, insert, lateness, RUN, whetherItCounts } from './own-map.js';
import { showBadge, warn } from './told.js';

var PRODUCTION = '. This page shows production.';
var REFUSED =
  'this browser takes no import map here. A modulepreload came before it, as an element or as a Link header of the page, or a module did.';

function stateOf(tickets) {
  var release = (tickets && tickets[RELEASE]) || null;
  return {
    project: config.project,
    tickets: release || !tickets ? null : bareTickets(tickets),
    release: release,
    shown: false,
    url: mapUrl,
  };
}

// Undefined where the page shows production, which no line has to be said about, or one has been said.
function wanted(tickets) {
  if (!tickets) return undefined;
  if (!isPreview(tickets)) {
    var what = tickets[RELEASE] ? 'Releases' : 'Tickets';
    var where = pageOrigin === 'null' ? 'pages without an origin, such as files' : pageOrigin;
    return void warn(what + ' are not previewed on ' + where + PRODUCTION, {}, tickets);
  }
  var late = lateness();
  if (late) return void warn(nameOf(tickets) + " isn't shown: stamp.js " + late + '.', {}, tickets);
  var answer = fetchMap(tickets);
  var refusal = refusalOf(answer, tickets);
  if (!refusal) return answer;
  if (refusal.isNews) return void showBadge(tickets, 'in production, as everybody sees it');
  return void warn(nameOf(tickets) + ' ' + refusal.why + PRODUCTION, refusal, tickets);
}

// The badge, once the map is known to count; else the red line. What the browser can't say is taken for so: nothing that
// stands before this script was in its way.
function affirm(tickets, answer, state) {
  var badge;
  var isOver = false;
  state.shown = true;
  var conclude = function (counts, why) {
    if (isOver) return;
    isOver = counts === false;
    state.shown = !isOver;
    if (!isOver) badge = showBadge(tickets, placeOf(tickets) + (/stale/.test(answer.status) ? ' · may be old' : ''));
    else {
      if (badge) badge.hide();
      var reason = why || "this browser doesn't go by its import map here.";
      warn(nameOf(tickets) + " isn't shown, or only in part: " + reason, {}, tickets);
    }
  };
  follow(tickets, answer.etag, function (line) {
    if (badge) badge.tell(line);
  });
  return conclude;
}

function run(tickets, state) {
  var answer = wanted(tickets);
  // Without a ticket there is nothing to be told on the page, which throws by itself then.
  if (!answer) {
    return insert(config.map, function () {
      if (window.console) window.console.error('stamp.js: ' + REFUSED);
    });
  }
  var conclude = affirm(tickets, answer, state);
  insert(answer.map, function () {
    conclude(false, REFUSED);
  });
  whetherItCounts(answer.map, conclude);
}

// Whatever this browser lacks, the page runs production: by the fallback, where not even its own map could be put into it.
function start() {
  var tickets;
  var state = stateOf();
  window[RUN] = {};
  try {
    tickets = asked();
    state = stateOf(tickets);
    run(tickets, state);
  } catch (error) {
    state.shown = false;
    if (window.console) window.console.error('stamp.js: ' + error);
    if (tickets) warn(nameOf(tickets) + " isn't shown: " + error, {}, tickets);
    if (!document.getElementById('stamp-map')) return state;
  }
  dropFallback();
  return state;
}

if (!window[RUN]) {
  var state = start();
  // A page may have a `stamp` of its own.
  if (!('stamp' in window)) window.stamp = state;
}
