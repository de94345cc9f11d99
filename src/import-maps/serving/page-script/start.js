// stamp.js, as pages run it (import-maps.md, section 3): a classic script, the first in <head>. It puts one complete import
// map after itself: production's, which it carries, or that of the ticket in the URL, which it fetches. stamp-script.ts makes
// one function of these files, whose argument `config` says what it carries, and leaves comments, imports and exports out.
/* global config, window */
import { fetchMap, follow, mapUrl, refusalOf } from './answer.js';
import { asked, bareTickets, isPreview, nameOf, pageOrigin, placeOf, RELEASE } from './asked.js';
import { dropFallback, insert, lateness, marked, RUN, whetherItCounts } from './own-map.js';
import { showBadge, warn } from './told.js';

var PRODUCTION = '. This page shows production.';
var NOT_PRODUCTION = ". This page doesn't show production either, or only in part: ";
var NEWS = 'in production, as all users see it';
var REFUSED =
  'this browser ignores the import map here. A modulepreload (an element, or a Link header of the page) or a module came before it.';

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

// What the page is to show for these tickets: a map, what its keys are compared with, and either that the ticket is shown or in
// production, or what the red line says.
function planOf(tickets) {
  var late = lateness();
  if (!isPreview(tickets)) {
    var what = tickets[RELEASE] ? 'Releases' : 'Tickets';
    var where = pageOrigin === 'null' ? 'pages without an origin, such as files' : pageOrigin;
    return productionFor(what + ' are not previewed on ' + where, { late: late });
  }
  if (late) return productionFor(nameOf(tickets) + " isn't shown: stamp.js " + late, { late: late });
  var answer = fetchMap(tickets);
  var refusal = refusalOf(answer, tickets);
  if (!refusal) return { map: answer.map, before: config.map, answer: answer };
  // Where the server says why, its answer is production's map as it is now; the one that is carried here may be from a cache.
  var isOfServer = /^(stage-mismatch|closed|locked|unknown)/.test(answer.status || '');
  return productionFor(nameOf(tickets) + ' ' + refusal.why, refusal, isOfServer ? answer.map : undefined);
}

function productionFor(why, refusal, map) {
  return { map: map || config.map, before: '{}', why: why, refusal: refusal };
}

// What the page says once the map is known to count, and what it says where it doesn't: nothing is affirmed before. What the
// browser can't say is taken for so: nothing that stands before this script was in its way.
function affirm(tickets, plan) {
  var place = plan.answer && placeOf(tickets) + (/stale/.test(plan.answer.status) ? ' · may be old' : '');
  if (!plan.why) return badgeOf(tickets, place, " isn't shown, or only in part: ");
  if (plan.refusal.isNews) {
    return badgeOf(tickets, NEWS, " is in production, but this page doesn't show production, or only in part: ");
  }
  var line = warn(plan.why + '.', plan.refusal, tickets);
  return {
    conclude: function (counts, why) {
      if (plan.refusal.late) return;
      line.tell(plan.why + (counts === false ? NOT_PRODUCTION + why : PRODUCTION));
    },
    tell: function () {},
  };
}

function badgeOf(tickets, says, fails) {
  var badge;
  return {
    conclude: function (counts, why) {
      if (counts !== false) badge = showBadge(tickets, says);
      else {
        if (badge) badge.hide();
        warn(nameOf(tickets) + fails + why, {}, tickets);
      }
    },
    tell: function (line) {
      if (badge) badge.tell(line);
    },
  };
}

function run(tickets, state) {
  // Without a ticket there is nothing to be told on the page, which throws by itself then.
  if (!tickets) {
    return insert(config.map, function () {
      if (window.console) window.console.error('stamp.js: ' + REFUSED);
    });
  }
  var plan = planOf(tickets);
  var isOver = false;
  var said;
  var conclude = function (counts, why) {
    if (isOver) return;
    isOver = counts === false;
    state.shown = !isOver && !plan.why;
    said.conclude(counts, why || 'this browser does not use the import map here.');
  };
  var map = marked(plan.map);
  try {
    insert(map, function () {
      conclude(false, REFUSED);
    });
  } catch (error) {
    throw plan.why && plan.refusal.late ? new Error('stamp.js ' + plan.refusal.late + '.') : error;
  }
  said = affirm(tickets, plan);
  state.shown = !plan.why;
  if (plan.answer) follow(tickets, plan.answer.etag, said.tell);
  whetherItCounts(plan.before, map, conclude);
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
    var why = (error && error.message) || error;
    if (window.console) window.console.error('stamp.js: ' + why);
    if (tickets) warn(nameOf(tickets) + " isn't shown: " + why, {}, tickets);
    if (!window[RUN].map) return state;
  }
  dropFallback();
  return state;
}

if (!window[RUN]) {
  var state = start();
  // A page may have a `stamp` of its own.
  if (!('stamp' in window)) window.stamp = state;
}
